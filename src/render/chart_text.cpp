// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "chart_scale.hpp"
#include "reportctl/render/chart.hpp"

namespace reportctl::render {
namespace {

std::string sentence_about(const ChartData& data, const ChartSeries& series) {
  const auto highest = std::max_element(series.values.begin(), series.values.end());
  double sum = 0;
  for (const double value : series.values) sum += value;
  const auto category = [&](auto at) -> const std::string& {
    return data.categories[static_cast<std::size_t>(at - series.values.begin())];
  };
  std::string text = (series.name.empty() ? data.y_title : series.name) + ":";
  text += fmt::format(" {}", value_label(data, series, sum));
  if (series.values.size() > 1) text += fmt::format(", highest {} ({})", value_label(data, series, *highest), category(highest));
  const auto lowest = std::min_element(series.values.begin(), series.values.end());
  if (*lowest < 0) text += fmt::format(", lowest {} ({})", value_label(data, series, *lowest), category(lowest));
  return text + ".";
}

}  // namespace

std::string chart_alt_text(const ChartData& data) {
  if (data.empty()) return {};
  const char* kind = data.type == ChartType::line  ? "Line chart"
                     : data.type == ChartType::bar ? "Bar chart"
                                                   : "Stacked bar chart";
  std::string text = fmt::format("{}: {}, ", kind, data.title);
  if (data.categories.size() == 1)
    text += data.categories.front();
  else if (data.over_time)
    text += fmt::format("{} to {}", data.categories.front(), data.categories.back());
  else
    text += fmt::format("{} bars", data.categories.size());
  text += ".";
  for (const ChartSeries& series : data.series) text += " " + sentence_about(data, series);
  return text;
}

}  // namespace reportctl::render
