// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "owner.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::store {

/// A run with what only this room needs to know of it.
struct StoredRun {
  Run run;
  Owner owner;
  std::optional<std::string> definition;  ///< the schedule's as claimed; none once finished
};

/// Of `runs r`: a run that ended badly and for which nobody has done anything yet. The words of the index runs_waiting.
inline constexpr const char* kWaiting = R"sql(
    r.settled_at IS NULL AND r.trigger = 'scheduled' AND r.state IN ('partial', 'delivery_failed', 'unknown', 'rejected', 'failed'))sql";

/// A run that did what it was for.
inline constexpr const char* kSucceeded = R"sql(state IN ('delivered', 'no_data', 'quiet'))sql";

/// The columns of a run, of which the table is called `r`, and what reads them. `run.interrupted` is not filled.
std::string run_columns();
/// `SELECT … FROM runs r`, to be continued.
std::string select_run();
StoredRun read_run(Query&);
std::optional<StoredRun> find_run(Connection&, std::string_view id);
/// As run_files().
std::vector<RunFile> run_files(Connection&, const Run&);

/// The claim of a run that was just taken: its schedule as claimed, or as it is now when the run had been finished.
Claim claim_of(Connection&, const StoredRun&);

/// Adds a run that has just ended to the totals of its account.
void count_ended_run(Connection&, std::string_view id);

/// FenceLost when another process owns the run (or nobody, or it is gone); otherwise Error(conflict) with `what`.
[[noreturn]] void refuse(Connection&, const Claim&, std::string_view what);

}  // namespace reportctl::store
