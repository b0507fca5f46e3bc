// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "calendar.hpp"

#include <algorithm>

namespace reportctl::schedule {

namespace {

using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month;

int weekday_of(Date date) { return static_cast<int>(std::chrono::weekday{sys_days{date}}.iso_encoding()); }
bool is_workday(const Cadence& cadence, Date date) {
  return cadence.calendar.days ? cadence.calendar.days->is_workday(date) : weekday_of(date) <= 5;
}

Date day_in_month(year_month month, int day) {
  const auto last = static_cast<unsigned>((month / std::chrono::last).day());
  if (day == MonthDay::kLast) return month / std::chrono::day{last};
  return month / std::chrono::day{std::clamp(static_cast<unsigned>(std::max(day, 1)), 1U, last)};
}

/// The `number`th day of the month that `fits`; the last where it has fewer, or that is asked for. The month's last day where
/// none does.
template <typename Fits>
Date nth(year_month month, int number, const Fits& fits) {
  const Date end = day_in_month(month, MonthDay::kLast);
  Date found = end;
  int count = 0;
  for (Date day = day_in_month(month, 1); day <= end && count != number; day = add_days(day, 1)) {
    if (!fits(day)) continue;
    found = day;
    ++count;
  }
  return found;
}

/// At most so many days lie between a day of a rhythm and the workday that it moves to.
constexpr int kFarthest = 60;
constexpr months kMonthsAway{3};

/// The workday before or after a day that is none; the day itself where holidays do not end.
Date shifted(const Cadence& cadence, Date day, int step) {
  Date workday = day;
  for (int steps = 0; !is_workday(cadence, workday); workday = add_days(workday, step))
    if (++steps > kFarthest) return day;
  return workday;
}

/// Every month has one, and those of later months are not earlier.
Date day_of(const Cadence& cadence, year_month month) {
  const MonthDay& rule = cadence.day;
  switch (rule.kind) {
    case MonthDay::Kind::weekday:
      return nth(month, rule.number, [&](Date date) { return weekday_of(date) == rule.weekday; });
    case MonthDay::Kind::workday:
      return nth(month, rule.number, [&](Date date) { return is_workday(cadence, date); });
    case MonthDay::Kind::none:
    case MonthDay::Kind::date:
      break;
  }
  const Date day = day_in_month(month, rule.number);
  if (rule.shift == MonthDay::Shift::none) return day;
  return shifted(cadence, day, rule.shift == MonthDay::Shift::next ? 1 : -1);
}

bool is_of_week(const Cadence& cadence, Date date) {
  const bool chosen = cadence.on.has(weekday_of(date)) || (cadence.on.workdays() && is_workday(cadence, date));
  if (cadence.on.empty() ? weekday_of(date) != 1 : !chosen) return false;
  if (!cadence.weeks || !cadence.start) return true;
  const auto monday = [](Date day) { return add_days(day, 1 - weekday_of(day)); };
  return days_between(monday(*cadence.start), monday(date)) / Weekdays::kDays % *cadence.weeks == 0;
}

}  // namespace

Date last_day_up_to(const Cadence& cadence, Date date) {
  if (cadence.kind == CadenceKind::daily) return date;
  if (cadence.kind == CadenceKind::weekly) {
    while (!is_of_week(cadence, date)) date = add_days(date, -1);
    return date;
  }
  // A shifted day of a month after may lie in this one.
  for (year_month month = date.year() / date.month() + kMonthsAway;; month -= months{1}) {
    if (!cadence.months.has(static_cast<int>(static_cast<unsigned>(month.month())))) continue;
    if (const Date day = day_of(cadence, month); day <= date) return day;
  }
}

Date first_day_from(const Cadence& cadence, Date date) {
  if (cadence.kind == CadenceKind::daily) return date;
  if (cadence.kind == CadenceKind::weekly) {
    while (!is_of_week(cadence, date)) date = add_days(date, 1);
    return date;
  }
  for (year_month month = date.year() / date.month() - kMonthsAway;; month += months{1}) {
    if (!cadence.months.has(static_cast<int>(static_cast<unsigned>(month.month())))) continue;
    if (const Date day = day_of(cadence, month); day >= date) return day;
  }
}

}  // namespace reportctl::schedule
