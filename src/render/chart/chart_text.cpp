// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart_labels.hpp"
#include "chart_scale.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/chart.hpp"

namespace reportctl::render {
namespace {

std::string sentence_about(const ChartData& data, const ChartSeries& series) {
  std::vector<std::size_t> there;
  for (std::size_t i = 0; i < series.values.size(); ++i)
    if (!std::isnan(series.values[i])) there.push_back(i);
  const auto by_value = [&](std::size_t a, std::size_t b) { return series.values[a] < series.values[b]; };
  std::vector<std::string> parts;
  const auto describe = [&](const char* key, std::size_t at) {
    parts.push_back(
        data.language.say(key, {{"value", value_label(data, series, series.values[at])}, {"where", category_text(data, at)}}));
  };
  if (there.empty()) {
    parts.push_back(data.language.say("no_values"));
  } else {
    const std::size_t highest = *std::max_element(there.begin(), there.end(), by_value);
    const std::size_t lowest = *std::min_element(there.begin(), there.end(), by_value);
    const bool adds_up = data.measure == ChartMeasure::sum;
    double sum = 0;
    for (const std::size_t at : there) sum += series.values[at];
    if (adds_up) parts.push_back(value_label(data, series, sum));
    if (!adds_up || series.values.size() > 1) describe("highest", highest);
    if (adds_up ? series.values[lowest] < 0 : highest != lowest) describe("lowest", lowest);
  }
  const std::string name = series_label(series);
  return fmt::format("{}: {}.", name.empty() ? data.y_title : name, join(parts, ", "));
}

}  // namespace

std::string chart_alt_text(const ChartData& data) {
  if (data.empty()) return {};
  const char* kind = data.type == ChartType::line ? "line_chart" : data.type == ChartType::bar ? "bar_chart" : "stacked_chart";
  const std::size_t last = data.categories.size() - 1;
  const std::string range =
      last == 0        ? category_text(data, 0)
      : data.over_time ? data.language.say("days", {{"first", category_text(data, 0)}, {"last", category_text(data, last)}})
                       : data.language.count("bars", static_cast<std::int64_t>(data.categories.size()));
  std::string text = data.language.say(kind, {{"title", data.title}, {"range", range}});
  for (const ChartSeries& series : data.series) text += " " + sentence_about(data, series);
  return text;
}

}  // namespace reportctl::render
