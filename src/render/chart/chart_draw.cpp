// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "chart_draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "chart_frame.hpp"
#include "chart_labels.hpp"
#include "chart_scale.hpp"
#include "pdf/pdf_text.hpp"

namespace reportctl::render {
namespace {

constexpr double kMaxBar = 44;
constexpr double kLeastBar = 30;
constexpr double kMaxNameShare = 0.32;  // of the width, for names beside horizontal bars, or what these leave:
constexpr double kFairBars = 0.4;

class ChartDrawing : ChartFrame {
 public:
  using ChartFrame::ChartFrame;

  void draw(const ChartBox& whole) {
    ChartBox box = draw_title(whole);
    if (data_.series_of_axis() > 1) box = draw_legend(box);
    if (data_.over_time || data_.type == ChartType::line)
      draw_vertical(box);
    else
      draw_horizontal(box);
    pen_.flush();
  }

 private:
  // Values upwards, categories to the right.
  void draw_vertical(const ChartBox& box) {
    const std::vector<Shown> all = panels();
    // One left edge and one axis of categories for all panels.
    struct Panel {
      Scale scale;
      ChartBox plot;
    };
    std::vector<Panel> plots;
    const double names_height = category_labels_height(box.width);
    const double label_height = has_values_above(box.width) ? line() : 0;
    const double title_height = 1.5 * line() + 1 + label_height;  // the topmost tick's label reaches half a line above the plot
    const double each = (box.height - names_height) / static_cast<double>(all.size());
    double left = 0;
    for (const Shown& shown : all) {
      const double height = each - title_height - (all.size() > 1 ? line() : 0);
      const Scale scale = scale_of(shown, height, 1.6 * line());
      left = std::max(left, widest_tick(scale));
      plots.push_back({scale, {0, 0, 0, height}});
    }
    left += kChartGap;
    double y = box.y;
    for (std::size_t i = 0; i < all.size(); ++i) {
      pen_.color(kQuietInk);
      put(text_, value_title(all[i]), {.x = box.x, .y = y, .width = box.width});
      Panel& panel = plots[i];
      panel.plot = {box.x + left, y + title_height, box.width - left, panel.plot.height};
      draw_value_grid(panel.plot, panel.scale);
      if (data_.type == ChartType::line)
        draw_lines(panel.plot, panel.scale, all[i]);
      else
        draw_columns(panel.plot, panel.scale, all[i], label_height);
      pen_.color(kAxis);
      const double zero = height_of(panel.plot, panel.scale, 0);
      stroke(panel.plot.x, zero, panel.plot.x + panel.plot.width, zero);
      y += each;
    }
    draw_category_labels({plots[0].plot.x, box.y + box.height - names_height, plots[0].plot.width, names_height});
  }

  [[nodiscard]] static double height_of(const ChartBox& plot, const Scale& scale, double value) {
    return plot.y + plot.height - (value - scale.low) / (scale.high - scale.low) * plot.height;
  }

  void draw_value_grid(const ChartBox& plot, const Scale& scale) {
    for (int i = 0; i < scale.ticks(); ++i) {
      const double value = scale.low + i * scale.step;
      const double y = height_of(plot, scale, value);
      pen_.color(kGridColor);
      stroke(plot.x, y, plot.x + plot.width, y);
      pen_.color(kQuietInk);
      const std::string label = tick_label(scale, value, data_.language);
      put(text_, label, {.x = plot.x - kChartGap - 200, .y = y - line() / 2, .width = 200, .align = Align::right});
    }
  }

  /// The values of few columns stand on them: one column alone would say nothing but that there is something.
  [[nodiscard]] bool has_values_above(double width) {
    if (data_.type == ChartType::line || is_stacked() || panels().front().size() > 1) return false;
    const double slot = 0.85 * width / static_cast<double>(data_.categories.size());
    for (const ChartSeries& series : data_.series)
      for (const double value : series.values)
        if (!std::isnan(value) && text_.width(value_label(data_, series, value)) > slot) return false;
    return true;
  }

  /// `label_height`: 0 without values.
  void draw_columns(const ChartBox& plot, const Scale& scale, const Shown& shown, double label_height) {
    const double slot = plot.width / static_cast<double>(data_.categories.size());
    const double space =
        slot < 2.5 ? 0 : std::max(slot * 0.2, slot - kMaxBar * static_cast<double>(is_stacked() ? 1 : shown.size()));
    const Slots slots = this->slots(slot, space, shown);
    each_bar(shown, [&](const Bar& bar) {
      if (bar.value == 0) return;
      const double from = height_of(plot, scale, bar.from);
      const double to = height_of(plot, scale, bar.to);
      const double x = slots.begin(plot.x, bar);
      pen_.color(colors_[bar.series]);
      pen_.rectangle(x, std::min(from, to), slots.bar, std::max(std::abs(to - from), 0.4));
      if (label_height == 0) return;
      pen_.color(kInk);
      put(text_, value_of(bar),
          {.x = x + slots.bar / 2 - slot / 2, .y = std::min(from, to) - label_height, .width = slot, .align = Align::center});
    });
  }

  void draw_lines(const ChartBox& plot, const Scale& scale, const Shown& shown) {
    const Cairo& api = cairo();
    cairo_t* const drawing = pen_.drawing();
    const double slot = plot.width / static_cast<double>(data_.categories.size());
    constexpr std::size_t kFewPoints = 40;
    for (std::size_t k = 0; k < shown.size(); ++k) {
      pen_.color(colors_[shown[k]]);
      pen_.flush();
      const auto point = [&](std::size_t i) {
        return std::pair(plot.x + slot * (static_cast<double>(i) + 0.5), height_of(plot, scale, value(shown[k], i)));
      };
      // On paper without colours the lines differ by their dashes.
      static constexpr std::array<std::array<double, 4>, 6> kDashes = {
          {{}, {5, 2, 5, 2}, {1.5, 1.5, 1.5, 1.5}, {6, 2, 1.5, 2}, {8, 3, 8, 3}, {3, 1, 3, 1}}};
      api.cairo_set_line_width(drawing, 1.4);
      api.cairo_set_line_join(drawing, CAIRO_LINE_JOIN_ROUND);
      api.cairo_set_dash(drawing, kDashes[k % kDashes.size()].data(), k % kDashes.size() == 0 ? 0 : 4, 0);
      const auto is_gap = [&](std::size_t i) { return std::isnan(data_.series[shown[k]].values[i]); };
      for (std::size_t i = 0; i < data_.categories.size(); ++i) {
        if (is_gap(i)) continue;
        if (i > 0 && is_gap(i - 1)) api.cairo_move_to(drawing, point(i).first, point(i).second);
        api.cairo_line_to(drawing, point(i).first, point(i).second);
      }
      api.cairo_stroke(drawing);
      api.cairo_set_dash(drawing, nullptr, 0, 0);
      if (data_.categories.size() > kFewPoints) continue;
      for (std::size_t i = 0; i < data_.categories.size(); ++i) {
        if (is_gap(i)) continue;
        api.cairo_arc(drawing, point(i).first, point(i).second, 2, 0, 6.2832);
        api.cairo_close_path(drawing);
        api.cairo_fill(drawing);
      }
    }
  }

  // Names below a vertical chart: of days as many as fit; others each, aslant where they would touch.
  static constexpr double kSlant = 0.6;  // radians
  static constexpr double kMaxSlanted = 80;
  [[nodiscard]] double widest_name() {
    double widest = 0;
    for (const std::string& name : data_.categories) widest = std::max(widest, text_.width(printable(name, {200}).text));
    return widest;
  }
  [[nodiscard]] std::string widest_day() const {
    std::string widest;
    for (unsigned month = 1; month <= 12; ++month) {
      const std::string day =
          data_.language.day_of_month(Date{std::chrono::year{2026}, std::chrono::month{month}, std::chrono::day{28}});
      if (day.size() > widest.size()) widest = day;
    }
    return widest;
  }
  [[nodiscard]] bool is_slanted(double width) {
    return !data_.over_time && widest_name() + 2 * kChartGap > 0.9 * width / static_cast<double>(data_.categories.size());
  }
  [[nodiscard]] double category_labels_height(double width) {
    const double names = is_slanted(width) ? std::min(widest_name(), kMaxSlanted) * std::sin(kSlant) + line() : line();
    return kChartGap + names + line();
  }
  void draw_category_labels(const ChartBox& box) {
    const double slot = box.width / static_cast<double>(data_.categories.size());
    const double middle = slot / 2;
    pen_.color(kQuietInk);
    if (data_.over_time) {
      const double widest =
          text_.width(common_year(data_).empty() ? category_text(data_, data_.categories.size() - 1) : widest_day()) +
          3 * kChartGap;
      for (const TimeLabel& label : time_labels(data_, static_cast<std::size_t>(box.width / widest))) {
        const double width = text_.width(label.text);
        const double x = box.x + slot * static_cast<double>(label.category) + middle - width / 2;
        put(text_, label.text,
            {.x = std::clamp(x, box.x, std::max(box.x, box.x + box.width - width)), .y = box.y + kChartGap, .width = width});
      }
    } else {
      const bool slanted = is_slanted(box.width);
      for (std::size_t i = 0; i < data_.categories.size(); ++i) draw_name(box, {i, slot, slanted});
    }
    put(text_, category_title(), {.x = box.x, .y = box.y + box.height - line(), .width = box.width, .align = Align::center});
  }
  struct Name {
    std::size_t category;
    double slot;
    bool slanted;
  };
  void draw_name(const ChartBox& box, const Name& at) {
    const auto& [category, slot, slanted] = at;
    const std::string name = printable(data_.categories[category], {200}).text;
    const double x = box.x + slot * (static_cast<double>(category) + 0.5);
    if (!slanted) {
      put(text_, name, {.x = x - slot / 2, .y = box.y + kChartGap, .width = slot, .align = Align::center});
      return;
    }
    const std::string text = text_.fitted(name, kMaxSlanted);
    const double width = text_.width(text);
    const Cairo& api = cairo();
    api.cairo_save(pen_.drawing());
    api.cairo_translate(pen_.drawing(), x, box.y + kChartGap);
    api.cairo_rotate(pen_.drawing(), -kSlant);
    put(text_, text, {.x = -width, .y = 0, .width = width});
    api.cairo_restore(pen_.drawing());
  }

  // Values to the right, categories downwards: names are read without turning the head.
  void draw_horizontal(const ChartBox& box) {
    const std::vector<Shown> all = panels();
    const double gaps = 3 * kChartGap * static_cast<double>(all.size() - 1);
    // Behind the bars, in every panel or in none: half a number would be a wrong one, and bars need room, too.
    std::vector<double> rooms;
    for (const Shown& shown : all) rooms.push_back(room_for_values(shown));
    const auto without_values = [&] { return box.width - gaps - std::accumulate(rooms.begin(), rooms.end(), 0.0); };
    const double most = std::max(kMaxNameShare * box.width, without_values() - kChartGap - kFairBars * box.width);
    const double names = std::min(widest_name(), most) + kChartGap;
    const auto bars = [&] { return (without_values() - names) / static_cast<double>(all.size()); };
    const bool with_values = all.front().size() == 1 && bars() >= kLeastBar;
    if (!with_values) rooms.assign(all.size(), kChartGap);
    const double titles = line() + 2;
    const double ticks = line() + kChartGap;
    const double slot = (box.height - titles - ticks) / static_cast<double>(data_.categories.size());
    pen_.color(kInk);
    for (std::size_t i = 0; i < data_.categories.size(); ++i) {
      const double y = box.y + titles + slot * (static_cast<double>(i) + 0.5) - line() / 2;
      put(text_, data_.categories[i], {.x = box.x, .y = y, .width = names - kChartGap, .align = Align::right});
    }
    double x = box.x + names;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const ChartBox plot{x, box.y + titles, bars(), slot * static_cast<double>(data_.categories.size())};
      pen_.color(kQuietInk);
      put(text_, value_title(all[i]), {.x = x, .y = box.y, .width = plot.width + rooms[i]});
      draw_horizontal_bars(plot, all[i], {with_values, rooms[i]});
      x += plot.width + rooms[i] + 3 * kChartGap;
    }
  }

  [[nodiscard]] double room_for_values(const Shown& shown) {
    double room = kChartGap;
    for (const double value : data_.series[shown.front()].values)
      if (!std::isnan(value))
        room = std::max(room, text_.width(value_label(data_, data_.series[shown.front()], value)) + 2 * kChartGap);
    return room;
  }

  struct Values {
    bool shown;
    double room;  ///< at the right of the plot
  };
  void draw_horizontal_bars(const ChartBox& plot, const Shown& shown, const Values& values) {
    Scale scale = scale_of(shown, plot.width, 60);
    const double per_tick = widest_tick(scale) + 3 * kChartGap;
    if (per_tick > 60) scale = scale_of(shown, plot.width, per_tick);
    const auto at = [&](double value) { return plot.x + (value - scale.low) / (scale.high - scale.low) * plot.width; };
    for (int i = 0; i < scale.ticks(); ++i) {
      const double value = scale.low + i * scale.step;
      pen_.color(kGridColor);
      stroke(at(value), plot.y, at(value), plot.y + plot.height);
      pen_.color(kQuietInk);
      const std::string label = tick_label(scale, value, data_.language);
      const double width = text_.width(label);
      const double x = std::min(at(value) - width / 2, plot.x + plot.width + values.room - width);
      put(text_, label, {.x = x, .y = plot.y + plot.height + kChartGap / 2, .width = width});
    }
    const double slot = plot.height / static_cast<double>(data_.categories.size());
    const double space = std::max(slot * 0.25, slot - kMaxBar);
    const Slots slots = this->slots(slot, space, shown);
    each_bar(shown, [&](const Bar& bar) {
      const double from = at(bar.from);
      const double to = at(bar.to);
      const double y = slots.begin(plot.y, bar);
      const bool is_rest = bar.category > 0 && bar.category + 1 == data_.categories.size() && data_.has_rest;
      pen_.color(is_rest && !is_stacked() && shown.size() == 1 ? kOtherColor : colors_[bar.series]);
      if (bar.value != 0) pen_.rectangle(std::min(from, to), y, std::max(std::abs(to - from), 0.4), slots.bar);
      // Of many currencies most names have amounts in one or two.
      const bool nothing = std::isnan(data_.series[bar.series].values[bar.category]);
      if (!values.shown || nothing || (bar.value == 0 && data_.separate_axes)) return;
      pen_.color(kInk);
      put(text_, value_of(bar),
          {.x = std::max(from, to) + kChartGap, .y = y + slots.bar / 2 - line() / 2, .width = values.room - kChartGap});
    });
    pen_.color(kAxis);
    stroke(at(0), plot.y, at(0), plot.y + plot.height);
  }
};

}  // namespace

Color series_color(const ChartData& data, std::size_t series, const std::string& brand) {
  if (data.series.size() == 1) return parse_color(brand, kDefaultBrand);
  const std::size_t of_axis = data.series_of_axis();
  return data.series[series].is_rest ? kOtherColor : kPalette[(of_axis > 1 ? series % of_axis : series) % kPalette.size()];
}

double chart_height(const ChartData& data, const ChartStyle& style) {
  if (data.empty()) return 0;
  const double unit = style.text_size / 8;
  if (data.over_time || data.type == ChartType::line) {
    const auto panels = static_cast<double>(data.series.size() / data.series_of_axis());
    return unit * (panels > 1 ? 60 + 88 * panels : 180);
  }
  const double bars = data.type == ChartType::bar ? static_cast<double>(data.series_of_axis()) : 1;
  return unit *
         (62 + static_cast<double>(data.categories.size()) * std::max(15.0, 5 + 8 * bars) + (data.series.size() > 1 ? 26 : 0));
}

void draw_chart(cairo_t* drawing, Fonts& fonts, const ChartData& data, const ChartBox& box, const ChartStyle& style) {
  if (!data.empty()) ChartDrawing(drawing, fonts, data, style).draw(box);
}

}  // namespace reportctl::render
