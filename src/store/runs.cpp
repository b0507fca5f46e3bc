// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/runs.hpp"

#include <fmt/format.h>

#include <utility>

#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

/// Without a moment at hand, a process of another host passes for alive.
Run shown(StoredRun stored) {
  stored.run.interrupted = !stored.run.finished_at && is_orphaned(stored.owner);
  return std::move(stored.run);
}

std::int64_t count(Connection& connection, const char* sql) {
  Query query(connection, sql);
  return query.next() ? query.integer() : 0;
}

}  // namespace

std::vector<Run> list_runs(State& state, const RunFilter& filter) {
  std::string sql = fmt::format("{} WHERE 1", kSelectRun);
  if (filter.schedule_id) sql += " AND r.schedule_id = ?";
  if (filter.account) sql += " AND r.account = ?";
  if (filter.state) sql += " AND r.state = ?";
  if (filter.since) sql += " AND r.created_at >= ?";
  Query query(state.connection(), sql + " ORDER BY r.number DESC LIMIT ?");
  if (filter.schedule_id) query.bind(*filter.schedule_id);
  if (filter.account) query.bind(*filter.account);
  if (filter.state) query.bind(run_state_name(*filter.state));
  if (filter.since) query.bind(*filter.since);
  query.bind(filter.limit > 0 ? filter.limit : -1);
  std::vector<Run> runs;
  while (query.next()) runs.push_back(shown(read_run(query)));
  return runs;
}

Run get_run(State& state, std::string_view id) {
  auto& connection = state.connection();
  if (auto stored = find_run(connection, id)) return shown(std::move(*stored));
  std::vector<StoredRun> found;
  if (id.size() >= kShortestPrefix) {
    Query query(connection, fmt::format("{} WHERE r.id >= ?1 AND r.id < ?1 || '~' ORDER BY r.id LIMIT 5", kSelectRun));
    query.bind(id);
    while (query.next()) found.push_back(read_run(query));
  }
  if (found.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("run \"{}\" does not exist", visible(id)), "`reportctl runs list` shows them");
  }
  if (found.size() > 1) {
    std::vector<std::string> ids;
    for (const auto& stored : found) ids.push_back(stored.run.id);
    throw Error(ErrorKind::conflict, fmt::format("run \"{}\" is ambiguous: {}", visible(id), join(ids, ", ")),
                "give more of the id");
  }
  return shown(std::move(found.front()));
}

std::vector<Delivery> list_deliveries(State& state, std::string_view run_id) {
  Query query(
      state.connection(),
      "SELECT id, recipient, address, ifnull(notification_id, ''), state, message_id, message_date, message_sha256, "
      "message_bytes, attempts, answer, reason_class, sent_at, next_attempt_at, in_doubt FROM deliveries WHERE run_id = ? "
      "ORDER BY notification_id IS NOT NULL, number");
  query.bind(run_id);
  std::vector<Delivery> deliveries;
  while (query.next()) {
    Delivery delivery;
    delivery.id = query.text();
    delivery.recipient = Mailbox::parse(query.text());
    delivery.address = query.text();
    delivery.run_id = run_id;
    delivery.notification_id = query.text();
    delivery.notification = !delivery.notification_id.empty();
    delivery.state = parse_delivery_state(query.text()).value_or(DeliveryState::unknown);
    delivery.message_id = query.text();
    delivery.message_date = query.instant();
    delivery.message_sha256 = query.text();
    delivery.message_bytes = query.integer();
    delivery.attempts = query.small();
    delivery.answer = query.text();
    delivery.reason_class = query.text();
    delivery.sent_at = query.optional_instant();
    delivery.next_attempt_at = query.optional_instant();
    delivery.in_doubt = query.flag();
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

Overview overview(State& state, Instant now, Instant since) {
  auto& connection = state.connection();
  Overview overview;
  overview.schedules = count(connection, "SELECT count(*) FROM schedules");
  overview.active = count(connection, "SELECT count(*) FROM schedules WHERE is_active = 1");
  overview.unknown_deliveries = count(connection, "SELECT count(*) FROM deliveries WHERE state = 'unknown'");
  overview.unacknowledged = count(connection, "SELECT count(*) FROM notifications WHERE acknowledged_at IS NULL");
  Query due(connection, "SELECT count(*) FROM schedules WHERE is_active = 1 AND next_run_at <= ?");
  if (due.bind(now).next()) overview.due = due.integer();
  Query states(connection, "SELECT state, count(*) FROM runs WHERE created_at >= ? GROUP BY state ORDER BY state");
  states.bind(since);
  while (states.next()) {
    std::string name = states.text();
    overview.runs_by_state.emplace_back(std::move(name), states.integer());
  }
  return overview;
}

}  // namespace reportctl::store
