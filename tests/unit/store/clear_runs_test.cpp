// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clear_runs.hpp"

#include <fmt/format.h>

#include "fixture.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/retention.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

constexpr const char* kRun =
    "INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, "
    "parent, part, owner_host) ";

/// 20,000 old runs with everything that hangs on a run, and one of each kind that stays, or goes with another.
void fill(Fixture& fixture) {
  const auto schedule = fixture.schedule.id;
  const auto now = kNow.time_since_epoch().count();
  const auto run = [&](const char* id, const char* state, std::int64_t finished, const char* more = "NULL, '', NULL") {
    fixture.sql(fmt::format("{}SELECT '{}', '{}', 'daily', 'acme', 'sales', '{}', '{}', max(slot) + 1, {}, {}, 1, {} FROM runs",
                            kRun, id, schedule, std::string_view(more).starts_with("NULL") ? "scheduled" : "part", state,
                            finished - 1, finished, more));
  };
  fixture.sql(fmt::format(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
      "{}SELECT 'old' || i, '{}', 'daily', 'acme', 'sales', 'scheduled', 'delivered', i, i, i, 1, NULL, '', NULL FROM n",
      kRun, schedule));
  run("young", "delivered", now - 100);
  run("owned", "delivered", now - 9'000'000, "NULL, '', 'host'");
  run("to-send", "delivered", now - 9'000'000);
  run("whole", "delivered", now - 100);
  run("part-of-whole", "delivered", now - 200, "'whole', 'a', NULL");
  run("old-part-of-whole", "delivered", now - 9'000'000, "'whole', 'b', NULL");
  run("young-part-of-old", "delivered", now - 100, "'old7', 'a', NULL");
  fixture.sql(
      "INSERT INTO notifications (id, run_id, account, member_id, kind, subject, body, created_at) "
      "SELECT 'n' || id, id, 'acme', 'm', 'SCHEDULED_REPORT_FAILED', 's', 'b', 1 FROM runs WHERE number % 3 = 0 OR number > "
      "20000");
  const char* const delivery =
      "INSERT INTO deliveries (id, run_id, notification_id, recipient, address, state, message_id, message_date, message_sha256, "
      "message_bytes, sent_at) ";
  fixture.sql(
      fmt::format("{}SELECT 'd' || id, id, NULL, 'ann@example.com', 'ann@example.com', iif(id = 'to-send', 'queued', "
                  "'accepted'), id, 1, 'h', 1, 1 FROM runs",
                  delivery));
  fixture.sql(fmt::format(
      "{}SELECT 'dn' || id, run_id, id, 'bo@example.com', 'bo@example.com', 'accepted', id, 1, 'h', 1, 1 FROM notifications",
      delivery));
  fixture.sql(
      "INSERT INTO run_mails (run, facts) SELECT number, '{}' FROM runs;"
      "INSERT INTO run_files (run, position, report, format, name, sha256, \"rows\", bytes) SELECT number, 2, 'sales', 'csv', "
      "'b.csv', 'h', 1, 1 FROM runs WHERE number % 2 = 0;"
      "INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, run_id, body, state, created_at) "
      "SELECT 'w' || id, 'w', 'acme', 'https://example.com', 'run', id, '{}', 'refused', 1 FROM runs WHERE number % 5 = 0 OR "
      "number > 20000;"
      "INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, body, state, created_at) VALUES ('test', 'w', "
      "'acme', 'https://example.com', 'test', '{}', 'refused', 1)");
}

std::string replaced(std::string text, const std::string& from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from)) text.replace(at, from.size(), to);
  return text;
}

/// What retention takes, in one go.
std::optional<std::int64_t> cleared_runs(Fixture& fixture, Instant cut, Instant now) {
  return clear_runs(fixture.state.connection(), {"finished_at < ?1 AND created_at <= ?2 AND owner_host IS NULL AND id NOT IN "
                                                 "(SELECT run_id FROM deliveries WHERE state = 'queued')",
                                                 cut, now});
}

/// Every row of every table, with its number where it has one.
std::vector<std::string> rows_of(Fixture& fixture) {
  auto& state = fixture.state;
  std::vector<std::string> tables, rows;
  Query names(
      state.connection(),
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('facts', 'schedules', 'accounts') ORDER BY name");
  while (names.next()) tables.push_back(names.text());
  for (const auto& table : tables) {
    std::string columns;
    Query found(
        state.connection(),
        fmt::format("SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info('{}')", table));
    while (found.next()) columns = found.text();
    Query values(state.connection(), fmt::format("SELECT {} FROM {} ORDER BY 1", columns, table));
    while (values.next()) rows.push_back(table + ": " + replaced(values.text(), fixture.schedule.id, "SCHEDULE"));
  }
  return rows;
}

}  // namespace

TEST_CASE("of runs that nearly all go exactly those go that go one by one, with all that hangs on them") {
  const auto kCut = kNow - 30 * kDay;
  Fixture cleared, one_by_one;
  for (auto* const fixture : {&cleared, &one_by_one}) fill(*fixture);
  one_by_one.sql(
      fmt::format("DELETE FROM runs WHERE finished_at < {} AND owner_host IS NULL AND id NOT IN (SELECT run_id FROM deliveries "
                  "WHERE state = 'queued');",
                  kCut.time_since_epoch().count()));
  Cuts cuts;
  cuts.now = kNow;
  cuts.runs = kCut;
  CHECK(prune_rows(cleared.state, cuts).runs == 20'000 + 2);
  CHECK(join(rows_of(cleared), "\n") == join(rows_of(one_by_one), "\n"));
  CHECK(list_runs(cleared.state, {.limit = 0}).size() == 4);  // young, owned, to-send, whole; its young part is not listed
}

TEST_CASE("every table that points at runs is among those that are cleared") {
  Fixture fixture;
  std::string tables;
  Query pointing(
      fixture.state.connection(),
      "SELECT group_concat(name) FROM (SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f "
      "WHERE m.type = 'table' AND f.\"table\" IN ('runs', 'notifications', 'deliveries', 'run_mails', 'run_files') ORDER BY 1)");
  while (pointing.next()) tables = pointing.text();
  CHECK(tables == "deliveries,notifications,run_files,run_mails,runs,webhook_deliveries");
}

TEST_CASE("where many runs stay, or few go, they go one by one") {
  Fixture fixture;
  fill(fixture);
  CHECK_FALSE(cleared_runs(fixture, Instant(std::chrono::seconds(14'000)), kNow));
  Fixture few;
  const auto claimed = few.claim();
  finish(few.state, claimed, an_ending(RunState::failed, "gone"), kNow);
  release(few.state, claimed);
  CHECK_FALSE(cleared_runs(few, kNow + kDay, kNow + kDay));
  Cuts cuts;
  cuts.now = kNow + kDay;
  cuts.runs = kNow + kDay;
  CHECK(prune_rows(few.state, cuts).runs == 1);
}
