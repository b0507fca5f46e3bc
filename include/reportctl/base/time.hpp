// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace reportctl {

/// A point in time: UTC, whole seconds.
using Instant = std::chrono::sys_seconds;
/// A civil day without a zone.
using Date = std::chrono::year_month_day;

/// A local wall-clock time, to the minute.
struct TimeOfDay {
  int hour = 0;    ///< 0–23
  int minute = 0;  ///< 0–59
  auto operator<=>(const TimeOfDay&) const = default;
};

/// `2026-03-17T06:00:00Z`.
std::string format_utc(Instant);
/// `2026-03-17`.
std::string format_date(Date);
/// `06:00`.
std::string format_time_of_day(TimeOfDay);

/// RFC 3339 with `Z` or an offset; a fraction of a second is cut off. Nothing else is accepted.
std::optional<Instant> parse_instant(std::string_view);
/// Strict `YYYY-MM-DD` of a day that exists.
std::optional<Date> parse_date(std::string_view);
/// Strict `HH:MM`.
std::optional<TimeOfDay> parse_time_of_day(std::string_view);

Date add_days(Date, int days);
/// to − from, in days.
int days_between(Date from, Date to);

/// The clock is read once per command; everything below gets the instant as an argument.
/// `REPORTCTL_NOW` (RFC 3339) replaces it; a malformed value is an Error(usage).
Instant read_clock();
/// The clock of this host, whatever REPORTCTL_NOW says.
Instant host_clock();
/// True when `REPORTCTL_NOW` is set: every output it affects says so.
bool clock_is_replaced();

}  // namespace reportctl
