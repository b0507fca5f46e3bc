// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/render/summary.hpp"
#include "reportctl/run/generate.hpp"

namespace reportctl::run {

/// The period before that of the choice: of a cadence that of the occurrence before; of this_month the same days of last month;
/// otherwise as many days right before. Nothing for a snapshot or an empty window.
std::optional<schedule::Window> previous_window(const schedule::WindowChoice&, const schedule::Window&, Instant at, const Zone&);

/// A figure in a currency that the period before had, and this one has not: a total is 0, others are a dash.
void add_vanished(render::Metric& now, const render::Metric& before, catalog::Aggregate::Kind, const Language& = {});

/// How a metric changed, for people: `+12.5 % from 8`, `±0 %`, `new`; of a percentage `+1.2 points from 3.40 %`; where a
/// percentage would mislead (nothing before, or figures below zero) `from -266.13`. One for each amount; none for what has no
/// amount or cannot be compared (days and moments).
std::vector<std::string> changes_of(const render::Metric& now, const render::Metric& before, const Language& = {});

/// How many days of each period are over before the first one that has rows.
struct MissingDays {
  std::int64_t now = 0, before = 0;
};
/// What the mail shows of the figures of the period before. Precondition: the plan has such a period.
void compare(const RunPlan&, const std::vector<render::Metric>& before, const MissingDays&, MadeFile&);

}  // namespace reportctl::run
