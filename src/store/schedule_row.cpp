// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "schedule_row.hpp"
#include "changes.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "calendar_row.hpp"
#include "columns.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "watch_row.hpp"

namespace reportctl::store {
namespace {

using schedule::Schedule;

template <auto Member>
constexpr auto definition_column(const char* sql) {
  return Column<Schedule>{sql, [](Query& query, Schedule& schedule) { read_value(query, schedule.definition.*Member); }};
}

constexpr const char* kCalendarText =
    R"sql((SELECT c.text FROM calendars c WHERE c.name = ifnull(s.definition ->> '$.calendar',
    (SELECT a.calendar FROM accounts a WHERE a.id = s.account))))sql";

constexpr std::array kScheduleColumns{
    column<&Schedule::id>("s.id"),
    definition_column<&schedule::Definition::account>("s.account"),
    definition_column<&schedule::Definition::name>("s.name"),
    definition_column<&schedule::Definition::report>("s.report"),
    definition_column<&schedule::Definition::active>("s.is_active"),
    Column<Schedule>{"s.definition", [](Query& query, Schedule& s) { read_definition(query.text(), s.definition); }},
    Column<Schedule>{kCalendarText,
                     [](Query& query, Schedule& s) {
                       if (const auto text = query.optional_text()) s.definition.cadence.calendar = calendar_in_use(*text);
                     }},
    column<&Schedule::created_by>("s.created_by"),
    column<&Schedule::owner>("s.owner"),
    column<&Schedule::given_by>("s.given_by"),
    column<&Schedule::created_at>("s.created_at"),
    column<&Schedule::updated_at>("s.updated_at"),
    column<&Schedule::next_run_at>("s.next_run_at"),
    column<&Schedule::last_run_at>("s.last_run_at"),
    column<&Schedule::last_success_at>("s.last_success_at"),
    column<&Schedule::last_run_status>("s.last_run_status"),
    column<&Schedule::last_run_error>("s.last_run_error"),
    column<&Schedule::failure_count>("s.failure_count"),
    column<&Schedule::revision>("s.revision"),
};

void require_free_name(Connection& connection, const schedule::Schedule& schedule) {
  const auto& definition = schedule.definition;
  if (!Query(connection, R"sql(SELECT 1 FROM accounts WHERE id = ?)sql").bind(definition.account).next()) {
    throw Error(ErrorKind::not_found, fmt::format("account \"{}\" does not exist", visible(definition.account)),
                "`reportctl account list` shows them");
  }
  if (Query(connection, R"sql(SELECT 1 FROM schedules WHERE account = ? AND name = ? AND id <> ?)sql")
          .bind(definition.account, definition.name, schedule.id)
          .next()) {
    throw Error(
        ErrorKind::conflict,
        fmt::format("account \"{}\" has a schedule named \"{}\" already", visible(definition.account), visible(definition.name)),
        "choose another name, or edit that schedule");
  }
}

}  // namespace

std::string schedule_columns() { return select_list(kScheduleColumns); }
std::vector<schedule::Schedule> read_schedules(Query& query) { return read_all(query, kScheduleColumns); }

std::optional<schedule::Schedule> find_schedule(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format(R"sql(SELECT {} FROM schedules s WHERE s.id = ?)sql", schedule_columns()));
  if (!query.bind(id).next()) return std::nullopt;
  return read_columns(query, kScheduleColumns);
}

std::optional<schedule::Schedule> find_schedule(Connection& connection, std::string_view id, std::string_view frozen) {
  Query query(connection, fmt::format(R"sql(
    WITH s AS (SELECT id, account, name, report, is_active, ? AS definition, created_by, owner, given_by, created_at, updated_at,
    next_run_at, last_run_at, last_success_at, last_run_status, last_run_error, failure_count, revision
    FROM schedules WHERE id = ?) SELECT {} FROM s)sql",
                                      schedule_columns()));
  if (!query.bind(frozen, id).next()) return std::nullopt;
  return read_columns(query, kScheduleColumns);
}

void insert_schedule(Connection& connection, const schedule::Schedule& schedule, Instant now) {
  require_account_here(connection, schedule.definition.account);
  require_free_name(connection, schedule);
  const auto& definition = schedule.definition;
  const auto or_now = [&](Instant at) { return at == Instant{} ? now : at; };
  Query(connection,
        R"sql(
          INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, given_by, created_at,
          updated_at, next_run_at, last_run_at, last_run_status, last_run_error, failure_count, revision)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql")
      .bind(schedule.id, definition.account, definition.name, definition.report, definition.active, definition_json(definition),
            schedule.created_by, schedule.owner, schedule.given_by, or_now(schedule.created_at), or_now(schedule.updated_at),
            schedule.next_run_at, schedule.last_run_at, schedule.last_run_status, schedule.last_run_error, schedule.failure_count,
            schedule.revision)
      .run();
}

void update_schedule(Connection& connection, const schedule::Schedule& schedule, Instant now) {
  require_account_here(connection, schedule.definition.account);
  require_free_name(connection, schedule);
  const auto& definition = schedule.definition;
  const auto before = find_schedule(connection, schedule.id);
  if (before && !schedule::same_question(before->definition, definition)) clear_watch(connection, schedule.id);
  if (before)
    for (const auto& [key, row] : before->definition.parts.rows)
      if (const auto now_it = definition.parts.rows.find(key);
          now_it == definition.parts.rows.end() || now_it->second.values != row.values)
        clear_watch(connection, schedule.id, key);
  const auto changed =
      Query(connection,
            R"sql(
              UPDATE schedules SET account = ?, name = ?, report = ?, is_active = ?, definition = ?, owner = ?,
              given_by = ?, updated_at = ?, next_run_at = ?, revision = revision + 1
              WHERE id = ? AND revision = ?)sql")
          .bind(definition.account, definition.name, definition.report, definition.active, definition_json(definition),
                schedule.owner, schedule.given_by, now, schedule.next_run_at, schedule.id, schedule.revision)
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
  if (Query(connection, R"sql(DELETE FROM schedules WHERE id = ?)sql").bind(id).run() != 1) {
    throw Error(ErrorKind::not_found, fmt::format("schedule \"{}\" does not exist", visible(id)),
                "`reportctl schedule list` shows them");
  }
}

}  // namespace reportctl::store
