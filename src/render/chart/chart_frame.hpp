// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "chart_draw.hpp"
#include "chart_labels.hpp"
#include "chart_scale.hpp"
#include "pdf/pdf_text.hpp"

namespace reportctl::render {

/// Okabe and Ito's colours, which people with any colour vision tell apart, in an order whose grey values differ too.
constexpr std::array<Color, 6> kPalette = {Color{0, 0.447, 0.698},     Color{0.902, 0.624, 0},     Color{0, 0.620, 0.451},
                                           Color{0.800, 0.475, 0.655}, Color{0.337, 0.706, 0.914}, Color{0.835, 0.369, 0}};
constexpr Color kOtherColor{0.60, 0.60, 0.60};
constexpr Color kGridColor{0.88, 0.88, 0.89};
constexpr Color kAxis{0.45, 0.45, 0.48};
constexpr double kChartGap = 4;

struct Range {
  double low = 0;
  double high = 0;
};

/// What charts of both directions have: their series as panels of bars, a title, a legend, scales and words.
class ChartFrame {
 public:
  ChartFrame(cairo_t* drawing, Fonts& fonts, const ChartData& data, const ChartStyle& style)
      : pen_(drawing),
        data_(data),
        unit_(unit_of(data)),
        text_(fonts, style.text_size, Weight::regular),
        bold_(fonts, style.text_size + 1, Weight::bold) {
    for (std::size_t i = 0; i < data.series.size(); ++i) colors_.push_back(series_color(data, i, style.color));
  }

 protected:
  using Shown = std::vector<std::size_t>;  ///< series

  [[nodiscard]] double line() const { return text_.line_height(); }
  [[nodiscard]] bool is_stacked() const { return data_.type == ChartType::stacked_bar; }
  [[nodiscard]] double value(std::size_t series, std::size_t category) const {
    const double value = data_.series[series].values[category];
    return std::isfinite(value) ? value / unit_.size : 0;
  }
  [[nodiscard]] std::vector<Shown> panels() const {
    std::vector<Shown> panels;
    for (std::size_t i = 0; i < data_.series.size(); ++i) {
      if (i % data_.series_of_axis() == 0) panels.emplace_back();
      panels.back().push_back(i);
    }
    return panels;
  }
  /// What stands for a value, from where the one below it ends.
  struct Bar {
    std::size_t category;
    std::size_t place;  ///< beside others of the category
    std::size_t series;
    double value;
    double from;
    double to;
  };
  template <typename Draw>
  void each_bar(const Shown& shown, Draw draw) const {
    for (std::size_t i = 0; i < data_.categories.size(); ++i) {
      Range stack;
      for (std::size_t k = 0; k < shown.size(); ++k) {
        const double part = value(shown[k], i);
        if (!is_stacked()) stack = {};
        double& end = part < 0 ? stack.low : stack.high;
        const double from = end;
        end += part;
        draw(Bar{i, is_stacked() ? 0 : k, shown[k], part, from, end});
      }
    }
  }
  /// Where a bar begins in its category, and how broad it is.
  struct Slots {
    double slot;
    double space;
    double bar;
    [[nodiscard]] double begin(double origin, const Bar& of) const {
      return origin + slot * static_cast<double>(of.category) + space / 2 + bar * static_cast<double>(of.place);
    }
  };
  [[nodiscard]] Slots slots(double slot, double space, const Shown& shown) const {
    return {slot, space, is_stacked() ? slot - space : (slot - space) / static_cast<double>(shown.size())};
  }
  [[nodiscard]] std::string value_of(const Bar& bar) const {
    const ChartSeries& series = data_.series[bar.series];
    return value_label(data_, series, series.values[bar.category]);
  }
  [[nodiscard]] Range range(const Shown& shown) const {
    Range range;
    each_bar(shown, [&](const Bar& bar) { range = {std::min(range.low, bar.to), std::max(range.high, bar.to)}; });
    return range;
  }
  [[nodiscard]] Scale scale_of(const Shown& shown, double length, double per_tick) const {
    const Range values = range(shown);
    const int decimals = unit_.size > 1 ? 2 : data_.series[shown.front()].scale;
    return make_scale(
        {.low = values.low, .high = values.high, .max_ticks = static_cast<int>(length / per_tick), .decimals = decimals});
  }
  [[nodiscard]] double widest_tick(const Scale& scale) {
    double widest = 0;
    for (int i = 0; i < scale.ticks(); ++i)
      widest = std::max(widest, text_.width(tick_label(scale, scale.low + i * scale.step, data_.language)));
    return widest;
  }
  [[nodiscard]] std::string value_title(const Shown& shown) const {
    std::string title = data_.y_title;
    if (data_.separate_axes) title += fmt::format(" ({})", data_.series[shown.front()].currency);
    if (!unit_.name.empty()) title += fmt::format(" ({})", unit_.name);
    return title;
  }
  [[nodiscard]] std::string category_title() const {
    const std::string year = common_year(data_);
    return year.empty() ? data_.x_title : fmt::format("{}, {}", data_.x_title, year);
  }

  struct Put {
    double x = 0;
    double y = 0;  ///< of the top
    double width = 1000;
    Align align = Align::left;
  };
  void put(Face& face, const std::string& text, const Put& at) {
    const std::string words = printable(text, {400}).text;
    const TextBlock block(face, words, {at.width, 1});
    block.draw(pen_, {at.x, at.y, at.width, at.align});
    pen_.flush();
  }
  void stroke(double x1, double y1, double x2, double y2) {
    pen_.flush();
    const Cairo& api = cairo();
    api.cairo_set_line_width(pen_.drawing(), 0.6);
    api.cairo_move_to(pen_.drawing(), x1, y1);
    api.cairo_line_to(pen_.drawing(), x2, y2);
    api.cairo_stroke(pen_.drawing());
  }

  ChartBox draw_title(const ChartBox& box) {
    pen_.color(kInk);
    put(bold_, data_.title, {.x = box.x, .y = box.y, .width = box.width});
    const double used = bold_.line_height() + kChartGap;
    return {box.x, box.y + used, box.width, box.height - used};
  }

  ChartBox draw_legend(const ChartBox& box) {
    constexpr double kSwatch = 7;
    constexpr double kMaxName = 150;
    double x = box.x;
    double y = box.y;
    for (std::size_t i = 0; i < data_.series_of_axis(); ++i) {
      const std::string name = printable(data_.series[i].name, {200}).text;
      const double width = std::min(text_.width(name), kMaxName);
      if (x > box.x && x + kSwatch + kChartGap + width > box.x + box.width) {
        x = box.x;
        y += line();
      }
      pen_.color(colors_[i]);
      pen_.rectangle(x, y + (line() - kSwatch) / 2, kSwatch, kSwatch);
      pen_.color(kInk);
      put(text_, name, {.x = x + kSwatch + kChartGap, .y = y, .width = width});
      x += kSwatch + kChartGap + width + 3 * kChartGap;
    }
    const double used = y + line() + kChartGap - box.y;
    return {box.x, box.y + used, box.width, box.height - used};
  }

  Pen pen_;
  const ChartData& data_;
  ValueUnit unit_;
  Face text_;
  Face bold_;
  std::vector<Color> colors_;
};

}  // namespace reportctl::render
