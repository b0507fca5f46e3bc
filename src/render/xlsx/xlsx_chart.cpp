// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>

#include "chart/chart_draw.hpp"
#include "chart/chart_labels.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "xlsx_book.hpp"
#include "xlsx_summary.hpp"
#include "xlsx_text.hpp"

namespace reportctl::render {
namespace {

constexpr double kCellDays = 2'958'466;  ///< to the end of the year 9999
constexpr double kSecondsOfCellDay = 86'400;
constexpr double kSecondsOfHour = 3'600;

/// Are the figures durations that a cell can show as [h]:mm:ss? Where one is negative or too long all are written as hours.
bool is_by_clock(const ChartData& data) {
  const auto fits = [](double value) { return std::isnan(value) || (value >= 0 && value < kCellDays * kSecondsOfCellDay); };
  return data.is_duration && std::all_of(data.series.begin(), data.series.end(), [&](const ChartSeries& series) {
           return std::all_of(series.values.begin(), series.values.end(), fits);
         });
}

/// A figure as its cell has it: durations in days, or hours; 99.9 % is the number next to 0.999, as in the rows.
double in_cell(const ChartData& data, const ChartSeries& series, double value) {
  if (!std::isfinite(value)) return 0;
  if (data.is_percent) return std::round(value * std::pow(10, series.scale)) / std::pow(10, series.scale + 2);
  if (!data.is_duration) return value;
  return value / (is_by_clock(data) ? kSecondsOfCellDay : kSecondsOfHour);
}

std::size_t digits_of(const ChartData& data, const ChartSeries& series) {
  constexpr std::size_t kDigitsOfHours = 2;
  return data.is_duration && !is_by_clock(data) ? kDigitsOfHours : static_cast<std::size_t>(series.scale);
}

/// Of an axis: digits behind the point only where its steps have some. (`#.###` would leave the point behind a whole number.)
std::string axis_format(const XlsxCells& cells, const ChartData& data) {
  if (is_by_clock(data)) return "[h]:mm";
  constexpr double kWholeSteps = 8;
  double most = 0;
  std::size_t digits = 0;
  for (const ChartSeries& series : data.series) {
    digits = std::max(digits, digits_of(data, series));
    for (const double value : series.values) most = std::max(most, std::abs(in_cell(data, series, value)));
  }
  if (data.is_percent) return cells.number_format(rows::ColumnType::percent, 100 * most > kWholeSteps ? 0 : digits);
  return cells.number_format(rows::ColumnType::decimal, most > kWholeSteps ? 0 : digits);
}

std::string value_name(const ChartData& data) {
  return data.is_duration && !is_by_clock(data) ? fmt::format("{} ({})", data.y_title, data.language.say("hours")) : data.y_title;
}

/// A copy of the figures within the chart itself, for viewers that do not look them up; libxlsxwriter cannot know them in
/// constant memory, and would call names numbers. It frees what it is given.
class XlsxCache {
 public:
  explicit XlsxCache(lxw_series_range* range) : range_(range) { range_->ignore_cache = LXW_TRUE; }
  void add(double number) { point()->number = number; }
  void add_gap() { point()->no_data = LXW_TRUE; }
  void add(const std::string& text) {
    range_->has_string_cache = LXW_TRUE;
    lxw_series_data_point* const one = point();
    one->is_string = LXW_TRUE;
    one->string = ::strdup(text.c_str());
    if (one->string == nullptr) throw Error(ErrorKind::failed, "out of memory");
  }

 private:
  lxw_series_data_point* point() {
    auto* const one = static_cast<lxw_series_data_point*>(std::calloc(1, sizeof(lxw_series_data_point)));
    if (one == nullptr) throw Error(ErrorKind::failed, "out of memory");
    STAILQ_INSERT_TAIL(range_->data_cache, one, list_pointers);
    ++range_->num_data_points;
    return one;
  }
  lxw_series_range* range_;
};

/// Titles have names of data in them, and libxlsxwriter would take one that begins with = for a formula.
std::string chart_title(const std::string& text) { return (text.starts_with('=') ? " " : "") + xlsx_label(text); }

/// Names are read beside horizontal bars, as in a picture; time goes to the right.
bool is_horizontal(const ChartData& data) { return !data.over_time && data.type != ChartType::line; }

struct Axes {
  lxw_chart_axis* names;
  lxw_chart_axis* values;
};
Axes axes_of(const lxw_chart* chart, const ChartData& data) {
  return is_horizontal(data) ? Axes{chart->y_axis, chart->x_axis} : Axes{chart->x_axis, chart->y_axis};
}

std::uint8_t chart_type(const ChartData& data) {
  switch (data.type) {
    case ChartType::line:
      return LXW_CHART_LINE;
    case ChartType::stacked_bar:
      return is_horizontal(data) ? LXW_CHART_BAR_STACKED : LXW_CHART_COLUMN_STACKED;
    case ChartType::bar:
      break;
  }
  return is_horizontal(data) ? LXW_CHART_BAR : LXW_CHART_COLUMN;
}

/// Long names would leave no room for the bars; the rows have them whole.
std::string xlsx_category(const ChartData& data, std::size_t category) {
  constexpr std::size_t kWidest = 40;
  return fit_width(xlsx_label(category_text(data, category)), kWidest);
}

/// Where the table of figures is.
struct Figures {
  lxw_row_t header;
  [[nodiscard]] lxw_row_t first() const { return header + 1; }
  [[nodiscard]] lxw_row_t last(const ChartData& data) const { return header + static_cast<lxw_row_t>(data.categories.size()); }
};

std::string series_name(const ChartData& data, std::size_t index) {
  if (const auto name = series_label(data.series[index]); !name.empty()) return xlsx_label(name);
  return data.y_title.empty() ? data.language.say("value") : xlsx_label(value_name(data));
}

rows::ColumnType cell_type(const ChartData& data) {
  return is_by_clock(data) ? rows::ColumnType::duration : data.is_percent ? rows::ColumnType::percent : rows::ColumnType::decimal;
}

void write_figures(const XlsxSummary& summary, const Figures& figures) {
  const ChartData& data = summary.closing.chart;
  const auto type = cell_type(data);
  XlsxPlace place{summary.sheet, figures.header, 0};
  summary.cells.write(place, xlsx_label(data.x_title), summary.header);
  for (std::size_t i = 0; i < data.series.size(); ++i) {
    ++place.column;
    summary.cells.write(place, series_name(data, i), summary.number_header);
  }
  for (std::size_t row = 0; row < data.categories.size(); ++row) {
    place.row = figures.first() + static_cast<lxw_row_t>(row);
    place.column = 0;
    summary.cells.write(place, xlsx_category(data, row), summary.cells.format(rows::ColumnType::text, 0, XlsxStyle::body));
    for (const ChartSeries& series : data.series) {
      ++place.column;
      if (std::isnan(series.values.at(row))) continue;
      summary.cells.write(place, in_cell(data, series, series.values.at(row)),
                          summary.cells.format(type, digits_of(data, series), XlsxStyle::body));
    }
  }
}

/// Lines differ by their dashes, too: on paper without colours.
void paint(lxw_chart_series* series, const XlsxSummary& summary, std::size_t index) {
  constexpr float kLineWidth = 2.25F;
  constexpr std::array<std::uint8_t, 6> kDashes = {LXW_CHART_LINE_DASH_SOLID,     LXW_CHART_LINE_DASH_DASH,
                                                   LXW_CHART_LINE_DASH_ROUND_DOT, LXW_CHART_LINE_DASH_DASH_DOT,
                                                   LXW_CHART_LINE_DASH_LONG_DASH, LXW_CHART_LINE_DASH_SQUARE_DOT};
  const ChartData& data = summary.closing.chart;
  const lxw_color_t color = xlsx_color(series_color(data, index, summary.spec.document.color));
  if (data.type == ChartType::line) {
    lxw_chart_line line{};
    line.color = color;
    line.width = kLineWidth;
    line.dash_type = kDashes[index % kDashes.size()];
    xlsx().chart_series_set_line(series, &line);
  } else {
    lxw_chart_fill fill{};
    fill.color = color;
    xlsx().chart_series_set_fill(series, &fill);
  }
}

void add_series(lxw_chart* chart, const XlsxSummary& summary, const Figures& figures, std::size_t index) {
  const ChartData& data = summary.closing.chart;
  const auto column = static_cast<lxw_col_t>(index + 1);
  lxw_chart_series* const series = xlsx().chart_add_series(chart, nullptr, nullptr);
  xlsx().chart_series_set_categories(series, kXlsxSummarySheet, figures.first(), 0, figures.last(data), 0);
  xlsx().chart_series_set_values(series, kXlsxSummarySheet, figures.first(), column, figures.last(data), column);
  xlsx().chart_series_set_name_range(series, kXlsxSummarySheet, figures.header, column);
  XlsxCache categories(series->categories);
  XlsxCache values(series->values);
  for (std::size_t row = 0; row < data.categories.size(); ++row) {
    categories.add(xlsx_category(data, row));
    const double value = data.series[index].values.at(row);
    if (std::isnan(value))
      values.add_gap();
    else
      values.add(in_cell(data, data.series[index], value));
  }
  XlsxCache(series->title.range).add(series_name(data, index));
  paint(series, summary, index);
}

constexpr double kAxisSize = 9;

/// The values of few bars stand at them: one bar alone would say nothing but that there is something.
void label_bars(lxw_chart* chart, const XlsxSummary& summary, std::size_t index) {
  lxw_chart_series* const series = STAILQ_FIRST(chart->series_list);
  const ChartData& data = summary.closing.chart;
  lxw_chart_font small{};
  small.size = kAxisSize;
  xlsx().chart_series_set_labels(series);
  xlsx().chart_series_set_labels_font(series, &small);
  std::string format = summary.cells.number_format(cell_type(data), digits_of(data, data.series[index]));
  if (data.separate_axes) format += ";-" + format + ";";  // of many currencies most names have amounts in one or two
  xlsx().chart_series_set_labels_num_format(series, format.c_str());
}

/// From nothing, or bars would be as long as their differences.
void set_range(lxw_chart_axis* values, std::span<const ChartSeries> shown) {
  bool any_below = false;
  bool any_above = false;
  for (const ChartSeries& series : shown)
    for (const double value : series.values) {
      any_below = any_below || value < 0;
      any_above = any_above || value > 0;
    }
  if (!any_below) xlsx().chart_axis_set_min(values, 0);
  if (any_below && !any_above) xlsx().chart_axis_set_max(values, 0);
}

void set_names(lxw_chart_axis* names, const ChartData& data) {
  constexpr std::size_t kRoom = 12;
  constexpr std::int32_t kSlant = -45;  // where a program shows all of them nevertheless
  lxw_chart_font small{};
  small.size = kAxisSize;
  small.bold = LXW_EXPLICIT_FALSE;
  if (is_horizontal(data)) {  // the first above
    xlsx().chart_axis_set_reverse(names);
    xlsx().chart_axis_set_crossing_max(names);
  } else if (data.over_time && data.categories.size() > kRoom) {
    small.rotation = kSlant;
    const auto labels = time_labels(data, kRoom);
    if (labels.size() > 1)
      xlsx().chart_axis_set_interval_unit(names, static_cast<std::uint16_t>(labels[1].category - labels[0].category));
  }
  xlsx().chart_axis_set_num_font(names, &small);
  xlsx().chart_axis_set_label_position(names, LXW_CHART_AXIS_LABEL_POSITION_LOW);
}

void set_axes(lxw_chart* chart, const XlsxSummary& summary, const std::string& y_title) {
  const ChartData& data = summary.closing.chart;
  const auto [names, values] = axes_of(chart, data);
  constexpr double kTitleSize = 12;
  constexpr lxw_color_t kGrid = 0xD9D9D9;
  lxw_chart_font title{};
  title.size = kTitleSize;
  lxw_chart_font small{};
  small.size = kAxisSize;
  small.bold = LXW_EXPLICIT_FALSE;
  lxw_chart_line grid{};
  grid.color = kGrid;
  if (data.title.empty()) {
    xlsx().chart_title_off(chart);
  } else {
    xlsx().chart_title_set_name(chart, chart_title(data.title).c_str());
    xlsx().chart_title_set_name_font(chart, &title);
  }
  if (!data.over_time && !data.x_title.empty()) {
    xlsx().chart_axis_set_name(names, chart_title(data.x_title).c_str());
    xlsx().chart_axis_set_name_font(names, &small);
  }
  if (!y_title.empty()) {
    xlsx().chart_axis_set_name(values, chart_title(y_title).c_str());
    xlsx().chart_axis_set_name_font(values, &small);
  }
  xlsx().chart_axis_set_num_font(values, &small);
  xlsx().chart_axis_set_num_format(values, axis_format(summary.cells, data).c_str());
  xlsx().chart_axis_major_gridlines_set_line(values, &grid);
  xlsx().chart_axis_set_line(names, &grid);
  set_names(names, data);
}

/// In percent of a bar: one bar alone is not a wall.
std::uint16_t gap_between(std::size_t bars) {
  constexpr std::size_t kLeast = 60;
  constexpr std::size_t kMost = 500;
  constexpr std::size_t kBarsOfChart = 8;
  return static_cast<std::uint16_t>(std::clamp(100 * kBarsOfChart / std::max<std::size_t>(bars, 1), kLeast + 100, kMost + 100) -
                                    100);
}

constexpr lxw_row_t kChartRows = 17;  ///< 20 pixels each, one of them for air

/// A chart of these series, [first, end).
void insert_chart(const XlsxSummary& summary, const Figures& figures, lxw_row_t row, std::size_t first, std::size_t end) {
  constexpr std::size_t kMostLabels = 13;
  constexpr double kScale = 1.5;  // of 480 by 288 pixels
  constexpr double kHigh = 320.0 / 288.0;
  const ChartData& data = summary.closing.chart;
  lxw_chart* const chart = xlsx().workbook_add_chart(summary.book, chart_type(data));
  if (chart == nullptr) throw Error(ErrorKind::failed, "libxlsxwriter cannot make a chart");
  for (std::size_t i = first; i < end; ++i) add_series(chart, summary, figures, i);
  const auto legend = end - first == 1 ? LXW_CHART_LEGEND_NONE : LXW_CHART_LEGEND_BOTTOM;
  xlsx().chart_legend_set_position(chart, static_cast<std::uint8_t>(legend));
  const std::string& currency = data.series[first].currency;
  set_axes(chart, summary, currency.empty() ? value_name(data) : fmt::format("{} ({})", value_name(data), currency));
  set_range(axes_of(chart, data).values, std::span(data.series).subspan(first, end - first));
  if (data.type != ChartType::line) xlsx().chart_set_series_gap(chart, gap_between(data.categories.size()));
  if (data.type == ChartType::bar && end - first == 1 && data.categories.size() <= kMostLabels) label_bars(chart, summary, first);
  lxw_chart_options options{};
  options.x_scale = kScale;
  options.y_scale = kHigh;
  expect_ok(xlsx().worksheet_insert_chart_opt(summary.sheet, row, 0, chart, &options));
}

}  // namespace

lxw_row_t write_xlsx_chart(const XlsxSummary& summary, lxw_row_t row) {
  const ChartData& data = summary.closing.chart;
  const std::size_t step = data.series_of_axis();  // currencies are never drawn to one scale
  const std::size_t charts = data.series.size() / step;
  const Figures figures{row + static_cast<lxw_row_t>(charts) * kChartRows};
  for (std::size_t i = 0; i < charts; ++i)
    insert_chart(summary, figures, row + static_cast<lxw_row_t>(i) * kChartRows, i * step, (i + 1) * step);
  write_figures(summary, figures);
  return figures.last(data) + 1;
}

}  // namespace reportctl::render
