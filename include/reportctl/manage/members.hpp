// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/manage/viewer.hpp"

namespace reportctl::manage {

/// Is this how the member is called? By name, address, login, id, or at least four characters of the id.
bool is_called(const access::Member&, const std::string& word);

/// The one of these that is called so. Error(not_found) with "did you mean"; Error(conflict), naming the candidates.
access::Member only_member(std::vector<access::Member> members, const std::string& word);

/// A member of an account. Who may not see the members of the account is told of no other than the one named.
access::Member member_called(const Viewer&, const std::string& account, const std::string& word);

/// What becomes of the schedules that run for a member who goes: `3 schedules of theirs (a, b, c) will be rejected until
/// reassigned`; empty when there are none. Schedules in `removed` (ids) go too and are not counted.
std::string orphans(const Viewer&, const access::Member&, const std::vector<std::string>& removed = {});
/// The command that gives such schedules to someone else.
std::string reassign_command(const access::Member&);

}  // namespace reportctl::manage
