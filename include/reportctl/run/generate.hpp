// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reportctl/base/sink.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

struct File {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  std::int64_t milliseconds = 0;
  std::vector<render::Metric> summary;
  render::ChartData chart;  ///< empty() where the module has none
};

/// Rows seen so far; called now and then, for progress on a terminal.
using Progress = std::function<void(std::int64_t rows, std::int64_t bytes)>;

/// Source → rows → writer → sink: the one renderer of on-demand runs, schedules and exports. Constant memory.
/// Error(source) when the source fails, Error(output) when the sink does, Error(interrupted) on a stop; what was written then is
/// worthless.
File generate(Parts&, const RunPlan&, Sink&, const Progress& progress = {});

}  // namespace reportctl::run
