// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "distinct.hpp"
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

/// number / divisor × 10^digits, rounded half away from zero.
__int128 quotient(__int128 number, __int128 divisor, int digits) {
  const bool is_negative = (number < 0) != (divisor < 0);
  number = number < 0 ? -number : number;
  divisor = divisor < 0 ? -divisor : divisor;
  for (; digits < 0; ++digits) divisor *= 10;
  __int128 result = number / divisor;
  __int128 rest = number % divisor;
  for (; digits > 0; --digits) {
    rest *= 10;
    result = result * 10 + rest / divisor;
    rest %= divisor;
  }
  if (rest >= divisor - rest) ++result;
  return is_negative ? -result : result;
}

constexpr int kLeastDigits = 2;  // of what is divided

}  // namespace

Summary::Summary(const rows::Columns& columns, std::vector<Figure> figures, const std::filesystem::path& spool)
    : columns_(columns), figures_(std::move(figures)), tallies_(figures_.size()), distinct_(figures_.size()) {
  const auto is_column = [this](int column) { return column >= 0 && column < static_cast<int>(columns_.size()); };
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    if (figure.kind == AggregateKind::count) continue;
    if (!is_column(figure.column) || (figure.kind == AggregateKind::ratio && !is_column(figure.divisor)))
      throw Error(ErrorKind::failed, fmt::format("the figure \"{}\" is not taken of a column", figure.label));
    if (figure.kind == AggregateKind::distinct)
      distinct_[i] = std::make_unique<DistinctCounter>(spool);
    else if (columns_[static_cast<std::size_t>(figure.column)].type == ColumnType::text)
      throw Error(ErrorKind::failed, fmt::format("the figure \"{}\" is not taken of a column of numbers", figure.label));
  }
}

Summary::~Summary() = default;

void Summary::row(const rows::Row& row) {
  ++rows_;
  for (std::size_t i = 0; i < figures_.size(); ++i)
    if (figures_[i].kind != AggregateKind::count) add(i, row);
}

void Summary::add(std::size_t at, const rows::Row& row) {
  const Figure& figure = figures_[at];
  const auto column = static_cast<std::size_t>(figure.column);
  const rows::Cell& cell = row[column];
  if (cell.null) return;
  if (distinct_[at]) return distinct_[at]->add(cell);
  const rows::Cell* divisor = figure.divisor < 0 ? nullptr : &row[static_cast<std::size_t>(figure.divisor)];
  if (divisor != nullptr && divisor->null) return;
  const std::string_view currency = currency_of(columns_[column], row);
  auto found = tallies_[at].find(currency);
  if (found == tallies_[at].end())
    found =
        tallies_[at].emplace(currency, Tally{{std::string(currency), cell.number, cell.scale, columns_[column].grouped}}).first;
  else
    found->second.amount.number = combined(figure.kind, found->second.amount.number, cell.number);
  found->second.divisor += divisor == nullptr ? 1 : divisor->number;
  if (divisor != nullptr) found->second.divisor_scale = divisor->scale;
}

ColumnType Summary::type_of(const Figure& figure) const {
  if (figure.is_percent) return ColumnType::percent;
  const auto type = [this](int column) {
    return column < 0 ? ColumnType::integer : columns_[static_cast<std::size_t>(column)].type;
  };
  return rows::aggregate_type(figure.kind, type(figure.column), type(figure.divisor));
}

Metric Summary::metric(std::size_t at) const {
  const Figure& figure = figures_[at];
  Metric metric{.label = figure.label, .values = {}, .type = type_of(figure), .amounts = {}};
  if (figure.kind == AggregateKind::count) metric.amounts.push_back({{}, rows_, 0});
  if (distinct_[at]) metric.amounts.push_back({{}, distinct_[at]->count(), 0});
  const bool is_mean = figure.kind == AggregateKind::ratio || figure.kind == AggregateKind::average;
  for (const auto& [currency, tally] : tallies_[at]) {
    Amount amount = tally.amount;
    if (is_mean && tally.divisor == 0) continue;
    if (is_mean) {
      const int own = metric.type == ColumnType::money || metric.type == ColumnType::duration ? amount.scale
                      : metric.type == ColumnType::percent                                    ? kLeastDigits
                                                           : std::max<int>(amount.scale, kLeastDigits);
      const int hundred = figure.is_percent ? 2 : 0;
      amount.number = quotient(amount.number, tally.divisor, own + hundred - amount.scale + tally.divisor_scale);
      amount.scale = static_cast<std::uint8_t>(own);
      amount.grouped = true;
    }
    metric.amounts.push_back(std::move(amount));
  }
  if (metric.amounts.empty() && figure.kind == AggregateKind::total) {
    metric.type = ColumnType::integer;
    metric.amounts.emplace_back();
  }
  return metric;
}

std::vector<Metric> Summary::metrics(const Locale& locale) const {
  std::vector<Metric> result;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    Metric& metric = result.emplace_back(this->metric(i));
    for (const Amount& amount : metric.amounts) metric.values.push_back(amount_text(metric.type, amount, locale));
    if (metric.values.empty()) metric.values = {kNone};
  }
  return result;
}

std::vector<std::string> short_values(std::vector<std::string> values, const Language& language) {
  constexpr std::size_t kMost = 12;
  if (values.size() <= kMost) return values;
  const std::size_t more = values.size() - (kMost - 1);
  values.resize(kMost - 1);
  values.push_back(language.count("more_currencies", static_cast<std::int64_t>(more)));
  return values;
}

Totals::Totals(const rows::Columns& columns) : columns_(columns) {
  int first = -1;
  for (const rows::Column& column : columns)
    if (column.total && column.type == ColumnType::money && first < 0) first = column.currency_column;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int own = columns[i].type == ColumnType::money ? columns[i].currency_column : first;
    if (columns[i].total && (columns[i].type != ColumnType::money || own >= 0)) summed_.push_back({i, own});
  }
}

/// A new one has zeros with the digits that the columns' values would have.
Totals::Group& Totals::group_of(std::string_view currency) {
  if (last_ != groups_.end() && last_->first == currency) return last_->second;
  last_ = groups_.find(currency);
  if (last_ != groups_.end()) return last_->second;
  Group group;
  for (const auto& [column, currency_column] : summed_) {
    const bool is_money = columns_[column].type == ColumnType::money;
    const int scale = is_money ? rows::minor_digits(currency).value_or(0) : columns_[column].scale;
    group.sums.push_back({std::string(currency), 0, static_cast<std::uint8_t>(scale)});
  }
  last_ = groups_.emplace(currency, std::move(group)).first;
  return last_->second;
}

void Totals::row(const rows::Row& row) {
  for (std::size_t i = 0; i < summed_.size(); ++i) {
    const rows::Cell& cell = row[summed_[i].column];
    if (cell.null) continue;
    const int currency = summed_[i].currency_column;
    Group& group = group_of(currency < 0 ? std::string_view() : row[static_cast<std::size_t>(currency)].text);
    group.sums[i].number += cell.number;
    if (group.sums[i].scale == cell.scale) continue;
    for (std::size_t k = 0; k < summed_.size(); ++k)  // of a currency that this program does not know
      if (k == i ||
          (columns_[summed_[i].column].type == ColumnType::money && columns_[summed_[k].column].type == ColumnType::money))
        group.sums[k].scale = cell.scale;
  }
}

std::vector<TotalsRow> Totals::rows() const {
  std::vector<TotalsRow> result;
  for (const auto& [currency, group] : groups_) {
    TotalsRow& totals = result.emplace_back(TotalsRow{currency, std::vector<std::optional<Amount>>(columns_.size())});
    for (std::size_t i = 0; i < summed_.size(); ++i) totals.sums[summed_[i].column] = group.sums[i];
  }
  return result;
}

}  // namespace reportctl::render
