// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "connection.hpp"
#include "reportctl/store/run_state.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::store {

bool slot_is_taken(Connection&, std::string_view schedule_id, Instant slot);
/// Records a slot that does not run, as skipped or unknown. One that was skipped before gets the new reason; one that has its run
/// keeps it. Within a transaction.
void insert_skipped(Connection&, const SkippedSlot&, RunState, Instant now);

}  // namespace reportctl::store
