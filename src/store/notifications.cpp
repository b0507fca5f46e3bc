// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/notifications.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "audit_chain.hpp"
#include "columns.hpp"
#include "connection.hpp"
#include "listing.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

constexpr std::array kNotificationColumns{
    column<&Notification::id>("n.id"),
    column<&Notification::account>("n.account"),
    column<&Notification::member_id>("n.member_id"),
    column<&Notification::member_name>("ifnull(m.name, '')"),
    column<&Notification::kind>("n.kind"),
    column<&Notification::run_id>("n.run_id"),
    column<&Notification::subject>("n.subject"),
    column<&Notification::body>("n.body"),
    column<&Notification::created_at>("n.created_at"),
    column<&Notification::acknowledged_at>("n.acknowledged_at"),
    column<&Notification::acknowledged_by>("n.acknowledged_by"),
    column<&Notification::mail_state>("ifnull(d.state, '')"),
    column<&Notification::mail_answer>("ifnull(d.answer, '')"),
};

constexpr ListedTable kNotificationTable{
    .table = "notifications n",
    .joined = "LEFT JOIN members m ON m.id = n.member_id LEFT JOIN deliveries d ON d.notification_id = n.id",
    .key = "n.number",
    .id = "n.id",
    .account = "n.account",
    .only = "n.member_id"};

Listed notification_list(const Sight& sight) {
  return {.table = kNotificationTable, .columns = select_list(kNotificationColumns), .where = {}, .sight = sight};
}

}  // namespace

std::vector<Notification> list_notifications(State& state, const NotificationFilter& filter) {
  auto list = notification_list(filter.sight);
  list.where.add("n.account = {}", filter.account);
  if (!filter.all) list.where.add("n.acknowledged_at IS NULL");
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  return read_all(query, kNotificationColumns);
}

std::int64_t count_open_notifications(State& state, const Sight& sight) {
  Where where;
  where.add("n.acknowledged_at IS NULL");
  add_in_sight(where, kNotificationTable, sight);
  Query query(state.connection(),
              {.sql = fmt::format(R"sql(SELECT count(*) FROM notifications n INDEXED BY notifications_open{})sql", where.str()),
               .parameters = where.parameters()});
  return query.next() ? query.integer() : 0;
}

Notification get_notification(State& state, std::string_view id, const Sight& sight, const std::optional<std::string>& account) {
  auto list = notification_list(sight);
  list.where.add("n.account = {}", account);
  Query query(state.connection(), select_by_id(std::move(list), id));
  return only_one(read_all(query, kNotificationColumns),
                  {.kind = "notification", .asked = id, .shown_by = "reportctl notifications list --all"});
}

std::string notification_mail(State& state, std::string_view id) {
  Query query(state.connection(), R"sql(SELECT mail FROM notifications WHERE id = ?)sql");
  return query.bind(id).next() ? query.text() : std::string();
}

void acknowledge(State& state, std::string_view id, std::string_view by, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed = Query(connection,
                             R"sql(
              UPDATE notifications SET acknowledged_at = ?, acknowledged_by = ?
              WHERE id = ? AND acknowledged_at IS NULL)sql")
                           .bind(now, by, id)
                           .run();
  // Who has seen it need not be told any more.
  Query(connection, R"sql(UPDATE deliveries SET next_attempt_at = NULL WHERE notification_id = ?)sql").bind(id).run();
  Query(connection, fmt::format(R"sql(
    UPDATE runs AS r SET settled_at = ? WHERE r.id = (SELECT run_id FROM notifications WHERE id = ?) AND {} AND NOT EXISTS (
    SELECT 1 FROM notifications n WHERE n.run_id = r.id AND n.acknowledged_at IS NULL))sql",
                                kWaiting))
      .bind(now, id)
      .run();
  if (changed == 1) append_events(connection, events, now);
  transaction.commit();
}

}  // namespace reportctl::store
