// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: every way in which a run ends, side by side.
#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

constexpr std::array kAllStates{RunState::waiting, RunState::triggered,       RunState::generated, RunState::delivered,
                                RunState::partial, RunState::delivery_failed, RunState::unknown,   RunState::no_data,
                                RunState::quiet,   RunState::rejected,        RunState::failed,    RunState::skipped};

NewNotification a_notification(std::string id, std::string delivery_id = {}) {
  NewNotification notification;
  notification.id = std::move(id);
  notification.account = "acme";
  notification.member_id = "m1";
  notification.kind = "SCHEDULED_REPORT_FAILED";
  notification.subject = "morning failed";
  notification.body = "no such table";
  if (!delivery_id.empty()) notification.delivery = a_delivery(delivery_id, "ann@example.com");
  return notification;
}

/// A further occurrence of the fixture's schedule, ended like this.
Claim occur(Fixture& fixture, RunState ending, int auto_pause_after = 0) {
  const auto schedule = fixture.stored();
  const auto claim = claim_due(fixture.state, a_request(schedule)).claim.value();
  if (ending != RunState::rejected && ending != RunState::failed) record_generated(fixture.state, claim, a_file({}), kNow);
  auto finish_with = an_ending(ending, ending == RunState::delivered ? "" : "because");
  finish_with.auto_pause_after = auto_pause_after;
  finish(fixture.state, claim, finish_with, kNow);
  release(fixture.state, claim, {});
  return claim;
}

ResendRequest a_resend(const Claim& claim, std::vector<DeliveryState> states) {
  ResendRequest request;
  request.run_id = claim.run.id;
  request.states = std::move(states);
  request.owner = this_process();
  request.lease_until = kNow + std::chrono::hours(1);
  request.now = kNow;
  return request;
}

}  // namespace

TEST_CASE("from which state a run may end as which") {
  for (const auto ending : kAllStates) {
    CAPTURE(run_state_name(ending));
    const bool from_triggered = ending == RunState::rejected || ending == RunState::failed || ending == RunState::no_data;
    const bool from_generated = ending == RunState::delivered || ending == RunState::partial ||
                                ending == RunState::delivery_failed || ending == RunState::unknown ||
                                ending == RunState::failed || ending == RunState::no_data || ending == RunState::quiet;
    for (const bool generated : {false, true}) {
      CAPTURE(generated);
      Fixture fixture;
      const auto claim = generated ? fixture.generated({}) : fixture.claim();
      if (generated ? from_generated : from_triggered) {
        finish(fixture.state, claim, an_ending(ending, "words"), kNow + std::chrono::seconds(3));
        CHECK(fixture.run().state == ending);
        CHECK(fixture.run().reason == "words");
        CHECK(fixture.run().finished_at == kNow + std::chrono::seconds(3));
        CHECK(kind_of([&] { finish(fixture.state, claim, an_ending(ending), kNow); }) == ErrorKind::conflict);  // the only ending
        fixture.require_sound();
      } else {
        CHECK(kind_of([&] { finish(fixture.state, claim, an_ending(ending), kNow); }) == ErrorKind::conflict);
        CHECK(fixture.run().state == (generated ? RunState::generated : RunState::triggered));
        CHECK(fixture.stored().last_run_at == std::nullopt);
      }
    }
  }
}

TEST_CASE("states and triggers have the names of the design, and the documents' words") {
  for (const auto state : kAllStates) CHECK(parse_run_state(run_state_name(state)) == state);
  CHECK(parse_run_state("Delivered") == std::nullopt);
  CHECK(run_state_name(RunState::delivery_failed) == "delivery_failed");
  CHECK(delivery_state_name(DeliveryState::handing_over) == "handing_over");
  CHECK(trigger_name(Trigger::test) == "test");
  CHECK(run_status_word(RunState::delivered) == "ok");
  CHECK(run_status_word(RunState::no_data) == "ok");
  CHECK(run_status_word(RunState::quiet) == "ok");
  CHECK(run_status_word(RunState::partial) == "partial");
  CHECK(run_status_word(RunState::skipped) == "skipped");
  for (const auto state : {RunState::rejected, RunState::failed, RunState::delivery_failed, RunState::unknown}) {
    CHECK(run_status_word(state) == "failed");
  }
}

TEST_CASE("a run ended well when nobody has to be told, and is finished unless it was only started or generated") {
  std::vector<std::string> well, unfinished;
  for (const auto state : kAllStates) {
    if (ended_well(state)) well.emplace_back(run_state_name(state));
    if (!is_finished(state)) unfinished.emplace_back(run_state_name(state));
  }
  CHECK(well == std::vector<std::string>{"delivered", "no_data", "quiet", "skipped"});
  CHECK(unfinished == std::vector<std::string>{"waiting", "triggered", "generated"});
  CHECK(run_state_names().size() == kAllStates.size());
}

TEST_CASE("success resets the schedule's count, failure counts and is remembered with its words") {
  Fixture fixture;
  occur(fixture, RunState::failed);
  CHECK(fixture.stored().failure_count == 1);
  CHECK(fixture.stored().last_run_status == "failed");
  CHECK(fixture.stored().last_run_error == "because");
  CHECK(fixture.stored().last_run_at == kNow);
  occur(fixture, RunState::rejected);
  occur(fixture, RunState::delivery_failed);
  occur(fixture, RunState::unknown);
  occur(fixture, RunState::partial);
  CHECK(fixture.stored().failure_count == 5);
  CHECK(fixture.stored().last_run_status == "partial");
  occur(fixture, RunState::delivered);
  CHECK(fixture.stored().failure_count == 0);
  CHECK(fixture.stored().last_run_status == "ok");
  CHECK(fixture.stored().last_run_error == "");
  occur(fixture, RunState::failed);
  occur(fixture, RunState::no_data);
  CHECK(fixture.stored().failure_count == 0);
  occur(fixture, RunState::failed);
  occur(fixture, RunState::quiet);
  CHECK(fixture.stored().failure_count == 0);
  CHECK(fixture.stored().last_success_at == kNow);
  fixture.require_sound();
}

namespace {

std::vector<std::string> waiting(Fixture& fixture, const Sight& sight = {}) {
  RunFilter filter;
  filter.waiting = true;
  filter.sight = sight;
  std::vector<std::string> states;
  for (const auto& run : list_runs(fixture.state, filter)) {
    CHECK(run.waiting);
    states.emplace_back(run_state_name(run.state));
  }
  return states;
}

using States = std::vector<std::string>;

}  // namespace

TEST_CASE("runs that ended badly wait for a person until their schedule succeeds, those of unknown fate until somebody acts") {
  Fixture fixture;
  for (const auto ending :
       {RunState::failed, RunState::rejected, RunState::delivery_failed, RunState::partial, RunState::unknown})
    occur(fixture, ending);
  CHECK(waiting(fixture) == States{"unknown", "partial", "delivery_failed", "rejected", "failed"});
  CHECK(waiting(fixture, Sight{{Seen{"acme", std::nullopt}}}).size() == 5);
  CHECK(waiting(fixture, Sight{{Seen{"other", std::nullopt}}}).empty());
  CHECK_FALSE(fixture.stored().last_success_at);
  occur(fixture, RunState::no_data);
  CHECK(waiting(fixture) == States{"unknown"});
  CHECK(fixture.stored().last_success_at == kNow);
  occur(fixture, RunState::failed);
  CHECK(waiting(fixture) == States{"failed", "unknown"});
  fixture.require_sound();
}

TEST_CASE("what fails after a later occurrence succeeded does not wait") {
  Fixture fixture;
  const auto slow = fixture.generated({});
  occur(fixture, RunState::delivered);
  finish(fixture.state, slow, an_ending(RunState::failed, "late"), kNow);
  CHECK(waiting(fixture).empty());
}

TEST_CASE("a run no longer waits when all its notifications are acknowledged") {
  Fixture fixture;
  const auto claim = fixture.generated({});
  auto ending = an_ending(RunState::unknown, "because");
  ending.notifications = {a_notification("n1"), a_notification("n2")};
  finish(fixture.state, claim, ending, kNow);
  acknowledge(fixture.state, "n1", "ann", {}, kNow);
  CHECK(waiting(fixture) == States{"unknown"});
  acknowledge(fixture.state, "n2", "ann", {}, kNow);
  CHECK(waiting(fixture).empty());
}

TEST_CASE("runs are counted as they end, by account and outcome, with the time their files took") {
  Fixture fixture;
  occur(fixture, RunState::failed);
  occur(fixture, RunState::delivered);
  occur(fixture, RunState::delivered);
  const auto totals = run_totals(fixture.state, Sight());
  REQUIRE(totals.size() == 2);
  CHECK(totals[0].account == "acme");
  CHECK(totals[0].state == RunState::delivered);
  CHECK(totals[0].runs == 2);
  CHECK(totals[0].generated == 2);
  CHECK(totals[0].generation_ms == 10);
  CHECK(totals[1].state == RunState::failed);
  CHECK(totals[1].runs == 1);
  CHECK(totals[1].generated == 0);
  CHECK(run_totals(fixture.state, std::vector{Seen{.account = "acme", .only = std::nullopt}}).size() == 2);
  CHECK(run_totals(fixture.state, std::vector{Seen{.account = "acme", .only = "depot:north"}}).empty());  // they have no site
  CHECK(run_totals(fixture.state, std::vector{Seen{.account = "other", .only = std::nullopt}}).empty());
}

TEST_CASE("the last occurrences of a schedule come by their slots, skipped ones too") {
  Fixture fixture;
  occur(fixture, RunState::failed);
  auto request = a_request(fixture.stored());
  request.skipped = {*request.slot};
  request.slot = *request.slot + kDay;
  request.next = *request.slot + kDay;
  finish(fixture.state, claim_due(fixture.state, request).claim.value(), an_ending(RunState::no_data), kNow);
  const auto latest = latest_runs(fixture.state, fixture.schedule.id, 2);
  REQUIRE(latest.size() == 2);
  CHECK(latest[0].state == RunState::no_data);
  CHECK(latest[1].state == RunState::skipped);
}

TEST_CASE("what the overview counts") {
  Fixture fixture;
  const auto count = [&](const Sight& sight = {}) {
    return count_schedules(fixture.state, {.now = kNow + kDay, .overdue_before = kNow + std::chrono::hours(1)}, sight);
  };
  CHECK(count().all == 1);
  CHECK(count().active == 1);
  CHECK(count().due == 1);
  CHECK(count().overdue == 1);
  CHECK(count().orphaned == 0);
  CHECK(count(Sight{{Seen{"other", std::nullopt}}}).all == 0);
  CHECK(next_schedule(fixture.state, {})->id == fixture.schedule.id);
  fixture.sql("UPDATE schedules SET owner = 'left';");
  CHECK(count().orphaned == 1);
  fixture.sql("UPDATE schedules SET is_active = 0;");
  CHECK(count().orphaned == 0);
  CHECK(count().overdue == 0);
  CHECK_FALSE(next_schedule(fixture.state, {}));
  fixture.sql("UPDATE schedules SET is_active = 1;");
  const auto claim = fixture.generated({});
  const auto runs = count_runs(fixture.state, kNow, {});
  CHECK(runs.unfinished == 1);
  CHECK(runs.by_state == std::vector<std::pair<RunState, std::int64_t>>{{RunState::generated, 1}});
  CHECK(count_runs(fixture.state, kNow + kDay, {}).by_state.empty());
  CHECK(count_runs(fixture.state, kNow, Sight{{Seen{"other", std::nullopt}}}).unfinished == 0);
  CHECK(count_open_notifications(fixture.state, {}) == 0);
  auto ending = an_ending(RunState::failed, "because");
  ending.notifications = {a_notification("n1")};
  finish(fixture.state, claim, ending, kNow);
  CHECK(count_open_notifications(fixture.state, {}) == 1);
  CHECK(count_open_notifications(fixture.state, Sight{{Seen{"acme", "m2"}}}) == 0);
}

TEST_CASE("runs are found by the address to which their report was to go, and until a moment") {
  Fixture fixture;
  fixture.generated({a_delivery("d1", "ann@example.com"), a_delivery("d2", "bo@example.com")});
  const auto found = [&](const char* address) { return list_runs(fixture.state, {.recipient = address}).size(); };
  CHECK(found("ann@example.com") == 1);
  CHECK(found("ANN@example.com") == 1);
  CHECK(found("cy@example.com") == 0);
  CHECK(list_runs(fixture.state, {.until = kNow}).empty());
  CHECK(list_runs(fixture.state, {.until = kNow + std::chrono::seconds(1)}).size() == 1);
}

TEST_CASE("tests leave the schedule's status alone") {
  Fixture fixture;
  NewRun request;
  request.trigger = Trigger::test;
  request.account = "acme";
  request.report = "sales";
  request.schedule = fixture.stored();
  request.owner = this_process();
  request.now = kNow;
  const auto claim = create_run(fixture.state, request);
  auto ending = an_ending(RunState::failed, "because");
  ending.auto_pause_after = 1;
  finish(fixture.state, claim, ending, kNow);
  CHECK(fixture.stored().failure_count == 0);
  CHECK(fixture.stored().last_run_at == std::nullopt);
  CHECK(fixture.stored().last_run_status == "");
  CHECK(fixture.stored().definition.active);
}

TEST_CASE("a schedule is paused after so many failures in a row when the policy says so, with its event") {
  Fixture fixture;
  occur(fixture, RunState::failed, 3);
  occur(fixture, RunState::failed, 3);
  CHECK(fixture.stored().definition.active);
  CHECK(list_audit(fixture.state, {}).empty());
  const auto revision = fixture.stored().revision;
  const auto claim = occur(fixture, RunState::delivery_failed, 3);
  CHECK_FALSE(fixture.stored().definition.active);
  CHECK(fixture.stored().revision > revision);
  CHECK(fixture.stored().next_run_at == kNow + 3 * kDay);  // kept while paused
  const auto events = list_audit(fixture.state, {});
  REQUIRE(events.size() == 1);
  CHECK(events[0].event.name == "SchedulePaused");
  CHECK(events[0].event.subject == fixture.schedule.id);
  CHECK(contains(events[0].event.payload, claim.run.id));
}

TEST_CASE("a schedule is never paused by default") {
  Fixture fixture;
  for (int i = 0; i < 20; ++i) occur(fixture, RunState::failed);
  CHECK(fixture.stored().definition.active);
  CHECK(fixture.stored().failure_count == 20);
}

TEST_CASE("a slow run that ends after its successor does not overwrite what the successor showed") {
  Fixture fixture;
  const auto slow = fixture.generated({});
  occur(fixture, RunState::delivered);
  finish(fixture.state, slow, an_ending(RunState::failed, "late"), kNow);
  CHECK(fixture.stored().last_run_status == "ok");
  CHECK(fixture.stored().failure_count == 0);
}

TEST_CASE("the ending carries the last delivery, notifications and events in one transaction") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::handing_over);
  auto ending = an_ending(RunState::delivery_failed, "550 no such user");
  ending.violations = "[]";
  ending.last = an_outcome("d1", DeliveryState::refused, "550 no such user");
  ending.notifications = {a_notification("n1", "dn1"), a_notification("n2")};
  ending.events = {
      {.name = "ScheduledReportDeliveryFailed", .account = "acme", .subject = "$run", .actor = "run-due", .payload = "{}"}};
  finish(fixture.state, claim, ending, kNow);
  CHECK(fixture.run().violations == "[]");
  CHECK(fixture.delivery(0).state == DeliveryState::refused);
  CHECK(fixture.delivery(1).notification);
  CHECK(fixture.delivery(1).notification_id == "n1");
  CHECK(fixture.delivery(1).state == DeliveryState::queued);
  CHECK(list_notifications(fixture.state, {}).size() == 2);
  CHECK(list_audit(fixture.state, {}).at(0).event.subject == claim.run.id);

  Fixture broken;
  const auto second = broken.delivering(DeliveryState::handing_over);
  ending.notifications.push_back(a_notification("n2"));  // twice the same id: nothing of all this may happen
  CHECK_THROWS_AS(finish(broken.state, second, ending, kNow), Error);
  CHECK(broken.run().state == RunState::generated);
  CHECK(broken.delivery(0).state == DeliveryState::handing_over);
  CHECK(list_deliveries(broken.state, second.run.id).size() == 1);
  CHECK(list_audit(broken.state, {}).empty());
  CHECK(broken.stored().failure_count == 0);
}

TEST_CASE("a run that is given up leaves no delivery waiting, and one in doubt stays unknown") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com"), a_delivery("d2", "bob@example.com")});
  fixture.sql("UPDATE deliveries SET in_doubt = 1 WHERE id = 'd2'");
  auto ending = an_ending(RunState::unknown, "2 of 2 recipients did not get it");
  ending.untried = "the file is gone";
  finish(fixture.state, claim, ending, kNow);
  CHECK(fixture.delivery(0).state == DeliveryState::deferred);
  CHECK(fixture.delivery(1).state == DeliveryState::unknown);
  for (std::size_t i : {0U, 1U}) {
    CHECK(fixture.delivery(i).answer == "the file is gone");
    CHECK(fixture.delivery(i).reason_class == "given_up");
    CHECK_FALSE(fixture.delivery(i).next_attempt_at);
  }
}

TEST_CASE("the claim stays valid after the ending, for notification mails but not for the report") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  auto ending = an_ending(RunState::failed, "gone");
  ending.notifications = {a_notification("n1", "dn1")};
  finish(fixture.state, claim, ending, kNow);
  CHECK(kind_of([&] { mark_handing_over(fixture.state, claim, "d1"); }) == ErrorKind::conflict);
  mark_handing_over(fixture.state, claim, "dn1");
  record_outcome(fixture.state, claim, an_outcome("dn1", DeliveryState::accepted), kNow);
  release(fixture.state, claim, {});
  CHECK_THROWS_AS(mark_handing_over(fixture.state, claim, "dn1"), FenceLost);
  const auto shown = list_notifications(fixture.state, {}).at(0);
  CHECK(shown.mail_state == "accepted");
  CHECK(shown.mail_answer == "250 OK");
}

TEST_CASE("how often a schedule will have failed in a row is known before the run ends") {
  Fixture fixture;
  occur(fixture, RunState::failed);
  const auto claim = fixture.claim();
  CHECK(failures_in_a_row(fixture.state, claim) == 2);
  finish(fixture.state, claim, an_ending(RunState::failed, "because"), kNow);
  CHECK(fixture.stored().failure_count == 2);
}

TEST_CASE("the facts that a notification's mail is composed from are kept as they were queued") {
  Fixture fixture;
  auto ending = an_ending(RunState::failed);
  ending.notifications = {a_notification("n1")};
  ending.notifications.front().mail = R"({"from":""})";
  finish(fixture.state, fixture.claim(), ending, kNow);
  CHECK(notification_mail(fixture.state, "n1") == R"({"from":""})");
  CHECK(notification_mail(fixture.state, "none").empty());
}

TEST_CASE("notifications are kept until they are acknowledged, by id or its beginning, once") {
  Fixture fixture;
  access::Member member;
  member.id = "m1";
  member.account = "acme";
  member.name = "Ann";
  add_member(fixture.state, member, {}, kNow);
  const auto claim = fixture.claim();
  auto ending = an_ending(RunState::failed);
  ending.notifications = {a_notification("abcd1111"), a_notification("abcd2222")};
  finish(fixture.state, claim, ending, kNow);
  const auto first = list_notifications(fixture.state, {});
  REQUIRE(first.size() == 2);
  CHECK(first[0].id == "abcd2222");  // newest first
  CHECK(first[1].member_name == "Ann");
  CHECK(first[1].kind == "SCHEDULED_REPORT_FAILED");
  CHECK(first[1].run_id == claim.run.id);
  CHECK(first[1].subject == "morning failed");
  CHECK(first[1].body == "no such table");
  CHECK(first[1].created_at == kNow);
  CHECK(first[1].mail_state == "");

  const AuditEvents events{
      {.name = "NotificationAcknowledged", .account = "acme", .subject = "abcd1111", .actor = "ann", .payload = "{}"}};
  const auto id = get_notification(fixture.state, "abcd1", {}, "acme").id;
  acknowledge(fixture.state, id, "ann", events, kNow);
  acknowledge(fixture.state, id, "bo", events, kNow + kDay);
  CHECK(list_notifications(fixture.state, {}).size() == 1);
  NotificationFilter all;
  all.all = true;
  const auto acknowledged = list_notifications(fixture.state, all).at(1);
  CHECK(acknowledged.acknowledged_by == "ann");
  CHECK(acknowledged.acknowledged_at == kNow);
  CHECK(list_audit(fixture.state, {}).size() == 1);
  CHECK(kind_of([&] { get_notification(fixture.state, "abcd", {}, {}); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { get_notification(fixture.state, "zzzz", {}, {}); }) == ErrorKind::not_found);
  NotificationFilter elsewhere;
  elsewhere.account = "other";
  CHECK(list_notifications(fixture.state, elsewhere).empty());
}

TEST_CASE("a resend makes only the chosen deliveries queued, under the ids they had") {
  Fixture fixture;
  const auto claim = fixture.generated(
      {a_delivery("d1", "ann@example.com"), a_delivery("d2", "bo@example.com"), a_delivery("d3", "cy@example.com")});
  const DeliveryState outcomes[] = {DeliveryState::accepted, DeliveryState::refused, DeliveryState::unknown};
  for (int i = 0; i < 3; ++i) {
    const auto id = "d" + std::to_string(i + 1);
    mark_handing_over(fixture.state, claim, id);
    record_outcome(fixture.state, claim, an_outcome(id, outcomes[i]), kNow);
  }
  CHECK(kind_of([&] { reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::refused})); }) ==
        ErrorKind::conflict);  // not finished
  finish(fixture.state, claim, an_ending(RunState::partial, "one refused"), kNow);
  CHECK(kind_of([&] { reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::refused})); }) ==
        ErrorKind::conflict);  // still owned
  release(fixture.state, claim, {});
  CHECK_FALSE(reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::deferred})));
  CHECK(fixture.run().state == RunState::partial);

  auto request = a_resend(claim, {DeliveryState::refused, DeliveryState::deferred});
  request.events = {{.name = "RunResent", .account = "acme", .subject = "$run", .actor = "ann", .payload = "{}"}};
  const auto again = reopen_for_resend(fixture.state, request).value();
  CHECK(again.run.fence > claim.run.fence);
  CHECK(again.run.state == RunState::generated);
  CHECK(fixture.run().finished_at == std::nullopt);
  CHECK(fixture.delivery(0).state == DeliveryState::accepted);
  CHECK(fixture.delivery(1).state == DeliveryState::queued);
  CHECK(fixture.delivery(1).message_id == "<d2@reportctl>");
  CHECK(fixture.delivery(2).state == DeliveryState::unknown);
  CHECK(list_audit(fixture.state, {}).at(0).event.subject == claim.run.id);
  // These bytes may be with the server: their id is never given to others.
  CHECK_THROWS_AS(replace_message(fixture.state, again, a_delivery("d2", "bo@example.com")), Error);
  mark_handing_over(fixture.state, again, "d2");
  record_outcome(fixture.state, again, an_outcome("d2", DeliveryState::accepted), kNow);
  finish(fixture.state, again, an_ending(RunState::unknown, "one unknown"), kNow);
  CHECK(fixture.stored().failure_count == 1);  // it failed once, and was not counted again
  release(fixture.state, again, {});

  const auto last = reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::unknown})).value();
  // A person decided: the new answer counts.
  record_outcome(fixture.state, last, an_outcome("d3", DeliveryState::refused, "550"), kNow);
  CHECK(fixture.delivery(2).state == DeliveryState::refused);
  finish(fixture.state, last, an_ending(RunState::partial), kNow);
  fixture.require_sound();
}

TEST_CASE("a resend that succeeds heals the schedule's status, if no later run has ended") {
  Fixture fixture;
  const auto heal = [&](const Claim& claim) {
    const auto again = reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::deferred})).value();
    mark_handing_over(fixture.state, again, "d1");
    record_outcome(fixture.state, again, an_outcome("d1", DeliveryState::accepted), kNow);
    finish(fixture.state, again, an_ending(RunState::delivered), kNow);
    release(fixture.state, again, {});
  };
  const auto claim = fixture.delivering(DeliveryState::deferred);
  finish(fixture.state, claim, an_ending(RunState::delivery_failed, "451"), kNow);
  release(fixture.state, claim, {});
  CHECK(fixture.stored().failure_count == 1);
  SUBCASE("the latest") {
    heal(claim);
    CHECK(fixture.stored().failure_count == 0);
    CHECK(fixture.stored().last_run_status == "ok");
  }
  SUBCASE("not the latest") {
    occur(fixture, RunState::failed);
    heal(claim);
    CHECK(fixture.stored().failure_count == 2);
    CHECK(fixture.stored().last_run_status == "failed");
  }
}

TEST_CASE("a run that made no file is triggered again as it was, and its failure is not counted twice") {
  Fixture fixture;
  const auto claim = occur(fixture, RunState::failed);
  CHECK(fixture.stored().failure_count == 1);
  auto changed = fixture.stored();
  changed.definition.recipients.mailboxes = {*Mailbox::parse("new@example.com")};
  edit_schedule(fixture.state, changed, {}, kNow);
  Reopening request{
      .run_id = claim.run.id, .owner = this_process(), .lease_until = kNow + std::chrono::hours(1), .now = kNow, .events = {}};
  request.events = {{.name = "RunRetried", .account = "acme", .subject = "$run", .actor = "ann", .payload = "{}"}};
  const auto again = reopen_for_retry(fixture.state, request);
  CHECK(again.run.state == RunState::triggered);
  CHECK(again.run.slot == claim.run.slot);
  CHECK(again.run.reason.empty());
  CHECK(again.schedule.definition.recipients == claim.schedule.definition.recipients);
  CHECK(again.run.fence > claim.run.fence);
  CHECK(list_audit(fixture.state, {}).at(0).event.subject == claim.run.id);
  CHECK(kind_of([&] { reopen_for_retry(fixture.state, request); }) == ErrorKind::conflict);  // it is worked on
  finish(fixture.state, again, an_ending(RunState::failed, "still"), kNow);
  release(fixture.state, again, {});
  CHECK(fixture.stored().failure_count == 1);
  fixture.require_sound();
}

TEST_CASE("a run that waits for its next attempt can be made at once, and goes on counting") {
  Fixture fixture;
  const auto claim = fixture.claim();
  release(fixture.state, claim, Wait{.until = kNow + std::chrono::minutes(5), .reason = "source"});
  const auto again = reopen_for_retry(
      fixture.state, {.run_id = claim.run.id, .owner = this_process(), .lease_until = kNow, .now = kNow, .events = {}});
  CHECK(again.run.attempts == 1);
  CHECK_FALSE(again.run.resume_at);
  finish(fixture.state, again, an_ending(RunState::failed, "still"), kNow);
  CHECK(fixture.stored().failure_count == 1);
}

TEST_CASE("a resend to addresses adds those that are new, queues those that are there, and no other") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::accepted);
  finish(fixture.state, claim, an_ending(RunState::delivered), kNow);
  release(fixture.state, claim, {});
  auto request = a_resend(claim, {});
  request.to = {a_delivery("d2", "new@example.com")};
  request.to.front().by_hand = true;
  const auto again = reopen_for_resend(fixture.state, request).value();
  CHECK(fixture.delivery(0).state == DeliveryState::accepted);
  CHECK(fixture.delivery(1).state == DeliveryState::queued);
  CHECK(fixture.delivery(1).by_hand);
  mark_handing_over(fixture.state, again, "d2");
  record_outcome(fixture.state, again, an_outcome("d2", DeliveryState::accepted), kNow);
  finish(fixture.state, again, an_ending(RunState::delivered), kNow);
  release(fixture.state, again, {});
  request.to = {a_delivery("d3", "ann@example.com")};
  CHECK(reopen_for_resend(fixture.state, request));
  CHECK(list_deliveries(fixture.state, claim.run.id).size() == 2);
  CHECK(fixture.delivery(0).state == DeliveryState::queued);
  CHECK_FALSE(fixture.delivery(0).by_hand);
}

TEST_CASE("a run with a file is resent and not made again") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::refused);
  finish(fixture.state, claim, an_ending(RunState::delivery_failed), kNow);
  release(fixture.state, claim, {});
  CHECK(kind_of([&] {
          reopen_for_retry(fixture.state,
                           {.run_id = claim.run.id, .owner = this_process(), .lease_until = kNow, .now = kNow, .events = {}});
        }) == ErrorKind::conflict);
}

TEST_CASE("what has no file, or does not exist, cannot be sent again") {
  Fixture fixture;
  const auto claim = occur(fixture, RunState::failed);
  CHECK(kind_of([&] { reopen_for_resend(fixture.state, a_resend(claim, {DeliveryState::refused})); }) == ErrorKind::conflict);
  auto absent = a_resend(claim, {DeliveryState::refused});
  absent.run_id = "0000";
  CHECK(kind_of([&] { reopen_for_resend(fixture.state, absent); }) == ErrorKind::not_found);
}

TEST_CASE("runs are listed newest first, filtered, and found by the beginning of their id") {
  Fixture fixture;
  const auto first = occur(fixture, RunState::failed);
  const auto second = occur(fixture, RunState::delivered);
  add_account(fixture.state, an_account("shop"), {}, kNow);
  auto other = a_schedule("spend", "shop");
  add_schedule(fixture.state, other, {}, kNow);
  const auto third = claim_due(fixture.state, a_request(other)).claim.value();
  const auto ids = [&](const RunFilter& filter) {
    std::vector<std::string> found;
    for (const auto& run : list_runs(fixture.state, filter)) found.push_back(run.id);
    return found;
  };
  using Ids = std::vector<std::string>;
  RunFilter filter;
  CHECK(ids(filter) == Ids{third.run.id, second.run.id, first.run.id});
  filter.limit = 1;
  CHECK(ids(filter) == Ids{third.run.id});
  filter = {};
  filter.account = "acme";
  CHECK(ids(filter) == Ids{second.run.id, first.run.id});
  filter.states = {RunState::failed};
  CHECK(ids(filter) == Ids{first.run.id});
  filter = {};
  filter.schedule_id = other.id;
  CHECK(ids(filter) == Ids{third.run.id});
  filter = {};
  filter.since = kNow + std::chrono::seconds(1);
  CHECK(ids(filter).empty());

  CHECK(get_run(fixture.state, first.run.id, {}).id == first.run.id);
  CHECK(get_run(fixture.state, first.run.id.substr(0, 10), {}).id == first.run.id);
  CHECK(kind_of([&] { get_run(fixture.state, first.run.id.substr(0, 3), {}); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { get_run(fixture.state, "zzzz", {}); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { get_run(fixture.state, "", {}); }) == ErrorKind::not_found);
  fixture.sql("UPDATE runs SET id = 'abcd1' WHERE id = '" + first.run.id + "'; UPDATE runs SET id = 'abcd2' WHERE id = '" +
              second.run.id + "'");
  CHECK(contains(error_of([&] { get_run(fixture.state, "abcd", {}); }).what(), "abcd2"));
}

TEST_CASE("the overview counts what an operator looks for") {
  Fixture fixture;
  occur(fixture, RunState::failed);
  occur(fixture, RunState::failed);
  occur(fixture, RunState::delivered);
  auto paused = a_schedule("paused");
  paused.definition.active = false;
  add_schedule(fixture.state, paused, {}, kNow);
  auto due = a_schedule("due");
  add_schedule(fixture.state, due, {}, kNow);
  const auto claim = claim_due(fixture.state, a_request(fixture.stored())).claim.value();
  record_generated(fixture.state, claim, a_file({a_delivery("d1", "ann@example.com")}), kNow);
  mark_handing_over(fixture.state, claim, "d1");
  auto ending = an_ending(RunState::unknown);
  ending.last = an_outcome("d1", DeliveryState::unknown);
  ending.notifications = {a_notification("n1")};
  finish(fixture.state, claim, ending, kNow);
  const auto schedules = count_schedules(fixture.state, {.now = kNow, .overdue_before = kNow}, {});
  CHECK(schedules.all == 3);
  CHECK(schedules.active == 2);
  CHECK(schedules.due == 1);
  CHECK(schedules.overdue == 0);
  const auto runs = count_runs(fixture.state, kNow, {});
  CHECK(runs.unknown_deliveries == 1);
  CHECK(count_open_notifications(fixture.state, {}) == 1);
  using Counts = std::vector<std::pair<RunState, std::int64_t>>;
  CHECK(runs.by_state == Counts{{RunState::delivered, 1}, {RunState::failed, 2}, {RunState::unknown, 1}});
  CHECK(count_runs(fixture.state, kNow + kDay, {}).by_state.empty());
}
