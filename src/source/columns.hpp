// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
/// Of money; nullopt when the row has no currency.
std::optional<std::uint8_t> minor_digits_of(const Step&);

}  // namespace reportctl::source
