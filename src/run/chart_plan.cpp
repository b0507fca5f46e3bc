// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "chart_plan.hpp"

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::run {
namespace {

/// The column of `date`, `day(placed_at)` or `sum(total)`; -1 for `count`. The loader has checked the words.
int charted_column(const rows::Columns& columns, std::string_view words) {
  const std::size_t open = words.find('(');
  if (open != std::string_view::npos) words = words.substr(open + 1, words.rfind(')') - open - 1);
  words = trim(words);
  const auto at = std::find_if(columns.begin(), columns.end(), [&](const rows::Column& column) { return column.name == words; });
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

render::ChartType chart_type(std::string_view word) {
  if (word == "line") return render::ChartType::line;
  return word == "stacked_bar" ? render::ChartType::stacked_bar : render::ChartType::bar;
}

render::ChartMeasure chart_measure(std::string_view words) {
  if (words.starts_with("average")) return render::ChartMeasure::average;
  return words.starts_with("maximum") ? render::ChartMeasure::maximum : render::ChartMeasure::sum;
}

}  // namespace

std::optional<render::ChartPlan> chart_plan(const catalog::Shape& shape, const schedule::Window& window) {
  if (!shape.chart) return std::nullopt;
  render::ChartPlan plan;
  plan.type = chart_type(shape.chart->type);
  plan.x = charted_column(shape.columns, shape.chart->x);
  plan.y = trim(shape.chart->y) == "count" ? -1 : charted_column(shape.columns, shape.chart->y);
  const auto counted = std::find_if(shape.summary.begin(), shape.summary.end(),
                                    [](const auto& one) { return one.value.kind == catalog::Aggregate::Kind::count; });
  if (plan.y < 0 && counted != shape.summary.end()) plan.y_title = counted->label;  // as the figure above has it
  plan.measure = chart_measure(trim(shape.chart->y));
  if (!shape.chart->series.empty()) plan.series = charted_column(shape.columns, shape.chart->series);
  // Of readings on one day; `day(read_at)` asks for days.
  const bool is_day = trim(shape.chart->x).starts_with("day");
  plan.by_hour = !is_day && !window.snapshot && window.first == window.last;
  if (!window.snapshot && window.first <= window.last) {
    plan.first_day = window.first;
    plan.last_day = window.last;
  }
  return plan;
}

}  // namespace reportctl::run
