// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "people.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr const char* kNone = "–";

std::string_view currency_of(const rows::Column& column, const rows::Row& row) {
  if (column.type != ColumnType::money || column.currency_column < 0) return {};
  return row[static_cast<std::size_t>(column.currency_column)].text;
}

__int128 combined(AggregateKind kind, __int128 so_far, std::int64_t number) {
  switch (kind) {
    case AggregateKind::minimum:
      return std::min<__int128>(so_far, number);
    case AggregateKind::maximum:
      return std::max<__int128>(so_far, number);
    default:
      return so_far + number;
  }
}

}  // namespace

Summary::Summary(const rows::Columns& columns, std::vector<Figure> figures)
    : columns_(columns), figures_(std::move(figures)), amounts_(figures_.size()) {
  for (const Figure& figure : figures_) {
    if (figure.kind == AggregateKind::count) continue;
    if (figure.column < 0 || figure.column >= static_cast<int>(columns_.size()) ||
        columns_[static_cast<std::size_t>(figure.column)].type == ColumnType::text)
      throw Error(ErrorKind::failed, fmt::format("the figure \"{}\" is not taken of a column of numbers", figure.label));
  }
}

void Summary::row(const rows::Row& row) {
  ++rows_;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    if (figure.kind == AggregateKind::count) continue;
    const auto column = static_cast<std::size_t>(figure.column);
    const rows::Cell& cell = row[column];
    if (cell.null) continue;
    const std::string_view currency = currency_of(columns_[column], row);
    const auto found = amounts_[i].find(currency);
    if (found == amounts_[i].end())
      amounts_[i].emplace(currency, Amount{std::string(currency), cell.number, cell.scale, columns_[column].grouped});
    else
      found->second.number = combined(figure.kind, found->second.number, cell.number);
  }
}

std::vector<Metric> Summary::metrics(const Zone& zone) const {
  std::vector<Metric> result;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    Metric metric{.label = figure.label, .values = {}, .type = ColumnType::integer, .amounts = {}};
    if (figure.kind == AggregateKind::count) {
      metric.amounts.push_back({{}, rows_, 0});
    } else {
      const rows::Column& column = columns_[static_cast<std::size_t>(figure.column)];
      metric.type = column.type;
      for (const auto& [currency, amount] : amounts_[i]) metric.amounts.push_back(amount);
      if (metric.amounts.empty() && figure.kind == AggregateKind::total) {
        metric.type = ColumnType::integer;
        metric.amounts.emplace_back();
      }
    }
    for (const Amount& amount : metric.amounts) metric.values.push_back(amount_text(metric.type, amount, zone));
    if (metric.values.empty()) metric.values = {kNone};
    result.push_back(std::move(metric));
  }
  return result;
}

std::vector<std::string> short_values(std::vector<std::string> values) {
  constexpr std::size_t kMost = 12;
  if (values.size() <= kMost) return values;
  const std::size_t more = values.size() - (kMost - 1);
  values.resize(kMost - 1);
  values.push_back(fmt::format("… and {} more currencies", more));
  return values;
}

Totals::Totals(const rows::Columns& columns) : columns_(columns) {
  for (const rows::Column& column : columns)
    if (column.total && column.type == ColumnType::money && currency_column_ < 0) currency_column_ = column.currency_column;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_money = columns[i].type == ColumnType::money;
    const bool adds_up = !is_money || (columns[i].currency_column >= 0 && columns[i].currency_column == currency_column_);
    if (columns[i].total && adds_up) summed_.push_back(i);
  }
}

/// Zeros with the digits that the columns' values would have. The amounts of a row are in one currency, so one tells the digits
/// of all.
Totals::Group Totals::empty_group(std::string_view currency, const rows::Row& row) const {
  int money = rows::minor_digits(currency).value_or(0);
  for (const std::size_t at : summed_)
    if (columns_[at].type == ColumnType::money && !row[at].null) money = row[at].scale;
  Group group;
  for (const std::size_t at : summed_) {
    const rows::Column& column = columns_[at];
    const int scale = column.type == ColumnType::money ? money : column.scale;
    group.sums.push_back({std::string(currency), 0, static_cast<std::uint8_t>(scale)});
  }
  return group;
}

void Totals::row(const rows::Row& row) {
  if (std::all_of(summed_.begin(), summed_.end(), [&row](std::size_t column) { return row[column].null; })) return;
  const std::string_view currency = currency_column_ < 0 ? "" : row[static_cast<std::size_t>(currency_column_)].text;
  if (last_ == groups_.end() || last_->first != currency) {
    last_ = groups_.find(currency);
    if (last_ == groups_.end()) last_ = groups_.emplace(currency, empty_group(currency, row)).first;
  }
  for (std::size_t i = 0; i < summed_.size(); ++i) {
    const rows::Cell& cell = row[summed_[i]];
    if (cell.null) continue;
    last_->second.sums[i].number += cell.number;
    last_->second.sums[i].scale = cell.scale;
  }
}

std::vector<TotalsRow> Totals::rows() const {
  std::vector<TotalsRow> result;
  for (const auto& [currency, group] : groups_) {
    TotalsRow& totals = result.emplace_back(TotalsRow{currency, std::vector<std::optional<Amount>>(columns_.size())});
    for (std::size_t i = 0; i < summed_.size(); ++i) totals.sums[summed_[i]] = group.sums[i];
  }
  return result;
}

}  // namespace reportctl::render
