// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "first_rows.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::run {
namespace {

using rows::ColumnType;

// In letters; a column that would not fit is shortened once.
constexpr std::size_t kWidestCell = 40;
constexpr std::size_t kShortCell = 24;
// In pixels of the template: 13 px letters, 12 px between columns, the width of the card without its edges.
constexpr double kGap = 12;
constexpr double kScreen = 490;
constexpr double kPhone = 300;

/// About as wide as the usual fonts have it, rather more than less.
double pixels(std::string_view text) {
  constexpr std::string_view kNarrow = " .,:;'|!()[]/-filjrtI";
  constexpr std::string_view kWide = "mwMW@%";
  double width = 0;
  std::size_t ascii = 0;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    ++ascii;
    const bool capital = c >= 'A' && c <= 'Z';
    width += kNarrow.find(c) != std::string_view::npos ? 4.8
             : kWide.find(c) != std::string_view::npos ? 12.2
             : capital                                 ? 9.3
                                                       : 7.4;
  }
  return width + 7.6 * static_cast<double>(display_width(text) - std::min(ascii, display_width(text)));
}

/// An address is read as its lines; a mail's table has no room for them.
std::string on_one_line(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n'))
    if (const auto words = trim(line); !words.empty()) lines.emplace_back(words);
  return join(lines, " / ");
}

std::string cell_text(const rows::Columns& columns, std::size_t at, const rows::Row& row, const Locale& locale) {
  const auto& column = columns[at];
  std::string text = render::value_text(column, row[at], locale);
  if (column.type == ColumnType::money && !text.empty() && column.currency_column >= 0)
    text += " " + std::string(row[static_cast<std::size_t>(column.currency_column)].text);
  return fit_width(visible(on_one_line(repair_utf8(text))), kWidestCell);
}

/// Headings may be broken between words, so only their longest word counts.
double heading_width(const std::string& label) {
  double widest = 0;
  for (const auto& word : split(label, ' ')) widest = std::max(widest, pixels(word));
  return widest;
}

}  // namespace

void FirstRowsCollector::row(const rows::Row& row) {
  if (++count_ > static_cast<std::int64_t>(kRows)) return;
  auto& texts = rows_.emplace_back();
  for (std::size_t i = 0; i < columns_.size(); ++i) texts.push_back(cell_text(columns_, i, row, locale_));
}

std::vector<std::size_t> FirstRowsCollector::by_rank() const {
  std::vector<std::size_t> order;
  for (const auto& name : telling_) {
    const auto at = std::find_if(columns_.begin(), columns_.end(), [&](const auto& column) { return column.name == name; });
    const auto index = static_cast<std::size_t>(at - columns_.begin());
    if (at != columns_.end() && std::find(order.begin(), order.end(), index) == order.end()) order.push_back(index);
  }
  const auto told = order;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (std::find(told.begin(), told.end(), i) == told.end()) order.push_back(i);
  return order;
}

mail::FirstRows FirstRowsCollector::table() const {
  std::set<std::size_t> beside;  // currencies that their amounts name
  for (const auto& column : columns_)
    if (column.type == ColumnType::money && column.currency_column >= 0)
      beside.insert(static_cast<std::size_t>(column.currency_column));
  struct Taken {
    std::size_t longest;
    double width;
    bool narrow = false;
  };
  std::map<std::size_t, Taken> taken;  // by column
  std::vector<std::size_t> ranked;
  double used = 0;
  const auto label_of = [&](std::size_t column) { return fit_width(visible(columns_[column].label), kShortCell); };
  for (const std::size_t i : by_rank()) {
    const bool blank = std::all_of(rows_.begin(), rows_.end(), [i](const auto& row) { return row[i].empty(); });
    if (blank || beside.contains(i)) continue;
    const double gap = taken.empty() ? 0 : kGap;
    const auto width_of = [&](std::size_t longest) {
      double width = heading_width(label_of(i));
      for (const auto& row : rows_) width = std::max(width, pixels(fit_width(row[i], longest)));
      return width;
    };
    std::size_t longest = kWidestCell;
    double width = width_of(longest);
    if (used + gap + width > kScreen) width = width_of(longest = kShortCell);
    if (used + gap + width > kScreen && !taken.empty()) break;
    used += gap + width;
    taken.emplace(i, Taken{longest, width});
    ranked.push_back(i);
  }
  // Names without a figure say little, so on a phone the first figure comes second.
  const auto figure =
      std::find_if(ranked.begin(), ranked.end(), [&](std::size_t i) { return facts_of(columns_[i].type).number; });
  if (figure != ranked.end() && figure != ranked.begin()) std::rotate(ranked.begin() + 1, figure, figure + 1);
  double used_on_phone = -kGap;
  for (const std::size_t i : ranked) {
    Taken& column = taken.at(i);
    column.narrow = i == ranked.front() || used_on_phone + kGap + column.width <= kPhone;
    if (column.narrow) used_on_phone += kGap + column.width;
  }
  mail::FirstRows table;
  for (const auto& [column, how] : taken)
    table.columns.push_back({.label = label_of(column), .number = facts_of(columns_[column].type).number, .wide = !how.narrow});
  for (const auto& row : rows_) {
    auto& texts = table.rows.emplace_back();
    for (const auto& [column, how] : taken) texts.push_back(fit_width(row[column], how.longest));
  }
  table.more = count_ - static_cast<std::int64_t>(rows_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!taken.contains(i) && !beside.contains(i)) table.left_out.push_back(label_of(i));
  return table;
}

}  // namespace reportctl::run
