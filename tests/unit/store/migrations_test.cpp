// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

#include <fmt/format.h>

#include <fstream>

#include "fixture.hpp"

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
  definition.recipients = {mailbox("ann@example.com")};
  if (id == "plain") {
    definition.cadence = {.kind = schedule::CadenceKind::monthly, .weekday = 0, .day_of_month = 31};
    definition.at = TimeOfDay{.hour = 23, .minute = 59};
    definition.extra = R"({ "big": 12345678901234567890 })";
  } else if (id == "only-columns") {
    definition.columns = {"a"};
  } else {
    definition.description = "two\nlines";
    definition.scope = {.kind = schedule::ScopeKind::depot, .site = "north:1"};
    definition.cadence = {.kind = schedule::CadenceKind::weekly, .weekday = 7, .day_of_month = 0};
    definition.at = TimeOfDay{.hour = 7, .minute = 5};
    definition.timezone = "Australia/Sydney";
    definition.window = schedule::NamedRange::last_7d;
    definition.lookback = 14;
    definition.format = "xlsx";
    definition.columns = {"b", "a"};
    definition.csv = {.bom = true, .crlf = {}, .labels = {}, .delimiter = "tab"};
    definition.parameters = {{"none", {}}, {"users", {"u1", std::string("a\0b", 3)}}};
    definition.extra = R"({"z":1.10})";
    definition.recipients = {{"Zoë \"Z\" \\", *EmailAddress::parse("zoe@example.com")},
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

TEST_CASE("notifications of schema 4 are kept, without the facts of their mail") {
  Fixture fixture;
  auto ending = an_ending(RunState::failed, "no source");
  NewNotification notification;
  notification.id = "n1";
  notification.account = "acme";
  notification.kind = "SCHEDULED_REPORT_FAILED";
  notification.subject = "Acme: morning failed";
  notification.mail = R"({"from":""})";
  ending.notifications = {notification};
  finish(fixture.state, fixture.claim(), ending, kNow);
  CHECK(notification_mail(fixture.state, "n1") == notification.mail);
  fixture.sql(
      "ALTER TABLE notifications DROP COLUMN mail; ALTER TABLE runs DROP COLUMN snapshot; "
      "ALTER TABLE exports DROP COLUMN snapshot; PRAGMA user_version = 4");
  migrate(fixture.state.connection(), known_migrations());
  CHECK(fixture.state.schema_version() == known_migrations().back().version);
  CHECK(list_notifications(fixture.state, {}).at(0).subject == notification.subject);
  CHECK(notification_mail(fixture.state, "n1").empty());
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
