// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <nlohmann/json.hpp>

#include "fixture.hpp"
#include "reportctl/store/webhooks.hpp"
#include "webhook_queue.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

Webhook a_webhook(std::string url = "https://hooks.example.com/in?key=1") {
  Webhook webhook;
  webhook.id = new_id();
  webhook.account = "acme";
  webhook.url = std::move(url);
  webhook.events = {"run", "export"};
  webhook.secret_file = "/etc/reportctl/hook";
  webhook.created_at = kNow;
  return webhook;
}

struct Hooked : Fixture {
  Webhook webhook = a_webhook();
  Hooked() { store::add_webhook(state, webhook, {}, kNow); }
  void end_a_run(RunState ending, const std::string& reason = {}) {
    const auto claim = this->claim();
    store::finish(state, claim, an_ending(ending, reason), kNow);
    release(state, claim, std::nullopt);
  }
  std::vector<WebhookDelivery> ledger() { return list_webhook_deliveries(state, {}); }
  std::optional<WebhookClaim> take(const WebhookDelivery& delivery, const ProcessIdentity& owner = this_process()) {
    return claim_webhook(
        state,
        {.delivery_id = delivery.id, .fence = delivery.fence, .owner = owner, .lease_until = kNow + kDay, .now = kNow + kDay});
  }
};

WebhookResult a_result(WebhookState state, std::optional<Instant> next = std::nullopt) {
  return {
      .state = state, .status = 500, .answer = "the endpoint answered 500", .reason_class = "answer", .next_attempt_at = next};
}

}  // namespace

TEST_CASE("a receiver that asks for a pause gets it for all that waits there, and no attempt is counted") {
  Hooked fixture;
  queue_test_webhook(fixture.state, fixture.webhook, {}, kNow);
  queue_test_webhook(fixture.state, fixture.webhook, {}, kNow);
  const auto claim = fixture.take(fixture.ledger().back()).value();
  auto paused = a_result(WebhookState::deferred, kNow + std::chrono::minutes(10));
  paused.paused_until = paused.next_attempt_at;
  CHECK(record_webhook(fixture.state, claim, paused, {}, kNow));
  fixture.end_a_run(RunState::failed);  // during the pause
  const auto ledger = fixture.ledger();
  REQUIRE(ledger.size() == 3);
  for (const auto& one : ledger) {
    CHECK(one.due_at == kNow + std::chrono::minutes(10));
    CHECK(one.attempts == 0);
  }
  CHECK(due_webhooks(fixture.state, kNow + std::chrono::minutes(9), 9).empty());
  CHECK(due_webhooks(fixture.state, kNow + std::chrono::minutes(10), 9).size() == 3);
}

TEST_CASE("the end of a run and the news of it are one: the news has the run's facts under an id of its own") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed, "source shop: write to ann@example.com: no");
  const auto ledger = fixture.ledger();
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].endpoint == "https://hooks.example.com");
  CHECK(ledger[0].run_id == fixture.run().id);
  CHECK(ledger[0].due_at == kNow);
  const auto body = nlohmann::json::parse(ledger[0].body);
  CHECK(body.at("id") == ledger[0].id);
  CHECK(body.at("state") == "failed");
  CHECK(body.at("reason") == "source shop: write to (address) no");
  CHECK(body.at("period").is_null());
  fixture.require_sound();
}

TEST_CASE("a run that could not end is not told of") {
  Hooked fixture;
  const auto claim = fixture.claim();
  CHECK(kind_of([&] { finish(fixture.state, claim, an_ending(RunState::delivered), kNow); }) == ErrorKind::conflict);
  CHECK(fixture.ledger().empty());
}

TEST_CASE("each webhook hears what it asked for, and other accounts' hear nothing") {
  Fixture fixture;
  add_account(fixture.state, an_account("other"), {}, kNow);
  auto failures = a_webhook("https://a.example/"), exports = a_webhook("https://b.example/"), stranger = a_webhook();
  failures.outcomes = WebhookOutcomes::failures;
  exports.events = {"export"};
  stranger.account = "other";
  for (const auto& webhook : {failures, exports, stranger}) add_webhook(fixture.state, webhook, {}, kNow);
  auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  finish(fixture.state, claim, an_ending(RunState::no_data), kNow);
  CHECK(list_webhook_deliveries(fixture.state, {}).empty());
  release(fixture.state, claim, std::nullopt);
  claim = fixture.claim();
  finish(fixture.state, claim, an_ending(RunState::failed, "no"), kNow);
  const auto ledger = list_webhook_deliveries(fixture.state, {});
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].webhook_id == failures.id);
}

TEST_CASE("a delivery is claimed once, by one process, and again when that process is gone") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  const auto due = due_webhooks(fixture.state, kNow, 10);
  REQUIRE(due.size() == 1);
  CHECK(due_webhooks(fixture.state, kNow - std::chrono::seconds(1), 10).empty());
  CHECK(due_webhooks(fixture.state, kNow, 10, due[0].account).size() == 1);
  CHECK(due_webhooks(fixture.state, kNow, 10, "another").empty());
  CHECK(due_webhook_accounts(fixture.state, kNow) == std::vector{due[0].account});
  CHECK(due_webhook_accounts(fixture.state, kNow - std::chrono::seconds(1)).empty());
  const auto dead = fixture.take(due[0], dead_process());
  REQUIRE(dead);
  CHECK_FALSE(fixture.take(due[0]));  // the fence moved
  const auto again = due_webhooks(fixture.state, kNow, 10);
  REQUIRE(again.size() == 1);
  CHECK(again[0].state == WebhookState::sending);
  const auto mine = fixture.take(again[0]);
  REQUIRE(mine);
  CHECK(mine->delivery.attempts == 2);
  CHECK(mine->webhook.url == fixture.webhook.url);
  CHECK(due_webhooks(fixture.state, kNow, 10).empty());  // a living process has it
  CHECK_FALSE(record_webhook(fixture.state, *dead, a_result(WebhookState::accepted), {}, kNow));
  CHECK(fixture.ledger()[0].state == WebhookState::sending);
  CHECK(record_webhook(fixture.state, *mine, a_result(WebhookState::accepted), {}, kNow));
  CHECK_FALSE(record_webhook(fixture.state, *mine, a_result(WebhookState::refused), {}, kNow));
  const auto after = fixture.ledger()[0];
  CHECK(after.state == WebhookState::accepted);
  CHECK(after.sent_at == kNow);
  CHECK_FALSE(after.due_at);
}

TEST_CASE("a process of another host is believed until its lease ends") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  auto elsewhere = this_process();
  elsewhere.host = "elsewhere";
  elsewhere.boot_id = "of another machine";
  REQUIRE(fixture.take(fixture.ledger()[0], elsewhere));
  CHECK(due_webhooks(fixture.state, kNow + kDay - std::chrono::seconds(1), 10).empty());
  CHECK(due_webhooks(fixture.state, kNow + kDay, 10).size() == 1);
}

TEST_CASE("deferred is due again at its time, or never; put back is due as before and was no try") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  auto claim = fixture.take(fixture.ledger()[0]);
  CHECK(record_webhook(fixture.state, *claim, a_result(WebhookState::queued), {}, kNow));
  CHECK(fixture.ledger()[0].attempts == 0);
  CHECK(due_webhooks(fixture.state, kNow, 10).size() == 1);
  claim = fixture.take(fixture.ledger()[0]);
  const auto later = kNow + std::chrono::minutes(5);
  CHECK(record_webhook(fixture.state, *claim, a_result(WebhookState::deferred, later), {}, kNow));
  CHECK(due_webhooks(fixture.state, later - std::chrono::seconds(1), 10).empty());
  CHECK(due_webhooks(fixture.state, later, 10).size() == 1);
  claim = fixture.take(fixture.ledger()[0]);
  CHECK(record_webhook(fixture.state, *claim, a_result(WebhookState::deferred), {}, kNow));
  CHECK(due_webhooks(fixture.state, kNow + kDay * 365, 10).empty());
  CHECK_FALSE(fixture.take(fixture.ledger()[0]));
}

TEST_CASE("a webhook that is removed hears nothing more, and its ledger stays") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  remove_webhook(fixture.state, fixture.webhook.id, {}, kNow);
  CHECK(fixture.ledger().at(0).state == WebhookState::refused);
  CHECK(due_webhooks(fixture.state, kNow + kDay, 10).empty());
  CHECK(kind_of([&] { remove_webhook(fixture.state, fixture.webhook.id, {}, kNow); }) == ErrorKind::not_found);
}

TEST_CASE("what a dead process was sending to a webhook that is gone is refused, and not sent again") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  REQUIRE(fixture.take(fixture.ledger().at(0), dead_process()));
  remove_webhook(fixture.state, fixture.webhook.id, {}, kNow);
  CHECK_FALSE(fixture.take(fixture.ledger().at(0)));
  CHECK(fixture.ledger().at(0).state == WebhookState::refused);
  CHECK(fixture.ledger().at(0).reason_class == "removed");
}

TEST_CASE("the news of a run that some did not get counts its recipients, and names none") {
  Hooked fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com"), a_delivery("d2", "bo@example.com")});
  mark_handing_over(fixture.state, claim, "d1");
  record_outcome(fixture.state, claim, an_outcome("d1", DeliveryState::accepted), kNow);
  record_outcome(fixture.state, claim, an_outcome("d2", DeliveryState::refused, "550 bo@example.com"), kNow);
  store::finish(fixture.state, claim, an_ending(RunState::partial, "bo@example.com: 550"), kNow);
  const auto body = nlohmann::json::parse(fixture.ledger().at(0).body);
  CHECK(body.at("reason") == "1 of 2 recipients did not get it");
}

TEST_CASE("the deliveries of one run stand in the order in which they were queued") {
  Hooked fixture;
  auto second = a_webhook("https://second.example.com/x");
  add_webhook(fixture.state, second, {}, kNow);
  fixture.end_a_run(RunState::failed);
  const auto told = webhook_deliveries_of_run(fixture.state, fixture.run().id);
  REQUIRE(told.size() == 2);
  CHECK(told[0].endpoint == "https://hooks.example.com");
  CHECK(told[1].endpoint == "https://second.example.com");
  CHECK(webhook_deliveries_of_run(fixture.state, "none").empty());
}

TEST_CASE("a webhook that is edited keeps its id and its url") {
  Hooked fixture;
  fixture.webhook.events = {"export"};
  fixture.webhook.outcomes = WebhookOutcomes::failures;
  ScheduleChanges changes;
  changes.edit_webhooks = {fixture.webhook};
  apply_changes(fixture.state, changes, {}, kNow);
  CHECK(same_webhook(find_webhook(fixture.state, fixture.webhook.id).value(), fixture.webhook));
}

TEST_CASE("a url is there once in an account") {
  Hooked fixture;
  CHECK(kind_of([&] { add_webhook(fixture.state, a_webhook(), {}, kNow); }) == ErrorKind::conflict);
  CHECK(list_webhooks(fixture.state, "acme").size() == 1);
  CHECK(list_webhooks(fixture.state, "other").empty());
  const auto stored = find_webhook(fixture.state, fixture.webhook.id);
  REQUIRE(stored);
  CHECK(same_webhook(*stored, fixture.webhook));
  CHECK(stored->created_at == kNow);
}

TEST_CASE("history goes with its run and with its account") {
  Hooked fixture;
  fixture.end_a_run(RunState::failed);
  remove_schedule(fixture.state, fixture.schedule.id, {}, kNow);
  CHECK(fixture.ledger().empty());
  remove_account(fixture.state, "acme", {}, kNow);
  CHECK(list_webhooks(fixture.state, std::nullopt).empty());
  fixture.require_sound();
}

TEST_CASE("asking what is due does not read what is settled") {
  Hooked fixture;
  fixture.sql(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO webhook_deliveries (id, "
      "webhook_id, account, "
      "endpoint, event, body, state, created_at, sent_at) SELECT 'w' || i, 'w', 'acme', '', 'test', '{}', 'accepted', 1, 1 FROM "
      "n");
  const auto steps = [&] {
    auto* handle = fixture.state.connection().database().getHandle();
    int count = 0;
    sqlite3_progress_handler(
        handle, 1, [](void* counter) { return ++*static_cast<int*>(counter), 0; }, &count);
    CHECK(due_webhooks(fixture.state, kNow, 10).empty());
    sqlite3_progress_handler(handle, 0, nullptr, nullptr);
    return count;
  };
  CHECK(steps() < 100);
}

TEST_CASE("every word with an @ is an address") {
  CHECK(without_addresses("") == "");
  CHECK(without_addresses("no data") == "no data");
  CHECK(without_addresses("<ann@example.com>: 550 no\nbo@x y") == "(address) 550 no\n(address) y");
}
