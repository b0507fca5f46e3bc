// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

struct Paper {
  double width = 0;  ///< points
  double height = 0;
};
/// Upright; Error(invalid) for a name that is neither a4 nor letter.
Paper paper_named(const std::string&);

constexpr double kMargin = 36;
constexpr double kCellPadding = 4;
constexpr double kTextSize = 8;

/// What is known of a column once all rows have passed, at kTextSize and without padding.
struct ColumnNeeds {
  bool may_wrap = false;
  bool repeated = false;  ///< where columns do not fit: in each strip, as the first one is (currencies of amounts)
  double widest = 0;      ///< value, totals included
  double label = 0;       ///< on one line
  double label_word = 0;  ///< its longest word
};

/// Columns that stand side by side.
struct Strip {
  std::vector<std::size_t> columns;
  std::vector<double> widths;  ///< padding included; together at most the width between the margins
  std::size_t repeated = 0;    ///< how many of the columns, the first ones, are in each strip
};

struct TableShape {
  Paper paper;  ///< portrait or landscape, as the columns need it
  double text_size = kTextSize;
  std::vector<Strip> strips;  ///< one, or as many as it takes, each with the first column
};
/// Upright where everything fits on a line, turned otherwise; then texts wrap, then letters shrink as far as they can be read,
/// then the table is divided into strips, as spreadsheets are printed. A value is never broken.
TableShape shape_table(const std::vector<ColumnNeeds>&, const Paper& portrait);

}  // namespace reportctl::render
