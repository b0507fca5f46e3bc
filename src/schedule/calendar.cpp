// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "calendar.hpp"

#include <algorithm>

namespace reportctl::schedule {

namespace {

using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month;

/// Days from the latest `weekday` up to the date itself: 0–6.
int days_since(int weekday, Date date) {
  const auto today = static_cast<int>(std::chrono::weekday{sys_days{date}}.iso_encoding());
  return ((today - weekday) % 7 + 7) % 7;
}

Date day_in_month(year_month month, int day) {
  const auto last = static_cast<unsigned>((month / std::chrono::last).day());
  return month / std::chrono::day{std::clamp(static_cast<unsigned>(std::max(day, 1)), 1U, last)};
}

}  // namespace

Date last_day_up_to(const Cadence& cadence, Date date) {
  if (cadence.kind == CadenceKind::daily) return date;
  if (cadence.kind == CadenceKind::weekly) return add_days(date, -days_since(cadence.weekday, date));
  const year_month month = date.year() / date.month();
  const Date day = day_in_month(month, cadence.day_of_month);
  return day <= date ? day : day_in_month(month - months{1}, cadence.day_of_month);
}

Date first_day_from(const Cadence& cadence, Date date) {
  if (cadence.kind == CadenceKind::daily) return date;
  if (cadence.kind == CadenceKind::weekly) return last_day_up_to(cadence, add_days(date, 6));
  const year_month month = date.year() / date.month();
  const Date day = day_in_month(month, cadence.day_of_month);
  return day >= date ? day : day_in_month(month + months{1}, cadence.day_of_month);
}

}  // namespace reportctl::schedule
