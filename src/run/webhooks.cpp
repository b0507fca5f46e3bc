// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "attempts.hpp"
#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/settings/config.hpp"

namespace reportctl::run {
namespace {

using delivery::OutcomeKind;
using delivery::WebhookAnswer;
using store::WebhookClaim;
using store::WebhookResult;
using store::WebhookState;

/// Of all accounts together, of one, and before the next one has its turn.
constexpr auto kWebhookShare = std::chrono::minutes(2);
constexpr auto kAccountShare = std::chrono::seconds(40);
constexpr auto kAccountTurn = std::chrono::seconds(5);
constexpr int kWebhookBatch = 64;
/// For so long an event matters: a receiver that asks for pauses gets it within this time or not at all.
constexpr auto kWebhookLife = std::chrono::hours(24);

/// In a rehearsal only receivers on this host are told.
bool may_tell(Parts& parts, const std::string& endpoint) {
  if (!is_rehearsal(parts.settings().mail)) return true;
  const auto host = endpoint.find("://");
  return host != std::string::npos && is_loopback(parse_authority(endpoint.substr(host + 3)).host);
}

WebhookAnswer ask(Parts& parts, const WebhookClaim& claim) {
  return parts.post_webhook({.url = claim.webhook.url,
                             .secret = webhook_secret(parts.settings(), claim.webhook),
                             .event = claim.delivery.event,
                             .id = claim.delivery.id,
                             .body = claim.delivery.body,
                             .sent_at = parts.moment()});
}

/// The receiver gets too much: a pause, a little longer than it was asked for, so that not all hosts come back at once. Not
/// longer than the event matters to anybody.
WebhookResult paused(Parts& parts, const WebhookClaim& claim, WebhookResult result, const WebhookAnswer& answer) {
  const auto end = claim.delivery.created_at + kWebhookLife;
  if (parts.now() >= end) return result;
  const auto asked = answer.retry_after.value_or(std::chrono::minutes(5));
  std::minstd_rand random(std::random_device{}());
  const std::chrono::seconds jitter(random() % (30 + static_cast<unsigned long>(asked.count()) / 4));
  const auto until = std::min(parts.now() + asked + jitter, end);
  result.reason_class = "paused";
  result.next_attempt_at = result.paused_until = until;
  return result;
}

WebhookResult result_of(Parts& parts, const WebhookClaim& claim, const WebhookAnswer& answer) {
  WebhookResult result{.state = WebhookState::refused,
                       .status = answer.status,
                       .answer = answer.answer,
                       .reason_class = answer.reason_class,
                       .next_attempt_at = std::nullopt};
  if (answer.kind == OutcomeKind::accepted) result.state = WebhookState::accepted;
  if (answer.kind != OutcomeKind::deferred) return result;
  result.state = answer.reason_class == "stopped" ? WebhookState::queued : WebhookState::deferred;
  if (answer.status == 429 && claim.delivery.event != "test") return paused(parts, claim, std::move(result), answer);
  const int retries = claim.delivery.event == "test" ? 0 : std::max(parts.settings().policy.retries, kWebhookRetries);
  result.next_attempt_at = next_attempt(parts.now(), claim.delivery.attempts, retries);
  if (result.next_attempt_at && answer.retry_after)
    result.next_attempt_at = std::max(*result.next_attempt_at, parts.now() + *answer.retry_after);
  return result;
}

/// Only endings are in the audit log: that it was told, or that nobody will be told any more.
store::AuditEvents webhook_events(const WebhookClaim& claim, const WebhookResult& result) {
  if (result.state == WebhookState::queued || result.next_attempt_at) return {};
  const auto& delivery = claim.delivery;
  const nlohmann::ordered_json payload = {{"deliveryId", delivery.id},     {"webhookId", delivery.webhook_id},
                                          {"endpoint", delivery.endpoint}, {"event", delivery.event},
                                          {"attempts", delivery.attempts}, {"answer", result.answer}};
  const auto subject = !delivery.run_id.empty()      ? delivery.run_id
                       : !delivery.export_id.empty() ? delivery.export_id
                                                     : delivery.id;
  return {{.name = result.state == WebhookState::accepted ? "WebhookDelivered" : "WebhookFailed",
           .account = delivery.account,
           .subject = subject,
           .actor = kRunActor,
           .payload = json_text(payload)}};
}

void tell_operator(const WebhookClaim& claim, const WebhookResult& result) {
  const auto what = fmt::format("webhook {} of {}: {} {}", claim.delivery.endpoint, claim.delivery.account, claim.delivery.event,
                                claim.delivery.run_id + claim.delivery.export_id);
  if (result.state == WebhookState::accepted) return log(LogLevel::info, what + ": accepted");
  if (result.next_attempt_at) {
    return log(LogLevel::info,
               fmt::format("{}: deferred until {}: {}", what, format_utc(*result.next_attempt_at), result.answer));
  }
  if (result.state != WebhookState::queued)
    log(LogLevel::error,
        fmt::format("{}: {}; next: reportctl webhook deliveries --account {}", what, result.answer, claim.delivery.account));
}

std::optional<WebhookClaim> take_webhook(Parts& parts, const std::string& id, std::int64_t fence) {
  return store::claim_webhook(parts.state(), {.delivery_id = id,
                                              .fence = fence,
                                              .owner = parts.self(),
                                              .lease_until = parts.now() + kWebhookLease,
                                              .now = parts.moment()});
}

/// What is due in one account. Whoever waits for its endpoints waits in turns, and only so long.
class WebhookQueueOfAccount {
 public:
  WebhookQueueOfAccount(Parts& parts, std::string account) : parts_(parts), account_(std::move(account)) {}

  /// Sends until the turn is over; false when nothing is left to do for the account in this tick.
  bool take_turn(std::chrono::steady_clock::time_point until) {
    const auto begun = parts_.ticks();
    const auto end = std::min({until, begun + kAccountTurn, begun + (kAccountShare - used_)});
    while (send_one()) {
      if (parts_.ticks() < end) continue;
      used_ += parts_.ticks() - begun;
      return used_ < kAccountShare && parts_.ticks() < until;
    }
    return false;
  }

 private:
  bool send_one() {
    throw_if_stopped();
    const auto is_new = [&](const store::WebhookDelivery& due) {
      return !tried_.contains(due.id) && may_tell(parts_, due.endpoint);
    };
    auto next = std::find_if(batch_.begin(), batch_.end(), is_new);
    if (next == batch_.end()) {
      batch_ = store::due_webhooks(parts_.state(), parts_.moment(), kWebhookBatch, account_);
      next = std::find_if(batch_.begin(), batch_.end(), is_new);
    }
    if (next == batch_.end()) return false;
    tried_.insert(next->id);
    if (const auto claim = take_webhook(parts_, next->id, next->fence)) send(*claim);
    return true;
  }

  void send(const WebhookClaim& claim) {
    WebhookAnswer answer;
    if (const auto known = silent_.find(claim.webhook.id); known != silent_.end()) {
      answer = known->second;
      answer.answer = "not tried: " + answer.answer;
    } else {
      answer = ask(parts_, claim);
      if (answer.kind == OutcomeKind::deferred && answer.status == 0 && answer.reason_class != "stopped")
        silent_.emplace(claim.webhook.id, answer);
    }
    const auto result = result_of(parts_, claim, answer);
    if (store::record_webhook(parts_.state(), claim, result, webhook_events(claim, result), parts_.moment()))
      tell_operator(claim, result);
  }

  Parts& parts_;
  std::string account_;
  std::chrono::steady_clock::duration used_{0};
  std::vector<store::WebhookDelivery> batch_;
  std::set<std::string> tried_;
  std::map<std::string, WebhookAnswer> silent_;  ///< by webhook: what kept it from answering at all
};

}  // namespace

SecretSource webhook_secret(const settings::Settings& settings, const store::Webhook& webhook) {
  auto secret = webhook.secret();
  if (settings::names_credential(settings, secret.credential)) secret.credential.clear();
  if (secret.file.empty()) return secret;
  secret.within = settings.webhooks.secret_dir / webhook.account;
  secret.file = secret.within / secret.file;  // a whole path stays as it is
  return secret;
}

void send_webhooks(Parts& parts) {
  const auto until = parts.ticks() + kWebhookShare;
  std::deque<WebhookQueueOfAccount> waiting;
  for (const auto& account : store::due_webhook_accounts(parts.state(), parts.moment())) waiting.emplace_back(parts, account);
  while (!waiting.empty() && parts.ticks() < until) {
    auto first = std::move(waiting.front());
    waiting.pop_front();
    if (first.take_turn(until)) waiting.push_back(std::move(first));
  }
}

store::WebhookDelivery test_webhook(Parts& parts, const store::Webhook& webhook, const std::string& actor) {
  parts.require_own();
  if (!may_tell(parts, store::endpoint_of(webhook.url))) {
    throw Error(ErrorKind::usage, "REPORTCTL_NOW replaces the clock, so nothing is posted to another host",
                "unset it, or add --really");
  }
  const nlohmann::ordered_json payload = {{"webhookId", webhook.id}, {"endpoint", store::endpoint_of(webhook.url)}};
  const auto id = store::queue_test_webhook(parts.state(), webhook,
                                            {{.name = "WebhookTested",
                                              .account = webhook.account,
                                              .subject = webhook.id,
                                              .actor = actor,
                                              .payload = json_text(payload)}},
                                            parts.now());
  const auto claim = take_webhook(parts, id, 0);
  if (!claim)
    throw Error(ErrorKind::conflict, "another process is sending it", "reportctl webhook deliveries shows what came of it");
  auto result = result_of(parts, *claim, ask(parts, *claim));
  if (result.state == WebhookState::queued) result.state = WebhookState::deferred;
  store::record_webhook(parts.state(), *claim, result, webhook_events(*claim, result), parts.moment());
  auto delivery = claim->delivery;
  delivery.state = result.state;
  delivery.status = result.status;
  delivery.answer = result.answer;
  delivery.reason_class = result.reason_class;
  delivery.due_at = std::nullopt;
  if (result.state == WebhookState::accepted) delivery.sent_at = parts.moment();
  return delivery;
}

}  // namespace reportctl::run
