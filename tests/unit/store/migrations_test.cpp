// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <fstream>
#include <span>

#include "fixture.hpp"
#include "reportctl/base/text_template.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

/// As schemas 1 to 6 kept them.
constexpr const char* kFull =
    R"({"description":"two\nlines","scope":["depot","north:1"],"cadence":"weekly","weekday":7,"day_of_month":0,"at":[7,5],)"
    R"("timezone":"Australia/Sydney","range":"last_7d","lookback_days":14,"format":"xlsx","parameters":{"none":[],"users":["u1","a\u0000b"]},)"
    R"("extra":"{ \"z\": 1.10, \"columns\": [\"b\",\"a\"], \"csv\": {\"bom\":true,\"delimiter\":\"tab\"} }",)"
    R"("recipients":[["Zoë \"Z\" \\","zoe@example.com"],["","ann@example.com"],["Lead, Site","lead@example.com"]],)"
    R"("subject":"{report}","no_data":"skip"})";
constexpr const char* kPlain =
    R"({"description":"","scope":["account",""],"cadence":"monthly","weekday":0,"day_of_month":31,"at":[23,59],"timezone":"",)"
    R"("range":null,"lookback_days":null,"format":"csv","parameters":{},"extra":"{ \"big\": 12345678901234567890 }",)"
    R"("recipients":[["","ann@example.com"]],"subject":"","no_data":null})";
constexpr const char* kOnlyColumns =
    R"({"description":"","scope":["account",""],"cadence":"daily","weekday":0,"day_of_month":0,"at":null,"timezone":"",)"
    R"("range":null,"lookback_days":null,"format":"csv","parameters":{},"extra":"{\"columns\":[\"a\"]}",)"
    R"("recipients":[["","ann@example.com"]],"subject":"","no_data":null})";

schedule::Definition definition_of(const std::string& id) {
  schedule::Definition definition;
  definition.name = id;
  definition.account = "acme";
  definition.report = "sales";
  definition.recipients.mailboxes = {mailbox("ann@example.com")};
  if (id == "plain") {
    definition.cadence = {.kind = schedule::CadenceKind::monthly, .day = schedule::MonthDay::date(31)};
    definition.at = {TimeOfDay{.hour = 23, .minute = 59}};
    definition.extra = R"({ "big": 12345678901234567890 })";
  } else if (id == "only-columns") {
    definition.columns = {"a"};
  } else {
    definition.description = "two\nlines";
    definition.scope = {.kind = schedule::ScopeKind::depot, .site = "north:1"};
    definition.cadence = {.kind = schedule::CadenceKind::weekly, .on = *schedule::Weekdays::parse("sun")};
    definition.at = {TimeOfDay{.hour = 7, .minute = 5}};
    definition.timezone = "Australia/Sydney";
    definition.window = schedule::NamedRange::last_7d;
    definition.lookback = 14;
    definition.format = "xlsx";
    definition.columns = {"b", "a"};
    definition.csv = {.bom = true, .crlf = {}, .labels = {}, .guard = {}, .delimiter = "tab", .decimal = {}};
    definition.parameters = {{"none", {}}, {"users", {"u1", std::string("a\0b", 3)}}};
    definition.extra = R"({"z":1.10})";
    definition.recipients.mailboxes = {{"Zoë \"Z\" \\", *EmailAddress::parse("zoe@example.com")},
                                       mailbox("ann@example.com"),
                                       {"Lead, Site", *EmailAddress::parse("lead@example.com")}};
    definition.subject = "{report}";
    definition.no_data = schedule::NoData::skip;
  }
  return definition;
}

void add_schedule_row(Connection& connection, const std::string& name, const char* definition) {
  Query(connection,
        "INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, "
        "last_run_status, last_run_error, failure_count, revision) VALUES (?, 'acme', ?, 'sales', 1, ?, 'ann', '', 1, 1, '', '', "
        "0, 0)")
      .bind(name, name, definition)
      .run();
}

}  // namespace

TEST_CASE("an older schema is migrated after a backup beside the file") {
  Fixture fixture;
  auto migrations = known_migrations();
  const int newest = migrations.back().version;
  migrations.push_back({newest + 1, "CREATE TABLE later (a TEXT) STRICT; UPDATE schedules SET created_by = 'migrated';"});
  migrate(fixture.state.connection(), migrations);
  CHECK(fixture.state.schema_version() == newest + 1);
  CHECK(fixture.stored().created_by == "migrated");

  const auto backups = files_like(fixture.directory.path(), "state.db.before-v" + std::to_string(newest + 1) + ".");
  REQUIRE(backups.size() == 1);
  CHECK(mode_of(backups.front()) == 0600);
  auto copy = State::open(backups.front(), OpenMode::existing);
  CHECK(copy.schema_version() == newest);
  CHECK(find_schedule(copy, fixture.schedule.id)->created_by == "");
}

TEST_CASE("schema 8 takes what mails are composed from out of the rows of runs, and loses none of it") {
  const TempDirectory directory;
  { std::ofstream(directory.file()); }
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  const auto all = known_migrations();
  {
    Connection connection(directory.file());
    migrate(connection, std::span(all).first(7));
    connection.execute(
        "INSERT INTO runs (id, schedule_name, account, report, trigger, state, created_at, finished_at, fence, mail, "
        "file_pruned_at) VALUES "
        "('mailed', '', 'acme', 'sales', 'test', 'delivered', 1, 2, 1, '{\"subject\":\"Sales\"}', 7), "
        "('skipped', '', 'acme', 'sales', 'test', 'skipped', 1, 2, 1, '', NULL)");
  }
  auto state = State::open(directory.file(), OpenMode::existing);
  CHECK(mail_facts(state, "mailed") == "{\"subject\":\"Sales\"}");
  CHECK(mail_facts(state, "skipped") == "");
  CHECK(get_run(state, "mailed", {}).file_pruned_at == Instant{std::chrono::seconds{7}});
  CHECK(state.check() == std::vector<std::string>{});
  state.connection().execute("DELETE FROM runs;");
  Query left(state.connection(), "SELECT count(*) FROM run_mails;");
  REQUIRE(left.next());
  CHECK(left.integer() == 0);
}

TEST_CASE("schema 16 keeps what subjects and titles said: braces that were no variables stay braces") {
  const TempDirectory directory;
  { std::ofstream(directory.file()); }
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  {
    Connection connection(directory.file());
    const auto migrations = known_migrations();
    migrate(connection, std::span(migrations).first(15));
    connection.execute(
        "INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) "
        "VALUES ('acme', '', 'UTC', 'shop', '', '[]', '', '', '[]')");
    add_schedule_row(connection, "old",
                     R"({"cadence":"daily","at":"07:00","to":["ann@example.com"],"title":"{report}",)"
                     R"("subject":"{perid} {{report}} {name}{} {account} }{filters}{period}"})");
    add_schedule_row(connection, "plain", R"({"cadence":"daily","at":"07:00","to":["ann@example.com"],"subject":"{report}"})");
  }
  auto state = State::open(directory.file(), OpenMode::existing);
  const auto old = find_schedule(state, "old")->definition;
  CHECK(old.subject == "{{perid}} {{{report}}} {name}{{}} {account} }}{filters}{period}");
  CHECK(TextTemplate::parse(old.subject)->fill({{"report", "R"}}) == "{perid} {R} {name}{} {account} }{filters}{period}");
  CHECK(old.title == "{{report}}");
  CHECK(find_schedule(state, "plain")->definition.subject == "{report}");
}

TEST_CASE("a migration that is killed while it copies leaves nothing that looks like a backup, and the next one cleans up") {
  Fixture fixture;
  auto migrations = known_migrations();
  migrations.push_back({migrations.back().version + 1, "CREATE TABLE later (a TEXT) STRICT;"});
  const auto path = fixture.directory.file();
  const auto killed = start_child([&] {
    ::signal(SIGXFSZ, SIG_DFL);
    const rlimit limit{20'000, 20'000};  // less than the copy needs; nothing else is written before it
    demand(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "no limit");
    Connection connection(path);
    migrate(connection, migrations);
  });
  int status = 0;
  REQUIRE(::waitpid(killed, &status, 0) == killed);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ));
  const auto left = files_like(fixture.directory.path(), "state.db.before-v");
  REQUIRE_FALSE(left.empty());
  for (const auto& file : left) CHECK(file.extension().string().starts_with(".partial"));

  migrate(fixture.state.connection(), migrations);
  const auto backups = files_like(fixture.directory.path(), "state.db.before-v");
  REQUIRE(backups.size() == 1);
  CHECK(mode_of(backups.front()) == 0600);
  auto copy = State::open(backups.front(), OpenMode::existing);
  CHECK(copy.check() == std::vector<std::string>{});
  CHECK(find_schedule(copy, fixture.schedule.id).has_value());
}

TEST_CASE("a backup that another process is writing is not written twice") {
  const Fixture fixture;
  const auto target = fixture.directory.file("copy.db");
  const int other = ::open((target.string() + ".partial").c_str(), O_RDWR | O_CREAT, 0600);
  REQUIRE(::flock(other, LOCK_EX) == 0);
  CHECK(kind_of([&] { fixture.state.backup(target); }) == ErrorKind::conflict);
  ::close(other);
  fixture.state.backup(target);  // what the other left is written over
  CHECK(files_like(fixture.directory.path(), "copy.db") == std::vector<fs::path>{target});
}

TEST_CASE("a migration that fails half way leaves the old schema whole") {
  Fixture fixture;
  auto migrations = known_migrations();
  const int newest = migrations.back().version;
  migrations.push_back({newest + 1, "DELETE FROM schedules; CREATE TABLE runs (a);"});
  CHECK(kind_of([&] { migrate(fixture.state.connection(), migrations); }) == ErrorKind::state);
  CHECK(fixture.state.schema_version() == newest);
  CHECK(fixture.stored().id == fixture.schedule.id);
  fixture.require_sound();
}

TEST_CASE("migrations are numbered 1, 2, 3 without gaps") {
  const auto migrations = known_migrations();
  REQUIRE_FALSE(migrations.empty());
  for (std::size_t i = 0; i < migrations.size(); ++i) CHECK(migrations[i].version == static_cast<int>(i) + 1);
}

TEST_CASE("notifications of schema 4 are kept, without the facts of their mail") {
  const TempDirectory directory;
  { std::ofstream(directory.file()); }
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  {
    const auto all = known_migrations();
    Connection connection(directory.file());
    migrate(connection, std::span(all).first(4));
    connection.execute(
        "INSERT INTO runs (id, schedule_name, account, report, trigger, state, created_at, finished_at, fence) VALUES ('r1', '', "
        "'acme', 'sales', 'test', 'failed', 1, 2, 1); INSERT INTO notifications (id, run_id, account, member_id, kind, subject, "
        "body, created_at) VALUES ('n1', 'r1', 'acme', 'm1', 'SCHEDULED_REPORT_FAILED', 'morning failed', 'no source', 2)");
  }
  auto state = State::open(directory.file(), OpenMode::existing);
  CHECK(state.schema_version() == current_schema_version());
  CHECK(list_notifications(state, {}).at(0).subject == "morning failed");
  CHECK(notification_mail(state, "n1").empty());
}

TEST_CASE("runs and exports of an earlier schema are known to be snapshots by the names of their files") {
  const TempDirectory directory;
  std::ofstream(directory.file());
  Connection connection(directory.file());
  const auto migrations = known_migrations();
  migrate(connection, std::span(migrations).first(5));
  connection.execute(R"(
    INSERT INTO runs (id, schedule_name, account, report, trigger, state, created_at, fence, first_day, last_day, artifact_name)
    VALUES ('a day', '', '', '', 'test', 'generated', 0, 0, '2026-03-16', '2026-03-16', 'sales_acme_2026-03-16_2026-03-16.csv'),
           ('no day', '', '', '', 'test', 'generated', 0, 0, '2026-03-01', '2026-02-28', 'sales_acme_2026-03-01_2026-02-28.pdf'),
           ('a moment', '', '', '', 'test', 'generated', 0, 0, '2026-03-16', '2026-03-16', 'stock_acme_2026-03-16.csv'),
           ('nothing yet', '', '', '', 'test', 'triggered', 0, 0, '', '', '');
    INSERT INTO exports (id, account, scope, report, format, request, requested_by, member, state, created_at, finished_at, fence,
                         first_day, last_day, artifact_sha256, artifact_name)
    VALUES ('days', '', '', '', '', '', '', '', 'completed', 0, 0, 0, '2026-03-01', '2026-03-31', 'x',
            'sales_acme_2026-03-01_2026-03-31.csv'),
           ('moment', '', '', '', '', '', '', '', 'completed', 0, 0, 0, '2026-03-16', '2026-03-16', 'y',
            'stock_acme_2026-03-16.csv');)");
  migrate(connection, migrations);
  const auto snapshots = [&](const char* table) {
    Query query(connection, fmt::format("SELECT id FROM {} WHERE snapshot ORDER BY id", table));
    std::vector<std::string> ids;
    while (query.next()) ids.push_back(query.text());
    return ids;
  };
  CHECK(snapshots("runs") == std::vector<std::string>{"a moment"});
  CHECK(snapshots("exports") == std::vector<std::string>{"moment"});
}

TEST_CASE("a state of every released schema keeps its schedules, and what its unfinished runs remember of them") {
  const auto migrations = known_migrations();
  for (int version = 1; version < 7; ++version) {
    CAPTURE(version);
    const TempDirectory directory;
    {
      State::open(directory.file(), OpenMode::create);
      fs::resize_file(directory.file(), 0);
      fs::remove(directory.file("state.db-journal"));
      Connection old(directory.file());
      migrate(old, std::span(migrations).first(static_cast<std::size_t>(version)));
      old.execute(
          "INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) "
          "VALUES ('acme', 'Acme', '', 'shop', '', '[]', '', '', '[]')");
      add_schedule_row(old, "full", kFull);
      add_schedule_row(old, "plain", kPlain);
      add_schedule_row(old, "only-columns", kOnlyColumns);
      Query(old,
            "INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, created_at, fence, definition) "
            "VALUES ('r1', 'plain', 'full', 'acme', 'sales', 'test', 'triggered', 1, 1, ?)")
          .bind(kFull)
          .run();
    }
    auto state = State::open(directory.file(), OpenMode::existing);
    CHECK(state.schema_version() == current_schema_version());
    CHECK(state.check().empty());
    for (const char* name : {"full", "plain", "only-columns"}) {
      CAPTURE(name);
      CHECK(find_schedule(state, name).value().definition == definition_of(name));
    }
    const auto claim = take_over(state, {.run_id = "r1", .fence = 1, .owner = this_process(), .lease_until = kNow, .now = kNow});
    CHECK(claim.value().schedule.definition == definition_of("full"));
  }
}

namespace {

/// A state of an earlier version with a run, whom it was sent to and who was told.
void make_old_state(const fs::path& path, int version) {
  { std::ofstream(path.string()); }
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  const auto all = known_migrations();
  Connection old(path);
  migrate(old, std::span(all).first(static_cast<std::size_t>(version)));
  old.execute(
      "INSERT INTO runs (id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, reason) "
      "VALUES "
      "('r1', 'morning', 'acme', 'sales', 'test', 'partial', 5, 6, 7, 3, 'one refused'), "
      "('r2', 'morning', 'acme', 'sales', 'test', 'generated', 8, 9, NULL, 1, '');"
      "INSERT INTO notifications (id, run_id, account, member_id, kind, subject, body, created_at) VALUES "
      "('n1', 'r1', 'acme', 'm1', 'SCHEDULED_REPORT_FAILED', 's', 'b', 7);"
      "INSERT INTO deliveries (id, run_id, notification_id, recipient, address, state, message_id, message_date, message_sha256, "
      "message_bytes) "
      "VALUES ('d1', 'r1', NULL, 'a@example.com', 'a@example.com', 'refused', 'x', 1, 'y', 2), "
      "('d2', 'r1', 'n1', 'b@example.com', 'b@example.com', 'queued', 'z', 1, 'y', 2), "
      "('d3', 'r2', NULL, 'c@example.com', 'c@example.com', 'sending', 'w', 1, 'y', 2);");
}

std::int64_t count_in(State& state, const char* table) {
  Query rows(state.connection(), std::string("SELECT count(*) FROM ") + table + ";");
  REQUIRE(rows.next());
  return rows.integer();
}

}  // namespace

TEST_CASE("the runs of every released schema, and what refers to them, stay when their table is made anew") {
  for (int version = 1; version <= 22; ++version) {
    CAPTURE(version);
    const TempDirectory directory;
    make_old_state(directory.file(), version);
    auto state = State::open(directory.file(), OpenMode::existing);
    CHECK(state.schema_version() == current_schema_version());
    CHECK(state.check() == std::vector<std::string>{});
    const auto run = get_run(state, "r1", {});
    CHECK(run.state == RunState::partial);
    CHECK(run.reason == "one refused");
    CHECK(run.slot == Instant{std::chrono::seconds{5}});
    CHECK(run.fence == 3);
    CHECK_FALSE(run.decision);
    CHECK_FALSE(run.wait_until);
    CHECK(list_deliveries(state, "r1").size() == 2);
    CHECK(list_deliveries(state, "r2").at(0).state == DeliveryState::queued);
    CHECK(count_in(state, "notifications") == 1);
    CHECK(runs_to_resume(state, kNow).size() == 2);   // one unfinished, one that has somebody to tell
    state.connection().execute("DELETE FROM runs;");  // foreign keys are on again
    CHECK(count_in(state, "deliveries") == 0);
    CHECK(count_in(state, "notifications") == 0);
  }
}

TEST_CASE("a state whose rows point nowhere is not migrated, and stays as it is") {
  const TempDirectory directory;
  make_old_state(directory.file(), 15);
  {
    Connection damaged(directory.file());
    damaged.execute("PRAGMA foreign_keys = OFF;");
    damaged.execute("DELETE FROM runs WHERE id = 'r1';");
  }
  const auto error = error_of([&] { State::open(directory.file(), OpenMode::existing); });
  CHECK(error.kind() == ErrorKind::state);
  CHECK(contains(error.what(), "rows point at others that do not exist"));
  Connection after(directory.file());
  Query version(after, "PRAGMA user_version");
  REQUIRE(version.next());
  CHECK(version.integer() == 15);
}
