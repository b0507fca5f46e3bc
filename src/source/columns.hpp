// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::source {

/// What every kind of source says about columns, in the same words.
struct Problem {
  std::string what;
  std::string hint;
};

/// Count, names and order of a query's columns against those of the report.
std::optional<Problem> column_problem(const std::vector<std::string>& given, const rows::Columns& wanted);

struct Misfit {
  std::int64_t row;
  const rows::Column& column;
  std::string_view found;  ///< what kind of value; never the value
  rows::Dialect dialect;
};
Problem misfit_problem(const Misfit&);

/// `orders.paid`, as it would be declared.
bool is_table_column(std::string_view name);

/// 0 or 1 of a boolean that is kept as text or as an integer: 0 and 1 themselves, or one of the words of the form.
std::optional<std::int64_t> truth_of(std::string_view value, const rows::BooleanForm&, bool is_text);
/// `place`: `row 3, column paid`, or `orders.paid`, which can be declared; `source`: its name in the configuration.
Problem boolean_problem(std::string_view source, std::string_view place, std::string_view value,
                        const rows::BooleanForm& expected);

/// How a cell is filled, for every row.
struct Step {
  int column;
  rows::CellKind kind;
  std::uint8_t scale;
  rows::Cell* cell;
  const rows::Cell* currency;  ///< for money
};
/// Money comes last, since it needs its currency; the rest by kind, since branches are easier to predict in runs of one. Sets the
/// scale of `cells`, one for each column, and points into them.
std::vector<Step> steps_for(const rows::Columns&, std::vector<rows::Cell>& cells);

/// The digits of amounts, by the currencies of their rows.
class Currencies {
 public:
  explicit Currencies(rows::UnitDigits own) : own_(std::move(own)) {}
  /// nullopt: the row has no currency, or one that is neither in ISO 4217 nor declared.
  std::optional<std::uint8_t> digits(const rows::Cell& currency) {
    if (currency.null) return std::nullopt;
    if (currency.text != last_) return other(currency.text);
    return last_digits_;
  }

 private:
  std::optional<std::uint8_t> other(std::string_view code);

  rows::UnitDigits own_;
  std::string last_;  ///< rows mostly have the currency of the row before; empty: none yet, and no currency
  std::optional<std::uint8_t> last_digits_;
};
/// Of an amount for which there are no digits.
Problem currency_problem(const Misfit&, const rows::Columns&, const rows::Cell& currency);

}  // namespace reportctl::source
