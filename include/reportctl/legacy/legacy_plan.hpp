// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/legacy/legacy_row.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::legacy {

enum class ImportResult { imported, already_imported, refused };

struct ImportedRow {
  LegacyRow row;
  ImportResult result = ImportResult::refused;
  std::string account;                         ///< empty while it is not known
  std::optional<schedule::Schedule> schedule;  ///< as it is made, or as it is since an earlier import
  std::string account_timezone;
  ImportProblems problems;  ///< why it is refused
};

/// The shape of violations.
Json to_json(const ImportProblems&);

/// What the import does, complete: one change of the state for all rows that hold, and the audit events of all.
struct ImportPlan {
  std::vector<ImportedRow> rows;
  store::ScheduleChanges changes;
  store::AuditEvents events;
  [[nodiscard]] int count(ImportResult) const;
};

struct ImportAccounts {
  std::map<std::string, std::string> named;  ///< the old system's word → account
  std::optional<std::string> otherwise;      ///< for rows whose own account is not known here, when they are all of one
};

/// Every row by the rules of `schedule add`, each for itself. Error(not_found) for an account of `ImportAccounts` that is not
/// there. Changes nothing.
ImportPlan plan_import(const manage::Editor&, std::vector<LegacyRow>, const ImportAccounts&);

}  // namespace reportctl::legacy
