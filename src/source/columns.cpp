// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using rows::ColumnType;
using rows::Dialect;

std::string_view expected(const Misfit& misfit) {
  switch (misfit.column.type) {
    case ColumnType::text:
      return "text";
    case ColumnType::integer:
      return "an integer";
    case ColumnType::decimal:
      return "a decimal number";
    case ColumnType::money:
      return "an integer of minor units";
    case ColumnType::timestamp:
      return "a timestamp";
    case ColumnType::date:
      return "a date";
    case ColumnType::duration:
      return "an integer of seconds";
    case ColumnType::percent:
      return "a percentage";
    case ColumnType::boolean:
      return misfit.dialect == Dialect::sqlite ? "0 or 1" : "a boolean";
  }
  return {};
}

const char* hint_for(const Misfit& misfit) {
  const bool sqlite = misfit.dialect == Dialect::sqlite;
  switch (misfit.column.type) {
    case ColumnType::timestamp:
      return sqlite ? "instants are text like 2026-03-17T06:00:00Z; correct the data, or the view that gives them"
                    : "instants are of type timestamptz; correct the data, or the view that gives them";
    case ColumnType::date:
      return sqlite ? "days are text like 2026-03-17; correct the data, or the view that gives them"
                    : "days are of type date; correct the data, or the view that gives them";
    case ColumnType::money:
      return "amounts are integers of minor units (cents), beside a column with their currency";
    default:
      return "correct the data, or the view that gives them; the types of columns come from the report module";
  }
}

bool has_currency(const rows::Column& money, const rows::Columns& columns) {
  const int currency = money.currency_column;
  return currency >= 0 && currency < static_cast<int>(columns.size()) &&
         columns[static_cast<std::size_t>(currency)].type == ColumnType::text;
}

}  // namespace

std::optional<Problem> column_problem(const std::vector<std::string>& given, const rows::Columns& wanted) {
  if (given.size() != wanted.size())
    return Problem{fmt::format("the query gives {} columns, the report has {}", given.size(), wanted.size()), {}};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (given[i] != wanted[i].name)
      return Problem{
          fmt::format("column {} of the query is {}, the report has {}", i + 1, visible(repair_utf8(given[i])), wanted[i].name),
          "name it with AS, in the order of the report's columns"};
    if (wanted[i].type == ColumnType::money && !has_currency(wanted[i], wanted))
      return Problem{fmt::format("column {} is money without a text column for its currency", wanted[i].name), {}};
  }
  return std::nullopt;
}

Problem misfit_problem(const Misfit& misfit) {
  return {fmt::format("row {}, column {}: expected {}, found {}", misfit.row, misfit.column.name, expected(misfit), misfit.found),
          hint_for(misfit)};
}

std::vector<Step> steps_for(const rows::Columns& columns, std::vector<rows::Cell>& cells) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const rows::Column& column = columns[i];
    cells[i].scale = static_cast<std::uint8_t>(column.type == ColumnType::percent ? 2 : column.scale);
    const rows::Cell* const currency =
        column.type == ColumnType::money ? &cells[static_cast<std::size_t>(column.currency_column)] : nullptr;
    steps.push_back({static_cast<int>(i), column.type, cells[i].scale, &cells[i], currency});
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.type < b.type; });
  static_assert(ColumnType::text < ColumnType::money);
  return steps;
}

std::optional<std::uint8_t> minor_digits_of(const Step& step) {
  if (step.currency->null || step.currency->text.empty()) return std::nullopt;
  return static_cast<std::uint8_t>(rows::minor_digits(step.currency->text));
}

}  // namespace reportctl::source
