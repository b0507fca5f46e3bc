// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

#include <fmt/format.h>

#include <fstream>

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

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
