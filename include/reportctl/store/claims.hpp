// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Another process owns the run now. Whoever gets this stops at once and touches nothing more of that run.
struct FenceLost : Error {
  explicit FenceLost(const std::string& message) : Error(ErrorKind::conflict, message) {}
};

/// A run that this process owns. Every function that takes one is conditional on owner and fence and throws FenceLost otherwise.
struct Claim {
  Run run;
  schedule::Schedule schedule;  ///< as it was when claimed; default-constructed for runs without one
};

struct Due {
  std::string schedule_id;
  Instant next_run_at;
};
/// Active schedules with next_run_at ≤ now, the longest due first.
std::vector<Due> due_schedules(State&, Instant now, int limit);
/// Is there a due schedule, a run to resume, an export to make or a webhook to send? Its cost does not grow with the file: a
/// run-due that gets false can end.
bool anything_due(State&, Instant now);

struct ClaimRequest {
  std::string schedule_id;
  Instant as_read{};                        ///< next_run_at as it was read: the condition
  std::optional<Instant> next;              ///< where next_run_at moves; none: there is no further occurrence
  std::optional<Instant> slot;              ///< the run to make; none when every missed slot is skipped
  std::optional<Instant> begins = {};       ///< schedule::Schedule::begins
  std::vector<Instant> skipped;             ///< older slots: visible runs that ended before they began
  RunState skipped_as = RunState::skipped;  ///< skipped or unknown
  std::string skip_reason;
  ProcessIdentity owner;
  Instant lease_until{};  ///< matters to other hosts only
  Instant now{};
  std::int64_t max_running = 0;  ///< policy.max_running over all processes; 0: no limit
  AuditEvents events;  ///< ScheduledRunTriggered; `subject` is filled with the run's id where it is `$run`, also in payloads
};
enum class ClaimResult { claimed, lost, busy };  ///< busy: max_running is reached
struct Claimed {
  ClaimResult result = ClaimResult::lost;
  std::optional<Claim> claim;  ///< when claimed and there was a slot to run
};
/// The condition, the run, the skipped runs and the events are one transaction. A slot that has its run already (the clock was
/// set back) gets no second one: claimed, without a claim. An occurrence of a schedule with a condition is not claimed before the
/// one before it ended: lost, and due again.
Claimed claim_due(State&, const ClaimRequest&);

/// Which other runs of its schedule may be under way when a run begins.
enum class Beside { any, nothing };
/// A run outside the rhythm. Owned at once.
struct NewRun {
  Trigger trigger = Trigger::test;
  std::string account;
  std::string report;
  std::optional<schedule::Schedule> schedule;
  std::optional<Instant> slot = std::nullopt;  ///< for which it is made
  std::string corrects = {};                   ///< the run that it corrects
  Beside beside = Beside::any;
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
  AuditEvents events;
};
/// Error(conflict) when another run is under way that must not be.
Claim create_run(State&, const NewRun&);

/// Runs that wait for someone: unfinished with a dead owner, given back, or with a retry that is due; finished and still owned by
/// a dead one, which may not have told how, or with notification mails that are due. Leases decide for owners on other hosts.
std::vector<Run> runs_to_resume(State&, Instant now);
struct TakeOver {
  std::string run_id;
  std::int64_t fence = 0;  ///< as read: the condition
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
  bool counts = true;  ///< a crash counts towards the three; a retry or a stop does not
};
/// nullopt: someone else took it. Fence and resumed grow. Deliveries found in `sending` become queued again (the dot was provably
/// not sent); those in `handing_over` become unknown, with their audit event, and notifications are then sent again.
std::optional<Claim> take_over(State&, const TakeOver&);

/// What an unfinished run waits for.
struct Wait {
  Instant until{};
  std::string reason;                                         ///< why, for an operator
  enum class After { attempt, look } after = After::attempt;  ///< an attempt is counted; a look at the data is not
};
/// Of a run on which the work failed while something was sent: as take_over() does, what was not handed over is queued again,
/// and what was is unknown.
void settle_deliveries(State&, const Claim&, Instant now);
/// waiting → triggered: the data are complete up to there, or not in time, and it goes on all the same.
void record_ready(State&, const Claim&, const std::optional<Instant>& data_until);
/// Ends ownership. An unfinished run is given back: to be taken up at once (a signal stopped it), or when its wait ends.
void release(State&, const Claim&, const std::optional<Wait>& = std::nullopt);

/// A run that a person has done again, by this process.
struct Reopening {
  std::string run_id;
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
  AuditEvents events;
};
/// Makes a finished run sendable again: the chosen deliveries become queued, the run generated and owned. Error(conflict) when
/// the run is not finished or has no artifact. Returns nullopt when no delivery matches.
struct ResendRequest : Reopening {
  std::vector<DeliveryState> states = {};  ///< which deliveries
  bool new_messages = false;               ///< their messages are forgotten: others take their place
  std::vector<NewDelivery> to = {};        ///< to these addresses; one that the run has already gets its own message again
};
std::optional<Claim> reopen_for_resend(State&, const ResendRequest&);
/// A run that made no file is triggered (or looks at its data once more) and owned again, with its slot and its definition; one
/// that waits for its next attempt need not wait any longer. Error(conflict) when it made a file or another process works on it.
Claim reopen_for_retry(State&, const Reopening&);
/// Of a part that was rejected, and so reached nobody: its row as it is now takes the place of what was recorded.
struct RowNow {
  Instant slot{};
  std::optional<Instant> begins = {};
  schedule::Definition definition;
};
Claim reopen_for_retry(State&, const Reopening&, const RowNow&);

}  // namespace reportctl::store
