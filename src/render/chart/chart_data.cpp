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
  if (!other.empty()) result.push_back({kRest, other, true});
  return result;
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

  // Which series there are: the currencies with most rows, or the largest series, or just one.
  std::map<std::string, double> sizes;
  bool with_rest = false;
  for (const auto& [key, count] : rows_)
    if (several && key.currency != kManyCurrencies) sizes[key.currency] += static_cast<double>(count);
  if (!several)
    for (const Category& category : categories)
      for (const auto& [key, tally] : category.sums) {
        with_rest = with_rest || key.series == kRest;
        if (key.series != kRest) sizes[key.series] += std::abs(figure(tally));
      }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [name, size] : sizes) order.emplace_back(-size, name);
  std::sort(order.begin(), order.end());
  const std::size_t limit = several ? kMaxCurrencies : kMaxSeries;
  with_rest = with_rest || (!several && order.size() > limit + 1);
  if (order.size() > (several || with_rest ? limit : limit + 1)) order.resize(limit);
  if (several)
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second < b.second; });  // as figures are
  const auto scale_of = [&](const std::string& name) {
    const auto found = scales_.find(name);
    if (several && found != scales_.end()) return found->second;
    return scales_.empty() ? 0 : scales_.begin()->second;
  };
  std::map<std::string, std::size_t> index;
  for (const auto& [size, name] : order) {
    index.emplace(name, data.series.size());
    data.series.push_back({name, {}, scale_of(name)});
  }
  if (with_rest) data.series.push_back({words.say("other"), {}, scale_of(kRest), true});

  const double nothing = plan_.measure == ChartMeasure::sum ? 0 : std::numeric_limits<double>::quiet_NaN();
  for (const Category& category : categories) {
    data.has_rest = category.name == kRest;  // it is the last
    data.categories.push_back(data.has_rest ? words.say("other") : category.name);
    std::vector<Tally> tallies(data.series.size());
    for (const auto& [key, tally] : category.sums) {
      const auto found = index.find(several ? key.currency : key.series);
      if (found != index.end())
        merge(tallies[found->second], tally);
      else if (with_rest)
        merge(tallies.back(), tally);
    }
    for (std::size_t k = 0; k < tallies.size(); ++k)
      data.series[k].values.push_back(tallies[k].count == 0 ? nothing : figure(tallies[k]));
  }
  if (several) {
    data.separate_axes = true;
    if (data.type == ChartType::stacked_bar) data.type = ChartType::bar;
    std::vector<std::string> notes;
    const std::size_t known = currencies.size() - currencies.count(kManyCurrencies);
    if (currencies.size() > kMaxCurrencies)
      notes.push_back(words.say(known < currencies.size() ? "many_currencies" : "some_currencies",
                                {{"shown", std::to_string(data.series.size())}, {"all", std::to_string(known)}}));
    if (is_column(columns_, plan_.series) && plan_.series != currency_column_) {
      const rows::Column& series = columns_[static_cast<std::size_t>(plan_.series)];
      notes.push_back(words.say("by_currency", {{"series", series.label.empty() ? series.name : series.label}}));
    }
    if (!notes.empty()) data.title += " (" + join(notes, "; ") + ")";
  } else if (!currencies.empty() && !currencies.begin()->first.empty()) {
    data.y_title += fmt::format(" ({})", currencies.begin()->first);
  }
  return data;
}

}  // namespace reportctl::render
