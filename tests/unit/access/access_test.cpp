// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/access/access.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("roles are read back from their names") {
  CHECK(role_names() == std::vector<std::string>{"system_admin", "owner", "admin", "depot_admin", "manager", "viewer"});
  for (const auto& name : role_names()) CHECK(role_name(parse_role(name).value()) == name);
  CHECK(parse_role("OWNER") == Role::owner);
  CHECK_FALSE(parse_role("root"));
}
