// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/visibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::manage {
namespace {

using access::Action;

constexpr int kMostRows = 1'000'000;

/// Filtering by what may be seen can empty a page that was cut by the limit: asks again for more until the page is full or all is
/// read.
template <typename Item, typename Fetch, typename Visible>
std::vector<Item> page_of(int limit, const Fetch& fetch, const Visible& visible) {
  for (int ask = limit;; ask = std::min(ask * 8, kMostRows)) {
    std::vector<Item> page = fetch(ask);
    const bool all_read = static_cast<int>(page.size()) < ask || ask >= kMostRows;
    std::erase_if(page, [&](const Item& item) { return !visible(item); });
    if (!all_read && static_cast<int>(page.size()) < limit) continue;
    if (static_cast<int>(page.size()) > limit) page.resize(static_cast<std::size_t>(limit));
    return page;
  }
}

Error no_schedule(const Viewer& viewer, const std::string& name, const std::optional<std::string>& account) {
  std::vector<std::string> names;
  for (const auto& schedule : visible_schedules(viewer, {.account = account, .report = {}, .active = {}}))
    names.push_back(schedule.definition.name);
  return {ErrorKind::not_found, fmt::format("no schedule \"{}\"{}", visible(name), did_you_mean(name, names)),
          "reportctl schedule list shows them"};
}

/// The site of each run's schedule, looked up once.
class ScopesOfRuns {
 public:
  explicit ScopesOfRuns(store::State& state) : state_(state) {}
  const schedule::Scope& scope_of(const store::Run& run) {
    const auto [known, is_new] = scopes_.try_emplace(run.schedule_id);
    if (is_new && !run.schedule_id.empty()) {
      if (const auto schedule = store::find_schedule(state_, run.schedule_id)) known->second = schedule->definition.scope;
    }
    return known->second;
  }

 private:
  store::State& state_;
  std::map<std::string, schedule::Scope> scopes_;
};

bool may_see(const Viewer& viewer, const store::Run& run, ScopesOfRuns& scopes) {
  return viewer.actor.is_system_admin() || access::may(viewer.actor, Action::view, run.account, scopes.scope_of(run));
}

}  // namespace

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
  if (seen.empty()) {
    throw Error(ErrorKind::not_found, "there is no account yet", "add one: reportctl account add ID --name NAME --source SOURCE");
  }
  if (seen.size() > 1) {
    throw Error(ErrorKind::not_found, "there are several accounts and none was named",
                fmt::format("add --account {}", join(ids, " or --account ")));
  }
  return seen.front();
}

std::string nothing_seen(const access::Actor& actor, const std::string& nothing) {
  if (actor.is_system_admin() || !actor.memberships.empty()) return nothing;
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

bool may_see(const Viewer& viewer, const schedule::Schedule& schedule) {
  return access::may(viewer.actor, Action::view, schedule.definition.account, schedule.definition.scope);
}

bool may_see(const Viewer& viewer, const store::Run& run) {
  ScopesOfRuns scopes(viewer.state);
  return may_see(viewer, run, scopes);
}

bool may_see(const Viewer& viewer, const store::Notification& notification) {
  const auto& own = viewer.actor.memberships;
  return access::may(viewer.actor, Action::manage_account, notification.account, {}) ||
         std::any_of(own.begin(), own.end(), [&](const access::Member& member) { return member.id == notification.member_id; });
}

schedule::Schedule visible_schedule(const Viewer& viewer, const std::string& name_or_id,
                                    const std::optional<std::string>& account, Action action) {
  const auto accounts = own_accounts(viewer.actor);
  std::vector<schedule::Schedule> found;
  if (!accounts) {
    found.push_back(store::get_schedule(viewer.state, name_or_id, account));
  } else {
    for (const auto& own : *accounts) {
      if (account && *account != own) continue;
      try {
        auto schedule = store::get_schedule(viewer.state, name_or_id, own);
        if (may_see(viewer, schedule)) found.push_back(std::move(schedule));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
      }
    }
  }
  if (found.empty()) throw no_schedule(viewer, name_or_id, account);
  if (found.size() > 1) {
    throw Error(ErrorKind::conflict, fmt::format("several of your accounts have a schedule \"{}\"", name_or_id),
                "add --account ID");
  }
  access::require(viewer.actor, action, found[0].definition.account, found[0].definition.scope);
  return std::move(found[0]);
}

std::vector<schedule::Schedule> visible_schedules(const Viewer& viewer, const store::ScheduleFilter& filter) {
  auto schedules = store::list_schedules(viewer.state, filter);
  if (!viewer.actor.is_system_admin()) {
    std::erase_if(schedules, [&](const schedule::Schedule& schedule) { return !may_see(viewer, schedule); });
  }
  return schedules;
}

store::Run visible_run(const Viewer& viewer, const std::string& id) {
  try {
    auto run = store::get_run(viewer.state, id);
    if (may_see(viewer, run)) return run;
  } catch (const Error& error) {
    if (viewer.actor.is_system_admin()) throw;
    // The candidates may be another tenant's.
    if (error.kind() == ErrorKind::conflict) {
      throw Error(ErrorKind::conflict, fmt::format("run \"{}\" is ambiguous", visible(id)), "give more of the id");
    }
    if (error.kind() != ErrorKind::not_found) throw;
  }
  throw Error(ErrorKind::not_found, fmt::format("run \"{}\" does not exist", visible(id)), "`reportctl runs list` shows them");
}

std::vector<store::Run> visible_runs(const Viewer& viewer, store::RunFilter filter) {
  ScopesOfRuns scopes(viewer.state);
  const auto fetch = [&](int limit) {
    filter.limit = limit;
    return store::list_runs(viewer.state, filter);
  };
  return page_of<store::Run>(filter.limit, fetch, [&](const store::Run& run) { return may_see(viewer, run, scopes); });
}

std::vector<store::Notification> visible_notifications(const Viewer& viewer, store::NotificationFilter filter) {
  const auto fetch = [&](int limit) {
    filter.limit = limit;
    return store::list_notifications(viewer.state, filter);
  };
  return page_of<store::Notification>(filter.limit, fetch,
                                      [&](const store::Notification& notification) { return may_see(viewer, notification); });
}

}  // namespace reportctl::manage
