// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/access/access.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/base/error.hpp"

using namespace reportctl;
using namespace reportctl::access;
using schedule::Scope;
using schedule::ScopeKind;

namespace {

const Scope kAccount{};
const Scope kNorth{ScopeKind::depot, "north"};
const Scope kSouth{ScopeKind::depot, "south"};
/// A site of another kind that happens to have the same id.
const Scope kNorthWorkspace{ScopeKind::workspace, "north"};

Actor actor(Role role, std::vector<Scope> sites = {}) {
  Member member;
  member.id = "m1";
  member.account = role == Role::system_admin ? "" : "acme";
  member.role = role;
  member.sites = std::move(sites);
  member.login = "ann";
  Actor result;
  result.login = "ann";
  result.memberships = {member};
  return result;
}

/// What the actor may do, a letter each: View, Run, manage Schedules, manage aCcount.
std::string rights(const Actor& actor, std::string_view account, const Scope& scope) {
  std::string letters;
  if (may(actor, Action::view, account, scope)) letters += 'V';
  if (may(actor, Action::run, account, scope)) letters += 'R';
  if (may(actor, Action::manage_schedules, account, scope)) letters += 'S';
  if (may(actor, Action::manage_account, account, scope)) letters += 'C';
  return letters;
}

}  // namespace

TEST_CASE("what each role may do, and where") {
  struct Row {
    Role role;
    std::vector<Scope> sites;
    const char *account, *north, *south, *north_workspace, *other_tenant;
  };
  for (const Row& row : std::vector<Row>{
           {Role::system_admin, {}, "VRSC", "VRSC", "VRSC", "VRSC", "VRSC"},
           {Role::owner, {}, "VRSC", "VRSC", "VRSC", "VRSC", ""},
           {Role::admin, {}, "VRSC", "VRSC", "VRSC", "VRSC", ""},
           {Role::depot_admin, {kNorth}, "", "VRS", "", "", ""},
           {Role::manager, {kNorth}, "", "VRS", "", "", ""},
           {Role::manager, {kNorth, kSouth}, "", "VRS", "VRS", "", ""},
           {Role::manager, {}, "", "", "", "", ""},
           {Role::depot_admin, {}, "", "", "", "", ""},
           {Role::viewer, {}, "V", "V", "V", "V", ""},
           {Role::viewer, {kNorth}, "", "V", "", "", ""},
       }) {
    CAPTURE(role_name(row.role));
    const Actor who = actor(row.role, row.sites);
    CHECK(rights(who, "acme", kAccount) == row.account);
    CHECK(rights(who, "acme", kNorth) == row.north);
    CHECK(rights(who, "acme", kSouth) == row.south);
    CHECK(rights(who, "acme", kNorthWorkspace) == row.north_workspace);
    for (const Scope& scope : {kAccount, kNorth, kSouth}) CHECK(rights(who, "globex", scope) == row.other_tenant);
    CHECK(may(who, Action::administer, "", kAccount) == (row.role == Role::system_admin));
    CHECK(may(who, Action::administer, "acme", kAccount) == (row.role == Role::system_admin));
  }
}

TEST_CASE("someone without a membership may do nothing, not even with an empty account") {
  Actor nobody;
  nobody.login = "eve";
  CHECK(rights(nobody, "acme", kAccount).empty());
  CHECK(rights(nobody, "", kAccount).empty());
  CHECK(rights(actor(Role::owner), "", kAccount).empty());
  Actor astray = actor(Role::owner);
  astray.memberships[0].account.clear();
  CHECK(rights(astray, "", kAccount).empty());
}

TEST_CASE("a person with several memberships has the rights of each, each in its place") {
  Actor both = actor(Role::viewer);
  both.memberships.push_back(actor(Role::manager, {kNorth}).memberships[0]);
  both.memberships.push_back(actor(Role::owner).memberships[0]);
  both.memberships.back().account = "globex";
  CHECK(rights(both, "acme", kAccount) == "V");
  CHECK(rights(both, "acme", kNorth) == "VRS");
  CHECK(rights(both, "globex", kAccount) == "VRSC");
  CHECK(roles_in(both, "acme", kNorth) == std::set{Role::viewer, Role::manager});
  CHECK(roles_in(both, "acme", kSouth) == std::set{Role::viewer});
  CHECK(roles_in(both, "initech", kNorth).empty());
}

TEST_CASE("what an action reaches is where it is allowed, for every role, site and action") {
  const std::vector<std::vector<Scope>> some_sites{{}, {kNorth}, {kNorth, kSouth}};
  for (const Role role : {Role::system_admin, Role::owner, Role::admin, Role::depot_admin, Role::manager, Role::viewer}) {
    for (const auto& sites : some_sites) {
      const Actor who = actor(role, sites);
      for (const Action action : {Action::view, Action::run, Action::manage_schedules, Action::manage_account}) {
        const auto reached = reach(who, action);
        for (const char* account : {"acme", "other"}) {
          for (const Scope& scope : {kAccount, kNorth, kSouth, kNorthWorkspace}) {
            const bool within = !reached || std::any_of(reached->begin(), reached->end(), [&](const Reach& one) {
              return one.account == account && (!one.site || *one.site == scope);
            });
            CAPTURE(role_name(role));
            CAPTURE(account);
            CAPTURE(scope.str());
            CHECK(within == may(who, action, account, scope));
          }
        }
      }
    }
  }
}

TEST_CASE("an account that is reached whole stands there once, whatever sites other memberships add") {
  Actor who = actor(Role::manager, {kNorth, kNorth});
  CHECK(reach(who, Action::view) == std::vector<Reach>{{"acme", kNorth}});
  who.memberships.push_back(who.memberships.front());
  who.memberships.back().role = Role::viewer;
  who.memberships.back().sites.clear();
  CHECK(reach(who, Action::view) == std::vector<Reach>{{"acme", std::nullopt}});
  CHECK(reach(who, Action::run) == std::vector<Reach>{{"acme", kNorth}});
}

TEST_CASE("while no member has a login, the owner of the state file is system_admin") {
  Actor root;
  root.login = "root";
  root.is_operator = true;
  CHECK(root.is_system_admin());
  CHECK(rights(root, "acme", kNorth) == "VRSC");
  CHECK(may(root, Action::administer, "", kAccount));
  CHECK(roles_in(root, "acme", kNorth) == std::set{Role::system_admin});
}

TEST_CASE("a refusal says who may, and never whether the thing exists") {
  const Actor who = actor(Role::viewer);
  std::set<std::string> messages;
  for (const char* account : {"globex", "no-such-account", ""}) {
    for (const Scope& scope : {kAccount, kNorth}) {
      try {
        require(who, Action::run, account, scope);
        FAIL("permitted");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_permitted);
        messages.insert(std::string(error.what()) + "; " + error.hint());
      }
    }
  }
  CHECK(messages == std::set<std::string>{"ann may not run reports here; ask an owner or admin of the account, a depot_admin or "
                                          "manager of the site, or a system_admin"});
  CHECK_THROWS_WITH_AS(require(who, Action::administer, "", kAccount), "ann may not administer reportctl", Error);
  CHECK_THROWS_WITH_AS(require(who, Action::manage_account, "acme", kAccount), "ann may not change this account", Error);
  CHECK_THROWS_WITH_AS(require(who, Action::manage_schedules, "acme", kNorth), "ann may not change schedules here", Error);
  CHECK_THROWS_WITH_AS(require(who, Action::view, "globex", kNorth), "ann may not look at this", Error);
  CHECK_NOTHROW(require(who, Action::view, "acme", kNorth));
}

TEST_CASE("the audit log names the login and what sudo claims, on one line") {
  Actor who;
  who.login = "root";
  CHECK(who.str() == "root");
  who.sudo_user = "ann";
  CHECK(who.str() == "root (SUDO_USER: ann)");
  for (const char* forged : {"a\nb", "x) (as root", "", "root (as ann)", "a\u202Eb", "ann,bob"}) {
    who.sudo_user = forged;
    CHECK(who.str() == (*forged == '\0' ? "root" : "root (SUDO_USER: no login)"));
  }
  who.sudo_user = "DOM\\ann.b-c@x$";
  who.as = "kim";
  CHECK(who.str() == "root (as kim) (SUDO_USER: DOM\\ann.b-c@x$)");
  CHECK(Actor{}.str() == "unknown");
}

TEST_CASE("roles are read back from their names") {
  CHECK(role_names() == std::vector<std::string>{"system_admin", "owner", "admin", "depot_admin", "manager", "viewer"});
  for (const auto& name : role_names()) CHECK(role_name(parse_role(name).value()) == name);
  CHECK(parse_role("OWNER") == Role::owner);
  CHECK_FALSE(parse_role("root"));
}
