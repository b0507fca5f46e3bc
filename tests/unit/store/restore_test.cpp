// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/restore.hpp"

#include <fstream>

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

TEST_CASE("what is under way in a restored state ends as unknown, and nothing of it is sent by itself") {
  Fixture fixture;
  fixture.delivering(DeliveryState::queued);
  const auto ended = end_as_unknown(fixture.state, "unknown after restore", kNow);
  CHECK(ended.runs == 1);
  CHECK(ended.deliveries == 1);
  CHECK(fixture.run().state == RunState::unknown);
  CHECK(fixture.run().reason == "unknown after restore");
  CHECK(fixture.delivery().state == DeliveryState::unknown);
  CHECK_FALSE(fixture.delivery().next_attempt_at);
  CHECK(runs_to_resume(fixture.state, kNow + std::chrono::hours(48)).empty());
  fixture.require_sound();
}

TEST_CASE("a state file knows of what is in its log and of its last run-due") {
  Fixture fixture;
  fixture.state.set_fact("last_run_due_at", format_utc(kNow));
  CHECK(known_until(fixture.state) == kNow);
}

TEST_CASE("a backup takes the place of the state file, which is kept") {
  Fixture fixture;
  const auto backup = fixture.directory.file("backup.db");
  fixture.state.backup(backup);
  const auto claim = fixture.claim();
  const auto restore = [&] {
    return replace_state(fixture.directory.file(), backup, [](State& copied) { copied.set_fact("seen", "yes"); });
  };
  CHECK(kind_of([&] { restore(); }) == ErrorKind::conflict);  // this process works on a run
  finish(fixture.state, claim, an_ending(RunState::failed, "because"), kNow);
  release(fixture.state, claim, {});
  const auto kept = restore();
  auto restored = State::open(fixture.directory.file(), OpenMode::existing);
  CHECK(list_runs(restored, {}).empty());
  CHECK(restored.fact("seen").value_or("") == "yes");
  auto old = State::open(kept, OpenMode::existing);
  CHECK(list_runs(old, {}).size() == 1);
  CHECK(files_like(fixture.directory.path(), "restoring").empty());
}

TEST_CASE("what is no sound backup is refused, and nothing is changed") {
  Fixture fixture;
  const auto broken = fixture.directory.file("broken.db");
  std::ofstream(broken) << "no database";
  const auto nothing = [](State&) {};
  CHECK(kind_of([&] { replace_state(fixture.directory.file(), broken, nothing); }) == ErrorKind::state);
  CHECK(kind_of([&] { replace_state(fixture.directory.file(), fixture.directory.file("gone.db"), nothing); }) ==
        ErrorKind::not_found);
  CHECK(files_like(fixture.directory.path(), "restor").empty());
  fixture.require_sound();
}
