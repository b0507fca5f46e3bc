// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Error(conflict) when the id exists, or at removal when there are schedules; Error(not_found). apply_changes() edits.
void add_account(State&, const access::Account&, const AuditEvents&, Instant now);
void remove_account(State&, std::string_view id, const AuditEvents&, Instant now);
std::optional<access::Account> find_account(State&, std::string_view id);
std::vector<access::Account> list_accounts(State&);

/// A member's id is made by the caller (new_id()); a login is unique within an account, an e-mail within an account too:
/// Error(conflict).
void add_member(State&, const access::Member&, const AuditEvents&, Instant now);
void edit_member(State&, const access::Member&, const AuditEvents&, Instant now);
void remove_member(State&, std::string_view id, const AuditEvents&, Instant now);
std::optional<access::Member> find_member(State&, std::string_view id);
/// Of one account, or of all with an empty account.
std::vector<access::Member> list_members(State&, std::string_view account);
std::vector<access::Member> members_with_login(State&, std::string_view login);
bool any_login(State&);
/// Owners and admins of the account that have an e-mail address: who is told of failures.
std::vector<access::Member> stewards(State&, std::string_view account);

}  // namespace reportctl::store
