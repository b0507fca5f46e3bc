// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/work_calendar.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"

namespace reportctl::schedule {

namespace {

/// A year of workdays without a holiday is fine; one without a workday would never let a schedule run.
constexpr std::size_t kMostDays = 20000;

}  // namespace

WorkCalendar WorkCalendar::parse(std::string_view text, std::vector<Problem>& problems) {
  WorkCalendar calendar;
  std::optional<Date> until;
  int number = 0;
  const auto problem = [&](std::string message) { problems.push_back({number, std::move(message)}); };
  for (const auto& written : split(text, '\n')) {
    ++number;
    const auto line = trim(std::string_view(written).substr(0, written.find('#')));
    if (line.empty()) continue;
    if (visible(line) != line) {
      problem("it has control characters or is not UTF-8");
      continue;
    }
    const bool ends = line.starts_with("until ");
    const bool is_worked = line.front() == '+';
    const auto rest = ends ? trim(line.substr(6)) : is_worked ? line.substr(1) : line;
    const auto blank = rest.find_first_of(" \t");
    const auto day = parse_date(rest.substr(0, blank));
    if (!day) {
      problem(fmt::format("\"{}\" is not a day, like 2026-12-25 Christmas, +2026-10-10 worked or until 2027-12-31", line));
    } else if (ends) {
      if (until) problem("there is an until already");
      until = until.value_or(*day);
    } else {
      const auto name = blank == std::string_view::npos ? std::string_view() : trim(rest.substr(blank));
      const bool is_new = calendar.days_.emplace(*day, fmt::format("{}{}", is_worked ? "+" : "-", name)).second;
      if (!is_new) problem(fmt::format("{} is there already", format_date(*day)));
    }
  }
  if (calendar.days_.size() > kMostDays) problem(fmt::format("it has more than {} days", kMostDays));
  if (!until) problem("it has no last day: write until YYYY-MM-DD, up to which its holidays are known");
  calendar.until_ = until.value_or(Date{});
  return calendar;
}

bool WorkCalendar::is_workday(Date day) const {
  if (const auto found = days_.find(day); found != days_.end()) return found->second.front() == '+';
  return std::chrono::weekday(std::chrono::sys_days(day)).iso_encoding() <= 5;
}

bool same_days(const CalendarInUse& a, const CalendarInUse& b) {
  return a.days == b.days || (a.days && b.days && *a.days == *b.days);
}

std::string no_such_calendar(std::string_view name, const Calendars& calendars) {
  std::vector<std::string> names;
  for (const auto& [one, calendar] : calendars) names.push_back(one);
  return fmt::format("there is no calendar \"{}\"{}", visible(name), did_you_mean(name, names));
}

}  // namespace reportctl::schedule
