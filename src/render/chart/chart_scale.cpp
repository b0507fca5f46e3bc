// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "chart_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "people.hpp"

namespace reportctl::render {
namespace {

constexpr double kTooLongToWrite = 1e15;

/// The smallest of 1, 2, 5 × 10^n that is not smaller.
double nice_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

std::string fixed(double value, int decimals, const Language& language) {
  if (std::abs(value) >= kTooLongToWrite) return fmt::format("{:.3g}", value);
  const double scaled = std::round(value * std::pow(10, decimals));
  if (std::abs(scaled) >= 9e18) return fmt::format("{:.3g}", value);
  return grouped(static_cast<__int128>(scaled), static_cast<std::size_t>(decimals), language.numbers());
}

}  // namespace

int Scale::ticks() const { return static_cast<int>(std::lround((high - low) / step)) + 1; }

Scale make_scale(const ScaleNeeds& needs) {
  const double low = std::min(needs.low, 0.0);
  double high = std::max(needs.high, 0.0);
  const double finest = std::pow(10, -needs.decimals);
  if (high - low < finest) high = low + finest;
  const int intervals = std::max(needs.max_ticks, 2) - 1;
  double step = nice_step(std::max((high - low) / intervals, finest));
  Scale scale;
  for (;;) {  // rounding both ends outwards may need one more interval than there is room for
    scale = {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
    if (scale.ticks() <= std::max(needs.max_ticks, low < 0 ? 3 : 2)) return scale;
    step = nice_step(step * 1.5);
  }
}

std::string tick_label(const Scale& scale, double value, const Language& language) {
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(scale.step) + 1e-9)), 0, 9);
  return fixed(value, decimals, language);
}

ValueUnit unit_of(const ChartData& data) {
  if (data.is_percent) return {1, "%"};
  if (!data.is_duration) return {};
  double most = 0;
  for (const ChartSeries& series : data.series)
    for (const double value : series.values) most = std::max(most, std::abs(value));
  if (most >= 2 * 3600) return {3600, data.language.say("hours")};
  return most >= 120 ? ValueUnit{60, data.language.say("minutes")} : ValueUnit{1, data.language.say("seconds")};
}

std::string value_label(const ChartData& data, const ChartSeries& series, double value) {
  if (!data.is_duration) return fixed(value, series.scale, data.language) + (data.is_percent ? " %" : "");
  if (std::abs(value) >= kTooLongToWrite) return fmt::format("{:.3g} {}", value / 3600, data.language.say("hours"));
  const auto seconds = static_cast<long long>(std::llround(std::abs(value)));
  return fmt::format("{}{}:{:02}:{:02}", value < 0 ? "-" : "", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace reportctl::render
