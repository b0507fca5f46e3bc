// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/language.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

enum class ChartType { line, bar, stacked_bar };
enum class ChartMeasure { sum, average, maximum };

/// What a chart is made of; columns are indexes into those of the rows that the collector gets.
struct ChartPlan {
  ChartType type = ChartType::bar;
  std::string title;  ///< empty: `<y> by <x>`
  int x = -1;         ///< date and timestamp columns give one category a local day, others one a value
  int y = -1;         ///< -1: rows are counted
  ChartMeasure measure = ChartMeasure::sum;
  int series = -1;      ///< -1: one series, or one per currency when y is money of several currencies
  std::string x_title;  ///< empty: the column's label, or `Day`, `Month`, `Year`
  std::string y_title;
  bool by_hour = false;           ///< a timestamp column gives one category a local hour
  std::optional<Date> first_day;  ///< of the report's period: days without rows are zero, of an average or maximum a gap
  std::optional<Date> last_day;   ///< inclusive
};

struct ChartSeries {
  std::string name;            ///< empty for the only one
  std::vector<double> values;  ///< as many as there are categories; NaN: there is none
  int scale = 0;               ///< digits behind the point
  bool is_rest = false;        ///< all series that are not drawn apart
  std::string currency = {};   ///< of charts with several; such a series has this one's axis
};

/// A chart, ready to be drawn. Small, however many rows there were.
struct ChartData {
  ChartType type = ChartType::bar;
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<std::string> categories;  ///< in order; of days `2026-03-17`, of long ranges `2026-03` or `2026`, of hours `06:00`,
                                        ///< or `02:00+01:00` where one comes twice
  bool over_time = false;
  bool has_rest = false;  ///< the last category is all that have no place of their own
  std::vector<ChartSeries> series;
  bool separate_axes = false;  ///< amounts of different currencies: each currency has an axis, and they are never added up
  bool is_duration = false;    ///< the values are seconds
  bool is_percent = false;     ///< 99.9 is 99.9 %
  ChartMeasure measure = ChartMeasure::sum;
  Language language;
  [[nodiscard]] bool empty() const { return categories.empty() || series.empty(); }
  [[nodiscard]] std::size_t series_of_axis() const;  ///< as many for each axis, in the order of the axes
};

/// Adds up as rows pass. Days are all kept up to 400, longer ranges become months or years; of other categories the largest 12
/// and the rest, of series the largest 6 and the rest, of currencies the 4 with most rows. Memory is bounded: with many thousand
/// categories the small ones are folded into the rest, and where that could have made a figure wrong there is no chart.
class ChartCollector {
 public:
  ChartCollector(const rows::Columns&, ChartPlan, Locale);
  void row(const rows::Row&);
  [[nodiscard]] ChartData data() const;

  static constexpr std::size_t kMaxCategories = 12;
  static constexpr std::size_t kMaxSeries = 6;
  static constexpr std::size_t kMaxCurrencies = 4;
  static constexpr std::size_t kMaxDays = 400;

 private:
  enum class Unit { none, hour, day, month, year };
  /// What is added up apart: amounts of different currencies, and the values of the series column.
  struct Key {
    std::string currency;
    std::string series;
    auto operator<=>(const Key&) const = default;
  };
  struct Tally {
    double value = 0;  ///< the sum, or the greatest
    std::int64_t count = 0;
  };
  using Sums = std::map<Key, Tally>;
  struct Category {
    std::string name;
    Sums sums;
    bool sure = true;  ///< false when a part of it may have been folded away before
    double place = 0;  ///< of numbers, which have an order of their own
  };
  void add(Sums&, const Key&, Tally);
  void merge(Tally& into, const Tally&) const;
  void merge(Sums& into, const Sums&) const;
  [[nodiscard]] double figure(const Tally&) const;
  Key key_of(const rows::Row&);
  [[nodiscard]] std::int64_t period_of(const rows::Cell&);
  [[nodiscard]] std::int64_t parts_of_day(Date) const;
  [[nodiscard]] std::string hour_name(std::int64_t period) const;
  void coarsen();
  void fold_small();
  /// Where the filter has the name: all of them are set when it was folded.
  static std::array<std::size_t, 7> filter_bits(std::string_view name);
  [[nodiscard]] bool was_folded(std::string_view name) const;
  [[nodiscard]] std::vector<Category> periods() const;
  [[nodiscard]] std::vector<Category> largest(bool several_currencies) const;
  [[nodiscard]] std::string main_currency() const;
  [[nodiscard]] std::vector<ChartSeries> series_of(const std::vector<Category>&, bool several_currencies) const;
  [[nodiscard]] bool is_ordered() const;
  [[nodiscard]] bool is_by_series(bool several_currencies) const;

  rows::Columns columns_;
  ChartPlan plan_;
  Locale locale_;
  Unit unit_ = Unit::none;
  std::int64_t begun_day_ = std::numeric_limits<std::int64_t>::min();
  Instant day_begins_{};  ///< of begun_day_
  int currency_column_ = -1;
  std::map<std::string, int, std::less<>> scales_;  ///< by currency
  std::map<std::int64_t, Sums> periods_;            ///< days since 1970-01-01 (hours: 32 a day), months or years since year 0
  std::map<std::string, Category, std::less<>> named_;
  Sums other_;
  double slack_ = 0;          ///< at most so much of a category may have been folded into other_
  std::vector<bool> folded_;  ///< by hashes of their names (a Bloom filter); empty: none yet
  std::size_t cells_ = 0;
  std::map<Key, std::int64_t> rows_;  ///< how many there were of each
};

struct ChartImage {
  int width = 640;  ///< in points of the reader's screen
  int height = 320;
  double scale = 2;   ///< pixels a point
  std::string color;  ///< of a single series, `#rrggbb`; empty: the default
};
/// The height that gives every bar and panel of a picture its room, within what one screen shows.
int chart_image_height(const ChartData&);
/// A PNG with a white ground, readable on dark pages too. Empty for empty data.
std::string chart_png(const ChartData&, const ChartImage&);

/// What the chart shows, in a sentence or two, for those who cannot see it. Empty for empty data.
std::string chart_alt_text(const ChartData&);

}  // namespace reportctl::render
