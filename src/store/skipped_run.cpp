// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "skipped_run.hpp"

#include "reportctl/base/hash.hpp"
#include "run_row.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {

bool slot_is_taken(Connection& connection, std::string_view schedule_id, Instant slot) {
  return Query(connection, R"sql(SELECT 1 FROM runs WHERE schedule_id = ? AND slot = ? AND trigger = 'scheduled')sql")
      .bind(schedule_id, slot)
      .next();
}

void insert_skipped(Connection& connection, const SkippedSlot& skipped, RunState state, Instant now) {
  const auto& [schedule_id, slot, reason] = skipped;
  if (slot_is_taken(connection, schedule_id, slot)) {
    Query(connection, R"sql(
      UPDATE runs SET reason = ? WHERE schedule_id = ? AND slot = ? AND trigger = 'scheduled' AND state = 'skipped')sql")
        .bind(reason, schedule_id, slot)
        .run();
    return;
  }
  const auto id = new_id();
  Query(connection,
        R"sql(
          INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at,
          finished_at, fence, reason)
          SELECT ?1, id, name, account, report, 'scheduled', ?2, ?3, ?4, ?4, 0, ?5 FROM schedules WHERE id = ?6)sql")
      .bind(id, run_state_name(state), slot, now, reason, schedule_id)
      .run();
  count_ended_run(connection, id);
  queue_run_webhooks(connection, id, now);
}

}  // namespace reportctl::store
