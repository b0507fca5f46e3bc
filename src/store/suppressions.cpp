// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/suppressions.hpp"

#include <fmt/format.h>

#include <array>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "columns.hpp"
#include "connection.hpp"
#include "listing.hpp"

namespace reportctl::store {
namespace {

constexpr std::array kSuppressionColumns{
    column<&Suppression::address>("u.address"),
    column<&Suppression::account>("ifnull(u.account, '')"),
    column<&Suppression::schedule_id>("ifnull(u.schedule_id, '')"),
    column<&Suppression::schedule>("ifnull(s.name, '')"),
    column<&Suppression::reason>("u.reason"),
    column<&Suppression::created_at>("u.created_at"),
    column<&Suppression::created_by>("u.created_by"),
};

/// NULL for an empty text.
std::optional<std::string> or_null(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

}  // namespace

bool suppress(State& state, const Suppression& suppression, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  require_account_here(connection, suppression.account);  // it would be written to from elsewhere all the same
  const auto added = Query(connection, R"sql(
    INSERT INTO suppressions (address, account, schedule_id, reason, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING)sql")
                         .bind(suppression.address, or_null(suppression.account), or_null(suppression.schedule_id),
                               suppression.reason, now, suppression.created_by)
                         .run();
  if (added == 1) append_events(connection, events, now);
  transaction.commit();
  return added == 1;
}

int allow_again(State& state, std::string_view address, const std::optional<std::string>& account, const AuditEvents& events,
                Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto removed = Query(connection, R"sql(DELETE FROM suppressions WHERE address = ?1 AND (?2 IS NULL OR account = ?2))sql")
                           .bind(address, account)
                           .run();
  if (removed > 0) append_events(connection, events, now);
  transaction.commit();
  return static_cast<int>(removed);
}

std::vector<Suppression> list_suppressions(State& state, const Sight& sight) {
  Where where;
  if (sight)
    where.add(R"sql(u.account IN (SELECT value ->> 0 FROM json_each({}) WHERE value ->> 1 IS NULL))sql", sight_json(*sight));
  Query query(
      state.connection(),
      {.sql = fmt::format(
           R"sql(SELECT {} FROM suppressions u LEFT JOIN schedules s ON s.id = u.schedule_id{} ORDER BY u.address, u.number)sql",
           select_list(kSuppressionColumns), where.str()),
       .parameters = where.parameters()});
  return read_all(query, kSuppressionColumns);
}

bool is_suppressed(State& state, std::string_view account, std::string_view schedule_id, std::string_view address) {
  return Query(state.connection(), R"sql(
    SELECT 1 FROM suppressions WHERE address = ? AND (account IS NULL OR account = ?) AND (schedule_id IS NULL OR schedule_id = ?))sql")
      .bind(address, account, schedule_id)
      .next();
}

std::vector<Mailbox> allowed_recipients(State& state, const schedule::Schedule& schedule) {
  std::vector<Mailbox> allowed;
  for (const auto& to : schedule.definition.recipients.mailboxes)
    if (!is_suppressed(state, schedule.definition.account, schedule.id, to.address.normalized())) allowed.push_back(to);
  return allowed;
}

std::optional<Subscription> subscription_of(State& state, std::string_view token) {
  Query query(state.connection(), R"sql(
    SELECT d.address, r.account, r.schedule_id, r.schedule_name FROM deliveries d JOIN runs r ON r.id = d.run_id
    WHERE d.id = ? AND d.notification_id IS NULL AND r.schedule_id IS NOT NULL)sql");
  if (!query.bind(token).next()) return std::nullopt;
  Subscription subscription;
  subscription.address = query.text();
  subscription.account = query.text();
  subscription.schedule_id = query.text();
  subscription.schedule = query.text();
  return subscription;
}

}  // namespace reportctl::store
