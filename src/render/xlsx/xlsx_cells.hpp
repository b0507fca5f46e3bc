// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/zone.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/rows/cell.hpp"
#include "xlsx_api.hpp"
#include "xlsx_text.hpp"

namespace reportctl::render {

enum class XlsxStyle { body, total };

/// What a cell has, before it is written: by libxlsxwriter (XlsxCells::write), or as a row of many (XlsxRows).
struct XlsxCell {
  enum class Kind : std::uint8_t { none, blank, text, number, truth };
  Kind kind = Kind::none;
  bool plain = false;  ///< a text that XlsxText leaves as it is
  int scale = 0;       ///< of a number: digits after the point; below zero: so many zeros follow it
  std::int64_t number = 0;
  std::string_view text;  ///< valid as long as that which it was made of, or until the next cell
  lxw_format* format = nullptr;
};

/// Where libxlsxwriter writes a cell.
struct XlsxPlace {
  lxw_worksheet* sheet = nullptr;
  lxw_row_t row = 0;
  lxw_col_t column = 0;
};

/// Values as a spreadsheet keeps them: numbers with a format, instants as local time. What it cannot keep as a number becomes the
/// text that CSV has, right-aligned like a number, and is counted for the notes: more than 15 significant digits, days before
/// 1900-03-01 (from where on Excel and everybody else count alike) or after 9999, negative durations.
class XlsxCells {
 public:
  XlsxCells(lxw_workbook* book, Locale locale) : book_(book), zone_(locale.zone), locale_(std::move(locale)) {}

  /// A null and an empty text leave the cell blank.
  XlsxCell value(const rows::Column&, const rows::Cell&);
  XlsxCell amount(rows::ColumnType, const Amount&, XlsxStyle);
  /// A total that says so itself: `Total EUR 12.00`, still a number.
  XlsxCell named_total(rows::ColumnType, const Amount&, const std::string& name);
  static XlsxCell text(std::string_view, lxw_format* format = nullptr);
  static XlsxCell blank(lxw_format* format) { return {.kind = XlsxCell::Kind::blank, .text = {}, .format = format}; }

  void write(const XlsxPlace&, const XlsxCell&);
  void write(const XlsxPlace& place, std::string_view words, lxw_format* format = nullptr) { write(place, text(words, format)); }
  static void write(const XlsxPlace&, double, lxw_format*);

  lxw_format* format(rows::ColumnType, std::size_t scale, XlsxStyle);
  /// `#,##0.00` for money of scale 2.
  [[nodiscard]] std::string number_format(rows::ColumnType, std::size_t scale) const;
  /// What was not written as it is, in sentences; `formats`: those of the report.
  [[nodiscard]] std::vector<std::string> notes(const std::vector<std::string>& formats) const;
  /// For all texts of the workbook: it counts those that it cuts.
  XlsxText& texts() { return texts_; }

 private:
  static constexpr std::size_t kScales = 20;
  static constexpr std::size_t kKinds = rows::kColumnTypes.size() + 1;  ///< and text that stands for a number
  struct Number {
    std::int64_t number;
    int scale;
  };
  std::optional<Number> as_number(rows::ColumnType, __int128 number, std::size_t scale);
  static Number as_days(std::int64_t seconds);
  static std::optional<Number> without_zeros(rows::ColumnType, __int128 number, std::size_t scale);
  std::int64_t offset_at(std::int64_t instant);
  lxw_format* new_format(XlsxStyle);
  lxw_format* own_format(const std::string& pattern, XlsxStyle);
  lxw_format* lines_format();
  [[nodiscard]] bool repeats(rows::ColumnType, const rows::Cell&) const;
  [[nodiscard]] std::string offset_format(const rows::Cell&) const;
  static XlsxCell cell_of(const Number&, lxw_format*);
  XlsxCell stand_in(std::string words, XlsxStyle);

  lxw_workbook* book_;
  Zone zone_;
  Locale locale_;
  XlsxText texts_;
  std::string stand_in_;
  std::array<std::array<std::array<lxw_format*, kScales>, kKinds>, 2> formats_{};
  std::int64_t quarter_ = -1;  ///< the quarter of an hour of which offset_ holds, since 1970
  std::int64_t offset_ = 0;
  bool may_repeat_ = false;  ///< some of that quarter's times come twice
  lxw_format* lines_ = nullptr;
  std::map<std::pair<std::string, XlsxStyle>, lxw_format*> own_formats_;  ///< by pattern
  std::int64_t long_numbers_ = 0;
  std::int64_t far_days_ = 0;
  std::int64_t odd_durations_ = 0;
};

/// Throws what libxlsxwriter says unless it is content. Error(failed).
void expect_ok(lxw_error);

}  // namespace reportctl::render
