// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

constexpr std::array kStates{DeliveryState::queued,   DeliveryState::handing_over, DeliveryState::accepted,
                             DeliveryState::deferred, DeliveryState::refused,      DeliveryState::unknown};

/// Another process took the run: everything the first one tries must fail and change nothing.
void steal(Fixture& fixture) { fixture.sql("UPDATE runs SET fence = fence + 1"); }

bool permitted(const std::function<void()>& change) {
  try {
    change();
    return true;
  } catch (const FenceLost&) {
    FAIL("the fence is ours");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::conflict);
  }
  return false;
}

}  // namespace

TEST_CASE("generated: facts, deliveries and event in one transaction") {
  Fixture fixture;
  const auto claim = fixture.claim();
  auto file = a_file({a_delivery("d1", "ann@example.com"), a_delivery("d2", "bo@example.com")});
  file.deliveries[0].recipient = mailbox("Ann <ann@example.com>");
  file.events = {{.name = "ScheduledReportGenerated",
                  .account = "acme",
                  .subject = "$run",
                  .actor = "run-due",
                  .payload = "{\"rowCount\":3}"}};
  record_generated(fixture.state, claim, file, kNow);
  const auto run = fixture.run();
  CHECK(run.state == RunState::generated);
  CHECK(run.period == std::optional(a_day("2026-03-16")));
  CHECK(run.timezone == "UTC");
  CHECK(run.format == "csv");
  CHECK(run.rows == 3);
  CHECK(run.bytes == 120);
  CHECK(run.generation_ms == 5);
  CHECK(run.artifact_sha256 == std::string(64, 'b'));
  CHECK(run.artifact_name == "sales.csv");
  CHECK(mail_facts(fixture.state, run.id) == "{}");
  const auto deliveries = list_deliveries(fixture.state, run.id);
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[0].recipient == mailbox("Ann <ann@example.com>"));
  CHECK(deliveries[0].state == DeliveryState::queued);
  CHECK(deliveries[0].message_id == "<d1@reportctl>");
  CHECK(deliveries[0].message_date == kNow);
  CHECK(deliveries[0].message_sha256 == std::string(64, 'a'));
  CHECK(deliveries[0].message_bytes == 1000);
  CHECK(deliveries[0].attempts == 0);
  CHECK_FALSE(deliveries[0].notification);
  CHECK(deliveries[1].id == "d2");
  CHECK(list_audit(fixture.state, {}).at(0).event.subject == run.id);
  CHECK(permitted([&] { record_generated(fixture.state, claim, a_file({}), kNow); }) == false);  // once only
}

TEST_CASE("a stored recipient that is no mailbox any more is shown by its address") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  fixture.sql("UPDATE deliveries SET recipient = 'ann at example'");
  const auto delivery = list_deliveries(fixture.state, claim.run.id).at(0);
  CHECK_FALSE(delivery.recipient);
  CHECK(delivery.address == "ann@example.com");
}

TEST_CASE("a recipient is in the ledger of a run once") {
  Fixture fixture;
  const auto claim = fixture.claim();
  CHECK_THROWS_AS(record_generated(fixture.state, claim,
                                   a_file({a_delivery("d1", "ann@example.com"), a_delivery("d2", "ann@example.com")}), kNow),
                  Error);
  CHECK(fixture.run().state == RunState::triggered);
  CHECK(list_deliveries(fixture.state, claim.run.id).empty());
}

TEST_CASE("a delivery is walked from queued to accepted, and each step is durable before the next") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  mark_handing_over(fixture.state, claim, "d1");
  CHECK(fixture.delivery().state == DeliveryState::handing_over);
  CHECK(fixture.delivery().attempts == 1);
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::accepted, "250 2.0.0 queued as 77"),
                 kNow + std::chrono::seconds(2));
  const auto delivery = fixture.delivery();
  CHECK(delivery.state == DeliveryState::accepted);
  CHECK(delivery.answer == "250 2.0.0 queued as 77");
  CHECK(delivery.sent_at == kNow + std::chrono::seconds(2));
}

TEST_CASE("from which state a delivery may go to which") {
  // Rows: where it is. What may follow: mark_handing_over, then the outcomes in the order of DeliveryState.
  struct Row {
    DeliveryState from;
    bool hand, queued, accepted, deferred, refused, unknown;
  };
  const std::array rows{
      Row{DeliveryState::queued, true, true, false, true, true, false},
      Row{DeliveryState::handing_over, false, true, true, true, true, true},
      Row{DeliveryState::accepted, false, false, false, false, false, false},
      Row{DeliveryState::deferred, true, true, false, true, true, false},
      Row{DeliveryState::refused, false, false, false, false, false, false},
      Row{DeliveryState::unknown, false, false, false, false, false, false},
  };
  static_assert(rows.size() == kStates.size());
  for (const auto& row : rows) {
    CAPTURE(delivery_state_name(row.from));
    const auto try_outcome = [&](DeliveryState outcome) {
      Fixture fixture;
      const auto claim = fixture.delivering(row.from);
      const bool done = permitted([&] { record_outcome(fixture.state, claim, an_outcome("d1", outcome), kNow); });
      CHECK(fixture.delivery().state == (done ? outcome : row.from));
      return done;
    };
    {
      Fixture fixture;
      const auto claim = fixture.delivering(row.from);
      CHECK(permitted([&] { mark_handing_over(fixture.state, claim, "d1"); }) == row.hand);
    }
    CHECK(try_outcome(DeliveryState::queued) == row.queued);
    CHECK(try_outcome(DeliveryState::accepted) == row.accepted);
    CHECK(try_outcome(DeliveryState::deferred) == row.deferred);
    CHECK(try_outcome(DeliveryState::refused) == row.refused);
    CHECK(try_outcome(DeliveryState::unknown) == row.unknown);
    CHECK_FALSE(try_outcome(DeliveryState::handing_over));
  }
}

TEST_CASE("whoever lost the fence changes nothing, at any step") {
  const DeliveryState steps[] = {DeliveryState::queued, DeliveryState::handing_over};
  for (const auto step : steps) {
    CAPTURE(delivery_state_name(step));
    Fixture fixture;
    const auto claim = fixture.delivering(step);
    steal(fixture);
    CHECK_THROWS_AS(mark_handing_over(fixture.state, claim, "d1"), FenceLost);
    CHECK_THROWS_AS(record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::refused), kNow), FenceLost);
    CHECK_THROWS_AS(replace_message(fixture.state, claim, a_delivery("d1", "ann@example.com")), FenceLost);
    CHECK_THROWS_AS(record_generated(fixture.state, claim, a_file({}), kNow), FenceLost);
    CHECK_THROWS_AS(finish(fixture.state, claim, an_ending(RunState::failed), kNow), FenceLost);
    CHECK_THROWS_AS(release(fixture.state, claim, {}), FenceLost);
    CHECK(fixture.delivery().state == step);
    CHECK(fixture.run().state == RunState::generated);
    CHECK(list_audit(fixture.state, {}).empty());
  }
}

TEST_CASE("a claim does not reach the deliveries of another run") {
  Fixture fixture;
  fixture.generated({a_delivery("d1", "ann@example.com")});
  auto second = a_schedule("second");
  add_schedule(fixture.state, second, {}, kNow);
  const auto other = claim_due(fixture.state, a_request(second)).claim.value();
  CHECK_THROWS_AS(mark_handing_over(fixture.state, other, "d1"), Error);
  CHECK_THROWS_AS(mark_handing_over(fixture.state, other, "absent"), Error);
}

TEST_CASE("not attempted after all: queued again, and the attempt is not counted") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::queued);
  auto stopped = an_outcome("d1", DeliveryState::queued, "stopped");
  stopped.tried = true;
  record_outcome(fixture.state, claim, stopped, kNow);
  CHECK(fixture.delivery().state == DeliveryState::queued);
  CHECK(fixture.delivery().attempts == 0);
  mark_handing_over(fixture.state, claim, "d1");
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::queued, "451, and a stop was asked for"), kNow);
  CHECK(fixture.delivery().attempts == 1);  // this one was made
}

TEST_CASE("a deferred delivery remembers when it is tried again, until it is") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::queued);
  auto outcome = an_outcome("d1", DeliveryState::deferred, "451 later");
  outcome.tried = true;
  outcome.reason_class = "greylisted";
  outcome.next_attempt_at = kNow + std::chrono::minutes(5);
  record_outcome(fixture.state, claim, outcome, kNow);
  CHECK(fixture.delivery().next_attempt_at == kNow + std::chrono::minutes(5));
  CHECK(fixture.delivery().reason_class == "greylisted");
  CHECK(fixture.delivery().sent_at == std::nullopt);
  CHECK(fixture.delivery().attempts == 1);
  mark_handing_over(fixture.state, claim, "d1");
  CHECK(fixture.delivery().next_attempt_at == std::nullopt);
  CHECK(fixture.delivery().attempts == 2);
  record_outcome(fixture.state, claim, outcome, kNow);
  CHECK(fixture.delivery().attempts == 2);  // counted when it was handed over
  outcome.tried = false;
  record_outcome(fixture.state, claim, outcome, kNow);
  CHECK(fixture.delivery().attempts == 2);
}

TEST_CASE("a message may change until it may be with the server") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  auto fresh = a_delivery("d1", "ann@example.com");
  fresh.message_id = "<fresh@reportctl>";
  fresh.message_sha256 = std::string(64, 'c');
  fresh.message_bytes = 2000;
  fresh.message_date = kNow + kDay;
  replace_message(fixture.state, claim, fresh);
  CHECK(fixture.delivery().message_id == "<fresh@reportctl>");
  CHECK(fixture.delivery().message_sha256 == fresh.message_sha256);
  CHECK(fixture.delivery().message_bytes == 2000);
  CHECK(fixture.delivery().message_date == kNow + kDay);

  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::deferred, "no connection"), kNow);
  replace_message(fixture.state, claim, fresh);  // deferred before the dot: the id is not spent

  mark_handing_over(fixture.state, claim, "d1");
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::deferred, "451 after the dot"), kNow);
  CHECK_FALSE(permitted([&] { replace_message(fixture.state, claim, fresh); }));

  fresh.message_id = "<another@reportctl>";
  supersede_message(fixture.state, claim, fresh);  // another message
  CHECK(fixture.delivery().message_id == "<another@reportctl>");
  mark_handing_over(fixture.state, claim, "d1");
  CHECK_FALSE(permitted([&] { supersede_message(fixture.state, claim, fresh); }));
}

TEST_CASE("an unknown delivery that a policy sends again stays unknown until something settles it") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::handing_over);
  auto lost = an_outcome("d1", DeliveryState::unknown, "no reply");
  lost.next_attempt_at = kNow + std::chrono::minutes(5);
  record_outcome(fixture.state, claim, lost, kNow);
  auto put_off = an_outcome("d1", DeliveryState::deferred, "no connection");
  put_off.next_attempt_at = kNow + std::chrono::minutes(15);
  record_outcome(fixture.state, claim, put_off, kNow);
  CHECK(fixture.delivery().state == DeliveryState::unknown);  // the first copy may have arrived
  CHECK(fixture.delivery().answer == "no connection");
  CHECK(fixture.delivery().in_doubt);
  record_outcome(fixture.state, claim, put_off, kNow);  // put off without a try: the transport is down
  CHECK(fixture.delivery().state == DeliveryState::unknown);
  mark_handing_over(fixture.state, claim, "d1");
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::accepted), kNow);
  CHECK(fixture.delivery().state == DeliveryState::accepted);
  CHECK_FALSE(fixture.delivery().in_doubt);
}

TEST_CASE("a file for a destination that was about to get its name is looked at again, and what is seen settles the doubt") {
  Fixture fixture;
  auto claim = fixture.generated(
      {{.id = "d1", .destination = "partner", .path = "in/sales.csv", .message_sha256 = std::string(64, 'b')}}, dead_process());
  mark_handing_over(fixture.state, claim, "d1");
  CHECK(fixture.delivery().destination == "partner");
  CHECK(fixture.delivery().address == "partner:in/sales.csv");
  CHECK(fixture.delivery().path() == "in/sales.csv");
  CHECK_FALSE(fixture.delivery().recipient.has_value());

  claim = take_over(fixture.state, {.run_id = claim.run.id,
                                    .fence = claim.run.fence,
                                    .owner = this_process(),
                                    .lease_until = kNow + std::chrono::hours(1),
                                    .now = kNow})
              .value();
  CHECK(fixture.delivery().state == DeliveryState::unknown);
  CHECK(fixture.delivery().in_doubt);
  REQUIRE(fixture.delivery().next_attempt_at.has_value());
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::deferred, "no connection"), kNow);
  CHECK(fixture.delivery().state == DeliveryState::unknown);  // nothing was seen
  fixture.sql("UPDATE deliveries SET next_attempt_at = 0");
  auto outcome = an_outcome("d1", DeliveryState::deferred, "disk full");
  outcome.settles_doubt = true;
  record_outcome(fixture.state, claim, outcome, kNow);
  CHECK(fixture.delivery().state == DeliveryState::deferred);
  CHECK_FALSE(fixture.delivery().in_doubt);
}

TEST_CASE("the further files of a run are recorded with it, and kept as long as it keeps its first") {
  Fixture fixture;
  const auto claim = fixture.claim();
  auto file = a_file({a_delivery("d1", "ann@example.com")});
  file.more_files = {{"stock", "pdf", "stock.pdf", std::string(64, 'c'), 12, 9000}};
  record_generated(fixture.state, claim, file, kNow);
  const auto files = run_files(fixture.state, fixture.run());
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "sales.csv");
  CHECK(files[0].sha256 == std::string(64, 'b'));
  CHECK(files[1].format == "pdf");
  CHECK(files[1].report == "stock");
  CHECK(files[1].name == "stock.pdf");
  CHECK(files[1].rows == 12);
  CHECK(files[1].sha256 == std::string(64, 'c'));
  CHECK(files[1].bytes == 9000);
  CHECK(is_file_known(fixture.state, std::string(64, 'c')));
  CHECK(is_file_kept(fixture.state, std::string(64, 'c'), {}));
  fixture.sql("UPDATE runs SET state = 'delivered', finished_at = 5, owner_host = NULL, file_pruned_at = 6");
  CHECK_FALSE(is_file_kept(fixture.state, std::string(64, 'c'), {}));
  CHECK(is_file_known(fixture.state, std::string(64, 'c')));
  fixture.sql("DELETE FROM runs WHERE number > 0");
  CHECK_FALSE(is_file_known(fixture.state, std::string(64, 'c')));
}
