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
    CHECK(parse_weekday(name) == i + 1);
    CHECK(parse_weekday(name.substr(0, 3)) == i + 1);
    CHECK(parse_weekday(std::to_string(i + 1)) == i + 1);
    CHECK(weekday_name(i + 1) == to_lower(name).substr(0, 3));
  }
  for (const char* wrong : {"", "0", "8", "10", "mo", "mond", "montag", "1 "}) CHECK_FALSE(parse_weekday(wrong));
  for (const CadenceKind kind : {CadenceKind::daily, CadenceKind::weekly, CadenceKind::monthly})
    CHECK(parse_cadence(cadence_name(kind)) == kind);
}

TEST_CASE("every named range is read back from its name") {
  REQUIRE(range_names().size() == 7);
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
