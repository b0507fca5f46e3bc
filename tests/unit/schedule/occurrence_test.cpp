// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/schedule/window.hpp"
#include "support.hpp"

using namespace reportctl;
using namespace reportctl::schedule;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::size_t kAll = 1'000'000;

Rhythm rhythm(std::string_view cadence_text, std::string_view at, std::string_view zone_name) {
  return {.cadence = cadence(cadence_text), .at = {clock_time(at)}, .zone = zone(zone_name)};
}

std::vector<Instant> walk(const Rhythm& rhythm, Instant after, Instant until) {
  std::vector<Instant> found;
  for (auto next = next_occurrence(rhythm, after); next && *next <= until; next = next_occurrence(rhythm, *next))
    found.push_back(*next);
  return found;
}

std::string first_after(std::string_view cadence_text, std::string_view at, std::string_view zone_name, std::string_view after) {
  const auto found = next_occurrence(rhythm(cadence_text, at, zone_name), instant(after));
  return found ? format_utc(*found) : "none";
}

std::string written(const std::vector<Instant>& instants) {
  std::vector<std::string> texts;
  for (const Instant at : instants) texts.push_back(format_utc(at));
  return join(texts, " ");
}

CalendarInUse calendar(const std::string& name) {
  std::ifstream file(REPORTCTL_ROOT "/tests/unit/schedule/" + name);
  std::stringstream text;
  text << file.rdbuf();
  std::vector<WorkCalendar::Problem> problems;
  const CalendarInUse made{std::make_shared<const WorkCalendar>(WorkCalendar::parse(text.str(), problems))};
  REQUIRE(problems.empty());
  return made;
}

}  // namespace

TEST_CASE("the next occurrence lies strictly ahead") {
  struct Row {
    const char *cadence, *at, *zone, *after, *next;
  };
  // From a calendar: 17 March 2026 is a Tuesday; Sydney is at +11 until 5 April 2026; 2028 is a leap year.
  for (const Row& row : std::vector<Row>{
           {"daily", "06:00", "UTC", "2026-03-17T05:59:59Z", "2026-03-17T06:00:00Z"},
           {"daily", "06:00", "UTC", "2026-03-17T06:00:00Z", "2026-03-18T06:00:00Z"},
           {"daily", "06:00", "UTC", "2026-12-31T23:00:00Z", "2027-01-01T06:00:00Z"},
           {"daily", "06:00", "Australia/Sydney", "2026-03-16T18:59:59Z", "2026-03-16T19:00:00Z"},
           {"daily", "06:00", "Australia/Sydney", "2026-03-16T19:00:00Z", "2026-03-17T19:00:00Z"},
           {"weekly 1", "07:30", "UTC", "2026-03-17T00:00:00Z", "2026-03-23T07:30:00Z"},
           {"weekly 2", "07:30", "UTC", "2026-03-17T07:29:59Z", "2026-03-17T07:30:00Z"},
           {"weekly 2", "07:30", "UTC", "2026-03-17T07:30:00Z", "2026-03-24T07:30:00Z"},
           {"weekly 7", "00:00", "UTC", "2026-03-17T00:00:00Z", "2026-03-22T00:00:00Z"},
           {"monthly 1", "06:00", "UTC", "2026-03-17T00:00:00Z", "2026-04-01T06:00:00Z"},
           {"monthly 17", "06:00", "UTC", "2026-03-17T00:00:00Z", "2026-03-17T06:00:00Z"},
           {"monthly 17", "06:00", "UTC", "2026-03-17T06:00:00Z", "2026-04-17T06:00:00Z"},
           {"monthly 28", "06:00", "UTC", "2026-12-28T06:00:00Z", "2027-01-28T06:00:00Z"},
           {"monthly 31", "06:00", "UTC", "2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z"},
           {"monthly 31", "06:00", "UTC", "2026-02-28T06:00:00Z", "2026-03-31T06:00:00Z"},
           {"monthly 31", "06:00", "UTC", "2028-02-01T00:00:00Z", "2028-02-29T06:00:00Z"},
           {"monthly 29", "06:00", "UTC", "2026-02-01T00:00:00Z", "2026-02-28T06:00:00Z"},
           {"monthly 30", "06:00", "UTC", "2026-04-30T05:00:00Z", "2026-04-30T06:00:00Z"},
       }) {
    CAPTURE(row.cadence);
    CAPTURE(row.after);
    CHECK(first_after(row.cadence, row.at, row.zone, row.after) == row.next);
  }
}

TEST_CASE("a time that a gap skips fires at the first instant after the gap") {
  // New York, 8 March 2026: 02:00 EST becomes 03:00 EDT at 07:00 UTC.
  CHECK(first_after("daily", "02:30", "America/New_York", "2026-03-08T05:00:00Z") == "2026-03-08T07:00:00Z");
  // Santiago, 7 September 2025: midnight becomes 01:00 at 04:00 UTC: a gap at midnight starts the day at one o'clock.
  CHECK(first_after("daily", "00:00", "America/Santiago", "2025-09-07T00:00:00Z") == "2025-09-07T04:00:00Z");
}

TEST_CASE("a time that exists twice fires the first time, once") {
  // New York, 1 November 2026: 01:30 is first 05:30 UTC (EDT), then 06:30 UTC (EST).
  const Rhythm nightly = rhythm("daily", "01:30", "America/New_York");
  CHECK(format_utc(next_occurrence(nightly, instant("2026-11-01T00:00:00Z")).value()) == "2026-11-01T05:30:00Z");
  CHECK(format_utc(next_occurrence(nightly, instant("2026-11-01T05:30:00Z")).value()) == "2026-11-02T06:30:00Z");
  CHECK(format_utc(next_occurrence(nightly, instant("2026-11-01T06:00:00Z")).value()) == "2026-11-02T06:30:00Z");
}

TEST_CASE("occurrences around DST changes are those of Python's zoneinfo (occurrences.py)") {
  std::ifstream file(REPORTCTL_ROOT "/tests/unit/schedule/occurrences.tsv");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    CAPTURE(line);
    const auto fields = split(line, '\t');
    REQUIRE(fields.size() == 4);
    const Rhythm r = rhythm(fields[1], fields[2], fields[0]);
    const auto expected = split(fields[3], ' ');
    const Instant before = instant(expected.front()) - seconds{1};
    const Instant last = instant(expected.back());
    CHECK(written(walk(r, before, last)) == fields[3]);
    CHECK(written(occurrences_between(r, before, last, kAll)) == fields[3]);
  }
  CHECK(lines > 400);
}

TEST_CASE("from every minute of a DST week the next occurrence is the first that a minute-by-minute clock finds") {
  struct Week {
    const char *zone, *from;
  };
  for (const Week& week : std::vector<Week>{{"America/New_York", "2026-03-06T00:00:00Z"},
                                            {"America/New_York", "2026-10-30T00:00:00Z"},
                                            {"America/New_York", "2040-03-09T00:00:00Z"},
                                            {"Europe/Berlin", "2026-03-27T00:00:00Z"},
                                            {"Europe/Berlin", "2040-10-26T00:00:00Z"},
                                            {"Australia/Lord_Howe", "2026-04-03T00:00:00Z"},
                                            {"Australia/Lord_Howe", "2026-10-02T00:00:00Z"},
                                            {"America/Santiago", "2025-04-03T00:00:00Z"},
                                            {"America/Santiago", "2025-09-05T00:00:00Z"},
                                            {"Pacific/Apia", "2011-12-28T00:00:00Z"},
                                            {"Africa/Casablanca", "2024-03-08T00:00:00Z"},
                                            {"Africa/Casablanca", "2024-04-12T00:00:00Z"},
                                            {"America/Nuuk", "2024-03-29T00:00:00Z"},
                                            {"America/St_Johns", "2010-11-05T00:00:00Z"}}) {
    const Zone place = zone(week.zone);
    const Instant from = instant(week.from);
    const Instant until = from + std::chrono::days{5};
    for (const char* at : {"00:00", "00:30", "01:30", "02:15", "02:30", "12:00", "23:30"}) {
      CAPTURE(week.zone);
      CAPTURE(week.from);
      CAPTURE(at);
      const Rhythm r{.cadence = {}, .at = {clock_time(at)}, .zone = place};
      // Only local clock readings: the first minute at which the clock shows the day and time or more.
      std::set<Instant> oracle;
      for (Date date = add_days(place.local_date(from), 1); date <= add_days(place.local_date(until), 1);
           date = add_days(date, 1)) {
        Instant minute = from - std::chrono::days{1};
        while (std::pair(place.local_date(minute), place.local_time(minute)) < std::pair(date, r.at.front()))
          minute += minutes{1};
        oracle.insert(minute);
      }
      std::size_t wrong = 0;
      for (Instant minute = *oracle.begin(); minute < until; minute += minutes{1})
        if (next_occurrence(r, minute) != *oracle.upper_bound(minute)) ++wrong;
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("occurrences strictly increase over years") {
  for (const char* name :
       {"America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "America/Nuuk", "UTC"}) {
    for (const char* when : {"daily", "weekly 6", "weekly workdays", "monthly 31", "monthly last fri"}) {
      CAPTURE(name);
      CAPTURE(when);
      const Rhythm r = rhythm(when, "00:00", name);
      Instant last = instant("2009-01-01T00:00:00Z");
      for (int i = 0; i < 1500; ++i) {
        const auto next = next_occurrence(r, last);
        REQUIRE(next > last);
        last = *next;
      }
    }
  }
}

TEST_CASE("of many missed occurrences the newest are given, oldest first") {
  const Rhythm r = rhythm("daily", "06:00", "UTC");
  const Instant after = instant("2026-03-01T06:00:00Z");
  const Instant until = instant("2026-03-05T06:00:00Z");
  CHECK(written(occurrences_between(r, after, until, 100)) ==
        "2026-03-02T06:00:00Z 2026-03-03T06:00:00Z 2026-03-04T06:00:00Z 2026-03-05T06:00:00Z");
  CHECK(written(occurrences_between(r, after, until, 2)) == "2026-03-04T06:00:00Z 2026-03-05T06:00:00Z");
  CHECK(occurrences_between(r, after, until, 0).empty());
  CHECK(occurrences_between(r, until, until, 100).empty());
  CHECK(occurrences_between(r, until, after, 100).empty());
  CHECK(occurrences_between(r, after, until - seconds{1}, 100).size() == 3);
}

TEST_CASE("an occurrence of tomorrow is found where clocks go back over midnight to today") {
  // St John's, 7 November 2010: at 00:01 (02:31 UTC) it is 23:01 of the 6th again. Midnight has been, at 02:30 UTC, and does not
  // come twice.
  const Rhythm r = rhythm("daily", "00:00", "America/St_Johns");
  CHECK(written(occurrences_between(r, instant("2010-11-07T02:00:00Z"), instant("2010-11-07T02:45:00Z"), 100)) ==
        "2010-11-07T02:30:00Z");
  CHECK(format_utc(next_occurrence(r, instant("2010-11-07T02:45:00Z")).value()) == "2010-11-08T03:30:00Z");
}

TEST_CASE("a clock at the end of the calendar and a cadence without its day still end") {
  CHECK(next_occurrence(rhythm("monthly 31", "06:00", "Pacific/Kiritimati"), Instant::max()) > instant("9999-12-31T00:00:00Z"));
  // 2 March 2026 is a Monday, which is what no weekday comes to.
  CHECK(first_after("weekly", "06:00", "UTC", "2026-02-24T00:00:00Z") == "2026-03-02T06:00:00Z");
  CHECK(first_after("monthly", "06:00", "UTC", "2026-02-24T00:00:00Z") == "2026-03-01T06:00:00Z");
}

TEST_CASE("the days of a rhythm are those of dateutil and numpy (days.py)") {
  std::ifstream file(REPORTCTL_ROOT "/tests/unit/schedule/days.tsv");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const auto fields = split(line, '\t');
    REQUIRE(fields.size() == 5);
    CAPTURE(fields[0]);
    CAPTURE(fields[1]);
    auto r = rhythm(fields[0], "00:00", "UTC");
    for (const auto& option : split(fields[1], ' ')) {
      const auto value = option.substr(option.find('=') + 1);
      if (option.starts_with("calendar=")) r.cadence.calendar = calendar(value);
      if (option.starts_with("months=")) r.cadence.months = Months::parse(value).value();
      if (option.starts_with("weeks=")) r.cadence.weeks = static_cast<int>(parse_integer(value).value());
      if (option.starts_with("start=")) r.cadence.start = day(value);
      if (option.starts_with("end=")) r.cadence.end = day(value);
    }
    const Instant before = r.zone.start_of_day(day(fields[2])) - seconds{1};
    const Instant until = r.zone.start_of_day(day(fields[3]));
    std::vector<std::string> forth, back;
    for (const Instant at : walk(r, before, until)) forth.push_back(format_date(r.zone.local_date(at)));
    for (const Instant at : occurrences_between(r, before, until, kAll)) back.push_back(format_date(r.zone.local_date(at)));
    CHECK(join(forth, " ") == fields[4]);
    CHECK(join(back, " ") == fields[4]);
  }
  CHECK(lines == 83);
}

TEST_CASE("a cadence begins and ends") {
  auto r = rhythm("weekly mon,thu", "06:00", "UTC");
  r.cadence.start = day("2027-01-05");
  r.cadence.end = day("2027-01-11");
  const auto always = instant("2000-01-01T00:00:00Z");
  CHECK(written(walk(r, always, Instant::max())) == "2027-01-07T06:00:00Z 2027-01-11T06:00:00Z");
  CHECK_FALSE(next_occurrence(r, instant("2027-01-11T06:00:00Z")));
  CHECK(written(occurrences_between(r, always, instant("2030-01-01T00:00:00Z"), kAll)) ==
        "2027-01-07T06:00:00Z 2027-01-11T06:00:00Z");
}

TEST_CASE("several times of a day fire one after the other, and once where a gap or the repeated hour takes them together") {
  const auto all_of = [](const char* place, const char* date) {
    const Rhythm r{.cadence = {}, .at = parse_times("00:00-23:30 every 30m").value(), .zone = zone(place)};
    const Instant midnight = r.zone.start_of_day(day(date));
    return walk(r, midnight - seconds{1}, r.zone.start_of_day(add_days(day(date), 1)) - seconds{1});
  };
  // 2027-03-28 has no hour from two to three in Berlin, 2026-10-25 has it twice.
  CHECK(all_of("Europe/Berlin", "2026-11-29").size() == 48);
  CHECK(all_of("Europe/Berlin", "2027-03-28").size() == 46);
  const auto autumn = all_of("Europe/Berlin", "2026-10-25");
  CHECK(autumn.size() == 48);
  CHECK(format_utc(autumn[5]) == "2026-10-25T00:30:00Z");    // 02:30, the first time
  CHECK(format_utc(autumn[6]) == "2026-10-25T02:00:00Z");    // 03:00, 90 minutes later
  CHECK(all_of("Pacific/Apia", "2011-12-31").size() == 48);  // the day before never was
}

TEST_CASE("a calendar names the line that cannot be read, and says until when it is known") {
  std::vector<WorkCalendar::Problem> problems;
  const auto made = WorkCalendar::parse(
      "# a comment\n2026-12-25 Christmas # and why\n+2026-10-10\n2026-12-25 again\nChristmas\n2026-02-30 never\nuntil "
      "2027-12-31\nuntil 2028-12-31\n"
      "until soon\n\n2026-01-01\tx\x07\n",
      problems);
  std::vector<std::string> told;
  for (const auto& [line, message] : problems) told.push_back(std::to_string(line) + ": " + message);
  const std::string form = "is not a day, like 2026-12-25 Christmas, +2026-10-10 worked or until 2027-12-31";
  CHECK(told == std::vector<std::string>{"4: 2026-12-25 is there already", "5: \"Christmas\" " + form,
                                         "6: \"2026-02-30 never\" " + form, "8: there is an until already",
                                         "9: \"until soon\" " + form, "11: it has control characters or is not UTF-8"});
  CHECK(made.until() == day("2027-12-31"));
  CHECK(made.days() == std::map<Date, std::string>{{day("2026-10-10"), "+"}, {day("2026-12-25"), "-Christmas"}});
  CHECK(made.is_workday(day("2026-10-10")));
  CHECK_FALSE(made.is_workday(day("2026-12-25")));
  CHECK(made.is_workday(day("2026-12-24")));
  CHECK_FALSE(made.is_workday(day("2026-12-27")));
  problems.clear();
  WorkCalendar::parse("2026-12-25 Christmas", problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message == "it has no last day: write until YYYY-MM-DD, up to which its holidays are known");
}

TEST_CASE("periods meet with holidays too: each local day is covered once") {
  for (const char* rule : {"weekly workdays", "weekly workdays,sun", "monthly 2nd workday", "monthly 15th workday",
                           "monthly last workday", "monthly 15 or next workday", "monthly 1 or previous workday"}) {
    for (const char* name : {"de.txt", "closed.txt"}) {
      CAPTURE(rule);
      CAPTURE(name);
      auto r = rhythm(rule, "07:00", "Europe/Berlin");
      r.cadence.calendar = calendar(name);
      const CadenceChoice choice{r.cadence, r.at};
      std::optional<Date> expected;
      for (const Instant slot : walk(r, instant("2025-11-01T00:00:00Z"), instant("2028-03-01T00:00:00Z"))) {
        const auto window = resolve(choice, slot, r.zone);
        if (expected) CHECK(window.first == *expected);
        CHECK(window.last == add_days(r.zone.local_date(slot), -1));
        expected = add_days(window.last, 1);
      }
    }
  }
}
