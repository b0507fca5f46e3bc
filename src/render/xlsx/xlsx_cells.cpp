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
constexpr std::int64_t kLongDays = 9'000;
constexpr int kDigitsOfLong = 11;
constexpr std::int64_t kLongDay = 100'000'000'000;
constexpr int kDigitsOfShort = 14;
constexpr std::int64_t kShortDay = 100'000'000'000'000;

constexpr std::array<double, 21> kPowers = [] {
  std::array<double, 21> powers{};
  double power = 1;
  for (double& one : powers) {
    one = power;
    power *= 10;
  }
  return powers;
}();

bool has_lines(const XlsxCell& cell) {
  return (!cell.plain && cell.text.find_first_of("\r\n") != std::string_view::npos) || XlsxWidths::is_too_wide(cell.text);
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

/// A row is read at its top, where one of its cells has several lines.
lxw_format* XlsxCells::new_format(XlsxStyle style) {
  lxw_format* const format = xlsx().workbook_add_format(book_);
  xlsx().format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
  if (style == XlsxStyle::total) {
    xlsx().format_set_bold(format);
    xlsx().format_set_top(format, LXW_BORDER_THIN);
  }
  return format;
}

lxw_format* XlsxCells::format(ColumnType type, std::size_t scale, XlsxStyle style) {
  scale = std::min(scale, kScales - 1);
  lxw_format*& format = formats_[static_cast<std::size_t>(style)][static_cast<std::size_t>(type)][scale];
  if (format != nullptr) return format;
  format = new_format(style);
  const std::string pattern = number_format(type, scale);
  if (!pattern.empty()) xlsx().format_set_num_format(format, pattern.c_str());
  if (type == ColumnType::text) xlsx().format_set_indent(format, 1);  // away from the number on its left
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
  format = new_format(style);
  xlsx().format_set_num_format(format, pattern.c_str());
  return format;
}

/// Several lines, or one that no column is wide enough for: shown below one another.
lxw_format* XlsxCells::lines_format() {
  if (lines_ != nullptr) return lines_;
  lines_ = new_format(XlsxStyle::body);
  xlsx().format_set_indent(lines_, 1);
  xlsx().format_set_text_wrap(lines_);
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

/// Zeros at the end are no digits that a cell must keep: of 1234567.500000000 it has all.
std::optional<XlsxCells::Number> XlsxCells::without_zeros(ColumnType type, __int128 number, std::size_t scale) {
  if (type != ColumnType::integer && type != ColumnType::decimal && type != ColumnType::money && type != ColumnType::percent)
    return std::nullopt;
  int digits_after = static_cast<int>(scale) + (type == ColumnType::percent ? 2 : 0);
  for (; number % 10 == 0; number /= 10) --digits_after;
  if (number < -kLongest || number > kLongest || std::abs(digits_after) >= static_cast<int>(kPowers.size())) return std::nullopt;
  return Number{static_cast<std::int64_t>(number), digits_after};
}

std::optional<XlsxCells::Number> XlsxCells::as_number(ColumnType type, __int128 number, std::size_t scale) {
  if (number < -kLongest || number > kLongest) {
    if (const auto value = without_zeros(type, number, scale)) return value;
    ++long_numbers_;
    return std::nullopt;
  }
  const auto whole = static_cast<std::int64_t>(number);
  const int digits_after = static_cast<int>(std::min(scale, kPowers.size() - 3));
  switch (type) {
    case ColumnType::percent:
      return Number{whole, digits_after + 2};
    case ColumnType::timestamp: {
      const std::int64_t local = whole + offset_at(whole) + kDaysBefore1970 * kSecondsADay;
      if (local >= kFirstDay * kSecondsADay && local < (kLastDay + 1) * kSecondsADay) return as_days(local);
      ++far_days_;
      return std::nullopt;
    }
    case ColumnType::date:
      if (whole + kDaysBefore1970 >= kFirstDay && whole + kDaysBefore1970 <= kLastDay) return Number{whole + kDaysBefore1970, 0};
      ++far_days_;
      return std::nullopt;
    case ColumnType::duration:
      if (whole >= 0 && whole < (kLastDay + 1) * kSecondsADay) return as_days(whole);
      ++odd_durations_;
      return std::nullopt;
    case ColumnType::text:
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
    case ColumnType::boolean:
      break;
  }
  return Number{whole, digits_after};
}

/// Seconds as a spreadsheet counts days: to a microsecond, and of less than 25 years to a nanosecond.
XlsxCells::Number XlsxCells::as_days(std::int64_t seconds) {
  const std::int64_t days = seconds / kSecondsADay;
  const bool is_long = days >= kLongDays;
  const std::int64_t one = is_long ? kLongDay : kShortDay;
  const std::int64_t part = (seconds % kSecondsADay * one + kSecondsADay / 2) / kSecondsADay;
  return {days * one + part, is_long ? kDigitsOfLong : kDigitsOfShort};
}

XlsxCell XlsxCells::cell_of(const Number& number, lxw_format* format) {
  return {.kind = XlsxCell::Kind::number, .scale = number.scale, .number = number.number, .text = {}, .format = format};
}

XlsxCell XlsxCells::stand_in(std::string words, XlsxStyle style) {
  constexpr std::size_t kStandIn = kKinds - 1;
  lxw_format*& format = formats_[static_cast<std::size_t>(style)][kStandIn][0];
  if (format == nullptr) {
    format = new_format(style);
    xlsx().format_set_align(format, LXW_ALIGN_RIGHT);
  }
  stand_in_ = std::move(words);
  return text(stand_in_, format);
}

XlsxCell XlsxCells::value(const rows::Column& column, const rows::Cell& cell) {
  if (cell.null) return {};
  const ColumnType type = column.type;
  if (type == ColumnType::text) {
    if (cell.text.empty()) return {};
    XlsxCell words = text(cell.text);
    words.format = has_lines(words) ? lines_format() : format(type, 0, XlsxStyle::body);
    return words;
  }
  if (type == ColumnType::boolean)
    return {.kind = XlsxCell::Kind::truth, .number = cell.number, .text = {}, .format = format(type, 0, XlsxStyle::body)};
  const std::size_t scale = type == ColumnType::integer ? 0 : cell.scale;
  const auto found = as_number(type, cell.number, scale);
  if (!found) return stand_in(plain({.name = {}, .label = {}, .type = type}, cell, zone_), XlsxStyle::body);
  return cell_of(*found, repeats(type, cell)                              ? own_format(offset_format(cell), XlsxStyle::body)
                         : type == ColumnType::integer && !column.grouped ? own_format("0", XlsxStyle::body)
                                                                          : format(type, scale, XlsxStyle::body));
}

XlsxCell XlsxCells::amount(ColumnType type, const Amount& amount, XlsxStyle style) {
  if (const auto found = as_number(type, amount.number, amount.scale))
    return cell_of(*found, amount.grouped ? format(type, amount.scale, style) : own_format("0", style));
  return stand_in(amount_text(type, {.currency = {}, .number = amount.number, .scale = amount.scale}, locale_), style);
}

XlsxCell XlsxCells::named_total(ColumnType type, const Amount& amount, const std::string& name) {
  std::string word = fit_width(visible(name), 40);
  std::erase(word, '"');
  if (const auto found = as_number(type, amount.number, amount.scale))
    return cell_of(*found, own_format(fmt::format("\"{} \"{}", word, number_format(type, amount.scale)), XlsxStyle::total));
  return stand_in(name + " " + amount_text(type, {.currency = {}, .number = amount.number, .scale = amount.scale}, locale_),
                  XlsxStyle::total);
}

XlsxCell XlsxCells::text(std::string_view words, lxw_format* format) {
  return {.kind = XlsxCell::Kind::text, .plain = XlsxText::is_plain(words), .text = words, .format = format};
}

void XlsxCells::write(const XlsxPlace& place, const XlsxCell& cell) {
  const auto& [sheet, row, column] = place;
  switch (cell.kind) {
    case XlsxCell::Kind::none:
      return;
    case XlsxCell::Kind::blank:
      return expect_ok(xlsx().worksheet_write_blank(sheet, row, column, cell.format));
    case XlsxCell::Kind::text:
      return expect_ok(xlsx().worksheet_write_string(sheet, row, column, texts_.for_library(cell.text), cell.format));
    case XlsxCell::Kind::truth:
      return expect_ok(xlsx().worksheet_write_boolean(sheet, row, column, cell.number != 0, cell.format));
    case XlsxCell::Kind::number: {
      const auto number = static_cast<double>(cell.number);
      const double power = kPowers[static_cast<std::size_t>(std::abs(cell.scale))];
      return write(place, cell.scale >= 0 ? number / power : number * power, cell.format);
    }
  }
}

void XlsxCells::write(const XlsxPlace& place, double number, lxw_format* format) {
  expect_ok(xlsx().worksheet_write_number(place.sheet, place.row, place.column, number, format));
}

std::vector<std::string> XlsxCells::notes(const std::vector<std::string>& formats) const {
  const Language& words = locale_.language;
  std::vector<std::string> notes;
  if (texts_.cut() > 0) {
    const auto count = static_cast<std::int64_t>(texts_.cut());
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
