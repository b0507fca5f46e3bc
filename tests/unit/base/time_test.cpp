// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/time.hpp"

#include <doctest/doctest.h>

#include "reportctl/base/error.hpp"
#include "scratch.hpp"

using namespace reportctl;

namespace {
long long seconds_of(const char* text) {
  const auto instant = parse_instant(text);
  REQUIRE_MESSAGE(instant.has_value(), text);
  return instant->time_since_epoch().count();
}
Instant at(long long seconds) { return Instant{std::chrono::seconds{seconds}}; }
}  // namespace

TEST_CASE("an instant is read from RFC 3339 with Z or an offset") {
  // Expectations: `date -u -d TEXT +%s`.
  CHECK(seconds_of("1970-01-01T00:00:00Z") == 0);
  CHECK(seconds_of("2026-03-17T06:00:00Z") == 1773727200);
  CHECK(seconds_of("2026-03-17T06:00:00+11:00") == 1773687600);
  CHECK(seconds_of("2026-03-17T06:00:00-00:00") == 1773727200);
  CHECK(seconds_of("2026-03-16T23:30:00-06:30") == 1773727200);
  CHECK(seconds_of("2024-02-29T23:59:59Z") == 1709251199);
  CHECK(seconds_of("2040-07-04T12:00:00-04:00") == 2225030400);
  CHECK(seconds_of("1969-12-31T23:59:59Z") == -1);
  CHECK(seconds_of("0000-01-01T00:00:00Z") == -62167219200);
  CHECK(seconds_of("9999-12-31T23:59:59Z") == 253402300799);
  CHECK(seconds_of("2026-03-17t06:00:00z") == 1773727200);
}

TEST_CASE("a fraction of a second is cut off, before 1970 as well") {
  CHECK(seconds_of("2026-03-17T06:00:00.999999999999999999999Z") == 1773727200);
  CHECK(seconds_of("2026-03-17T06:00:00.0+00:00") == 1773727200);
  CHECK(seconds_of("1969-12-31T23:59:58.7Z") == -2);
}

TEST_CASE("whatever else is not an instant") {
  for (const std::string text : {"",
                                 "Z",
                                 "2026-03-17",
                                 "2026-03-17T06:00:00",
                                 "2026-03-17T06:00Z",
                                 "2026-03-17 06:00:00Z",
                                 "2026-3-17T06:00:00Z",
                                 "2026-03-17T6:00:00Z",
                                 "2026-03-17T24:00:00Z",
                                 "2026-03-17T06:60:00Z",
                                 "2026-03-17T23:59:60Z",
                                 "2026-02-29T06:00:00Z",
                                 "2026-13-01T06:00:00Z",
                                 "2026-00-01T06:00:00Z",
                                 "2026-01-00T06:00:00Z",
                                 "2026-03-17T06:00:00.Z",
                                 "2026-03-17T06:00:00,5Z",
                                 "2026-03-17T06:00:00+11",
                                 "2026-03-17T06:00:00+1100",
                                 "2026-03-17T06:00:00+24:00",
                                 "2026-03-17T06:00:00+11:60",
                                 "2026-03-17T06:00:00 Z",
                                 " 2026-03-17T06:00:00Z",
                                 "2026-03-17T06:00:00Z ",
                                 "2026-03-17T06:00:00ZZ",
                                 "+2026-03-17T06:00:00Z",
                                 "-026-03-17T06:00:00Z",
                                 "12026-03-17T06:00:00Z",
                                 "2026-03-17T+6:00:00Z",
                                 "2026-03-17T06:00:00+-1:00",
                                 "1773727200",
                                 "now"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text).has_value());
  }
  CHECK_FALSE(parse_instant(std::string_view("2026-03-17T06:00:00Z\0", 21)).has_value());
}

TEST_CASE("an instant is written in UTC, and what is written can be read") {
  CHECK(format_utc(at(1773727200)) == "2026-03-17T06:00:00Z");
  CHECK(format_utc(at(-1)) == "1969-12-31T23:59:59Z");
  CHECK(format_utc(at(-62167219200)) == "0000-01-01T00:00:00Z");
  for (long long second = -62167219200; second < 253402300799; second += 777777777) {
    CAPTURE(second);
    CHECK(parse_instant(format_utc(at(second))) == at(second));
  }
}

TEST_CASE("instants outside the calendar are written without harm") {
  CHECK(format_utc(Instant::max()).starts_with("32767-12-2"));
  CHECK(format_utc(Instant::min()).starts_with("-32767-01-0"));
  CHECK(format_utc(at(253402300800)) == "10000-01-01T00:00:00Z");
}

TEST_CASE("days are strict, and exist") {
  CHECK(format_date(*parse_date("2024-02-29")) == "2024-02-29");
  CHECK(format_date(*parse_date("0001-01-01")) == "0001-01-01");
  for (const std::string text : {"", "2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-10-00", "2026-1-1", "26-01-01",
                                 "2026/01/01", "2026-01-01 ", "2026-01-1x", "-026-01-01", "20260101"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
}

TEST_CASE("times of day are strict") {
  CHECK(parse_time_of_day("00:00") == TimeOfDay{0, 0});
  CHECK(parse_time_of_day("23:59") == TimeOfDay{23, 59});
  CHECK(format_time_of_day({6, 5}) == "06:05");
  CHECK((TimeOfDay{6, 30} < TimeOfDay{7, 0}));
  for (const std::string text : {"", "6:00", "06:0", "24:00", "06:60", "06-00", "06:00:00", " 06:00", "+6:00", "06:-1", "0600"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time_of_day(text).has_value());
  }
}

TEST_CASE("days are counted across months, leap days and years") {
  const Date day = *parse_date("2024-02-28");
  CHECK(format_date(add_days(day, 1)) == "2024-02-29");
  CHECK(format_date(add_days(day, 2)) == "2024-03-01");
  CHECK(format_date(add_days(day, -59)) == "2023-12-31");
  CHECK(days_between(day, *parse_date("2025-02-28")) == 366);
  CHECK(days_between(*parse_date("2025-02-28"), day) == -366);
}

TEST_CASE("REPORTCTL_NOW replaces the clock, and a malformed one is a usage error") {
  {
    const WithVariable now("REPORTCTL_NOW", "2026-03-17T06:00:00+11:00");
    CHECK(format_utc(read_clock()) == "2026-03-16T19:00:00Z");
    CHECK(clock_is_replaced());
  }
  {
    const WithVariable now("REPORTCTL_NOW", "tomorrow\x1b[2J");
    const Error error = error_of([] { read_clock(); });
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string(error.what()) == "REPORTCTL_NOW is not an RFC 3339 instant: \"tomorrow\\x1b[2J\"");
    CHECK_FALSE(error.hint().empty());
  }
  {
    const WithVariable now("REPORTCTL_NOW", "");
    CHECK_FALSE(clock_is_replaced());
    CHECK(read_clock() > *parse_instant("2020-01-01T00:00:00Z"));
  }
}
