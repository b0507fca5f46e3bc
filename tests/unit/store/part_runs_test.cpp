// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/part_runs.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "fixture.hpp"
#include "migrations.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

/// An occurrence with parts, which nobody works on: a is due, b an hour later, c waits for its data, d has no address, e is
/// wrong.
struct Divided : Fixture {
  std::string parent;
  Divided() {
    auto changed = stored();
    changed.definition.recipients = {};
    changed.definition.parts.module = "people";
    changed.definition.wait = std::chrono::minutes(30);
    edit_schedule(state, changed, {}, kNow);
    const auto made = claim();
    parent = made.run.id;
    CHECK(made.run.state == RunState::triggered);  // its parts wait, and not the occurrence
    PartsRecord record{.parts = {}, .period = a_day("2026-03-16"), .timezone = "UTC", .events = {}};
    const auto add = [&](const char* key, RunState part_state, Instant slot) {
      record.parts.push_back(
          {.key = key, .state = part_state, .slot = slot, .begins = kNow - kDay, .definition = of_part(), .reason = {}});
    };
    add("a", RunState::triggered, kNow);
    add("b", RunState::triggered, kNow + std::chrono::hours(1));
    add("c", RunState::waiting, kNow);
    add("d", RunState::skipped, kNow);
    add("e", RunState::rejected, kNow);
    record.parts.back().definition.reset();
    record_parts(state, made, record, kNow);
    release(state, made);
  }
  static schedule::Definition of_part() {
    auto definition = a_schedule().definition;
    definition.parameters = {{"store", {"s1"}}};
    definition.wait = std::chrono::minutes(30);
    return definition;
  }
  std::vector<std::string> to_resume(Instant now) {
    std::vector<std::string> keys;
    for (const auto& run : runs_to_resume(state, now)) keys.push_back(run.part.empty() ? "all" : run.part);
    return keys;
  }
  Run part(const std::string& key) {
    for (auto& one : list_runs(state, {.parent = parent}))
      if (one.part == key) return one;
    FAIL("no part " << key);
    return {};
  }
  Claim take(const Run& run, Instant now) {
    return take_over(state, {.run_id = run.id,
                             .fence = run.fence,
                             .owner = this_process(),
                             .lease_until = now + kDay,
                             .now = now,
                             .counts = false})
        .value();
  }
  void end(const std::string& key, RunState ending, Instant now) {
    const auto made = take(part(key), now);
    finish(state, made, an_ending(ending, "down"), now);
    release(state, made);
  }
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("parts are runs that wait for somebody, each until its time, and their occurrence until all have ended") {
  Divided fixture;
  CHECK(fixture.to_resume(kNow) == Keys{"a", "c"});
  CHECK(fixture.to_resume(kNow + std::chrono::hours(1)) == Keys{"a", "b", "c"});
  CHECK(fixture.part("c").wait_until == kNow + std::chrono::minutes(30));
  const auto made = fixture.take(fixture.part("a"), kNow);
  CHECK(made.schedule.definition == [] {
    auto d = Divided::of_part();
    d.name = "morning";
    return d;
  }());
  CHECK(made.schedule.part == "a");
  CHECK(made.schedule.begins == kNow - kDay);
  release(fixture.state, made);
  for (const char* key : {"a", "b", "c"}) {
    CHECK(fixture.run().state == RunState::generated);
    fixture.end(key, RunState::failed, kNow + std::chrono::hours(1));
  }
  CHECK(fixture.to_resume(kNow) == Keys{"all"});
  CHECK(parts_record(count_parts(fixture.state, fixture.parent)) ==
        nlohmann::ordered_json{{"all", 5}, {"failed", 3}, {"rejected", 1}, {"skipped", 1}});
  CHECK(parts_record(count_parts(fixture.state, "no run")).is_null());
  fixture.require_sound();
}

TEST_CASE("a part counts for nothing of its schedule, is told of by nobody, and is in lists on request only") {
  Divided fixture;
  fixture.end("a", RunState::failed, kNow);
  CHECK(fixture.stored().failure_count == 0);
  CHECK(fixture.stored().last_run_status.empty());
  CHECK(run_totals(fixture.state, {}).empty());
  CHECK(count_runs(fixture.state, kNow, {}).unfinished == 1);
  CHECK(list_runs(fixture.state, {}).size() == 1);
  CHECK(list_runs(fixture.state, {.parts = true}).size() == 6);
  CHECK(list_runs(fixture.state, {.states = {RunState::failed}, .parent = fixture.parent}).size() == 1);
  CHECK_FALSE(fixture.part("a").waiting);
}

TEST_CASE("parts are recorded whole, once, and by their owner alone") {
  Divided fixture;
  auto other = fixture.claim();
  PartsRecord twice{.parts = {{.key = "a", .slot = kNow}, {.key = "a", .slot = kNow}},
                    .period = a_day("2026-03-16"),
                    .timezone = "UTC",
                    .events = {}};
  CHECK_THROWS(record_parts(fixture.state, other, twice, kNow));
  CHECK(list_runs(fixture.state, {.parent = other.run.id}).empty());
  CHECK(get_run(fixture.state, other.run.id, {}).state == RunState::triggered);
  twice.parts.pop_back();
  other.run.fence += 1;
  CHECK_THROWS_AS(record_parts(fixture.state, other, twice, kNow), FenceLost);
  other.run.fence -= 1;
  record_parts(fixture.state, other, twice, kNow);
  CHECK(kind_of([&] { record_parts(fixture.state, other, twice, kNow); }) == ErrorKind::conflict);
}

TEST_CASE("a part that is opened again opens its occurrence; one whose row could not be read stays shut") {
  Divided fixture;
  for (const char* key : {"a", "b", "c"}) fixture.end(key, RunState::failed, kNow + std::chrono::hours(1));
  const auto whole = fixture.take(fixture.run(), kNow);
  finish(fixture.state, whole, an_ending(RunState::failed, "all"), kNow);
  release(fixture.state, whole);
  const auto reopening = [&](const char* key) {
    return Reopening{
        .run_id = fixture.part(key).id, .owner = this_process(), .lease_until = kNow + kDay, .now = kNow, .events = {}};
  };
  CHECK(contains(error_of([&] { reopen_for_retry(fixture.state, reopening("e")); }).what(),
                 "what part e was to be is not recorded"));
  const auto again = reopen_for_retry(fixture.state, reopening("a"));
  CHECK(again.run.state == RunState::triggered);
  CHECK(fixture.run().state == RunState::generated);
  CHECK_FALSE(fixture.run().finished_at);
}

TEST_CASE("a part that was rejected is opened again with its row as it is now; no other part takes another row") {
  Divided fixture;
  fixture.end("a", RunState::failed, kNow + std::chrono::hours(1));
  const auto reopening = [&](const char* key) {
    return Reopening{
        .run_id = fixture.part(key).id, .owner = this_process(), .lease_until = kNow + kDay, .now = kNow, .events = {}};
  };
  auto definition = Divided::of_part();
  definition.parameters = {{"store", {"s2"}}};
  const RowNow row{.slot = kNow + std::chrono::hours(2), .begins = kNow, .definition = definition};
  CHECK(kind_of([&] { reopen_for_retry(fixture.state, reopening("a"), row); }) == ErrorKind::conflict);
  const auto again = reopen_for_retry(fixture.state, reopening("e"), row);
  CHECK(again.run.state == RunState::waiting);
  CHECK(again.run.slot == kNow + std::chrono::hours(2));
  CHECK(again.run.wait_until == kNow + std::chrono::minutes(150));
  CHECK(again.schedule.begins == kNow);
  CHECK(again.schedule.definition.parameters == definition.parameters);
}

TEST_CASE("a part that is rejected keeps its row, and what goes with the occurrence goes with its parts") {
  Divided fixture;
  fixture.end("a", RunState::rejected, kNow);
  CHECK(run_definition(fixture.state, fixture.part("a")).has_value());
  fixture.sql("DELETE FROM runs WHERE parent IS NULL;");
  CHECK(list_runs(fixture.state, {.parts = true}).empty());
}

TEST_CASE("what is remembered for a part goes when its row says something else") {
  Fixture fixture;
  auto changed = fixture.stored();
  changed.definition.recipients = {};
  changed.definition.parts.rows = {{"a", {.to = {"a@example.com"}, .values = {{"store", "s1"}}}},
                                   {"b", {.to = {}, .values = {}}}};
  edit_schedule(fixture.state, changed, {}, kNow);
  fixture.sql(
      "INSERT INTO watch SELECT id, 'a', 1, 1, 1, '' FROM schedules; INSERT INTO watch SELECT id, 'b', 1, 1, 1, '' FROM "
      "schedules;");
  const auto remembered = [&](const char* key) {
    return watch_of(fixture.state, fixture.schedule.id, key).raised_since.has_value();
  };
  changed = fixture.stored();
  changed.definition.parts.rows["a"].to = {"z@example.com"};
  edit_schedule(fixture.state, changed, {}, kNow);
  CHECK((remembered("a") && remembered("b")));
  changed = fixture.stored();
  changed.definition.parts.rows["a"].values["store"] = "s2";
  edit_schedule(fixture.state, changed, {}, kNow);
  CHECK_FALSE(remembered("a"));
  CHECK(remembered("b"));
}

TEST_CASE("what an account is told instead of something else is told again when that comes back") {
  Fixture fixture;
  const auto tell = [&](const char* what) {
    const auto claim = fixture.claim();
    auto ending = an_ending(RunState::no_data);
    ending.once = {{.what = what, .instead_of = "missing: ", .notifications = {}}};
    finish(fixture.state, claim, ending, kNow);
    release(fixture.state, claim);
  };
  tell("missing: a");
  CHECK(was_told(fixture.state, "acme", "missing: a"));
  tell("missing: b");
  CHECK_FALSE(was_told(fixture.state, "acme", "missing: a"));
  CHECK(was_told(fixture.state, "acme", "missing: b"));
}

TEST_CASE("schema 21 keeps every run, and what is remembered for conditions") {
  const TempDirectory directory;
  { std::ofstream(directory.file()); }
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  const auto all = known_migrations();
  {
    Connection connection(directory.file());
    migrate(connection, std::span(all).first(20));
    connection.execute(
        "INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) "
        "VALUES ('acme', '', 'UTC', 'shop', '', '[]', '', '', '[]');"
        "INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, "
        "last_run_status, last_run_error, failure_count, revision) VALUES ('s', 'acme', 's', 'sales', 1, "
        "'{\"cadence\":\"daily\"}', 'a', '', 1, 1, '', '', 0, 0);"
        "INSERT INTO runs (number, id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, "
        "finished_at, fence, begins, "
        "reason, artifact_sha256, settled_at) VALUES (7, 'r', 's', 's', 'acme', 'sales', 'scheduled', 'partial', 5, 1, 2, 3, 4, "
        "'why', 'abc', 6);"
        "INSERT INTO deliveries (id, run_id, recipient, address, state, message_id, message_date, message_sha256, message_bytes) "
        "VALUES ('d', 'r', 'a@example.com', 'a@example.com', 'refused', 'm', 1, 'h', 1);"
        "INSERT INTO watch VALUES ('s', 5, 5, 5, 'f')");
  }
  auto state = State::open(directory.file(), OpenMode::existing);
  const auto run = get_run(state, "r", {});
  CHECK(run.begins == Instant{std::chrono::seconds{4}});
  CHECK(run.artifact_sha256 == "abc");
  CHECK(run.reason == "why");
  CHECK(run.parent.empty());
  CHECK(list_deliveries(state, "r").size() == 1);
  CHECK(watch_of(state, "s", "").fingerprint == "f");
  CHECK(state.check() == std::vector<std::string>{});
}
