// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>

#include "cairo/cairo_fonts.hpp"
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

/// Of the brand (`#rrggbb`) where there is one series; of several, colours that people with any colour vision tell apart.
Color series_color(const ChartData&, std::size_t series, const std::string& brand);
/// The height that gives every bar and panel its room, for that text size.
double chart_height(const ChartData&, const ChartStyle&);
/// Draws within the box, on white; nothing for empty data.
void draw_chart(cairo_t*, Fonts&, const ChartData&, const ChartBox&, const ChartStyle&);

}  // namespace reportctl::render
