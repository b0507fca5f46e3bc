// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "reportctl/base/language.hpp"
#include "reportctl/schedule/rhythm.hpp"

namespace reportctl::schedule {

enum class NamedRange {
  yesterday,
  last_7d,
  last_14d,
  last_30d,
  last_90d,
  last_week,  ///< Monday to Sunday
  this_month,
  last_month,
  last_quarter,
  last_year,
  today,           ///< from midnight to the moment
  since_previous,  ///< from the occurrence before to this one; of schedules only
};
std::string_view range_name(NamedRange);
std::optional<NamedRange> parse_range(std::string_view);
/// All of them, in order, for messages.
const std::vector<std::string>& range_names();

/// How a period is chosen, before any moment is known.
struct SnapshotChoice {
  bool operator==(const SnapshotChoice&) const = default;
};
/// What the cadence covers: daily = yesterday; weekly = the last 7 days; monthly = the month that ends yesterday. In general:
/// from the day of the occurrence before to the day before this one, so that the windows of a schedule cover every day exactly
/// once, clamped months and DST gaps over midnight included. Between two occurrences it is what the earlier one covered. On
/// demand a cadence may be without its day: it then counts from the local day of the moment. All occurrences of a day cover the
/// same.
struct CadenceChoice {
  Cadence cadence;
  Times times = {};  ///< the schedule's, which tell the day of an occurrence that a gap moved over midnight; on demand none
  bool operator==(const CadenceChoice&) const = default;
};
struct RangeChoice {
  NamedRange range = NamedRange::yesterday;
  bool operator==(const RangeChoice&) const = default;
};
/// The last `days` complete local days.
struct LookbackChoice {
  int days = 1;
  bool operator==(const LookbackChoice&) const = default;
};
/// Local days, both included; on demand only.
struct DatesChoice {
  Date from;
  Date to;
  bool operator==(const DatesChoice&) const = default;
};
using WindowChoice = std::variant<SnapshotChoice, CadenceChoice, RangeChoice, LookbackChoice, DatesChoice>;

/// The local times at which a period of parts of days begins on its first day, and ends on its last; 24:00 is the end of the day.
struct DayPart {
  TimeOfDay from, to;
  bool operator==(const DayPart&) const = default;
};

/// Which local days a report is about, both included, as runs and exports record it.
struct Period {
  bool snapshot = false;  ///< no days, but what was true at a moment of the local day `last`, which is `first` too
  Date first;
  Date last;
  std::optional<DayPart> part = std::nullopt;  ///< none: whole days
  bool operator==(const Period&) const = default;
};

/// A resolved period: local days, both included, and the same as UTC instants, half-open.
struct Window {
  bool snapshot = false;  ///< true: no period; first and last are the local day of the moment
  Date first;
  Date last;
  Instant from{};
  Instant to{};
  std::optional<DayPart> part = std::nullopt;  ///< as Period::part
  [[nodiscard]] int days() const { return days_between(first, last) + 1; }
  [[nodiscard]] Period period() const { return {snapshot, first, last, part}; }
  bool operator==(const Window&) const = default;
};

/// From the beginning of `first` to the end of `last`, local days.
Window whole_days(Date first, Date last, const Zone& zone);

/// Resolves against `at`: the slot of a scheduled run, the clock of an on-demand one. Never against now for a late run. `begins`:
/// where the period of a cadence, or since the occurrence before, was found to begin; else a cadence tells itself, and
/// since_previous is as today.
/// A snapshot's from and to are both `at`. this_month is from the first of the month to yesterday (on the first: that day itself
/// is not over, so the month is empty and last month is not substituted; first > last then, from == to).
Window resolve(const WindowChoice&, Instant at, const Zone& zone, const std::optional<Instant>& begins = std::nullopt);
/// The same of an occurrence of a rhythm, which tells the one before.
Window resolve(const WindowChoice&, const Rhythm&, Instant slot);
/// Where the period of an occurrence begins by its rhythm, whether or not it still has that occurrence.
Instant begin_of_period(const Rhythm&, Instant slot);

/// `2026-03-17`, `2026-03-01 to 2026-03-31`, or `2026-03-17 08:00 to 08:30`; a snapshot is `as of 2026-03-17`; an empty period
/// `no complete day`.
std::string describe(const Period&, const Language& = {});
inline std::string describe(const Window& window, const Language& language = {}) { return describe(window.period(), language); }

}  // namespace reportctl::schedule
