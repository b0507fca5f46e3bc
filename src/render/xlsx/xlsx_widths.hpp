// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <vector>

#include "reportctl/base/zone.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

/// How wide columns must be, in characters of the standard font. Numbers that do not fit are shown as `###`, so the largest of
/// all rows count; of texts, which merely are covered by their neighbour, the first thousand do, up to 60 characters.
class XlsxWidths {
 public:
  XlsxWidths(const rows::Columns&, Locale);
  /// No column is made wide enough for this text.
  static bool is_too_wide(std::string_view);
  /// How many lines the highest cell of a row needs in the widest column.
  [[nodiscard]] std::size_t lines_of(const rows::Row&) const;
  void row(const rows::Row&);
  void totals(const TotalsRow&);
  [[nodiscard]] std::vector<double> widths(const std::vector<std::string>& headers) const;

 private:
  struct Extent {
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::uint8_t scale = 0;
    std::size_t text = 0;  ///< columns that the widest text needs
    bool any = false;
  };
  [[nodiscard]] std::size_t width_of(std::size_t column) const;
  rows::Columns columns_;
  Locale locale_;
  std::vector<Extent> extents_;
  std::int64_t rows_ = 0;
};

}  // namespace reportctl::render
