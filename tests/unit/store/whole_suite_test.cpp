// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Judges every statement that this program has run; files are run in the order of their names, so this one is the last.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "fixture.hpp"
#include "reportctl/base/text.hpp"
#include "statements.hpp"

namespace reportctl::store::test {
namespace {

/// Tables that people fill by hand, and the one row of audit_cut. Schedules are here too, but not for run-due:
/// tests/bench/state.py.
constexpr std::array kSmallTables{"accounts",
                                  "members",
                                  "m",
                                  "webhooks",
                                  "w",
                                  "schedules",
                                  "s",
                                  "facts",
                                  "audit_cut",
                                  "images",
                                  "sqlite_schema",
                                  "run_totals",
                                  "suppressions",
                                  "u",
                                  "calendars",
                                  "kept_runs",
                                  "kept_notifications",
                                  "kept_deliveries",
                                  "kept_run_mails",
                                  "kept_run_files"};

/// Partial indexes that hold only what is not settled yet, and so do not grow.
constexpr std::array kSmallIndexes{"runs_unfinished",    "runs_owned",         "exports_unfinished",
                                   "deliveries_untold",  "deliveries_unknown", "webhook_deliveries_due",
                                   "notifications_open", "runs_waiting"};

struct Exception {
  const char* statement;  ///< a regular expression for the whole of it
  const char* reason;
};
constexpr std::array kExceptions{
    Exception{"SELECT [^?]* FROM \\w+ \\w+ (LEFT JOIN [^?]*)?ORDER BY \\w\\.(number|sequence) DESC LIMIT \\?1",
              "reads as many rows as it shows, the newest"},
    Exception{"SELECT [^?]* FROM runs r WHERE r\\.parent IS NULL ORDER BY r\\.number DESC LIMIT \\?1",
              "reads as many rows as it shows, the newest, and the parts between them"},
    Exception{"SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1", "reads one row"},
    Exception{"SELECT [^?]* FROM audit ORDER BY sequence", "verify: the whole chain is the question"},
    Exception{"SELECT at < \\? FROM audit ORDER BY sequence LIMIT 1", "reads one row"},
    Exception{"SELECT sequence, hash, at < \\?1 FROM audit .*ORDER BY sequence LIMIT 500",
              "begins at the oldest and ends with what goes"},
    Exception{"SELECT id FROM runs WHERE (state = 'delivered'|state IN|\\(owner_host).*",
              "state check: everything is the question"},
    Exception{"SELECT x.(id|sequence) FROM \\w+ x|SELECT r.id FROM runs r JOIN run_mails m ON m.run = r.number",
              "state check: everything is the question"},
    Exception{"SELECT 'run ' \\|\\| id, .*", "state check: everything is the question"},
    Exception{"SELECT (x\\.|ifnull\\(x\\.)[^?]* FROM \\w+ x( (WHERE|JOIN) [^?]*)?", "state check: everything is the question"},
    Exception{
        "SELECT count\\(\\*\\) FROM \\(SELECT x\\..*\\)|SELECT id, run_id, [^?]* FROM deliveries x|SELECT r\\.id, [^?]* FROM "
        "runs r",
        "state check: everything is the question"},
    Exception{"SELECT t\\.name, c\\.name, .* FROM sqlite_schema t .*", "state check: reads the schema"},
    Exception{"DELETE FROM main\\.\\w+", "emptied at once, where nearly everything goes"},
    Exception{"SELECT count\\(\\*\\) FROM \\w+", "an account that moves: counts what it takes along"},
    Exception{"INSERT OR IGNORE INTO \\w+\\.suppressions .*", "an account that moves: whom nobody here writes to"},
    Exception{"SELECT d.id FROM deliveries d JOIN notifications n .*", "state check: everything is the question"},
};

std::string squeezed(const std::string& text) { return std::regex_replace(std::string(trim(text)), std::regex("\\s+"), " "); }

std::vector<fs::path> sources(const char* folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(REPORTCTL_ROOT) / folder)) files.push_back(entry.path());
  return files;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A piece of SQL in the code; what stands for `{…}` is known only when it runs.
struct Written {
  std::string where;
  std::vector<std::string> parts;
};

std::vector<Written> written_statements() {
  static const std::regex kSql("R\"sql\\(([^]*?)\\)sql\"|\\.add\\(\"([^\"]*)\"");
  static const std::regex kHole("\\{[a-z0-9]*\\}");
  std::vector<Written> found;
  for (const auto& path : sources("src/store")) {
    const auto text = text_of(path);
    for (std::sregex_iterator match(text.begin(), text.end(), kSql), end; match != end; ++match) {
      const auto sql = squeezed((*match)[1].matched ? (*match)[1].str() : (*match)[2].str());
      Written written{.where = path.filename().string() + ": " + sql, .parts = {}};
      for (std::sregex_token_iterator part(sql.begin(), sql.end(), kHole, -1), last; part != last; ++part)
        written.parts.push_back(part->str());
      found.push_back(std::move(written));
    }
  }
  return found;
}

/// Do the parts stand in the statement, one after the other?
bool holds(const std::string& statement, const Written& written) {
  std::size_t at = 0;
  for (const auto& part : written.parts) {
    at = statement.find(part, at);
    if (at == std::string::npos) return false;
    at += part.size();
  }
  return true;
}

bool begins(const std::string& statement, const Written& written) {
  static const std::regex kBeginning("(SELECT|INSERT|UPDATE|DELETE) .*");
  const auto& first = written.parts.front();
  return std::regex_match(first, kBeginning) && statement.starts_with(first) && holds(statement, written);
}

bool is_allowed_scan(const std::string& line) {
  static const std::regex kScan("SCAN (\\S+)(.* INDEX (\\w+).*)?");
  std::smatch match;
  if (!std::regex_match(line, match, kScan)) return true;  // a SEARCH, a sort, a subquery
  const auto table = match[1].str();
  if (line.find("VIRTUAL TABLE") != std::string::npos || table == "CONSTANT" || table.starts_with("(")) return true;
  return std::find(kSmallTables.begin(), kSmallTables.end(), table) != kSmallTables.end() ||
         std::find(kSmallIndexes.begin(), kSmallIndexes.end(), match[3].str()) != kSmallIndexes.end();
}

bool is_excepted(const std::string& statement) {
  return std::any_of(kExceptions.begin(), kExceptions.end(),
                     [&](const Exception& exception) { return std::regex_match(statement, std::regex(exception.statement)); });
}

std::vector<std::string> plan_of(Connection& connection, const std::string& statement) {
  SQLite::Statement explain(connection.database(), "EXPLAIN QUERY PLAN " + statement);
  std::vector<std::string> lines;
  while (explain.executeStep()) lines.push_back(explain.getColumn(3).getString());
  return lines;
}

/// Runs and exports that ended, one an hour, each with a file; their ids begin with `f`, the files are `file-1`, `file-2` ….
void age(Fixture& fixture, int hours) {
  const auto count = std::to_string(hours);
  fixture.sql(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
      ") INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, "
      "fence, row_count, bytes, generation_ms, artifact_sha256, artifact_name) SELECT printf('f%015x', i), '" +
      fixture.schedule.id +
      "', 'morning', 'acme', 'sales', 'scheduled', 'delivered', 1700000000 + i * 3600, 1700000000 + i * 3600, 1700000000 + "
      "i * 3600, 1, 1, 1, 1, 'file-' || i, 'sales.csv' FROM n");
  fixture.sql("INSERT INTO run_mails (run, facts) SELECT number, printf('%.*c', 5000, 'x') FROM runs");
  fixture.sql(
      "INSERT INTO audit (sequence, at, name, account, subject, actor, payload, hash) SELECT number, created_at, "
      "'ScheduledReportRun', 'acme', id, 'run-due', '{}', 'h' FROM runs");
}

std::size_t steps_of(const std::function<void()>& work) {
  const auto before = steps_taken();
  work();
  return steps_taken() - before;
}

}  // namespace

TEST_CASE("every combination of filters is a statement") {
  Fixture fixture;
  auto& state = fixture.state;
  const std::vector<Sight> sights{std::nullopt, Sight{{Seen{"acme", std::nullopt}, Seen{"shop", "depot:a"}}}};
  for (const auto& sight : sights) {
    for (unsigned bits = 0; bits < 16; ++bits) {
      const auto text = [&](unsigned bit, const char* value) {
        return (bits & bit) != 0 ? std::optional<std::string>(value) : std::nullopt;
      };
      const auto since = (bits & 8U) != 0 ? std::optional(kNow) : std::nullopt;
      const bool third = (bits & 4U) != 0;
      list_runs(state, {.account = text(1, "acme"),
                        .schedule_id = text(2, "x"),
                        .states = third ? std::vector{RunState::failed} : std::vector<RunState>{},
                        .since = since,
                        .sight = sight});
      list_exports(state, {.account = text(1, "acme"),
                           .state = third ? std::optional(ExportState::failed) : std::nullopt,
                           .since = since,
                           .sight = sight});
      list_webhook_deliveries(
          state,
          {.account = text(1, "acme"), .state = third ? std::optional(WebhookState::refused) : std::nullopt, .sight = sight});
      list_notifications(state, {.account = text(1, "acme"), .all = third, .sight = sight});
      list_audit(state, {.account = text(1, "acme"), .name = text(2, "x"), .subject = text(4, "x"), .since = since});
      list_schedules(state, {.account = text(1, "acme"),
                             .report = text(2, "sales"),
                             .active = third ? std::optional(true) : std::nullopt,
                             .sight = sight});
      list_webhooks(state, text(1, "acme"), sight);
      const auto account = text(1, "acme");
      CHECK(kind_of([&] { get_run(state, "abcdef", sight); }) == ErrorKind::not_found);
      CHECK(kind_of([&] { get_export(state, "abcdef", sight); }) == ErrorKind::not_found);
      CHECK(kind_of([&] { get_notification(state, "abcdef", sight, account); }) == ErrorKind::not_found);
      CHECK(kind_of([&] { get_webhook(state, "abcdef", sight, account); }) == ErrorKind::not_found);
      CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "abcdef", .account = account, .sight = sight}); }) ==
            ErrorKind::not_found);
    }
  }
}

TEST_CASE("SQL stands in raw strings, whole") {
  static const std::regex kSplit("[^l]\"(SELECT|INSERT|UPDATE|DELETE) [^\"]*\"");
  for (const auto& path : sources("src/store")) {
    const auto text = text_of(path);
    std::smatch match;
    CHECK_MESSAGE(!std::regex_search(text, match, kSplit), path.filename().string(), ": ", match.str());
  }
}

TEST_CASE("what run-due, retention and lists cost does not grow with what is over") {
  struct Work {
    const char* name;
    std::function<void(Fixture&)> work;
  };
  Cuts cuts;
  cuts.now = at("2026-03-17T06:00:00Z");
  cuts.runs = cuts.run_files = cuts.export_files = cuts.notifications = cuts.audit = at("2020-01-01T00:00:00Z");
  const Sight nothing{std::vector<Seen>{}};
  const std::vector<Work> works{
      {"anything_due", [](Fixture& fixture) { anything_due(fixture.state, kNow - kDay); }},
      {"due_webhooks", [](Fixture& fixture) { due_webhooks(fixture.state, kNow, 10); }},
      {"due_webhooks of an account", [](Fixture& fixture) { due_webhooks(fixture.state, kNow, 10, "acme"); }},
      {"due_webhook_accounts", [](Fixture& fixture) { due_webhook_accounts(fixture.state, kNow); }},
      {"exports_to_work", [](Fixture& fixture) { exports_to_work(fixture.state, kNow, 10); }},
      {"is_file_kept", [&](Fixture& fixture) { CHECK(is_file_kept(fixture.state, "file-7", cuts)); }},
      {"is_file_kept, of none", [&](Fixture& fixture) { CHECK_FALSE(is_file_kept(fixture.state, "nobody's", cuts)); }},
      {"is_file_known", [](Fixture& fixture) { CHECK_FALSE(is_file_known(fixture.state, "nobody's")); }},
      {"prune_rows, nothing to go", [&](Fixture& fixture) { CHECK_FALSE(prune_rows(fixture.state, cuts).any()); }},
      {"a run",
       [](Fixture& fixture) {
         const auto claim = fixture.claim();
         finish(fixture.state, claim, an_ending(RunState::no_data), kNow);
         release(fixture.state, claim, std::nullopt);
       }},
      {"measured", [](Fixture& fixture) { measured(fixture.state, "acme", "sales", 3); }},
      {"runs of nobody", [&](Fixture& fixture) { CHECK(list_runs(fixture.state, {.sight = nothing}).empty()); }},
      {"the newest runs", [](Fixture& fixture) { CHECK(list_runs(fixture.state, {.limit = 5}).size() == 5); }},
      {"the newest runs of an account",
       [](Fixture& fixture) {
         CHECK(list_runs(fixture.state, {.limit = 5, .sight = Sight{{Seen{"acme", std::nullopt}}}}).size() == 5);
       }},
      {"failures of an account",
       [](Fixture& fixture) { CHECK(list_runs(fixture.state, {.account = "acme", .states = {RunState::failed}}).empty()); }},
      {"the newest records of an account",
       [](Fixture& fixture) { CHECK(list_audit(fixture.state, {.account = "acme", .limit = 5}).size() == 5); }},
      {"a run by its id", [](Fixture& fixture) { CHECK(get_run(fixture.state, "f000000000000007", {}).id.size() == 16); }},
  };
  Fixture young, old;
  age(young, 40);
  age(old, 2000);
  for (const auto& [name, work] : works) {
    const auto few = steps_of([&] { work(young); });
    const auto many = steps_of([&] { work(old); });
    CHECK_MESSAGE(many <= few + 60, name, ": ", few, " steps after 40 runs, ", many, " after 2,000");
  }
}

/// The last of all: it needs what the others ran.
TEST_CASE("no statement reads through a table that grows") {
  Fixture fixture;
  static_cast<void>(State::open(fixture.directory.file("moved.db"), OpenMode::create));
  fixture.sql("ATTACH '" + fixture.directory.file("moved.db").string() + "' AS moved");        // an account that moves
  for (const char* table : {"runs", "notifications", "deliveries", "run_mails", "run_files"})  // what stays where nearly all goes
    fixture.sql(fmt::format("CREATE TEMP TABLE kept_{0} AS SELECT * FROM {0}", table));
  const auto written = written_statements();
  REQUIRE(written.size() > 60);
  std::size_t judged = 0;
  for (const auto& run : statements_seen()) {
    const auto statement = squeezed(run);
    if (statement.ends_with(';')) continue;  // a script of a test
    if (std::none_of(written.begin(), written.end(), [&](const Written& one) { return begins(statement, one); })) continue;
    ++judged;
    if (is_excepted(statement)) continue;
    for (const auto& line : plan_of(fixture.state.connection(), run)) {
      CHECK_MESSAGE(is_allowed_scan(line), statement, "\n  → ", line);
    }
  }
  std::size_t cases = 0;
  static const std::regex kCase("\nTEST_CASE(_FIXTURE)?\\(");
  for (const auto& path : sources("tests/unit/store")) {
    const auto text = text_of(path);
    cases += static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), kCase), {}));
  }
  if (cases_begun() < cases) return;  // a part of the suite was asked for
  CHECK(judged > 80);
  for (const auto& one : written) {
    const bool was_run = std::any_of(statements_seen().begin(), statements_seen().end(),
                                     [&](const std::string& statement) { return holds(squeezed(statement), one); });
    CHECK_MESSAGE(was_run, "no test runs this, so nobody knows its plan: ", one.where);
  }
}

}  // namespace reportctl::store::test
