// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "visibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::cli {
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

Error no_schedule(Session& session, const std::string& name, const std::optional<std::string>& account) {
  std::vector<std::string> names;
  for (const auto& schedule : visible_schedules(session, {.account = account, .report = {}, .active = {}}))
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

bool may_see(Session& session, const store::Run& run, ScopesOfRuns& scopes) {
  return session.actor().is_system_admin() || access::may(session.actor(), Action::view, run.account, scopes.scope_of(run));
}

}  // namespace

std::string nothing_seen(Session& session, const std::string& nothing) {
  const auto& actor = session.actor();
  if (actor.is_system_admin() || !actor.memberships.empty()) return nothing;
  return fmt::format(
      "{} is a member of no account and sees nothing; root and the owner of the state file may act for a member: --as LOGIN",
      actor.str());
}

std::optional<std::set<std::string>> own_accounts(Session& session) {
  if (session.actor().is_system_admin()) return std::nullopt;
  std::set<std::string> accounts;
  for (const auto& member : session.actor().memberships) accounts.insert(member.account);
  return accounts;
}

void require_report(Session& session, const std::string& id, const std::string& account, const schedule::Scope& scope) {
  const auto* report = session.catalog().find(id);
  if (report == nullptr) return access::require(session.actor(), Action::manage_account, account, scope);
  if (catalog::report_allows(*report, access::roles_in(session.actor(), account, scope))) return;
  throw Error(ErrorKind::not_permitted, fmt::format("your role does not include the report {} [role_not_permitted]", id),
              fmt::format("roles that do: {}", fmt::join(report->roles, ", ")));
}

bool may_see(Session& session, const schedule::Schedule& schedule) {
  return access::may(session.actor(), Action::view, schedule.definition.account, schedule.definition.scope);
}

bool may_see(Session& session, const store::Run& run) {
  ScopesOfRuns scopes(session.state());
  return may_see(session, run, scopes);
}

bool may_see(Session& session, const store::Notification& notification) {
  const auto& own = session.actor().memberships;
  return access::may(session.actor(), Action::manage_account, notification.account, {}) ||
         std::any_of(own.begin(), own.end(), [&](const access::Member& member) { return member.id == notification.member_id; });
}

schedule::Schedule visible_schedule(Session& session, const std::string& name_or_id, const std::optional<std::string>& account,
                                    Action action) {
  const auto accounts = own_accounts(session);
  std::vector<schedule::Schedule> found;
  if (!accounts) {
    found.push_back(store::get_schedule(session.state(), name_or_id, account));
  } else {
    for (const auto& own : *accounts) {
      if (account && *account != own) continue;
      try {
        auto schedule = store::get_schedule(session.state(), name_or_id, own);
        if (may_see(session, schedule)) found.push_back(std::move(schedule));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
      }
    }
  }
  if (found.empty()) throw no_schedule(session, name_or_id, account);
  if (found.size() > 1) {
    throw Error(ErrorKind::conflict, fmt::format("several of your accounts have a schedule \"{}\"", name_or_id),
                "add --account ID");
  }
  access::require(session.actor(), action, found[0].definition.account, found[0].definition.scope);
  return std::move(found[0]);
}

std::vector<schedule::Schedule> visible_schedules(Session& session, const store::ScheduleFilter& filter) {
  auto schedules = store::list_schedules(session.state(), filter);
  if (!session.actor().is_system_admin()) {
    std::erase_if(schedules, [&](const schedule::Schedule& schedule) { return !may_see(session, schedule); });
  }
  return schedules;
}

store::Run visible_run(Session& session, const std::string& id) {
  try {
    auto run = store::get_run(session.state(), id);
    if (may_see(session, run)) return run;
  } catch (const Error& error) {
    if (session.actor().is_system_admin()) throw;
    // The candidates may be another tenant's.
    if (error.kind() == ErrorKind::conflict) {
      throw Error(ErrorKind::conflict, fmt::format("run \"{}\" is ambiguous", visible(id)), "give more of the id");
    }
    if (error.kind() != ErrorKind::not_found) throw;
  }
  throw Error(ErrorKind::not_found, fmt::format("run \"{}\" does not exist", visible(id)), "`reportctl runs list` shows them");
}

std::vector<store::Run> visible_runs(Session& session, store::RunFilter filter) {
  ScopesOfRuns scopes(session.state());
  const auto fetch = [&](int limit) {
    filter.limit = limit;
    return store::list_runs(session.state(), filter);
  };
  return page_of<store::Run>(filter.limit, fetch, [&](const store::Run& run) { return may_see(session, run, scopes); });
}

std::vector<store::Notification> visible_notifications(Session& session, store::NotificationFilter filter) {
  const auto fetch = [&](int limit) {
    filter.limit = limit;
    return store::list_notifications(session.state(), filter);
  };
  return page_of<store::Notification>(filter.limit, fetch,
                                      [&](const store::Notification& notification) { return may_see(session, notification); });
}

}  // namespace reportctl::cli
