// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pdf_bands.hpp"
#include "pdf_pages.hpp"
#include "pdf_surface.hpp"

namespace reportctl::render {

constexpr double kTop = 40;
constexpr double kFooter = 42;  // from the lower edge of the paper, nothing but the footer is below
constexpr double kRowPadding = 2;

struct Page {
  std::vector<std::pair<const Band*, double>> bands;  ///< and where they begin
  double table = -1;                                  ///< where the table's header begins; negative: no table here
  std::size_t strip = 0;
  std::int64_t rows = 0;
};

/// What stands above and below the columns of a strip.
struct StripParts {
  std::vector<TextBlock> labels;
  double header_height = 0;
  double width = 0;
  Bands head;
  Bands totals;
};

/// Where everything on the pages goes, and the drawing of it.
class PdfPages {
 public:
  PdfPages(const PdfContent&, Sink&);
  void draw();

 private:
  [[nodiscard]] double right() const { return content_.shape.paper.width - kMargin; }
  [[nodiscard]] double lower() const { return content_.shape.paper.height - kFooter; }
  [[nodiscard]] double table_width() const { return right() - kMargin; }
  [[nodiscard]] Fit fit_of(double width, int max_lines) const { return {width - 2 * padding_, max_lines}; }
  void write_strip(std::size_t number);
  void write_totals(const Strip&, Bands&);
  void write_front();
  void write_back();
  void place(Bands&);
  void place_rows(std::size_t strip);
  double row_height(const std::vector<PrintedCell>&, std::size_t strip);
  Page& new_page();
  void draw_page(std::size_t number);
  double draw_header(const Page&);
  double draw_rows(const Page&, double y);
  void draw_footer(std::size_t number);
  void add_outline(std::string_view, std::size_t page, double y);
  void write_metadata();
  [[nodiscard]] std::string period_line() const;

  const PdfContent& content_;
  const Document& document_;
  const Language& words_;
  PdfSurface surface_;
  Pen pen_;
  Pen texts_;  ///< of rows, in whatever colour is set when they are shown
  Color brand_;
  ChartStyle chart_style_;
  double ratio_;  ///< of the text's size to the usual one
  double padding_;
  Face regular_;
  Face bold_;
  Face footer_;
  Bands front_;
  Bands back_;
  std::deque<StripParts> strips_;
  std::vector<Page> pages_;
  double y_ = kTop;  ///< where the next thing of the last page goes
  std::int64_t cut_ = 0;
  std::optional<SpoolReader> reader_;  ///< of drawn_strip_
  std::size_t drawn_strip_ = 0;
  std::int64_t drawn_ = 0;
  std::size_t outlined_ = 0;
};

}  // namespace reportctl::render
