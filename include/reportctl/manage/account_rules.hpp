// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/schedule/work_calendar.hpp"
#include "reportctl/settings/settings.hpp"

namespace reportctl::manage {

// The rules of accounts and members, for `account`, `member` and `apply` alike. Each gives every problem, as sentences; empty
// when all is well.

/// The name of an account, a feature or a calendar: letters, digits, . _ and -, at most 64, beginning with none of . and -.
bool is_id(std::string_view);

/// What an account may name: the configured sources, the calendars, and the accounts beside it; it may be among them itself.
struct AccountSurroundings {
  const settings::Settings& settings;
  const schedule::Calendars& calendars;
  const std::vector<access::Account>& others;
};
/// Id, zone, calendar, source, brand, domains.
std::vector<std::string> account_problems(const access::Account&, const AccountSurroundings&);
/// Name, login, sites that fit the role.
std::vector<std::string> member_problems(const access::Member&);
/// Error(invalid) with all of them, when there are any.
void refuse_problems(const std::string& what, const std::vector<std::string>& problems);

/// Who may change an account: its owners and admins; what decides which data it sees (source, key, features) and where mail may
/// go (allowed_domains) is for a system_admin. Error(not_permitted).
void require_account_change(const access::Actor&, access::Account before, access::Account after);
/// Who may add, change or remove a member: owners and admins of the account; owners are made and unmade by owners, system admins
/// by system admins. `before` or `after` is null when there is none. Error(not_permitted).
void require_member_change(const access::Actor&, const access::Member* before, const access::Member* after);

}  // namespace reportctl::manage
