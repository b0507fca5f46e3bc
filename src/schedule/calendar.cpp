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
bool is_workday(Date date) { return weekday_of(date) <= 5; }

Date day_in_month(year_month month, int day) {
  const auto last = static_cast<unsigned>((month / std::chrono::last).day());
  if (day == MonthDay::kLast) return month / std::chrono::day{last};
  return month / std::chrono::day{std::clamp(static_cast<unsigned>(std::max(day, 1)), 1U, last)};
}

/// The `number`th day of the month that `fits`, or the last.
template <typename Fits>
Date nth(year_month month, int number, const Fits& fits) {
  const int step = number == MonthDay::kLast ? -1 : 1;
  Date day = number == MonthDay::kLast ? day_in_month(month, MonthDay::kLast) : day_in_month(month, 1);
  for (int found = 0; found += fits(day) ? 1 : 0, found < std::max(number, 1); day = add_days(day, step)) {
  }
  return day;
}

/// Every month has one, and those of later months are later.
Date day_of(const MonthDay& rule, year_month month) {
  switch (rule.kind) {
    case MonthDay::Kind::weekday:
      return nth(month, rule.number, [&](Date date) { return weekday_of(date) == rule.weekday; });
    case MonthDay::Kind::workday:
      return nth(month, rule.number, is_workday);
    case MonthDay::Kind::none:
    case MonthDay::Kind::date:
      break;
  }
  Date day = day_in_month(month, rule.number);
  if (rule.shift != MonthDay::Shift::none) {
    while (!is_workday(day)) day = add_days(day, rule.shift == MonthDay::Shift::next ? 1 : -1);
  }
  return day;
}

bool is_of_week(const Cadence& cadence, Date date) {
  if (cadence.on.empty() ? weekday_of(date) != 1 : !cadence.on.has(weekday_of(date))) return false;
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
  // A shifted day of the month after may lie in this one.
  for (year_month month = date.year() / date.month() + months{1};; month -= months{1}) {
    if (!cadence.months.has(static_cast<int>(static_cast<unsigned>(month.month())))) continue;
    if (const Date day = day_of(cadence.day, month); day <= date) return day;
  }
}

Date first_day_from(const Cadence& cadence, Date date) {
  if (cadence.kind == CadenceKind::daily) return date;
  if (cadence.kind == CadenceKind::weekly) {
    while (!is_of_week(cadence, date)) date = add_days(date, 1);
    return date;
  }
  for (year_month month = date.year() / date.month() - months{1};; month += months{1}) {
    if (!cadence.months.has(static_cast<int>(static_cast<unsigned>(month.month())))) continue;
    if (const Date day = day_of(cadence.day, month); day >= date) return day;
  }
}

}  // namespace reportctl::schedule
