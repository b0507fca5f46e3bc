// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/column_type.hpp"

namespace reportctl::rows {

struct Column {
  std::string name;
  std::string label;
  ColumnType type = ColumnType::text;
  int scale = 0;             ///< decimal: digits after the point, 0–9; percent: always 2
  bool total = false;        ///< `total: sum`
  bool grouped = true;       ///< integer: by thousands, for people; false for years and identifiers (`format: plain`)
  bool empty_odd = false;    ///< `infinity: empty`: what no cell holds (infinity, NaN, years beyond 1 to 9999) is an empty one
  int currency_column = -1;  ///< money: index of the text column that names the currency
};
using Columns = std::vector<Column>;

/// One typed value, or null: what CellKind says of its type. Views are borrowed from the stream that gave them.
struct Cell {
  bool null = true;
  std::uint8_t scale = 0;
  std::int64_t number = 0;
  std::string_view text;
};

using Row = std::span<const Cell>;

/// Units of a source's own, or its own digits for a currency: PTS 0, BTC 8.
using UnitDigits = std::map<std::string, int, std::less<>>;

/// Digits after the point of a currency by its code in ISO 4217, in upper or lower case (JPY 0, KWD 3, 2 for most). nullopt: it
/// is none, or has no minor unit (XAU).
std::optional<int> minor_digits(std::string_view currency);

/// Codes with so many digits, each followed by a blank; -1: with none.
struct CurrenciesOfDigits {
  int digits;
  std::string_view codes;
};
std::span<const CurrenciesOfDigits> currencies_without_two_digits();

}  // namespace reportctl::rows
