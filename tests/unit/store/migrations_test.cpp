// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

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
  fixture.sql("ALTER TABLE notifications DROP COLUMN mail; PRAGMA user_version = 4");
  migrate(fixture.state.connection(), known_migrations());
  CHECK(fixture.state.schema_version() == known_migrations().back().version);
  CHECK(list_notifications(fixture.state, {}).at(0).subject == notification.subject);
  CHECK(notification_mail(fixture.state, "n1").empty());
}
