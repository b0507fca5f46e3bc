// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/slot_changes.hpp"

#include <doctest/doctest.h>

using namespace reportctl;
using namespace reportctl::manage;
using namespace reportctl::schedule;

namespace {

Instant at(const char* text) { return parse_instant(text).value(); }
Date day(const char* text) { return parse_date(text).value(); }

Firing daily(const char* times) {
  const Cadence cadence{.kind = CadenceKind::daily};
  const auto chosen = parse_times(times).value();
  return {{cadence, chosen, Zone::utc()}, CadenceChoice{cadence, chosen}};
}
Firing weekly(const char* on) {
  const Cadence cadence{.kind = CadenceKind::weekly, .on = Weekdays::parse(on).value()};
  const auto chosen = parse_times("07:00").value();
  return {{cadence, chosen, Zone::utc()}, CadenceChoice{cadence, chosen}};
}
Firing monthly(const char* of_month, NamedRange range) {
  const Cadence cadence{.kind = CadenceKind::monthly, .day = MonthDay::parse(of_month).value()};
  return {{cadence, parse_times("07:00").value(), Zone::utc()}, RangeChoice{range}};
}

/// 2026-03-17 is a Tuesday.
constexpr const char* kMorning = "2026-03-17T10:00:00Z";
const LastRun kThisMorning{"run1run1run1run1", at("2026-03-17T07:00:00Z"), Period{false, day("2026-03-16"), day("2026-03-16")}};

struct Told {
  std::optional<Instant> next;
  std::vector<std::pair<Instant, std::string>> skipped;
  std::string words;
  bool operator==(const Told&) const = default;
};
Told told(const SlotPlan& plan) {
  Told told{plan.next, {}, {}};
  for (const auto& one : plan.skipped) told.skipped.emplace_back(one.slot, one.reason);
  for (const auto& words : plan.words) told.words += words + "\n";
  return told;
}

}  // namespace

TEST_CASE("a time that moves later on the day does not repeat what was covered in the morning") {
  const auto plan = told(plan_slots({.before = daily("07:00"),
                                     .after = daily("15:00"),
                                     .next_run_at = at("2026-03-18T07:00:00Z"),
                                     .last = kThisMorning,
                                     .now = at(kMorning)}));
  CHECK(plan.next == at("2026-03-18T15:00:00Z"));
  REQUIRE(plan.skipped.size() == 1);
  CHECK(plan.skipped[0].first == at("2026-03-17T15:00:00Z"));
  CHECK(plan.skipped[0].second == "run run1run1run1run1 covered 2026-03-16 already");
  CHECK(plan.words ==
        "2026-03-17 15:00 would cover 2026-03-16 again, as run run1run1 did: skipped; `schedule run` sends it again\n"
        "2026-03-18 07:00 moves to 2026-03-18 15:00\n");
}

TEST_CASE("further times of a day are no repetition") {
  const auto next = [](const char* times) {
    const auto plan = plan_slots({.before = daily("07:00"),
                                  .after = daily(times),
                                  .next_run_at = at("2026-03-18T07:00:00Z"),
                                  .last = kThisMorning,
                                  .now = at(kMorning)});
    return std::pair(plan.next, plan.skipped.size());
  };
  CHECK(next("07:00,15:00") == std::pair(std::optional(at("2026-03-17T15:00:00Z")), std::size_t{0}));
  CHECK(next("06:00,15:00") == std::pair(std::optional(at("2026-03-17T15:00:00Z")), std::size_t{0}));
  CHECK(next("11:00,15:00") == std::pair(std::optional(at("2026-03-17T15:00:00Z")), std::size_t{1}));
}

TEST_CASE("a time that moves to an hour that has passed leaves a record of what it would have covered") {
  const LastRun yesterday{"run0", at("2026-03-16T15:00:00Z"), Period{false, day("2026-03-15"), day("2026-03-15")}};
  const auto plan = told(plan_slots({.before = daily("15:00"),
                                     .after = daily("07:00"),
                                     .next_run_at = at("2026-03-17T15:00:00Z"),
                                     .last = yesterday,
                                     .now = at(kMorning)}));
  CHECK(plan ==
        Told{at("2026-03-18T07:00:00Z"),
             {{at("2026-03-17T07:00:00Z"),
               "the schedule was moved to this time when it had passed; 2026-03-17T15:00:00Z was planned"}},
             "2026-03-17 15:00 would have covered 2026-03-16, and its new time 2026-03-17 07:00 has passed: missed; `schedule "
             "run` sends it\n"});
}

TEST_CASE("what is due and has not run yet stays due, or moves where the next occurrence covers the same") {
  const auto due = [](const char* times) {
    return told(plan_slots(
        {.before = daily("07:00"), .after = daily(times), .next_run_at = at("2026-03-17T07:00:00Z"), .now = at(kMorning)}));
  };
  CHECK(due("06:00") == Told{at("2026-03-17T07:00:00Z"), {}, "2026-03-17 07:00 is due and runs with the next run-due\n"});
  CHECK(due("11:00") == Told{at("2026-03-17T11:00:00Z"),
                             {{at("2026-03-17T07:00:00Z"), "moved to 2026-03-17T11:00:00Z before it ran"}},
                             "2026-03-17 07:00 has not run yet and moves to 2026-03-17 11:00\n"});
}

TEST_CASE("every occurrence that passed during a pause is recorded") {
  const auto plan = told(plan_slots({.before = daily("07:00"),
                                     .after = daily("07:00"),
                                     .was_active = false,
                                     .next_run_at = at("2026-03-15T07:00:00Z"),
                                     .now = at(kMorning)}));
  CHECK(plan == Told{at("2026-03-18T07:00:00Z"),
                     {{at("2026-03-15T07:00:00Z"), "the schedule was paused"},
                      {at("2026-03-16T07:00:00Z"), "the schedule was paused"},
                      {at("2026-03-17T07:00:00Z"), "the schedule was paused"}},
                     "3 occurrences from 2026-03-15 07:00 to 2026-03-17 07:00 passed while the schedule was paused: skipped\n"});
  CHECK(told(plan_slots({.before = daily("07:00"),
                         .after = daily("07:00"),
                         .was_active = false,
                         .next_run_at = at("2026-03-18T07:00:00Z"),
                         .now = at(kMorning)})) == Told{at("2026-03-18T07:00:00Z"), {}, ""});
}

TEST_CASE("days that no run covers any more are named") {
  // Thursdays to Mondays on a Tuesday: the next Thursday would have covered the 12th to the 18th; the Monday covers the 16th to
  // the 22nd.
  const LastRun thursday{"run0", at("2026-03-12T07:00:00Z"), Period{false, day("2026-03-05"), day("2026-03-11")}};
  const auto plan = told(plan_slots({.before = weekly("thu"),
                                     .after = weekly("mon"),
                                     .next_run_at = at("2026-03-19T07:00:00Z"),
                                     .last = thursday,
                                     .now = at(kMorning)}));
  CHECK(plan == Told{at("2026-03-23T07:00:00Z"),
                     {},
                     "no run covers 2026-03-12 to 2026-03-15; `reportctl run` with --from and --to makes a report of it\n"});
}

TEST_CASE("a later day of the month does not send the month again") {
  const LastRun first{"run1run1run1run1", at("2026-03-01T07:00:00Z"), Period{false, day("2026-02-01"), day("2026-02-28")}};
  const auto plan = plan_slots({.before = monthly("1", NamedRange::last_month),
                                .after = monthly("20", NamedRange::last_month),
                                .next_run_at = at("2026-04-01T07:00:00Z"),
                                .last = first,
                                .now = at(kMorning)});
  CHECK(plan.next == at("2026-04-20T07:00:00Z"));
  REQUIRE(plan.skipped.size() == 1);
  CHECK(plan.skipped[0].slot == at("2026-03-20T07:00:00Z"));
  // The other way round, the day has passed and February was sent: April's first is the next, and loses nothing.
  const LastRun tenth{"run1", at("2026-03-10T07:00:00Z"), Period{false, day("2026-02-01"), day("2026-02-28")}};
  const auto back = plan_slots({.before = monthly("10", NamedRange::last_month),
                                .after = monthly("1", NamedRange::last_month),
                                .next_run_at = at("2026-04-10T07:00:00Z"),
                                .last = tenth,
                                .now = at(kMorning)});
  CHECK(back.next == at("2026-04-01T07:00:00Z"));
  CHECK(back.skipped.empty());
}
