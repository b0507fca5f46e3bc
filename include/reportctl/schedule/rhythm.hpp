// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/schedule/cadence.hpp"

namespace reportctl::schedule {

/// The local times of a day, each once, in their order.
using Times = std::vector<TimeOfDay>;
/// A list of `HH:MM`, and `HH:MM-HH:MM every 30m` or `every 2h`, which is such a list; at least one.
std::optional<Times> parse_times(std::string_view);
/// As parse_times() reads it, the shorter way.
std::string format_times(const Times&);

/// When a schedule fires: on which days, at which local times, and the zone in which both are meant.
struct Rhythm {
  Cadence cadence;
  Times at;  ///< at least one
  Zone zone = Zone::utc();
};

/// The first occurrence strictly after `after`; none when the cadence has ended. DST: a local time that does not exist fires at
/// the first instant after the gap, together with others of the same gap; one that exists twice fires the first time.
std::optional<Instant> next_occurrence(const Rhythm&, Instant after);
/// Occurrences in (after, until], oldest first, at most `limit` of the newest.
std::vector<Instant> occurrences_between(const Rhythm&, Instant after, Instant until, std::size_t limit);

/// The occurrence before an instant, strictly, also before the cadence's first day: which day begins it filters occurrences, and
/// not what they cover.
Instant occurrence_before(const Rhythm&, Instant);

}  // namespace reportctl::schedule
