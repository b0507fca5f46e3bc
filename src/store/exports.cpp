// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/exports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "owner.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/runs.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 5> kExportStates{"pending", "processing", "completed", "failed", "cancelled"};

constexpr const char* kSelectExport =
    "SELECT id, account, scope, report, format, request, requested_by, member, state, created_at, started_at, finished_at, "
    "expires_at, file_pruned_at, fence, resumed, cancel_asked, first_day, last_day, snapshot, timezone, reason, violations, "
    "row_count, "
    "bytes, generation_ms, artifact_sha256, artifact_name, owner_host, owner_boot, owner_pid, owner_start, lease_until "
    "FROM exports";

struct StoredExport {
  Export job;
  Owner owner;
};

StoredExport read_export(Query& query) {
  StoredExport stored;
  Export& job = stored.job;
  job.id = query.text();
  job.account = query.text();
  job.scope = query.text();
  job.report = query.text();
  job.format = query.text();
  job.request = query.text();
  job.requested_by = query.text();
  job.member = query.text();
  job.state = parse_export_state(query.text()).value_or(ExportState::failed);
  job.created_at = query.instant();
  job.started_at = query.optional_instant();
  job.finished_at = query.optional_instant();
  job.expires_at = query.optional_instant();
  job.file_pruned_at = query.optional_instant();
  job.fence = query.integer();
  job.resumed = query.small();
  job.cancel_asked = query.flag();
  job.period = query.optional_period();
  job.timezone = query.text();
  job.reason = query.text();
  job.violations = query.text();
  job.rows = query.optional_integer();
  job.bytes = query.optional_integer();
  job.generation_ms = query.optional_integer();
  job.artifact_sha256 = query.text();
  job.artifact_name = query.text();
  stored.owner = read_owner(query);
  return stored;
}

Export shown_export(StoredExport stored) {
  stored.job.interrupted = is_orphaned(stored.owner);
  return std::move(stored.job);
}

std::optional<StoredExport> stored_export(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format("{} WHERE id = ?", kSelectExport));
  if (!query.bind(id).next()) return std::nullopt;
  return read_export(query);
}

std::vector<Export> shown_exports(Query& query) {
  std::vector<Export> jobs;
  while (query.next()) jobs.push_back(shown_export(read_export(query)));
  return jobs;
}

[[noreturn]] void lost(const Export& taken) {
  throw FenceLost(fmt::format("export {} belongs to another process now, or was cancelled", taken.id));
}

}  // namespace

std::string_view export_state_name(ExportState state) { return kExportStates.at(static_cast<std::size_t>(state)); }

std::optional<ExportState> parse_export_state(std::string_view name) {
  const auto at = std::find(kExportStates.begin(), kExportStates.end(), name);
  if (at == kExportStates.end()) return std::nullopt;
  return static_cast<ExportState>(at - kExportStates.begin());
}

Export create_export(State& state, const NewExport& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto id = new_id();
  const auto& owner = request.owner;
  const auto when_owned = [&](const auto& value) { return owner ? std::optional(value) : std::nullopt; };
  Query(connection,
        "INSERT INTO exports (id, account, scope, report, format, request, requested_by, member, state, created_at, started_at, "
        "fence, owner_host, owner_boot, owner_pid, owner_start, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, "
        "?, ?, ?)")
      .bind(id, request.account, request.scope, request.report, request.format, request.request, request.requested_by,
            request.member, export_state_name(owner ? ExportState::processing : ExportState::pending), request.now,
            when_owned(request.now), owner ? std::optional(owner->host) : std::nullopt,
            owner ? std::optional(owner->boot_id) : std::nullopt, owner ? std::optional(owner->pid) : std::nullopt,
            owner ? std::optional(owner->start_time) : std::nullopt, when_owned(request.lease_until))
      .run();
  append_events(connection, with_run(request.events, id), request.now);
  auto job = stored_export(connection, id)->job;
  transaction.commit();
  return job;
}

std::vector<Export> exports_to_work(State& state, Instant now, int limit) {
  Query query(state.connection(),
              fmt::format("{} INDEXED BY exports_unfinished WHERE finished_at IS NULL ORDER BY number", kSelectExport));
  std::vector<Export> jobs;
  while (static_cast<int>(jobs.size()) < limit && query.next()) {
    auto stored = read_export(query);
    if (is_working(stored.owner, now)) continue;
    stored.job.interrupted = stored.owner.process.has_value();
    jobs.push_back(std::move(stored.job));
  }
  return jobs;
}

std::optional<Export> take_export(State& state, const ExportTake& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = stored_export(connection, request.id);
  if (!before || before->job.finished_at || is_working(before->owner, request.now)) return std::nullopt;
  const auto changed =
      Query(connection,
            "UPDATE exports SET state = 'processing', fence = fence + 1, resumed = resumed + ?, started_at = ?, owner_host = ?, "
            "owner_boot = ?, owner_pid = ?, owner_start = ?, lease_until = ? WHERE id = ? AND fence = ? AND finished_at IS NULL")
          .bind(before->owner.process.has_value(), request.now, request.owner.host, request.owner.boot_id, request.owner.pid,
                request.owner.start_time, request.lease_until, request.id, request.fence)
          .run();
  if (changed != 1) return std::nullopt;
  auto job = stored_export(connection, request.id)->job;
  transaction.commit();
  return job;
}

bool cancel_is_asked(State& state, std::string_view id) {
  Query query(state.connection(), "SELECT cancel_asked FROM exports WHERE id = ?");
  return query.bind(id).next() && query.flag();
}

bool finish_export(State& state, const Export& taken, const ExportEnd& end, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = stored_export(connection, taken.id);
  if (!before || before->job.fence != taken.fence || !before->owner.process) lost(taken);
  if (end.state == ExportState::completed && before->job.cancel_asked) return false;
  Query(connection,
        fmt::format(
            "UPDATE exports SET state = ?, reason = ?, violations = ?, first_day = ?, last_day = ?, snapshot = ?, timezone = "
            "?, row_count = ?, bytes = ?, generation_ms = ?, artifact_sha256 = ?, artifact_name = ?, "
            "expires_at = ?, finished_at = ?, {} WHERE id = ? AND fence = ?",
            kDisown))
      .bind(export_state_name(end.state), end.reason, end.violations, end.period, end.timezone, end.rows, end.bytes,
            end.generation_ms, end.artifact_sha256, end.artifact_name, end.expires_at, now, taken.id, taken.fence)
      .run();
  queue_export_webhooks(connection, taken.id, now);
  append_events(connection, with_run(end.events, taken.id), now);
  transaction.commit();
  return true;
}

void release_export(State& state, const Export& taken) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed =
      Query(connection, fmt::format("UPDATE exports SET state = 'pending', started_at = NULL, {} WHERE id = ? AND "
                                    "fence = ? AND owner_host IS NOT NULL",
                                    kDisown))
          .bind(taken.id, taken.fence)
          .run();
  if (changed != 1) lost(taken);
  transaction.commit();
}

CancelResult cancel_export(State& state, const Cancellation& request, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = stored_export(connection, request.id);
  if (!before) throw Error(ErrorKind::not_found, fmt::format("export {} does not exist", visible(request.id)));
  if (before->job.finished_at) {
    throw Error(ErrorKind::conflict, fmt::format("export {} is {} already", request.id, export_state_name(before->job.state)),
                fmt::format("reportctl export show {}", request.id));
  }
  if (is_working(before->owner, now)) {
    if (!before->job.cancel_asked) {
      Query(connection, "UPDATE exports SET cancel_asked = 1 WHERE id = ?").bind(request.id).run();
      append_events(connection, request.asked, now);
      transaction.commit();
    }
    return CancelResult::asked;
  }
  Query(connection,
        fmt::format("UPDATE exports SET state = 'cancelled', reason = ?, finished_at = ?, fence = fence + 1, {} WHERE "
                    "id = ?",
                    kDisown))
      .bind(request.reason, now, request.id)
      .run();
  queue_export_webhooks(connection, request.id, now);
  append_events(connection, request.cancelled, now);
  transaction.commit();
  return CancelResult::cancelled;
}

std::vector<Export> list_exports(State& state, const ExportFilter& filter) {
  std::string sql = fmt::format("{} WHERE 1", kSelectExport);
  if (filter.account) sql += " AND account = ?";
  if (filter.state) sql += " AND state = ?";
  if (filter.since) sql += " AND created_at >= ?";
  Query query(state.connection(), sql + " ORDER BY number DESC LIMIT ?");
  if (filter.account) query.bind(*filter.account);
  if (filter.state) query.bind(export_state_name(*filter.state));
  if (filter.since) query.bind(*filter.since);
  query.bind(filter.limit > 0 ? filter.limit : -1);
  return shown_exports(query);
}

std::vector<Export> exports_by_id(State& state, std::string_view id, int limit) {
  if (auto exact = find_export(state, id)) return {std::move(*exact)};
  if (id.size() < kShortestPrefix) return {};
  Query query(state.connection(), fmt::format("{} WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id LIMIT ?2", kSelectExport));
  query.bind(id, limit);
  return shown_exports(query);
}

std::optional<Export> find_export(State& state, std::string_view id) {
  auto stored = stored_export(state.connection(), id);
  if (!stored) return std::nullopt;
  return shown_export(std::move(*stored));
}

std::vector<Measured> measured(State& state, std::string_view account, std::string_view report, int limit) {
  // Each table gives its newest; of those the newest are taken.
  Query query(
      state.connection(),
      "SELECT row_count, bytes, generation_ms, format FROM ("
      "SELECT * FROM (SELECT created_at, row_count, bytes, generation_ms, format FROM runs WHERE account = ?1 AND report = "
      "?2 AND generation_ms IS NOT NULL ORDER BY number DESC LIMIT ?3) UNION ALL "
      "SELECT * FROM (SELECT created_at, row_count, bytes, generation_ms, format FROM exports WHERE account = ?1 AND report "
      "= ?2 AND generation_ms IS NOT NULL ORDER BY number DESC LIMIT ?3)) ORDER BY created_at DESC LIMIT ?3");
  query.bind(account, report, limit);
  std::vector<Measured> found;
  while (query.next()) {
    Measured one;
    one.rows = query.integer();
    one.bytes = query.integer();
    one.milliseconds = query.integer();
    one.format = query.text();
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace reportctl::store
