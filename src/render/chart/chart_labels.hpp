// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reportctl/render/chart.hpp"

namespace reportctl::render {

/// A label below the axis of time.
struct TimeLabel {
  std::size_t category = 0;
  std::string text;
};

/// Labels for so many as there is room for: every day, every second, weeks, months, quarters, years; never two too near.
std::vector<TimeLabel> time_labels(const ChartData&, std::size_t room);
/// A category as people write it: `17.03.2026`.
std::string category_text(const ChartData&, std::size_t category);
/// A series by itself: `EUR, Card`. Empty for the only one.
std::string series_label(const ChartSeries&);
/// The year that all days of the chart have in common; empty where there is none, or the labels say it.
std::string common_year(const ChartData&);

}  // namespace reportctl::render
