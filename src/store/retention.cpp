// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "audit_chain.hpp"
#include "clear_runs.hpp"
#include "connection.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::store {
namespace {

constexpr int kRowsATime = 500;
/// So long others wait for a transaction, which takes as many rows as it can meanwhile: half of the time of a small one is spent
/// on waiting for the disk.
constexpr std::chrono::milliseconds kLongestTransaction{200};
/// A cut that is not there lies before everything.
constexpr Instant kNever{std::chrono::seconds{-1'000'000'000'000}};

/// A kind of row that goes, and what becomes of it.
struct Going {
  const char* table;
  const char* which;   ///< ?1 is the moment, ?2 the present one
  const char* number;  ///< the key by which they are taken
  const char* change;  ///< what happens to those, before `WHERE number IN (…)`
};

constexpr Going kOldRuns{"runs", R"sql(
    finished_at < ?1 AND created_at <= ?2 AND owner_host IS NULL AND NOT EXISTS (
      SELECT 1 FROM deliveries d WHERE d.run_id = runs.id AND d.state IN ('queued', 'handing_over')))sql",
                         "number", R"sql(DELETE FROM runs)sql"};
constexpr Going kOldExports{"exports", R"sql(finished_at < ?1 AND created_at <= ?2)sql", "number",
                            R"sql(DELETE FROM exports)sql"};
constexpr Going kOldRunFiles{"runs", R"sql(
    finished_at < ?1 AND created_at <= ?2 AND owner_host IS NULL AND artifact_sha256 <> ''
    AND file_pruned_at IS NULL)sql",
                             "number", R"sql(UPDATE runs SET file_pruned_at = ?2)sql"};
constexpr Going kOldExportFiles{"exports", R"sql(
    finished_at IS NOT NULL AND (finished_at < ?1 OR expires_at <= ?2) AND artifact_sha256 <> ''
    AND file_pruned_at IS NULL)sql",
                                "number", R"sql(UPDATE exports SET file_pruned_at = ?2)sql"};
constexpr Going kOldNotifications{"notifications", R"sql(
    acknowledged_at IS NOT NULL AND created_at < ?1 AND created_at <= ?2 AND NOT EXISTS (
      SELECT 1 FROM deliveries d
      WHERE d.notification_id = notifications.id AND d.state IN ('queued', 'handing_over')))sql",
                                  "number", R"sql(DELETE FROM notifications)sql"};
/// The log is only ever cut at its beginning: before the first record that is young enough, and the newest stays.
constexpr Going kOldRecords{"audit", R"sql(
    sequence < (SELECT max(sequence) FROM audit) AND
    sequence < ifnull((SELECT min(sequence) FROM audit WHERE at >= min(?1, ?2 + 1)), 9e18))sql",
                            "sequence", ""};

std::string rows_of(const Going& going) { return fmt::format(R"sql(FROM {} WHERE {})sql", going.table, going.which); }

std::int64_t count_going(State& state, const Going& going, const std::optional<Instant>& cut, Instant now) {
  if (!cut) return 0;
  Query query(state.connection(), fmt::format(R"sql(SELECT count(*) {})sql", rows_of(going)));
  return query.bind(*cut, now).next() ? query.integer() : 0;
}

struct Shown {
  const Going& going;
  std::optional<Instant> cut;
  const char* kind;
  const char* about;
  const char* since;
  const char* bytes;
};

void list_going(State& state, const Shown& shown, const Cuts& cuts, int limit, std::vector<Prunable>& found) {
  if (!shown.cut) return;
  Query query(state.connection(), fmt::format(R"sql(SELECT id, account, {0}, {1}, {2} {3} ORDER BY {1}, {4} LIMIT ?3)sql",
                                              shown.about, shown.since, shown.bytes, rows_of(shown.going), shown.going.number));
  query.bind(*shown.cut, cuts.now, limit);
  while (query.next()) {
    Prunable one;
    one.kind = shown.kind;
    one.id = query.text();
    one.account = query.text();
    one.about = query.text();
    one.since = query.instant();
    one.bytes = query.optional_integer();
    found.push_back(std::move(one));
  }
}

/// Does a piece of work, which returns how many rows it took, until it takes none, in transactions of limited length.
template <typename Work>
void in_transactions(Connection& connection, Work work) {
  for (bool more = true; more;) {
    WriteTransaction transaction(connection);
    const auto end = std::chrono::steady_clock::now() + kLongestTransaction;
    while ((more = work() > 0) && std::chrono::steady_clock::now() < end) {
    }
    transaction.commit();
  }
}

/// Counts what was taken for whoever looks on.
class Taken {
 public:
  Taken(const RowsDone& told, std::int64_t of) : told_(told), of_(of) {}
  void add(std::int64_t rows) {
    done_ += rows;
    if (told_) told_(done_, of_);
  }

 private:
  const RowsDone& told_;
  std::int64_t of_;
  std::int64_t done_ = 0;
};

std::int64_t take_going(State& state, const Going& going, const std::optional<Instant>& cut, Instant now, Taken& all) {
  if (!cut) return 0;
  auto& connection = state.connection();
  const auto sql =
      fmt::format("{0} WHERE {1} IN (SELECT {1} {2} LIMIT {3})", going.change, going.number, rows_of(going), kRowsATime);
  std::int64_t taken = 0;
  in_transactions(connection, [&] {
    const auto changed = Query(connection, sql).bind(*cut, now).run();
    taken += changed;
    all.add(changed);
    return changed;
  });
  return taken;
}

/// Records up to which record the log will be cut, and returns it; 0: nothing is old enough.
std::int64_t announce_cut(Connection& connection, const Cuts& cuts) {
  WriteTransaction transaction(connection);
  {
    Query first(connection, R"sql(SELECT at < ? FROM audit ORDER BY sequence LIMIT 1)sql");
    if (!first.bind(*cuts.audit).next() || !first.flag()) return 0;
  }
  std::int64_t last = 0;
  AuditEvent event{.name = kAuditCut, .account = {}, .subject = {}, .actor = cuts.actor, .payload = {}};
  {
    Query query(connection,
                fmt::format(R"sql(SELECT sequence, hash {} ORDER BY sequence DESC LIMIT 1)sql", rows_of(kOldRecords)));
    if (!query.bind(*cuts.audit, cuts.now).next()) return 0;
    last = query.integer();
    const nlohmann::ordered_json payload = {
        {"lastSequence", last}, {"lastHash", query.text()}, {"olderThan", format_utc(*cuts.audit)}};
    event.payload = json_text(payload);
  }
  append_events(connection, {event}, cuts.now);
  transaction.commit();
  return last;
}

/// The log is only ever cut at its beginning: up to the last record before the moment, of which the hash is kept.
void cut_audit(State& state, const Cuts& cuts, PrunedRows& rows, Taken& all) {
  auto& connection = state.connection();
  const auto announced = cuts.audit ? announce_cut(connection, cuts) : 0;
  if (announced == 0) return;
  in_transactions(connection, [&] {
    std::int64_t last = 0;
    std::string hash;
    {
      Query query(connection, fmt::format(R"sql(
        SELECT sequence, hash, at < ?1 FROM audit
        WHERE sequence <= ?2
        ORDER BY sequence LIMIT {})sql",
                                          kRowsATime));
      query.bind(*cuts.audit, announced);
      while (query.next()) {
        const auto sequence = query.integer();
        auto record_hash = query.text();
        if (!query.flag()) break;
        last = sequence;
        hash = std::move(record_hash);
      }
    }
    if (last == 0) return last;
    Query(connection,
          R"sql(
            INSERT INTO audit_cut (one, sequence, hash, at)
            VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE
            SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at)sql")
        .bind(last, hash, cuts.now)
        .run();
    const auto deleted = Query(connection, R"sql(DELETE FROM audit WHERE sequence <= ?)sql").bind(last).run();
    rows.audit += deleted;
    rows.audit_head = hash;
    all.add(deleted);
    return deleted;
  });
}

}  // namespace

Cuts in_steps(State& state, Cuts cuts, std::chrono::seconds step) {
  const auto limit = [&](std::optional<Instant>& cut, const Going& going, const char* since) {
    if (!cut) return;
    Query query(state.connection(), fmt::format(R"sql(SELECT min({}) {})sql", since, rows_of(going)));
    const auto oldest = query.bind(*cut, cuts.now).next() ? query.optional_instant() : std::nullopt;
    if (oldest) cut = std::min(*cut, *oldest + step);
  };
  auto runs = cuts.runs, exports = cuts.runs;
  limit(runs, kOldRuns, "finished_at");
  limit(exports, kOldExports, "finished_at");
  if (cuts.runs) cuts.runs = std::min(*runs, *exports);
  limit(cuts.run_files, kOldRunFiles, "finished_at");
  limit(cuts.export_files, kOldExportFiles, "finished_at");
  limit(cuts.notifications, kOldNotifications, "created_at");
  limit(cuts.audit, kOldRecords, "at");
  return cuts;
}

PrunedRows count_prunable(State& state, const Cuts& cuts) {
  const ReadTransaction moment(state.connection());
  PrunedRows rows;
  rows.runs = count_going(state, kOldRuns, cuts.runs, cuts.now);
  rows.exports = count_going(state, kOldExports, cuts.runs, cuts.now);
  rows.run_files = count_going(state, kOldRunFiles, cuts.run_files, cuts.now);
  rows.export_files = count_going(state, kOldExportFiles, cuts.export_files.value_or(kNever), cuts.now);
  rows.notifications = count_going(state, kOldNotifications, cuts.notifications, cuts.now);
  rows.audit = count_going(state, kOldRecords, cuts.audit, cuts.now);
  return rows;
}

std::vector<Prunable> list_prunable(State& state, const Cuts& cuts, int limit) {
  const ReadTransaction moment(state.connection());
  std::vector<Prunable> found;
  for (const auto& shown :
       {Shown{kOldRuns, cuts.runs, "run", "report", "finished_at", "NULL"},
        Shown{kOldExports, cuts.runs, "export", "report", "finished_at", "NULL"},
        Shown{kOldRunFiles, cuts.run_files, "run file", "report", "finished_at", "bytes"},
        Shown{kOldExportFiles, cuts.export_files.value_or(kNever), "export file", "report", "finished_at", "bytes"},
        Shown{kOldNotifications, cuts.notifications, "notification", "kind", "created_at", "NULL"}}) {
    list_going(state, shown, cuts, limit, found);
  }
  return found;
}

PrunedRows prune_rows(State& state, const Cuts& cuts, const RowsDone& told) {
  PrunedRows rows;
  Taken all(told, told ? count_prunable(state, cuts).total() : 0);
  // Files first, so that the counts of a rehearsal hold: a row that goes takes its file with it.
  rows.run_files = take_going(state, kOldRunFiles, cuts.run_files, cuts.now, all);
  rows.export_files = take_going(state, kOldExportFiles, cuts.export_files.value_or(kNever), cuts.now, all);
  rows.notifications = take_going(state, kOldNotifications, cuts.notifications, cuts.now, all);
  const auto cleared = cuts.runs ? clear_runs(state.connection(), {kOldRuns.which, *cuts.runs, cuts.now}) : std::nullopt;
  if (cleared) all.add(*cleared);
  rows.runs = cleared ? *cleared : take_going(state, kOldRuns, cuts.runs, cuts.now, all);
  rows.exports = take_going(state, kOldExports, cuts.runs, cuts.now, all);
  cut_audit(state, cuts, rows, all);
  return rows;
}

// `<> ''` is what lets SQLite use the partial indexes on files: it cannot know that of a bound value.
bool is_file_kept(State& state, std::string_view sha256, const Cuts& cuts) {
  return Query(state.connection(), R"sql(
      SELECT 1 WHERE EXISTS (
        SELECT 1 FROM runs WHERE artifact_sha256 = ?1 AND artifact_sha256 <> '' AND file_pruned_at IS NULL AND (
          finished_at IS NULL OR owner_host IS NOT NULL OR (finished_at >= ?2 AND finished_at >= ?3)))
      OR EXISTS (
        SELECT 1 FROM run_files f CROSS JOIN runs r ON r.number = f.run WHERE f.sha256 = ?1 AND r.file_pruned_at IS NULL AND (
          r.finished_at IS NULL OR r.owner_host IS NOT NULL OR (r.finished_at >= ?2 AND r.finished_at >= ?3)))
      OR EXISTS (
        SELECT 1 FROM exports WHERE artifact_sha256 = ?1 AND artifact_sha256 <> '' AND file_pruned_at IS NULL
        AND finished_at >= ?2 AND finished_at >= ?4 AND ifnull(expires_at > ?5, 1)))sql")
      .bind(sha256, cuts.runs.value_or(kNever), cuts.run_files.value_or(kNever), cuts.export_files.value_or(kNever), cuts.now)
      .next();
}

bool is_file_known(State& state, std::string_view sha256) {
  return Query(state.connection(), R"sql(
      SELECT 1 WHERE EXISTS (SELECT 1 FROM runs WHERE artifact_sha256 = ?1 AND artifact_sha256 <> '')
      OR EXISTS (SELECT 1 FROM run_files WHERE sha256 = ?1)
      OR EXISTS (SELECT 1 FROM exports WHERE artifact_sha256 = ?1 AND artifact_sha256 <> ''))sql")
      .bind(sha256)
      .next();
}

bool claim_daily(State& state, std::string_view name, Instant now, std::int64_t every) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto text = state.fact(name);
  const auto last = text ? parse_instant(*text) : std::nullopt;
  if (last && *last <= now && (now - *last).count() < every) return false;
  Query(connection, R"sql(
    INSERT INTO facts (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value)sql")
      .bind(name, format_utc(now))
      .run();
  transaction.commit();
  return true;
}

}  // namespace reportctl::store
