// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clear_runs.hpp"

#include <fmt/format.h>

#include <array>

#include "reportctl/base/error.hpp"
#include "whole_tables.hpp"

namespace reportctl::store {
namespace {

/// What is put aside is held in memory.
constexpr std::int64_t kMostKept = 5000;
/// One by one they are gone in a moment, too.
constexpr std::int64_t kFewestGone = 20'000;
/// While so many go, others wait for three seconds.
constexpr std::int64_t kMostGone = 1'000'000;

/// What points at runs, and what is kept of it once the runs are put aside.
struct Kept {
  const char* table;
  const char* rows;
};
constexpr std::array kKept{
    Kept{"notifications", R"sql(run_id IN (SELECT id FROM kept_runs))sql"},
    Kept{"deliveries", R"sql(run_id IN (SELECT id FROM kept_runs)
      AND (notification_id IS NULL OR notification_id IN (SELECT id FROM kept_notifications)))sql"},
    Kept{"run_mails", R"sql(run IN (SELECT number FROM kept_runs))sql"},
    Kept{"run_files", R"sql(run IN (SELECT number FROM kept_runs))sql"},
};

/// How many rows are gone.
std::int64_t refill(Connection& connection, const char* table) {
  const auto before = Query(connection, fmt::format(R"sql(DELETE FROM main.{})sql", table)).run();
  const auto kept = Query(connection, fmt::format(R"sql(INSERT INTO main.{0} SELECT * FROM kept_{0})sql", table)).run();
  Query(connection, fmt::format(R"sql(DROP TABLE temp.kept_{})sql", table)).run();
  return before - kept;
}

std::int64_t number(Connection& connection, std::string sql, const std::optional<Instant>& bound = std::nullopt) {
  Query query(connection, std::move(sql));
  if (bound) query.bind(*bound);
  return query.next() ? query.optional_integer().value_or(0) : 0;
}

/// As far as can be told without reading the table: numbers grow, and some may be missing.
bool nearly_all_go(Connection& connection, Instant cut) {
  const auto old = number(connection, R"sql(SELECT count(*) FROM runs WHERE finished_at < ?)sql", cut);
  const auto all = number(connection, R"sql(SELECT (SELECT max(number) FROM runs) - (SELECT min(number) FROM runs) + 1)sql");
  return old >= kFewestGone && old <= kMostGone && all - old <= kMostKept;
}

}  // namespace

std::optional<std::int64_t> clear_runs(Connection& connection, const OldRuns& old) {
  if (!nearly_all_go(connection, old.cut)) return std::nullopt;
  const WholeTables anew(connection);
  try {
    WriteTransaction transaction(connection);
    Query(connection, fmt::format(R"sql(CREATE TEMP TABLE kept_runs AS SELECT * FROM runs WHERE ({}) IS NOT TRUE)sql", old.which))
        .bind(old.cut, old.now)
        .run();
    // The parts of what goes.
    Query(connection, R"sql(DELETE FROM kept_runs WHERE parent NOT IN (SELECT id FROM kept_runs))sql").run();
    for (const auto& [table, rows] : kKept)
      Query(connection, fmt::format(R"sql(CREATE TEMP TABLE kept_{0} AS SELECT * FROM {0} WHERE {1})sql", table, rows)).run();
    // Those of exports stay, and may be many.
    Query(connection, R"sql(
      DELETE FROM webhook_deliveries WHERE run_id IS NOT NULL AND run_id NOT IN (SELECT id FROM kept_runs))sql")
        .run();
    for (const auto& [table, rows] : kKept) refill(connection, table);
    const auto gone = refill(connection, "runs");
    anew.require_whole();
    transaction.commit();
    return gone;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::state) throw;
    return std::nullopt;
  }
}

}  // namespace reportctl::store
