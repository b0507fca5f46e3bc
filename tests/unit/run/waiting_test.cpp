// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/by_hand.hpp"
#include "reportctl/run/preview.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::RunState;

namespace {

const Error kDown{ErrorKind::source, "source shop: the database is down"};

/// The schedule of the world, which waits for two hours: of 16 March until 17 March 08:00.
struct Waiting : World {
  explicit Waiting(std::optional<schedule::Late> late = {}) {
    auto changed = stored();
    changed.definition.wait = std::chrono::hours(2);
    changed.definition.late = late;
    store::edit_schedule(state, changed, {}, now);
  }
  DueResult at_time(const char* time) {
    now = at((std::string("2026-03-17T") + time + "Z").c_str());
    return run_due();
  }
};

const Instant kComplete = at("2026-03-17T00:00:00Z"), kPartly = at("2026-03-16T23:59:59Z");

}  // namespace

TEST_CASE("a run waits until its data are complete, looks every five minutes, and tells nobody of each look") {
  Waiting world;
  world.outside.data_until = {kPartly};
  CHECK(world.at_time("06:00:30").ended.empty());
  CHECK(world.run().state == RunState::waiting);
  CHECK(world.run().wait_until == at("2026-03-17T08:00:00Z"));
  CHECK(world.run().resume_at == at("2026-03-17T06:05:30Z"));
  CHECK(world.run().reason == "data until 2026-03-16T23:59:59+00:00, needed until 2026-03-17T00:00:00+00:00");
  CHECK(world.outside.sent.empty());
  world.outside.data_until = {kComplete};
  CHECK(world.at_time("06:05:00").ended.empty());  // not yet time to look
  CHECK(world.at_time("06:05:30").ended.at(0).state == RunState::delivered);
  CHECK(world.outside.sent.size() == 1);
  CHECK_FALSE(contains(unfolded(world.outside.sent[0].bytes), "not complete"));
  CHECK(world.run().data_until == kComplete);
  CHECK(world.run().attempts == 0);
  CHECK(store::list_runs(world.state, {}).size() == 1);
}

TEST_CASE("no row, and nothing in it, mean not yet") {
  Waiting world;
  world.at_time("06:00:30");
  CHECK(world.run().reason == "nothing tells yet to where the data are complete, needed until 2026-03-17T00:00:00+00:00");
  world.outside.data_until = {std::nullopt};
  world.at_time("06:10:00");
  CHECK(world.run().state == RunState::waiting);
}

TEST_CASE("data that are not complete in time fail the run, and owners alone are told, once") {
  Waiting world;
  world.outside.data_until = {kPartly};
  for (const char* time : {"06:00:30", "07:58:00"}) CHECK(world.at_time(time).ended.empty());
  CHECK(world.run().resume_at == at("2026-03-17T08:00:00Z"));  // the last look is at the very end
  const auto result = world.at_time("08:00:00");
  CHECK(result.ended.at(0).state == RunState::failed);
  CHECK(world.run().reason ==
        "data_not_ready: not complete by 2026-03-17T08:00:00Z; data until 2026-03-16T23:59:59+00:00, needed until "
        "2026-03-17T00:00:00+00:00");
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(contains(world.outside.sent[0].to, "ada@example.com"));
  world.at_time("08:05:00");
  CHECK(world.outside.sent.size() == 1);
}

TEST_CASE("after the time one look is left, when the host was down meanwhile") {
  Waiting world;
  world.outside.data_until = {kPartly};
  world.at_time("06:00:30");
  world.outside.data_until = {kComplete};
  CHECK(world.at_time("11:00:00").ended.at(0).state == RunState::delivered);

  Waiting late;
  late.outside.data_until = {kComplete};
  CHECK(late.at_time("11:00:00").ended.at(0).state == RunState::delivered);  // it was not even claimed before
  CHECK(late.run().wait_until == at("2026-03-17T08:00:00Z"));                // and still by its slot
}

TEST_CASE("a schedule may send what is not complete, and the mail says so") {
  Waiting world(schedule::Late::send);
  world.outside.data_until = {kPartly};
  world.at_time("06:00:30");
  CHECK(world.at_time("08:00:00").ended.at(0).state == RunState::delivered);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(contains(unfolded(world.outside.sent[0].bytes), "The data were not complete by 2026-03-17 08:00 (UTC)"));
  CHECK_FALSE(world.run().data_until);
}

TEST_CASE("a source that cannot be asked is not late data: the run waits, and fails in the end, also where late data are sent") {
  Waiting world(schedule::Late::send);
  world.outside.source_errors = {kDown};
  CHECK(world.at_time("06:00:30").ended.empty());
  CHECK(world.run().state == RunState::waiting);
  CHECK(world.run().reason == "source shop: the database is down");
  world.outside.source_errors = {kDown};
  CHECK(world.at_time("08:00:00").ended.at(0).state == RunState::failed);
  CHECK(world.run().reason == "whether the data are complete could not be asked: source shop: the database is down");
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(contains(world.outside.sent[0].to, "ada@example.com"));
}

TEST_CASE("a check that gives more than one row is broken, and says so") {
  Waiting world;
  world.outside.data_until = {kPartly, kComplete};
  world.at_time("06:00:30");
  CHECK(world.run().reason == "ready of visits gives more than one row");
  CHECK(world.at_time("08:00:00").ended.at(0).state == RunState::failed);
}

TEST_CASE("a source that fails after the data were complete is retried like any other, and said so") {
  Waiting world;
  world.settings.policy.retries = 5;
  world.outside.data_until = {kComplete};
  world.outside.mail_answers.emplace_back([] { return deferred(); });
  const auto result = world.at_time("06:00:30");
  REQUIRE(result.ended.size() == 1);
  CHECK(result.ended[0].deferred);
  CHECK(world.run().state == RunState::generated);
  world.outside.data_until.clear();  // it does not look again
  CHECK(world.at_time("06:06:00").ended.at(0).state == RunState::delivered);
}

TEST_CASE("a broken rule ends a run that waits at once") {
  Waiting world;
  world.sql("UPDATE accounts SET allowed_domains = '[\"other.example\"]'");
  CHECK(world.at_time("06:00:30").ended.at(0).state == RunState::rejected);
}

TEST_CASE("a process that dies while it looks leaves a run that looks again; after the third it fails and owners are told") {
  Waiting world;
  world.outside.data_until = {kPartly};
  world.at_time("06:00:30");
  world.sql(
      "UPDATE runs SET resume_at = NULL, owner_host = 'h', owner_boot = 'b', owner_pid = 1, owner_start = 1, lease_until = 1");
  world.at_time("06:01:00");
  CHECK(world.run().state == RunState::waiting);
  CHECK(world.run().resumed == 1);
  world.sql(
      "UPDATE runs SET resumed = 3, resume_at = NULL, owner_host = 'h', owner_boot = 'b', owner_pid = 1, owner_start = 1, "
      "lease_until = 1");
  CHECK(world.at_time("06:02:00").ended.at(0).state == RunState::failed);
  CHECK(world.notifications().size() == 1);
}

TEST_CASE("a retry looks again: complete data are sent, and others are not, however late it is") {
  Waiting world;
  world.outside.data_until = {kPartly};
  world.at_time("06:00:30");
  world.at_time("08:00:00");
  REQUIRE(world.run().state == RunState::failed);
  world.now = at("2026-03-17T09:00:00Z");
  auto parts = world.parts();
  CHECK(retry(parts, world.run(), RetryUnknown::no, "ann").state == RunState::failed);
  world.outside.data_until = {kComplete};
  CHECK(retry(parts, world.run(), RetryUnknown::no, "ann").state == RunState::delivered);
}

TEST_CASE("tests do not wait") {
  Waiting world;
  auto parts = world.parts();
  CHECK(test_schedule(parts, world.stored(), {.mailboxes = {mailbox("me@example.com")}, .places = {}}, "ann").state ==
        RunState::delivered);
}
