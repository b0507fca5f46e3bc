// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "due_slots.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using settings::Missed;
using settings::Policy;

namespace {

schedule::Schedule daily_at_six(const char* zone) {
  schedule::Schedule schedule;
  schedule.definition.cadence = {};
  schedule.definition.at = {TimeOfDay{6, 0}};
  schedule.definition.timezone = zone;
  return schedule;
}

Policy with(Missed missed) {
  Policy policy;
  policy.missed = missed;
  return policy;
}

}  // namespace

TEST_CASE("a schedule that is due on time runs its one slot, and the next is tomorrow") {
  const auto slots =
      choose_slots(daily_at_six("UTC"), "", with(Missed::coalesce), at("2026-03-17T06:00:00Z"), at("2026-03-17T06:04:00Z"));
  CHECK(slots.slot == at("2026-03-17T06:00:00Z"));
  CHECK(slots.skipped.empty());
  CHECK(slots.next == at("2026-03-18T06:00:00Z"));
}

TEST_CASE("after four days down the newest slot runs and three are shown as skipped") {
  const auto slots =
      choose_slots(daily_at_six("UTC"), "", with(Missed::coalesce), at("2026-03-14T06:00:00Z"), at("2026-03-17T12:00:00Z"));
  CHECK(slots.slot == at("2026-03-17T06:00:00Z"));
  CHECK(slots.skipped == std::vector{at("2026-03-14T06:00:00Z"), at("2026-03-15T06:00:00Z"), at("2026-03-16T06:00:00Z")});
  CHECK(slots.next == at("2026-03-18T06:00:00Z"));
}

TEST_CASE("with `missed: all` the oldest runs first and the next one stays due") {
  const auto slots =
      choose_slots(daily_at_six("UTC"), "", with(Missed::all), at("2026-03-15T06:00:00Z"), at("2026-03-17T12:00:00Z"));
  CHECK(slots.slot == at("2026-03-15T06:00:00Z"));
  CHECK(slots.next == at("2026-03-16T06:00:00Z"));
  CHECK(slots.skipped.empty());
}

TEST_CASE("with `missed: all` only the newest 24 are made up for") {
  const auto slots =
      choose_slots(daily_at_six("UTC"), "", with(Missed::all), at("2026-01-01T06:00:00Z"), at("2026-01-30T12:00:00Z"));
  CHECK(slots.skipped.size() == 6);  // 30 missed
  CHECK(slots.slot == at("2026-01-07T06:00:00Z"));
}

TEST_CASE("with `missed: skip` a slot older than the grace is not run at all") {
  const auto late =
      choose_slots(daily_at_six("UTC"), "", with(Missed::skip), at("2026-03-16T06:00:00Z"), at("2026-03-16T18:00:01Z"));
  CHECK(!late.slot);
  CHECK(late.skipped == std::vector{at("2026-03-16T06:00:00Z")});
  CHECK(late.next == at("2026-03-17T06:00:00Z"));
  const auto in_time =
      choose_slots(daily_at_six("UTC"), "", with(Missed::skip), at("2026-03-16T06:00:00Z"), at("2026-03-16T18:00:00Z"));
  CHECK(in_time.slot == at("2026-03-16T06:00:00Z"));
}

TEST_CASE("the next slot keeps the local time across the change to summer time") {
  // Berlin, 2026-03-29: 06:00 is 05:00Z before and 04:00Z after.
  const auto slots = choose_slots(daily_at_six("Europe/Berlin"), "", with(Missed::coalesce), at("2026-03-28T05:00:00Z"),
                                  at("2026-03-28T05:00:30Z"));
  CHECK(slots.next == at("2026-03-29T04:00:00Z"));
}

TEST_CASE("a schedule without a zone of its own goes by the account's") {
  const auto slots = choose_slots(daily_at_six(""), "Asia/Tokyo", with(Missed::coalesce), at("2026-03-16T21:00:00Z"),
                                  at("2026-03-16T21:00:00Z"));
  CHECK(slots.next == at("2026-03-17T21:00:00Z"));
}

TEST_CASE("a zone that vanished keeps the clockwork turning, always after now") {
  const auto slots = choose_slots(daily_at_six("Mars/Olympus"), "", with(Missed::coalesce), at("2026-03-16T06:00:00Z"),
                                  at("2026-03-16T07:00:00Z"));
  CHECK(slots.slot == at("2026-03-16T06:00:00Z"));
  CHECK(slots.next > at("2026-03-16T07:00:00Z"));
}
