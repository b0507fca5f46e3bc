// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::rows {

/// What a column holds. Types come from the module, never from looking at values.
enum class ColumnType : std::uint8_t { text, integer, decimal, money, timestamp, date, duration, percent, boolean };

/// What a cell of a type keeps, and so what a source has to give.
///
/// | kind    | number                                             | text        |
/// |---------|----------------------------------------------------|-------------|
/// | text    | –                                                  | valid UTF-8 |
/// | whole   | the value; of a duration: seconds                  | –           |
/// | scaled  | unscaled value, `scale` digits after the point     | –           |
/// | money   | minor units, `scale` = the currency's minor digits | –           |
/// | instant | seconds since 1970 UTC                             | –           |
/// | day     | days since 1970-01-01                              | –           |
/// | truth   | 0 or 1                                             | –           |
enum class CellKind : std::uint8_t { text, whole, scaled, money, instant, day, truth };

/// All that differs between types, except how their values are written (`render`).
struct ColumnTypeFacts {
  ColumnType type;
  std::string_view name;      ///< as modules write it
  CellKind kind;              ///< of its cells
  bool number;                ///< a quantity: stands on the right, and has an average
  bool addable;               ///< a sum of it means something
  bool ordered;               ///< it has a least and a greatest value
  bool quoted;                ///< a string in JSON
  std::string_view expected;  ///< what a source has to give, in words; of booleans dialects say it
};

/// One row for each type, in the order of the enumerators.
inline constexpr std::array kColumnTypes{
    ColumnTypeFacts{ColumnType::text, "text", CellKind::text, false, false, false, true, "text"},
    ColumnTypeFacts{ColumnType::integer, "integer", CellKind::whole, true, true, true, false, "an integer"},
    ColumnTypeFacts{ColumnType::decimal, "decimal", CellKind::scaled, true, true, true, false, "a decimal number"},
    ColumnTypeFacts{ColumnType::money, "money", CellKind::money, true, true, true, false, "an integer of minor units"},
    ColumnTypeFacts{ColumnType::timestamp, "timestamp", CellKind::instant, false, false, true, true, "a timestamp"},
    ColumnTypeFacts{ColumnType::date, "date", CellKind::day, false, false, true, true, "a date"},
    ColumnTypeFacts{ColumnType::duration, "duration", CellKind::whole, true, true, true, true, "an integer of seconds"},
    ColumnTypeFacts{ColumnType::percent, "percent", CellKind::scaled, true, false, true, false, "a percentage"},
    ColumnTypeFacts{ColumnType::boolean, "boolean", CellKind::truth, false, false, false, false, ""},
};

constexpr const ColumnTypeFacts& facts_of(ColumnType type) { return kColumnTypes[static_cast<std::size_t>(type)]; }
static_assert([] {
  for (std::size_t i = 0; i < kColumnTypes.size(); ++i)
    if (facts_of(static_cast<ColumnType>(i)).type != static_cast<ColumnType>(i)) return false;
  return true;
}());

constexpr std::string_view column_type_name(ColumnType type) { return facts_of(type).name; }
std::optional<ColumnType> parse_column_type(std::string_view word);
std::vector<std::string> column_type_names();

}  // namespace reportctl::rows
