// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <set>
#include <string>
#include <vector>

#include "reportctl/manage/records.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::legacy {

using manage::Json;

/// Why a row is refused: the code of a broken rule, or one of the import's own, `row_invalid` and `account_unknown`.
struct ImportProblem {
  std::string code;
  std::string field;
  std::string message;
  std::string hint;
};
using ImportProblems = std::vector<ImportProblem>;

/// One schedule of another system (reportctl-import-legacy.1) in the words of this one. Nothing but its form has been checked.
struct LegacyRow {
  std::string file;
  int number = 0;      ///< in the file, from 1
  std::string system;  ///< `fleet`, `scheduled_reports`; empty when it cannot be told
  std::string id;      ///< in the old system; empty when it had none
  std::string tenant;  ///< whose it was, as the row says; empty when it does not
  validation::Draft draft;
  ImportProblems problems;
  std::set<std::string> unread;  ///< fields of the draft whose value is missing because of a problem
};

struct RowPlace {
  std::string file;
  int number = 0;
  std::set<std::string> ignored;  ///< fields that are not known and may be kept aside all the same
};
LegacyRow read_legacy_row(const Json&, const RowPlace&);

/// The id that the row has as a schedule of an account: the same one each time it is read, so that it is imported once.
std::string imported_id(const LegacyRow&, const std::string& account);

}  // namespace reportctl::legacy
