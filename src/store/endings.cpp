// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/endings.hpp"

#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "delivery_row.hpp"
#include "reportctl/base/error.hpp"
#include "run_row.hpp"
#include "watch_row.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {
namespace {

/// Which state a run may end from: reports that were sent or not sent exist, rules are broken before there is one, everything may
/// fail.
const char* states_before(RunState ending) {
  switch (ending) {
    case RunState::delivered:
    case RunState::partial:
    case RunState::delivery_failed:
    case RunState::unknown:
    case RunState::quiet:
      return "state = 'generated'";
    case RunState::rejected:
      return "state IN ('waiting', 'triggered')";
    case RunState::no_data:
      return "state IN ('triggered', 'generated')";
    case RunState::waiting:
    case RunState::triggered:
    case RunState::generated:
    case RunState::failed:
    case RunState::skipped:
      break;
  }
  return "state IN ('waiting', 'triggered', 'generated')";
}

/// Nothing of a run that ended waits any more.
void give_up_deliveries(Connection& connection, const Claim& claim, const std::string& why) {
  Query(connection,
        R"sql(
          UPDATE deliveries SET state = iif(in_doubt, 'unknown', 'deferred'), answer = ?, reason_class = 'given_up', next_attempt_at = NULL
          WHERE run_id = ? AND notification_id IS NULL AND (state = 'queued' OR next_attempt_at IS NOT NULL))sql")
      .bind(why, claim.run.id)
      .run();
}

void end_run(Connection& connection, const Claim& claim, const Finish& finish, Instant now) {
  if (!is_finished(finish.state) || finish.state == RunState::skipped) {
    throw Error(ErrorKind::conflict, fmt::format("run {} cannot end as {}", claim.run.id, run_state_name(finish.state)));
  }
  const auto changed =
      Query(connection, fmt::format(R"sql(
        UPDATE runs SET state = ?1, reason = ?2, violations = ?3, finished_at = ?4, resume_at = NULL,
        definition = iif(?1 = 'rejected' AND parent IS NULL, NULL, definition)
        WHERE id = ? AND fence = ? AND owner_host IS NOT NULL AND {})sql",
                                    states_before(finish.state)))
          .bind(run_state_name(finish.state), finish.reason, finish.violations, now, claim.run.id, claim.run.fence)
          .run();
  if (changed != 1) refuse(connection, claim, fmt::format("it cannot end as {}", run_state_name(finish.state)));
}

bool was_reopened(Connection& connection, const Run& run) {
  Query query(connection, R"sql(SELECT reopened FROM runs WHERE id = ?)sql");
  return query.bind(run.id).next() && query.integer() > 0;
}

/// Did a later occurrence end already (a slow or resumed run may end after the one that follows it)?
bool later_one_ended(Connection& connection, const Run& run, std::string_view condition) {
  return Query(connection, fmt::format(R"sql(
    SELECT 1 FROM runs WHERE schedule_id = ? AND trigger = 'scheduled' AND slot > ? AND finished_at IS NOT NULL AND
    state <> 'skipped'{})sql",
                                       condition))
      .bind(run.schedule_id, run.slot)
      .next();
}

/// Failures are counted once each: one that is sent again and fails again is no second one.
bool counts_when_failed(Connection& connection, const Run& run) {
  return !was_reopened(connection, run) && !later_one_ended(connection, run, fmt::format(R"sql( AND {})sql", kSucceeded));
}

/// The schedule shows its latest occurrence.
void update_schedule_status(Connection& connection, const Run& run, const Finish& finish, Instant now) {
  const bool good = ended_well(finish.state);
  if (!later_one_ended(connection, run, "")) {
    Query(connection, R"sql(UPDATE schedules SET last_run_at = ?, last_run_status = ?, last_run_error = ? WHERE id = ?)sql")
        .bind(now, run_status_word(finish.state), good ? std::string() : finish.reason, run.schedule_id)
        .run();
    if (good) Query(connection, R"sql(UPDATE schedules SET failure_count = 0 WHERE id = ?)sql").bind(run.schedule_id).run();
  }
  if (good) Query(connection, R"sql(UPDATE schedules SET last_success_at = ? WHERE id = ?)sql").bind(now, run.schedule_id).run();
  if (good || !counts_when_failed(connection, run)) return;
  Query(connection, R"sql(UPDATE schedules SET failure_count = failure_count + 1 WHERE id = ?)sql").bind(run.schedule_id).run();
}

/// A success settles what failed before it, and what fails after a later occurrence succeeded waits for nobody. Whether a message
/// of unknown fate arrived, only a person can find out.
void settle_failures(Connection& connection, const Run& run, Instant now) {
  Query(connection, fmt::format(R"sql(
    UPDATE runs AS r SET settled_at = ?1 WHERE r.schedule_id = ?2 AND {} AND r.state <> 'unknown' AND r.slot < (
    SELECT max(slot) FROM runs WHERE schedule_id = ?2 AND trigger = 'scheduled' AND {}))sql",
                                kWaiting, kSucceeded))
      .bind(now, run.schedule_id)
      .run();
}

AuditEvents pause_if_hopeless(Connection& connection, const Claim& claim, int limit, Instant now) {
  if (limit <= 0) return {};
  const auto paused = Query(connection,
                            R"sql(
                              UPDATE schedules SET is_active = 0, updated_at = ?, revision = revision + 1
                              WHERE id = ? AND is_active = 1 AND failure_count >= ?)sql")
                          .bind(now, claim.run.schedule_id, limit)
                          .run();
  if (paused != 1) return {};
  return {{.name = "SchedulePaused",
           .account = claim.run.account,
           .subject = claim.run.schedule_id,
           .actor = kRunActor,
           .payload = event_payload({{"reason", fmt::format("{} failures in a row", limit)}, {"runId", claim.run.id}})}};
}

void insert_notification(Connection& connection, const Claim& claim, const NewNotification& notification, Instant now) {
  Query(connection,
        R"sql(
          INSERT INTO notifications (id, run_id, account, member_id, kind, subject, body, mail, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))sql")
      .bind(notification.id, claim.run.id, notification.account, notification.member_id, notification.kind, notification.subject,
            notification.body, notification.mail, now)
      .run();
  if (notification.delivery) insert_delivery(connection, claim.run.id, notification.id, *notification.delivery);
}

bool tells_first(Connection& connection, std::string_view account, const TellOnce& once) {
  const auto& [what, instead_of, notifications] = once;
  if (!instead_of.empty())
    Query(connection, R"sql(DELETE FROM told_once WHERE account = ?1 AND substr(what, 1, length(?2)) = ?2 AND what <> ?3)sql")
        .bind(account, instead_of, what)
        .run();
  return Query(connection, R"sql(INSERT OR IGNORE INTO told_once (account, what) VALUES (?, ?))sql").bind(account, what).run() ==
         1;
}

}  // namespace

bool was_told(State& state, std::string_view account, std::string_view what) {
  return Query(state.connection(), R"sql(SELECT 1 FROM told_once WHERE account = ? AND what = ?)sql").bind(account, what).next();
}

void finish(State& state, const Claim& claim, const Finish& finish, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  if (finish.last) update_outcome(connection, claim, *finish.last, now);
  if (!finish.untried.empty()) give_up_deliveries(connection, claim, finish.untried);
  end_run(connection, claim, finish, now);
  AuditEvents events = with_run(finish.events, claim.run.id);
  if (claim.run.trigger == Trigger::scheduled) {
    update_schedule_status(connection, claim.run, finish, now);
    settle_failures(connection, claim.run, now);
    count_ended_run(connection, claim.run.id);
    for (auto& event : pause_if_hopeless(connection, claim, finish.auto_pause_after, now)) events.push_back(std::move(event));
  }
  if (claim.run.trigger == Trigger::scheduled || claim.run.trigger == Trigger::part) move_watch(connection, claim);
  for (const auto& notification : finish.notifications) insert_notification(connection, claim, notification, now);
  for (const auto& once : finish.once) {
    if (!tells_first(connection, claim.run.account, once)) continue;
    for (const auto& notification : once.notifications) insert_notification(connection, claim, notification, now);
  }
  if (claim.run.trigger != Trigger::part) queue_run_webhooks(connection, claim.run.id, now);
  if (finish.release)
    Query(connection, fmt::format(R"sql(UPDATE runs SET {} WHERE id = ?)sql", kDisown)).bind(claim.run.id).run();
  append_events(connection, events, now);
  transaction.commit();
}

int failures_in_a_row(State& state, const Claim& claim) {
  auto& connection = state.connection();
  Query query(connection, R"sql(SELECT failure_count FROM schedules WHERE id = ?)sql");
  const int before = query.bind(claim.run.schedule_id).next() ? query.small() : 0;
  return before + (counts_when_failed(connection, claim.run) ? 1 : 0);
}

}  // namespace reportctl::store
