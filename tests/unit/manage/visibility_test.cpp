// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/visibility.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/store/accounts.hpp"

using namespace reportctl;
using namespace reportctl::manage;
using access::Action;
using access::Role;

namespace {

const Instant kNow = *parse_instant("2026-03-17T06:00:00Z");

/// Two accounts with a schedule "daily" each, and one of acme's depot north.
struct World {
  World() {
    for (const char* id : {"acme", "globex"}) {
      access::Account account;
      account.id = account.name = id;
      account.source = "shop";
      store::add_account(state, account, {}, kNow);
      add(id, "daily", {});
    }
    add("acme", "depot", {schedule::ScopeKind::depot, "north"});
  }
  ~World() { std::filesystem::remove_all(directory); }

  void add(const char* account, const char* name, const schedule::Scope& scope) {
    schedule::Schedule schedule;
    schedule.id = new_id();
    schedule.definition.account = account;
    schedule.definition.name = name;
    schedule.definition.report = "sales";
    schedule.definition.scope = scope;
    schedule.next_run_at = kNow;
    store::add_schedule(state, schedule, {}, kNow);
  }

  static access::Actor member_of(const char* account, Role role, std::vector<schedule::Scope> sites = {}) {
    access::Actor actor;
    actor.login = "ann";
    access::Member member;
    member.id = std::string("ann-") + account;
    member.account = account;
    member.role = role;
    member.sites = std::move(sites);
    actor.memberships = {member};
    return actor;
  }

  std::filesystem::path directory = [] {
    std::string name = "/tmp/reportctl-manage-XXXXXX";
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  store::State state = store::State::open(directory / "state.db", store::OpenMode::create);
};

ErrorKind kind_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("no error was thrown");
  return ErrorKind::failed;
}

}  // namespace

TEST_CASE_FIXTURE(World, "a member sees the schedules of their account, and a name means theirs") {
  const auto owner = member_of("acme", Role::owner);
  CHECK(visible_schedules({state, owner}, {}).size() == 2);
  CHECK(visible_schedule({state, owner}, "daily", std::nullopt, Action::manage_schedules).definition.account == "acme");
}

TEST_CASE_FIXTURE(World, "a schedule of a stranger is as one that does not exist") {
  const auto owner = member_of("acme", Role::owner);
  const auto of = [&](const char* name, const char* account) {
    return kind_of([&] { visible_schedule({state, owner}, name, std::string(account), Action::view); });
  };
  CHECK(of("daily", "globex") == ErrorKind::not_found);
  CHECK(of("none", "globex") == ErrorKind::not_found);
}

TEST_CASE_FIXTURE(World, "a manager of a depot sees that depot alone, and a viewer changes nothing") {
  const auto manager = member_of("acme", Role::manager, {{schedule::ScopeKind::depot, "north"}});
  const auto seen = visible_schedules({state, manager}, {});
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().definition.name == "depot");
  const auto viewer = member_of("acme", Role::viewer);
  CHECK(kind_of([&] {
          visible_schedule({state, viewer}, "daily", std::nullopt, Action::manage_schedules);
        }) == ErrorKind::not_permitted);
}

TEST_CASE_FIXTURE(World, "who belongs to two accounts says which of two schedules of a name is meant") {
  auto both = member_of("acme", Role::owner);
  both.memberships.push_back(member_of("globex", Role::owner).memberships.front());
  CHECK(kind_of([&] { visible_schedule({state, both}, "daily", std::nullopt, Action::view); }) == ErrorKind::conflict);
  CHECK(visible_schedule({state, both}, "daily", "globex", Action::view).definition.account == "globex");
}

TEST_CASE_FIXTURE(World, "the account need not be named where only one is seen") {
  const auto owner = member_of("acme", Role::owner);
  CHECK(visible_account({state, owner}, std::nullopt).id == "acme");
  CHECK(kind_of([&] { visible_account({state, owner}, std::string("globex")); }) == ErrorKind::not_found);
  access::Actor root;
  root.is_operator = true;
  CHECK(kind_of([&] { visible_account({state, root}, std::nullopt); }) == ErrorKind::not_found);
  CHECK(visible_account({state, root}, std::string("globex")).id == "globex");
}

TEST_CASE_FIXTURE(World, "an empty list tells a member of nothing why it is empty") {
  access::Actor stranger;
  stranger.login = "mallory";
  CHECK(nothing_seen(stranger, "no schedules").find("member of no account") != std::string::npos);
  CHECK(nothing_seen(member_of("acme", Role::viewer), "no schedules") == "no schedules");
}
