// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <array>
#include <utility>

#include "reportctl/rows/cell.hpp"

namespace reportctl::rows {
namespace {

constexpr std::array<std::pair<ColumnType, std::string_view>, 9> kWords{{{ColumnType::text, "text"},
                                                                         {ColumnType::integer, "integer"},
                                                                         {ColumnType::decimal, "decimal"},
                                                                         {ColumnType::money, "money"},
                                                                         {ColumnType::timestamp, "timestamp"},
                                                                         {ColumnType::date, "date"},
                                                                         {ColumnType::duration, "duration"},
                                                                         {ColumnType::percent, "percent"},
                                                                         {ColumnType::boolean, "boolean"}}};

}  // namespace

std::optional<ColumnType> parse_column_type(std::string_view word) {
  for (const auto& [type, name] : kWords)
    if (name == word) return type;
  return std::nullopt;
}

std::string_view column_type_name(ColumnType type) {
  for (const auto& [candidate, name] : kWords)
    if (candidate == type) return name;
  return {};
}

}  // namespace reportctl::rows
