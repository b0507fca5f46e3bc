// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/standing.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::run {

Standing standing_of(store::State& state, const Behalf& behalf) {
  auto account = store::find_account(state, behalf.account);
  if (!account) throw Error(ErrorKind::failed, fmt::format("account {} is gone", behalf.account));
  Standing standing;
  standing.account = std::move(*account);
  if (behalf.member.empty()) {
    standing.roles = {access::Role::system_admin};
    return standing;
  }
  const auto not_permitted = [&](std::string message) {
    standing.broken = {{.code = validation::Code::role_not_permitted,
                        .field = behalf.field,
                        .message = std::move(message),
                        .hint = behalf.hint}};
  };
  standing.member = store::find_member(state, behalf.member);
  if (!standing.member) {
    not_permitted(fmt::format("the member {} has left the account", behalf.role_in_it));
    return standing;
  }
  const auto& member = *standing.member;
  const auto actor = access::actor_of(member);
  if (!access::may(actor, behalf.action, behalf.account, behalf.scope)) {
    not_permitted(fmt::format("{}, {}, is {} and may not {} of {} any more", member.name, behalf.role_in_it,
                              access::role_name(member.role), behalf.what, behalf.scope.str()));
  }
  standing.roles = access::roles_in(actor, behalf.account, behalf.scope);
  return standing;
}

Standing standing_of(store::State& state, const schedule::Schedule& schedule) {
  const auto& definition = schedule.definition;
  auto standing = standing_of(
      state, {.account = definition.account,
              .member = schedule.owner,
              .scope = definition.scope,
              .action = access::Action::manage_schedules,
              .field = "owner",
              .role_in_it = "on whose behalf it runs",
              .what = "keep schedules",
              .hint = fmt::format("give it to another member: reportctl schedule reassign {} --account {} --to MEMBER",
                                  definition.name, definition.account)});
  if (schedule.given_by.empty() || schedule.given_by == schedule.owner) return standing;
  auto giver = standing_of(
      state,
      {.account = definition.account,
       .member = schedule.given_by,
       .scope = definition.scope,
       .action = access::Action::manage_schedules,
       .field = "to",
       .role_in_it = "who gave it its recipients",
       .what = "keep schedules",
       .hint = fmt::format("whoever may send it there takes it over: reportctl schedule reassign {} --account {} --to MEMBER",
                           definition.name, definition.account)});
  standing.broken.insert(standing.broken.end(), giver.broken.begin(), giver.broken.end());
  standing.giver_roles = std::move(giver.roles);
  return standing;
}

}  // namespace reportctl::run
