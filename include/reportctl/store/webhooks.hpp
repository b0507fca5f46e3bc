// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/process.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

enum class WebhookOutcomes { all, failures };
std::string_view webhook_outcomes_name(WebhookOutcomes);
std::optional<WebhookOutcomes> parse_webhook_outcomes(std::string_view);

/// Another program that is told when runs and exports of an account end.
struct Webhook {
  std::string id;
  std::string account;
  std::string url;               ///< unique within the account; its path may be a secret of its own
  std::set<std::string> events;  ///< `run`, `export`
  WebhookOutcomes outcomes = WebhookOutcomes::all;
  std::string secret_file;        ///< absolute path; read when something is sent
  std::string secret_credential;  ///< or the name of a systemd credential
  Instant created_at{};
  [[nodiscard]] SecretSource secret() const { return {.credential = secret_credential, .file = secret_file, .command = {}}; }
};
/// The same in everything that a person decides.
bool same_webhook(const Webhook&, const Webhook&);

/// Scheme, host and port of a url: what may be shown to everyone who may see a run.
std::string endpoint_of(std::string_view url);

/// Error(conflict) when the account has a webhook of that url already; edit and remove: Error(not_found).
void add_webhook(State&, const Webhook&, const AuditEvents&, Instant now);
/// What waits for it is refused, visibly.
void remove_webhook(State&, std::string_view id, const AuditEvents&, Instant now);
/// Those in sight, of one account or of all, in the order in which they were added.
std::vector<Webhook> list_webhooks(State&, const std::optional<std::string>& account, const Sight& sight = std::nullopt);
std::optional<Webhook> find_webhook(State&, std::string_view id);
/// By url, by id, or by an unambiguous prefix (≥ 4) of an id, among what is in sight. Error(not_found), Error(conflict).
Webhook get_webhook(State&, std::string_view url_or_id, const Sight&, const std::optional<std::string>& account);

/// There is no `unknown`: a try that ends without an answer is made again under the same id, and receivers drop doubles by it.
enum class WebhookState { queued, sending, accepted, deferred, refused };
std::string_view webhook_state_name(WebhookState);
std::optional<WebhookState> parse_webhook_state(std::string_view);
std::vector<std::string> webhook_state_names();

struct WebhookDelivery {
  std::string id;  ///< in the body and in a header; the same at every try
  std::string webhook_id, account, endpoint;
  std::string event;  ///< `run`, `export` or `test`
  std::string run_id, export_id;
  std::string body;
  WebhookState state = WebhookState::queued;
  int attempts = 0;
  std::int64_t fence = 0;
  Instant created_at{};
  std::optional<Instant> due_at;  ///< the next try; none when it is settled
  int status = 0;                 ///< of the last answer; 0: none
  std::string answer, reason_class;
  std::optional<Instant> sent_at;  ///< when it was accepted
};

/// Queues a delivery of event `test`, which is tried once; its id.
std::string queue_test_webhook(State&, const Webhook&, const AuditEvents&, Instant now);

/// Deliveries that are due and that no living process is sending, the longest due first. Costs nothing where none is due.
std::vector<WebhookDelivery> due_webhooks(State&, Instant now, int limit);
/// Of one account.
std::vector<WebhookDelivery> due_webhooks(State&, Instant now, int limit, const std::string& account);
/// The accounts that have any; those whose endpoints have not taken something yet come last.
std::vector<std::string> due_webhook_accounts(State&, Instant now);

struct WebhookClaim {
  WebhookDelivery delivery;
  Webhook webhook;
};
struct WebhookClaimRequest {
  std::string delivery_id;
  std::int64_t fence = 0;  ///< as read: the condition
  ProcessIdentity owner;
  Instant lease_until{};  ///< matters to other hosts only
  Instant now{};
};
/// → sending, owned, one attempt more. nullopt: someone else took it, it is not due any more, or its webhook is gone.
std::optional<WebhookClaim> claim_webhook(State&, const WebhookClaimRequest&);

struct WebhookResult {
  WebhookState state = WebhookState::accepted;  ///< accepted, deferred, refused; queued: not tried after all
  int status = 0;
  std::string answer, reason_class;
  std::optional<Instant> next_attempt_at;  ///< deferred only
  /// The receiver asked for a pause until then: this was no attempt, and nothing else is sent there before.
  std::optional<Instant> paused_until = std::nullopt;
};
/// False when the delivery belongs to another process now: nothing was changed.
bool record_webhook(State&, const WebhookClaim&, const WebhookResult&, const AuditEvents&, Instant now);

struct WebhookDeliveryFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<WebhookState> state = std::nullopt;
  int limit = 50;  ///< newest first; 0: all
  Sight sight = std::nullopt;
};
std::vector<WebhookDelivery> list_webhook_deliveries(State&, const WebhookDeliveryFilter&);
/// In the order in which they were queued.
std::vector<WebhookDelivery> webhook_deliveries_of_run(State&, std::string_view run_id);

}  // namespace reportctl::store
