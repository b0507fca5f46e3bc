// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/window.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

namespace {

std::string days_of(const WindowChoice& choice, std::string_view at, std::string_view zone_name) {
  return describe(resolve(choice, instant(at), zone(zone_name)));
}

CadenceChoice covers(std::string_view text) { return {.cadence = cadence(text)}; }

}  // namespace

TEST_CASE("a cadence covers yesterday, the last 7 days, or the month that ends yesterday") {
  struct Row {
    const char *cadence, *at, *days;
  };
  // 16 March 2026 is a Monday.
  for (const Row& row : std::vector<Row>{
           {"daily", "2026-03-17T06:00:00Z", "2026-03-16"},
           {"daily", "2026-01-01T00:00:00Z", "2025-12-31"},
           {"weekly 1", "2026-03-16T07:30:00Z", "2026-03-09 to 2026-03-15"},
           {"monthly 1", "2026-04-01T06:00:00Z", "2026-03-01 to 2026-03-31"},
           {"monthly 15", "2026-03-15T06:00:00Z", "2026-02-15 to 2026-03-14"},
           {"monthly 31", "2026-02-28T06:00:00Z", "2026-01-31 to 2026-02-27"},
           {"monthly 31", "2026-03-31T06:00:00Z", "2026-02-28 to 2026-03-30"},
           {"monthly 30", "2026-03-30T06:00:00Z", "2026-02-28 to 2026-03-29"},
           {"monthly 29", "2028-02-29T06:00:00Z", "2028-01-29 to 2028-02-28"},
           {"monthly 29", "2028-03-29T06:00:00Z", "2028-02-29 to 2028-03-28"},
       }) {
    CAPTURE(row.cadence);
    CAPTURE(row.at);
    CHECK(days_of(covers(row.cadence), row.at, "UTC") == row.days);
  }
}

TEST_CASE("on demand a cadence without its day counts from the local day of the moment") {
  CHECK(days_of(covers("weekly"), "2026-03-18T12:00:00Z", "UTC") == "2026-03-11 to 2026-03-17");
  CHECK(days_of(covers("monthly"), "2026-03-18T12:00:00Z", "UTC") == "2026-02-18 to 2026-03-17");
  CHECK(days_of(covers("monthly"), "2026-03-31T12:00:00Z", "UTC") == "2026-02-28 to 2026-03-30");
  CHECK(days_of(covers("monthly"), "2026-02-28T12:00:00Z", "UTC") == "2026-01-28 to 2026-02-27");
  // 13:30 UTC on the 17th is half past midnight on the 18th in Sydney.
  CHECK(days_of(covers("daily"), "2026-03-17T13:30:00Z", "Australia/Sydney") == "2026-03-17");
}

TEST_CASE("between two occurrences a cadence covers what the earlier one covered") {
  CHECK(days_of(covers("weekly 1"), "2026-03-18T12:00:00Z", "UTC") == "2026-03-09 to 2026-03-15");
  CHECK(days_of(covers("monthly 31"), "2026-03-15T12:00:00Z", "UTC") == "2026-01-31 to 2026-02-27");
}

TEST_CASE("the windows of a schedule cover every day exactly once, in every zone, for years") {
  struct Place {
    const char *zone, *from;
    int days;
  };
  for (const Place& place : std::vector<Place>{{"America/New_York", "2023-12-20T00:00:00Z", 1500},
                                               {"America/New_York", "2039-12-20T00:00:00Z", 800},
                                               {"Europe/Berlin", "2023-12-20T00:00:00Z", 800},
                                               {"Australia/Lord_Howe", "2023-12-20T00:00:00Z", 800},
                                               {"America/Santiago", "2023-12-20T00:00:00Z", 800},
                                               {"Pacific/Apia", "2011-06-01T00:00:00Z", 800},
                                               {"Africa/Casablanca", "2023-12-20T00:00:00Z", 800},
                                               {"America/Nuuk", "2023-12-20T00:00:00Z", 800},
                                               {"America/St_Johns", "2009-12-20T00:00:00Z", 800},
                                               {"UTC", "2027-12-20T00:00:00Z", 800}}) {
    for (const char* text :
         {"daily", "weekly 1", "weekly 6", "weekly 7", "monthly 1", "monthly 15", "monthly 28", "monthly 29", "monthly 30",
          "monthly 31", "weekly workdays", "weekly mon,thu,sat", "monthly 2nd workday", "monthly last fri",
          "monthly 15 or next workday", "monthly last or next workday", "monthly 1 or previous workday"}) {
      for (const char* at : {"00:00", "00:30", "02:30", "06:00", "23:30", "00:00,02:30,23:45", "08:00-18:00 every 2h"}) {
        CAPTURE(place.zone);
        CAPTURE(text);
        CAPTURE(at);
        const Rhythm rhythm{.cadence = cadence(text), .at = parse_times(at).value(), .zone = zone(place.zone)};
        const CadenceChoice choice{.cadence = rhythm.cadence, .times = rhythm.at};
        Instant slot = next_occurrence(rhythm, instant(place.from)).value();
        Window before = resolve(choice, slot, rhythm.zone);
        const Date enough = add_days(before.last, place.days);
        std::size_t breaks = 0;
        while (before.last < enough) {
          slot = next_occurrence(rhythm, slot).value();
          const Window window = resolve(choice, slot, rhythm.zone);
          // No gap, no overlap, nothing that is not over, by days and by instants alike.
          const bool same_day = window == before && rhythm.at.size() > 1;  // all runs of a day cover the same
          if (same_day) continue;
          if (window.first != add_days(before.last, 1) || window.from != before.to || window.to > slot || window.days() < 1)
            ++breaks;
          before = window;
        }
        CHECK(breaks == 0);
      }
    }
  }
}

TEST_CASE("an occurrence that a gap moved over midnight still stands for its own day") {
  // Nuuk, 30 March 2024: Saturday ends at 23:00, when clocks go to midnight; 23:30 fires at 01:00 UTC, on Sunday at 00:00.
  const CadenceChoice late{.cadence = cadence("daily"), .times = {clock_time("23:30")}};
  const CadenceChoice midnight{.cadence = cadence("daily"), .times = {clock_time("00:00")}};
  CHECK(days_of(late, "2024-03-30T01:30:00Z", "America/Nuuk") == "2024-03-28");
  CHECK(days_of(late, "2024-03-31T01:00:00Z", "America/Nuuk") == "2024-03-29");
  CHECK(days_of(late, "2024-04-01T00:30:00Z", "America/Nuuk") == "2024-03-30");
  CHECK(days_of(midnight, "2024-03-31T01:00:00Z", "America/Nuuk") == "2024-03-30");
}

TEST_CASE("the day that Samoa skipped belongs to one window and is empty") {
  const CadenceChoice morning{.cadence = cadence("daily"), .times = {clock_time("06:00")}};
  CHECK(days_of(morning, "2011-12-30T10:00:00Z", "Pacific/Apia") == "2011-12-29");
  const Window skipped = resolve(morning, instant("2011-12-30T16:00:00Z"), zone("Pacific/Apia"));
  CHECK(describe(skipped) == "2011-12-30");
  CHECK(skipped.from == skipped.to);
  const CadenceChoice midnight{.cadence = cadence("daily"), .times = {clock_time("00:00")}};
  CHECK(days_of(midnight, "2011-12-30T10:00:00Z", "Pacific/Apia") == "2011-12-29 to 2011-12-30");
}

TEST_CASE("named ranges are complete local days") {
  struct Row {
    const char *range, *at, *days;
  };
  for (const Row& row : std::vector<Row>{
           {"yesterday", "2026-03-17T12:00:00Z", "2026-03-16"},
           {"last_7d", "2026-03-17T12:00:00Z", "2026-03-10 to 2026-03-16"},
           {"last_14d", "2026-03-17T12:00:00Z", "2026-03-03 to 2026-03-16"},
           {"last_30d", "2026-03-17T12:00:00Z", "2026-02-15 to 2026-03-16"},
           {"last_90d", "2026-03-17T12:00:00Z", "2025-12-17 to 2026-03-16"},
           {"this_month", "2026-03-17T12:00:00Z", "2026-03-01 to 2026-03-16"},
           {"this_month", "2026-03-02T12:00:00Z", "2026-03-01"},
           {"this_month", "2026-03-01T12:00:00Z", "no complete day"},
           {"last_month", "2026-03-17T12:00:00Z", "2026-02-01 to 2026-02-28"},
           {"last_month", "2028-03-01T00:00:00Z", "2028-02-01 to 2028-02-29"},
           {"last_month", "2026-01-31T12:00:00Z", "2025-12-01 to 2025-12-31"},
           {"last_week", "2026-03-17T12:00:00Z", "2026-03-09 to 2026-03-15"},
           {"last_week", "2026-03-16T12:00:00Z", "2026-03-09 to 2026-03-15"},
           {"last_week", "2026-03-15T12:00:00Z", "2026-03-02 to 2026-03-08"},
           {"last_quarter", "2026-03-17T12:00:00Z", "2025-10-01 to 2025-12-31"},
           {"last_quarter", "2026-04-01T12:00:00Z", "2026-01-01 to 2026-03-31"},
           {"last_year", "2026-03-17T12:00:00Z", "2025-01-01 to 2025-12-31"},
           // 23:00 UTC on 31 March is 1 April in Berlin.
           {"last_month", "2026-03-31T23:00:00Z", "2026-03-01 to 2026-03-31"},
       }) {
    CAPTURE(row.range);
    CAPTURE(row.at);
    CHECK(days_of(RangeChoice{*parse_range(row.range)}, row.at, "Europe/Berlin") == row.days);
  }
  const Window empty = resolve(RangeChoice{NamedRange::this_month}, instant("2026-03-01T12:00:00Z"), zone("Europe/Berlin"));
  CHECK(empty.from == empty.to);
  CHECK(empty.days() == 0);
}

TEST_CASE("today is from midnight to the moment") {
  const Window window = resolve(RangeChoice{NamedRange::today}, instant("2026-03-17T07:30:00Z"), zone("Europe/Berlin"));
  CHECK(describe(window) == "2026-03-17 00:00 to 08:30");
  CHECK(format_utc(window.from) == "2026-03-16T23:00:00Z");
  CHECK(format_utc(window.to) == "2026-03-17T07:30:00Z");
  const Window midnight = resolve(RangeChoice{NamedRange::today}, instant("2026-03-16T23:00:00Z"), zone("Europe/Berlin"));
  CHECK(describe(midnight) == "no complete day");
  CHECK(midnight.from == midnight.to);
}

TEST_CASE("since_previous is from the slot before to this one, whatever the clock does") {
  const auto since = [](const char* at, const char* slot, const char* start = nullptr) {
    Rhythm rhythm{.cadence = cadence("daily"), .at = parse_times(at).value(), .zone = zone("Europe/Berlin")};
    if (start != nullptr) rhythm.cadence.start = day(start);
    const Window window = resolve(RangeChoice{NamedRange::since_previous}, rhythm, instant(slot));
    CHECK(format_utc(window.to) == slot);
    return format_utc(window.from) + " " + describe(window);
  };
  CHECK(since("18:00", "2026-03-17T17:00:00Z") == "2026-03-16T17:00:00Z 2026-03-16 18:00 to 2026-03-17 18:00");
  CHECK(since("00:00,12:00", "2026-03-16T23:00:00Z") == "2026-03-16T11:00:00Z 2026-03-16 12:00 to 24:00");
  CHECK(since("00:00,12:00", "2026-03-17T11:00:00Z") == "2026-03-16T23:00:00Z 2026-03-17 00:00 to 12:00");
  // The first of a schedule covers what it would have covered.
  CHECK(since("18:00", "2026-03-17T17:00:00Z", "2026-03-17") == "2026-03-16T17:00:00Z 2026-03-16 18:00 to 2026-03-17 18:00");
  // A gap takes both times together, and the repeated hour makes half an hour three of them.
  CHECK(since("02:00,02:30", "2026-03-29T01:00:00Z") == "2026-03-28T01:30:00Z 2026-03-28 02:30 to 2026-03-29 03:00");
  CHECK(since("02:30,03:00", "2026-10-25T02:00:00Z") == "2026-10-25T00:30:00Z 2026-10-25 02:30 to 03:00");
}

TEST_CASE("an occurrence whose day is none any more still covers the days since the one before") {
  Rhythm rhythm{.cadence = cadence("weekly workdays"), .at = parse_times("07:00").value(), .zone = zone("UTC")};
  std::vector<WorkCalendar::Problem> problems;
  rhythm.cadence.calendar.days =
      std::make_shared<const WorkCalendar>(WorkCalendar::parse("2026-03-23 closed\nuntil 2026-12-31", problems));
  const Instant monday = instant("2026-03-23T07:00:00Z");
  const Window window = resolve(CadenceChoice{rhythm.cadence, rhythm.at}, monday, rhythm.zone, begin_of_period(rhythm, monday));
  CHECK(describe(window) == "2026-03-20 to 2026-03-22");
}

TEST_CASE("a lookback is the last complete local days, as UTC instants") {
  // Sydney is at +11 before 5 April 2026 03:00 and at +10 after it; 08:00 UTC on 6 April is 18:00 there.
  const Window window = resolve(LookbackChoice{2}, instant("2026-04-06T08:00:00Z"), zone("Australia/Sydney"));
  CHECK(describe(window) == "2026-04-04 to 2026-04-05");
  CHECK(format_utc(window.from) == "2026-04-03T13:00:00Z");
  CHECK(format_utc(window.to) == "2026-04-05T14:00:00Z");
  CHECK(window.days() == 2);
}

TEST_CASE("dates are local days, both included") {
  const DatesChoice march{day("2026-03-01"), day("2026-03-31")};
  const Window window = resolve(march, instant("2026-06-01T00:00:00Z"), zone("America/New_York"));
  CHECK(format_utc(window.from) == "2026-03-01T05:00:00Z");
  CHECK(format_utc(window.to) == "2026-04-01T04:00:00Z");
  CHECK(window.days() == 31);
  // Santiago, 7 September 2025 begins at one o'clock, which is 04:00 UTC.
  const DatesChoice short_day{day("2025-09-07"), day("2025-09-07")};
  CHECK(format_utc(resolve(short_day, instant("2026-01-01T00:00:00Z"), zone("America/Santiago")).from) == "2025-09-07T04:00:00Z");
}

TEST_CASE("a snapshot is the moment itself") {
  const Instant moment = instant("2026-03-17T23:30:00Z");
  const Window window = resolve(SnapshotChoice{}, moment, zone("Europe/Berlin"));
  CHECK(window.snapshot);
  CHECK(describe(window) == "as of 2026-03-18");
  CHECK(window.from == moment);
  CHECK(window.to == moment);
}

TEST_CASE("the first and the last day of the calendar do not crash") {
  const Instant now = instant("2026-03-17T12:00:00Z");
  for (const char* name : {"UTC", "Pacific/Apia", "America/New_York"}) {
    const Window all = resolve(DatesChoice{day("0000-01-01"), day("9999-12-31")}, now, zone(name));
    CHECK(all.from < all.to);
    CHECK(all.days() == 3652425);  // 25 times 400 Gregorian years of 146,097 days
  }
}
