// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cmath>
#include <exception>

#include "chart_draw.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

cairo_status_t append_png(void* out, const unsigned char* bytes, unsigned int size) {
  try {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

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
  std::string png;
  const cairo_status_t status = api.cairo_surface_write_to_png_stream(surface.get(), append_png, &png);
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error(ErrorKind::failed, std::string("a chart cannot be drawn: ") + api.cairo_status_to_string(status));
  return png;
}

}  // namespace reportctl::render
