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

constexpr std::array<std::string_view, 4> kTriggers{"scheduled", "test", "manual", "part"};

/// Without a moment at hand, a process of another machine passes for alive.
Run shown(Connection& connection, StoredRun stored) {
  stored.run.interrupted = !stored.run.finished_at && is_orphaned(connection, stored.owner);
  return std::move(stored.run);
}

const ListedTable& run_table() {
  static const std::string site = fmt::format(R"sql((SELECT {} FROM schedules s WHERE s.id = r.schedule_id))sql", kScheduleSite);
  static const ListedTable table{
      .table = "runs r", .joined = "", .key = "r.number", .id = "r.id", .account = "r.account", .only = site.c_str()};
  return table;
}

}  // namespace

std::string_view trigger_name(Trigger trigger) { return name_in(kTriggers, trigger); }
std::optional<Trigger> parse_trigger(std::string_view name) { return parse_name<Trigger>(kTriggers, name); }

std::vector<Run> list_runs(State& state, const RunFilter& filter) {
  Listed list{.table = run_table(), .columns = run_columns(), .where = {}, .sight = filter.sight};
  list.where.add("r.parent = {}", filter.parent);
  if (!filter.parts && !filter.parent && !filter.recipient) list.where.add("r.parent IS NULL");
  list.where.add("r.schedule_id = {}", filter.schedule_id).add("r.account = {}", filter.account);
  if (!filter.states.empty()) {
    std::vector<std::string> states;
    for (const auto wanted : filter.states) states.push_back(list.where.parameter(run_state_name(wanted)));
    list.where.add(fmt::format("r.state IN ({})", join(states, ", ")));
  }
  list.where.add(R"sql(r.number >= (SELECT min(number) FROM runs WHERE created_at >= {0}) AND r.created_at >= {0})sql",
                 filter.since);
  list.where.add(R"sql(r.number <= (SELECT max(number) FROM runs WHERE created_at < {0}) AND r.created_at < {0})sql",
                 filter.until);
  list.where.add(R"sql(r.id IN (SELECT run_id FROM deliveries WHERE address = {} COLLATE NOCASE AND notification_id IS NULL))sql",
                 filter.recipient);
  if (filter.waiting)
    list.where.add(fmt::format(R"sql(r.number IN (SELECT r.number FROM runs r INDEXED BY runs_waiting WHERE {}))sql", kWaiting));
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  std::vector<Run> runs;
  while (query.next()) runs.push_back(shown(state.connection(), read_run(query)));
  return runs;
}

Run get_run(State& state, std::string_view id, const Sight& sight) {
  Query query(state.connection(),
              select_by_id({.table = run_table(), .columns = run_columns(), .where = {}, .sight = sight}, id));
  std::vector<Run> found;
  while (query.next()) found.push_back(shown(state.connection(), read_run(query)));
  return only_one(std::move(found), {.kind = "run", .asked = id, .shown_by = "reportctl runs list"});
}

schedule::Schedule schedule_of_run(State& state, std::string_view run_id) {
  const auto stored = find_run(state.connection(), run_id);
  return stored ? claim_of(state.connection(), *stored).schedule : schedule::Schedule{};
}

std::vector<RunFile> run_files(Connection& connection, const Run& run) {
  std::vector<RunFile> files;
  if (run.artifact_sha256.empty()) return files;
  files.push_back({.report = run.report,
                   .format = run.format,
                   .name = run.artifact_name,
                   .sha256 = run.artifact_sha256,
                   .rows = run.rows.value_or(0),
                   .bytes = run.bytes.value_or(0)});
  Query query(connection, R"sql(
    SELECT report, format, name, sha256, "rows", bytes FROM run_files WHERE run = (SELECT number FROM runs WHERE id = ?)
    ORDER BY position)sql");
  query.bind(run.id);
  while (query.next()) {
    auto& file = files.emplace_back();
    file.report = query.text();
    file.format = query.text();
    file.name = query.text();
    file.sha256 = query.text();
    file.rows = query.integer();
    file.bytes = query.integer();
  }
  return files;
}

std::vector<RunFile> run_files(State& state, const Run& run) { return run_files(state.connection(), run); }

std::vector<std::string> reports_of(State& state, const Run& run) {
  const auto definition = run_definition(state, run);
  return definition ? schedule::reports_of(*definition) : std::vector{run.report};
}

std::string mail_facts(State& state, std::string_view run_id) {
  Query query(state.connection(), R"sql(SELECT facts FROM run_mails WHERE run = (SELECT number FROM runs WHERE id = ?))sql");
  return query.bind(run_id).next() ? query.text() : std::string();
}

bool is_occurrence(const Run& run) {
  return run.trigger == Trigger::scheduled || run.trigger == Trigger::part ||
         (run.trigger == Trigger::manual && run.corrects.empty());
}

std::optional<schedule::Definition> run_definition(State& state, const Run& run) {
  auto& connection = state.connection();
  const auto stored = find_run(connection, run.id);
  if (!stored || !stored->definition) return std::nullopt;
  return claim_of(connection, *stored).schedule.definition;
}

std::optional<Instant> slot_run_before(State& state, std::string_view schedule_id, Instant slot) {
  Query query(state.connection(), R"sql(
    SELECT slot FROM runs INDEXED BY runs_slot WHERE schedule_id = ? AND slot < ? AND trigger = 'scheduled' AND state <> 'skipped'
    ORDER BY slot DESC LIMIT 1)sql");
  return query.bind(schedule_id, slot).next() ? query.optional_instant() : std::nullopt;
}

std::vector<Run> latest_runs(State& state, std::string_view schedule_id, int limit) {
  Query query(state.connection(),
              fmt::format("{} WHERE r.schedule_id = ? AND r.trigger = 'scheduled' ORDER BY r.slot DESC LIMIT ?", select_run()));
  query.bind(schedule_id, limit);
  std::vector<Run> runs;
  while (query.next()) runs.push_back(shown(state.connection(), read_run(query)));
  return runs;
}

std::vector<RunTotal> run_totals(State& state, const Sight& sight) {
  constexpr ListedTable kTotals{.table = "run_totals", .joined = "", .key = "", .id = "", .account = "account", .only = "NULL"};
  Where where;
  add_in_sight(where, kTotals, sight);
  Query query(state.connection(),
              {.sql = fmt::format(R"sql(SELECT account, state, runs, generated, generation_ms FROM run_totals{}
                                        ORDER BY account, state)sql",
                                  where.str()),
               .parameters = where.parameters()});
  std::vector<RunTotal> totals;
  while (query.next()) {
    RunTotal total;
    total.account = query.text();
    total.state = parse_run_state(query.text()).value_or(RunState::failed);
    total.runs = query.integer();
    total.generated = query.integer();
    total.generation_ms = query.integer();
    totals.push_back(std::move(total));
  }
  return totals;
}

RunCounts count_runs(State& state, Instant since, const Sight& sight) {
  auto& connection = state.connection();
  const auto query_of = [&](const char* sql, Where where, const char* rest) {
    add_in_sight(where, run_table(), sight);
    return Query(connection,
                 {.sql = fmt::format("{} WHERE {}{}", sql, where.conditions(), rest), .parameters = where.parameters()});
  };
  RunCounts counts;
  auto unfinished = query_of(R"sql(SELECT count(*) FROM runs r INDEXED BY runs_unfinished)sql",
                             Where().add("r.finished_at IS NULL AND r.state <> 'waiting' AND r.parent IS NULL"), "");
  if (unfinished.next()) counts.unfinished = unfinished.integer();
  auto unknown =
      query_of(R"sql(SELECT count(*) FROM deliveries d INDEXED BY deliveries_unknown CROSS JOIN runs r ON r.id = d.run_id)sql",
               Where().add("d.state = 'unknown'"), "");
  if (unknown.next()) counts.unknown_deliveries = unknown.integer();
  auto states = query_of(R"sql(SELECT r.state, count(*) FROM runs r INDEXED BY runs_created)sql",
                         Where().add("r.created_at >= {} AND r.parent IS NULL", since), " GROUP BY r.state ORDER BY r.state");
  while (states.next()) {
    const auto ended_as = parse_run_state(states.text()).value_or(RunState::failed);
    counts.by_state.emplace_back(ended_as, states.integer());
  }
  return counts;
}

}  // namespace reportctl::store
