// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/calendars.hpp"

#include "fixture.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/store/endings.hpp"
#include "reportctl/store/runs.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

TEST_CASE("a calendar is kept as it was given, and schedules and runs go by it until it is removed") {
  Fixture fixture;
  ScheduleChanges added;
  added.put_calendars = {{.name = "de", .text = "2026-12-25 Christmas\nuntil 2026-12-31\n", .updated_at = {}}};
  apply_changes(fixture.state, added, {}, kNow);
  REQUIRE(list_calendars(fixture.state).size() == 1);
  CHECK(find_calendar(fixture.state, "de").value().updated_at == kNow);
  CHECK_FALSE(find_calendar(fixture.state, "fr"));

  auto edited = fixture.stored();
  CHECK_FALSE(edited.definition.cadence.calendar.days);
  edited.definition.calendar = "de";
  edit_schedule(fixture.state, edited, {}, kNow);
  const auto days = fixture.stored().definition.cadence.calendar.days;
  REQUIRE(days);
  CHECK_FALSE(days->is_workday(Date{std::chrono::year{2026} / 12 / 25}));
  const auto claim = fixture.claim();
  CHECK(schedule_of_run(fixture.state, claim.run.id).definition.cadence.calendar.days);

  ScheduleChanges removed;
  removed.remove_calendars = {"de"};
  apply_changes(fixture.state, removed, {}, kNow);
  CHECK(list_calendars(fixture.state).empty());
  CHECK_THROWS_AS(apply_changes(fixture.state, removed, {}, kNow), Error);
}

TEST_CASE("a claim keeps where its period begins, and is the one before a later slot") {
  Fixture fixture;
  auto request = a_request(fixture.stored());
  request.begins = kNow - std::chrono::hours{5};
  const auto claim = claim_due(fixture.state, request).claim.value();
  CHECK(fixture.run().begins == request.begins);
  CHECK(schedule_of_run(fixture.state, claim.run.id).begins == request.begins);
  const Instant slot = claim.run.slot.value();
  CHECK_FALSE(slot_run_before(fixture.state, fixture.schedule.id, slot));
  CHECK(slot_run_before(fixture.state, fixture.schedule.id, slot + std::chrono::seconds{1}) == slot);
}

TEST_CASE("an account is told once, whichever run ends") {
  Fixture fixture;
  CHECK_FALSE(was_told(fixture.state, "acme", "calendar de ends"));
  Finish ending;
  ending.state = RunState::failed;
  ending.reason = "no source";
  ending.once = {{.what = "calendar de ends", .notifications = {}}};
  finish(fixture.state, fixture.claim(), ending, kNow);
  CHECK(was_told(fixture.state, "acme", "calendar de ends"));
  CHECK_FALSE(was_told(fixture.state, "other", "calendar de ends"));
}
