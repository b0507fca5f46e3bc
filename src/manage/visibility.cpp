// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/visibility.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::manage {

using access::Action;

store::Sight sight_of_notifications(const access::Actor& actor) {
  auto sight = sight_of(actor, Action::manage_account);
  if (!sight) return sight;
  for (const auto& member : actor.memberships) {
    if (!access::may(actor, Action::manage_account, member.account, {})) sight->push_back({member.account, member.id});
  }
  return sight;
}

bool sees(const access::Actor& actor, const std::string& account) {
  if (access::may(actor, Action::view, account, {})) return true;
  for (const access::Member& member : actor.memberships)
    if (member.account == account) return true;
  return false;
}

access::Account visible_account(const Viewer& viewer, const std::optional<std::string>& id) {
  std::vector<access::Account> seen;
  std::vector<std::string> ids;
  for (access::Account& account : store::list_accounts(viewer.state)) {
    if (!sees(viewer.actor, account.id)) continue;
    if (id && account.id == *id) return account;
    ids.push_back(account.id);
    seen.push_back(std::move(account));
  }
  if (id) {
    throw Error(ErrorKind::not_found, fmt::format("no account \"{}\"{}", *id, did_you_mean(*id, ids)),
                "see the accounts there are: reportctl account list");
  }
  if (seen.empty() && !viewer.actor.is_system_admin())
    throw Error(ErrorKind::not_found, nothing_seen(viewer.actor, "no account"));
  if (seen.empty()) {
    throw Error(ErrorKind::not_found, "there is no account yet", "add one: reportctl account add ID --name NAME --source SOURCE");
  }
  if (seen.size() > 1) {
    throw Error(ErrorKind::not_found, "there are several accounts and none was named",
                fmt::format("add --account {}", join(ids, " or --account ")));
  }
  return seen.front();
}

std::string nothing_seen(const access::Actor& actor, const std::string& nothing, const std::string& advice) {
  const auto reached = access::reach(actor, Action::view);
  const bool only_sites =
      reached && std::all_of(reached->begin(), reached->end(), [](const auto& one) { return one.site.has_value(); });
  if (!only_sites) return nothing + advice;
  if (!actor.memberships.empty()) return fmt::format("{} that {} may see", nothing, actor.str());
  return fmt::format(
      "{} is a member of no account and sees nothing; root and the owner of the state file may act for a member: --as LOGIN",
      actor.str());
}

std::optional<std::set<std::string>> own_accounts(const access::Actor& actor) {
  if (actor.is_system_admin()) return std::nullopt;
  std::set<std::string> accounts;
  for (const auto& member : actor.memberships) accounts.insert(member.account);
  return accounts;
}

void require_report(const Editor& editor, const std::string& id, const std::string& account, const schedule::Scope& scope) {
  const auto* report = editor.parts.catalog().find(id);
  if (report == nullptr) return access::require(editor.actor, Action::manage_account, account, scope);
  if (catalog::report_allows(*report, access::roles_in(editor.actor, account, scope))) return;
  throw Error(ErrorKind::not_permitted, fmt::format("your role does not include the report {} [role_not_permitted]", id),
              fmt::format("roles that do: {}", fmt::join(report->roles, ", ")));
}

void require_reports(const Editor& editor, const std::vector<std::string>& ids, const std::string& account,
                     const schedule::Scope& scope) {
  for (const auto& id : ids) require_report(editor, id, account, scope);
}

bool may_see(const Viewer& viewer, const schedule::Schedule& schedule) {
  return access::may(viewer.actor, Action::view, schedule.definition.account, schedule.definition.scope);
}

store::Sight sight_of(const access::Actor& actor, Action action) {
  const auto reached = access::reach(actor, action);
  if (!reached) return std::nullopt;
  std::vector<store::Seen> sight;
  for (const auto& one : *reached) {
    sight.push_back({.account = one.account, .only = one.site ? std::optional(one.site->str()) : std::nullopt});
  }
  return sight;
}

schedule::Schedule visible_schedule(const Viewer& viewer, const std::string& name_or_id,
                                    const std::optional<std::string>& account, Action action) {
  auto schedule = store::get_schedule(
      viewer.state, {.name_or_id = name_or_id, .account = account, .sight = sight_of(viewer.actor, Action::view)});
  access::require(viewer.actor, action, schedule.definition.account, schedule.definition.scope);
  return schedule;
}

std::vector<schedule::Schedule> visible_schedules(const Viewer& viewer, store::ScheduleFilter filter) {
  filter.sight = sight_of(viewer.actor, Action::view);
  return store::list_schedules(viewer.state, filter);
}

store::Run visible_run(const Viewer& viewer, const std::string& id) {
  return store::get_run(viewer.state, id, sight_of(viewer.actor, Action::view));
}

std::vector<store::Run> visible_runs(const Viewer& viewer, store::RunFilter filter) {
  filter.sight = sight_of(viewer.actor, Action::view);
  return store::list_runs(viewer.state, filter);
}

std::vector<store::Notification> visible_notifications(const Viewer& viewer, store::NotificationFilter filter) {
  filter.sight = sight_of_notifications(viewer.actor);
  return store::list_notifications(viewer.state, filter);
}

store::Notification visible_notification(const Viewer& viewer, const std::string& id, const std::optional<std::string>& account) {
  return store::get_notification(viewer.state, id, sight_of_notifications(viewer.actor), account);
}

}  // namespace reportctl::manage
