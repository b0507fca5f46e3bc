// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cmath>

#include "chart_draw.hpp"
#include "png_image.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

constexpr double kEdge = 12;
constexpr double kLetters = 11;

}  // namespace

int chart_image_height(const ChartData& data) {
  constexpr double kSnug = 0.85;  // paper has more room
  constexpr double kLeast = 170;
  constexpr double kMost = 340;
  return static_cast<int>(
      std::lround(std::clamp(kSnug * chart_height(data, {.color = {}, .text_size = kLetters}) + 2 * kEdge, kLeast, kMost)));
}

std::string chart_png(const ChartData& data, const ChartImage& image) {
  if (data.empty()) return {};
  const Cairo& api = cairo();
  const auto pixels = [&](int points) { return static_cast<int>(std::lround(points * image.scale)); };
  const CairoOwner<cairo_surface_t> surface(
      api.cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels(image.width), pixels(image.height)));
  const CairoOwner<cairo_t> drawing(api.cairo_create(surface.get()));
  api.cairo_scale(drawing.get(), image.scale, image.scale);
  set_color(drawing.get(), {1, 1, 1});
  api.cairo_paint(drawing.get());
  Fonts fonts;
  draw_chart(drawing.get(), fonts, data, {kEdge, kEdge, image.width - 2 * kEdge, image.height - 2 * kEdge},
             {image.color, kLetters});
  api.cairo_surface_flush(surface.get());
  const unsigned char* const data_of_surface = api.cairo_image_surface_get_data(surface.get());
  const cairo_status_t status = api.cairo_surface_status(surface.get());
  if (status != CAIRO_STATUS_SUCCESS || data_of_surface == nullptr)
    throw Error(ErrorKind::failed, std::string("a chart cannot be drawn: ") + api.cairo_status_to_string(status));
  const int width = pixels(image.width), height = pixels(image.height);  // four bytes a pixel: rows have no gaps
  return palette_png(
      {width, height, {reinterpret_cast<const std::uint32_t*>(data_of_surface), std::size_t(width) * std::size_t(height)}});
}

}  // namespace reportctl::render
