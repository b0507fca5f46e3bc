// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/webhooks.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "owner.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 5> kWebhookStates{"queued", "sending", "accepted", "deferred", "refused"};

constexpr const char* kSelectWebhook =
    "SELECT id, account, url, events, outcomes, secret_file, secret_credential, created_at FROM webhooks";

Webhook read_webhook(Query& query) {
  Webhook webhook;
  webhook.id = query.text();
  webhook.account = query.text();
  webhook.url = query.text();
  for (const auto& event : nlohmann::json::parse(query.text())) webhook.events.insert(event.get<std::string>());
  webhook.outcomes = parse_webhook_outcomes(query.text()).value_or(WebhookOutcomes::all);
  webhook.secret_file = query.text();
  webhook.secret_credential = query.text();
  webhook.created_at = query.instant();
  return webhook;
}

constexpr const char* kSelectWebhookDelivery =
    "SELECT id, webhook_id, account, endpoint, event, ifnull(run_id, ''), ifnull(export_id, ''), body, state, attempts, fence, "
    "created_at, due_at, status, answer, reason_class, sent_at, owner_host, owner_boot, owner_pid, owner_start, lease_until "
    "FROM webhook_deliveries";

struct StoredWebhookDelivery {
  WebhookDelivery delivery;
  Owner owner;
};

StoredWebhookDelivery read_webhook_delivery(Query& query) {
  StoredWebhookDelivery stored;
  auto& delivery = stored.delivery;
  delivery.id = query.text();
  delivery.webhook_id = query.text();
  delivery.account = query.text();
  delivery.endpoint = query.text();
  delivery.event = query.text();
  delivery.run_id = query.text();
  delivery.export_id = query.text();
  delivery.body = query.text();
  delivery.state = parse_webhook_state(query.text()).value_or(WebhookState::refused);
  delivery.attempts = query.small();
  delivery.fence = query.integer();
  delivery.created_at = query.instant();
  delivery.due_at = query.optional_instant();
  delivery.status = query.small();
  delivery.answer = query.text();
  delivery.reason_class = query.text();
  delivery.sent_at = query.optional_instant();
  stored.owner = read_owner(query);
  return stored;
}

Error no_webhook(std::string_view id) {
  return {ErrorKind::not_found, fmt::format("webhook \"{}\" does not exist", visible(id)), "`reportctl webhook list` shows them"};
}

std::string events_json(const Webhook& webhook) { return texts_json({webhook.events.begin(), webhook.events.end()}); }

}  // namespace

std::string_view webhook_outcomes_name(WebhookOutcomes outcomes) { return outcomes == WebhookOutcomes::all ? "all" : "failures"; }

std::optional<WebhookOutcomes> parse_webhook_outcomes(std::string_view word) {
  if (word == "all") return WebhookOutcomes::all;
  if (word == "failures") return WebhookOutcomes::failures;
  return std::nullopt;
}

std::string_view webhook_state_name(WebhookState state) { return kWebhookStates.at(static_cast<std::size_t>(state)); }

std::optional<WebhookState> parse_webhook_state(std::string_view word) {
  for (std::size_t i = 0; i < kWebhookStates.size(); ++i) {
    if (kWebhookStates[i] == word) return static_cast<WebhookState>(i);
  }
  return std::nullopt;
}

bool same_webhook(const Webhook& a, const Webhook& b) {
  return a.account == b.account && a.url == b.url && a.events == b.events && a.outcomes == b.outcomes &&
         a.secret_file == b.secret_file && a.secret_credential == b.secret_credential;
}

std::string endpoint_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return std::string(url.substr(0, url.find_first_of("/?", scheme + 3)));
}

void insert_webhook(Connection& connection, const Webhook& webhook) {
  if (Query(connection, "SELECT 1 FROM webhooks WHERE account = ? AND url = ?").bind(webhook.account, webhook.url).next()) {
    throw Error(ErrorKind::conflict,
                fmt::format("account \"{}\" has a webhook to {} already", visible(webhook.account), visible(webhook.url)),
                "`reportctl webhook list` shows it");
  }
  Query(connection,
        "INSERT INTO webhooks (id, account, url, events, outcomes, secret_file, secret_credential, created_at) VALUES (?, ?, ?, "
        "?, ?, ?, ?, ?)")
      .bind(webhook.id, webhook.account, webhook.url, events_json(webhook), webhook_outcomes_name(webhook.outcomes),
            webhook.secret_file, webhook.secret_credential, webhook.created_at)
      .run();
}

void update_webhook(Connection& connection, const Webhook& webhook) {
  const auto changed =
      Query(connection, "UPDATE webhooks SET events = ?, outcomes = ?, secret_file = ?, secret_credential = ? WHERE id = ?")
          .bind(events_json(webhook), webhook_outcomes_name(webhook.outcomes), webhook.secret_file, webhook.secret_credential,
                webhook.id)
          .run();
  if (changed != 1) throw no_webhook(webhook.id);
}

void delete_webhook(Connection& connection, std::string_view id) {
  if (Query(connection, "DELETE FROM webhooks WHERE id = ?").bind(id).run() != 1) throw no_webhook(id);
  // One that is being sent ends as it ends: its owner records that.
  Query(connection,
        "UPDATE webhook_deliveries SET state = 'refused', due_at = NULL, answer = 'the webhook was removed', reason_class = "
        "'removed' WHERE webhook_id = ? AND due_at IS NOT NULL AND owner_host IS NULL")
      .bind(id)
      .run();
}

void add_webhook(State& state, const Webhook& webhook, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  insert_webhook(state.connection(), webhook);
  append_events(state.connection(), events, now);
  transaction.commit();
}

void remove_webhook(State& state, std::string_view id, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  delete_webhook(state.connection(), id);
  append_events(state.connection(), events, now);
  transaction.commit();
}

std::vector<Webhook> list_webhooks(State& state, std::string_view account) {
  Query query(state.connection(),
              fmt::format("{}{} ORDER BY account, number", kSelectWebhook, account.empty() ? "" : " WHERE account = ?"));
  if (!account.empty()) query.bind(account);
  std::vector<Webhook> webhooks;
  while (query.next()) webhooks.push_back(read_webhook(query));
  return webhooks;
}

std::optional<Webhook> find_webhook(State& state, std::string_view id) {
  Query query(state.connection(), fmt::format("{} WHERE id = ?", kSelectWebhook));
  if (!query.bind(id).next()) return std::nullopt;
  return read_webhook(query);
}

std::string queue_test_webhook(State& state, const Webhook& webhook, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  auto id = new_id();
  const nlohmann::ordered_json body = {
      {"id", id}, {"event", "test"}, {"created_at", format_utc(now)}, {"account", webhook.account}};
  Query(connection,
        "INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, body, state, created_at, due_at) VALUES (?, "
        "?, ?, ?, 'test', ?, 'queued', ?, ?)")
      .bind(id, webhook.id, webhook.account, endpoint_of(webhook.url), body.dump(), now, now)
      .run();
  append_events(connection, events, now);
  transaction.commit();
  return id;
}

std::vector<WebhookDelivery> due_webhooks(State& state, Instant now, int limit) {
  // The index is named because the planner, knowing nothing of the sizes, might read the whole ledger.
  Query query(state.connection(), fmt::format("{} INDEXED BY webhook_deliveries_due WHERE due_at <= ? ORDER BY due_at, number",
                                              kSelectWebhookDelivery));
  query.bind(now);
  std::vector<WebhookDelivery> due;
  while (static_cast<int>(due.size()) < limit && query.next()) {
    auto stored = read_webhook_delivery(query);
    if (!is_working(stored.owner, now)) due.push_back(std::move(stored.delivery));
  }
  return due;
}

std::optional<WebhookClaim> claim_webhook(State& state, const WebhookClaimRequest& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto taken =
      Query(connection,
            "UPDATE webhook_deliveries SET state = 'sending', attempts = attempts + 1, fence = fence + 1, owner_host "
            "= ?, owner_boot = ?, owner_pid = ?, owner_start = ?, lease_until = ? WHERE id = ? AND fence = ? AND "
            "due_at IS NOT NULL AND state IN ('queued', 'deferred', 'sending')")
          .bind(request.owner.host, request.owner.boot_id, request.owner.pid, request.owner.start_time, request.lease_until,
                request.delivery_id, request.fence)
          .run();
  if (taken != 1) return std::nullopt;
  WebhookClaim claim;
  {
    Query query(connection, fmt::format("{} WHERE id = ?", kSelectWebhookDelivery));
    if (!query.bind(request.delivery_id).next()) return std::nullopt;
    claim.delivery = read_webhook_delivery(query).delivery;
  }
  auto webhook = find_webhook(state, claim.delivery.webhook_id);
  if (!webhook) {
    Query(connection,
          fmt::format("UPDATE webhook_deliveries SET state = 'refused', due_at = NULL, {}, answer = 'the webhook was removed', "
                      "reason_class = 'removed' WHERE id = ?",
                      kDisown))
        .bind(request.delivery_id)
        .run();
    transaction.commit();
    return std::nullopt;
  }
  claim.webhook = std::move(*webhook);
  transaction.commit();
  return claim;
}

bool record_webhook(State& state, const WebhookClaim& claim, const WebhookResult& result, const AuditEvents& events,
                    Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const bool back = result.state == WebhookState::queued;
  const bool accepted = result.state == WebhookState::accepted;
  const auto changed =
      Query(connection,
            fmt::format(
                "UPDATE webhook_deliveries SET state = ?1, due_at = CASE ?1 WHEN 'queued' THEN due_at ELSE ?2 END, attempts "
                "= attempts - (?1 = 'queued'), status = ?3, answer = ?4, reason_class = ?5, sent_at = ?6, {} WHERE id = ?7 "
                "AND fence = ?8 AND state = 'sending'",
                kDisown))
          .bind(webhook_state_name(result.state), back ? std::nullopt : result.next_attempt_at, result.status, result.answer,
                result.reason_class, accepted ? std::optional<Instant>(now) : std::nullopt, claim.delivery.id,
                claim.delivery.fence)
          .run();
  if (changed != 1) return false;
  append_events(connection, events, now);
  transaction.commit();
  return true;
}

std::vector<WebhookDelivery> list_webhook_deliveries(State& state, const WebhookDeliveryFilter& filter) {
  std::string sql = fmt::format("{} WHERE 1", kSelectWebhookDelivery);
  if (filter.account) sql += " AND account = ?";
  if (filter.run_id) sql += " AND run_id = ?";
  if (filter.state) sql += " AND state = ?";
  Query query(state.connection(), sql + (filter.run_id ? " ORDER BY number LIMIT ?" : " ORDER BY number DESC LIMIT ?"));
  if (filter.account) query.bind(*filter.account);
  if (filter.run_id) query.bind(*filter.run_id);
  if (filter.state) query.bind(webhook_state_name(*filter.state));
  query.bind(filter.limit > 0 ? filter.limit : -1);
  std::vector<WebhookDelivery> deliveries;
  while (query.next()) deliveries.push_back(read_webhook_delivery(query).delivery);
  return deliveries;
}

}  // namespace reportctl::store
