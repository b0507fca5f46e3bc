// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

const std::string kNasty =
    std::string("a'b\"c\\d\n\t\x01 {\"x\":[1]} $run %s ü 漢字 🙂 \xE2\x80\xAE ") + std::string(1, '\0') + " end";

/// Every field set to something that a careless store would change.
schedule::Schedule a_full_schedule() {
  auto schedule = a_schedule(kNasty);
  auto& definition = schedule.definition;
  definition.description = kNasty;
  definition.report = "sensor-reads";
  definition.scope = {.kind = schedule::ScopeKind::depot, .site = "north:1,\"2\""};
  definition.cadence = {.kind = schedule::CadenceKind::monthly, .day = schedule::MonthDay::date(31)};
  definition.at = {TimeOfDay{.hour = 23, .minute = 59}};
  definition.timezone = "Australia/Lord_Howe";
  definition.window = schedule::NamedRange::last_90d;
  definition.lookback = 92;
  definition.format = "xlsx";
  definition.parameters = {{"sensors", {"s1", "", kNasty, "s1"}}, {"none", {}}, {kNasty, {"x"}}};
  definition.columns = {"b", "a", ""};
  definition.csv = {.bom = true, .crlf = false, .labels = {}, .guard = {}, .delimiter = "tab", .decimal = {}};
  definition.extra = R"({ "z": 1, "a": 1.10, "big": 12345678901234567890 })";
  definition.recipients.mailboxes = {mailbox("Zoë \"Z\" <zoe@example.com>"), mailbox("ann@example.com"),
                                     mailbox("Zoë <Zoe@example.com>")};
  definition.subject = "{report} — {period}";
  definition.no_data = schedule::NoData::skip;
  definition.active = false;
  schedule.created_by = "root (SUDO_USER: ann)";
  schedule.owner = "m1";
  schedule.created_at = at("1969-12-31T23:59:59Z");
  schedule.updated_at = at("2040-02-29T12:00:00Z");
  schedule.next_run_at = at("9999-12-31T23:59:59Z");
  schedule.last_run_at = at("2026-03-16T06:00:01Z");
  schedule.last_run_status = "failed";
  schedule.last_run_error = kNasty;
  schedule.failure_count = 2'000'000'000;
  schedule.revision = 9'000'000'000;
  return schedule;
}

void require_same(const schedule::Schedule& stored, const schedule::Schedule& given) {
  CHECK(stored.id == given.id);
  CHECK(stored.definition == given.definition);
  CHECK(stored.created_by == given.created_by);
  CHECK(stored.owner == given.owner);
  CHECK(stored.created_at == given.created_at);
  CHECK(stored.updated_at == given.updated_at);
  CHECK(stored.next_run_at == given.next_run_at);
  CHECK(stored.last_run_at == given.last_run_at);
  CHECK(stored.last_run_status == given.last_run_status);
  CHECK(stored.last_run_error == given.last_run_error);
  CHECK(stored.failure_count == given.failure_count);
  CHECK(stored.revision == given.revision);
}

}  // namespace

TEST_CASE("every field of a schedule comes back exactly") {
  Fixture fixture;
  const auto full = a_full_schedule();
  add_schedule(fixture.state, full, {}, kNow);
  require_same(find_schedule(fixture.state, full.id).value(), full);

  schedule::Schedule bare;  // every field at its default
  bare.id = new_id();
  bare.definition.account = "acme";
  bare.definition.at.clear();
  add_schedule(fixture.state, bare, {}, kNow);
  const auto stored = find_schedule(fixture.state, bare.id).value();
  bare.created_at = bare.updated_at = kNow;  // unset times are those of the addition
  require_same(stored, bare);
  fixture.require_sound();
}

TEST_CASE("every enumerator of a definition comes back") {
  Fixture fixture;
  int number = 0;
  const auto round_trip = [&](const schedule::Definition& definition) {
    auto schedule = a_schedule("n" + std::to_string(++number));
    const auto name = schedule.definition.name;
    schedule.definition = definition;
    schedule.definition.name = name;
    add_schedule(fixture.state, schedule, {}, kNow);
    CHECK(find_schedule(fixture.state, schedule.id)->definition == schedule.definition);
  };
  auto definition = a_schedule().definition;
  for (int weekday = 1; weekday <= 7; ++weekday) {
    definition.cadence = {.kind = schedule::CadenceKind::weekly};
    definition.cadence.on.add(weekday);
    round_trip(definition);
  }
  for (const auto& name : schedule::range_names()) {
    definition.window = schedule::parse_range(name);
    round_trip(definition);
  }
  for (const auto kind : {schedule::ScopeKind::account, schedule::ScopeKind::depot, schedule::ScopeKind::workspace}) {
    definition.scope = {.kind = kind, .site = kind == schedule::ScopeKind::account ? "" : "w"};
    round_trip(definition);
  }
  for (const auto no_data : {schedule::NoData::send, schedule::NoData::skip}) {
    definition.no_data = no_data;
    round_trip(definition);
  }
}

TEST_CASE("text that is not UTF-8 is refused, not stored broken") {
  Fixture fixture;
  auto schedule = a_schedule("latin");
  schedule.definition.description = "caf\xE9";
  CHECK(kind_of([&] { add_schedule(fixture.state, schedule, {}, kNow); }) == ErrorKind::invalid);
  CHECK(list_schedules(fixture.state, {}).size() == 1);
}

TEST_CASE("a name is unique within its account, and an account must exist") {
  Fixture fixture;
  CHECK(kind_of([&] { add_schedule(fixture.state, a_schedule("morning"), {}, kNow); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { add_schedule(fixture.state, a_schedule("x", "absent"), {}, kNow); }) == ErrorKind::not_found);
  add_account(fixture.state, an_account("other"), {}, kNow);
  add_schedule(fixture.state, a_schedule("morning", "other"), {}, kNow);
  CHECK_FALSE(name_is_free(fixture.state, "acme", "morning"));
  CHECK(name_is_free(fixture.state, "acme", "evening"));
  auto evening = a_schedule("evening");
  add_schedule(fixture.state, evening, {}, kNow);
  evening.definition.name = "morning";
  CHECK(kind_of([&] { edit_schedule(fixture.state, evening, {}, kNow); }) == ErrorKind::conflict);
}

TEST_CASE("an edit replaces definition, owner and next run, and leaves the history of runs alone") {
  Fixture fixture;
  auto full = a_full_schedule();
  add_schedule(fixture.state, full, {}, kNow);
  auto edited = full;
  edited.definition = a_schedule("renamed").definition;
  edited.owner = "m2";
  edited.next_run_at.reset();
  edited.created_by = "somebody else";
  edited.failure_count = 0;
  edit_schedule(fixture.state, edited,
                {{.name = "ScheduleEdited", .account = "acme", .subject = full.id, .actor = "ann", .payload = "{}"}},
                kNow + kDay);
  full.definition = edited.definition;
  full.owner = "m2";
  full.next_run_at.reset();
  full.updated_at = kNow + kDay;
  full.revision += 1;
  require_same(find_schedule(fixture.state, full.id).value(), full);
  CHECK(list_audit(fixture.state, {}).size() == 1);
}

TEST_CASE("an edit of what someone else changed meanwhile is refused") {
  Fixture fixture;
  const auto read = fixture.stored();
  auto first = read;
  first.definition.description = "first";
  edit_schedule(fixture.state, first, {}, kNow);
  auto second = read;
  second.definition.description = "second";
  CHECK(kind_of([&] { edit_schedule(fixture.state, second, {}, kNow); }) == ErrorKind::conflict);
  CHECK(fixture.stored().definition.description == "first");
  second.id = "absent";
  second.definition.name = "other";
  CHECK(kind_of([&] { edit_schedule(fixture.state, second, {}, kNow); }) == ErrorKind::not_found);
}

TEST_CASE("an edit that read next_run_at before a claim cannot bring the claimed slot back") {
  Fixture fixture;
  auto paused = fixture.stored();
  paused.definition.active = false;
  fixture.claim();
  CHECK(kind_of([&] { edit_schedule(fixture.state, paused, {}, kNow); }) == ErrorKind::conflict);
  CHECK(fixture.stored().next_run_at == kNow + kDay);
}

TEST_CASE("removing a schedule takes its history along and leaves the audit log") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::accepted);
  auto ending = an_ending(RunState::delivered);
  NewNotification notification;
  notification.id = "n1";
  notification.account = "acme";
  notification.delivery = a_delivery("dn", "owner@example.com");
  ending.notifications = {notification};
  finish(fixture.state, claim, ending, kNow);
  append_audit(fixture.state,
               {{.name = "Before", .account = "acme", .subject = fixture.schedule.id, .actor = "", .payload = "{}"}}, kNow);
  remove_schedule(
      fixture.state, fixture.schedule.id,
      {{.name = "ScheduleRemoved", .account = "acme", .subject = fixture.schedule.id, .actor = "ann", .payload = "{}"}}, kNow);
  for (const char* table : {"schedules", "runs", "deliveries", "notifications"}) {
    CAPTURE(table);
    CHECK_FALSE(Query(fixture.state.connection(), std::string("SELECT 1 FROM ") + table).next());
  }
  CHECK(list_audit(fixture.state, {}).size() == 2);
  fixture.require_sound();
  CHECK(kind_of([&] { remove_schedule(fixture.state, fixture.schedule.id, {}, kNow); }) == ErrorKind::not_found);
}

TEST_CASE("a run whose schedule is removed under it finds its fence gone") {
  Fixture fixture;
  const auto claim = fixture.delivering(DeliveryState::queued);
  remove_schedule(fixture.state, fixture.schedule.id, {}, kNow);
  CHECK_THROWS_AS(mark_handing_over(fixture.state, claim, "d1"), FenceLost);
  CHECK_THROWS_AS(finish(fixture.state, claim, an_ending(RunState::failed), kNow), FenceLost);
  CHECK_THROWS_AS(release(fixture.state, claim, {}), FenceLost);
}

TEST_CASE("apply is all or nothing, and what goes away makes room first") {
  Fixture fixture;
  ScheduleChanges changes;
  changes.add_accounts = {an_account("shop")};
  access::Member member;
  member.id = "m1";
  member.account = "shop";
  member.login = "ann";
  changes.add_members = {member};
  changes.add = {a_schedule("spend", "shop"), a_schedule("morning")};
  const AuditEvents events{{.name = "Applied", .account = "", .subject = "", .actor = "ann", .payload = "{}"}};
  CHECK(kind_of([&] { apply_changes(fixture.state, changes, events, kNow); }) == ErrorKind::conflict);  // `morning` exists
  CHECK(list_accounts(fixture.state).size() == 1);
  CHECK(list_members(fixture.state, "").empty());
  CHECK(list_schedules(fixture.state, {}).size() == 1);
  CHECK(list_audit(fixture.state, {}).empty());

  changes.remove = {fixture.schedule.id};
  apply_changes(fixture.state, changes, events, kNow);
  CHECK(list_schedules(fixture.state, {}).size() == 2);
  CHECK(list_audit(fixture.state, {}).size() == 1);

  ScheduleChanges next;
  next.edit = {find_schedule(fixture.state, changes.add[0].id).value()};
  next.edit[0].definition.description = "new";
  next.edit_accounts = {an_account("shop")};
  next.edit_accounts[0].name = "The Shop";
  next.edit_members = {member};
  next.edit_members[0].login = "bo";
  member.id = "m2";
  next.add_members = {member};  // takes the login that the edit above frees
  apply_changes(fixture.state, next, {}, kNow);
  CHECK(find_schedule(fixture.state, changes.add[0].id)->definition.description == "new");
  CHECK(find_account(fixture.state, "shop")->name == "The Shop");
  CHECK(members_with_login(fixture.state, "ann").at(0).id == "m2");
  fixture.require_sound();
}

TEST_CASE("schedules are listed by account and name, and filtered") {
  Fixture fixture;
  add_account(fixture.state, an_account("aaa"), {}, kNow);
  auto other = a_schedule("zzz", "aaa");
  other.definition.report = "inventory-valuation";
  other.definition.active = false;
  add_schedule(fixture.state, other, {}, kNow);
  const auto names = [&](const ScheduleFilter& filter) {
    std::string text;
    for (const auto& schedule : list_schedules(fixture.state, filter)) text += schedule.definition.name + " ";
    return text;
  };
  CHECK(names({}) == "zzz morning ");
  CHECK(names({.account = "acme", .report = {}, .active = {}}) == "morning ");
  CHECK(names({.account = {}, .report = "inventory-valuation", .active = {}}) == "zzz ");
  CHECK(names({.account = {}, .report = {}, .active = true}) == "morning ");
  CHECK(names({.account = "aaa", .report = "sales", .active = {}}) == "");
}

TEST_CASE("a schedule is named by name, id, or an unambiguous beginning of its id") {
  Fixture fixture;
  auto& state = fixture.state;
  add_account(state, an_account("shop"), {}, kNow);
  auto twin = a_schedule("morning", "shop");
  twin.id = "abcd0000000000ff";
  auto near = a_schedule("spend", "shop");
  near.id = "abcd1111111111ff";
  add_schedule(state, twin, {}, kNow);
  add_schedule(state, near, {}, kNow);

  CHECK(get_schedule(state, {.name_or_id = "spend", .account = std::nullopt}).id == near.id);
  CHECK(get_schedule(state, {.name_or_id = "morning", .account = "shop"}).id == twin.id);
  CHECK(get_schedule(state, {.name_or_id = twin.id, .account = std::nullopt}).id == twin.id);
  CHECK(get_schedule(state, {.name_or_id = "abcd1", .account = std::nullopt}).id == near.id);

  const auto by_name = error_of([&] { get_schedule(state, {.name_or_id = "morning", .account = std::nullopt}); });
  CHECK(by_name.kind() == ErrorKind::conflict);
  CHECK(contains(by_name.what(), "acme/morning"));
  CHECK(contains(by_name.what(), "shop/morning"));
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "abcd", .account = std::nullopt}); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "abc", .account = std::nullopt}); }) ==
        ErrorKind::not_found);  // too short
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = twin.id, .account = "acme"}); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "", .account = std::nullopt}); }) == ErrorKind::not_found);
  CHECK(contains(error_of([&] { get_schedule(state, {.name_or_id = "spemd", .account = "shop"}); }).what(),
                 "did you mean \"spend\""));
  CHECK_FALSE(contains(error_of([&] { get_schedule(state, {.name_or_id = "spemd", .account = "acme"}); }).what(),
                       "spend\""));  // another account's
}

TEST_CASE("a definition that another program wrote is an error of the state file, not a crash") {
  Fixture fixture;
  for (const char* written : {"", "null", "[]", "{}", "{\"cadence\":\"daily\",\"scope\":\"planet:x\"}",
                              "{\"cadence\":\"daily\",\"colour\":\"red\"}", "{\"cadence\":{}}", "not json"}) {
    CAPTURE(written);
    fixture.sql(std::string("UPDATE schedules SET definition = '") + written + "'");
    CHECK(kind_of([&] { list_schedules(fixture.state, {}); }) == ErrorKind::state);
  }
}
