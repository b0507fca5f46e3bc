// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/schedule/schedule.hpp"
#include "support.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

TEST_CASE("cadences and weekdays are read as the documents spell them") {
  CHECK(parse_cadence("DAILY") == CadenceKind::daily);
  CHECK(parse_cadence("Weekly") == CadenceKind::weekly);
  CHECK(parse_cadence("monthly") == CadenceKind::monthly);
  CHECK_FALSE(parse_cadence("hourly"));
  CHECK_FALSE(parse_cadence(""));
  const char* names[] = {"monday", "Tuesday", "WEDNESDAY", "thursday", "friday", "saturday", "sunday"};
  for (int i = 0; i < 7; ++i) {
    const std::string name = names[i];
    for (const auto& text : {name, name.substr(0, 3), std::to_string(i + 1)}) {
      const auto days = Weekdays::parse(text);
      REQUIRE(days);
      CHECK(days->has(i + 1));
      CHECK(days->str() == to_lower(name).substr(0, 3));
    }
    CHECK(weekday_name(i + 1) == to_lower(name).substr(0, 3));
  }
  for (const char* wrong : {"", "0", "8", "10", "mo", "mond", "montag", "mon,", ",mon", "mon-", "mon-xx", "workday"})
    CHECK_FALSE(Weekdays::parse(wrong));
  for (const CadenceKind kind : {CadenceKind::daily, CadenceKind::weekly, CadenceKind::monthly})
    CHECK(parse_cadence(cadence_name(kind)) == kind);
}

TEST_CASE("days, months and times are lists and spans, and are written the short way") {
  const auto days = [](const char* text) { return Weekdays::parse(text).value().str(); };
  CHECK(days("thu, MON") == "mon,thu");
  CHECK(days("workdays") == "workdays");
  CHECK(days("workdays,sun") == "sun,workdays");
  CHECK(days("fri-mon") == "mon,fri-sun");
  CHECK(days("mon-sun") == "mon-sun");
  CHECK(days("mon,tue") == "mon,tue");
  const auto months = [](const char* text) { return Months::parse(text).value().str(); };
  CHECK(months("oct,July,4,jan") == "jan,apr,jul,oct");
  CHECK(months("nov-feb") == "jan,feb,nov,dec");
  CHECK(Months{}.str().empty());
  for (const char* wrong : {"", "0", "13", "ja", "jan apr"}) CHECK_FALSE(Months::parse(wrong));
  const auto times = [](const char* text) { return format_times(parse_times(text).value()); };
  CHECK(times("13:00, 08:00,13:00") == "08:00,13:00");
  CHECK(times("13:00:00,8:00,07:30:00") == "07:30,08:00,13:00");
  CHECK(times("08:00-10:00 every 30m") == "08:00-10:00 every 30m");
  CHECK(times("08:00,08:30,09:00,09:30,10:00") == "08:00-10:00 every 30m");
  CHECK(times("00:00-23:59 every 2h") == "00:00-22:00 every 2h");
  CHECK(times("08:00-08:30 every 30m,18:00") == "08:00,08:30,18:00");
  for (const char* wrong : {"", "8", "24:00", "08:00:30", "8:00:0", "08:00:00:00", "08:00,", "10:00-08:00 every 1h",
                            "08:00-09:00", "08:00-09:00 every 0m", "08:00-09:00 every 1d"})
    CHECK_FALSE(parse_times(wrong));
}

TEST_CASE("a day of a month is a date, a weekday or a workday") {
  for (const char* text : {"1", "31", "last", "1st workday", "2nd workday", "15th workday", "last workday", "1st mon", "3rd sun",
                           "last fri", "15 or next workday", "last or previous workday"})
    CHECK(MonthDay::parse(text).value().str() == text);
  CHECK(MonthDay::parse("2ND  Workday").value().str() == "2nd workday");
  CHECK(MonthDay::parse("last friday").value().str() == "last fri");
  for (const char* wrong : {"", "0", "32", "-1", "1st", "5th mon", "16th workday", "0th workday", "2 workday", "15 or next",
                            "15 or next fri", "2nd or next workday", "1st workday of", "4294967297"})
    CHECK_FALSE(MonthDay::parse(wrong));
}

TEST_CASE("every named range is read back from its name") {
  REQUIRE(range_names().size() == 12);
  for (const auto& name : range_names()) {
    REQUIRE(parse_range(name));
    CHECK(range_name(*parse_range(name)) == name);
  }
  CHECK(parse_range("LAST_7D") == NamedRange::last_7d);
  CHECK_FALSE(parse_range("last_8d"));
  CHECK_FALSE(parse_range(""));
}

TEST_CASE("a scope is an account or one site") {
  CHECK(Scope::parse("account") == Scope{});
  CHECK(Scope::parse("depot:north") == Scope{ScopeKind::depot, "north"});
  CHECK(Scope::parse("WORKSPACE:w:1") == Scope{ScopeKind::workspace, "w:1"});
  for (const char* wrong : {"", "depot", "depot:", "account:acme", "account:", "site:north", "north", "depot: north",
                            "depot:no\nrth", "depot:no\xff", "depot:\xE2\x80\xAEx"})
    CHECK_FALSE(Scope::parse(wrong));
  CHECK_FALSE(Scope::parse("depot:" + std::string(201, 'x')));
  for (const char* text : {"account", "depot:north", "workspace:w1"}) CHECK(Scope::parse(text)->str() == text);
}

TEST_CASE("no-data policies are read in any case") {
  CHECK(parse_no_data("SKIP") == NoData::skip);
  CHECK(no_data_name(NoData::send) == "send");
  CHECK_FALSE(parse_no_data("ignore"));
}

TEST_CASE("a schedule's zone is its own, else the account's, else UTC") {
  Definition definition;
  CHECK(effective_timezone(definition, "") == "UTC");
  CHECK(effective_timezone(definition, "Europe/Berlin") == "Europe/Berlin");
  definition.timezone = "Australia/Sydney";
  CHECK(effective_timezone(definition, "Europe/Berlin") == "Australia/Sydney");
}
