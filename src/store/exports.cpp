// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/exports.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "columns.hpp"
#include "connection.hpp"
#include "listing.hpp"
#include "names.hpp"
#include "owner.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/claims.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {
// Found by column() through the room, where unnamed namespaces are not looked into.
static void read_value(Query& query, ExportState& value) {
  value = parse_export_state(query.text()).value_or(ExportState::failed);
}

namespace {

constexpr std::array<std::string_view, 5> kExportStates{"pending", "processing", "completed", "failed", "cancelled"};

struct StoredExport {
  Export job;
  Owner owner;
};

constexpr std::array kExportColumns{
    column<&Export::id>("e.id"),
    column<&Export::account>("e.account"),
    column<&Export::scope>("e.scope"),
    column<&Export::report>("e.report"),
    column<&Export::format>("e.format"),
    column<&Export::request>("e.request"),
    column<&Export::requested_by>("e.requested_by"),
    column<&Export::member>("e.member"),
    column<&Export::state>("e.state"),
    column<&Export::created_at>("e.created_at"),
    column<&Export::started_at>("e.started_at"),
    column<&Export::finished_at>("e.finished_at"),
    column<&Export::expires_at>("e.expires_at"),
    column<&Export::file_pruned_at>("e.file_pruned_at"),
    column<&Export::fence>("e.fence"),
    column<&Export::resumed>("e.resumed"),
    column<&Export::cancel_asked>("e.cancel_asked"),
    column<&Export::period>("e.first_day, e.last_day, e.snapshot"),
    column<&Export::timezone>("e.timezone"),
    column<&Export::reason>("e.reason"),
    column<&Export::violations>("e.violations"),
    column<&Export::rows>("e.row_count"),
    column<&Export::bytes>("e.bytes"),
    column<&Export::generation_ms>("e.generation_ms"),
    column<&Export::artifact_sha256>("e.artifact_sha256"),
    column<&Export::artifact_name>("e.artifact_name"),
};

std::string export_columns() { return fmt::format("{}, {}", select_list(kExportColumns), kOwnerColumns); }
std::string select_export() { return fmt::format(R"sql(SELECT {} FROM exports e)sql", export_columns()); }

StoredExport read_export(Query& query) {
  StoredExport stored;
  stored.job = read_columns(query, kExportColumns);
  stored.owner = read_owner(query);
  return stored;
}

constexpr ListedTable kExportTable{
    .table = "exports e", .joined = "", .key = "e.number", .id = "e.id", .account = "e.account", .only = "e.scope"};

Export shown_export(Connection& connection, StoredExport stored) {
  stored.job.interrupted = is_orphaned(connection, stored.owner);
  return std::move(stored.job);
}

std::optional<StoredExport> stored_export(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format(R"sql({} WHERE id = ?)sql", select_export()));
  if (!query.bind(id).next()) return std::nullopt;
  return read_export(query);
}

std::vector<Export> shown_exports(Connection& connection, Query& query) {
  std::vector<Export> jobs;
  while (query.next()) jobs.push_back(shown_export(connection, read_export(query)));
  return jobs;
}

[[noreturn]] void lost(const Export& taken) {
  throw FenceLost(fmt::format("export {} belongs to another process now, or was cancelled", taken.id));
}

}  // namespace

std::string_view export_state_name(ExportState state) { return name_in(kExportStates, state); }
std::optional<ExportState> parse_export_state(std::string_view name) { return parse_name<ExportState>(kExportStates, name); }
std::vector<std::string> export_state_names() { return {kExportStates.begin(), kExportStates.end()}; }

Export create_export(State& state, const NewExport& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  require_account_here(connection, request.account);
  const auto id = new_id();
  const auto& owner = request.owner;
  const auto when_owned = [&](const auto& value) { return owner ? std::optional(value) : std::nullopt; };
  Query(connection,
        R"sql(
          INSERT INTO exports (id, account, scope, report, format, request, requested_by, member, state, created_at,
          started_at, fence, owner_host, owner_boot, owner_pid, owner_start, lease_until)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?))sql")
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
  Query query(
      state.connection(),
      fmt::format(R"sql({} INDEXED BY exports_unfinished WHERE finished_at IS NULL ORDER BY number)sql", select_export()));
  std::vector<Export> jobs;
  while (static_cast<int>(jobs.size()) < limit && query.next()) {
    auto stored = read_export(query);
    if (is_working(state.connection(), stored.owner, now)) continue;
    stored.job.interrupted = stored.owner.process.has_value();
    jobs.push_back(std::move(stored.job));
  }
  return jobs;
}

std::optional<Export> take_export(State& state, const ExportTake& request) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = stored_export(connection, request.id);
  if (!before || before->job.finished_at || is_working(connection, before->owner, request.now)) return std::nullopt;
  const auto changed = Query(connection,
                             R"sql(
              UPDATE exports SET state = 'processing', fence = fence + 1, resumed = resumed + ?, started_at = ?,
              owner_host = ?, owner_boot = ?, owner_pid = ?, owner_start = ?, lease_until = ?
              WHERE id = ? AND fence = ? AND finished_at IS NULL)sql")
                           .bind(before->owner.process.has_value(), request.now, request.owner.host, request.owner.boot_id,
                                 request.owner.pid, request.owner.start_time, request.lease_until, request.id, request.fence)
                           .run();
  if (changed != 1) return std::nullopt;
  auto job = stored_export(connection, request.id)->job;
  transaction.commit();
  return job;
}

bool cancel_is_asked(State& state, std::string_view id) {
  Query query(state.connection(), R"sql(SELECT cancel_asked FROM exports WHERE id = ?)sql");
  return query.bind(id).next() && query.flag();
}

bool finish_export(State& state, const Export& taken, const ExportEnd& end, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto before = stored_export(connection, taken.id);
  if (!before || before->job.fence != taken.fence || !before->owner.process) lost(taken);
  if (end.state == ExportState::completed && before->job.cancel_asked) return false;
  Query(connection, fmt::format(R"sql(
          UPDATE exports SET state = ?, reason = ?, violations = ?, first_day = ?, last_day = ?, snapshot = ?, timezone = ?,
          row_count = ?, bytes = ?, generation_ms = ?, artifact_sha256 = ?, artifact_name = ?, expires_at = ?,
          finished_at = ?, {} WHERE id = ? AND fence = ?)sql",
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
  const auto changed = Query(connection, fmt::format(R"sql(
        UPDATE exports SET state = 'pending', started_at = NULL, {}
        WHERE id = ? AND fence = ? AND owner_host IS NOT NULL)sql",
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
  if (is_working(connection, before->owner, now)) {
    if (!before->job.cancel_asked) {
      Query(connection, R"sql(UPDATE exports SET cancel_asked = 1 WHERE id = ?)sql").bind(request.id).run();
      append_events(connection, request.asked, now);
      transaction.commit();
    }
    return CancelResult::asked;
  }
  Query(connection, fmt::format(R"sql(
          UPDATE exports SET state = 'cancelled', reason = ?, finished_at = ?, fence = fence + 1, {}
          WHERE id = ?)sql",
                                kDisown))
      .bind(request.reason, now, request.id)
      .run();
  queue_export_webhooks(connection, request.id, now);
  append_events(connection, request.cancelled, now);
  transaction.commit();
  return CancelResult::cancelled;
}

std::vector<Export> list_exports(State& state, const ExportFilter& filter) {
  Listed list{.table = kExportTable, .columns = export_columns(), .where = {}, .sight = filter.sight};
  list.where.add("e.account = {}", filter.account);
  if (filter.state) list.where.add("e.state = {}", export_state_name(*filter.state));
  list.where.add(R"sql(e.number >= (SELECT min(number) FROM exports WHERE created_at >= {0}) AND e.created_at >= {0})sql",
                 filter.since);
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  return shown_exports(state.connection(), query);
}

Export get_export(State& state, std::string_view id, const Sight& sight) {
  Query query(state.connection(),
              select_by_id({.table = kExportTable, .columns = export_columns(), .where = {}, .sight = sight}, id));
  return only_one(shown_exports(state.connection(), query), {.kind = "export", .asked = id, .shown_by = "reportctl export list"});
}

std::optional<Export> find_export(State& state, std::string_view id) {
  auto stored = stored_export(state.connection(), id);
  if (!stored) return std::nullopt;
  return shown_export(state.connection(), std::move(*stored));
}

std::vector<Measured> measured(State& state, std::string_view account, std::string_view report, int limit) {
  constexpr std::array kColumns{
      column<&Measured::rows>("row_count"),
      column<&Measured::bytes>("bytes"),
      column<&Measured::milliseconds>("generation_ms"),
      column<&Measured::format>("format"),
  };
  // Each table gives its newest; of those the newest are taken.
  Query query(state.connection(), fmt::format(R"sql(
      SELECT {} FROM (
        SELECT * FROM (SELECT created_at, row_count, bytes, generation_ms, format FROM runs
                       WHERE account = ?1 AND report = ?2 AND generation_ms IS NOT NULL ORDER BY number DESC LIMIT ?3)
        UNION ALL
        SELECT * FROM (SELECT created_at, row_count, bytes, generation_ms, format FROM exports
                       WHERE account = ?1 AND report = ?2 AND generation_ms IS NOT NULL ORDER BY number DESC LIMIT ?3)
      ) ORDER BY created_at DESC LIMIT ?3)sql",
                                              select_list(kColumns)));
  return read_all(query.bind(account, report, limit), kColumns);
}

}  // namespace reportctl::store
