// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <string>

#include "reportctl/base/time.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/catalog/report.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::run {

/// Looks at real values of a source, for `source check`: the first and the last rows of the tables that a report reads, some from
/// places taken by chance, the least and the greatest of their numbers and times and of the moments and booleans of operators'
/// own reports, and the first rows that these give. Each table is read once.
class SourceValues {
 public:
  SourceValues(source::Source& source, std::string account_key, Instant now)
      : source_(source), account_key_(std::move(account_key)), now_(now) {}
  /// What is not as the report needs it, in one line with table, column and what to do; empty: nothing was seen.
  /// Precondition: the source can prepare the report's queries.
  std::string why_wrong(const catalog::Report&);

 private:
  /// Reads some rows; what the source refuses, by what was read.
  const std::string& looked_at(const rows::Query&);
  /// Rows that a report would leave out, since a column of the scope is not what the joins say.
  const std::string& left_out(const rows::ScopedTable&, const catalog::PageOf&);
  source::Source& source_;
  std::string account_key_;
  Instant now_;
  std::map<std::string, std::string> seen_;    ///< findings by statement and the types of its columns
  std::map<std::string, std::string> scoped_;  ///< left_out() by table
  std::map<std::string, std::string> pages_;   ///< Source::random_page() by table
};

}  // namespace reportctl::run
