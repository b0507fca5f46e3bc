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
#include "reportctl/store/run_state.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

enum class Trigger { scheduled, test };
enum class DeliveryState { queued, sending, handing_over, accepted, deferred, refused, unknown };
std::string_view trigger_name(Trigger);
std::string_view delivery_state_name(DeliveryState);

/// Another process owns the run now. Whoever gets this stops at once and touches nothing more of that run.
struct FenceLost : Error {
  explicit FenceLost(const std::string& message) : Error(ErrorKind::conflict, message) {}
};

struct Run {
  std::string id;
  std::string schedule_id;  ///< empty for runs without a schedule
  std::string schedule_name;
  std::string account;
  std::string report;
  Trigger trigger = Trigger::scheduled;
  RunState state = RunState::triggered;
  std::optional<Instant> slot;  ///< scheduled runs: (schedule, slot) is unique
  Instant created_at{};
  std::optional<Instant> finished_at;
  std::int64_t fence = 0;
  int resumed = 0;                         ///< how often an interrupted run was taken over
  bool interrupted = false;                ///< derived: unfinished and its owner is dead
  std::optional<Instant> resume_at;        ///< waiting for a retry until then
  std::optional<schedule::Period> period;  ///< none before it is known, and for skipped runs
  std::string timezone;
  std::string format;
  std::string reason;      ///< why it ended so, for an operator
  std::string violations;  ///< JSON array, for rejected runs; empty otherwise
  std::optional<std::int64_t> rows, bytes, generation_ms;
  std::string artifact_sha256, artifact_name;
  std::optional<Instant> file_pruned_at;  ///< the file is gone since
  std::string mail;                       ///< JSON: the facts the message is composed from; empty before generated
};

struct Delivery {
  std::string id;
  std::optional<Mailbox> recipient = {};  ///< none: what is stored is no mailbox (any more)
  std::string address = {};               ///< addr-spec, unique within the run and kind
  std::string run_id = {};
  bool notification = false;         ///< to an owner or admin about a failure, not the report itself
  std::string notification_id = {};  ///< for notifications
  DeliveryState state = DeliveryState::queued;
  std::string message_id = {};  ///< fixed when queued
  Instant message_date{};
  std::string message_sha256 = {};  ///< of head and body together
  std::int64_t message_bytes = 0;
  int attempts = 0;
  std::string answer = {};              ///< the server's words, or the reason
  std::string reason_class = {};        ///< `too_large`, `config`, `sender_rejected`, …; empty when none
  std::optional<Instant> sent_at = {};  ///< when accepted
  std::optional<Instant> next_attempt_at = {};
  bool in_doubt = false;  ///< an earlier attempt ended unknown and nothing has settled it: that copy may have arrived
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
/// Is there a due schedule, or a run to resume? Its cost does not grow with the file: a run-due that gets false can end.
bool anything_due(State&, Instant now);

struct ClaimRequest {
  std::string schedule_id;
  Instant as_read{};             ///< next_run_at as it was read: the condition
  Instant next{};                ///< where next_run_at moves
  std::optional<Instant> slot;   ///< the run to make; none when every missed slot is skipped
  std::vector<Instant> skipped;  ///< older slots: visible `skipped` runs
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
/// set back) gets no second one: claimed, without a claim.
Claimed claim_due(State&, const ClaimRequest&);

/// A run outside the rhythm. Owned at once.
struct NewRun {
  Trigger trigger = Trigger::test;
  std::string account;
  std::string report;
  std::optional<schedule::Schedule> schedule;
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
  AuditEvents events;
};
Claim create_run(State&, const NewRun&);

/// Runs that wait for someone: unfinished with a dead owner, given back, or with a retry that is due; finished with notification
/// mails that were never sent. Lease expiry decides for owners on other hosts.
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
/// not sent); those in `handing_over` become unknown, with their audit event.
std::optional<Claim> take_over(State&, const TakeOver&);

struct NewDelivery {
  std::string id;
  Mailbox recipient;
  std::string message_id = {}, message_sha256 = {};
  std::int64_t message_bytes = 0;
  Instant message_date{};
};
struct Generated {
  schedule::Period period;
  std::string timezone, format;
  std::int64_t rows = 0, bytes = 0, generation_ms = 0;
  std::string artifact_sha256, artifact_name;
  std::string mail;  ///< JSON facts
  std::vector<NewDelivery> deliveries;
  AuditEvents events;
};
/// triggered → generated, with one queued delivery per recipient, in one transaction.
void record_generated(State&, const Claim&, const Generated&, Instant now);

/// queued | deferred → sending; attempts grows. unknown → sending only when its outcome set next_attempt_at (a policy). Also
/// proves that the state can be written before anything is sent.
void begin_sending(State&, const Claim&, std::string_view delivery_id);
/// sending → handing_over. Throws when that could not be made durable: then the last bytes must not be handed over.
void mark_handing_over(State&, const Claim&, std::string_view delivery_id);

struct DeliveryOutcome {
  std::string delivery_id;
  DeliveryState state = DeliveryState::accepted;  ///< accepted, deferred, refused or unknown; queued: not attempted after all
  std::string answer, reason_class;
  std::optional<Instant> next_attempt_at;
};
/// accepted and unknown follow handing_over; queued follows sending (the attempt is taken back) or handing_over (a definite no,
/// tried again after a stop); deferred and refused follow anything that is not settled, a delivery that was never tried included.
/// A delivery that is in_doubt stays unknown when it is deferred or refused. Error(conflict) for any other step.
void record_outcome(State&, const Claim&, const DeliveryOutcome&, Instant now);

/// The delivery's bytes are no longer what they were: a fresh Message-ID and hash. Only for deliveries that never reached
/// handing_over.
void replace_message(State&, const Claim&, const NewDelivery&);
/// As replace_message(), also for one that was handed over: another message takes its place, since a copy that arrived is worth
/// nothing (its link ended), or was too large to arrive.
void supersede_message(State&, const Claim&, const NewDelivery&);

/// Something an owner or admin is told, kept until acknowledged.
struct NewNotification {
  std::string id, account, member_id, kind, subject, body;  ///< kind: SCHEDULED_REPORT_FAILED
  std::string mail;                                         ///< JSON: the facts the mail is composed from
  std::optional<NewDelivery> delivery;                      ///< the mail that carries it, when the member has an address
};
struct Finish {
  RunState state = RunState::delivered;
  std::string reason;
  std::string violations;               ///< JSON array for rejected
  std::optional<DeliveryOutcome> last;  ///< the last delivery's outcome, recorded in the same transaction
  int auto_pause_after = 0;             ///< pause the schedule when failure_count reaches this; 0: never
  std::vector<NewNotification> notifications;
  AuditEvents events;
};
/// The only ending, for success and failure alike. Scheduled runs: sets last_run_at, status, error and failure_count of the
/// schedule. The claim stays valid (for the notification mails) until release(). delivered, partial, delivery_failed and unknown
/// follow generated; rejected follows triggered; no_data and failed follow either; else Error(conflict). A resend that succeeds
/// resets the schedule's count, one that fails is not counted again; a run that ends after a later occurrence ended does not
/// overwrite what that one showed.
void finish(State&, const Claim&, const Finish&, Instant now);
/// The schedule's count if the run ended now, and not well.
int failures_in_a_row(State&, const Claim&);

/// Ends ownership. For an unfinished run: it is given back, stopped by a signal (resume_at empty: at once) or waiting for a
/// retry.
void release(State&, const Claim&, const std::optional<Instant>& resume_at);

/// Makes a finished run sendable again: the chosen deliveries become queued, the run generated and owned. Error(conflict) when
/// the run is not finished or has no artifact. Returns nullopt when no delivery matches.
struct ResendRequest {
  std::string run_id;
  std::vector<DeliveryState> states;  ///< which deliveries
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
  AuditEvents events;
};
std::optional<Claim> reopen_for_resend(State&, const ResendRequest&);

struct RunFilter {
  std::optional<std::string> account;
  std::optional<std::string> schedule_id;
  std::optional<RunState> state;
  std::optional<Instant> since;
  int limit = 50;  ///< newest first
};
std::vector<Run> list_runs(State&, const RunFilter&);
/// By id or an unambiguous prefix (≥ 4). Error(not_found), Error(conflict).
Run get_run(State&, std::string_view id);
/// Of one run, reports first, in the order they were queued.
std::vector<Delivery> list_deliveries(State&, std::string_view run_id);

struct Notification {
  std::string id, account, member_id, member_name, kind, run_id, subject, body;
  Instant created_at{};
  std::optional<Instant> acknowledged_at;
  std::string acknowledged_by;
  std::string mail_state;  ///< delivery state of its mail, empty when none
  std::string mail_answer;
};
struct NotificationFilter {
  std::optional<std::string> account;
  bool all = false;  ///< acknowledged ones too
  int limit = 50;
};
std::vector<Notification> list_notifications(State&, const NotificationFilter&);
/// By id or prefix; Error(not_found); acknowledging twice is no error.
void acknowledge(State&, std::string_view id, std::string_view by, const AuditEvents&, Instant now);
/// NewNotification::mail; empty for those that an older version queued.
std::string notification_mail(State&, std::string_view id);

/// Counts for `status`: how many runs ended in each state since `since`, unknown deliveries that wait, schedules due.
struct Overview {
  std::int64_t schedules = 0, active = 0, due = 0, unknown_deliveries = 0, unacknowledged = 0;
  std::vector<std::pair<std::string, std::int64_t>> runs_by_state;
};
Overview overview(State&, Instant now, Instant since);

}  // namespace reportctl::store
