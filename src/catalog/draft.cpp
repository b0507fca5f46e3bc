// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

constexpr std::string_view kQuery = "query: |2\n";
constexpr std::string_view kIndent = "  ";

std::string label_of(std::string_view name) {
  std::string label(name);
  std::replace_if(
      label.begin(), label.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  if (!label.empty() && label.front() >= 'a' && label.front() <= 'z')
    label.front() = static_cast<char>(label.front() - 'a' + 'A');
  return label;
}

std::string yaml_text(const std::string& text) {
  const bool plain =
      !text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") == std::string::npos;
  return plain ? text : json_text(text);
}

/// Does one of the words of a name, such as `unit_price`, stand in the list?
bool says(const rows::Column& column, std::initializer_list<std::string_view> list) {
  const auto words = split(to_lower(column.name), '_');
  return std::any_of(words.begin(), words.end(),
                     [&](const auto& word) { return std::find(list.begin(), list.end(), word) != list.end(); });
}

bool is_amount(const rows::Column& column) {
  return says(column, {"amount", "price", "total", "cents", "revenue", "cost", "fee", "net", "gross", "tax", "balance", "value"});
}

/// A number that names something.
bool is_naming(const rows::Column& column) {
  return column.type == rows::ColumnType::integer && says(column, {"id", "number", "no", "code", "zip", "year", "month", "week"});
}

/// What one has of each, and nobody adds up.
bool is_of_each(const rows::Column& column) {
  return is_naming(column) || says(column, {"price", "rate", "ratio", "average", "avg", "mean", "middle", "min", "max", "rank",
                                            "position", "level", "age", "day", "hour", "latitude", "longitude", "lat", "lon"});
}

bool names_currency(const rows::Column& column) { return column.name == "currency" && column.type == rows::ColumnType::text; }

/// Whole amounts beside a currency are money, in its minor units. Others have no total: it would be one of several currencies.
rows::Columns guessed(rows::Columns columns) {
  const bool has_currency = std::any_of(columns.begin(), columns.end(), names_currency);
  for (auto& column : columns) {
    const bool of_currency = has_currency && is_amount(column);
    if (of_currency && column.type == rows::ColumnType::integer) column.type = rows::ColumnType::money;
    const bool is_mixed = of_currency && column.type == rows::ColumnType::decimal;
    column.grouped = !is_naming(column);
    column.total = rows::facts_of(column.type).addable && !is_of_each(column) && !is_mixed;
  }
  return columns;
}

std::string column_line(const rows::Column& column) {
  auto more = column.type == rows::ColumnType::decimal ? fmt::format(", scale: {}", column.scale) : std::string();
  if (!column.grouped) more += ", format: plain";
  if (column.total) more += ", total: sum";
  return fmt::format("  - {{name: {}, label: {}, type: {}{}}}\n", yaml_text(column.name), yaml_text(label_of(column.name)),
                     rows::column_type_name(column.type), more);
}

/// The figures above the rows of a mail: how many there are, and the first totals.
std::string summary_lines(const rows::Columns& columns) {
  constexpr int kMostTotals = 4;
  std::string lines = "summary:\n  - {label: Rows, value: count}\n";
  int totals = 0;
  for (const auto& column : columns)
    if (column.total && ++totals <= kMostTotals)
      lines += fmt::format("  - {{label: {}, value: total({})}}\n", yaml_text(label_of(column.name)), column.name);
  return totals == 0 ? std::string() : lines;
}

/// One SELECT without what ends it.
std::string bare(std::string_view query) {
  auto text = trim(query);
  while (text.ends_with(';')) text = trim(text.substr(0, text.size() - 1));
  return std::string(text);
}

}  // namespace

std::string draft_module(const Draft& draft) {
  const auto query = bare(draft.query);
  const auto uses = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return query.find(word) != std::string::npos; });
  };
  std::vector<std::string> scopes{"account"};
  if (uses({":depot", "{{in_depot"})) scopes.emplace_back("depot");
  if (uses({":workspace", "{{in_workspace"})) scopes.emplace_back("workspace");
  auto text = fmt::format("id: {0}\nlabel: {1}\nfamily: own\ndescription: {1}.\n", draft.id, label_of(draft.id));
  if (draft.single_tenant) text += "tenant: single\n";
  text += fmt::format("scope: [{}]\n", join(scopes, ", "));
  text += uses({":from", "{{in_period"}) ? "window: {kind: lookback, default_days: 1, max_days: 366}\n"
                                         : "window: {kind: snapshot}\n";
  text += "cadences: [daily, weekly, monthly]\nformats: [csv, xlsx, pdf, json]\ncolumns:\n";
  if (!draft.by_values) text += "  # there was no row to tell what they hold: correct the types of what is calculated\n";
  const auto columns = guessed(draft.columns);
  if (std::any_of(columns.begin(), columns.end(), names_currency) && std::any_of(columns.begin(), columns.end(), is_amount))
    text +=
        "  # money counts minor units, such as cents; other amounts become money with {{money(amount, currency)}} in the query\n";
  for (const auto& column : columns) text += column_line(column);
  if (columns.empty()) text += column_line({.name = "unknown", .label = {}});
  text += summary_lines(columns);
  text += kQuery;
  for (const auto& line : split(query, '\n')) text += (line.empty() ? std::string() : std::string(kIndent) + line) + "\n";
  return text;
}

Report report_of_draft(const Draft& draft, const std::string& file) {
  const auto text = draft_module(draft);
  auto loaded = load_module(text, file);
  const auto before =
      static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(kQuery)), '\n')) + 1;
  for (auto& problem : loaded.problems) {
    const bool within = problem.line > before;
    problem.line = within ? problem.line - before : 1;
    problem.column = within ? std::max(1, problem.column - static_cast<int>(kIndent.size())) : 1;
  }
  if (!loaded.problems.empty())
    throw Error(ErrorKind::invalid, yaml::describe(loaded.problems),
                "reportctl-module(5) has the rules of queries, and its macros");
  return std::move(loaded.report);
}

}  // namespace reportctl::catalog
