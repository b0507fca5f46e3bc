// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart_scale.hpp"
#include "reportctl/render/chart.hpp"

namespace reportctl::render {
namespace {

std::string sentence_about(const ChartData& data, const ChartSeries& series) {
  std::vector<std::size_t> there;
  for (std::size_t i = 0; i < series.values.size(); ++i)
    if (!std::isnan(series.values[i])) there.push_back(i);
  std::string text = (series.name.empty() ? data.y_title : series.name) + ":";
  if (there.empty()) return text + " no values.";
  const auto by_value = [&](std::size_t a, std::size_t b) { return series.values[a] < series.values[b]; };
  const auto described = [&](const char* word, std::size_t at) {
    return fmt::format("{} {} ({})", word, value_label(data, series, series.values[at]), data.categories[at]);
  };
  const std::size_t highest = *std::max_element(there.begin(), there.end(), by_value);
  const std::size_t lowest = *std::min_element(there.begin(), there.end(), by_value);
  if (data.measure != ChartMeasure::sum)
    return fmt::format("{}{}{}.", text, described(" highest", highest), highest == lowest ? "" : described(", lowest", lowest));
  double sum = 0;
  for (const double value : series.values) sum += value;
  text += fmt::format(" {}", value_label(data, series, sum));
  if (series.values.size() > 1) text += described(", highest", highest);
  if (series.values[lowest] < 0) text += described(", lowest", lowest);
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
