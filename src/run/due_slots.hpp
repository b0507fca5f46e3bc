// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/schedule/schedule.hpp"
#include "reportctl/settings/settings.hpp"

namespace reportctl::run {

/// What becomes of the occurrences of one due schedule.
struct Slots {
  std::optional<Instant> slot;   ///< the one to run
  std::vector<Instant> skipped;  ///< older ones, oldest first: visible as `skipped` runs
  std::string skip_reason;
  std::optional<Instant> next;  ///< where next_run_at moves; none: the schedule has ended
};

/// By policy.missed. `next` is after now, except for Missed::all with more to run: then it is the following missed slot.
Slots choose_slots(const schedule::Schedule&, std::string_view account_timezone, const settings::Policy&, Instant as_read,
                   Instant now);

}  // namespace reportctl::run
