// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "calendar.hpp"
#include "words.hpp"

namespace reportctl::schedule {

Window whole_days(Date first, Date last, const Zone& zone) {
  return {.snapshot = false,
          .first = first,
          .last = last,
          .from = zone.start_of_day(first),
          .to = zone.start_of_day(add_days(last, 1))};
}

namespace {

/// The day that an occurrence stands for. Only a gap over midnight makes it another one than the local day at that instant: 23:30
/// of a Saturday that ends at 23:00 fires on Sunday at 00:00.
Date nominal_day(const CadenceChoice& choice, Instant at, const Zone& zone) {
  const Date day = zone.local_date(at);
  const Date before = add_days(day, -1);
  const auto fires_on = [&](Date date) {
    return std::any_of(choice.times.begin(), choice.times.end(), [&](TimeOfDay time) { return zone.resolve(date, time) == at; });
  };
  const auto is_of = [&](Date date) { return fires_on(date) && last_day_up_to(choice.cadence, date) == date; };
  if (is_of(day)) return day;
  if (is_of(before)) return before;
  return !fires_on(day) && fires_on(before) ? before : day;
}

/// The first day of the period of an occurrence on `day`: that of the one before. A day that the zone skipped has no occurrence
/// of its own when midnight is a time; its (empty) window joins the one after.
Date first_day_of(const CadenceChoice& choice, Date day, const Zone& zone) {
  const Date first = last_day_up_to(choice.cadence, add_days(day, -1));
  if (choice.times.empty() || zone.resolve(first, choice.times.front()) != zone.resolve(day, choice.times.front())) return first;
  return last_day_up_to(choice.cadence, add_days(first, -1));
}

/// From the day of the occurrence before to the day before this one: that is what makes the windows of a cadence meet.
Window cadence_period(const CadenceChoice& choice, Instant at, const Zone& zone) {
  Cadence cadence = choice.cadence;
  Date day = nominal_day(choice, at, zone);
  if (cadence.kind == CadenceKind::weekly && cadence.on.empty()) return whole_days(add_days(day, -7), add_days(day, -1), zone);
  if (cadence.kind == CadenceKind::monthly && cadence.day.empty()) cadence.day = same_day_of_month(day);
  day = last_day_up_to(cadence, day);
  return whole_days(first_day_of({cadence, choice.times}, day, zone), add_days(day, -1), zone);
}

Window part_of_days(Instant from, Instant to, const Zone& zone) {
  Window window{.first = zone.local_date(from), .last = zone.local_date(to - std::chrono::seconds{1}), .from = from, .to = to};
  if (from == to) return window;
  const bool ends_day = zone.local_date(to) != window.last;
  window.part = DayPart{zone.local_time(from), ends_day ? TimeOfDay{.hour = 24, .minute = 0} : zone.local_time(to)};
  return window;
}

Window range_period(NamedRange range, Instant at, const Zone& zone) {
  const Date today = zone.local_date(at);
  const Date yesterday = add_days(today, -1);
  const Date month = today.year() / today.month() / 1;
  const auto last_days = [&](int days) { return whole_days(add_days(today, -days), yesterday, zone); };
  /// The `count` months before the one that `end` begins.
  const auto months_before = [&](Date end, int count) {
    return whole_days(end - std::chrono::months{count}, add_days(end, -1), zone);
  };
  switch (range) {
    case NamedRange::yesterday:
      return last_days(1);
    case NamedRange::last_7d:
      return last_days(7);
    case NamedRange::last_14d:
      return last_days(14);
    case NamedRange::last_30d:
      return last_days(30);
    case NamedRange::last_90d:
      return last_days(90);
    case NamedRange::this_month:
      return whole_days(month, yesterday, zone);
    case NamedRange::last_week: {
      const Date monday = last_day_up_to({.kind = CadenceKind::weekly}, today);
      return whole_days(add_days(monday, -Weekdays::kDays), add_days(monday, -1), zone);
    }
    case NamedRange::last_month:
      return months_before(month, 1);
    case NamedRange::last_quarter:
      return months_before(month - std::chrono::months{(static_cast<unsigned>(month.month()) - 1) % 3}, 3);
    case NamedRange::last_year:
      return months_before(month.year() / std::chrono::January / 1, 12);
    case NamedRange::today:
    case NamedRange::since_previous:
      return part_of_days(zone.start_of_day(today), at, zone);
  }
  return last_days(1);
}

struct Resolver {
  Instant at;
  const Zone& zone;
  const std::optional<Instant>& begins;

  Window operator()(const SnapshotChoice&) const {
    const Date today = zone.local_date(at);
    return {.snapshot = true, .first = today, .last = today, .from = at, .to = at};
  }
  Window operator()(const CadenceChoice& choice) const {
    if (!begins) return cadence_period(choice, at, zone);
    return whole_days(zone.local_date(*begins), add_days(nominal_day(choice, at, zone), -1), zone);
  }
  Window operator()(const RangeChoice& choice) const {
    if (begins && choice.range == NamedRange::since_previous) return part_of_days(*begins, at, zone);
    return range_period(choice.range, at, zone);
  }
  Window operator()(const LookbackChoice& choice) const {
    const Date today = zone.local_date(at);
    return whole_days(add_days(today, -choice.days), add_days(today, -1), zone);
  }
  Window operator()(const DatesChoice& choice) const { return whole_days(choice.from, choice.to, zone); }
};

}  // namespace

const std::vector<std::string>& range_names() {
  static const std::vector<std::string> kNames = {"yesterday",    "last_7d",   "last_14d",   "last_30d",
                                                  "last_90d",     "last_week", "this_month", "last_month",
                                                  "last_quarter", "last_year", "today",      "since_previous"};
  return kNames;
}

std::string_view range_name(NamedRange range) { return range_names().at(static_cast<std::size_t>(range)); }

std::optional<NamedRange> parse_range(std::string_view text) { return parse_word<NamedRange>(range_names(), text); }

Window resolve(const WindowChoice& choice, Instant at, const Zone& zone, const std::optional<Instant>& begins) {
  return std::visit(Resolver{at, zone, begins}, choice);
}

Window resolve(const WindowChoice& choice, const Rhythm& rhythm, Instant slot) {
  const auto* const range = std::get_if<RangeChoice>(&choice);
  const bool since_previous = range != nullptr && range->range == NamedRange::since_previous;
  return resolve(choice, slot, rhythm.zone, since_previous ? std::optional(occurrence_before(rhythm, slot)) : std::nullopt);
}

Instant begin_of_period(const Rhythm& rhythm, Instant slot) {
  const CadenceChoice choice{rhythm.cadence, rhythm.at};
  return rhythm.zone.start_of_day(first_day_of(choice, nominal_day(choice, slot, rhythm.zone), rhythm.zone));
}

std::string describe(const Period& period, const Language& language) {
  if (period.snapshot) return language.say("moment", {{"day", language.date(period.last)}});
  if (period.first > period.last) return language.say("no_day");
  if (period.part) {
    const bool one_day = period.first == period.last;
    const auto until = format_time_of_day(period.part->to);
    return language.say("days", {{"first", language.date(period.first) + " " + format_time_of_day(period.part->from)},
                                 {"last", one_day ? until : language.date(period.last) + " " + until}});
  }
  if (period.first == period.last) return language.date(period.first);
  return language.say("days", {{"first", language.date(period.first)}, {"last", language.date(period.last)}});
}

}  // namespace reportctl::schedule
