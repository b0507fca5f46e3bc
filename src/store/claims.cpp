// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/claims.hpp"

#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/exports.hpp"
#include "reportctl/store/webhooks.hpp"
#include "run_row.hpp"
#include "schedule_row.hpp"
#include "skipped_run.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {
namespace {

/// A run to be, on behalf of a schedule or of none.
struct NewRunRow {
  Trigger trigger = Trigger::scheduled;
  std::string account;
  std::string report;
  const schedule::Schedule* schedule = nullptr;
  std::optional<Instant> slot;
  std::string corrects;
  const ProcessIdentity& owner;
  Instant lease_until{};
  Instant now{};
};

bool is_saved(Connection& connection, std::string_view schedule_id) {
  return Query(connection, R"sql(SELECT 1 FROM schedules WHERE id = ?)sql").bind(schedule_id).next();
}

Claim insert_run(Connection& connection, const NewRunRow& row) {
  require_account_here(connection, row.account);
  const auto* schedule = row.schedule;
  Claim claim;
  if (schedule != nullptr) claim.schedule = *schedule;
  Run& run = claim.run;
  run.id = new_id();
  // An unsaved schedule is remembered by its definition alone.
  if (schedule != nullptr && is_saved(connection, schedule->id)) run.schedule_id = schedule->id;
  if (schedule != nullptr) run.schedule_name = schedule->definition.name;
  run.account = row.account;
  run.report = row.report;
  run.trigger = row.trigger;
  run.slot = row.slot;
  run.begins = claim.schedule.begins;
  run.part = claim.schedule.part;
  run.corrects = row.corrects;
  run.created_at = row.now;
  run.fence = 1;
  // Of an occurrence with parts each part waits.
  if (row.trigger == Trigger::scheduled && schedule->definition.wait && !schedule->definition.parts.given()) {
    run.state = RunState::waiting;
    run.wait_until = *row.slot + *schedule->definition.wait;
  }
  Query(connection,
        R"sql(
          INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, begins, wait_until, created_at,
          fence, owner_host, owner_boot, owner_pid, owner_start, lease_until, definition, corrects, part)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?))sql")
      .bind(run.id, null_if_empty(run.schedule_id), run.schedule_name, run.account, run.report, trigger_name(run.trigger),
            run_state_name(run.state), run.slot, run.begins, run.wait_until, run.created_at, row.owner.host, row.owner.boot_id,
            row.owner.pid, row.owner.start_time, row.lease_until,
            schedule != nullptr ? std::optional<std::string>(definition_json(schedule->definition)) : std::nullopt, run.corrects,
            run.part)
      .run();
  return claim;
}

void require_none_under_way(Connection& connection, const schedule::Schedule& schedule) {
  Query query(connection, R"sql(SELECT id FROM runs INDEXED BY runs_schedule WHERE schedule_id = ? AND finished_at IS NULL)sql");
  if (!query.bind(schedule.id).next()) return;
  const auto id = query.text();
  throw Error(ErrorKind::conflict,
              fmt::format("run {} of schedule \"{}\" is not finished", id, visible(schedule.definition.name)),
              fmt::format("wait until it is: reportctl runs show {}", id));
}

/// Runs that some living process works on right now.
std::int64_t running(Connection& connection, Instant now) {
  Query query(connection, fmt::format("{} INDEXED BY runs_unfinished WHERE r.finished_at IS NULL AND r.owner_host IS NOT NULL",
                                      select_run()));
  std::int64_t count = 0;
  while (query.next()) {
    if (is_working(connection, read_run(query).owner, now)) ++count;
  }
  return count;
}

/// What a schedule with a condition remembers is that of the occurrence before, once it has ended.
bool must_wait_its_turn(Connection& connection, const schedule::Schedule& schedule) {
  return schedule.definition.send.given() && Query(connection, R"sql(
           SELECT 1 FROM runs INDEXED BY runs_unfinished WHERE finished_at IS NULL AND schedule_id = ? AND trigger = 'scheduled')sql")
                                                 .bind(schedule.id)
                                                 .next();
}

bool move_schedule(Connection& connection, const ClaimRequest& request) {
  return Query(connection,
               R"sql(
                 UPDATE schedules SET next_run_at = ?, revision = revision + 1
                 WHERE id = ? AND next_run_at = ? AND is_active = 1)sql")
             .bind(request.next, request.schedule_id, request.as_read)
             .run() == 1;
}

/// What an interrupted process left behind: before handing_over the dot was provably not sent, after it nobody can know.
/// Destinations can be looked at.
void settle_deliveries(Connection& connection, const Run& run, Instant now) {
  AuditEvents events;
  {
    Query query(connection,
                R"sql(SELECT id, message_id FROM deliveries WHERE run_id = ? AND state = 'handing_over' ORDER BY number)sql");
    query.bind(run.id);
    while (query.next()) {
      const std::string id = query.text();
      events.push_back({.name = "DeliveryUnknown",
                        .account = run.account,
                        .subject = run.id,
                        .actor = kRunActor,
                        .payload = event_payload({{"deliveryId", id}, {"messageId", query.text()}, {"runId", run.id}})});
    }
  }
  Query(connection,
        R"sql(
          UPDATE deliveries SET state = 'unknown', in_doubt = 1, reason_class = 'interrupted',
          next_attempt_at = CASE WHEN destination <> '' OR (notification_id IS NOT NULL AND attempts < 3) THEN ?2 END,
          answer = 'the process ended after the message was handed over and before the server''s answer was recorded'
          WHERE run_id = ?1 AND state = 'handing_over')sql")
      .bind(run.id, now)
      .run();
  append_events(connection, events, now);
}

}  // namespace

std::vector<Due> due_schedules(State& state, Instant now, int limit) {
  Query query(state.connection(),
              R"sql(
                SELECT id, next_run_at FROM schedules WHERE is_active = 1 AND next_run_at <= ?
                ORDER BY next_run_at, id LIMIT ?)sql");
  query.bind(now, limit);
  std::vector<Due> due;
  while (query.next()) {
    std::string id = query.text();
    due.push_back({.schedule_id = std::move(id), .next_run_at = query.instant()});
  }
  return due;
}

bool anything_due(State& state, Instant now) {
  // Whole rows are asked for only where one of the indexes of what is not done says that there may be one.
  Query open(state.connection(), R"sql(
    SELECT EXISTS (SELECT 1 FROM schedules WHERE is_active = 1 AND next_run_at <= ?1)
        OR EXISTS (SELECT 1 FROM runs INDEXED BY runs_unfinished WHERE finished_at IS NULL AND ifnull(resume_at, 0) <= ?1)
        OR EXISTS (SELECT 1 FROM runs INDEXED BY runs_owned WHERE finished_at IS NOT NULL AND owner_host IS NOT NULL)
        OR EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_untold WHERE notification_id IS NOT NULL
                   AND (state IN ('queued', 'handing_over') OR next_attempt_at IS NOT NULL) AND ifnull(next_attempt_at, 0) <= ?1)
        OR EXISTS (SELECT 1 FROM webhook_deliveries INDEXED BY webhook_deliveries_due WHERE due_at <= ?1)
        OR EXISTS (SELECT 1 FROM exports INDEXED BY exports_unfinished WHERE finished_at IS NULL))sql");
  if (!open.bind(now).next() || !open.flag()) return false;
  return !due_schedules(state, now, 1).empty() || !runs_to_resume(state, now).empty() || !due_webhooks(state, now, 1).empty() ||
         !exports_to_work(state, now, 1).empty();
}

Claimed claim_due(State& state, const ClaimRequest& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  if (!move_schedule(connection, request)) return {};
  if (request.max_running > 0 && request.slot && running(connection, request.now) >= request.max_running) {
    return {.result = ClaimResult::busy, .claim = std::nullopt};
  }
  auto schedule = find_schedule(connection, request.schedule_id);
  schedule->begins = request.begins;
  if (request.slot && must_wait_its_turn(connection, *schedule)) return {};
  for (const Instant slot : request.skipped)
    insert_skipped(connection, {request.schedule_id, slot, request.skip_reason}, request.skipped_as, request.now);
  Claimed claimed{.result = ClaimResult::claimed, .claim = std::nullopt};
  // A slot that has its run already (the clock was set back and the schedule edited) is not run again; the schedule moves on.
  if (request.slot && !slot_is_taken(connection, request.schedule_id, *request.slot)) {
    claimed.claim = insert_run(connection, {.trigger = Trigger::scheduled,
                                            .account = schedule->definition.account,
                                            .report = schedule->definition.report,
                                            .schedule = &*schedule,
                                            .slot = request.slot,
                                            .corrects = {},
                                            .owner = request.owner,
                                            .lease_until = request.lease_until,
                                            .now = request.now});
    append_events(connection, with_run(request.events, claimed.claim->run.id), request.now);
  } else if (!request.slot) {
    append_events(connection, with_run(request.events, ""), request.now);
  }
  transaction.commit();
  return claimed;
}

Claim create_run(State& state, const NewRun& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  if (request.beside == Beside::nothing) require_none_under_way(connection, request.schedule.value());
  auto claim = insert_run(connection, {.trigger = request.trigger,
                                       .account = request.account,
                                       .report = request.report,
                                       .schedule = request.schedule ? &*request.schedule : nullptr,
                                       .slot = request.slot,
                                       .corrects = request.corrects,
                                       .owner = request.owner,
                                       .lease_until = request.lease_until,
                                       .now = request.now});
  append_events(connection, with_run(request.events, claim.run.id), request.now);
  transaction.commit();
  return claim;
}

std::vector<Run> runs_to_resume(State& state, Instant now) {
  auto& connection = state.connection();
  std::vector<Run> runs;
  const auto collect = [&](Query& query) {
    while (query.next()) {
      auto stored = read_run(query);
      if (is_working(connection, stored.owner, now)) continue;
      stored.run.interrupted = stored.owner.process.has_value();
      runs.push_back(std::move(stored.run));
    }
  };
  // The indexes are named because the planner, knowing nothing of the sizes, would read whole tables of finished work.
  {
    Query unfinished(
        connection,
        fmt::format("{} INDEXED BY runs_unfinished WHERE r.finished_at IS NULL AND ifnull(r.resume_at, 0) <= ? AND NOT EXISTS "
                    "(SELECT 1 FROM runs p INDEXED BY runs_open_parts WHERE p.parent = r.id AND p.finished_at IS NULL) "
                    "ORDER BY r.number",
                    select_run()));
    collect(unfinished.bind(now));
  }
  {
    Query not_given_back(
        connection,
        fmt::format("{} INDEXED BY runs_owned WHERE r.finished_at IS NOT NULL AND r.owner_host IS NOT NULL ORDER BY r.number",
                    select_run()));
    collect(not_given_back);
  }
  Query untold(
      connection,
      fmt::format(
          "{} WHERE r.finished_at IS NOT NULL AND r.owner_host IS NULL AND r.id IN (SELECT run_id FROM deliveries INDEXED BY "
          "deliveries_untold WHERE notification_id IS NOT NULL AND (state IN ('queued', 'handing_over') OR next_attempt_at IS "
          "NOT NULL) AND ifnull(next_attempt_at, 0) <= ?) "
          "ORDER BY r.number",
          select_run()));
  collect(untold.bind(now));
  return runs;
}

std::optional<Claim> take_over(State& state, const TakeOver& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = find_run(connection, request.run_id);
  if (!before || before->run.fence != request.fence || is_working(connection, before->owner, request.now)) return std::nullopt;
  Query(connection,
        R"sql(
        UPDATE runs SET fence = fence + 1, resumed = resumed + ?, owner_host = ?, owner_boot = ?, owner_pid = ?,
        owner_start = ?, lease_until = ?, resume_at = NULL
        WHERE id = ? AND fence = ?)sql")
      .bind(request.counts, request.owner.host, request.owner.boot_id, request.owner.pid, request.owner.start_time,
            request.lease_until, request.run_id, request.fence)
      .run();
  settle_deliveries(connection, before->run, request.now);
  auto claim = claim_of(connection, *find_run(connection, request.run_id));
  transaction.commit();
  return claim;
}

void settle_deliveries(State& state, const Claim& claim, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto stored = find_run(connection, claim.run.id);
  if (!stored || stored->run.fence != claim.run.fence || !stored->owner.process)
    refuse(connection, claim, "it is owned by nobody");
  settle_deliveries(connection, claim.run, now);
  transaction.commit();
}

void record_ready(State& state, const Claim& claim, const std::optional<Instant>& data_until) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed = Query(connection, R"sql(
        UPDATE runs SET state = 'triggered', data_until = ?, reason = ''
        WHERE id = ? AND fence = ? AND owner_host IS NOT NULL AND state = 'waiting')sql")
                           .bind(data_until, claim.run.id, claim.run.fence)
                           .run();
  if (changed != 1) refuse(connection, claim, "it does not wait");
  transaction.commit();
}

void release(State& state, const Claim& claim, const std::optional<Wait>& wait) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed = Query(connection, fmt::format(R"sql(
        UPDATE runs SET {}, resume_at = CASE WHEN finished_at IS NULL THEN ?1 END, attempts = attempts + ?2,
        reason = ifnull(?3, reason)
        WHERE id = ?4 AND fence = ?5 AND owner_host IS NOT NULL)sql",
                                                     kDisown))
                           .bind(wait ? std::optional(wait->until) : std::nullopt, wait && wait->after == Wait::After::attempt,
                                 wait ? std::optional(wait->reason) : std::nullopt, claim.run.id, claim.run.fence)
                           .run();
  if (changed != 1) refuse(connection, claim, "it is owned by nobody");
  transaction.commit();
}

}  // namespace reportctl::store
