// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/writer.hpp"

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
    : columns_(columns), figures_(std::move(figures)), totals_(figures_.size()) {
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
    auto found = totals_[i].find(currency);
    if (found == totals_[i].end()) found = totals_[i].emplace(currency, Total{}).first;
    Total& total = found->second;
    total.number = total.any ? combined(figure.kind, total.number, cell.number) : cell.number;
    total.scale = cell.scale;
    total.any = true;
  }
}

std::vector<Labelled> Summary::values(const Zone& zone) const {
  std::vector<Labelled> result;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    if (figure.kind == AggregateKind::count) {
      result.push_back({figure.label, grouped(rows_, 0)});
      continue;
    }
    const rows::Column& column = columns_[static_cast<std::size_t>(figure.column)];
    std::string text;
    for (const auto& [currency, total] : totals_[i]) {
      if (!text.empty()) text += ", ";
      if (column.type == ColumnType::integer || column.type == ColumnType::decimal || column.type == ColumnType::money)
        text += grouped(total.number, total.scale);  // a sum may need more than the 64 bits of a cell
      else
        text += for_people(
            column, {.null = false, .scale = total.scale, .number = static_cast<std::int64_t>(total.number), .text = {}}, zone);
      if (!currency.empty()) text += fmt::format(" {}", currency);
    }
    if (text.empty()) text = figure.kind == AggregateKind::total ? "0" : kNone;
    result.push_back({figure.label, text});
  }
  return result;
}

}  // namespace reportctl::render
