// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "comparison.hpp"

#include <doctest/doctest.h>

using namespace reportctl;
using namespace reportctl::run;
using render::Metric;
using rows::ColumnType;
using schedule::Cadence;
using schedule::CadenceChoice;
using schedule::CadenceKind;
using schedule::NamedRange;
using schedule::RangeChoice;

namespace {

/// The period before that of the choice, for people.
std::string before(const schedule::WindowChoice& choice, const char* at, const char* zone_name = "Europe/Berlin") {
  const Zone zone = *Zone::find(zone_name);
  const Instant instant = *parse_instant(at);
  const auto window = previous_window(choice, schedule::resolve(choice, instant, zone), instant, zone);
  return window ? schedule::describe(*window) : "none";
}

Metric metric(ColumnType type, std::vector<render::Amount> amounts) {
  return {.label = "x", .values = {}, .type = type, .amounts = std::move(amounts)};
}
using Texts = std::vector<std::string>;

std::string change(std::int64_t now, std::int64_t was) {
  const auto changes = changes_of(metric(ColumnType::integer, {{"", now, 0}}), metric(ColumnType::integer, {{"", was, 0}}));
  REQUIRE(changes.size() == 1);
  return changes.front();
}

}  // namespace

TEST_CASE("the previous period is that of the occurrence before, or as many days") {
  const schedule::Times six = {*parse_time_of_day("06:00")};
  const Cadence monday{.kind = CadenceKind::weekly, .on = *schedule::Weekdays::parse("mon")};
  const auto monthly = [](int day) { return Cadence{.kind = CadenceKind::monthly, .day = schedule::MonthDay::date(day)}; };
  // 2026-03-17 is a Tuesday.
  CHECK(before(CadenceChoice{{}, six}, "2026-03-17T05:00:00Z") == "2026-03-15");
  CHECK(before(CadenceChoice{monday, six}, "2026-03-16T05:00:00Z") == "2026-03-02 to 2026-03-08");
  CHECK(before(CadenceChoice{{.kind = CadenceKind::weekly}}, "2026-03-17T05:00:00Z") == "2026-03-03 to 2026-03-09");
  const Cadence weekdays{.kind = CadenceKind::weekly, .on = *schedule::Weekdays::parse("mon-fri")};
  CHECK(before(CadenceChoice{weekdays, six}, "2026-03-16T05:00:00Z") == "2026-03-06 to 2026-03-08");  // Friday to Sunday
  CHECK(before(CadenceChoice{weekdays, six}, "2026-03-17T05:00:00Z") == "2026-03-09");
  CHECK(before(CadenceChoice{monthly(1), six}, "2026-04-01T05:00:00Z") == "2026-02-01 to 2026-02-28");
  // The 31st falls on the last of a shorter month: on 31 March the period is from 28 February, the one before from 31 January.
  CHECK(before(CadenceChoice{monthly(31), six}, "2026-03-31T05:00:00Z") == "2026-01-31 to 2026-02-27");
  CHECK(before(CadenceChoice{{.kind = CadenceKind::monthly}}, "2026-03-31T05:00:00Z") == "2026-01-31 to 2026-02-27");
  CHECK(before(RangeChoice{NamedRange::yesterday}, "2026-03-17T05:00:00Z") == "2026-03-15");
  CHECK(before(RangeChoice{NamedRange::last_7d}, "2026-03-17T05:00:00Z") == "2026-03-03 to 2026-03-09");
  CHECK(before(RangeChoice{NamedRange::last_month}, "2026-03-17T05:00:00Z") == "2026-01-01 to 2026-01-31");
  CHECK(before(RangeChoice{NamedRange::this_month}, "2026-03-17T05:00:00Z") == "2026-02-01 to 2026-02-16");
  CHECK(before(RangeChoice{NamedRange::this_month}, "2026-03-31T05:00:00Z") == "2026-02-01 to 2026-02-28");
  CHECK(before(schedule::LookbackChoice{3}, "2026-03-17T05:00:00Z") == "2026-03-11 to 2026-03-13");
  const auto from = *parse_date("2026-03-01"), to = *parse_date("2026-03-10");
  CHECK(before(schedule::DatesChoice{from, to}, "2026-03-17T05:00:00Z") == "2026-02-19 to 2026-02-28");
}

TEST_CASE("what has no period has none before it") {
  CHECK(before(schedule::SnapshotChoice{}, "2026-03-17T05:00:00Z") == "none");
  CHECK(before(RangeChoice{NamedRange::this_month}, "2026-03-01T05:00:00Z") == "none");
}

TEST_CASE("the days before a change of the clock have their own midnight") {
  const Zone zone = *Zone::find("Europe/Berlin");
  const Instant at = *parse_instant("2026-03-30T05:00:00Z");  // the clock moved on the 29th
  const schedule::WindowChoice choice = RangeChoice{NamedRange::yesterday};
  const auto window = previous_window(choice, schedule::resolve(choice, at, zone), at, zone);
  REQUIRE(window);
  CHECK(window->from == *parse_instant("2026-03-27T23:00:00Z"));
  CHECK(window->to == *parse_instant("2026-03-28T23:00:00Z"));
}

TEST_CASE("a change is a percentage with one digit") {
  CHECK(change(9, 8) == "+12.5 % from 8");
  CHECK(change(969, 1000) == "−3.1 % from 1,000");
  CHECK(change(0, 5) == "−100.0 % from 5");
  CHECK(change(0, 0) == "±0 %");
  CHECK(change(7, 7) == "±0 %");
  CHECK(change(100'000, 100'001) == "±0 % from 100,001");
  CHECK(change(20'290, 1000) == "+1,929 % from 1,000");
  CHECK(change(19'999, 10'000) == "+100.0 % from 10,000");  // 99.99
}

TEST_CASE("where a percentage would mislead the old value stands alone") {
  CHECK(change(5, 0) == "from 0");
  CHECK(change(-37'792, -26'613) == "from -26,613");  // refunds that grew by 42 %
  CHECK(change(-3, 6) == "from 6");
  CHECK(change(3, -6) == "from -6");
}

TEST_CASE("a currency that vanished is a line of its own, in its place") {
  auto now = metric(ColumnType::money, {{"EUR", 1100, 2}, {"JPY", 5, 0}});
  now.values = {"11.00 EUR", "5 JPY"};
  auto was = metric(ColumnType::money, {{"CHF", 0, 2}, {"EUR", 1000, 2}, {"GBP", 100, 2}, {"USD", 500'000, 2}});
  was.values = {"0.00 CHF", "10.00 EUR", "1.00 GBP", "5,000.00 USD"};
  add_vanished(now, was, catalog::Aggregate::Kind::total);
  CHECK(now.values == Texts{"11.00 EUR", "0.00 GBP", "5 JPY", "0.00 USD"});
  CHECK(changes_of(now, was) == Texts{"+10.0 % from 10.00", "−100.0 % from 1.00", "new", "−100.0 % from 5,000.00"});
}

TEST_CASE("an average of a currency that vanished is not 0, it is none") {
  auto now = metric(ColumnType::money, {{"EUR", 1100, 2}});
  now.values = {"11.00 EUR"};
  auto was = metric(ColumnType::money, {{"EUR", 1000, 2}, {"USD", 500'000, 2}});
  was.values = {"10.00 EUR", "5,000.00 USD"};
  for (const auto kind :
       {catalog::Aggregate::Kind::average, catalog::Aggregate::Kind::maximum, catalog::Aggregate::Kind::ratio}) {
    auto shown = now;
    add_vanished(shown, was, kind);
    CHECK(shown.values == Texts{"11.00 EUR", "– USD"});
    CHECK(changes_of(shown, was) == Texts{"+10.0 % from 10.00", "from 5,000.00"});
  }
  auto none = metric(ColumnType::money, {});
  none.values = {"–"};
  add_vanished(none, was, catalog::Aggregate::Kind::average);
  CHECK(none.values == Texts{"– EUR", "– USD"});
}

TEST_CASE("money changes by currency, percentages by points, days not at all") {
  const auto now = metric(ColumnType::money, {{"EUR", 1500, 2}, {"JPY", 300, 0}});
  const auto was = metric(ColumnType::money, {{"CHF", 100, 2}, {"EUR", 1000, 2}});
  CHECK(changes_of(now, was) == Texts{"+50.0 % from 10.00", "new"});
  CHECK(changes_of(now, metric(ColumnType::integer, {{"", 0, 0}})) == Texts{"new", "new"});
  auto nothing = metric(ColumnType::integer, {{"", 0, 0}});  // a total of nothing, after one of something
  add_vanished(nothing, was, catalog::Aggregate::Kind::total);
  CHECK(nothing.values == Texts{"0.00 CHF", "0.00 EUR"});
  CHECK(changes_of(nothing, was) == Texts{"−100.0 % from 1.00", "−100.0 % from 10.00"});
  CHECK(changes_of(metric(ColumnType::percent, {{"", 1234, 2}}), metric(ColumnType::percent, {{"", 1110, 2}})) ==
        Texts{"+1.2 points from 11.10"});
  CHECK(changes_of(metric(ColumnType::percent, {{"", 1234, 2}}), metric(ColumnType::percent, {})) == Texts{"new"});
  CHECK(changes_of(metric(ColumnType::date, {{"", 5, 0}}), metric(ColumnType::date, {{"", 4, 0}})).empty());
  CHECK(changes_of(metric(ColumnType::decimal, {}), metric(ColumnType::decimal, {{"", 4, 0}})).empty());
}
