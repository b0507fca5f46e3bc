// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/runs.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "connection.hpp"
#include "listing.hpp"
#include "names.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "run_row.hpp"
#include "schedule_row.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 3> kTriggers{"scheduled", "test", "manual"};

/// Without a moment at hand, a process of another host passes for alive.
Run shown(StoredRun stored) {
  stored.run.interrupted = !stored.run.finished_at && is_orphaned(stored.owner);
  return std::move(stored.run);
}

const ListedTable& run_table() {
  static const std::string site = fmt::format(R"sql((SELECT {} FROM schedules s WHERE s.id = r.schedule_id))sql", kScheduleSite);
  static const ListedTable table{
      .table = "runs r", .joined = "", .key = "r.number", .id = "r.id", .account = "r.account", .only = site.c_str()};
  return table;
}

std::int64_t count(Connection& connection, const char* sql) {
  Query query(connection, sql);
  return query.next() ? query.integer() : 0;
}

}  // namespace

std::string_view trigger_name(Trigger trigger) { return name_in(kTriggers, trigger); }
std::optional<Trigger> parse_trigger(std::string_view name) { return parse_name<Trigger>(kTriggers, name); }

std::vector<Run> list_runs(State& state, const RunFilter& filter) {
  Listed list{.table = run_table(), .columns = run_columns(), .where = {}, .sight = filter.sight};
  list.where.add("r.schedule_id = {}", filter.schedule_id).add("r.account = {}", filter.account);
  if (filter.state) list.where.add("r.state = {}", run_state_name(*filter.state));
  list.where.add(R"sql(r.number >= (SELECT min(number) FROM runs WHERE created_at >= {0}) AND r.created_at >= {0})sql",
                 filter.since);
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  std::vector<Run> runs;
  while (query.next()) runs.push_back(shown(read_run(query)));
  return runs;
}

Run get_run(State& state, std::string_view id, const Sight& sight) {
  Query query(state.connection(),
              select_by_id({.table = run_table(), .columns = run_columns(), .where = {}, .sight = sight}, id));
  std::vector<Run> found;
  while (query.next()) found.push_back(shown(read_run(query)));
  return only_one(std::move(found), {.kind = "run", .asked = id, .shown_by = "reportctl runs list"});
}

schedule::Schedule schedule_of_run(State& state, std::string_view run_id) {
  const auto stored = find_run(state.connection(), run_id);
  return stored ? claim_of(state.connection(), *stored).schedule : schedule::Schedule{};
}

std::string mail_facts(State& state, std::string_view run_id) {
  Query query(state.connection(), R"sql(SELECT facts FROM run_mails WHERE run = (SELECT number FROM runs WHERE id = ?))sql");
  return query.bind(run_id).next() ? query.text() : std::string();
}

Overview overview(State& state, Instant now, Instant since) {
  auto& connection = state.connection();
  Overview overview;
  overview.schedules = count(connection, R"sql(SELECT count(*) FROM schedules)sql");
  overview.active = count(connection, R"sql(SELECT count(*) FROM schedules WHERE is_active = 1)sql");
  overview.unknown_deliveries = count(connection, R"sql(SELECT count(*) FROM deliveries WHERE state = 'unknown')sql");
  overview.unacknowledged = count(connection, R"sql(SELECT count(*) FROM notifications WHERE acknowledged_at IS NULL)sql");
  Query due(connection, R"sql(SELECT count(*) FROM schedules WHERE is_active = 1 AND next_run_at <= ?)sql");
  if (due.bind(now).next()) overview.due = due.integer();
  Query states(
      connection,
      R"sql(SELECT state, count(*) FROM runs INDEXED BY runs_created WHERE created_at >= ? GROUP BY state ORDER BY state)sql");
  states.bind(since);
  while (states.next()) {
    std::string name = states.text();
    overview.runs_by_state.emplace_back(std::move(name), states.integer());
  }
  return overview;
}

}  // namespace reportctl::store
