// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "onlookers.hpp"

#include <algorithm>
#include <limits>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"

namespace reportctl::run {
namespace {

constexpr std::int64_t kNoDay = std::numeric_limits<std::int64_t>::max();

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

/// What the shape's chart is made of; its days are those of the window. Nothing for a shape without a chart.
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

/// What the chart shows and the figures are taken of; whoever chose columns has chosen what tells them something.
std::vector<std::string> telling_columns(const RunPlan& plan, const std::optional<render::ChartPlan>& chart) {
  if (!plan.resolved.columns.empty()) return {};
  std::vector<std::string> names;
  const auto add = [&](int column) {
    if (column >= 0) names.push_back(plan.shape->columns[static_cast<std::size_t>(column)].name);
  };
  if (chart) {
    add(chart->x);
    add(chart->series);
    add(chart->y);
  }
  for (const auto& metric : plan.shape->summary) add(metric.value.column);
  return names;
}

bool is_for_people(const std::string& format) { return rows::file_format(format).audience == rows::Audience::people; }

}  // namespace

FirstDay::FirstDay(const RunPlan& plan, const std::optional<render::ChartPlan>& chart) : zone_(plan.zone), least_(kNoDay) {
  const auto& columns = plan.shape->columns;
  const auto kind_of = [&](int at) { return facts_of(columns[static_cast<std::size_t>(at)].type).kind; };
  const auto is_day = [&](int at) { return kind_of(at) == rows::CellKind::day || kind_of(at) == rows::CellKind::instant; };
  if (chart && is_day(chart->x)) column_ = chart->x;
  for (int i = 0; i < static_cast<int>(columns.size()) && column_ < 0; ++i)
    if (is_day(i)) column_ = i;
  if (column_ >= 0) kind_ = kind_of(column_);
}

FirstDay FirstDay::anew() const {
  auto other = *this;
  other.least_ = kNoDay;
  return other;
}

void FirstDay::row(const rows::Row& row) {
  if (column_ < 0 || row[static_cast<std::size_t>(column_)].null) return;
  least_ = std::min(least_, row[static_cast<std::size_t>(column_)].number);
}

std::int64_t FirstDay::days_after(const schedule::Window& window) const {
  if (least_ == kNoDay) return 0;
  const Date day = kind_ == rows::CellKind::day ? Date{std::chrono::sys_days{std::chrono::days{least_}}}
                                                : zone_.local_date(Instant{std::chrono::seconds{least_}});
  return (std::chrono::sys_days{day} - std::chrono::sys_days{window.first}).count();
}

Onlookers::Onlookers(const RunPlan& plan, const rows::Columns& chosen, Purpose purpose) {
  const bool for_mail = purpose == Purpose::mail;
  const auto& more = plan.resolved.more_formats;
  const bool is_document = is_for_people(plan.resolved.format) || std::any_of(more.begin(), more.end(), is_for_people);
  if (!for_mail && !is_document) return;
  const auto charted = chart_plan(*plan.shape, plan.window);
  if (charted) chart_.emplace(plan.shape->columns, *charted, plan.locale());
  if (!for_mail) return;
  first_rows_.emplace(chosen, plan.locale(), telling_columns(plan, charted));
  if (plan.resolved.report->compares) first_day_.emplace(plan, charted);
}

void Onlookers::row(const rows::Row& row, const rows::Row& chosen) {
  if (chart_) chart_->row(row);
  if (first_rows_) first_rows_->row(chosen);
  if (first_day_) first_day_->row(row);
}

void Onlookers::show(MadeFile& made) const {
  if (chart_) made.file.chart = chart_->data();
  if (first_rows_) made.showing.first_rows = first_rows_->table();
}

}  // namespace reportctl::run
