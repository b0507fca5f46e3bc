// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/store/claims.hpp"

namespace reportctl::store {

/// Something an owner or admin is told, kept until acknowledged.
struct NewNotification {
  std::string id, account, member_id, kind, subject, body;  ///< kind: SCHEDULED_REPORT_FAILED, CALENDAR_ENDS or RECIPIENT_MISSING
  std::string mail;                                         ///< JSON: the facts the mail is composed from
  std::optional<NewDelivery> delivery;                      ///< the mail that carries it, when the member has an address
};
/// What an account is told once, whichever run finds it.
struct TellOnce {
  std::string what;
  std::string instead_of = {};  ///< how what it was told of the same thing before begins: it would be told that again
  std::vector<NewNotification> notifications;
};
struct Finish {
  RunState state = RunState::delivered;
  std::string reason;
  std::string violations;               ///< JSON array for rejected
  std::optional<DeliveryOutcome> last;  ///< the last delivery's outcome, recorded in the same transaction
  std::string untried;                  ///< what is told of the deliveries that still wait and are given up with the run; or none
  int auto_pause_after = 0;             ///< pause the schedule when failure_count reaches this; 0: never
  std::vector<NewNotification> notifications;
  std::vector<TellOnce> once;
  AuditEvents events;
  bool release = false;  ///< nobody waits to be told of it: the claim ends with it
};
/// Was the account told?
bool was_told(State&, std::string_view account, std::string_view what);
/// The only ending, for success and failure alike. Scheduled runs: sets last_run_at, status, error and failure_count of the
/// schedule, and what is remembered for its condition. The claim stays valid (for the notification mails) until release(),
/// unless it is released here.
/// delivered, partial, delivery_failed, unknown and quiet follow generated; rejected follows waiting and triggered; no_data
/// follows triggered and generated, failed whatever is unfinished; else Error(conflict). A resend that succeeds
/// resets the schedule's count, one that fails is not counted again; a run that ends after a later occurrence ended does not
/// overwrite what that one showed.
void finish(State&, const Claim&, const Finish&, Instant now);
/// The schedule's count if the run ended now, and not well.
int failures_in_a_row(State&, const Claim&);

}  // namespace reportctl::store
