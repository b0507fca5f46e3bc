// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "webhook_row.hpp"

#include <fmt/format.h>

#include "changes.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

Error no_webhook(std::string_view id) {
  return {ErrorKind::not_found, fmt::format("webhook \"{}\" does not exist", visible(id)), "`reportctl webhook list` shows them"};
}

std::string events_json(const Webhook& webhook) { return texts_json({webhook.events.begin(), webhook.events.end()}); }

}  // namespace

void insert_webhook(Connection& connection, const Webhook& webhook) {
  require_account_here(connection, webhook.account);
  if (Query(connection, R"sql(SELECT 1 FROM webhooks WHERE account = ? AND url = ?)sql")
          .bind(webhook.account, webhook.url)
          .next()) {
    throw Error(ErrorKind::conflict,
                fmt::format("account \"{}\" has a webhook to {} already", visible(webhook.account), visible(webhook.url)),
                "`reportctl webhook list` shows it");
  }
  Query(connection,
        R"sql(
          INSERT INTO webhooks (id, account, url, events, outcomes, secret_file, secret_credential, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql")
      .bind(webhook.id, webhook.account, webhook.url, events_json(webhook), webhook_outcomes_name(webhook.outcomes),
            webhook.secret_file, webhook.secret_credential, webhook.created_at)
      .run();
}

void update_webhook(Connection& connection, const Webhook& webhook) {
  require_account_here(connection, webhook.account);
  const auto changed =
      Query(connection,
            R"sql(UPDATE webhooks SET events = ?, outcomes = ?, secret_file = ?, secret_credential = ? WHERE id = ?)sql")
          .bind(events_json(webhook), webhook_outcomes_name(webhook.outcomes), webhook.secret_file, webhook.secret_credential,
                webhook.id)
          .run();
  if (changed != 1) throw no_webhook(webhook.id);
}

void delete_webhook(Connection& connection, std::string_view id) {
  if (Query(connection, R"sql(DELETE FROM webhooks WHERE id = ?)sql").bind(id).run() != 1) throw no_webhook(id);
  // One that is being sent ends as it ends: its owner records that.
  Query(connection,
        R"sql(
          UPDATE webhook_deliveries SET state = 'refused', due_at = NULL, answer = 'the webhook was removed',
          reason_class = 'removed' WHERE webhook_id = ? AND due_at IS NOT NULL AND owner_host IS NULL)sql")
      .bind(id)
      .run();
}

}  // namespace reportctl::store
