// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/base/sink.hpp"
#include "reportctl/mail/templates.hpp"
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
  render::ChartData chart;  ///< empty() where the module has none, or neither the file nor a mail shows it
};

/// What the body of a mail shows besides figures and chart.
struct Showing {
  mail::FirstRows first_rows;
  std::optional<schedule::Window> compared_with;
  std::vector<std::string> changes;  ///< one a metric; empty without compared_with
};
struct ShownFile {
  File file;
  Showing showing;
};

/// Rows seen so far; called now and then, for progress on a terminal.
using Progress = std::function<void(std::int64_t rows, std::int64_t bytes)>;

/// Source → rows → writer → sink: the one renderer of on-demand runs, schedules and exports. Constant memory.
/// Error(source) when the source fails, Error(output) when the sink does, Error(interrupted) on a stop; what was written then is
/// worthless.
File generate(Parts&, const RunPlan&, Sink&, const Progress& progress = {});
/// The same file, and what its mail shows. With `compare:` in the module the metrics of the period before are taken too.
ShownFile generate_for_mail(Parts&, const RunPlan&, Sink&);

}  // namespace reportctl::run
