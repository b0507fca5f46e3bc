// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/schedules.hpp"

#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "calendar_row.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "listing.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "schedule_row.hpp"
#include "skipped_run.hpp"
#include "webhook_row.hpp"

namespace reportctl::store {

namespace {

using schedule::Schedule;

constexpr ListedTable kScheduleTable{
    .table = "schedules s", .joined = "", .key = "s.rowid", .id = "s.id", .account = "s.account", .only = kScheduleSite};

/// The rows in sight in which the conditions hold, within the account when one is given.
std::vector<Schedule> select(Connection& connection, Where where, const ScheduleName& name) {
  where.add("s.account = {}", name.account);
  add_in_sight(where, kScheduleTable, name.sight);
  Query query(connection, {.sql = fmt::format(R"sql(SELECT {} FROM schedules s{} ORDER BY s.account, s.name LIMIT 20)sql",
                                              schedule_columns(), where.str()),
                           .parameters = where.parameters()});
  return read_schedules(query);
}

}  // namespace

namespace {

std::string title(const schedule::Schedule& schedule) {
  return fmt::format("{}/{} ({})", visible(schedule.definition.account), visible(schedule.definition.name), schedule.id);
}

schedule::Schedule only(std::vector<schedule::Schedule> found, std::string_view asked) {
  if (found.size() == 1) return std::move(found.front());
  std::vector<std::string> titles;
  for (const auto& schedule : found) titles.push_back(title(schedule));
  throw Error(ErrorKind::conflict, fmt::format("schedule \"{}\" is ambiguous: {}", visible(asked), join(titles, ", ")),
              "name the account with --account, or give the whole id");
}

}  // namespace

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
  for (const auto& calendar : changes.put_calendars) put_calendar(connection, calendar, now);
  for (const auto& name : changes.remove_calendars) delete_calendar(connection, name);
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
  for (const auto& skipped : changes.skipped) insert_skipped(connection, skipped, RunState::skipped, now);
  append_events(connection, events, now);
  transaction.commit();
}

std::vector<schedule::Schedule> list_schedules(State& state, const ScheduleFilter& filter) {
  Where where;
  where.add("s.account = {}", filter.account).add("s.report = {}", filter.report).add("s.is_active = {}", filter.active);
  if (filter.sight) where.add(R"sql(s.account IN (SELECT value ->> 0 FROM json_each({})))sql", sight_json(*filter.sight));
  add_in_sight(where, kScheduleTable, filter.sight);
  Query query(state.connection(), {.sql = fmt::format(R"sql(SELECT {} FROM schedules s{} ORDER BY s.account, s.name)sql",
                                                      schedule_columns(), where.str()),
                                   .parameters = where.parameters()});
  return read_schedules(query);
}

std::optional<schedule::Schedule> find_schedule(State& state, std::string_view id) {
  return find_schedule(state.connection(), id);
}

schedule::Schedule get_schedule(State& state, const ScheduleName& name) {
  auto& connection = state.connection();
  const auto& asked = name.name_or_id;
  auto found = select(connection, Where().add("s.name = {}", asked), name);
  if (found.empty()) found = select(connection, Where().add("s.id = {}", asked), name);
  // As lists print it: `shop/spend`.
  if (const auto slash = asked.find('/'); found.empty() && slash != std::string::npos)
    found = select(connection, Where().add("s.account = {}", asked.substr(0, slash)).add("s.name = {}", asked.substr(slash + 1)),
                   name);
  if (found.empty() && asked.size() >= kShortestPrefix) {
    found = select(connection, Where().add("s.id >= {0} AND s.id < {0} || '~'", asked), name);
  }
  if (!found.empty()) return only(std::move(found), asked);
  std::vector<std::string> names;
  for (auto& schedule : list_schedules(state, {.account = name.account, .report = {}, .active = {}, .sight = name.sight}))
    names.push_back(std::move(schedule.definition.name));
  throw Error(
      ErrorKind::not_found,
      fmt::format("schedule \"{}\" does not exist{}{}", visible(asked),
                  name.account ? fmt::format(" in account \"{}\"", visible(*name.account)) : "", did_you_mean(asked, names)),
      "`reportctl schedule list` shows them");
}

ScheduleCounts count_schedules(State& state, const CountAt& at, const Sight& sight) {
  Where where;
  where.add("1");
  add_in_sight(where, kScheduleTable, sight);
  Query query(state.connection(), {.sql = fmt::format(R"sql(
      SELECT count(*), ifnull(sum(s.is_active), 0), ifnull(sum(s.is_active AND s.next_run_at <= {}), 0),
      ifnull(sum(s.is_active AND s.next_run_at < {}), 0),
      ifnull(sum(s.is_active AND s.owner <> '' AND s.owner NOT IN (SELECT id FROM members)), 0) FROM schedules s{})sql",
                                                      where.parameter(at.now), where.parameter(at.overdue_before), where.str()),
                                   .parameters = where.parameters()});
  ScheduleCounts counts;
  if (!query.next()) return counts;
  counts.all = query.integer();
  counts.active = query.integer();
  counts.due = query.integer();
  counts.overdue = query.integer();
  counts.orphaned = query.integer();
  return counts;
}

std::optional<schedule::Schedule> next_schedule(State& state, const Sight& sight) {
  Where where;
  where.add("s.is_active = 1 AND s.next_run_at IS NOT NULL");
  add_in_sight(where, kScheduleTable, sight);
  Query query(state.connection(),
              {.sql = fmt::format(R"sql(SELECT {} FROM schedules s{} ORDER BY s.next_run_at, s.id LIMIT 1)sql",
                                  schedule_columns(), where.str()),
               .parameters = where.parameters()});
  auto found = read_schedules(query);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

bool name_is_free(State& state, std::string_view account, std::string_view name) {
  return !Query(state.connection(), R"sql(SELECT 1 FROM schedules WHERE account = ? AND name = ?)sql").bind(account, name).next();
}

}  // namespace reportctl::store
