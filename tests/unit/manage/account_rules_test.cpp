// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/account_rules.hpp"

#include <doctest/doctest.h>

#include "reportctl/base/error.hpp"

using namespace reportctl;
using namespace reportctl::manage;
using access::Role;

namespace {

access::Actor acting_as(Role role) {
  access::Actor actor;
  actor.login = "ann";
  access::Member member;
  member.id = "m-ann";
  member.account = "acme";
  member.role = role;
  actor.memberships = {member};
  return actor;
}

access::Member someone(Role role) {
  access::Member member;
  member.id = "m-bo";
  member.account = "acme";
  member.name = "Bo";
  member.role = role;
  return member;
}

access::Account acme() {
  return {.id = "acme",
          .name = "Acme",
          .timezone = "",
          .language = "",
          .calendar = "",
          .source = "shop",
          .key = "",
          .features = {},
          .brand = {},
          .allowed_domains = {}};
}

settings::Settings with_source(const char* name) {
  settings::Settings settings;
  settings.sources[name] = {};
  return settings;
}

std::vector<std::string> problems_of(const access::Account& account, const settings::Settings& settings,
                                     const std::vector<access::Account>& others, const schedule::Calendars& calendars = {}) {
  return account_problems(account, {settings, calendars, others});
}

}  // namespace

TEST_CASE("owners are made and unmade by owners, not by admins") {
  const auto owner = someone(Role::owner), viewer = someone(Role::viewer);
  CHECK_NOTHROW(require_member_change(acting_as(Role::owner), nullptr, &owner));
  CHECK_THROWS_AS(require_member_change(acting_as(Role::admin), nullptr, &owner), Error);
  CHECK_THROWS_AS(require_member_change(acting_as(Role::admin), &owner, &viewer), Error);
  CHECK_THROWS_AS(require_member_change(acting_as(Role::admin), &owner, nullptr), Error);
  CHECK_NOTHROW(require_member_change(acting_as(Role::admin), nullptr, &viewer));
}

TEST_CASE("system admins are made by system admins alone") {
  auto admin = someone(Role::system_admin);
  admin.account.clear();
  CHECK_THROWS_AS(require_member_change(acting_as(Role::owner), nullptr, &admin), Error);
  access::Actor root;
  root.is_operator = true;
  CHECK_NOTHROW(require_member_change(root, nullptr, &admin));
}

TEST_CASE("an account names a calendar that there is") {
  auto account = acme();
  account.calendar = "germany";
  CHECK(problems_of(account, with_source("shop"), {}, {{"germany", {}}}).empty());
  CHECK(problems_of(account, with_source("shop"), {}, {{"germani", {}}}) ==
        std::vector<std::string>{"calendar: there is no calendar \"germany\" (did you mean \"germani\"?)"});
}

TEST_CASE("an owner may rename the account, but not choose which data it sees or where its mail may go") {
  const auto owner = acting_as(Role::owner);
  auto renamed = acme();
  renamed.name = "Acme Ltd";
  CHECK_NOTHROW(require_account_change(owner, acme(), renamed));
  auto elsewhere = acme();
  elsewhere.source = "fleet";
  CHECK_THROWS_AS(require_account_change(owner, acme(), elsewhere), Error);
  auto other_key = acme();
  other_key.key = "globex";
  CHECK_THROWS_AS(require_account_change(owner, acme(), other_key), Error);
  auto same_key = acme();
  same_key.key = "acme";  // what an empty key means
  CHECK_NOTHROW(require_account_change(owner, acme(), same_key));
  auto open = acme();
  open.allowed_domains = {"example.com"};
  CHECK_THROWS_AS(require_account_change(owner, acme(), open), Error);
}

TEST_CASE("every problem of an account is reported, not the first alone") {
  auto account = acme();
  CHECK(problems_of(account, with_source("shop"), {}).empty());
  account.id = "-acme";
  account.name = " ";
  account.timezone = "Mars/Olympus";
  account.source = "sohp";
  account.brand.color = "red";
  const auto problems = problems_of(account, with_source("shop"), {});
  REQUIRE(problems.size() == 5);
  CHECK(problems[3].find("did you mean \"shop\"") != std::string::npos);
}

TEST_CASE("a source of one account has no second") {
  auto settings = with_source("shop");
  auto other = acme();
  other.id = "other";
  CHECK(problems_of(acme(), settings, {acme(), other}).empty());
  settings.sources["shop"].single_tenant = true;
  CHECK(problems_of(acme(), settings, {acme()}).empty());
  const auto problems = problems_of(acme(), settings, {acme(), other});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0] == "source: shop belongs to account other (tenant: single)");
}

TEST_CASE("accounts whose keys a source may take for one are refused, if they share the source") {
  access::Account first;
  first.id = first.name = "7";
  first.source = "shop";
  access::Account second = first;
  for (const char* key : {"07", "+7", "7.0", " 7"}) {
    CAPTURE(key);
    second.id = second.name = "other";
    second.key = key;
    second.source = "shop";
    CHECK(problems_of(second, with_source("shop"), {first}).size() == 1);
    second.source = "else";
    CHECK(problems_of(second, with_source("else"), {first}).empty());
  }
  for (const char* key : {"77", "7.5", "7a", "-7"}) {
    CAPTURE(key);
    second.key = key;
    second.source = "shop";
    CHECK(problems_of(second, with_source("shop"), {first}).empty());
  }
  for (const auto& [one, other] :
       {std::pair("acme", "ACME"), std::pair("{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11")}) {
    first.key = one;
    second.key = other;
    CHECK(problems_of(second, with_source("shop"), {first}).size() == 1);
  }
  CHECK(problems_of(first, with_source("shop"), {first}).empty());
}

TEST_CASE("roles of a site need sites, and roles of the account take none") {
  auto member = someone(Role::manager);
  CHECK(member_problems(member).size() == 1);
  member.sites = {{schedule::ScopeKind::depot, "north"}};
  CHECK(member_problems(member).empty());
  member.role = Role::owner;
  CHECK(member_problems(member).size() == 1);
  member.role = Role::viewer;
  CHECK(member_problems(member).empty());
}
