// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "owner.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::store {

/// A run with what only this room needs to know of it.
struct StoredRun {
  Run run;
  Owner owner;
  std::optional<std::string> definition;  ///< the schedule's as claimed; none once finished
};

/// `SELECT … FROM runs r`, to be continued, and what reads its rows. `run.interrupted` is not filled.
extern const char* const kSelectRun;
StoredRun read_run(Query&);
std::optional<StoredRun> find_run(Connection&, std::string_view id);

/// The claim of a run that was just taken: its schedule as claimed, or as it is now when the run had been finished.
Claim claim_of(Connection&, const StoredRun&);

std::optional<DeliveryState> parse_delivery_state(std::string_view);

/// FenceLost when another process owns the run (or nobody, or it is gone); otherwise Error(conflict) with `what`.
[[noreturn]] void refuse(Connection&, const Claim&, std::string_view what);

/// Within the caller's transaction.
void insert_delivery(Connection&, std::string_view run_id, const std::optional<std::string>& notification_id, const NewDelivery&);
void update_outcome(Connection&, const Claim&, const DeliveryOutcome&, Instant now);

}  // namespace reportctl::store
