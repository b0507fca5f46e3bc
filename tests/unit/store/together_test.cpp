// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"
#include "reportctl/store/moment.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

/// A state with a claimed run, and what another process sees of it.
struct Observed : Fixture {
  Claim claimed = claim();
  State other = State::open(directory.file(), OpenMode::existing);
  RunState run_elsewhere() { return list_runs(other, {}).at(0).state; }
  void generated_with_next() { record_generated_with_next(state, claimed, a_file({a_delivery("d1", "ann@example.com")}), kNow); }
};

}  // namespace

TEST_CASE("what is recorded with the next step is durable together with it, and not before") {
  Observed seen;
  seen.generated_with_next();
  CHECK(seen.run_elsewhere() == RunState::triggered);
  mark_handing_over(seen.state, seen.claimed, "d1");
  CHECK(seen.run_elsewhere() == RunState::generated);
  CHECK(list_deliveries(seen.other, seen.claimed.run.id).at(0).state == DeliveryState::handing_over);
  seen.require_sound();
}

TEST_CASE("whoever reads finds what is to be recorded with the next step, in one moment as well") {
  Observed seen;
  seen.generated_with_next();
  CHECK(seen.run().state == RunState::generated);
  CHECK(seen.run_elsewhere() == RunState::generated);

  Observed in_a_moment;
  in_a_moment.generated_with_next();
  const Moment moment(in_a_moment.state);
  CHECK(in_a_moment.delivery().state == DeliveryState::queued);
}

TEST_CASE("a step that fails leaves what was to be recorded with it to the next one") {
  Observed seen;
  seen.generated_with_next();
  CHECK_THROWS_AS(mark_handing_over(seen.state, seen.claimed, "absent"), Error);
  CHECK(seen.run_elsewhere() == RunState::triggered);
  mark_handing_over(seen.state, seen.claimed, "d1");
  CHECK(seen.run_elsewhere() == RunState::generated);
}

TEST_CASE("what cannot be recorded with the next step fails that one, and no further one") {
  Observed seen;
  seen.claimed.run.fence += 1;  // somebody took the run over
  seen.generated_with_next();
  CHECK_THROWS_AS(mark_handing_over(seen.state, seen.claimed, "d1"), FenceLost);
  CHECK(seen.run().state == RunState::triggered);
  seen.state.set_fact("still", "written");
  CHECK(seen.other.fact("still") == "written");
}

TEST_CASE("deliveries that are to be recorded are those that will be found") {
  Observed seen;
  auto file = a_file({a_delivery("d1", "Ann <Ann@Example.com>")});
  file.deliveries.push_back({.id = "d2",
                             .destination = "partner",
                             .path = "in/sales.csv",
                             .message_sha256 = std::string(64, 'b'),
                             .message_bytes = 12,
                             .message_date = kNow,
                             .by_hand = true});
  const auto queued = as_queued(seen.claimed, file.deliveries);
  record_generated_with_next(seen.state, seen.claimed, file, kNow);
  REQUIRE(queued.size() == 2);
  for (std::size_t i = 0; i < queued.size(); ++i) {
    const auto found = seen.delivery(i);
    CHECK(queued[i].id == found.id);
    CHECK(queued[i].recipient == found.recipient);
    CHECK(queued[i].destination == found.destination);
    CHECK(queued[i].address == found.address);
    CHECK(queued[i].run_id == found.run_id);
    CHECK(queued[i].state == found.state);
    CHECK(queued[i].message_id == found.message_id);
    CHECK(queued[i].message_date == found.message_date);
    CHECK(queued[i].message_sha256 == found.message_sha256);
    CHECK(queued[i].message_bytes == found.message_bytes);
    CHECK(queued[i].attempts == found.attempts);
    CHECK(queued[i].by_hand == found.by_hand);
    CHECK(queued[i].in_doubt == found.in_doubt);
  }
}

TEST_CASE("of what is written together all is there or nothing") {
  Observed seen;
  {
    const Together both(seen.state);
    finish(seen.state, seen.claimed, an_ending(RunState::failed, "gone"), kNow);
    seen.state.set_fact("half", "done");
  }
  CHECK(seen.run_elsewhere() == RunState::triggered);
  CHECK_FALSE(seen.other.fact("half"));
  {
    Together both(seen.state);
    finish(seen.state, seen.claimed, an_ending(RunState::failed, "gone"), kNow);
    CHECK(seen.run_elsewhere() == RunState::triggered);
    // A part that gives up takes nothing of the others along: the schedule has moved on, so nobody gets this slot.
    auto late = a_request(seen.stored());
    late.as_read = kNow - kDay;
    CHECK(claim_due(seen.state, late).result == ClaimResult::lost);
    seen.state.set_fact("half", "done");
    both.commit();
  }
  CHECK(seen.run_elsewhere() == RunState::failed);
  CHECK(seen.other.fact("half") == "done");
  seen.require_sound();
}
