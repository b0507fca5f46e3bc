// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/column_type.hpp"

namespace reportctl::rows {

std::optional<ColumnType> parse_column_type(std::string_view word) {
  for (const ColumnTypeFacts& facts : kColumnTypes)
    if (facts.name == word) return facts.type;
  return std::nullopt;
}

std::vector<std::string> column_type_names() {
  std::vector<std::string> names;
  for (const ColumnTypeFacts& facts : kColumnTypes) names.emplace_back(facts.name);
  return names;
}

}  // namespace reportctl::rows
