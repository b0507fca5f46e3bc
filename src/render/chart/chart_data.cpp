// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// What is drawn of the rows that were collected: chart_collector.cpp collects them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "chart_keys.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/chart.hpp"

namespace reportctl::render {
namespace {

const char* title_key(ChartMeasure measure) {
  return measure == ChartMeasure::average ? "average_by" : measure == ChartMeasure::maximum ? "highest_by" : "figure_by";
}

/// What a category over time is, by how it is written: in a title, and at an axis.
struct UnitKeys {
  const char* by;
  const char* axis;
};
UnitKeys unit_keys(const std::string& category) {
  switch (category.size()) {
    case 4:
      return {"by_year", "axis_year"};
    case 7:
      return {"by_month", "axis_month"};
    case 10:
      return {"by_day", "axis_day"};
  }
  return {"by_hour", "axis_hour"};  // `02:00`, and `02:00+01:00` where it comes twice
}

}  // namespace

std::size_t ChartData::series_of_axis() const {
  if (series.empty()) return 0;
  return static_cast<std::size_t>(std::count_if(
      series.begin(), series.end(), [this](const ChartSeries& one) { return one.currency == series.front().currency; }));
}

/// Years and hours are read in their order, whatever their values.
bool ChartCollector::is_ordered() const {
  const auto type = columns_[static_cast<std::size_t>(plan_.x)].type;
  return facts_of(type).number && type != rows::ColumnType::money;
}

bool ChartCollector::is_by_series(bool several) const {
  return is_column(columns_, plan_.series) && !(several && plan_.series == currency_column_);
}

/// The one with most rows.
std::string ChartCollector::main_currency() const {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [key, count] : rows_) counts[key.currency] += count;
  const auto main =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return main == counts.end() ? std::string() : main->first;
}

std::vector<ChartCollector::Category> ChartCollector::largest(bool several_currencies) const {
  if (slack_ > 0 && (several_currencies || plan_.measure != ChartMeasure::sum)) return {};
  std::map<std::string, double> of_currency;  // amounts of different currencies cannot be compared, their shares can
  for (const auto& [name, category] : named_)
    for (const auto& [key, tally] : category.sums) of_currency[key.currency] += std::abs(figure(tally));
  struct Sized {
    double size;
    const Category* category;
  };
  std::vector<Sized> order;
  for (const auto& [name, category] : named_) {
    double size = 0;
    for (const auto& [key, tally] : category.sums) {
      const double weight = std::abs(figure(tally));
      size += several_currencies ? weight / std::max(of_currency[key.currency], 1e-9) : weight;
    }
    order.push_back({size, &category});
  }
  std::stable_sort(order.begin(), order.end(), [](const Sized& a, const Sized& b) { return a.size > b.size; });
  Sums other = other_;
  std::size_t shown = order.size();
  if (order.size() > kMaxCategories + (other.empty() ? 1 : 0)) shown = kMaxCategories;
  const double smallest_shown = order.empty() ? 0 : order[shown - 1].size;
  if (several_currencies) {
    const std::string main = main_currency();
    const auto amount = [&](const Sized& one) {
      double sum = -std::numeric_limits<double>::infinity();
      for (const auto& [key, tally] : one.category->sums)
        if (key.currency == main) sum = std::max(sum, 0.0) + figure(tally);
      return sum;
    };
    std::stable_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown),
                     [&](const Sized& a, const Sized& b) { return amount(a) > amount(b); });
  }
  std::vector<Category> result;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < shown) {
      if (!order[i].category->sure) return {};
      result.push_back(*order[i].category);
      continue;
    }
    if (!order[i].category->sure && order[i].size + slack_ > smallest_shown) return {};
    merge(other, order[i].category->sums);
  }
  if (is_ordered())
    std::stable_sort(result.begin(), result.end(), [](const Category& a, const Category& b) { return a.place < b.place; });
  if (!other.empty()) result.push_back({kRest, other, true});
  return result;
}

/// The currencies with most rows, each with the largest values of the series column (of several currencies by their shares,
/// since the amounts cannot be compared), or just one.
std::vector<ChartSeries> ChartCollector::series_of(const std::vector<Category>& categories, bool several) const {
  std::map<std::string, double> currencies, names, of_currency;
  const bool by_series = is_by_series(several);
  for (const auto& [key, count] : rows_)
    if (key.currency != kManyCurrencies) currencies[several ? key.currency : ""] += static_cast<double>(count);
  for (const Category& category : categories)
    for (const auto& [key, tally] : category.sums) of_currency[key.currency] += std::abs(figure(tally));
  bool with_rest = false;
  for (const Category& category : categories)
    for (const auto& [key, tally] : category.sums) {
      const bool is_rest = by_series && key.series == kRest;
      with_rest = with_rest || is_rest;
      const double size = std::abs(figure(tally)) / (several ? std::max(of_currency[key.currency], 1e-9) : 1);
      if (!is_rest) names[by_series ? key.series : ""] += size;
    }
  const auto largest_of = [](const std::map<std::string, double>& sizes, std::size_t limit) {
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [name, size] : sizes) order.emplace_back(-size, name);
    std::sort(order.begin(), order.end());
    if (order.size() > limit) order.resize(limit);
    return order;
  };
  with_rest = with_rest || names.size() > kMaxSeries + 1;
  const auto shown = largest_of(names, kMaxSeries + (with_rest ? 0 : 1));
  auto axes = largest_of(currencies, kMaxCurrencies);
  std::sort(axes.begin(), axes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });  // as figures are
  std::vector<ChartSeries> series;
  for (const auto& [rows, currency] : axes) {
    const auto scale = scales_.find(several ? currency : "");
    const int digits = scale != scales_.end() ? scale->second : scales_.empty() ? 0 : scales_.begin()->second;
    for (const auto& [size, name] : shown) series.push_back({by_series ? name : currency, {}, digits, false, currency});
    if (with_rest) series.push_back({locale_.language.say("other"), {}, digits, true, currency});
  }
  return series;
}

ChartData ChartCollector::data() const {
  ChartData data{.type = plan_.type,
                 .title = plan_.title,
                 .x_title = plan_.x_title,
                 .y_title = plan_.y_title,
                 .categories = {},
                 .over_time = unit_ != Unit::none,
                 .series = {},
                 .separate_axes = false,
                 .is_duration = plan_.y >= 0 && columns_[static_cast<std::size_t>(plan_.y)].type == rows::ColumnType::duration,
                 .is_percent = plan_.y >= 0 && columns_[static_cast<std::size_t>(plan_.y)].type == rows::ColumnType::percent,
                 .measure = plan_.measure,
                 .language = locale_.language};
  const Language& words = locale_.language;
  if (data.x_title.empty()) data.x_title = words.say("axis_day");
  std::map<std::string, std::int64_t> currencies;
  for (const auto& [key, count] : rows_) currencies[key.currency] += count;
  const bool several = currencies.size() > 1;
  const std::vector<Category> categories = data.over_time ? periods() : largest(several);
  if (categories.empty()) return data;
  const UnitKeys unit = unit_keys(categories.front().name);
  if (plan_.x_title.empty()) data.x_title = words.say(unit.axis);
  if (data.title.empty()) {
    const std::string category = data.over_time && plan_.x_title.empty() ? words.say(unit.by) : data.x_title;
    data.title = words.say(title_key(plan_.measure), {{"figure", data.y_title}, {"category", category}});
  }

  data.separate_axes = several;
  data.series = series_of(categories, several);
  const bool by_series = is_by_series(several);
  std::map<Key, std::size_t> index;
  std::map<std::string, std::size_t> rests;  // by currency
  for (std::size_t k = 0; k < data.series.size(); ++k) {
    const ChartSeries& series = data.series[k];
    if (series.is_rest)
      rests[series.currency] = k;
    else
      index[{series.currency, by_series ? series.name : ""}] = k;
  }

  const double nothing = plan_.measure == ChartMeasure::sum ? 0 : std::numeric_limits<double>::quiet_NaN();
  for (const Category& category : categories) {
    data.has_rest = category.name == kRest;  // it is the last
    data.categories.push_back(data.has_rest ? words.say("other") : category.name);
    std::vector<Tally> tallies(data.series.size());
    for (const auto& [key, tally] : category.sums) {
      const std::string currency = several ? key.currency : "";
      const auto found = index.find({currency, by_series ? key.series : ""});
      const auto rest = rests.find(currency);
      if (found != index.end())
        merge(tallies[found->second], tally);
      else if (rest != rests.end())
        merge(tallies[rest->second], tally);
    }
    for (std::size_t k = 0; k < tallies.size(); ++k)
      data.series[k].values.push_back(tallies[k].count == 0 ? nothing : figure(tallies[k]));
  }
  if (several) {
    if (data.type == ChartType::stacked_bar && data.series_of_axis() == 1) data.type = ChartType::bar;
    const std::size_t known = currencies.size() - currencies.count(kManyCurrencies);
    if (currencies.size() > kMaxCurrencies)
      data.title += fmt::format(" ({})", words.say(known < currencies.size() ? "many_currencies" : "some_currencies",
                                                   {{"shown", std::to_string(kMaxCurrencies)}, {"all", std::to_string(known)}}));
  } else if (!currencies.empty() && !currencies.begin()->first.empty()) {
    data.y_title += fmt::format(" ({})", currencies.begin()->first);
  }
  return data;
}

}  // namespace reportctl::render
