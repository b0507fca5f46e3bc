// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

access::Account a_full_account() {
  access::Account account = an_account("acme");
  account.name = "Acme \"& Söhne\" 'Ltd'; DROP TABLE runs; --";
  account.timezone = "Australia/Sydney";
  account.source = "fleet";
  account.key = "7f3c,\\\n";
  account.features = {"ocpp-logs", "a,b", ""};
  account.brand = {.name = "Acme\tReports", .color = "#123abc", .logo = {}};
  account.allowed_domains = {"z.example", "a.example", "z.example"};
  return account;
}

access::Member a_member(std::string id, std::string login, const char* email, access::Role role = access::Role::manager) {
  access::Member member;
  member.id = std::move(id);
  member.account = "acme";
  member.name = "Ann O'Neil";
  if (*email != '\0') member.email = EmailAddress::parse(email).value();
  member.role = role;
  member.login = std::move(login);
  return member;
}

AuditEvents event(const char* name) {
  return {{.name = name, .account = "acme", .subject = "", .actor = "root", .payload = "{}"}};
}

void edit(State& state, const access::Account& account) {
  ScheduleChanges changes;
  changes.edit_accounts = {account};
  apply_changes(state, changes, event("AccountEdited"), kNow);
}

}  // namespace

TEST_CASE("an account comes back exactly as it was given") {
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  auto account = a_full_account();
  add_account(state, account, event("AccountAdded"), kNow);
  CHECK(find_account(state, "acme").value() == account);
  account.features.clear();
  account.allowed_domains.clear();
  account.name = "";
  edit(state, account);
  CHECK(find_account(state, "acme").value() == account);
  add_account(state, an_account("aaa"), {}, kNow);
  CHECK(list_accounts(state).at(0).id == "aaa");
  CHECK(list_accounts(state).at(1) == account);
  CHECK(find_account(state, "ACME") == std::nullopt);
  CHECK(list_audit(state, {}).size() == 2);
}

TEST_CASE("an account cannot be added twice, edited or removed when absent, or removed with schedules") {
  Fixture fixture;
  auto& state = fixture.state;
  CHECK(kind_of([&] { add_account(state, an_account(), event("AccountAdded"), kNow); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { edit(state, an_account("none")); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { remove_account(state, "none", event("AccountRemoved"), kNow); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { remove_account(state, "acme", event("AccountRemoved"), kNow); }) == ErrorKind::conflict);
  CHECK(list_audit(state, {}).empty());  // what did not happen is not recorded as having happened
  add_member(state, a_member("m1", "ann", ""), {}, kNow);
  NewRun manual;
  manual.trigger = Trigger::test;
  manual.account = "acme";
  manual.report = "sales";
  manual.owner = this_process();
  manual.now = kNow;
  create_run(state, manual);
  remove_schedule(state, fixture.schedule.id, {}, kNow);
  remove_account(state, "acme", event("AccountRemoved"), kNow);
  CHECK(list_accounts(state).empty());
  CHECK(list_members(state, "").empty());
  CHECK(list_runs(state, {}).empty());
  CHECK(list_audit(state, {}).size() == 1);
  fixture.require_sound();
}

TEST_CASE("a member comes back exactly as it was given, sites with any characters included") {
  Fixture fixture;
  auto member = a_member("m1", "ann", "Ann@Example.com", access::Role::depot_admin);
  member.sites = {{.kind = schedule::ScopeKind::depot, .site = "north:\"1\""},
                  {.kind = schedule::ScopeKind::workspace, .site = ""}};
  add_member(fixture.state, member, event("MemberAdded"), kNow);
  CHECK(find_member(fixture.state, "m1").value() == member);
  member.email.reset();
  member.login.clear();
  member.sites.clear();
  member.role = access::Role::viewer;
  edit_member(fixture.state, member, event("MemberEdited"), kNow);
  CHECK(find_member(fixture.state, "m1").value() == member);
  remove_member(fixture.state, "m1", event("MemberRemoved"), kNow);
  CHECK(find_member(fixture.state, "m1") == std::nullopt);
  CHECK(kind_of([&] { remove_member(fixture.state, "m1", {}, kNow); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { edit_member(fixture.state, member, {}, kNow); }) == ErrorKind::not_found);
  CHECK(list_audit(fixture.state, {}).size() == 3);
}

TEST_CASE("every role can be stored") {
  Fixture fixture;
  for (const auto& name : access::role_names()) {
    auto member = a_member(name, "", "", access::parse_role(name).value());
    add_member(fixture.state, member, {}, kNow);
    CHECK(find_member(fixture.state, name)->role == member.role);
  }
}

TEST_CASE("a login and an address belong to one member of an account, but may recur in another account") {
  Fixture fixture;
  auto& state = fixture.state;
  add_member(state, a_member("m1", "ann", "ann@example.com"), {}, kNow);
  CHECK(kind_of([&] { add_member(state, a_member("m2", "ann", ""), {}, kNow); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { add_member(state, a_member("m2", "", "ann@example.com"), {}, kNow); }) == ErrorKind::conflict);
  add_member(state, a_member("m2", "bo", "bo@example.com"), {}, kNow);
  CHECK(kind_of([&] { edit_member(state, a_member("m2", "ann", "bo@example.com"), {}, kNow); }) == ErrorKind::conflict);
  edit_member(state, a_member("m2", "bo", "bo@example.com"), {}, kNow);

  add_account(state, an_account("other"), {}, kNow);
  auto elsewhere = a_member("m3", "ann", "ann@example.com");
  elsewhere.account = "other";
  add_member(state, elsewhere, {}, kNow);
  auto nowhere = a_member("m4", "ann", "ann@example.com", access::Role::system_admin);
  nowhere.account = "";
  add_member(state, nowhere, {}, kNow);
  nowhere.id = "m5";
  CHECK(kind_of([&] { add_member(state, nowhere, {}, kNow); }) == ErrorKind::conflict);
  elsewhere.id = "m6";
  elsewhere.account = "absent";
  CHECK(kind_of([&] { add_member(state, elsewhere, {}, kNow); }) == ErrorKind::not_found);

  CHECK(members_with_login(state, "ann").size() == 3);
  CHECK(members_with_login(state, "").empty());
  CHECK(list_members(state, "acme").size() == 2);
  CHECK(list_members(state, "").size() == 4);
}

TEST_CASE("members without login or address do not clash") {
  Fixture fixture;
  CHECK_FALSE(any_login(fixture.state));
  add_member(fixture.state, a_member("m1", "", ""), {}, kNow);
  add_member(fixture.state, a_member("m2", "", ""), {}, kNow);
  CHECK(list_members(fixture.state, "acme").size() == 2);
  CHECK_FALSE(any_login(fixture.state));
  add_member(fixture.state, a_member("m3", "ann", ""), {}, kNow);
  CHECK(any_login(fixture.state));
}

TEST_CASE("owners and admins with an address are who is told of failures") {
  Fixture fixture;
  auto& state = fixture.state;
  add_account(state, an_account("other"), {}, kNow);
  add_member(state, a_member("m1", "", "owner@example.com", access::Role::owner), {}, kNow);
  add_member(state, a_member("m2", "", "admin@example.com", access::Role::admin), {}, kNow);
  add_member(state, a_member("m3", "", "manager@example.com", access::Role::manager), {}, kNow);
  add_member(state, a_member("m4", "", "", access::Role::owner), {}, kNow);
  auto elsewhere = a_member("m5", "", "else@example.com", access::Role::owner);
  elsewhere.account = "other";
  add_member(state, elsewhere, {}, kNow);
  std::vector<std::string> ids;
  for (const auto& member : stewards(state, "acme")) ids.push_back(member.id);
  CHECK(ids == std::vector<std::string>{"m1", "m2"});
}
