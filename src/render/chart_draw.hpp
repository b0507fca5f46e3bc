// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "cairo_fonts.hpp"
#include "reportctl/render/chart.hpp"

namespace reportctl::render {

struct ChartBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};
struct ChartStyle {
  std::string color;     ///< of a single series
  double text_size = 8;  ///< points
};

/// The height that gives every bar and panel its room, for that text size.
double chart_height(const ChartData&, const ChartStyle&);
/// Draws within the box, on white; nothing for empty data.
void draw_chart(cairo_t*, Fonts&, const ChartData&, const ChartBox&, const ChartStyle&);

}  // namespace reportctl::render
