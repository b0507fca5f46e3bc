// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "delivery_row.hpp"
#include "part_row.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/claims.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

StoredRun require_unowned(Connection& connection, const Reopening& request) {
  auto stored = find_run(connection, request.run_id);
  if (!stored)
    throw Error(ErrorKind::not_found, fmt::format("run {} does not exist", visible(request.run_id)),
                "`reportctl runs list` shows them");
  if (is_working(connection, stored->owner, request.now))
    throw Error(ErrorKind::conflict,
                fmt::format("run {} is not finished ({})", stored->run.id, run_state_name(stored->run.state)),
                "another process works on it: wait until it is done");
  require_account_here(connection, stored->run.account);
  return std::move(*stored);
}

/// Attempts are counted anew; one that is not finished goes on counting, and its failure is still its first.
Claim reopen(Connection& connection, const Reopening& request, RunState state) {
  Query(connection,
        R"sql(
          UPDATE runs SET state = ?, finished_at = NULL, fence = fence + 1, resumed = 0,
          attempts = iif(finished_at IS NULL, attempts, 0), reopened = reopened + (finished_at IS NOT NULL), reason = '',
          violations = '', owner_host = ?, owner_boot = ?, owner_pid = ?, owner_start = ?, lease_until = ?, resume_at = NULL
          WHERE id = ?)sql")
      .bind(run_state_name(state), request.owner.host, request.owner.boot_id, request.owner.pid, request.owner.start_time,
            request.lease_until, request.run_id)
      .run();
  append_events(connection, with_run(request.events, request.run_id), request.now);
  auto claim = claim_of(connection, *find_run(connection, request.run_id));
  reopen_parent(connection, claim.run);
  return claim;
}

}  // namespace

std::optional<Claim> reopen_for_resend(State& state, const ResendRequest& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = require_unowned(connection, request);
  if (!before.run.finished_at)
    throw Error(ErrorKind::conflict, fmt::format("run {} is not finished ({})", before.run.id, run_state_name(before.run.state)),
                "wait until it is; the next run-due takes up an interrupted one");
  if (before.run.artifact_sha256.empty())
    throw Error(ErrorKind::conflict,
                fmt::format("run {} ({}) made no file that could be sent", before.run.id, run_state_name(before.run.state)),
                fmt::format("make it: reportctl runs retry {}", before.run.id));
  std::int64_t chosen = 0;
  for (const auto wanted : request.states) {
    // The person has looked: what was in doubt is settled, and the next answer counts.
    chosen +=
        Query(connection,
              R"sql(
                      UPDATE deliveries SET state = 'queued', in_doubt = 0, next_attempt_at = NULL,
                      message_sha256 = iif(? AND destination = '', '', message_sha256)
                      WHERE run_id = ? AND notification_id IS NULL AND state = ? AND NOT EXISTS (
                        SELECT 1 FROM suppressions u WHERE u.address = deliveries.address
                        AND (u.account IS NULL OR u.account = ?) AND (u.schedule_id IS NULL OR u.schedule_id = ?)))sql")
            .bind(request.new_messages, request.run_id, delivery_state_name(wanted), before.run.account, before.run.schedule_id)
            .run();
  }
  for (const auto& delivery : request.to) {
    const auto there = Query(connection,
                             R"sql(
                               UPDATE deliveries SET state = 'queued', in_doubt = 0, next_attempt_at = NULL,
                               message_sha256 = iif(?, '', message_sha256)
                               WHERE run_id = ? AND address = ? AND notification_id IS NULL)sql")
                           .bind(request.new_messages, request.run_id, delivery.recipient.value().address.normalized())
                           .run();
    if (there == 0) insert_delivery(connection, request.run_id, std::nullopt, delivery);
    ++chosen;
  }
  if (chosen == 0) return std::nullopt;
  auto claim = reopen(connection, request, RunState::generated);
  transaction.commit();
  return claim;
}

namespace {

Claim retry(Connection& connection, const Reopening& request, const StoredRun& before) {
  if (!before.run.artifact_sha256.empty())
    throw Error(ErrorKind::conflict, fmt::format("run {} ({}) has its file", before.run.id, run_state_name(before.run.state)),
                fmt::format("mail it again: reportctl runs resend {}", before.run.id));
  if (!before.definition && before.run.trigger == Trigger::part)
    throw Error(ErrorKind::conflict,
                fmt::format("what part {} was to be is not recorded: {}", before.run.part, before.run.reason));
  if (!before.definition && before.run.schedule_id.empty())
    throw Error(ErrorKind::conflict, fmt::format("what run {} was to make is not recorded", before.run.id),
                "`reportctl schedule test` sends a report anew");
  // Its time to wait is over, or it goes on until then: there is a look at the data in either case.
  const bool looks = before.run.wait_until.has_value() && before.run.state != RunState::triggered;
  return reopen(connection, request, looks ? RunState::waiting : RunState::triggered);
}

}  // namespace

Claim reopen_for_retry(State& state, const Reopening& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  auto claim = retry(connection, request, require_unowned(connection, request));
  transaction.commit();
  return claim;
}

Claim reopen_for_retry(State& state, const Reopening& request, const RowNow& row) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = require_unowned(connection, request);
  if (before.run.state != RunState::rejected || before.run.parent.empty())
    throw Error(ErrorKind::conflict, fmt::format("run {} is not a part that was rejected", before.run.id));
  const auto& wait = row.definition.wait;
  Query(connection, R"sql(UPDATE runs SET slot = ?, begins = ?, definition = ?, wait_until = ? WHERE id = ?)sql")
      .bind(row.slot, row.begins, definition_json(row.definition), wait ? std::optional<Instant>(row.slot + *wait) : std::nullopt,
            before.run.id)
      .run();
  auto claim = retry(connection, request, *find_run(connection, before.run.id));
  transaction.commit();
  return claim;
}

}  // namespace reportctl::store
