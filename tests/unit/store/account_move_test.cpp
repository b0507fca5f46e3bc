// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/account_move.hpp"

#include <set>

#include "fixture.hpp"
#include "reportctl/store/suppressions.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

constexpr const char* kEverything = R"(
  UPDATE accounts SET calendar = 'de', brand_logo = 'aa' WHERE id = 'acme';
  INSERT INTO calendars VALUES ('de', '2026-04-03', 0), ('fr', '2026-07-14', 0);
  INSERT INTO images VALUES ('aa', 'AAAA'), ('bb', 'BBBB');
  INSERT INTO members (id, account, name, email, role, sites) VALUES ('m1', 'acme', 'Ann', 'ann@example.com', 'owner', '[]'),
    ('m0', NULL, 'Root', NULL, 'system_admin', '[]');
  INSERT INTO notifications (id, run_id, account, member_id, kind, subject, body, created_at)
    SELECT 'n1', id, 'acme', 'm1', 'failure', 's', 'b', 0 FROM runs;
  INSERT INTO exports (id, account, scope, report, format, request, requested_by, member, state, created_at, finished_at, fence,
    artifact_sha256) VALUES ('e1', 'acme', 'account', 'sales', 'csv', '{}', 'root', '', 'completed', 0, 1, 1, 'cc');
  INSERT INTO webhooks (id, account, url, events, outcomes, secret_file, secret_credential, created_at)
    VALUES ('w1', 'acme', 'https://example.com/h', '["run"]', 'all', 'f', '', 0);
  INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, run_id, body, state, created_at, sent_at)
    SELECT 'h1', 'w1', 'acme', 'https://example.com', 'run', id, '{}', 'accepted', 0, 1 FROM runs;
  INSERT INTO run_files SELECT number, 2, 'sales', 'pdf', 'sales.pdf', 'dd', 3, 9 FROM runs;
  INSERT INTO told_once VALUES ('acme', 'x');
  INSERT INTO watch SELECT id, '', 5, NULL, NULL, 'f' FROM schedules;
  INSERT INTO suppressions (address, account, schedule_id, reason, created_at, created_by)
    VALUES ('a@example.com', 'acme', NULL, 'r', 0, 'root'), ('b@example.com', NULL, NULL, 'r', 0, 'root'),
           ('a@example.com', NULL, NULL, 'r', 0, 'root');)";

/// An installation whose account acme has a row in every table, beside an account that has rows of its own.
struct Origin : Fixture {
  Origin() {
    set_instance("origin");
    const auto made = delivering(DeliveryState::accepted);
    finish(state, made, an_ending(RunState::delivered), kNow);
    sql(kEverything);
    add_account(state, an_account("other"), {}, kNow);
    add_schedule(state, a_schedule("evening", "other"), {}, kNow);
  }
  void set_instance(const char* name) { state.set_fact("instance", name); }
  [[nodiscard]] fs::path file(const char* name = "acme.account") const { return directory.file(name); }
  MovedRows move(const char* name = "acme.account") { return move_account(state, "acme", file(name), {}, kNow); }
  MovedRows receive(const char* name) {
    auto moved = State::open(file(name), OpenMode::existing);
    return receive_account(state, moved, {}, kNow);
  }
};

/// Another installation, with runs of its own before the account comes.
struct Goal : Fixture {
  Goal() {
    state.set_fact("instance", "goal");
    sql("PRAGMA foreign_keys = OFF; UPDATE accounts SET id = 'here'; UPDATE schedules SET account = 'here'");
    sql("PRAGMA foreign_keys = ON");
    schedule = stored();
    generated({a_delivery("d9", "bo@example.com")});
  }
  MovedRows receive(const Origin& from, const char* name = "acme.account") {
    auto moved = State::open(from.file(name), OpenMode::existing);
    return receive_account(state, moved, {}, kNow);
  }
};

std::vector<std::string> texts(State& state, const std::string& sql) {
  Query query(state.connection(), sql);
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text());
  return found;
}

std::set<std::string> tables(State& state) {
  const auto names = texts(state, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  return {names.begin(), names.end()};
}

std::set<std::string> filled_tables(State& state) {
  std::set<std::string> filled;
  for (const auto& table : tables(state))
    if (!texts(state, "SELECT 'x' FROM " + table + " LIMIT 1").empty()) filled.insert(table);
  return filled;
}

const std::vector<std::string> kOfAcme{
    "SELECT name FROM accounts WHERE id = 'acme'",
    "SELECT id || email FROM members WHERE account = 'acme'",
    "SELECT id || definition || next_run_at FROM schedules WHERE account = 'acme'",
    "SELECT id || state || slot || definition FROM runs WHERE account = 'acme'",
    "SELECT facts FROM run_mails m JOIN runs r ON r.number = m.run WHERE r.account = 'acme'",
    "SELECT f.name FROM run_files f JOIN runs r ON r.number = f.run WHERE r.account = 'acme'",
    "SELECT d.id || d.state || message_id FROM deliveries d JOIN runs r ON r.id = run_id "
    "WHERE r.account = 'acme'",
    "SELECT id FROM notifications WHERE account = 'acme'",
    "SELECT id FROM exports WHERE account = 'acme'",
    "SELECT url FROM webhooks WHERE account = 'acme'",
    "SELECT id FROM webhook_deliveries WHERE account = 'acme'",
    "SELECT state || runs FROM run_totals WHERE account = 'acme'",
    "SELECT what FROM told_once WHERE account = 'acme'",
    "SELECT fingerprint FROM watch w JOIN schedules s ON s.id = schedule_id WHERE account = 'acme'",
    "SELECT text FROM calendars WHERE name = 'de'",
    "SELECT base64 FROM images WHERE sha256 = 'aa'"};

}  // namespace

TEST_CASE("an account that moves takes a row of every table along, and nothing of another account") {
  Origin origin;
  Goal goal;
  const auto sent = origin.move();
  CHECK(sent.schedules == 1);
  CHECK(sent.runs == 1);
  CHECK(sent.deliveries == 1);
  CHECK(sent.exports == 1);
  {
    auto moved = State::open(origin.file(), OpenMode::existing);
    CHECK(moved_account(moved) == "acme");
    CHECK(moved.check().empty());
    auto expected = tables(origin.state);  // a table that is new has to be moved, or named here
    for (const char* const stays : {"audit", "audit_cut"}) expected.erase(stays);
    CHECK(filled_tables(moved) == expected);
    CHECK(texts(moved, "SELECT id FROM accounts") == std::vector<std::string>{"acme"});
    CHECK(texts(moved, "SELECT id FROM members") == std::vector<std::string>{"m1"});
    CHECK(texts(moved, "SELECT name FROM calendars") == std::vector<std::string>{"de"});
  }
  CHECK(goal.receive(origin).runs == 1);
  for (const auto& sql : kOfAcme) {
    INFO(sql);
    const auto before = texts(origin.state, sql);
    CHECK_FALSE(before.empty());
    CHECK(texts(goal.state, sql) == before);
  }
  CHECK(texts(goal.state, "SELECT address || ifnull(account, '-') FROM suppressions ORDER BY 1") ==
        std::vector<std::string>{"a@example.comacme", "b@example.comacme"});
  CHECK(texts(goal.state, "SELECT is_active || '' FROM schedules WHERE account = 'acme'") == std::vector<std::string>{"1"});
  CHECK(texts(goal.state, "SELECT account FROM runs ORDER BY number") == std::vector<std::string>{"here", "acme"});
  CHECK(texts(goal.state, "SELECT file_pruned_at || '' FROM exports") ==
        std::vector<std::string>{std::to_string(kNow.time_since_epoch().count())});
  goal.require_sound();
  origin.require_sound();
}

TEST_CASE("what was moved away does nothing here: no run, no export, no change of a schedule") {
  Origin origin;
  origin.move();
  CHECK(moved_away(origin.state, "acme").has_value());
  CHECK_FALSE(moved_away(origin.state, "other").has_value());
  CHECK_FALSE(anything_due(origin.state, kNow - kDay));
  auto schedule = origin.stored();
  CHECK_FALSE(schedule.definition.active);
  schedule.definition.active = true;
  CHECK(kind_of([&] { edit_schedule(origin.state, schedule, {}, kNow); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { add_schedule(origin.state, a_schedule("new"), {}, kNow); }) == ErrorKind::conflict);
  NewExport wanted;
  wanted.account = "acme";
  CHECK(kind_of([&] { create_export(origin.state, wanted); }) == ErrorKind::conflict);
  NewRun run;
  run.account = "acme";
  run.schedule = schedule;
  run.owner = this_process();
  run.now = kNow;
  CHECK(kind_of([&] { create_run(origin.state, run); }) == ErrorKind::conflict);
  Reopening again;
  again.run_id = origin.run().id;
  again.owner = this_process();
  again.now = kNow;
  CHECK(kind_of([&] { reopen_for_retry(origin.state, again); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { origin.move("again.account"); }) == ErrorKind::conflict);
  Suppression left;
  left.address = "ann@example.com";
  left.account = "acme";
  CHECK(kind_of([&] { suppress(origin.state, left, {}, kNow); }) == ErrorKind::conflict);  // said where it would not help
  auto member = list_members(origin.state, "acme").at(0);
  CHECK(kind_of([&] { edit_member(origin.state, member, {}, kNow); }) == ErrorKind::conflict);
  member.id = "m2";
  CHECK(kind_of([&] { add_member(origin.state, member, {}, kNow); }) == ErrorKind::conflict);
  ScheduleChanges account;
  account.edit_accounts = {an_account()};
  CHECK(kind_of([&] { apply_changes(origin.state, account, {}, kNow); }) == ErrorKind::conflict);
  Webhook webhook;
  webhook.id = "w1";
  webhook.account = "acme";
  ScheduleChanges hooks;
  hooks.edit_webhooks = {webhook};
  CHECK(kind_of([&] { apply_changes(origin.state, hooks, {}, kNow); }) == ErrorKind::conflict);
  remove_schedule(origin.state, schedule.id, {}, kNow);
  remove_account(origin.state, "acme", {}, kNow);
  add_account(origin.state, an_account(), {}, kNow);  // another of that name
  CHECK_FALSE(moved_away(origin.state, "acme").has_value());
}

TEST_CASE("an account is received once, comes back in place of what it left, and never from an older file") {
  Origin origin;
  Goal goal;
  origin.move("one.account");
  fs::copy(origin.file("one.account"), origin.file("copy.account"));
  goal.receive(origin, "one.account");
  CHECK(kind_of([&] { goal.receive(origin, "one.account"); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { origin.receive("one.account"); }) == ErrorKind::conflict);
  goal.sql("UPDATE schedules SET name = 'renamed' WHERE account = 'acme'");
  move_account(goal.state, "acme", origin.file("two.account"), {}, kNow);
  CHECK(kind_of([&] { goal.receive(origin, "copy.account"); }) == ErrorKind::conflict);
  origin.receive("two.account");
  CHECK(texts(origin.state, "SELECT id FROM exports WHERE file_pruned_at IS NULL") ==
        std::vector<std::string>{"e1"});  // still there
  CHECK(texts(origin.state, "SELECT name FROM schedules ORDER BY name") == std::vector<std::string>{"evening", "renamed"});
  CHECK_FALSE(moved_away(origin.state, "acme").has_value());
  CHECK(kind_of([&] { origin.receive("copy.account"); }) == ErrorKind::conflict);
  origin.require_sound();
}

TEST_CASE("a move that was changed into nothing by its own installation keeps the files") {
  Origin origin;
  origin.move();
  origin.receive("acme.account");
  CHECK(texts(origin.state, "SELECT id FROM exports WHERE file_pruned_at IS NULL") == std::vector<std::string>{"e1"});
}

TEST_CASE("work under way is not moved, and neither is anything into a file that exists") {
  for (const char* const work :
       {"UPDATE runs SET state = 'triggered', finished_at = NULL",
        "UPDATE exports SET state = 'pending', finished_at = NULL, artifact_sha256 = ''",
        "UPDATE webhook_deliveries SET due_at = 5", "UPDATE deliveries SET notification_id = 'n1', state = 'queued'"}) {
    Origin origin;
    origin.sql(work);
    CHECK(kind_of([&] { origin.move(); }) == ErrorKind::conflict);
    CHECK_FALSE(fs::exists(origin.file()));
    CHECK_FALSE(moved_away(origin.state, "acme").has_value());
  }
  Origin origin;
  CHECK(kind_of([&] { origin.move("state.db"); }) == ErrorKind::conflict);
}

TEST_CASE("a member's id and a calendar's days that are others' here keep the account out") {
  for (const char* const clash :
       {"INSERT INTO members (id, account, name, role, sites) VALUES ('m1', 'here', 'Bo', 'viewer', '[]')",
        "INSERT INTO calendars VALUES ('de', '2026-12-25', 0)",
        "INSERT INTO accounts SELECT 'acme', name, timezone, source, source_key, features, brand_name, brand_color, "
        "allowed_domains, '', '', '' FROM accounts"}) {
    Origin origin;
    Goal goal;
    origin.move();
    goal.sql(clash);
    CHECK(kind_of([&] { goal.receive(origin); }) == ErrorKind::conflict);
    CHECK(texts(goal.state, "SELECT id FROM schedules WHERE account = 'acme'").empty());
  }
}

TEST_CASE("a move that was interrupted behind its transaction is ended by repeating it") {
  Origin origin;
  origin.move();
  auto moved = State::open(origin.file(), OpenMode::existing);
  moved.connection().execute("DELETE FROM facts WHERE name = 'move:ended_at'");
  CHECK(kind_of([&] { moved_account(moved); }) == ErrorKind::invalid);
  CHECK(origin.move().runs == 1);  // as if it had not been interrupted
  CHECK(moved_account(moved) == "acme");
}
