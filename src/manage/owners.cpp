// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/owners.hpp"

#include <fmt/format.h>

#include "reportctl/manage/members.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::manage {

Owner owner_of(const Viewer& viewer, const std::string& id) {
  if (id.empty()) return {{}, "the operator"};
  const auto member = store::find_member(viewer.state, id);
  return {id, member ? member->name : fmt::format("a member who is gone ({})", id)};
}

bool runs_for(const Viewer& viewer, const schedule::Schedule& schedule, const std::string& word) {
  if (word == kOperator) return schedule.owner.empty();
  if (schedule.owner.empty()) return false;
  const auto member = store::find_member(viewer.state, schedule.owner);
  return member ? is_called(*member, word) : schedule.owner == word || (word.size() >= 4 && schedule.owner.starts_with(word));
}

Owner new_owner(const Viewer& viewer, const schedule::Schedule& schedule, const std::string& word) {
  if (word != kOperator) {
    const auto member = member_called(viewer, schedule.definition.account, word);
    return {member.id, member.name};
  }
  // A schedule of the operator runs with every right.
  access::require(viewer.actor, access::Action::administer, schedule.definition.account, schedule.definition.scope);
  return owner_of(viewer, {});
}

validation::Violations handover_problems(const Editor& editor, const schedule::Schedule& schedule, const Owner& owner) {
  const auto& definition = schedule.definition;
  validation::Violations found;
  const auto refuse = [&](std::string message, std::string hint) {
    found.push_back({validation::Code::role_not_permitted, fmt::format("schedule {}: owner", definition.name), std::move(message),
                     std::move(hint)});
  };
  auto given = schedule;
  given.owner = owner.id;
  const auto theirs = run::standing_of(editor.parts.state(), given).roles;
  const auto member = store::find_member(editor.parts.state(), owner.id);
  const access::Actor alone{.login = {},
                            .as = {},
                            .sudo_user = {},
                            .is_operator = false,
                            .memberships = member ? std::vector{*member} : std::vector<access::Member>{}};
  if (!owner.id.empty() && !access::may(alone, access::Action::manage_schedules, definition.account, definition.scope)) {
    refuse(fmt::format("{} has no role that may have schedules in {}", owner.words, definition.scope.str()),
           "owners and admins have it everywhere, depot admins and managers at their sites");
    return found;
  }
  for (const auto& id : schedule::reports_of(definition)) {
    const auto* report = editor.parts.catalog().find(id);
    if (report == nullptr) continue;  // every run is rejected for that, whoever it is for
    const auto roles = fmt::format("{}", fmt::join(report->roles, ", "));
    if (!catalog::report_allows(*report, theirs))
      refuse(fmt::format("{} is not for the role of {}", id, owner.words), "roles that may have it: " + roles);
    if (!catalog::report_allows(*report, access::roles_in(editor.actor, definition.account, definition.scope)))
      refuse(fmt::format("{} is not for your own role", id), "roles that may give it away: " + roles);
  }
  return found;
}

}  // namespace reportctl::manage
