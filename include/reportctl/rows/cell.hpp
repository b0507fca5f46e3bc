// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::rows {

/// What a column holds. Types come from the module, never from looking at values.
enum class ColumnType : std::uint8_t { text, integer, decimal, money, timestamp, date, duration, percent, boolean };

struct Column {
  std::string name;
  std::string label;
  ColumnType type = ColumnType::text;
  int scale = 0;             ///< decimal: digits after the point, 0–9; percent: always 2
  bool total = false;        ///< `total: sum`
  int currency_column = -1;  ///< money: index of the text column that names the currency
};
using Columns = std::vector<Column>;

/// One typed value, or null. Views are borrowed from the stream that gave them.
///
/// | type             | number                                             | text        |
/// |------------------|----------------------------------------------------|-------------|
/// | text             | –                                                  | valid UTF-8 |
/// | integer          | the value                                          | –           |
/// | decimal, percent | unscaled value, `scale` digits after the point     | –           |
/// | money            | minor units, `scale` = the currency's minor digits | –           |
/// | timestamp        | seconds since 1970 UTC                             | –           |
/// | date             | days since 1970-01-01                              | –           |
/// | duration         | seconds                                            | –           |
/// | boolean          | 0 or 1                                             | –           |
struct Cell {
  bool null = true;
  std::uint8_t scale = 0;
  std::int64_t number = 0;
  std::string_view text;
};

using Row = std::span<const Cell>;

/// Digits after the point of an ISO 4217 currency (JPY 0, KWD 3, 2 for most and for unknown codes).
int minor_digits(std::string_view currency);

/// `text`, `decimal`, … as written in modules.
std::optional<ColumnType> parse_column_type(std::string_view word);
std::string_view column_type_name(ColumnType);

}  // namespace reportctl::rows
