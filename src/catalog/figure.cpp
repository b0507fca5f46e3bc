// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "call_text.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Taken = Aggregate::Kind;
using Parsed = std::variant<Aggregate, std::string>;

constexpr std::pair<std::string_view, Taken> kFigures[] = {{"total", Taken::total},       {"average", Taken::average},
                                                           {"minimum", Taken::minimum},   {"maximum", Taken::maximum},
                                                           {"distinct", Taken::distinct}, {"ratio", Taken::ratio}};

const rows::Column& column_of(const rows::Columns& columns, int index) { return columns[static_cast<std::size_t>(index)]; }

/// Why the aggregate cannot be taken of its columns; empty when it can.
std::string objection(const Aggregate& aggregate, std::string_view name, const rows::Columns& columns) {
  const rows::Column& column = column_of(columns, aggregate.column);
  const rows::ColumnTypeFacts& facts = facts_of(column.type);
  const bool is_extreme = aggregate.kind == Taken::minimum || aggregate.kind == Taken::maximum;
  if (aggregate.kind == Taken::total && !facts.addable) return fmt::format("a {} column cannot be added up", facts.name);
  if (aggregate.kind == Taken::distinct && facts.type == rows::ColumnType::money)
    return "amounts of money are not counted; count what has them";
  if ((is_extreme && !facts.ordered) || (aggregate.kind == Taken::average && !facts.number))
    return fmt::format("a {} column has no {}", facts.name, name);
  if (aggregate.kind != Taken::ratio) return {};
  const rows::Column& divisor = column_of(columns, aggregate.divisor);
  for (const rows::Column* one : {&column, &divisor})
    if (!facts_of(one->type).addable)
      return fmt::format("a {} column cannot be added up, so it has no ratio", column_type_name(one->type));
  const bool is_same_money = column.type == rows::ColumnType::money && column.currency_column == divisor.currency_column;
  if (divisor.type == rows::ColumnType::money && !is_same_money)
    return "only money of the same currency column can be divided by money";
  return {};
}

}  // namespace

Parsed parse_figure(std::string_view text, const rows::Columns& columns) {
  std::vector<std::string> names;
  for (const rows::Column& column : columns) names.push_back(column.name);
  std::string problem;
  const auto column_at = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
    if (problem.empty()) problem = fmt::format("there is no column \"{}\"{}", name, did_you_mean(name, names));
    return -1;
  };
  Aggregate aggregate;
  const auto call = parse_call(text);
  if (call && call->name == "count" && !call->argument) return aggregate;
  const auto* const known = std::find_if(std::begin(kFigures), std::end(kFigures),
                                         [&](const auto& one) { return call && call->argument && one.first == call->name; });
  if (known == std::end(kFigures))
    return fmt::format(
        "\"{}\" is not a metric: count, total(column), average(column), minimum(column), maximum(column), "
        "distinct(column) or ratio(column, column)",
        text);
  aggregate.kind = known->second;
  std::string_view first = *call->argument;
  if (aggregate.kind == Taken::ratio) {
    const std::size_t comma = first.find(',');
    if (comma == std::string_view::npos) return "a ratio needs two columns, like \"ratio(replies, sent)\"";
    aggregate.divisor = column_at(trim(first.substr(comma + 1)));
    first = trim(first.substr(0, comma));
  }
  aggregate.column = column_at(first);
  if (problem.empty()) problem = objection(aggregate, call->name, columns);
  if (!problem.empty()) return problem;
  // Of money by money nothing else makes sense.
  aggregate.is_percent = aggregate.kind == Taken::ratio && column_of(columns, aggregate.divisor).type == rows::ColumnType::money;
  return aggregate;
}

Parsed parse_figure(std::string_view text, const Shape& shape) {
  auto parsed = parse_figure(text, shape.columns);
  auto* const figure = std::get_if<Aggregate>(&parsed);
  if (figure == nullptr) return parsed;
  for (const Metric& metric : shape.summary) {
    const Aggregate& other = metric.value;
    if (other.kind == figure->kind && other.column == figure->column && other.divisor == figure->divisor) *figure = other;
  }
  return parsed;
}

std::string figure_name(const Aggregate& figure, const rows::Columns& columns) {
  if (figure.kind == Taken::count) return "count";
  const auto* const known =
      std::find_if(std::begin(kFigures), std::end(kFigures), [&](const auto& one) { return one.second == figure.kind; });
  const auto& column = column_of(columns, figure.column).name;
  if (figure.divisor < 0) return fmt::format("{}({})", known->first, column);
  return fmt::format("{}({},{})", known->first, column, column_of(columns, figure.divisor).name);
}

std::vector<std::string> figure_names(const Shape& shape) {
  std::vector<std::string> texts{"count"};
  for (const Metric& metric : shape.summary) {
    auto text = figure_name(metric.value, shape.columns);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

rows::ColumnType figure_type(const Aggregate& figure, const rows::Columns& columns) {
  if (figure.is_percent) return rows::ColumnType::percent;
  const auto type = [&](int column) { return column < 0 ? rows::ColumnType::integer : column_of(columns, column).type; };
  return rows::aggregate_type(figure.kind, type(figure.column), type(figure.divisor));
}

}  // namespace reportctl::catalog
