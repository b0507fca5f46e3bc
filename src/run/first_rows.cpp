// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "first_rows.hpp"

#include <algorithm>
#include <set>

#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::run {
namespace {

using rows::ColumnType;

// In letters of the table's font; a column takes its widest text and the gap beside it.
constexpr std::size_t kWidestCell = 24;
constexpr std::size_t kGap = 2;
constexpr std::size_t kScreen = 70;  ///< 536 px
constexpr std::size_t kPhone = 42;   ///< 320 px

bool is_number(ColumnType type) {
  return type != ColumnType::text && type != ColumnType::timestamp && type != ColumnType::date && type != ColumnType::boolean;
}

std::string cell_text(const rows::Columns& columns, std::size_t at, const rows::Row& row, const Zone& zone) {
  const auto& column = columns[at];
  std::string text = render::for_people(column, row[at], zone);
  if (column.type == ColumnType::money && !text.empty() && column.currency_column >= 0)
    text += " " + std::string(row[static_cast<std::size_t>(column.currency_column)].text);
  return fit_width(visible(repair_utf8(text)), kWidestCell);
}

/// Headings may be broken between words, so only their longest word counts.
std::size_t heading_width(const std::string& label) {
  std::size_t widest = 0;
  for (const auto& word : split(label, ' ')) widest = std::max(widest, display_width(word));
  return widest;
}

}  // namespace

void FirstRowsCollector::row(const rows::Row& row) {
  if (++count_ > static_cast<std::int64_t>(kRows)) return;
  auto& texts = rows_.emplace_back();
  for (std::size_t i = 0; i < columns_.size(); ++i) texts.push_back(cell_text(columns_, i, row, zone_));
}

mail::FirstRows FirstRowsCollector::table() const {
  std::set<std::size_t> beside;  // currencies that their amounts name
  for (const auto& column : columns_)
    if (column.type == ColumnType::money && column.currency_column >= 0)
      beside.insert(static_cast<std::size_t>(column.currency_column));
  mail::FirstRows table;
  std::vector<std::size_t> taken;
  std::size_t used = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool blank = std::all_of(rows_.begin(), rows_.end(), [i](const auto& row) { return row[i].empty(); });
    if (blank || beside.contains(i)) continue;
    const std::string label = fit_width(visible(columns_[i].label), kWidestCell);
    std::size_t width = heading_width(label);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    used += width + (taken.empty() ? 0 : kGap);
    if (used > kScreen && !taken.empty()) break;
    taken.push_back(i);
    table.columns.push_back({.label = label, .number = is_number(columns_[i].type), .wide = used > kPhone && taken.size() > 1});
  }
  for (const auto& row : rows_) {
    auto& texts = table.rows.emplace_back();
    for (const auto column : taken) texts.push_back(row[column]);
  }
  table.more = count_ - static_cast<std::int64_t>(rows_.size());
  return table;
}

}  // namespace reportctl::run
