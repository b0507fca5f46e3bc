// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "attempts.hpp"
#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"

namespace reportctl::run {
namespace {

using delivery::OutcomeKind;
using delivery::WebhookAnswer;
using store::WebhookClaim;
using store::WebhookResult;
using store::WebhookState;

constexpr auto kWebhookShare = std::chrono::minutes(2);
constexpr int kWebhookBatch = 64;

WebhookAnswer ask(Parts& parts, const WebhookClaim& claim) {
  return parts.post_webhook({.url = claim.webhook.url,
                             .secret = claim.webhook.secret(),
                             .event = claim.delivery.event,
                             .id = claim.delivery.id,
                             .body = claim.delivery.body,
                             .sent_at = parts.moment()});
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
  return store::claim_webhook(
      parts.state(), {.delivery_id = id, .fence = fence, .owner = parts.self(), .lease_until = parts.now() + kWebhookLease});
}

}  // namespace

void send_webhooks(Parts& parts) {
  std::map<std::string, WebhookAnswer> silent;  // by webhook: what kept it from answering at all
  std::set<std::string> tried;
  const auto until = parts.ticks() + kWebhookShare;
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& due : store::due_webhooks(parts.state(), parts.now(), kWebhookBatch)) {
      throw_if_stopped();
      if (parts.ticks() >= until) return;
      if (!tried.insert(due.id).second) continue;
      progress = true;
      const auto claim = take_webhook(parts, due.id, due.fence);
      if (!claim) continue;
      WebhookAnswer answer;
      if (const auto known = silent.find(claim->webhook.id); known != silent.end()) {
        answer = known->second;
        answer.answer = "not tried: " + answer.answer;
      } else {
        answer = ask(parts, *claim);
        if (answer.kind == OutcomeKind::deferred && answer.status == 0 && answer.reason_class != "stopped")
          silent.emplace(claim->webhook.id, answer);
      }
      const auto result = result_of(parts, *claim, answer);
      if (store::record_webhook(parts.state(), *claim, result, webhook_events(*claim, result), parts.moment()))
        tell_operator(*claim, result);
    }
  }
}

store::WebhookDelivery test_webhook(Parts& parts, const store::Webhook& webhook, const std::string& actor) {
  const nlohmann::ordered_json payload = {{"webhookId", webhook.id}, {"endpoint", store::endpoint_of(webhook.url)}};
  const auto id = store::queue_test_webhook(
      parts.state(), webhook,
      {{.name = "WebhookTested", .account = webhook.account, .subject = webhook.id, .actor = actor, .payload = payload.dump()}},
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
