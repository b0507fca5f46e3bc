// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "connection.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::store {

/// After a run of a schedule with a condition ended: what was decided about it, and whether anybody was told, is remembered. What
/// a later occurrence moved stays, and so does what is remembered for another question.
void move_watch(Connection&, const Claim&);
void clear_watch(Connection&, std::string_view schedule_id);
/// Of one part.
void clear_watch(Connection&, std::string_view schedule_id, std::string_view part);

}  // namespace reportctl::store
