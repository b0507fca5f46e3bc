// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl::schedule {

enum class CadenceKind { daily, weekly, monthly };

/// How often a schedule fires.
struct Cadence {
  CadenceKind kind = CadenceKind::daily;
  int weekday = 0;       ///< weekly: 1 = Monday … 7 = Sunday; otherwise 0
  int day_of_month = 0;  ///< monthly: 1–31, where 29–31 fall on the last day of a shorter month; otherwise 0
  bool operator==(const Cadence&) const = default;
};

std::string_view cadence_name(CadenceKind);
std::vector<std::string> cadence_names();
/// `daily`, `DAILY`, … in any case.
std::optional<CadenceKind> parse_cadence(std::string_view);
/// `mon` … `sun`, full English names, or 1–7; any case.
std::optional<int> parse_weekday(std::string_view);
/// `mon` … `sun`.
std::string_view weekday_name(int weekday);
std::vector<std::string> weekday_names();

/// When a schedule fires: a cadence, a local time and the zone in which both are meant.
struct Rhythm {
  Cadence cadence;
  TimeOfDay at;
  Zone zone = Zone::utc();
};

/// The first occurrence strictly after `after`. DST: a local time that does not exist fires at the first instant after the gap;
/// one that exists twice fires the first time. Always exists.
Instant next_occurrence(const Rhythm&, Instant after);
/// Occurrences in (after, until], oldest first, at most `limit` of the newest.
std::vector<Instant> occurrences_between(const Rhythm&, Instant after, Instant until, std::size_t limit);

}  // namespace reportctl::schedule
