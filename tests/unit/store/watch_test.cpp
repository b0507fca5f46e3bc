// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

using Verdict = Decision::Verdict;

Decision decided(Verdict verdict, bool holds, std::string fingerprint = {}) {
  return {.verdict = verdict, .holds = holds, .why = "count is 14, > 10", .fingerprint = std::move(fingerprint)};
}

struct Watched : Fixture {
  Watched() {
    auto changed = stored();
    changed.definition.send = *schedule::Condition::parse("count > 10");
    edit_schedule(state, changed, {}, kNow);
  }
  /// The next occurrence up to its queued letters; the next slot is a day later.
  Claim decide(const Decision& decision) {
    const auto made = claim();
    auto file = a_file({});
    if (decision.verdict != Verdict::quiet) file = a_file({a_delivery(new_id(), "ann@example.com")});
    file.decision = decision;
    record_generated(state, made, file, kNow);
    return made;
  }
  void end(const Claim& made, RunState ending, std::optional<DeliveryState> letter = std::nullopt) {
    for (const auto& one : list_deliveries(state, made.run.id)) {
      if (!letter) continue;
      if (*letter != DeliveryState::deferred) mark_handing_over(state, made, one.id);
      record_outcome(state, made, an_outcome(one.id, *letter), kNow);
    }
    finish(state, made, an_ending(ending), kNow);
    release(state, made, {});
  }
  void occur(const Decision& decision, RunState ending, std::optional<DeliveryState> letter = std::nullopt) {
    end(decide(decision), ending, letter);
  }
  Watch watch() { return watch_of(state, schedule.id, ""); }
};

const Instant kFirst = kNow, kSecond = kNow + kDay, kThird = kNow + 2 * kDay;

}  // namespace

TEST_CASE("what is remembered is never ahead of what was told") {
  for (const auto told : {DeliveryState::accepted, DeliveryState::unknown}) {
    Watched watched;
    const auto made = watched.decide(decided(Verdict::send, true, "f1"));
    CHECK_FALSE(watched.watch().raised_since);  // decided and queued, and nobody was told
    watched.end(made, told == DeliveryState::accepted ? RunState::delivered : RunState::unknown, told);
    CHECK(watched.watch().raised_since == kFirst);
    CHECK(watched.watch().last_sent_slot == kFirst);
    CHECK(watched.watch().fingerprint == "f1");
  }
  for (const auto not_told : {DeliveryState::refused, DeliveryState::deferred}) {
    Watched watched;
    watched.occur(decided(Verdict::send, true, "f1"), RunState::delivery_failed, not_told);
    CHECK_FALSE(watched.watch().raised_since);
    CHECK(watched.watch().fingerprint == "");
  }
}

TEST_CASE(
    "a condition stays raised from the slot at which it was first told, and is cleared when it does not hold, whatever becomes "
    "of the mail") {
  Watched watched;
  watched.occur(decided(Verdict::send, true, "f1"), RunState::delivered, DeliveryState::accepted);
  watched.occur(decided(Verdict::quiet, true, "f2"), RunState::quiet);
  CHECK(watched.watch().raised_since == kFirst);
  CHECK(watched.watch().last_sent_slot == kFirst);
  CHECK(watched.watch().fingerprint == "f1");  // of what was sent
  watched.occur(decided(Verdict::send, true, "f3"), RunState::delivered, DeliveryState::accepted);
  CHECK(watched.watch().raised_since == kFirst);
  CHECK(watched.watch().last_sent_slot == kThird);
  watched.occur(decided(Verdict::all_clear, false, "f4"), RunState::delivery_failed, DeliveryState::refused);
  CHECK_FALSE(watched.watch().raised_since);
  CHECK(watched.watch().fingerprint == "f3");
  CHECK(watched.run().decision.value().verdict == Verdict::all_clear);
  CHECK(watched.run().decision.value().why == "count is 14, > 10");
  watched.require_sound();
}

TEST_CASE("runs that decided nothing move nothing") {
  Watched watched;
  watched.occur(decided(Verdict::send, true), RunState::delivered, DeliveryState::accepted);
  const auto failed = watched.claim();
  finish(watched.state, failed, an_ending(RunState::failed, "no such table"), kNow);
  CHECK(watched.watch().raised_since == kFirst);
}

TEST_CASE("an accepted resend counts as told, unless a later occurrence has decided since") {
  const auto resent = [](Watched& watched, const std::string& run) {
    ResendRequest request;
    request.run_id = run;
    request.owner = this_process();
    request.lease_until = request.now = kNow;
    request.states = {DeliveryState::refused};
    watched.end(reopen_for_resend(watched.state, request).value(), RunState::delivered, DeliveryState::accepted);
  };
  Watched watched;
  const auto first = watched.decide(decided(Verdict::send, true, "f1"));
  watched.end(first, RunState::delivery_failed, DeliveryState::refused);
  resent(watched, first.run.id);
  CHECK(watched.watch().raised_since == kFirst);

  Watched later;
  const auto old = later.decide(decided(Verdict::send, true, "f1"));
  later.end(old, RunState::delivery_failed, DeliveryState::refused);
  later.occur(decided(Verdict::quiet, false), RunState::quiet);
  resent(later, old.run.id);
  CHECK_FALSE(later.watch().raised_since);
}

TEST_CASE("another question is not answered by what was remembered or decided for the one before") {
  Watched watched;
  watched.occur(decided(Verdict::send, true, "f1"), RunState::delivered, DeliveryState::accepted);
  auto edited = watched.stored();
  edited.definition.subject = "{report}";
  edited.definition.again = *schedule::Again::parse("once");
  edit_schedule(watched.state, edited, {}, kNow);
  CHECK(watched.watch().raised_since == kFirst);
  const auto running = watched.decide(decided(Verdict::send, true, "f2"));
  edited = watched.stored();
  edited.definition.send = *schedule::Condition::parse("count > 11");
  edit_schedule(watched.state, edited, {}, kNow);
  CHECK_FALSE(watched.watch().raised_since);
  watched.end(running, RunState::delivered, DeliveryState::accepted);
  CHECK_FALSE(watched.watch().raised_since);
  remove_schedule(watched.state, watched.schedule.id, {}, kNow);
  watched.require_sound();
}

TEST_CASE("a schedule with a condition is claimed once the occurrence before has ended") {
  Watched watched;
  const auto first = watched.claim();
  const auto next = a_request(watched.stored());
  CHECK(claim_due(watched.state, next).result == ClaimResult::lost);
  CHECK(watched.stored().next_run_at == kSecond);
  finish(watched.state, first, an_ending(RunState::failed), kNow);
  CHECK(claim_due(watched.state, next).claim);

  Fixture plain;
  plain.claim();
  CHECK(claim_due(plain.state, a_request(plain.stored())).claim);
}

TEST_CASE("a decision that reportctl did not write is damage") {
  Watched watched;
  watched.decide(decided(Verdict::send, true));
  watched.sql("UPDATE runs SET decision = '{\"verdict\":\"perhaps\"}'");
  CHECK(kind_of([&] { watched.run(); }) == ErrorKind::state);
}

TEST_CASE("a run that waits for its data looks until its time is over, holds no process and counts no attempt") {
  Fixture fixture;
  auto edited = fixture.stored();
  edited.definition.wait = std::chrono::minutes(30);
  edit_schedule(fixture.state, edited, {}, kNow);
  auto claim = fixture.claim();
  CHECK(claim.run.state == RunState::waiting);
  CHECK(claim.run.wait_until == kNow + std::chrono::minutes(30));
  release(fixture.state, claim,
          Wait{.until = kNow + std::chrono::minutes(5), .reason = "data until 05:00", .after = Wait::After::look});
  CHECK(fixture.run().attempts == 0);
  CHECK(fixture.run().reason == "data until 05:00");
  CHECK(count_runs(fixture.state, kNow, {}).unfinished == 0);
  CHECK(runs_to_resume(fixture.state, kNow + std::chrono::minutes(4)).empty());
  const auto waiting = runs_to_resume(fixture.state, kNow + std::chrono::minutes(5));
  REQUIRE(waiting.size() == 1);
  const auto later = kNow + std::chrono::hours(2);
  const auto taken = take_over(fixture.state, {.run_id = claim.run.id,
                                               .fence = waiting[0].fence,
                                               .owner = this_process(),
                                               .lease_until = later,
                                               .now = later,
                                               .counts = false})
                         .value();
  CHECK(taken.run.wait_until == kNow + std::chrono::minutes(30));  // it never moves
  CHECK(kind_of([&] { record_generated(fixture.state, taken, a_file({}), later); }) == ErrorKind::conflict);
  record_ready(fixture.state, taken, kNow);
  CHECK(fixture.run().state == RunState::triggered);
  CHECK(fixture.run().data_until == kNow);
  CHECK(fixture.run().reason == "");
  CHECK(kind_of([&] { record_ready(fixture.state, taken, kNow); }) == ErrorKind::conflict);
  finish(fixture.state, taken, an_ending(RunState::failed, "no such table"), later);
  release(fixture.state, taken, {});
  Reopening again{.run_id = claim.run.id, .owner = this_process(), .lease_until = later, .now = later, .events = {}};
  CHECK(reopen_for_retry(fixture.state, again).run.state == RunState::waiting);  // there is a look at the data, late as it is
  fixture.require_sound();
}
