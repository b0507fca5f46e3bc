// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <sqlite3.h>

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

std::vector<std::string> resumable(State& state, Instant now = kNow) {
  std::vector<std::string> ids;
  for (const auto& run : runs_to_resume(state, now)) ids.push_back(run.id);
  return ids;
}

TakeOver a_take_over(const Run& run) {
  TakeOver request;
  request.run_id = run.id;
  request.fence = run.fence;
  request.owner = this_process();
  request.lease_until = kNow + std::chrono::hours(1);
  request.now = kNow;
  return request;
}

NewRun a_test_run(const std::optional<schedule::Schedule>& schedule) {
  NewRun request;
  request.account = "acme";
  request.report = "sales";
  request.schedule = schedule;
  request.owner = this_process();
  request.lease_until = kNow + std::chrono::hours(1);
  request.now = kNow;
  return request;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("what is due comes longest due first; paused schedules are never due") {
  Fixture fixture;
  auto older = a_schedule("older");
  older.next_run_at = kNow - kDay;
  auto later = a_schedule("later");
  later.next_run_at = kNow + std::chrono::seconds(1);
  auto paused = a_schedule("paused");
  paused.definition.active = false;
  auto never = a_schedule("never");
  never.next_run_at.reset();
  for (const auto& schedule : {older, later, paused, never}) add_schedule(fixture.state, schedule, {}, kNow);
  const auto due = due_schedules(fixture.state, kNow, 10);
  REQUIRE(due.size() == 2);
  CHECK(due[0].schedule_id == older.id);
  CHECK(due[0].next_run_at == kNow - kDay);
  CHECK(due[1].schedule_id == fixture.schedule.id);
  CHECK(due_schedules(fixture.state, kNow, 1).size() == 1);
  CHECK(anything_due(fixture.state, kNow));
  CHECK_FALSE(anything_due(fixture.state, kNow - kDay - std::chrono::seconds(1)));
}

TEST_CASE("a claim moves the schedule on and makes the run, with its event, in one transaction") {
  Fixture fixture;
  auto request = a_request(fixture.schedule);
  request.events = {{.name = "ScheduledRunTriggered",
                     .account = "acme",
                     .subject = "$run",
                     .actor = "run-due",
                     .payload = R"({"runId":"$run"})"}};
  const auto claimed = claim_due(fixture.state, request);
  REQUIRE(claimed.result == ClaimResult::claimed);
  const auto& claim = claimed.claim.value();
  CHECK(claim.schedule.id == fixture.schedule.id);
  CHECK(claim.schedule.definition == fixture.schedule.definition);
  CHECK(claim.schedule.next_run_at == kNow + kDay);
  const auto run = get_run(fixture.state, claim.run.id, {});
  CHECK(run.id.size() == 16);
  CHECK(run.schedule_id == fixture.schedule.id);
  CHECK(run.schedule_name == "morning");
  CHECK(run.account == "acme");
  CHECK(run.report == "sales");
  CHECK(run.trigger == Trigger::scheduled);
  CHECK(run.state == RunState::triggered);
  CHECK(run.slot == kNow);
  CHECK(run.created_at == kNow);
  CHECK(run.finished_at == std::nullopt);
  CHECK(run.fence == claim.run.fence);
  CHECK_FALSE(run.interrupted);
  const auto event = list_audit(fixture.state, {}).at(0).event;
  CHECK(event.subject == run.id);
  CHECK(event.payload == "{\"runId\":\"" + run.id + "\"}");
  CHECK(fixture.stored().next_run_at == kNow + kDay);
  CHECK_FALSE(anything_due(fixture.state, kNow));
  fixture.require_sound();
}

TEST_CASE("of two connections that read the same slot exactly one wins") {
  Fixture fixture;
  auto second = State::open(fixture.directory.file(), OpenMode::existing);
  const auto first_due = due_schedules(fixture.state, kNow, 10);
  const auto second_due = due_schedules(second, kNow, 10);
  REQUIRE(first_due.size() == 1);
  REQUIRE(second_due.size() == 1);
  const auto request = a_request(fixture.schedule);
  CHECK(claim_due(fixture.state, request).result == ClaimResult::claimed);
  const auto loser = claim_due(second, request);
  CHECK(loser.result == ClaimResult::lost);
  CHECK_FALSE(loser.claim);
  CHECK(list_runs(second, {}).size() == 1);
}

TEST_CASE("a schedule that was paused, moved or removed after it was read is lost") {
  Fixture fixture;
  auto paused = fixture.stored();
  paused.definition.active = false;
  edit_schedule(fixture.state, paused, {}, kNow);
  CHECK(claim_due(fixture.state, a_request(fixture.schedule)).result == ClaimResult::lost);
  paused = fixture.stored();
  paused.definition.active = true;
  paused.next_run_at = kNow + kDay;
  edit_schedule(fixture.state, paused, {}, kNow);
  CHECK(claim_due(fixture.state, a_request(fixture.schedule)).result == ClaimResult::lost);
  remove_schedule(fixture.state, fixture.schedule.id, {}, kNow);
  CHECK(claim_due(fixture.state, a_request(fixture.schedule)).result == ClaimResult::lost);
  CHECK(list_runs(fixture.state, {}).empty());
}

TEST_CASE("missed slots become visible skipped runs, each slot once") {
  Fixture fixture;
  auto request = a_request(fixture.schedule);
  request.skipped = {kNow - 2 * kDay, kNow - kDay};
  request.skip_reason = "the host was down";
  REQUIRE(claim_due(fixture.state, request).claim);
  const auto runs = list_runs(fixture.state, {});
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].state == RunState::triggered);
  CHECK(runs[1].state == RunState::skipped);
  CHECK(runs[1].slot == kNow - kDay);
  CHECK(runs[1].reason == "the host was down");
  CHECK(runs[1].finished_at == kNow);
  CHECK(runs[2].slot == kNow - 2 * kDay);

  // The clock is set back and somebody edits the schedule, so that the same slots come round again: nothing is run or shown
  // twice.
  auto again = fixture.stored();
  again.next_run_at = kNow;
  edit_schedule(fixture.state, again, {}, kNow);
  request.events = {{.name = "ScheduledRunTriggered", .account = "acme", .subject = "$run", .actor = "run-due", .payload = "{}"}};
  const auto second = claim_due(fixture.state, request);
  CHECK(second.result == ClaimResult::claimed);
  CHECK_FALSE(second.claim);
  CHECK(list_runs(fixture.state, {}).size() == 3);
  CHECK(list_audit(fixture.state, {}).empty());
  CHECK(fixture.stored().next_run_at == kNow + kDay);
  fixture.require_sound();
}

TEST_CASE("a slot that is skipped again has the new reason, and one that has its run keeps it") {
  Fixture fixture;
  REQUIRE(claim_due(fixture.state, a_request(fixture.schedule)).claim);
  ScheduleChanges changes;
  changes.skipped = {{fixture.schedule.id, kNow, "moved"}, {fixture.schedule.id, kNow - kDay, "the schedule was paused"}};
  apply_changes(fixture.state, changes, {}, kNow);
  changes.skipped = {{fixture.schedule.id, kNow - kDay, "moved"}};
  apply_changes(fixture.state, changes, {}, kNow + kDay);
  const auto runs = list_runs(fixture.state, {});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].state == RunState::skipped);
  CHECK(runs[0].reason == "moved");
  CHECK(runs[0].schedule_name == fixture.schedule.definition.name);
  CHECK(runs[0].finished_at == kNow);
  CHECK(runs[1].state == RunState::triggered);
  CHECK(runs[1].reason == "");
  fixture.require_sound();
}

TEST_CASE("when every slot is skipped the schedule moves on without a run") {
  Fixture fixture;
  auto request = a_request(fixture.schedule);
  request.slot.reset();
  request.skipped = {kNow};
  const auto claimed = claim_due(fixture.state, request);
  CHECK(claimed.result == ClaimResult::claimed);
  CHECK_FALSE(claimed.claim);
  CHECK(fixture.run().state == RunState::skipped);
  CHECK(resumable(fixture.state).empty());
}

TEST_CASE("max_running counts what living processes work on, and a busy claim changes nothing") {
  Fixture fixture;
  auto second = a_schedule("second");
  add_schedule(fixture.state, second, {}, kNow);
  const auto claim = fixture.claim();
  auto request = a_request(second);
  request.max_running = 1;
  CHECK(claim_due(fixture.state, request).result == ClaimResult::busy);
  CHECK(find_schedule(fixture.state, second.id)->next_run_at == kNow);
  CHECK(list_runs(fixture.state, {}).size() == 1);
  release(fixture.state, claim, Wait{.until = kNow + kDay, .reason = "later"});  // waits for a retry: not running
  CHECK(claim_due(fixture.state, request).result == ClaimResult::claimed);

  Fixture crashed;
  crashed.claim(dead_process());
  add_schedule(crashed.state, second, {}, kNow);
  CHECK(claim_due(crashed.state, request).result == ClaimResult::claimed);
}

TEST_CASE("a run outside the rhythm leaves the schedule's slot alone") {
  Fixture fixture;
  auto request = a_test_run(fixture.stored());
  request.events = {{.name = "TestRun", .account = "acme", .subject = "$run", .actor = "ann", .payload = "{}"}};
  const auto claim = create_run(fixture.state, request);
  const auto run = fixture.run();
  CHECK(run.trigger == Trigger::test);
  CHECK(run.schedule_id == fixture.schedule.id);
  CHECK(run.slot == std::nullopt);
  CHECK(claim.schedule.definition == fixture.schedule.definition);
  CHECK(list_audit(fixture.state, {}).at(0).event.subject == run.id);
  CHECK(fixture.stored().next_run_at == kNow);
  create_run(fixture.state, request);  // as many as one likes
  request.beside = Beside::nothing;
  CHECK(kind_of([&] { create_run(fixture.state, request); }) == ErrorKind::conflict);
  request.beside = Beside::any;

  request.schedule.reset();
  const auto alone = create_run(fixture.state, request);
  CHECK(fixture.run().schedule_id == "");
  CHECK(alone.schedule.id == "");
  auto unsaved = a_schedule("draft");
  unsaved.id = "";
  request.schedule = unsaved;
  CHECK(create_run(fixture.state, request).run.schedule_id == "");
  CHECK(fixture.run().schedule_name == "draft");
  fixture.require_sound();
}

TEST_CASE("a living owner's run is left alone; a dead owner's is resumed and shown as interrupted") {
  Fixture fixture;
  const auto alive = fixture.claim();
  CHECK(resumable(fixture.state).empty());
  CHECK(take_over(fixture.state, a_take_over(alive.run)) == std::nullopt);

  Fixture crashed;
  const auto dead = crashed.claim(dead_process());
  CHECK(crashed.run().interrupted);
  CHECK(resumable(crashed.state) == Ids{dead.run.id});
  CHECK(runs_to_resume(crashed.state, kNow).at(0).interrupted);
  CHECK(anything_due(crashed.state, kNow));
  const auto claim = take_over(crashed.state, a_take_over(dead.run));
  REQUIRE(claim);
  CHECK(claim->run.fence == dead.run.fence + 1);
  CHECK(claim->run.resumed == 1);
  CHECK(claim->run.slot == kNow);
  CHECK(claim->schedule.definition == crashed.schedule.definition);
  CHECK_FALSE(crashed.run().interrupted);
  CHECK(resumable(crashed.state).empty());
  CHECK_THROWS_AS(record_generated(crashed.state, dead, a_file({}), kNow), FenceLost);
  record_generated(crashed.state, *claim, a_file({}), kNow);
}

TEST_CASE("a resumed run has the schedule as it was claimed, whatever was edited meanwhile") {
  Fixture fixture;
  const auto dead = fixture.claim(dead_process());
  auto edited = fixture.stored();
  edited.definition.cadence = {.kind = schedule::CadenceKind::weekly, .on = *schedule::Weekdays::parse("mon")};
  edited.definition.name = "renamed";
  edit_schedule(fixture.state, edited, {}, kNow);
  const auto claim = take_over(fixture.state, a_take_over(dead.run)).value();
  CHECK(claim.schedule.definition == fixture.schedule.definition);
  CHECK(claim.schedule.id == fixture.schedule.id);
}

TEST_CASE("of two that would take over the same run exactly one does") {
  Fixture fixture;
  const auto dead = fixture.claim(dead_process());
  auto second = State::open(fixture.directory.file(), OpenMode::existing);
  CHECK(take_over(fixture.state, a_take_over(dead.run)));
  CHECK_FALSE(take_over(second, a_take_over(dead.run)));
  auto absent = a_take_over(dead.run);
  absent.run_id = "0000";
  CHECK_FALSE(take_over(second, absent));
}

TEST_CASE("another host's owner is believed until its lease ends") {
  Fixture fixture;
  auto elsewhere = this_process();
  elsewhere.host = "another-host";
  elsewhere.boot_id = "of another machine";
  const auto claim = fixture.claim(elsewhere);  // lease: one hour
  CHECK(resumable(fixture.state, kNow + std::chrono::minutes(59)).empty());
  CHECK(resumable(fixture.state, kNow + std::chrono::minutes(60)) == Ids{claim.run.id});
  auto request = a_take_over(claim.run);
  CHECK_FALSE(take_over(fixture.state, request));
  request.now = kNow + std::chrono::hours(2);
  CHECK(take_over(fixture.state, request));
}

TEST_CASE("what was given back waits for its time, and a retry does not count as a crash") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::deferred);
  release(fixture.state, claim, Wait{.until = kNow + std::chrono::minutes(5), .reason = "451 later"});
  CHECK(fixture.run().resume_at == kNow + std::chrono::minutes(5));
  CHECK_FALSE(fixture.run().interrupted);
  CHECK(resumable(fixture.state, kNow + std::chrono::minutes(4)).empty());
  CHECK_FALSE(anything_due(fixture.state, kNow + std::chrono::minutes(4)));
  CHECK(resumable(fixture.state, kNow + std::chrono::minutes(5)) == Ids{claim.run.id});
  auto request = a_take_over(claim.run);
  request.counts = false;
  const auto again = take_over(fixture.state, request).value();
  CHECK(again.run.resumed == 0);
  CHECK(again.run.resume_at == std::nullopt);
  CHECK(again.run.state == RunState::generated);
  release(fixture.state, again, std::nullopt);  // a signal: at once
  CHECK(resumable(fixture.state) == Ids{claim.run.id});
  CHECK_THROWS_AS(release(fixture.state, again, std::nullopt), FenceLost);
}

TEST_CASE("a crash before the dot leaves the delivery queued; after it, unknown and recorded") {
  Fixture before;
  const auto sending = before.delivering(DeliveryState::queued, dead_process());
  REQUIRE(take_over(before.state, a_take_over(sending.run)));
  CHECK(before.delivery().state == DeliveryState::queued);
  CHECK(list_audit(before.state, {}).empty());

  Fixture after;
  const auto handing = after.delivering(DeliveryState::handing_over, dead_process());
  const auto claim = take_over(after.state, a_take_over(handing.run));
  REQUIRE(claim);
  CHECK(after.delivery().state == DeliveryState::unknown);
  CHECK(after.delivery().reason_class == "interrupted");
  CHECK(after.delivery().message_id == "<d1@reportctl>");
  const auto event = list_audit(after.state, {}).at(0).event;
  CHECK(event.name == "DeliveryUnknown");
  CHECK(event.subject == claim->run.id);
  CHECK(contains(event.payload, "d1"));
  CHECK_THROWS_AS(mark_handing_over(after.state, *claim, "d1"), Error);  // never sent again by itself
  after.require_sound();
}

TEST_CASE("a finished run is resumed only for notification mails that were never sent") {
  Fixture fixture;
  const auto claim = fixture.claim(dead_process());
  auto ending = an_ending(RunState::failed, "no such table");
  NewNotification notification;
  notification.id = "n1";
  notification.account = "acme";
  notification.delivery = a_delivery("dn", "owner@example.com");
  ending.notifications = {notification};
  finish(fixture.state, claim, ending, kNow);
  CHECK(resumable(fixture.state) == Ids{claim.run.id});
  CHECK_FALSE(fixture.run().interrupted);
  const auto again = take_over(fixture.state, a_take_over(claim.run)).value();
  CHECK(again.run.state == RunState::failed);
  record_outcome(fixture.state, again, an_outcome("dn", DeliveryState::refused, "550 no"), kNow);
  release(fixture.state, again, {});
  CHECK(resumable(fixture.state).empty());  // a notification that fails is recorded and never tried for ever
  CHECK(fixture.run().resume_at == std::nullopt);
}

TEST_CASE("looking for work takes the same few steps in a large file as in a small one") {
  const auto steps = [](State& state) {
    int total = 0;
    sqlite3* handle = state.connection().database().getHandle();
    const auto sum = [&](bool reset) {
      total = 0;
      for (auto* statement = sqlite3_next_stmt(handle, nullptr); statement != nullptr;
           statement = sqlite3_next_stmt(handle, statement)) {
        total += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, reset ? 1 : 0);
      }
    };
    anything_due(state, kNow - kDay);  // prepares
    sum(true);
    CHECK_FALSE(anything_due(state, kNow - kDay));
    sum(false);
    return total;
  };
  Fixture small;
  Fixture large;
  large.sql(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      "INSERT INTO schedules SELECT 's' || i, account, 'n' || i, report, i % 2, definition, '', '', 0, 0, next_run_at + i, NULL, "
      "'', '', 0, 0, '', NULL "
      "FROM n, schedules;"
      "INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence) "
      "SELECT 'r' || id, id, name, account, report, 'scheduled', 'failed', 1, 1, 1, 1 FROM schedules;"
      "INSERT INTO deliveries (id, run_id, recipient, address, state, message_id, message_date, message_sha256, message_bytes, "
      "sent_at) "
      "SELECT 'd' || id, id, '', '', 'accepted', '', 0, '', 0, 1 FROM runs;");
  CHECK(steps(large.state) == steps(small.state));
  CHECK(steps(small.state) < 100);
}
