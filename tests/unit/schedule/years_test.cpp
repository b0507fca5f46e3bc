// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "reportctl/base/hash.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/schedule/window.hpp"
#include "support.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

namespace {

CalendarInUse years_calendar() {
  std::ifstream file(REPORTCTL_ROOT "/tests/unit/schedule/years.txt");
  std::stringstream text;
  text << file.rdbuf();
  std::vector<WorkCalendar::Problem> problems;
  CalendarInUse made{std::make_shared<const WorkCalendar>(WorkCalendar::parse(text.str(), problems))};
  REQUIRE(problems.empty());
  return made;
}

Rhythm rhythm_of_line(const std::vector<std::string>& fields, const CalendarInUse& calendar) {
  Rhythm made{.cadence = cadence(fields[1]), .at = parse_times(fields[3]).value(), .zone = zone(fields[0])};
  for (const auto& option : split(fields[2], ' ')) {
    const auto value = option.substr(option.find('=') + 1);
    if (option.starts_with("calendar=")) made.cadence.calendar = calendar;
    if (option.starts_with("months=")) made.cadence.months = Months::parse(value).value();
    if (option.starts_with("weeks=")) made.cadence.weeks = static_cast<int>(parse_integer(value).value());
    if (option.starts_with("start=")) made.cadence.start = parse_date(value).value();
  }
  return made;
}

}  // namespace

TEST_CASE("twenty years of random rhythms fire, and cover, as dateutil, numpy and zoneinfo say (years.py)") {
  const auto calendar = years_calendar();
  std::ifstream file(REPORTCTL_ROOT "/tests/unit/schedule/years.tsv");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    CAPTURE(line);
    const auto fields = split(line, '\t');
    REQUIRE(fields.size() == 8);
    const Rhythm rhythm = rhythm_of_line(fields, calendar);
    const WindowChoice days = CadenceChoice{rhythm.cadence, rhythm.at};
    const WindowChoice since = RangeChoice{NamedRange::since_previous};
    const Instant until = instant(fields[5] + "T23:59:59Z");
    std::string found;
    std::size_t count = 0, breaks = 0;
    std::optional<Window> before;
    for (auto slot = next_occurrence(rhythm, instant(fields[4] + "T00:00:00Z") - std::chrono::seconds{1}); slot && *slot <= until;
         slot = next_occurrence(rhythm, *slot)) {
      const Window window = resolve(days, *slot, rhythm.zone);
      const Window since_then = resolve(since, rhythm, *slot);
      found += fmt::format("{}{} {} {} {}", found.empty() ? "" : "\n", format_utc(*slot), format_date(window.first),
                           format_date(window.last), format_utc(since_then.from));
      ++count;
      // A claim fixes where the period begins; and periods since the occurrence before meet to the second.
      if (resolve(days, *slot, rhythm.zone, begin_of_period(rhythm, *slot)).to != window.to) ++breaks;
      if (resolve(days, *slot, rhythm.zone, begin_of_period(rhythm, *slot)).from != window.from) ++breaks;
      if (since_then.to != *slot || (before && before->to != since_then.from)) ++breaks;
      before = since_then;
    }
    CHECK(std::to_string(count) == fields[6]);
    CHECK(sha256_hex(found) == fields[7]);
    CHECK(breaks == 0);
  }
  CHECK(lines == 126);
}
