// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_row.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "calendar_row.hpp"
#include "columns.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "schedule_row.hpp"

namespace reportctl::store {
// Found by column() through the room, where unnamed namespaces are not looked into.
static void read_value(Query& query, Trigger& value) { value = parse_trigger(query.text()).value_or(Trigger::test); }
static void read_value(Query& query, std::optional<Decision>& value) { value = read_decision(query.text()); }
static void read_value(Query& query, RunState& value) { value = parse_run_state(query.text()).value_or(RunState::failed); }

namespace {

constexpr std::array kRunColumns{
    column<&Run::id>("r.id"),
    column<&Run::schedule_id>("ifnull(r.schedule_id, '')"),
    column<&Run::schedule_name>("r.schedule_name"),
    column<&Run::account>("r.account"),
    column<&Run::report>("r.report"),
    column<&Run::trigger>("r.trigger"),
    column<&Run::state>("r.state"),
    column<&Run::slot>("r.slot"),
    column<&Run::created_at>("r.created_at"),
    column<&Run::finished_at>("r.finished_at"),
    column<&Run::fence>("r.fence"),
    column<&Run::resumed>("r.resumed"),
    column<&Run::attempts>("r.attempts"),
    column<&Run::resume_at>("r.resume_at"),
    column<&Run::period>("r.first_day, r.last_day, r.snapshot"),
    column<&Run::timezone>("r.timezone"),
    column<&Run::format>("r.format"),
    column<&Run::reason>("r.reason"),
    column<&Run::violations>("r.violations"),
    column<&Run::rows>("r.row_count"),
    column<&Run::bytes>("r.bytes"),
    column<&Run::generation_ms>("r.generation_ms"),
    column<&Run::artifact_sha256>("r.artifact_sha256"),
    column<&Run::artifact_name>("r.artifact_name"),
    column<&Run::begins>("r.begins"),
    column<&Run::wait_until>("r.wait_until"),
    column<&Run::data_until>("r.data_until"),
    column<&Run::decision>("r.decision"),
    column<&Run::parent>("ifnull(r.parent, '')"),
    column<&Run::part>("r.part"),
    column<&Run::corrects>("r.corrects"),
    column<&Run::file_pruned_at>("r.file_pruned_at"),
    column<&Run::waiting>(kWaiting),
};

}  // namespace

std::string run_columns() { return fmt::format("{}, {}, definition", select_list(kRunColumns), kOwnerColumns); }

StoredRun read_run(Query& query) {
  StoredRun stored;
  stored.run = read_columns(query, kRunColumns);
  stored.owner = read_owner(query);
  stored.definition = query.optional_text();
  return stored;
}

std::string select_run() { return fmt::format(R"sql(SELECT {} FROM runs r)sql", run_columns()); }

std::optional<StoredRun> find_run(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format("{} WHERE r.id = ?", select_run()));
  if (!query.bind(id).next()) return std::nullopt;
  return read_run(query);
}

Claim claim_of(Connection& connection, const StoredRun& stored) {
  Claim claim{.run = stored.run, .schedule = {}};
  const auto& id = stored.run.schedule_id;
  if (!id.empty())
    claim.schedule = (stored.definition ? find_schedule(connection, id, *stored.definition) : find_schedule(connection, id))
                         .value_or(schedule::Schedule{});
  if (!stored.definition) return claim;
  auto& definition = claim.schedule.definition;
  definition.account = stored.run.account;
  definition.name = stored.run.schedule_name;
  definition.report = stored.run.report;
  read_definition(*stored.definition, definition);
  definition.cadence.calendar = calendar_of(connection, definition);
  claim.schedule.begins = stored.run.begins;
  claim.schedule.part = stored.run.part;
  return claim;
}

void count_ended_run(Connection& connection, std::string_view id) {
  Query(connection, R"sql(
    INSERT INTO run_totals (account, state, runs, generated, generation_ms)
    SELECT account, state, 1, generation_ms IS NOT NULL, ifnull(generation_ms, 0) FROM runs WHERE id = ?
    ON CONFLICT (account, state) DO UPDATE SET runs = runs + 1, generated = generated + excluded.generated,
    generation_ms = generation_ms + excluded.generation_ms)sql")
      .bind(id)
      .run();
}

void refuse(Connection& connection, const Claim& claim, std::string_view what) {
  const auto stored = find_run(connection, claim.run.id);
  if (!stored) throw FenceLost(fmt::format("run {} does not exist any more", claim.run.id));
  if (stored->run.fence != claim.run.fence || !stored->owner.process) {
    throw FenceLost(fmt::format("run {} belongs to another process now", claim.run.id));
  }
  throw Error(ErrorKind::conflict, fmt::format("run {} is {}: {}", claim.run.id, run_state_name(stored->run.state), what));
}

}  // namespace reportctl::store
