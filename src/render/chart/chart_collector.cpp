// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "chart_keys.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr std::size_t kMaxPeriods = 4'000;
constexpr std::size_t kMaxCells = 40'000;
constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kFilterBits = std::size_t{1} << 23U;
double power_of_ten(int exponent) { return std::pow(10.0, exponent); }

Date date_of(std::int64_t days) {
  constexpr std::int64_t kFar = 11'000'000;  // std::chrono counts years in 16 bits
  return Date{std::chrono::sys_days{std::chrono::days{std::clamp(days, -kFar, kFar)}}};
}
std::int64_t days_of(Date date) { return std::chrono::sys_days{date}.time_since_epoch().count(); }
std::int64_t month_of(std::int64_t days) {
  const Date date = date_of(days);
  return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) - 1;
}
std::int64_t floor_twelfth(std::int64_t months) { return (months - (months < 0 ? 11 : 0)) / 12; }
// Hours are counted from the beginning of their day, of which there may be 23 or 25: kHoursOfDay leaves room.
constexpr std::int64_t kHoursOfDay = 32;
std::int64_t day_of_hour(std::int64_t hours) { return (hours - (hours < 0 ? kHoursOfDay - 1 : 0)) / kHoursOfDay; }

}  // namespace

ChartCollector::ChartCollector(const rows::Columns& columns, ChartPlan plan, Locale locale)
    : columns_(columns), plan_(std::move(plan)), locale_(std::move(locale)) {
  if (!is_column(columns_, plan_.x) || (plan_.y >= 0 && !is_column(columns_, plan_.y)))
    throw Error(ErrorKind::failed, "a chart names a column that the report does not have");
  const rows::Column& x = columns_[static_cast<std::size_t>(plan_.x)];
  if (x.type == ColumnType::date || x.type == ColumnType::timestamp) unit_ = Unit::day;
  if (x.type == ColumnType::timestamp && plan_.by_hour) unit_ = Unit::hour;
  if (plan_.x_title.empty() && unit_ == Unit::none) plan_.x_title = x.label.empty() ? x.name : x.label;
  if (plan_.y < 0) {
    if (plan_.y_title.empty()) plan_.y_title = locale_.language.say("row_count");
  } else {
    const rows::Column& y = columns_[static_cast<std::size_t>(plan_.y)];
    if (!facts_of(y.type).number) throw Error(ErrorKind::failed, fmt::format("a chart cannot add up the column \"{}\"", y.name));
    if (plan_.y_title.empty()) plan_.y_title = y.label.empty() ? y.name : y.label;
    if (y.type == ColumnType::money && is_column(columns_, y.currency_column)) currency_column_ = y.currency_column;
  }
}

void ChartCollector::merge(Tally& into, const Tally& other) const {
  const bool is_greatest = plan_.measure == ChartMeasure::maximum && into.count > 0;
  into.value = is_greatest ? std::max(into.value, other.value) : into.value + other.value;
  into.count += other.count;
}

void ChartCollector::merge(Sums& into, const Sums& other) const {
  for (const auto& [key, tally] : other) merge(into[key], tally);
}

double ChartCollector::figure(const Tally& tally) const {
  return plan_.measure == ChartMeasure::average && tally.count > 0 ? tally.value / static_cast<double>(tally.count) : tally.value;
}

void ChartCollector::add(Sums& sums, const Key& key, Tally tally) {
  const auto [at, is_new] = sums.try_emplace(key);
  merge(at->second, tally);
  if (is_new) ++cells_;
}

ChartCollector::Key ChartCollector::key_of(const rows::Row& row) {
  Key key;
  if (currency_column_ >= 0) key.currency = std::string(row[static_cast<std::size_t>(currency_column_)].text);
  if (is_column(columns_, plan_.series)) {
    const auto at = static_cast<std::size_t>(plan_.series);
    key.series = value_text(columns_[at], row[at], locale_);
    if (key.series.empty()) key.series = locale_.language.say("nameless");
  }
  if (rows_.size() >= kMaxKeys && !rows_.contains(key)) {
    key.series = plan_.series >= 0 ? kRest : "";
    if (rows_.size() > 2 * kMaxKeys) key.currency = kManyCurrencies;
  }
  ++rows_[key];
  return key;
}

std::int64_t ChartCollector::period_of(const rows::Cell& cell) {
  std::int64_t days = cell.number;
  const Instant at{std::chrono::seconds{cell.number}};
  if (columns_[static_cast<std::size_t>(plan_.x)].type == ColumnType::timestamp) days = days_of(locale_.zone.local_date(at));
  if (unit_ == Unit::hour) {
    if (days != begun_day_) day_begins_ = locale_.zone.start_of_day(date_of(begun_day_ = days));
    return days * kHoursOfDay + (at - day_begins_) / std::chrono::hours{1};
  }
  if (unit_ == Unit::day) return days;
  return unit_ == Unit::month ? month_of(days) : floor_twelfth(month_of(days));
}

void ChartCollector::row(const rows::Row& row) {
  const rows::Cell& x = row[static_cast<std::size_t>(plan_.x)];
  double value = 1;
  if (plan_.y >= 0) {
    const rows::Cell& y = row[static_cast<std::size_t>(plan_.y)];
    if (y.null) return;
    value = static_cast<double>(y.number) / power_of_ten(y.scale);
    const std::string_view currency = currency_column_ < 0 ? "" : row[static_cast<std::size_t>(currency_column_)].text;
    auto scale = scales_.find(currency);
    if (scale == scales_.end()) {
      scale = scales_.emplace(scales_.size() < kMaxKeys ? currency : kRest, 0).first;
    }
    scale->second = std::max<int>(scale->second, y.scale);
  }
  if (unit_ != Unit::none) {
    if (x.null) return;
    const Key key = key_of(row);
    add(periods_[period_of(x)], key, {value, 1});
    if (periods_.size() > kMaxPeriods && unit_ != Unit::year) coarsen();
    return;
  }
  const Key key = key_of(row);
  std::string name = value_text(columns_[static_cast<std::size_t>(plan_.x)], x, locale_);
  if (name.empty()) name = locale_.language.say("nameless");
  constexpr std::size_t kLongName = 200;
  name.resize(cut_at_character(name, kLongName).size());  // the label will be cut far before
  auto found = named_.find(name);
  if (found == named_.end()) {
    const double place = static_cast<double>(x.number) / power_of_ten(x.scale);
    found = named_.emplace(name, Category{name, {}, !was_folded(name), place}).first;
  }
  add(found->second.sums, key, {value, 1});
  if (cells_ > kMaxCells) fold_small();
}

void ChartCollector::coarsen() {
  const auto convert = unit_ == Unit::hour ? day_of_hour : unit_ == Unit::day ? month_of : floor_twelfth;
  std::map<std::int64_t, Sums> coarse;
  for (const auto& [period, sums] : periods_) merge(coarse[convert(period)], sums);
  periods_ = std::move(coarse);
  unit_ = unit_ == Unit::hour ? Unit::day : unit_ == Unit::day ? Unit::month : Unit::year;
}

std::array<std::size_t, 7> ChartCollector::filter_bits(std::string_view name) {
  std::size_t hash = std::hash<std::string_view>()(name);
  const std::size_t step = (hash >> 32U) | 1U;
  std::array<std::size_t, 7> bits{};
  for (std::size_t& bit : bits) {
    bit = hash % kFilterBits;
    hash += step;
  }
  return bits;
}

bool ChartCollector::was_folded(std::string_view name) const {
  if (folded_.empty()) return false;
  const auto bits = filter_bits(name);
  return std::all_of(bits.begin(), bits.end(), [this](std::size_t bit) { return folded_[bit]; });
}

/// Half of the categories, the small ones.
void ChartCollector::fold_small() {
  folded_.resize(kFilterBits);
  const auto size_of = [this](const Category& category) {
    double size = 0;
    for (const auto& [key, tally] : category.sums) size += std::abs(figure(tally));
    return size;
  };
  std::vector<double> sizes;
  for (const auto& [name, category] : named_) sizes.push_back(size_of(category));
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  const double limit = *middle;
  slack_ += std::max(limit, std::numeric_limits<double>::min());
  const std::size_t kept = named_.size() / 2;
  for (auto at = named_.begin(); at != named_.end() && named_.size() > kept;) {
    if (size_of(at->second) > limit) {
      ++at;
      continue;
    }
    for (const std::size_t bit : filter_bits(at->first)) folded_[bit] = true;
    cells_ -= at->second.sums.size();
    for (const auto& [key, tally] : at->second.sums) add(other_, key, tally);
    at = named_.erase(at);
  }
}

std::int64_t ChartCollector::parts_of_day(Date day) const {
  if (unit_ != Unit::hour) return 1;
  const auto length = locale_.zone.start_of_day(date_of(days_of(day) + 1)) - locale_.zone.start_of_day(day);
  return (length + std::chrono::minutes{59}) / std::chrono::hours{1};
}

std::string ChartCollector::hour_name(std::int64_t period) const {
  const std::int64_t day = day_of_hour(period);
  const Instant at = locale_.zone.start_of_day(date_of(day)) + std::chrono::hours{period - kHoursOfDay * day};
  std::string name = format_time_of_day(locale_.zone.local_time(at));
  if (locale_.zone.is_ambiguous(at)) name += locale_.zone.format(at).substr(std::string_view("2026-10-25T02:00:00").size());
  return name;
}

std::vector<ChartCollector::Category> ChartCollector::periods() const {
  if (periods_.empty()) return {};
  Unit unit = unit_;
  std::map<std::int64_t, Sums> sums = periods_;
  std::int64_t first = sums.begin()->first;
  std::int64_t last = sums.rbegin()->first;
  if (unit == Unit::day || unit == Unit::hour) {
    const std::int64_t parts = unit == Unit::hour ? kHoursOfDay : 1;
    if (plan_.first_day) first = std::min(first, days_of(*plan_.first_day) * parts);
    if (plan_.last_day) last = std::max(last, days_of(*plan_.last_day) * parts + parts_of_day(*plan_.last_day) - 1);
  }
  const bool is_one_day = day_of_hour(first) == day_of_hour(last);
  const auto is_long = [&] { return last - first >= static_cast<std::int64_t>(kMaxDays); };
  const auto coarsen_to = [&](Unit to, auto convert) {
    std::map<std::int64_t, Sums> coarse;
    for (const auto& [period, values] : sums) merge(coarse[convert(period)], values);
    sums = std::move(coarse);
    first = convert(first);
    last = convert(last);
    unit = to;
  };
  if (unit == Unit::hour && !is_one_day) coarsen_to(Unit::day, day_of_hour);  // rows of other days
  if (unit == Unit::day && is_long()) coarsen_to(Unit::month, month_of);
  if (unit == Unit::month && is_long()) coarsen_to(Unit::year, floor_twelfth);
  if (is_long()) return {};  // nobody's data spans that
  std::vector<Category> result;
  for (std::int64_t period = first; period <= last; ++period) {
    Category category;
    if (unit == Unit::hour)
      category.name = hour_name(period);
    else if (unit == Unit::day)
      category.name = format_date(date_of(period));
    else if (unit == Unit::month)
      category.name = fmt::format("{:04}-{:02}", floor_twelfth(period), period - 12 * floor_twelfth(period) + 1);
    else
      category.name = fmt::format("{:04}", period);
    if (const auto found = sums.find(period); found != sums.end()) category.sums = found->second;
    result.push_back(std::move(category));
  }
  return result;
}

}  // namespace reportctl::render
