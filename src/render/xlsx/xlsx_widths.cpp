// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_widths.hpp"

#include <algorithm>

#include "people.hpp"
#include "reportctl/base/line_ends.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr std::int64_t kRowsLookedAt = 1000;
constexpr std::size_t kWidestText = 60;

/// Of the longest line.
std::size_t text_width(std::string_view text) {
  std::size_t widest = 0;
  for (std::size_t begin = 0; begin <= text.size() && widest < kWidestText;) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    widest = std::max(widest, line.size() > 4 * kWidestText ? kWidestText : display_width(line));
    begin = end + 1;
  }
  return std::min(widest, kWidestText);
}

/// Words that do not fit go to the next line, so a line holds somewhat less than it could.
std::size_t lines_in(std::string_view text) {
  constexpr std::size_t kFull = kWidestText - 5;
  std::size_t lines = 0;
  for (const std::string& line : split(with_line_feeds(text), '\n'))
    lines += std::max<std::size_t>((display_width(line) + kFull - 1) / kFull, 1);
  return lines;
}

}  // namespace

XlsxWidths::XlsxWidths(const rows::Columns& columns, Locale locale)
    : columns_(columns), locale_(std::move(locale)), extents_(columns.size()) {}

bool XlsxWidths::is_too_wide(std::string_view text) {
  return text.size() > kWidestText && (text.size() > 4 * kWidestText || display_width(text) > kWidestText);
}

std::size_t XlsxWidths::lines_of(const rows::Row& row) const {
  std::size_t most = 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (columns_[i].type != ColumnType::text || row[i].null) continue;
    if (row[i].text.find_first_of("\r\n") != std::string_view::npos || is_too_wide(row[i].text))
      most = std::max(most, lines_in(row[i].text));
  }
  return most;
}

void XlsxWidths::row(const rows::Row& row) {
  const bool look_at_texts = rows_++ < kRowsLookedAt;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const rows::Cell& cell = row[i];
    if (cell.null) continue;
    Extent& extent = extents_[i];
    if (columns_[i].type == ColumnType::text) {
      if (look_at_texts) extent.text = std::max(extent.text, text_width(cell.text));
      continue;
    }
    extent.any = true;
    extent.least = std::min(extent.least, cell.number);
    extent.most = std::max(extent.most, cell.number);
    extent.scale = std::max(extent.scale, cell.scale);
  }
}

void XlsxWidths::totals(const TotalsRow& totals) {
  for (std::size_t i = 0; i < totals.sums.size(); ++i)
    if (totals.sums[i])
      extents_[i].text =
          std::max(extents_[i].text,
                   display_width(amount_text(columns_[i].type, {{}, totals.sums[i]->number, totals.sums[i]->scale}, locale_)));
}

std::size_t XlsxWidths::width_of(std::size_t column) const {
  const Extent& extent = extents_[column];
  if (!extent.any) return extent.text;
  switch (columns_[column].type) {
    case ColumnType::text:
      return extent.text;
    case ColumnType::timestamp:
      return std::string_view("2026-03-17 06:00:00").size();
    case ColumnType::date:
      return std::string_view("2026-03-17").size();
    case ColumnType::boolean:
      return std::string_view("FALSE").size();
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
    case ColumnType::duration:
    case ColumnType::percent:
      break;
  }
  std::size_t width = extent.text;
  for (const std::int64_t number : {extent.least, extent.most})
    width = std::max(
        width, amount_text(columns_[column].type, {.currency = {}, .number = number, .scale = extent.scale}, locale_).size());
  return width;
}

std::vector<double> XlsxWidths::widths(const std::vector<std::string>& headers) const {
  constexpr double kPadding = 3;
  constexpr double kBoldAndButton = 6;  // wider letters, and room for the button of the filter
  constexpr double kLeast = 8;
  std::vector<double> widths;
  for (std::size_t i = 0; i < extents_.size(); ++i)
    widths.push_back(std::max({kLeast, static_cast<double>(width_of(i)) + kPadding,
                               static_cast<double>(std::min(display_width(headers[i]), kWidestText)) + kBoldAndButton}));
  return widths;
}

}  // namespace reportctl::render
