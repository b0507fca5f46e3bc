// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using rows::CellKind;
using rows::ColumnType;

std::string_view expected(const Misfit& misfit) {
  const auto& facts = facts_of(misfit.column.type);
  return facts.kind == CellKind::truth ? rules_of(misfit.dialect).truths : facts.expected;
}

std::string hint_for(const Misfit& misfit) {
  const auto& rules = rules_of(misfit.dialect);
  switch (facts_of(misfit.column.type).kind) {
    case CellKind::instant:
      return fmt::format("{}; correct the data, or the view that gives them", rules.instants.text);
    case CellKind::day:
      return fmt::format("{}; correct the data, or the view that gives them", rules.days.text);
    case CellKind::money:
      return "amounts are integers of minor units (cents), beside a column with their currency; decimal amounts become them with "
             "{{money(amount, currency)}} (reportctl-module(5))";
    case CellKind::text:
    case CellKind::whole:
    case CellKind::scaled:
    case CellKind::truth:
      break;
  }
  return "correct the data, or the view that gives them; the types of columns come from the report module";
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

std::optional<std::int64_t> truth_of(std::string_view value, const rows::BooleanForm& form, bool is_text) {
  if (value == form.yes) return 1;
  if (value == form.no) return 0;
  if (is_text || (value != "0" && value != "1")) return std::nullopt;
  return value == "1" ? 1 : 0;
}

Problem boolean_problem(std::string_view source, std::string_view place, std::string_view value,
                        const rows::BooleanForm& expected) {
  constexpr std::size_t kLongest = 24;
  const std::string shown =
      visible(repair_utf8(value.size() > kLongest ? std::string(value.substr(0, kLongest)) + "…" : std::string(value)));
  const std::string key = is_table_column(place) ? std::string(place) : "TABLE.COLUMN";
  const std::string usual = rows::usual_boolean_form(value);
  return {fmt::format("{}: expected a boolean ({}), found \"{}\"", place, expected.str(), shown),
          fmt::format("declare the words for true and false: sources.{}.booleans: {{{}: {}}}, and write {{{{truth(x)}}}} "
                      "(reportctl.conf(5)); or correct the data",
                      source, key, usual.empty() || usual == expected.str() ? "Y/N" : usual)};
}

bool is_table_column(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 1 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == std::string_view::npos;
}

std::vector<Step> steps_for(const rows::Columns& columns, std::vector<rows::Cell>& cells) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const rows::Column& column = columns[i];
    cells[i].scale = static_cast<std::uint8_t>(column.type == ColumnType::percent ? 2 : column.scale);
    const rows::Cell* const currency =
        column.type == ColumnType::money ? &cells[static_cast<std::size_t>(column.currency_column)] : nullptr;
    steps.push_back({static_cast<int>(i), facts_of(column.type).kind, cells[i].scale, &cells[i], currency});
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::pair(a.currency != nullptr, a.kind) < std::pair(b.currency != nullptr, b.kind);
  });
  return steps;
}

std::optional<std::uint8_t> Currencies::other(std::string_view code) {
  std::optional<int> digits;
  if (const auto own = own_.find(code); own != own_.end())
    digits = own->second;
  else
    digits = rows::minor_digits(code);
  if (!digits) return std::nullopt;
  last_ = code;
  last_digits_ = static_cast<std::uint8_t>(*digits);
  return last_digits_;
}

Problem currency_problem(const Misfit& misfit, const rows::Columns& columns, const rows::Cell& currency) {
  if (currency.null || currency.text.empty()) {
    Misfit without = misfit;
    without.found = "an amount without a currency";
    return misfit_problem(without);
  }
  constexpr std::size_t kLongest = 24;
  const std::string code = visible(currency.text.size() > kLongest ? repair_utf8(currency.text.substr(0, kLongest)) + "…"
                                                                   : std::string(currency.text));
  const auto& named_by = columns[static_cast<std::size_t>(misfit.column.currency_column)];
  const bool padded = trim(currency.text) != currency.text && rows::minor_digits(trim(currency.text)).has_value();
  return {
      fmt::format("row {}, column {}: \"{}\" in column {} is no currency: {}", misfit.row, misfit.column.name, code,
                  named_by.name, padded ? "a space stands beside the code" : "ISO 4217 does not have it, or gives it no digits"),
      padded ? "correct the data, or the query or view: trim() takes spaces away"
             : "correct the data, or the view that gives them; units of your own are declared with their digits: "
               "sources.NAME.currencies: {PTS: 0}"};
}

}  // namespace reportctl::source
