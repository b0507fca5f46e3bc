// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/manage/viewer.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

// What the actor may see. Everything else is not listed and is Error(not_found), in the same words as a thing that does not
// exist.

bool may_see(const Viewer&, const schedule::Schedule&);
/// What the action may be done to, for lists and lookups of the store.
store::Sight sight_of(const access::Actor&, access::Action);

/// What was told to the actor themselves, and everything that was told in the accounts that they manage.
store::Sight sight_of_notifications(const access::Actor&);

/// May the actor see that the account exists? Members who only reach some of its sites do too.
bool sees(const access::Actor&, const std::string& account);
/// The account to work on: the one named, or the only one there is. Error(not_found) otherwise, with what to write.
access::Account visible_account(const Viewer&, const std::optional<std::string>& id);
/// By name, id or prefix, as store::get_schedule(), among what the actor may see; then the action is required:
/// Error(not_permitted).
schedule::Schedule visible_schedule(const Viewer&, const std::string& name_or_id, const std::optional<std::string>& account,
                                    access::Action action);
std::vector<schedule::Schedule> visible_schedules(const Viewer&, store::ScheduleFilter filter);
store::Run visible_run(const Viewer&, const std::string& id);
/// Newest first, at most filter.limit that the actor may see.
std::vector<store::Run> visible_runs(const Viewer&, store::RunFilter filter);
/// What was told to the actor, and to everyone in the accounts that they manage.
std::vector<store::Notification> visible_notifications(const Viewer&, store::NotificationFilter filter);
store::Notification visible_notification(const Viewer&, const std::string& id, const std::optional<std::string>& account);

/// The module's rule on roles, for whoever wants to see the rows: Error(not_permitted). A report that left the catalog is for
/// managers of the account.
void require_report(const Editor&, const std::string& report, const std::string& account, const schedule::Scope&);
void require_reports(const Editor&, const std::vector<std::string>& reports, const std::string& account, const schedule::Scope&);

/// What an empty list says: that there is nothing, with advice; or that the actor sees only what belongs to some sites, or, as a
/// member of nothing, none of it.
std::string nothing_seen(const access::Actor&, const std::string& nothing, const std::string& advice = {});

/// The accounts in which the actor is a member; nullopt: all of them.
std::optional<std::set<std::string>> own_accounts(const access::Actor&);

}  // namespace reportctl::manage
