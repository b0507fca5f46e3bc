// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/zone.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include "reportctl/base/for_people.hpp"
#include "reportctl/base/process.hpp"
#include "scratch.hpp"

using namespace reportctl;

namespace {

Zone zone(const std::string& name) {
  const auto found = Zone::find(name);
  REQUIRE_MESSAGE(found.has_value(), name);
  return *found;
}
Instant instant(const char* text) { return parse_instant(text).value(); }

}  // namespace

TEST_CASE("a minute for people is local, with or without the name of its zone") {
  const Instant at = parse_instant("2026-03-16T19:00:30Z").value();
  const Zone sydney = Zone::find("Australia/Sydney").value();  // eleven hours ahead until April
  CHECK(minute_text(at, sydney) == "2026-03-17 06:00");
  CHECK(minute_zone_text(at, sydney) == "2026-03-17 06:00 (Australia/Sydney)");
}

TEST_CASE("a wall time becomes the instant that it names, or the first one after a gap, or the first of two") {
  // Expectations: Python's zoneinfo; every gap's end by bisection over UTC, and read beside `zdump -v`.
  struct Case {
    std::string zone, date, time, utc, local;
  };
  const Case cases[] = {
      {"America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59:00Z", "2026-03-08T01:59:00-05:00"},
      {"America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00"},  // gap
      {"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00"},  // gap
      {"America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00"},
      {"America/New_York", "2026-11-01", "00:59", "2026-11-01T04:59:00Z", "2026-11-01T00:59:00-04:00"},
      {"America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z", "2026-11-01T01:30:00-04:00"},  // twice
      {"America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z", "2026-11-01T02:00:00-05:00"},
      {"America/New_York", "2040-03-11", "02:30", "2040-03-11T07:00:00Z", "2040-03-11T03:00:00-04:00"},  // gap
      {"America/New_York", "2040-07-04", "12:00", "2040-07-04T16:00:00Z", "2040-07-04T12:00:00-04:00"},
      {"America/New_York", "2040-11-04", "01:30", "2040-11-04T05:30:00Z", "2040-11-04T01:30:00-04:00"},  // twice
      {"Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59:00Z", "2026-03-29T01:59:00+01:00"},
      {"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"},  // gap
      {"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00"},  // twice
      {"Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00+01:00"},
      {"Europe/Berlin", "2040-03-25", "02:15", "2040-03-25T01:00:00Z", "2040-03-25T03:00:00+02:00"},  // gap
      {"Europe/Berlin", "2040-10-28", "02:15", "2040-10-28T00:15:00Z", "2040-10-28T02:15:00+02:00"},  // twice
      {"Australia/Lord_Howe", "2026-04-05", "01:29", "2026-04-04T14:29:00Z", "2026-04-05T01:29:00+11:00"},
      {"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z", "2026-04-05T01:45:00+11:00"},  // twice
      {"Australia/Lord_Howe", "2026-04-05", "02:00", "2026-04-04T15:30:00Z", "2026-04-05T02:00:00+10:30"},
      {"Australia/Lord_Howe", "2026-10-04", "02:00", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00+11:00"},  // gap of 30 minutes
      {"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00+11:00"},  // gap of 30 minutes
      {"Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00+11:00"},
      {"Australia/Lord_Howe", "2040-10-07", "02:10", "2040-10-06T15:30:00Z", "2040-10-07T02:30:00+11:00"},  // gap of 30 minutes
      {"America/Santiago", "2024-04-06", "23:30", "2024-04-07T02:30:00Z", "2024-04-06T23:30:00-03:00"},     // twice
      {"America/Santiago", "2024-04-07", "00:00", "2024-04-07T04:00:00Z", "2024-04-07T00:00:00-04:00"},
      {"America/Santiago", "2024-09-08", "00:00", "2024-09-08T04:00:00Z", "2024-09-08T01:00:00-03:00"},  // gap at midnight
      {"America/Santiago", "2024-09-08", "00:30", "2024-09-08T04:00:00Z", "2024-09-08T01:00:00-03:00"},  // gap
      {"America/Santiago", "2024-09-08", "01:00", "2024-09-08T04:00:00Z", "2024-09-08T01:00:00-03:00"},
      {"America/Santiago", "2040-09-02", "00:15", "2040-09-02T04:00:00Z", "2040-09-02T01:00:00-03:00"},  // gap
      {"Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59:00Z", "2011-12-29T23:59:00-10:00"},
      {"Pacific/Apia", "2011-12-30", "00:00", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"},  // a day that never was
      {"Pacific/Apia", "2011-12-30", "18:45", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"},  // a day that never was
      {"Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"},
      {"Africa/Casablanca", "2023-03-19", "02:30", "2023-03-19T01:30:00Z", "2023-03-19T02:30:00+01:00"},  // twice
      {"Africa/Casablanca", "2023-03-19", "03:00", "2023-03-19T03:00:00Z", "2023-03-19T03:00:00+00:00"},
      {"Africa/Casablanca", "2023-04-23", "02:30", "2023-04-23T02:00:00Z", "2023-04-23T03:00:00+01:00"},  // gap
      {"Asia/Kathmandu", "2026-01-01", "06:00", "2026-01-01T00:15:00Z", "2026-01-01T06:00:00+05:45"},
      {"UTC", "2026-03-08", "02:30", "2026-03-08T02:30:00Z", "2026-03-08T02:30:00+00:00"},
      {"America/St_Johns", "2006-10-29", "00:00", "2006-10-29T02:30:00Z", "2006-10-29T00:00:00-02:30"},  // midnight twice
      {"America/St_Johns", "2006-10-28", "23:30", "2006-10-29T02:00:00Z", "2006-10-28T23:30:00-02:30"},  // twice
      {"Asia/Beirut", "2022-03-27", "00:00", "2022-03-26T22:00:00Z", "2022-03-27T01:00:00+03:00"},       // gap at midnight
      {"America/Havana", "2022-11-06", "00:30", "2022-11-06T04:30:00Z", "2022-11-06T00:30:00-04:00"},    // twice
  };
  for (const Case& c : cases) {
    CAPTURE(c.zone);
    CAPTURE(c.date);
    CAPTURE(c.time);
    const Zone z = zone(c.zone);
    const Instant found = z.resolve(*parse_date(c.date), *parse_time_of_day(c.time));
    CHECK(format_utc(found) == c.utc);
    CHECK(z.format(found) == c.local);
    CHECK(parse_instant(z.format(found)) == found);
  }
}

TEST_CASE("a local day begins at its first instant and lasts as long as the clocks say") {
  struct Case {
    std::string zone, date, utc;
    int minutes;  ///< to the start of the next day
  };
  const Case cases[] = {
      {"America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 1380},
      {"America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 1500},
      {"America/New_York", "2026-06-01", "2026-06-01T04:00:00Z", 1440},
      {"America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z", 1380},
      {"America/Santiago", "2024-04-06", "2024-04-06T03:00:00Z", 1500},
      {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 1440},
      {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
      {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 1440},
      {"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 1470},
      {"Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 1410},
      {"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z", 1380},
      {"America/Havana", "2022-11-06", "2022-11-06T04:00:00Z", 1500},
      {"America/St_Johns", "2006-10-28", "2006-10-28T02:30:00Z", 1440},
      {"America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z", 1500},
      {"Africa/Casablanca", "2023-03-19", "2023-03-18T23:00:00Z", 1500},
      {"Africa/Casablanca", "2023-04-23", "2023-04-23T00:00:00Z", 1380},
      {"Europe/Berlin", "2040-03-25", "2040-03-24T23:00:00Z", 1380},
      {"America/Santiago", "2040-09-02", "2040-09-02T04:00:00Z", 1380},
  };
  for (const Case& c : cases) {
    CAPTURE(c.zone);
    CAPTURE(c.date);
    const Date date = *parse_date(c.date);
    const Zone z = zone(c.zone);
    CHECK(format_utc(z.start_of_day(date)) == c.utc);
    CHECK((z.start_of_day(add_days(date, 1)) - z.start_of_day(date)) == std::chrono::minutes{c.minutes});
  }
}

TEST_CASE("the second before a day's start belongs to another day, and every instant to the day that holds it") {
  for (const std::string name :
       {"America/New_York", "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"}) {
    const Zone z = zone(name);
    for (Date day = *parse_date("2009-01-01"); day < *parse_date("2045-01-01"); day = add_days(day, 1)) {
      const Instant start = z.start_of_day(day);
      if (start == z.start_of_day(add_days(day, 1))) continue;  // Apia's missing day
      CAPTURE(name);
      CAPTURE(format_date(day));
      REQUIRE(z.local_date(start) == day);
      REQUIRE(z.local_date(start - std::chrono::seconds{1}) < day);
    }
  }
}

TEST_CASE("an instant is seen as the local clock and calendar show it") {
  const Zone berlin = zone("Europe/Berlin");
  const Instant t = instant("2026-03-28T23:30:59Z");
  CHECK(format_date(berlin.local_date(t)) == "2026-03-29");
  CHECK(format_time_of_day(berlin.local_time(t)) == "00:30");
  CHECK(berlin.offset_seconds(t) == 3600);
  CHECK(berlin.offset_seconds(instant("2026-07-01T00:00:00Z")) == 7200);
  CHECK(berlin.offset_seconds(instant("2045-07-01T00:00:00Z")) == 7200);
  CHECK(berlin.name() == "Europe/Berlin");
}

TEST_CASE("only the names of the system's list are zones") {
  for (const std::string name : {"UTC", "Etc/UTC", "Europe/Berlin", "US/Eastern", "Asia/Calcutta",
                                 "America/Argentina/ComodRivadavia", "GB", "Etc/GMT+5", "EST5EDT"}) {
    CAPTURE(name);
    CHECK(Zone::find(name).has_value());
  }
  for (const std::string name : {"",
                                 "localtime",
                                 "Fixed/UTC+05:30:00",
                                 "/etc/localtime",
                                 "/usr/share/zoneinfo/UTC",
                                 "../../etc/passwd",
                                 "posix/UTC",
                                 "right/UTC",
                                 "posixrules",
                                 "europe/berlin",
                                 "Europe/Berlin ",
                                 " Europe/Berlin",
                                 "Europe",
                                 "libc:localtime",
                                 "file:Europe/Berlin",
                                 "EDT",
                                 "+05:00",
                                 "UTC+5",
                                 "Z",
                                 "tzdata.zi",
                                 "Factory\n",
                                 "Mars/Olympus"}) {
    CAPTURE(name);
    CHECK_FALSE(Zone::find(name).has_value());
  }
  CHECK_FALSE(Zone::find(std::string_view("Europe/Berlin\0", 14)).has_value());
  CHECK(Zone::utc().name() == "UTC");
}

TEST_CASE("a local mean time with seconds is written to the minute and still names the same instant") {
  // Liberia was 44 min 30 s behind until 1972.
  const Zone monrovia = zone("Africa/Monrovia");
  const Instant t = instant("1971-01-01T00:00:00Z");
  CHECK(monrovia.offset_seconds(t) == -2670);
  CHECK(monrovia.format(t) == "1970-12-31T23:16:00-00:44");
  CHECK(parse_instant(monrovia.format(t)) == t);
  CHECK(format_time_of_day(monrovia.local_time(t)) == "23:15");
}

TEST_CASE("the fast formatter writes what the zone writes, at any instant, in any order") {
  std::mt19937_64 random(20260317);
  std::uniform_int_distribution<long long> near(0, 4102444800);             // 1970 to 2100
  std::uniform_int_distribution<long long> far(-62167219200, 16725225600);  // 0 to 2500
  std::uniform_int_distribution<long long> step(-100, 4000);
  for (const std::string name :
       {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Africa/Casablanca",
        "UTC", "Asia/Kathmandu", "Africa/Monrovia", "Europe/Dublin", "America/St_Johns", "Etc/GMT+5"}) {
    const Zone z = zone(name);
    ZonedFormatter fast(z);
    std::vector<long long> instants;
    for (int i = 0; i < 4000; ++i) {
      instants.push_back(near(random));
      instants.push_back(far(random));
    }
    for (long long t = near(random), i = 0; i < 4000; ++i) instants.push_back(t += step(random));
    for (long long year = 1968; year < 2045; ++year)  // every half hour around the transitions of spring and autumn
      for (const int day : {60, 88, 300})
        for (int i = 0; i < 48; ++i) instants.push_back((year - 1970) * 31556952 + day * 86400 + i * 1800 - 1);
    for (const long long t : instants) {
      char buffer[ZonedFormatter::kMaxSize];
      const Instant moment{std::chrono::seconds{t}};
      const std::string text(buffer, fast.write(moment, buffer));
      CAPTURE(name);
      CAPTURE(t);
      REQUIRE(text == z.format(moment));
      REQUIRE(fast.is_ambiguous(moment) == z.is_ambiguous(moment));
      REQUIRE(fast.offset_seconds(moment) == z.offset_seconds(moment));
    }
  }
}

TEST_CASE("the fast formatter is right on both sides of a transition's second") {
  ZonedFormatter fast(zone("America/New_York"));
  const auto text = [&](const char* utc) {
    char buffer[ZonedFormatter::kMaxSize];
    return std::string(buffer, fast.write(instant(utc), buffer));
  };
  CHECK(text("2026-03-08T07:00:00Z") == "2026-03-08T03:00:00-04:00");
  CHECK(text("2026-03-08T06:59:59Z") == "2026-03-08T01:59:59-05:00");
  CHECK(text("2026-03-08T07:00:00Z") == "2026-03-08T03:00:00-04:00");
  CHECK(text("2026-11-01T05:59:59Z") == "2026-11-01T01:59:59-04:00");
  CHECK(text("2026-11-01T06:00:00Z") == "2026-11-01T01:00:00-05:00");
}

TEST_CASE("where only the local year cannot be written, the instant is written in UTC") {
  for (const auto& [name, utc, text] : std::vector<std::array<const char*, 3>>{
           {"Europe/Berlin", "9999-12-31T22:59:59Z", "9999-12-31T23:59:59+01:00"},
           {"Europe/Berlin", "9999-12-31T23:00:00Z", "9999-12-31T23:00:00+00:00"},
           {"Europe/Berlin", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"},
           {"America/New_York", "9999-12-31T23:59:59Z", "9999-12-31T18:59:59-05:00"},
           {"America/New_York", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"},
           {"America/New_York", "0001-01-01T04:56:00Z", "0001-01-01T00:00:00-04:56"},  // local mean time, -04:56:02
       }) {
    CAPTURE(utc);
    char buffer[ZonedFormatter::kMaxSize];
    ZonedFormatter fast(zone(name));
    CHECK(zone(name).format(instant(utc)) == text);
    CHECK(std::string(buffer, fast.write(instant(utc), buffer)) == text);
    CHECK(std::string(buffer, fast.write(instant(utc), buffer)) == text);
  }
}

TEST_CASE("instants at the end of time are written without harm") {
  char buffer[ZonedFormatter::kMaxSize];
  ZonedFormatter fast(zone("Europe/Berlin"));
  for (const Instant t : {Instant::max(), Instant::min(), Instant{}}) {
    CHECK(fast.write(t, buffer) <= ZonedFormatter::kMaxSize);
    CHECK(zone("Europe/Berlin").format(t).size() <= ZonedFormatter::kMaxSize);
    CHECK(zone("Europe/Berlin").local_date(t).ok());
  }
}

TEST_CASE("TZDIR names another database, and without one the error says what to install") {
  // The list of names is read once per process, so another process looks.
  const Scratch scratch;
  const std::string exe = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto run = [&](const std::filesystem::path& directory) {
    const WithVariable tzdir("TZDIR", directory.string());
    const CommandResult result =
        run_command({exe, "--test-case=helper: zones of TZDIR", "--no-skip"}, std::chrono::seconds{60}, 100000);
    CHECK(result.output.find("1 passed") != std::string::npos);
    return result.exit_code;
  };
  scratch.put("tzdata.zi", "# version test\nZ Europe/Berlin 1 - CET\nL Europe/Berlin Test/Link\n");
  std::filesystem::create_directory(scratch / "Europe");
  std::filesystem::create_directory(scratch / "Test");
  std::filesystem::copy_file("/usr/share/zoneinfo/Europe/Berlin", scratch / "Europe/Berlin");
  std::filesystem::copy_file("/usr/share/zoneinfo/Europe/Berlin", scratch / "Test/Link");
  CHECK(run(scratch.path()) == 0);
  CHECK(run(scratch / "absent") == 0);
}

TEST_CASE("helper: zones of TZDIR" * doctest::skip()) {
  const std::string directory = getenv("TZDIR");
  if (!std::filesystem::exists(directory)) {
    const Error error = error_of([] { Zone::find("Europe/Berlin"); });
    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.hint() == "install the Debian package tzdata");
    CHECK(Zone::find("UTC").has_value());
    return;
  }
  CHECK(Zone::find("Europe/Berlin").has_value());
  CHECK(Zone::find("Test/Link").has_value());
  CHECK_FALSE(Zone::find("America/New_York").has_value());
}
