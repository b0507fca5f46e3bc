// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/exports.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {

/// How one occurrence ended, for the operator.
struct Ended {
  std::string run_id;
  std::string account;
  std::string schedule;
  store::RunState state = store::RunState::delivered;
  bool deferred = false;  ///< not ended: waits for a retry
  bool released = false;  ///< owned by nobody any more
  std::string reason;
  std::string first = {};  ///< what a person has to do before next_command() helps; empty: nothing
};

/// The command that shows or fixes it; empty when there is nothing to do.
std::string next_command(const Ended&);
/// The same, behind what has to be done first.
std::string next_step(const Ended&);

/// Filled as it happens, so that a stop or an error loses nothing of it.
struct DueResult {
  std::vector<Ended> ended;            ///< in the order in which they ended; skipped slots included
  std::vector<store::Export> exports;  ///< those that were worked off, as they ended
  std::vector<std::string> errors;     ///< what kept a schedule from being worked on at all
  bool config_problem = false;         ///< the transport refused for a reason of configuration or credentials (78)
};

struct DueOptions {
  bool accept_clock = false;
  std::function<void(const Ended&)> tell;                 ///< hears of each ending at once, as `result.ended` does
  std::function<void(const store::Export&)> tell_export;  ///< and of each export
  int turns_file = -1;                                    ///< see delivery::TransportSettings
};

/// `beat`: nothing waits, and the heartbeat in the state was older than a quarter of an hour.
enum class Tick { idle, beat, work };
/// Is there anything for run_due()? What an idle tick asks, and all it costs: nothing but the state file is opened. Writes the
/// heartbeat, and the one in the state (`last_run_due_at`) when that is old. Throws as run_due() does.
Tick look_for_work(store::State&, const DueOptions&, Instant now);

/// Resumes what was interrupted, claims and runs what is due until nothing is left, works off the exports that wait, and once a
/// day applies `retention:`. Safe beside any number of others.
/// Error(state) when the clock leapt more than 35 days ahead of the last run-due (unless accepted) or the state file came from
/// another host. Error(interrupted) when a stop was requested; what was begun is given back.
void run_due(Parts&, const DueOptions&, DueResult&);

/// What run_due would do, without locks or changes.
struct Planned {
  std::string account, schedule, report;
  std::vector<Instant> skipped;
  std::optional<Instant> slot;
  std::optional<Instant> next;
  std::string period;  ///< empty when rejected
  std::string timezone;
  std::vector<std::string> recipients;
  std::string problem;  ///< why it would be rejected; empty
};
std::vector<Planned> plan_due(Parts&);

}  // namespace reportctl::run
