// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::store {
namespace {

std::vector<std::string> ids(Connection& connection, const char* condition, std::string_view value) {
  Query query(connection, fmt::format("SELECT id FROM notifications WHERE {} ORDER BY id LIMIT 5", condition));
  query.bind(value);
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text());
  return found;
}

std::string resolve(Connection& connection, std::string_view asked) {
  auto found = ids(connection, "id = ?1", asked);
  if (found.empty() && asked.size() >= kShortestPrefix) found = ids(connection, "id >= ?1 AND id < ?1 || '~'", asked);
  if (found.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("notification \"{}\" does not exist", visible(asked)),
                "`reportctl notifications list --all` shows them");
  }
  if (found.size() > 1) {
    throw Error(ErrorKind::conflict, fmt::format("notification \"{}\" is ambiguous: {}", visible(asked), join(found, ", ")),
                "give more of the id");
  }
  return std::move(found.front());
}

}  // namespace

std::vector<Notification> list_notifications(State& state, const NotificationFilter& filter) {
  std::string sql =
      "SELECT n.id, n.account, n.member_id, ifnull(m.name, ''), n.kind, n.run_id, n.subject, n.body, n.created_at, "
      "n.acknowledged_at, "
      "n.acknowledged_by, ifnull(d.state, ''), ifnull(d.answer, '') FROM notifications n LEFT JOIN members m ON m.id = "
      "n.member_id "
      "LEFT JOIN deliveries d ON d.notification_id = n.id WHERE 1";
  if (filter.account) sql += " AND n.account = ?";
  if (!filter.all) sql += " AND n.acknowledged_at IS NULL";
  Query query(state.connection(), sql + " ORDER BY n.number DESC LIMIT ?");
  if (filter.account) query.bind(*filter.account);
  query.bind(filter.limit > 0 ? filter.limit : -1);
  std::vector<Notification> notifications;
  while (query.next()) {
    Notification notification;
    notification.id = query.text();
    notification.account = query.text();
    notification.member_id = query.text();
    notification.member_name = query.text();
    notification.kind = query.text();
    notification.run_id = query.text();
    notification.subject = query.text();
    notification.body = query.text();
    notification.created_at = query.instant();
    notification.acknowledged_at = query.optional_instant();
    notification.acknowledged_by = query.text();
    notification.mail_state = query.text();
    notification.mail_answer = query.text();
    notifications.push_back(std::move(notification));
  }
  return notifications;
}

std::string notification_mail(State& state, std::string_view id) {
  Query query(state.connection(), "SELECT mail FROM notifications WHERE id = ?");
  return query.bind(id).next() ? query.text() : std::string();
}

void acknowledge(State& state, std::string_view id, std::string_view by, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed =
      Query(connection,
            "UPDATE notifications SET acknowledged_at = ?, acknowledged_by = ? WHERE id = ? AND acknowledged_at IS NULL")
          .bind(now, by, resolve(connection, id))
          .run();
  if (changed == 1) append_events(connection, events, now);
  transaction.commit();
}

}  // namespace reportctl::store
