// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <string>

#include "reportctl/access/access.hpp"
#include "reportctl/store/state.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::run {

/// For whom a report is made, as the state file has it now: people leave and change roles, accounts move. Read once and handed
/// on.
struct Standing {
  access::Account account;
  std::optional<access::Member> member;  ///< on whose behalf; none: an operator's, or they have left
  std::set<access::Role> roles;          ///< theirs, or system_admin for an operator's
  validation::Violations broken;         ///< why the member, or who gave it its recipients, may not ask for it any more
  std::optional<std::set<access::Role>> giver_roles;  ///< of the member who gave it its recipients, where that is another one
};

/// What a member asked for, and how to say that they no longer may.
struct Behalf {
  std::string account;
  std::string member;  ///< empty: an operator's
  schedule::Scope scope;
  access::Action action = access::Action::run;
  const char* field = "member";
  const char* role_in_it = "";  ///< `who asked for it`
  const char* what = "";        ///< `run reports`
  std::string hint;
};
/// Error(failed) when the account is gone.
Standing standing_of(store::State&, const Behalf&);
/// Of a schedule's owner, and of whoever gave it its recipients.
Standing standing_of(store::State&, const schedule::Schedule&);

}  // namespace reportctl::run
