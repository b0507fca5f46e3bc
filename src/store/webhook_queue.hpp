// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::store {

/// Something that ended, for the webhooks of its account.
struct WebhookEvent {
  std::string event;  ///< `run` or `export`
  std::string account;
  std::string run_id, export_id;  ///< the one that ended
  bool failure = false;           ///< webhooks with `outcomes: failures` are told of these only
  std::string payload;            ///< JSON object as text; id, event, created_at and account are put in front of it
};
/// One queued delivery for each webhook of the account that wants to know. Within the caller's transaction, so that an ending and
/// the news of it are one. Costs one lookup where the account has no webhooks.
void queue_webhooks(Connection&, const WebhookEvent&, Instant now);
/// The same for a run or an export that has just ended, from its row.
void queue_run_webhooks(Connection&, std::string_view run_id, Instant now);
void queue_export_webhooks(Connection&, std::string_view export_id, Instant now);

/// A reason without what belongs to people: every word with an @ becomes `(address)`.
std::string without_addresses(std::string_view reason);

}  // namespace reportctl::store
