// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/run/parts.hpp"

namespace reportctl::run {

/// The configuration's, with what the schedule decides for itself.
settings::Policy policy_of(Parts&, const schedule::Definition&);
/// Does the report show what is true now, whenever it is made? A module that cannot be read does not.
bool is_snapshot(Parts&, const std::string& report);

/// What becomes of the occurrences of one due schedule.
struct Slots {
  std::optional<Instant> slot;   ///< the one to run
  std::vector<Instant> skipped;  ///< older ones, oldest first: visible as `skipped` runs
  std::string skip_reason;
  std::optional<Instant> next;         ///< where next_run_at moves; none: the schedule has ended
  std::optional<Instant> begins = {};  ///< of the one to run; see begin_of()
};

/// By policy.missed. `next` is after now, except for Missed::all with more to run: then it is the following missed slot.
Slots choose_slots(const schedule::Schedule&, std::string_view account_timezone, const settings::Policy&, Instant as_read,
                   Instant now);
/// By the policy, the zone and the clock of the schedule.
Slots slots_of(Parts&, const schedule::Schedule&, Instant as_read);

}  // namespace reportctl::run
