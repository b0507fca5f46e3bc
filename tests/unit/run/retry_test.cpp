// SPDX-License-Identifier: MIT
// Copyright the reportctl authors

#include "reportctl/run/by_hand.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/notifications.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::DeliveryState;
using store::RunState;

namespace {

const Error kBlink{ErrorKind::source, "source shop: the server is starting or stopping"};

delivery::Outcome relay_down() {
  return {
      .kind = delivery::OutcomeKind::deferred, .answer = "connection refused", .reason_class = "connection", .stop_batch = true};
}

std::vector<int> attempts_of(const std::vector<store::Delivery>& deliveries) {
  std::vector<int> attempts;
  for (const auto& one : deliveries) attempts.push_back(one.attempts);
  return attempts;
}

/// A day of run-dues, one a minute, until nothing waits; the minutes at which something was sent.
std::vector<int> minutes_of_attempts(World& world, int minutes) {
  std::vector<int> found;
  const auto begun = world.now;
  for (int minute = 0; minute <= minutes; ++minute) {
    world.now = begun + std::chrono::minutes(minute);
    const auto before = world.outside.sent.size();
    world.run_due();
    if (world.outside.sent.size() > before) found.push_back(minute);
  }
  return found;
}

}  // namespace

TEST_CASE("a source that blinks costs five minutes: the same slot, window and recipients") {
  World world;
  world.settings.policy = {};
  world.outside.source_errors = {kBlink};
  const auto waiting = world.run_due().ended.at(0);
  CHECK(waiting.deferred);
  CHECK(waiting.reason == "source shop: the server is starting or stopping; tried again at 2026-03-17T06:05:30Z");
  CHECK(world.run().state == RunState::triggered);
  CHECK(world.run().reason == "source shop: the server is starting or stopping");
  CHECK(world.stored().last_run_status.empty());
  CHECK(world.outside.sent.empty());
  world.schedule = world.stored();
  world.schedule.definition.recipients.mailboxes = {mailbox("new@example.com")};  // of the next occurrence
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.now += std::chrono::minutes(5);
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "ann@example.com");
  CHECK(contains(world.outside.sent[0].bytes, "visits_acme_2026-03-16.csv"));
  CHECK(world.run().slot == at("2026-03-17T06:00:00Z"));
  CHECK(world.run().reason.empty());
  CHECK(world.stored().failure_count == 0);
}

TEST_CASE("a source that stays away fails the run after 2 h 22 min by default, once, and then the owner is told") {
  World world;
  world.settings.policy = {};
  for (int i = 0; i < 6; ++i) world.outside.source_errors.push_back(kBlink);
  CHECK(minutes_of_attempts(world, 200) == std::vector{142});  // 5 + 10 + 20 + 40 + 67
  CHECK(world.run().state == RunState::failed);
  CHECK(world.stored().failure_count == 1);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "ada@example.com");
}

TEST_CASE("what is a matter of configuration fails at once, and so does a test, since somebody waits for its outcome") {
  World world;
  world.settings.policy = {};
  SUBCASE("configuration") {
    world.outside.source_errors = {Error(ErrorKind::config, "source shop: no password")};
    CHECK(world.run_due().ended.at(0).state == RunState::failed);
  }
  SUBCASE("a test") {
    world.outside.source_errors = {kBlink};
    auto command = world.parts();
    const auto ended = test_schedule(command, world.stored(), {.mailboxes = {mailbox("me@example.com")}, .places = {}}, "tester");
    CHECK(ended.state == RunState::failed);
    CHECK_FALSE(ended.deferred);
  }
}

TEST_CASE("a test whose process died is resumed for its own recipients") {
  World world;
  world.outside.source_errors = {Error(ErrorKind::state, "the disk is gone")};
  auto command = world.parts();
  CHECK_THROWS_AS(test_schedule(command, world.stored(), {.mailboxes = {mailbox("me@example.com")}, .places = {}}, "tester"),
                  Error);
  world.kill_owners();
  world.sql("UPDATE schedules SET is_active = 0");
  world.run_due();
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "me@example.com");
}

TEST_CASE("recipients of one run are tried equally often, and the run ends when the policy says") {
  World world;
  world.settings.policy = {};
  world.settings.policy.retries = 1;
  for (const char* to : {"b@example.com", "c@example.com", "d@example.com"})
    world.schedule.definition.recipients.mailboxes.push_back(mailbox(to));
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.answers({relay_down(), relay_down()});
  world.run_due();
  world.now += std::chrono::minutes(5);
  SUBCASE("the relay is still away: all have had their chance") {
    CHECK(world.run_due().ended.at(0).state == RunState::delivery_failed);
    CHECK(attempts_of(world.deliveries()) == std::vector{1, 1, 0, 0, 0});
  }
  SUBCASE("the relay is back: all get it") {
    world.outside.mail_answers.clear();
    CHECK(world.run_due().ended.at(0).state == RunState::delivered);
    CHECK(world.outside.sent.size() == 5);
  }
}

TEST_CASE("by default the report and the word to the owner survive a relay that is down for the night") {
  World world;
  world.settings.policy = {};
  world.outside.mail_answers.assign(500, [] { return relay_down(); });
  minutes_of_attempts(world, 12 * 60);
  CHECK(world.run().state == RunState::delivery_failed);
  const auto waiting = world.notifications().at(0);
  CHECK(waiting.state == DeliveryState::deferred);
  CHECK(waiting.attempts > 9);
  world.outside.sent.clear();
  world.outside.mail_answers.clear();
  const auto sent_at = minutes_of_attempts(world, 67);
  CHECK(sent_at.size() == 1);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "ada@example.com");
  CHECK(world.notifications().at(0).state == DeliveryState::accepted);
  CHECK(minutes_of_attempts(world, 120).empty());
}

TEST_CASE("what an owner could not be told earlier comes in one mail") {
  World world;
  world.answers({relay_down()});
  world.run_due();
  world.now = at("2026-03-18T06:00:30Z");
  world.answers({relay_down(), relay_down()});
  world.run_due();
  world.outside.sent.clear();
  world.outside.mail_answers.clear();
  world.now += std::chrono::hours(2);
  world.run_due();
  REQUIRE(world.outside.sent.size() == 1);
  const auto mail = unfolded(world.outside.sent[0].bytes);
  CHECK(contains(mail, "Subject: Acme Ltd: 2 reports not sent as planned"));
  CHECK(contains(mail, "morning, due 2026-03-17 06:00"));
  CHECK(contains(mail, "morning, due 2026-03-18 06:00"));
  CHECK(contains(mail, "reportctl notifications list --account acme"));
  for (const auto& run : store::list_runs(world.state, {})) {
    for (const auto& one : store::list_deliveries(world.state, run.id))
      CHECK((!one.notification || one.state == DeliveryState::accepted));
  }
  world.now += std::chrono::hours(2);
  world.run_due();
  CHECK(world.outside.sent.size() == 1);
}

TEST_CASE("one mail for several that is put off and then concerns only one is another message") {
  World world;
  world.answers({relay_down()});
  world.run_due();
  world.now = at("2026-03-18T06:00:30Z");
  world.answers({relay_down(), relay_down()});
  world.run_due();
  world.now += std::chrono::hours(1);
  world.outside.mail_answers.clear();
  world.answers({unknown()});
  world.run_due();
  const auto notes = store::list_notifications(world.state, {});
  REQUIRE(notes.size() == 2);
  store::acknowledge(world.state, notes.at(0).id, "tester", {}, world.now);  // the newest
  world.outside.sent.clear();
  world.now += std::chrono::hours(1);
  world.run_due();
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(contains(unfolded(world.outside.sent[0].bytes), "Subject: Acme Ltd: morning not delivered"));
  world.now += std::chrono::hours(3);
  world.run_due();
  CHECK(world.outside.sent.size() == 1);
}

TEST_CASE("a notification that was acknowledged is not mailed any more") {
  World world;
  world.answers({refused(), deferred()});
  world.run_due();
  CHECK(world.notifications().at(0).next_attempt_at == at("2026-03-17T06:05:30Z"));
  store::acknowledge(world.state, store::list_notifications(world.state, {}).at(0).id, "tester", {}, world.now);
  CHECK(world.notifications().at(0).next_attempt_at == std::nullopt);
  world.now += std::chrono::minutes(5);
  world.run_due();
  CHECK(world.outside.sent.size() == 2);
}

TEST_CASE("a resend by hand to a relay that is down goes on by itself") {
  World world;
  world.answers({refused()});
  world.run_due();
  world.settings.policy.retries = 2;
  world.answers({relay_down()});
  auto command = world.parts();
  const auto ended = resend(command, world.run(), {.only = ResendOnly::failed}, "tester");
  CHECK(ended.deferred);
  world.now += std::chrono::minutes(5);
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
}
