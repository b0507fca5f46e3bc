// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "plan_checks.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/run/preview.hpp"

namespace reportctl::run {
namespace {

std::optional<Instant> data_until(Parts& parts, const RunPlan& plan) {
  auto& source = parts.source(plan.account.source);
  const auto stream =
      source.open(catalog::build_ready_query(*plan.resolved.report, query_inputs(plan, plan.window), source.forms()));
  const auto* row = stream->next();
  if (row == nullptr) return std::nullopt;
  const auto& cell = row->front();
  const auto instant = cell.null ? std::nullopt : std::optional(Instant{std::chrono::seconds{cell.number}});
  if (stream->next() != nullptr)
    throw Error(ErrorKind::source, fmt::format("ready of {} gives more than one row", plan.resolved.report->id),
                "it gives one instant, such as max(loaded_at)");
  return instant;
}

Readiness readiness_of_one(Parts& parts, const RunPlan& plan, Instant slot) {
  Readiness seen;
  seen.data_until = data_until(parts, plan);
  const bool is_snapshot = plan.window.snapshot;
  const auto needed = is_snapshot ? plan.zone.start_of_day(plan.zone.local_date(slot)) : plan.window.to;
  seen.is_ready = seen.data_until && *seen.data_until >= needed;
  seen.words = seen.data_until ? fmt::format("data until {}", plan.zone.format(*seen.data_until))
                               : std::string("nothing tells yet to where the data are complete");
  if (!seen.is_ready) seen.words += fmt::format(", needed until {}", plan.zone.format(needed));
  return seen;
}

}  // namespace

Readiness readiness_of(Parts& parts, const RunPlan& plan, Instant slot) {
  auto seen = readiness_of_one(parts, plan, slot);
  for (const auto& further : plan.also) {
    if (further.resolved.report->ready.empty()) continue;
    const auto one = readiness_of_one(parts, further, slot);
    if (seen.is_ready && !one.is_ready) seen.words = fmt::format("{}: {}", further.resolved.report->id, one.words);
    seen.is_ready = seen.is_ready && one.is_ready;
    seen.data_until =
        seen.data_until && one.data_until ? std::optional(std::min(*seen.data_until, *one.data_until)) : std::nullopt;
  }
  return seen;
}

}  // namespace reportctl::run
