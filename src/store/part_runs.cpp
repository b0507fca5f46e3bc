// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/part_runs.hpp"

#include <nlohmann/json.hpp>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "part_row.hpp"
#include "reportctl/base/hash.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

void insert_part(Connection& connection, const Run& parent, const NewPart& part, Instant now) {
  const bool ended = is_finished(part.state);
  std::optional<std::chrono::minutes> wait;
  if (part.definition) wait = part.definition->wait;
  Query(connection, R"sql(
    INSERT INTO runs (id, parent, part, schedule_id, schedule_name, account, report, trigger, state, slot, begins, wait_until,
    resume_at, created_at, finished_at, fence, definition, reason, violations)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'part', ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?))sql")
      .bind(new_id(), parent.id, part.key, null_if_empty(parent.schedule_id), parent.schedule_name, parent.account, parent.report,
            run_state_name(part.state), part.slot, part.begins,
            part.state == RunState::waiting ? std::optional<Instant>(part.slot + wait.value()) : std::nullopt,
            !ended && part.slot > now ? std::optional(part.slot) : std::nullopt, now, ended ? std::optional(now) : std::nullopt,
            part.definition ? std::optional(definition_json(*part.definition)) : std::nullopt, part.reason, part.violations)
      .run();
}

}  // namespace

void record_parts(State& state, const Claim& claim, const PartsRecord& record, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed = Query(connection, R"sql(
    UPDATE runs SET state = 'generated', attempts = 0, reason = '', first_day = ?, last_day = ?, snapshot = ?, timezone = ?
    WHERE id = ? AND fence = ? AND owner_host IS NOT NULL AND state = 'triggered')sql")
                           .bind(record.period, record.timezone, claim.run.id, claim.run.fence)
                           .run();
  if (changed != 1) refuse(connection, claim, "it cannot be divided into parts");
  for (const auto& part : record.parts) insert_part(connection, claim.run, part, now);
  append_events(connection, with_run(record.events, claim.run.id), now);
  transaction.commit();
}

PartCounts count_parts(Connection& connection, std::string_view run_id) {
  Query query(connection, R"sql(SELECT state, count(*) FROM runs INDEXED BY runs_parts WHERE parent = ? GROUP BY state)sql");
  query.bind(run_id);
  PartCounts counts;
  while (query.next()) {
    const auto part_state = parse_run_state(query.text()).value_or(RunState::failed);
    counts.emplace_back(part_state, query.integer());
  }
  return counts;
}

nlohmann::ordered_json parts_record(const PartCounts& counts) {
  if (counts.empty()) return nullptr;
  nlohmann::ordered_json record{{"all", 0}};
  for (const auto& [part_state, parts] : counts) {
    record["all"] = record["all"].get<std::int64_t>() + parts;
    record[std::string(run_state_name(part_state))] = parts;
  }
  return record;
}

void reopen_parent(Connection& connection, const Run& part) {
  if (part.parent.empty()) return;
  Query(connection, R"sql(
    UPDATE runs SET state = 'generated', finished_at = NULL, reopened = reopened + 1, reason = ''
    WHERE id = ? AND finished_at IS NOT NULL)sql")
      .bind(part.parent)
      .run();
}

PartCounts count_parts(State& state, std::string_view run_id) { return count_parts(state.connection(), run_id); }

}  // namespace reportctl::store
