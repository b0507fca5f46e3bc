// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/webhooks.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "audit_chain.hpp"
#include "columns.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "listing.hpp"
#include "names.hpp"
#include "owner.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "webhook_row.hpp"

namespace reportctl::store {
// Found by column() through the room, where unnamed namespaces are not looked into.
static void read_value(Query& query, WebhookOutcomes& value) {
  value = parse_webhook_outcomes(query.text()).value_or(WebhookOutcomes::all);
}
static void read_value(Query& query, WebhookState& value) {
  value = parse_webhook_state(query.text()).value_or(WebhookState::refused);
}
static void read_value(Query& query, std::set<std::string>& value) {
  for (auto& text : read_texts(query.text())) value.insert(std::move(text));
}

namespace {

constexpr std::array<std::string_view, 5> kWebhookStates{"queued", "sending", "accepted", "deferred", "refused"};

constexpr std::array kWebhookColumns{
    column<&Webhook::id>("w.id"),
    column<&Webhook::account>("w.account"),
    column<&Webhook::url>("w.url"),
    column<&Webhook::events>("w.events"),
    column<&Webhook::outcomes>("w.outcomes"),
    column<&Webhook::secret_file>("w.secret_file"),
    column<&Webhook::secret_credential>("w.secret_credential"),
    column<&Webhook::created_at>("w.created_at"),
};

constexpr ListedTable kWebhookTable{
    .table = "webhooks w", .joined = "", .key = "w.number", .id = "w.id", .account = "w.account", .only = "NULL"};

constexpr std::array kWebhookDeliveryColumns{
    column<&WebhookDelivery::id>("d.id"),
    column<&WebhookDelivery::webhook_id>("d.webhook_id"),
    column<&WebhookDelivery::account>("d.account"),
    column<&WebhookDelivery::endpoint>("d.endpoint"),
    column<&WebhookDelivery::event>("d.event"),
    column<&WebhookDelivery::run_id>("ifnull(d.run_id, '')"),
    column<&WebhookDelivery::export_id>("ifnull(d.export_id, '')"),
    column<&WebhookDelivery::body>("d.body"),
    column<&WebhookDelivery::state>("d.state"),
    column<&WebhookDelivery::attempts>("d.attempts"),
    column<&WebhookDelivery::fence>("d.fence"),
    column<&WebhookDelivery::created_at>("d.created_at"),
    column<&WebhookDelivery::due_at>("d.due_at"),
    column<&WebhookDelivery::status>("d.status"),
    column<&WebhookDelivery::answer>("d.answer"),
    column<&WebhookDelivery::reason_class>("d.reason_class"),
    column<&WebhookDelivery::sent_at>("d.sent_at"),
};

constexpr ListedTable kWebhookDeliveryTable{
    .table = "webhook_deliveries d", .joined = "", .key = "d.number", .id = "d.id", .account = "d.account", .only = "NULL"};

struct StoredWebhookDelivery {
  WebhookDelivery delivery;
  Owner owner;
};

std::string select_webhook_delivery() {
  return fmt::format(R"sql(SELECT {}, {} FROM webhook_deliveries d)sql", select_list(kWebhookDeliveryColumns), kOwnerColumns);
}

StoredWebhookDelivery read_webhook_delivery(Query& query) {
  StoredWebhookDelivery stored;
  stored.delivery = read_columns(query, kWebhookDeliveryColumns);
  stored.owner = read_owner(query);
  return stored;
}

}  // namespace

std::string_view webhook_outcomes_name(WebhookOutcomes outcomes) { return outcomes == WebhookOutcomes::all ? "all" : "failures"; }

std::optional<WebhookOutcomes> parse_webhook_outcomes(std::string_view word) {
  if (word == "all") return WebhookOutcomes::all;
  if (word == "failures") return WebhookOutcomes::failures;
  return std::nullopt;
}

std::string_view webhook_state_name(WebhookState state) { return name_in(kWebhookStates, state); }
std::optional<WebhookState> parse_webhook_state(std::string_view word) { return parse_name<WebhookState>(kWebhookStates, word); }
std::vector<std::string> webhook_state_names() { return {kWebhookStates.begin(), kWebhookStates.end()}; }

bool same_webhook(const Webhook& a, const Webhook& b) {
  return a.account == b.account && a.url == b.url && a.events == b.events && a.outcomes == b.outcomes &&
         a.secret_file == b.secret_file && a.secret_credential == b.secret_credential;
}

std::string endpoint_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return std::string(url.substr(0, url.find_first_of("/?", scheme + 3)));
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

std::vector<Webhook> list_webhooks(State& state, const std::optional<std::string>& account, const Sight& sight) {
  Where where;
  where.add("w.account = {}", account);
  add_in_sight(where, kWebhookTable, sight);
  Query query(state.connection(), {.sql = fmt::format(R"sql(SELECT {} FROM webhooks w{} ORDER BY w.account, w.number)sql",
                                                      select_list(kWebhookColumns), where.str()),
                                   .parameters = where.parameters()});
  return read_all(query, kWebhookColumns);
}

std::optional<Webhook> find_webhook(State& state, std::string_view id) {
  Query query(state.connection(), fmt::format(R"sql(SELECT {} FROM webhooks w WHERE w.id = ?)sql", select_list(kWebhookColumns)));
  if (!query.bind(id).next()) return std::nullopt;
  return read_columns(query, kWebhookColumns);
}

Webhook get_webhook(State& state, std::string_view url_or_id, const Sight& sight, const std::optional<std::string>& account) {
  auto& connection = state.connection();
  std::vector<Webhook> found;
  {
    Where where;
    where.add("w.url = {}", url_or_id).add("w.account = {}", account);
    add_in_sight(where, kWebhookTable, sight);
    Query query(connection, {.sql = fmt::format(R"sql(SELECT {} FROM webhooks w{} ORDER BY w.number)sql",
                                                select_list(kWebhookColumns), where.str()),
                             .parameters = where.parameters()});
    found = read_all(query, kWebhookColumns);
  }
  if (found.empty()) {
    Listed list{.table = kWebhookTable, .columns = select_list(kWebhookColumns), .where = {}, .sight = sight};
    list.where.add("w.account = {}", account);
    Query query(connection, select_by_id(std::move(list), url_or_id));
    found = read_all(query, kWebhookColumns);
  }
  return only_one(std::move(found), {.kind = "webhook", .asked = url_or_id, .shown_by = "reportctl webhook list"});
}

std::string queue_test_webhook(State& state, const Webhook& webhook, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  auto id = new_id();
  const nlohmann::ordered_json body = {
      {"id", id}, {"event", "test"}, {"created_at", format_utc(now)}, {"account", webhook.account}};
  Query(connection,
        R"sql(
          INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, body, state, created_at, due_at)
          VALUES (?, ?, ?, ?, 'test', ?, 'queued', ?, ?))sql")
      .bind(id, webhook.id, webhook.account, endpoint_of(webhook.url), json_text(body), now, now)
      .run();
  append_events(connection, events, now);
  transaction.commit();
  return id;
}

namespace {

// The index is named because the planner, knowing nothing of the sizes, might read the whole ledger.
std::vector<WebhookDelivery> due_deliveries(State& state, Instant now, int limit, const std::optional<std::string>& account) {
  Query query(state.connection(),
              fmt::format("{} INDEXED BY webhook_deliveries_due WHERE due_at <= ? AND account = ifnull(?, account) "
                          "ORDER BY due_at, number",
                          select_webhook_delivery()));
  query.bind(now, account);
  std::vector<WebhookDelivery> due;
  while (static_cast<int>(due.size()) < limit && query.next()) {
    auto stored = read_webhook_delivery(query);
    if (!is_working(state.connection(), stored.owner, now)) due.push_back(std::move(stored.delivery));
  }
  return due;
}

}  // namespace

std::vector<WebhookDelivery> due_webhooks(State& state, Instant now, int limit) {
  return due_deliveries(state, now, limit, std::nullopt);
}

std::vector<WebhookDelivery> due_webhooks(State& state, Instant now, int limit, const std::string& account) {
  return due_deliveries(state, now, limit, account);
}

std::vector<std::string> due_webhook_accounts(State& state, Instant now) {
  Query query(state.connection(), R"sql(
    SELECT account FROM webhook_deliveries INDEXED BY webhook_deliveries_due WHERE due_at <= ?
    GROUP BY account ORDER BY max(attempts) > 0, min(due_at), account)sql");
  query.bind(now);
  std::vector<std::string> accounts;
  while (query.next()) accounts.push_back(query.text());
  return accounts;
}

std::optional<WebhookClaim> claim_webhook(State& state, const WebhookClaimRequest& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto taken = Query(connection,
                           R"sql(
              UPDATE webhook_deliveries SET state = 'sending', attempts = attempts + 1, fence = fence + 1, owner_host
              = ?, owner_boot = ?, owner_pid = ?, owner_start = ?, lease_until = ?
              WHERE id = ? AND fence = ? AND due_at <= ? AND state IN ('queued', 'deferred', 'sending'))sql")
                         .bind(request.owner.host, request.owner.boot_id, request.owner.pid, request.owner.start_time,
                               request.lease_until, request.delivery_id, request.fence, request.now)
                         .run();
  if (taken != 1) return std::nullopt;
  WebhookClaim claim;
  {
    Query query(connection, fmt::format("{} WHERE id = ?", select_webhook_delivery()));
    if (!query.bind(request.delivery_id).next()) return std::nullopt;
    claim.delivery = read_webhook_delivery(query).delivery;
  }
  auto webhook = find_webhook(state, claim.delivery.webhook_id);
  if (!webhook) {
    Query(connection, fmt::format(R"sql(
            UPDATE webhook_deliveries SET state = 'refused', due_at = NULL, {}, answer = 'the webhook was removed',
            reason_class = 'removed' WHERE id = ?)sql",
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
  const auto changed = Query(connection, fmt::format(
                                             R"sql(
                  UPDATE webhook_deliveries SET state = ?1, due_at = CASE ?1 WHEN 'queued' THEN due_at ELSE ?2 END,
                  attempts = attempts - (?1 = 'queued'), status = ?3, answer = ?4, reason_class = ?5, sent_at = ?6, {}
                  WHERE id = ?7 AND fence = ?8 AND state = 'sending')sql",
                                             kDisown))
                           .bind(webhook_state_name(result.state), back ? std::nullopt : result.next_attempt_at, result.status,
                                 result.answer, result.reason_class, accepted ? std::optional<Instant>(now) : std::nullopt,
                                 claim.delivery.id, claim.delivery.fence)
                           .run();
  if (changed != 1) return false;
  if (result.paused_until) {
    Query(connection, R"sql(UPDATE webhook_deliveries SET attempts = attempts - 1 WHERE id = ?)sql")
        .bind(claim.delivery.id)
        .run();
    Query(connection,
          R"sql(
            UPDATE webhook_deliveries SET due_at = ?1, reason_class = 'paused'
            WHERE webhook_id = ?2 AND due_at < ?1 AND owner_host IS NULL)sql")
        .bind(*result.paused_until, claim.delivery.webhook_id)
        .run();
  }
  append_events(connection, events, now);
  transaction.commit();
  return true;
}

std::vector<WebhookDelivery> list_webhook_deliveries(State& state, const WebhookDeliveryFilter& filter) {
  Listed list{
      .table = kWebhookDeliveryTable, .columns = select_list(kWebhookDeliveryColumns), .where = {}, .sight = filter.sight};
  list.where.add("d.account = {}", filter.account);
  if (filter.state) list.where.add("d.state = {}", webhook_state_name(*filter.state));
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  return read_all(query, kWebhookDeliveryColumns);
}

std::vector<WebhookDelivery> webhook_deliveries_of_run(State& state, std::string_view run_id) {
  Query query(state.connection(), fmt::format(R"sql(SELECT {} FROM webhook_deliveries d WHERE d.run_id = ? ORDER BY d.number)sql",
                                              select_list(kWebhookDeliveryColumns)));
  return read_all(query.bind(run_id), kWebhookDeliveryColumns);
}

}  // namespace reportctl::store
