// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl::schedule {

/// An occurrence of a list has at most so many parts.
constexpr std::size_t kMostParts = 5000;

/// Columns that every list has, then the fields of a schedule that a row may set; any other column is a parameter of the report.
inline constexpr std::string_view kKeyColumn = "key", kToColumn = "to", kNameColumn = "name";
inline constexpr std::array<std::string_view, 7> kFieldColumns = {"format", "timezone",  "scope",   "subject",
                                                                  "intro",  "file_name", "language"};
/// Is it a parameter of the report?
bool is_parameter_column(std::string_view column);

/// What a list says of one part: who gets it, and the values that differ from the schedule's.
struct ListRow {
  std::vector<std::string> to;                ///< as mailboxes are written; empty: there is no address
  std::map<std::string, std::string> values;  ///< by column, without empty ones
  std::string problem = {};                   ///< why there is no such part: its rows contradict each other
  bool operator==(const ListRow&) const = default;
};

/// Into which parts each occurrence of a schedule is divided: by an operator's module, or by rows that stand in the schedule.
struct PartList {
  using Rows = std::map<std::string, ListRow>;
  std::string module;  ///< id of a list
  Rows rows;           ///< by key, without a module
  [[nodiscard]] bool given() const { return !module.empty() || !rows.empty(); }
  bool operator==(const PartList&) const = default;
};

/// Adds a row as it was written, by column. Rows of one key, alike but in `to` and `name`, are one part. Returns why the whole
/// list is worth nothing, or nothing.
std::string add_row(PartList::Rows&, std::map<std::string, std::string> written);

/// The same local day and time in another zone.
Instant same_wall_time(Instant, const Zone& from, const Zone& to);

}  // namespace reportctl::schedule
