// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/writer.hpp"

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

std::int64_t floor_div(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

std::string counted(std::int64_t count, const char* one, const char* several) {
  return fmt::format("{} {}", grouped(count, 0), count == 1 ? one : several);
}

}  // namespace

void expect_ok(lxw_error error) {
  if (error == LXW_NO_ERROR) return;
  throw Error(ErrorKind::failed, fmt::format("libxlsxwriter refuses a cell: {}", xlsx().lxw_strerror(error)));
}

std::string XlsxCells::number_format(ColumnType type, std::size_t scale) {
  switch (type) {
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
      return scale == 0 ? "#,##0" : "#,##0." + std::string(scale, '0');
    case ColumnType::percent:
      return scale == 0 ? "0%" : "0." + std::string(scale, '0') + "%";
    case ColumnType::timestamp:
      return "yyyy-mm-dd hh:mm:ss";
    case ColumnType::date:
      return "yyyy-mm-dd";
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
  return offset_;
}

std::optional<double> XlsxCells::as_number(ColumnType type, __int128 number, std::size_t scale) {
  if (number < -kLongest || number > kLongest) {
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

void XlsxCells::value(const XlsxPlace& place, ColumnType type, const rows::Cell& cell) {
  if (cell.null) return;
  if (type == ColumnType::text) {
    if (!cell.text.empty()) text(place, cell.text, format(type, 0, XlsxStyle::body));
    return;
  }
  if (type == ColumnType::boolean)
    return expect_ok(xlsx().worksheet_write_boolean(place.sheet, place.row, place.column, cell.number != 0, nullptr));
  const std::size_t scale = type == ColumnType::integer ? 0 : cell.scale;
  if (const auto found = as_number(type, cell.number, scale))
    number(place, *found, format(type, scale, XlsxStyle::body));
  else
    stand_in(place, plain({.name = {}, .label = {}, .type = type}, cell, zone_), XlsxStyle::body);
}

void XlsxCells::amount(const XlsxPlace& place, ColumnType type, const Amount& amount, XlsxStyle style) {
  if (const auto found = as_number(type, amount.number, amount.scale))
    number(place, *found, format(type, amount.scale, style));
  else
    stand_in(place, amount_text(type, {.currency = {}, .number = amount.number, .scale = amount.scale}, zone_), style);
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

std::vector<std::string> XlsxCells::notes() const {
  std::vector<std::string> notes;
  if (text_.cut() > 0)
    notes.push_back(fmt::format("{} longer than the 32,767 characters of a cell, and cut. CSV and JSON files have them whole.",
                                counted(static_cast<std::int64_t>(text_.cut()), "text is", "texts are")));
  if (long_numbers_ > 0)
    notes.push_back(fmt::format("{} more than the 15 digits that a spreadsheet can keep, and written as text.",
                                counted(long_numbers_, "number has", "numbers have")));
  if (far_days_ > 0)
    notes.push_back(fmt::format("{} before March 1900 or after 9999, where spreadsheets have no days, and written as text.",
                                counted(far_days_, "date is", "dates are")));
  if (odd_durations_ > 0)
    notes.push_back(fmt::format("{} negative or longer than spreadsheets can count, and written as text.",
                                counted(odd_durations_, "duration is", "durations are")));
  return notes;
}

}  // namespace reportctl::render
