// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/schedules.hpp"

#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "schedule_row.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {

const char* const kSelectSchedule =
    "SELECT id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, next_run_at, "
    "last_run_at, "
    "last_run_status, last_run_error, failure_count, revision FROM schedules";

schedule::Schedule read_schedule(Query& query) {
  schedule::Schedule schedule;
  schedule.id = query.text();
  schedule.definition.account = query.text();
  schedule.definition.name = query.text();
  schedule.definition.report = query.text();
  schedule.definition.active = query.flag();
  read_definition(query.text(), schedule.definition);
  schedule.created_by = query.text();
  schedule.owner = query.text();
  schedule.created_at = query.instant();
  schedule.updated_at = query.instant();
  schedule.next_run_at = query.optional_instant();
  schedule.last_run_at = query.optional_instant();
  schedule.last_run_status = query.text();
  schedule.last_run_error = query.text();
  schedule.failure_count = query.small();
  schedule.revision = query.integer();
  return schedule;
}

std::optional<schedule::Schedule> find_schedule(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format("{} WHERE id = ?", kSelectSchedule));
  if (!query.bind(id).next()) return std::nullopt;
  return read_schedule(query);
}

namespace {

std::string title(const schedule::Schedule& schedule) {
  return fmt::format("{}/{} ({})", visible(schedule.definition.account), visible(schedule.definition.name), schedule.id);
}

void require_free_name(Connection& connection, const schedule::Schedule& schedule) {
  const auto& definition = schedule.definition;
  if (!Query(connection, "SELECT 1 FROM accounts WHERE id = ?").bind(definition.account).next()) {
    throw Error(ErrorKind::not_found, fmt::format("account \"{}\" does not exist", visible(definition.account)),
                "`reportctl account list` shows them");
  }
  if (Query(connection, "SELECT 1 FROM schedules WHERE account = ? AND name = ? AND id <> ?")
          .bind(definition.account, definition.name, schedule.id)
          .next()) {
    throw Error(
        ErrorKind::conflict,
        fmt::format("account \"{}\" has a schedule named \"{}\" already", visible(definition.account), visible(definition.name)),
        "choose another name, or edit that schedule");
  }
}

/// The rows in which `condition` (with `value` bound) holds, within the account when one is given.
std::vector<schedule::Schedule> select(Connection& connection, std::string_view condition, std::string_view value,
                                       const std::optional<std::string>& account) {
  Query query(connection, fmt::format("{} WHERE {}{} ORDER BY account, name LIMIT 20", kSelectSchedule, condition,
                                      account ? " AND account = ?2" : ""));
  query.bind(value);
  if (account) query.bind(*account);
  std::vector<schedule::Schedule> found;
  while (query.next()) found.push_back(read_schedule(query));
  return found;
}

schedule::Schedule only(std::vector<schedule::Schedule> found, std::string_view asked) {
  if (found.size() == 1) return std::move(found.front());
  std::vector<std::string> titles;
  for (const auto& schedule : found) titles.push_back(title(schedule));
  throw Error(ErrorKind::conflict, fmt::format("schedule \"{}\" is ambiguous: {}", visible(asked), join(titles, ", ")),
              "name the account with --account, or give the whole id");
}

std::vector<std::string> names(Connection& connection, const std::optional<std::string>& account) {
  Query query(connection, fmt::format("SELECT DISTINCT name FROM schedules{} LIMIT 10000", account ? " WHERE account = ?" : ""));
  if (account) query.bind(*account);
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text());
  return found;
}

}  // namespace

void insert_schedule(Connection& connection, const schedule::Schedule& schedule, Instant now) {
  require_free_name(connection, schedule);
  const auto& definition = schedule.definition;
  const auto or_now = [&](Instant at) { return at == Instant{} ? now : at; };
  Query(connection,
        "INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, "
        "next_run_at, "
        "last_run_at, last_run_status, last_run_error, failure_count, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?)")
      .bind(schedule.id, definition.account, definition.name, definition.report, definition.active, definition_json(definition),
            schedule.created_by, schedule.owner, or_now(schedule.created_at), or_now(schedule.updated_at), schedule.next_run_at,
            schedule.last_run_at, schedule.last_run_status, schedule.last_run_error, schedule.failure_count, schedule.revision)
      .run();
}

void update_schedule(Connection& connection, const schedule::Schedule& schedule, Instant now) {
  require_free_name(connection, schedule);
  const auto& definition = schedule.definition;
  const auto changed =
      Query(connection,
            "UPDATE schedules SET account = ?, name = ?, report = ?, is_active = ?, definition = ?, owner = ?, updated_at = ?, "
            "next_run_at = ?, revision = revision + 1 WHERE id = ? AND revision = ?")
          .bind(definition.account, definition.name, definition.report, definition.active, definition_json(definition),
                schedule.owner, now, schedule.next_run_at, schedule.id, schedule.revision)
          .run();
  if (changed == 1) return;
  if (!find_schedule(connection, schedule.id)) {
    throw Error(ErrorKind::not_found, fmt::format("schedule \"{}\" does not exist any more", visible(definition.name)));
  }
  throw Error(ErrorKind::conflict,
              fmt::format("schedule \"{}\" was changed or run by someone else meanwhile", visible(definition.name)),
              "look at it again with `reportctl schedule show`, then repeat the change");
}

void delete_schedule(Connection& connection, std::string_view id) {
  if (Query(connection, "DELETE FROM schedules WHERE id = ?").bind(id).run() != 1) {
    throw Error(ErrorKind::not_found, fmt::format("schedule \"{}\" does not exist", visible(id)),
                "`reportctl schedule list` shows them");
  }
}

void add_schedule(State& state, const schedule::Schedule& schedule, const AuditEvents& events, Instant now) {
  ScheduleChanges changes;
  changes.add.push_back(schedule);
  apply_changes(state, changes, events, now);
}

void edit_schedule(State& state, const schedule::Schedule& schedule, const AuditEvents& events, Instant now) {
  ScheduleChanges changes;
  changes.edit.push_back(schedule);
  apply_changes(state, changes, events, now);
}

void remove_schedule(State& state, std::string_view id, const AuditEvents& events, Instant now) {
  ScheduleChanges changes;
  changes.remove.emplace_back(id);
  apply_changes(state, changes, events, now);
}

void apply_changes(State& state, const ScheduleChanges& changes, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  // What goes away goes first: it frees names, logins and addresses.
  for (const auto& id : changes.remove) delete_schedule(connection, id);
  for (const auto& id : changes.remove_members) delete_member(connection, id);
  for (const auto& id : changes.remove_webhooks) delete_webhook(connection, id);
  for (const auto& account : changes.add_accounts) insert_account(connection, account);
  for (const auto& account : changes.edit_accounts) update_account(connection, account);
  for (const auto& member : changes.edit_members) update_member(connection, member);
  for (const auto& member : changes.add_members) insert_member(connection, member);
  for (const auto& webhook : changes.edit_webhooks) update_webhook(connection, webhook);
  for (const auto& webhook : changes.add_webhooks) insert_webhook(connection, webhook);
  for (const auto& schedule : changes.edit) update_schedule(connection, schedule, now);
  for (const auto& schedule : changes.add) insert_schedule(connection, schedule, now);
  append_events(connection, events, now);
  transaction.commit();
}

std::vector<schedule::Schedule> list_schedules(State& state, const ScheduleFilter& filter) {
  std::string sql = fmt::format("{} WHERE 1", kSelectSchedule);
  if (filter.account) sql += " AND account = ?";
  if (filter.report) sql += " AND report = ?";
  if (filter.active) sql += " AND is_active = ?";
  Query query(state.connection(), sql + " ORDER BY account, name");
  if (filter.account) query.bind(*filter.account);
  if (filter.report) query.bind(*filter.report);
  if (filter.active) query.bind(*filter.active);
  std::vector<schedule::Schedule> schedules;
  while (query.next()) schedules.push_back(read_schedule(query));
  return schedules;
}

std::optional<schedule::Schedule> find_schedule(State& state, std::string_view id) {
  return find_schedule(state.connection(), id);
}

schedule::Schedule get_schedule(State& state, std::string_view name_or_id, const std::optional<std::string>& account) {
  auto& connection = state.connection();
  auto found = select(connection, "name = ?1", name_or_id, account);
  if (found.empty()) found = select(connection, "id = ?1", name_or_id, account);
  if (found.empty() && name_or_id.size() >= kShortestPrefix) {
    found = select(connection, "id >= ?1 AND id < ?1 || '~'", name_or_id, account);
  }
  if (!found.empty()) return only(std::move(found), name_or_id);
  throw Error(ErrorKind::not_found,
              fmt::format("schedule \"{}\" does not exist{}{}", visible(name_or_id),
                          account ? fmt::format(" in account \"{}\"", visible(*account)) : "",
                          did_you_mean(name_or_id, names(connection, account))),
              "`reportctl schedule list` shows them");
}

bool name_is_free(State& state, std::string_view account, std::string_view name) {
  return !Query(state.connection(), "SELECT 1 FROM schedules WHERE account = ? AND name = ?").bind(account, name).next();
}

}  // namespace reportctl::store
