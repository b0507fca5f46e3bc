// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/schedule/window.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/state.hpp"
#include "reportctl/store/watch.hpp"

namespace reportctl::store {

struct Claim;  // claims.hpp
/// A file that a run made.
struct RunFile {
  std::string report, format, name, sha256;
  std::int64_t rows = 0, bytes = 0;
};

enum class DeliveryState { queued, handing_over, accepted, deferred, refused, unknown };
std::string_view delivery_state_name(DeliveryState);
std::optional<DeliveryState> parse_delivery_state(std::string_view);

struct Delivery {
  std::string id;
  std::optional<Mailbox> recipient = {};  ///< none: a destination, or what is stored is no mailbox (any more)
  std::string destination = {};           ///< its name; empty: a mail
  std::string address = {};               ///< addr-spec or `partner:in/sales.csv`, unique within the run and kind
  std::string run_id = {};
  bool notification = false;         ///< to an owner or admin about a failure, not the report itself
  std::string notification_id = {};  ///< for notifications
  DeliveryState state = DeliveryState::queued;
  std::string message_id = {};  ///< fixed when queued; empty for a destination
  Instant message_date{};
  std::string message_sha256 = {};  ///< of head and body together; of the file that goes to a destination
  std::int64_t message_bytes = 0;
  int attempts = 0;
  std::string answer = {};              ///< the server's words, or the reason
  std::string reason_class = {};        ///< `too_large`, `config`, `sender_rejected`, …; empty when none
  std::optional<Instant> sent_at = {};  ///< when accepted
  std::optional<Instant> next_attempt_at = {};
  bool by_hand = false;   ///< no recipient of the schedule: a person sent it there
  bool in_doubt = false;  ///< an earlier attempt ended unknown and nothing has settled it: that copy may have arrived
  /// At its destination: `in/sales.csv`.
  [[nodiscard]] std::string path() const { return address.substr(destination.size() + 1); }
};

/// Of one run, reports first, in the order they were queued.
std::vector<Delivery> list_deliveries(State&, std::string_view run_id);

struct NewDelivery {
  std::string id;
  std::optional<Mailbox> recipient = {};
  std::string destination = {}, path = {};  ///< instead of a recipient
  std::string message_id = {}, message_sha256 = {};
  std::int64_t message_bytes = 0;
  Instant message_date{};
  bool by_hand = false;
};
struct Generated {
  schedule::Period period;
  std::string timezone, format;
  std::int64_t rows = 0, bytes = 0, generation_ms = 0;
  std::string artifact_sha256, artifact_name;
  std::vector<RunFile> more_files = {};
  std::string mail;  ///< JSON facts
  std::optional<Decision> decision = {};
  std::vector<NewDelivery> deliveries;
  AuditEvents events;
};
/// triggered → generated, with one queued delivery per recipient, in one transaction.
void record_generated(State&, const Claim&, const Generated&, Instant now);
/// The same as a part of the next transaction of this process, or before the next thing it reads here. Until then a process that
/// dies leaves the run triggered, and nothing of it was sent.
void record_generated_with_next(State&, Claim, Generated, Instant now);
/// As they stand in the ledger then.
std::vector<Delivery> as_queued(const Claim&, const std::vector<NewDelivery>&);

/// queued | deferred → handing_over; attempts grows. unknown → handing_over only when its outcome set next_attempt_at (a policy).
/// Throws when that could not be made durable: then the last bytes must not be handed over.
void mark_handing_over(State&, const Claim&, std::string_view delivery_id);

struct DeliveryOutcome {
  std::string delivery_id;
  DeliveryState state = DeliveryState::accepted;  ///< accepted, deferred, refused or unknown; queued: not attempted after all
  std::string answer, reason_class;
  std::optional<Instant> next_attempt_at;
  bool settles_doubt = false;  ///< it was looked at: an earlier attempt did not arrive
  bool tried = false;          ///< it counts as an attempt also where it never was handing_over
};
/// accepted and unknown follow handing_over; the others follow anything that is not settled, a delivery that was never tried
/// included. queued: the attempt is taken back, or after a definite no it is tried again after a stop.
/// A delivery that is in_doubt stays unknown when it is deferred or refused, unless that settles it. Error(conflict) for any
/// other step.
void record_outcome(State&, const Claim&, const DeliveryOutcome&, Instant now);

/// The delivery's bytes are no longer what they were: a fresh Message-ID and hash. Only for deliveries that never reached
/// handing_over.
void replace_message(State&, const Claim&, const NewDelivery&);
/// As replace_message(), also for one that was handed over: another message takes its place, since a copy that arrived is worth
/// nothing (its link ended), or was too large to arrive.
void supersede_message(State&, const Claim&, const NewDelivery&);

}  // namespace reportctl::store
