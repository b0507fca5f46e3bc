// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/render/chart.hpp"

namespace reportctl::render {

/// The axis of values: from a multiple of the step to a multiple of the step, zero included.
struct Scale {
  double low = 0;
  double high = 1;
  double step = 1;  ///< 1, 2 or 5 times a power of ten
  [[nodiscard]] int ticks() const;
};

struct ScaleNeeds {
  double low = 0;
  double high = 0;
  int max_ticks = 6;  ///< at least 2
  int decimals = 0;   ///< of the values: no tick lies between two of them
};
Scale make_scale(const ScaleNeeds&);
/// `1,500`, `0.25`, `-2`.
std::string tick_label(const Scale&, double value, const Language&);

/// What an axis of durations counts: seconds, minutes or hours.
struct ValueUnit {
  double size = 1;
  std::string name;  ///< empty: as it is
};
ValueUnit unit_of(const ChartData&);
/// A value of the chart in its own digits: `1,234.50`, `26:03:00`.
std::string value_label(const ChartData&, const ChartSeries&, double value);

}  // namespace reportctl::render
