// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "chart_labels.hpp"

#include <algorithm>
#include <array>

#include "reportctl/base/time.hpp"

namespace reportctl::render {
namespace {

constexpr std::array<std::size_t, 7> kHours = {1, 2, 3, 4, 6, 12, 25};

/// `2026-03-17`, `2026-03` or `2026`: a day, or the first of what it names.
Date begin_of(const std::string& category) {
  const std::string whole = category + std::string_view("0000-01-01").substr(std::min<std::size_t>(category.size(), 10)).data();
  return parse_date(whole).value_or(Date{});
}

/// Every `stride`-th of what stands at whole multiples of it.
template <typename Position, typename Text>
std::vector<TimeLabel> every(const ChartData& data, Position position, Text text) {
  std::vector<TimeLabel> labels;
  for (std::size_t i = 0; i < data.categories.size(); ++i) {
    const Date date = begin_of(data.categories[i]);
    if (position(date, i)) labels.push_back({i, text(date)});
  }
  return labels;
}

}  // namespace

std::string category_text(const ChartData& data, std::size_t category) {
  const std::string& name = data.categories[category];
  if (!data.over_time || name.find(':') != std::string::npos || name.size() < 7) return name;
  return name.size() == 7 ? data.language.month(begin_of(name)) : data.language.date(begin_of(name));
}

std::string series_label(const ChartSeries& series) {
  return series.currency.empty() || series.currency == series.name ? series.name : series.currency + ", " + series.name;
}

std::string common_year(const ChartData& data) {
  if (!data.over_time || data.categories.empty() || data.categories.front().size() != 10) return {};
  const std::string year = data.categories.front().substr(0, 4);
  return data.categories.back().starts_with(year) ? year : std::string();
}

std::vector<TimeLabel> time_labels(const ChartData& data, std::size_t room) {
  room = std::max<std::size_t>(room, 1);
  const std::size_t count = data.categories.size();
  if (count > 0 && data.categories.front().find(':') != std::string::npos) {  // hours
    std::vector<TimeLabel> labels;
    const std::size_t stride =
        *std::find_if(kHours.begin(), kHours.end(), [&](auto hours) { return (count + hours - 1) / hours <= room; });
    for (std::size_t i = 0; i < count; i += stride) labels.push_back({i, data.categories[i]});
    return labels;
  }
  const bool days = count > 0 && data.categories.front().size() == 10;
  const bool months = count > 0 && data.categories.front().size() == 7;
  const bool one_year = !common_year(data).empty();
  const auto of_day = [&](Date date) { return one_year ? data.language.day_of_month(date) : data.language.date(date); };
  if (days) {
    for (const std::size_t stride : {1U, 2U, 3U, 7U, 14U})
      if ((count + stride - 1) / stride <= room)
        return every(
            data, [&](Date, std::size_t i) { return i % stride == 0; }, of_day);
  }
  if (days || months) {
    for (const unsigned stride : {1U, 2U, 3U, 6U}) {
      const auto labels = every(
          data,
          [&](Date date, std::size_t) {
            return static_cast<unsigned>(date.day()) == 1 && (static_cast<unsigned>(date.month()) - 1) % stride == 0;
          },
          [&](Date date) { return one_year ? data.language.day_of_month(date) : data.language.month(date); });
      if (!labels.empty() && labels.size() <= room) return labels;
    }
  }
  for (const int stride : {1, 2, 5, 10, 20, 50, 100, 1000}) {
    const auto labels = every(
        data,
        [&](Date date, std::size_t) {
          return static_cast<unsigned>(date.day()) == 1 && static_cast<unsigned>(date.month()) == 1 &&
                 static_cast<int>(date.year()) % stride == 0;
        },
        [&](Date date) { return format_date(date).substr(0, 4); });
    if (!labels.empty() && labels.size() <= room) return labels;
  }
  return {{0, category_text(data, 0)}};
}

}  // namespace reportctl::render
