// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <signal.h>

#include <map>
#include <random>

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

void add_schedules(State& state, int count) {
  ScheduleChanges changes;
  changes.add_accounts = {an_account()};
  for (int i = 0; i < count; ++i) changes.add.push_back(a_schedule("s" + std::to_string(i)));
  apply_changes(state, changes, {}, kNow);
}

AuditEvents an_event(const char* name) {
  return {{.name = name, .account = "acme", .subject = "$run", .actor = "run-due", .payload = "{}"}};
}

/// One occurrence from claim to release, as run-due does it.
bool work_once(State& state, const Due& due) {
  ClaimRequest request;
  request.schedule_id = due.schedule_id;
  request.as_read = due.next_run_at;
  request.next = due.next_run_at + kDay;
  request.slot = due.next_run_at;
  request.owner = this_process();
  request.lease_until = kNow + std::chrono::hours(1);
  request.now = kNow;
  request.events = an_event("ScheduledRunTriggered");
  const auto claimed = claim_due(state, request);
  if (!claimed.claim) return false;
  const auto& claim = *claimed.claim;
  const std::string id = "d" + claim.run.id;
  record_generated(state, claim, a_file({a_delivery(id, "ann@example.com")}), kNow);
  mark_handing_over(state, claim, id);
  auto ending = an_ending(RunState::delivered);
  ending.last = an_outcome(id, DeliveryState::accepted);
  ending.events = an_event("ScheduledReportSent");
  finish(state, claim, ending, kNow);
  release(state, claim, {});
  return true;
}

/// Everything that can go wrong between tables, and whether every slot has at most one run.
void require_sound(State& state) {
  CHECK(state.check() == std::vector<std::string>{});
  CHECK(verify_audit(state, "").problem == "");
}

}  // namespace

TEST_CASE("twenty processes and two hundred schedules make two hundred runs, none twice") {
  const TempDirectory directory;
  {
    auto state = State::open(directory.file(), OpenMode::create);
    add_schedules(state, 200);
  }
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) {
    children.push_back(start_child([&] {
      ::close(gate[1]);
      auto state = State::open(directory.file(), OpenMode::existing);
      char byte = 0;
      (void)!::read(gate[0], &byte, 1);  // all start when the parent closes its end
      for (;;) {
        const auto due = due_schedules(state, kNow, 10);
        if (due.empty()) break;
        for (const auto& one : due) work_once(state, one);
      }
    }));
  }
  ::close(gate[0]);
  ::close(gate[1]);
  for (const pid_t child : children) CHECK(ended_well(child));
  auto state = State::open(directory.file(), OpenMode::existing);
  RunFilter all;
  all.limit = 0;
  std::map<std::string, int> runs;
  for (const auto& run : list_runs(state, all)) {
    ++runs[run.schedule_id];
    CHECK(run.state == RunState::delivered);
    CHECK(list_deliveries(state, run.id).at(0).attempts == 1);
  }
  CHECK(runs.size() == 200);
  for (const auto& [schedule, count] : runs) CHECK(count == 1);
  CHECK(verify_audit(state, "").records == 400);
  require_sound(state);
}

TEST_CASE("a writer killed at any moment leaves a sound state, and nothing that it was told is done is undone") {
  const TempDirectory directory;
  {
    auto state = State::open(directory.file(), OpenMode::create);
    add_schedules(state, 4);
  }
  std::mt19937 random(20260317);
  std::int64_t told = 0;
  for (int round = 0; round < 60; ++round) {
    int acknowledged[2];
    REQUIRE(::pipe(acknowledged) == 0);
    const pid_t child = start_child([&] {
      auto state = State::open(directory.file(), OpenMode::existing);
      for (;;) {
        // Every occurrence moves to the next day, so there is always something due in the year 9000.
        for (const auto& due : due_schedules(state, at("9000-01-01T00:00:00Z"), 4)) {
          demand(work_once(state, due), "claim");
          demand(::write(acknowledged[1], "x", 1) == 1, "pipe");
        }
      }
    });
    ::close(acknowledged[1]);
    char byte = 0;
    for (auto wanted = random() % 4; wanted > 0 && ::read(acknowledged[0], &byte, 1) == 1; --wanted) ++told;
    // The moment within the next transactions: a stretch of counting, since tests do not sleep.
    volatile unsigned counted = 0;
    for (auto left = random() % 4'000'000; left > 0; --left) counted = counted + 1;
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    while (::read(acknowledged[0], &byte, 1) == 1) ++told;
    ::close(acknowledged[0]);

    auto state = State::open(directory.file(), OpenMode::existing);
    CAPTURE(round);
    require_sound(state);
    RunFilter delivered;
    delivered.states = {RunState::delivered};
    delivered.limit = 0;
    CHECK(static_cast<std::int64_t>(list_runs(state, delivered).size()) >= told);
    // What was interrupted is found, and taken over by exactly one.
    for (const auto& run : runs_to_resume(state, kNow)) {
      TakeOver request;
      request.run_id = run.id;
      request.fence = run.fence;
      request.owner = this_process();
      request.now = kNow;
      const auto claim = take_over(state, request);
      REQUIRE(claim);
      CHECK_FALSE(take_over(state, request));
      if (!claim->run.finished_at) {  // one that had ended waits for who tells of it
        for (const auto& delivery : list_deliveries(state, run.id)) {
          CHECK((delivery.state == DeliveryState::queued || delivery.state == DeliveryState::unknown));
        }
        finish(state, *claim, an_ending(RunState::failed, "interrupted"), kNow);
      }
      release(state, *claim, {});
    }
    CHECK(runs_to_resume(state, kNow).empty());
    require_sound(state);
  }
  CHECK(told > 0);
}
