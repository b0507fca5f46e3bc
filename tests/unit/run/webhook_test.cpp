// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <nlohmann/json.hpp>

#include "reportctl/run/webhooks.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::WebhookState;

namespace {

delivery::WebhookAnswer not_now(int status, std::optional<std::chrono::seconds> retry_after = {}) {
  return {.kind = delivery::OutcomeKind::deferred,
          .status = status,
          .answer = "not now",
          .reason_class = "connection",
          .retry_after = retry_after};
}

struct Listened : World {
  store::Webhook webhook;
  Listened() {
    webhook.id = "w1";
    webhook.account = "acme";
    webhook.url = "https://hooks.example/reports";
    webhook.events = {"run"};
    webhook.secret_file = "/nowhere";
    store::add_webhook(state, webhook, {}, now);
  }
  store::WebhookDelivery told(std::size_t index = 0) { return store::list_webhook_deliveries(state, {}).at(index); }
};

}  // namespace

TEST_CASE("the end of a run is posted once") {
  Listened world;
  world.run_due();
  world.run_due();
  REQUIRE(world.outside.posted.size() == 1);
  CHECK(world.outside.posted[0].url == "https://hooks.example/reports");
  CHECK(world.outside.posted[0].event == "run");
  CHECK(world.outside.posted[0].id == world.told().id);
  CHECK(nlohmann::json::parse(world.outside.posted[0].body).dump().find(world.run().id) != std::string::npos);
  CHECK(world.told().state == WebhookState::accepted);
}

TEST_CASE("a webhook that answers not now is asked again by the rule of mails, or later where it says so") {
  Listened world;
  SUBCASE("by the rule") {
    world.outside.webhook_answers = {not_now(503)};
    world.run_due();
    CHECK(world.told().due_at == at("2026-03-17T06:05:30Z"));
  }
  SUBCASE("sooner than the rule is not heard") {
    world.outside.webhook_answers = {not_now(503, std::chrono::seconds(10))};
    world.run_due();
    CHECK(world.told().due_at == at("2026-03-17T06:05:30Z"));
  }
  SUBCASE("later is") {
    world.outside.webhook_answers = {not_now(503, std::chrono::hours(1))};
    world.run_due();
    CHECK(world.told().due_at == at("2026-03-17T07:00:30Z"));
  }
  SUBCASE("six times in all") {
    for (int i = 0; i < 8; ++i) {
      world.outside.webhook_answers = {not_now(503)};
      world.run_due();
      world.now += std::chrono::minutes(67);
      world.sql("UPDATE schedules SET is_active = 0");
    }
    CHECK(world.outside.posted.size() == 6);
    CHECK(world.told().state == WebhookState::deferred);
    CHECK_FALSE(world.told().due_at);
  }
}

TEST_CASE("429 is a pause for the whole receiver, costs no attempt, and ends when the event is too old") {
  Listened world;
  world.outside.webhook_answers = {not_now(429, std::chrono::minutes(10))};
  world.run_due();
  CHECK(world.outside.posted.size() == 1);
  const auto first = world.told();
  CHECK(first.attempts == 0);
  CHECK(first.reason_class == "paused");
  REQUIRE(first.due_at);
  CHECK(*first.due_at >= at("2026-03-17T06:10:30Z"));
  CHECK(*first.due_at < at("2026-03-17T06:13:30Z"));  // 30 s and a quarter of ten minutes later at most
  SUBCASE("events that come during the pause wait for its end") {
    world.now += std::chrono::minutes(5);
    world.sql("UPDATE schedules SET next_run_at = next_run_at - 86400 + 240");
    world.run_due();
    CHECK(world.outside.posted.size() == 1);
    world.now = *first.due_at;
    world.run_due();
    CHECK(world.outside.posted.size() == 3);
  }
  SUBCASE("many pauses later it is given up, visibly") {
    for (int i = 0; i < 60; ++i) {
      world.outside.webhook_answers = {not_now(429, std::chrono::hours(1))};
      world.now += std::chrono::minutes(80);
      world.sql("UPDATE schedules SET is_active = 0");
      world.run_due();
    }
    CHECK(world.told().due_at == std::nullopt);
    CHECK(world.told().state == WebhookState::deferred);
    CHECK(world.outside.posted.size() > 15);
    CHECK(world.outside.posted.size() < 25);
  }
}

TEST_CASE("an endpoint that does not answer is asked once a tick, and the rest is said to be not tried") {
  Listened world;
  world.run_due();
  world.now += std::chrono::hours(24);
  world.outside.webhook_answers = {not_now(0)};
  store::queue_test_webhook(world.state, world.webhook, {}, world.now);
  world.run_due();
  CHECK(world.outside.posted.size() == 2);
  int not_tried = 0;
  for (const auto& one : store::list_webhook_deliveries(world.state, {}))
    not_tried += one.answer.starts_with("not tried: ") ? 1 : 0;
  CHECK(not_tried == 1);
}

TEST_CASE("webhooks end after two minutes; the rest is the next tick's") {
  Listened world;
  store::queue_test_webhook(world.state, world.webhook, {}, world.now);
  store::queue_test_webhook(world.state, world.webhook, {}, world.now);
  auto command = world.parts();
  const auto first_tick = world.outside.ticks;
  world.outside.while_posting = [&] { world.outside.ticks = first_tick + std::chrono::minutes(3); };
  send_webhooks(command);
  CHECK(world.outside.posted.size() == 1);
  auto next_command = world.parts();
  send_webhooks(next_command);
  CHECK(world.outside.posted.size() == 2);
}

TEST_CASE("an account whose endpoints hang waits for its next turn, and another account's news does not wait for them") {
  Listened world;
  access::Account account;
  account.id = "other";
  account.source = "shop";
  store::add_account(world.state, account, {}, world.now);
  auto living = world.webhook;
  living.id = "w-other";
  living.account = "other";
  living.url = "https://living.example/";
  store::add_webhook(world.state, living, {}, world.now);
  for (int i = 0; i < 3; ++i) {
    auto hanging = world.webhook;
    hanging.id = "w-hangs" + std::to_string(i);
    hanging.url = "https://hangs.example/" + std::to_string(i);
    store::add_webhook(world.state, hanging, {}, world.now);
    store::queue_test_webhook(world.state, hanging, {}, world.now - std::chrono::seconds(9));
  }
  for (int i = 0; i < 3; ++i) store::queue_test_webhook(world.state, living, {}, world.now);
  const auto urls = [&] {
    std::vector<std::string> asked;
    for (const auto& post : world.outside.posted) asked.push_back(post.url.substr(8, 6));
    world.outside.posted.clear();
    return asked;
  };
  world.outside.while_posting = [&] {
    const bool hangs = world.outside.posted.back().url.starts_with("https://hangs");
    world.outside.ticks += hangs ? std::chrono::seconds(30) : std::chrono::seconds(1);
    world.outside.webhook_answers = {hangs ? not_now(0) : not_now(503)};
  };
  auto command = world.parts();
  send_webhooks(command);
  // One that hangs, then the other account's, all of them; then the second that hangs, which is all that one account may take.
  CHECK(urls() == std::vector<std::string>{"hangs.", "living", "living", "living", "hangs."});
  auto next_command = world.parts();
  send_webhooks(next_command);
  CHECK(urls() == std::vector<std::string>{"hangs."});  // the third
}

TEST_CASE("the secret of a webhook is the account's own, or a credential that nothing else uses") {
  Listened world;
  world.settings.webhooks.secret_dir = "/srv/secrets";
  world.settings.mail.transport.password.credential = "smtp";
  auto webhook = world.webhook;
  webhook.secret_file = "ops";
  CHECK(webhook_secret(world.settings, webhook).file == "/srv/secrets/acme/ops");
  CHECK(webhook_secret(world.settings, webhook).within == "/srv/secrets/acme");
  webhook.secret_file = "/etc/shadow";
  CHECK(webhook_secret(world.settings, webhook).file == "/etc/shadow");
  CHECK(webhook_secret(world.settings, webhook).within == "/srv/secrets/acme");
  webhook.secret_file.clear();
  webhook.secret_credential = "hook";
  CHECK(webhook_secret(world.settings, webhook).credential == "hook");
  webhook.secret_credential = "smtp";
  CHECK(webhook_secret(world.settings, webhook).empty());
}

TEST_CASE("a test is posted once, whatever comes of it") {
  Listened world;
  world.outside.webhook_answers = {not_now(503)};
  auto command = world.parts();
  const auto delivery = test_webhook(command, world.webhook, "tester");
  CHECK(delivery.state == WebhookState::deferred);
  CHECK_FALSE(delivery.due_at);
  world.now += std::chrono::hours(2);
  auto later = world.parts();
  send_webhooks(later);
  CHECK(world.outside.posted.size() == 1);
}

TEST_CASE("under a replaced clock only this host is told, unless it is really meant; the rest waits") {
  Listened world;
  ::setenv("REPORTCTL_NOW", "2026-03-17T06:00:30Z", 1);
  world.settings.mail.in_rehearsals = false;
  SUBCASE("another host waits") {
    world.settings.mail.transport.url = "maildir:/outbox";
    world.run_due();
    CHECK(world.outside.posted.empty());
    CHECK(world.told().state == WebhookState::queued);
    auto command = world.parts();
    CHECK_THROWS_AS(test_webhook(command, world.webhook, "operator"), Error);
    ::unsetenv("REPORTCTL_NOW");
    world.run_due();
    CHECK(world.outside.posted.size() == 1);
  }
  SUBCASE("really") {
    world.settings.mail.in_rehearsals = true;
    world.run_due();
    CHECK(world.outside.posted.size() == 1);
  }
  ::unsetenv("REPORTCTL_NOW");
}
