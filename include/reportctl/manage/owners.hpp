// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/manage/viewer.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::manage {

/// The word for schedules that run for no member.
inline constexpr const char* kOperator = "operator";

/// Who a schedule runs for; without a member it is the operator.
struct Owner {
  std::string id;
  std::string words;
};

Owner owner_of(const Viewer&, const std::string& id);
/// Does it run for whom the word calls: a member, one who is gone (by id), the operator?
bool runs_for(const Viewer&, const schedule::Schedule&, const std::string& word);
/// The new owner in the account of the schedule. Error(not_found), Error(not_permitted).
Owner new_owner(const Viewer&, const schedule::Schedule&, const std::string& word);
/// With an owner's roles the schedule must run, and whoever gives it away must be allowed its report: else it would be a way
/// around one's own role.
validation::Violations handover_problems(const Editor&, const schedule::Schedule&, const Owner& owner);

}  // namespace reportctl::manage
