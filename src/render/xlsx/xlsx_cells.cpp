// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"
#include "xlsx_widths.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr std::int64_t kLongest = 999'999'999'999'999;  ///< the 15 digits that Excel keeps
constexpr std::int64_t kDaysBefore1970 = 25'569;        ///< of the spreadsheets' day 0, 1899-12-30
constexpr std::int64_t kFirstDay = 61;                  ///< 1900-03-01: Excel believes in a 29th of February 1900
constexpr std::int64_t kLastDay = 2'958'465;            ///< 9999-12-31
constexpr std::int64_t kSecondsADay = 86'400;
constexpr std::int64_t kQuarter = 900;

constexpr std::array<double, 21> kPowers = [] {
  std::array<double, 21> powers{};
  double power = 1;
  for (double& one : powers) {
    one = power;
    power *= 10;
  }
  return powers;
}();

bool has_lines(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos || XlsxWidths::is_too_wide(text);
}

/// Zeros at the end are no digits that a cell must keep: of 1234567.500000000 it has all.
std::optional<double> rounded_number(ColumnType type, __int128 number, std::size_t scale) {
  if (type != ColumnType::integer && type != ColumnType::decimal && type != ColumnType::money && type != ColumnType::percent)
    return std::nullopt;
  int digits_after = static_cast<int>(scale) + (type == ColumnType::percent ? 2 : 0);
  for (; number % 10 == 0; number /= 10) --digits_after;
  const auto power = static_cast<std::size_t>(std::abs(digits_after));
  if (number < -kLongest || number > kLongest || power >= kPowers.size()) return std::nullopt;
  const auto value = static_cast<double>(static_cast<std::int64_t>(number));
  return digits_after >= 0 ? value / kPowers[power] : value * kPowers[power];
}

std::int64_t floor_div(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

}  // namespace

void expect_ok(lxw_error error) {
  if (error == LXW_NO_ERROR) return;
  throw Error(ErrorKind::failed, fmt::format("libxlsxwriter refuses a cell: {}", xlsx().lxw_strerror(error)));
}

std::string XlsxCells::number_format(ColumnType type, std::size_t scale) const {
  switch (type) {
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
      return scale == 0 ? "#,##0" : "#,##0." + std::string(scale, '0');
    case ColumnType::percent:
      return scale == 0 ? "0%" : "0." + std::string(scale, '0') + "%";
    case ColumnType::timestamp:
      return to_lower(locale_.language.date_form()) + " hh:mm:ss";
    case ColumnType::date:
      return to_lower(locale_.language.date_form());
    case ColumnType::duration:
      return "[h]:mm:ss";
    case ColumnType::text:
    case ColumnType::boolean:
      break;
  }
  return {};
}

lxw_format* XlsxCells::format(ColumnType type, std::size_t scale, XlsxStyle style) {
  if (style == XlsxStyle::body && type == ColumnType::boolean) return nullptr;
  scale = std::min(scale, kScales - 1);
  lxw_format*& format = formats_[static_cast<std::size_t>(style)][static_cast<std::size_t>(type)][scale];
  if (format != nullptr) return format;
  format = xlsx().workbook_add_format(book_);
  const std::string pattern = number_format(type, scale);
  if (!pattern.empty()) xlsx().format_set_num_format(format, pattern.c_str());
  if (type == ColumnType::text) xlsx().format_set_indent(format, 1);  // away from the number on its left
  if (style == XlsxStyle::total) {
    xlsx().format_set_bold(format);
    xlsx().format_set_top(format, LXW_BORDER_THIN);
  }
  return format;
}

/// Instants of one quarter of an hour have the same offset, unless it changes within.
std::int64_t XlsxCells::offset_at(std::int64_t instant) {
  const std::int64_t quarter = floor_div(instant, kQuarter);
  if (quarter == quarter_) return offset_;
  const auto offset = [this](std::int64_t at) { return zone_.offset_seconds(Instant{std::chrono::seconds{at}}); };
  offset_ = offset(instant);
  quarter_ = offset(quarter * kQuarter) == offset_ && offset(quarter * kQuarter + kQuarter - 1) == offset_ ? quarter : -1;
  may_repeat_ = quarter_ == -1 || zone_.is_ambiguous(Instant{std::chrono::seconds{quarter * kQuarter}});
  return offset_;
}

lxw_format* XlsxCells::own_format(const std::string& pattern, XlsxStyle style) {
  lxw_format*& format = own_formats_[{pattern, style}];
  if (format != nullptr) return format;
  format = xlsx().workbook_add_format(book_);
  xlsx().format_set_num_format(format, pattern.c_str());
  if (style == XlsxStyle::total) {
    xlsx().format_set_bold(format);
    xlsx().format_set_top(format, LXW_BORDER_THIN);
  }
  return format;
}

/// Several lines, or one that no column is wide enough for: shown below one another, from the top.
lxw_format* XlsxCells::lines_format() {
  if (lines_ != nullptr) return lines_;
  lines_ = xlsx().workbook_add_format(book_);
  xlsx().format_set_indent(lines_, 1);
  xlsx().format_set_text_wrap(lines_);
  xlsx().format_set_align(lines_, LXW_ALIGN_VERTICAL_TOP);
  return lines_;
}

/// as_number() has found the quarter of the instant.
bool XlsxCells::repeats(ColumnType type, const rows::Cell& cell) const {
  return type == ColumnType::timestamp && may_repeat_ && zone_.is_ambiguous(Instant{std::chrono::seconds{cell.number}});
}

std::string XlsxCells::offset_format(const rows::Cell& cell) const {
  const std::string text = zone_.format(Instant{std::chrono::seconds{cell.number}});
  return fmt::format("{} \"{}\"", number_format(ColumnType::timestamp, 0), text.substr(text.size() - 6));
}

std::optional<double> XlsxCells::as_number(ColumnType type, __int128 number, std::size_t scale) {
  if (number < -kLongest || number > kLongest) {
    if (const auto value = rounded_number(type, number, scale)) return value;
    ++long_numbers_;
    return std::nullopt;
  }
  const auto whole = static_cast<std::int64_t>(number);
  const double value = static_cast<double>(whole);
  switch (type) {
    case ColumnType::percent:
      return value / kPowers[std::min(scale + 2, kPowers.size() - 1)];
    case ColumnType::timestamp: {
      const std::int64_t local = whole + offset_at(whole) + kDaysBefore1970 * kSecondsADay;
      if (local >= kFirstDay * kSecondsADay && local < (kLastDay + 1) * kSecondsADay)
        return static_cast<double>(local) / static_cast<double>(kSecondsADay);
      ++far_days_;
      return std::nullopt;
    }
    case ColumnType::date:
      if (whole + kDaysBefore1970 >= kFirstDay && whole + kDaysBefore1970 <= kLastDay)
        return static_cast<double>(whole + kDaysBefore1970);
      ++far_days_;
      return std::nullopt;
    case ColumnType::duration:
      if (whole >= 0 && whole < (kLastDay + 1) * kSecondsADay) return value / static_cast<double>(kSecondsADay);
      ++odd_durations_;
      return std::nullopt;
    case ColumnType::text:
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
    case ColumnType::boolean:
      break;
  }
  return value / kPowers[std::min(scale, kPowers.size() - 1)];
}

void XlsxCells::stand_in(const XlsxPlace& place, std::string_view words, XlsxStyle style) {
  constexpr std::size_t kStandIn = kKinds - 1;
  lxw_format*& format = formats_[static_cast<std::size_t>(style)][kStandIn][0];
  if (format == nullptr) {
    format = xlsx().workbook_add_format(book_);
    xlsx().format_set_align(format, LXW_ALIGN_RIGHT);
    if (style == XlsxStyle::total) {
      xlsx().format_set_bold(format);
      xlsx().format_set_top(format, LXW_BORDER_THIN);
    }
  }
  text(place, words, format);
}

void XlsxCells::value(const XlsxPlace& place, const rows::Column& column, const rows::Cell& cell) {
  if (cell.null) return;
  const ColumnType type = column.type;
  if (type == ColumnType::text) {
    if (!cell.text.empty()) text(place, cell.text, has_lines(cell.text) ? lines_format() : format(type, 0, XlsxStyle::body));
    return;
  }
  if (type == ColumnType::boolean)
    return expect_ok(xlsx().worksheet_write_boolean(place.sheet, place.row, place.column, cell.number != 0, nullptr));
  const std::size_t scale = type == ColumnType::integer ? 0 : cell.scale;
  if (const auto found = as_number(type, cell.number, scale))
    number(place, *found,
           repeats(type, cell)                              ? own_format(offset_format(cell), XlsxStyle::body)
           : type == ColumnType::integer && !column.grouped ? own_format("0", XlsxStyle::body)
                                                            : format(type, scale, XlsxStyle::body));
  else
    stand_in(place, plain({.name = {}, .label = {}, .type = type}, cell, zone_), XlsxStyle::body);
}

void XlsxCells::amount(const XlsxPlace& place, ColumnType type, const Amount& amount, XlsxStyle style) {
  if (const auto found = as_number(type, amount.number, amount.scale))
    number(place, *found, amount.grouped ? format(type, amount.scale, style) : own_format("0", style));
  else
    stand_in(place, amount_text(type, {.currency = {}, .number = amount.number, .scale = amount.scale}, locale_), style);
}

void XlsxCells::named_total(const XlsxPlace& place, ColumnType type, const Amount& amount, const std::string& name) {
  std::string word = fit_width(visible(name), 40);
  std::erase(word, '"');
  if (const auto found = as_number(type, amount.number, amount.scale))
    return number(place, *found, own_format(fmt::format("\"{} \"{}", word, number_format(type, amount.scale)), XlsxStyle::total));
  stand_in(place, name + " " + amount_text(type, {.currency = {}, .number = amount.number, .scale = amount.scale}, locale_),
           XlsxStyle::total);
}

void XlsxCells::text(const XlsxPlace& place, std::string_view words, lxw_format* format) {
  expect_ok(xlsx().worksheet_write_string(place.sheet, place.row, place.column, text_(words), format));
}

void XlsxCells::blank(const XlsxPlace& place, lxw_format* format) {
  expect_ok(xlsx().worksheet_write_blank(place.sheet, place.row, place.column, format));
}

void XlsxCells::number(const XlsxPlace& place, double number, lxw_format* format) {
  expect_ok(xlsx().worksheet_write_number(place.sheet, place.row, place.column, number, format));
}

std::vector<std::string> XlsxCells::notes(const std::vector<std::string>& formats) const {
  const Language& words = locale_.language;
  std::vector<std::string> notes;
  if (text_.cut() > 0) {
    const auto count = static_cast<std::int64_t>(text_.cut());
    const std::string elsewhere = whole_formats(formats, false, words);
    notes.push_back(words.count("cut", count) +
                    (elsewhere.empty() ? "" : " " + words.count("elsewhere", count, {{"formats", elsewhere}})));
  }
  if (long_numbers_ > 0) notes.push_back(words.count("long_numbers", long_numbers_));
  if (far_days_ > 0) notes.push_back(words.count("far_days", far_days_));
  if (odd_durations_ > 0) notes.push_back(words.count("odd_durations", odd_durations_));
  return notes;
}

}  // namespace reportctl::render
