// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "reportctl/cli/session.hpp"
#include "reportctl/run/plan.hpp"
#include "schedules/schedule_options.hpp"

namespace reportctl::cli {

/// A report on demand: which, whose, of when.
struct ReportRequest {
  std::string report;
  std::optional<std::string> account, from, to;
  FieldOptions options;
};
/// All but the report.
void add_report_request(CLI::App&, ReportRequest&);
/// Refuses with every rule that it breaks.
run::RunPlan plan_of(Session&, const ReportRequest&);

}  // namespace reportctl::cli
