// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <vector>

#include "post.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"

namespace reportctl::run {

/// What to do with an outcome that is not an end by itself.
struct RetryRule {
  std::optional<Instant> retry_at = {};  ///< of a deferred delivery, tried or not; none: it is an outcome
  bool resend_unknown = false;
};

/// Another message takes the place of a delivery's; the ledger has it.
store::Delivery superseded(Parts&, const store::Claim&, const Mailing&, const store::Delivery&);

/// Hands over one message and says what became of it. A link that is about to end is made anew, and a file that the policy or the
/// server finds too large goes as a link where the policy sends links. The ledger has `handing_over` before the
/// step that cannot be undone. The outcome itself is returned, so that the caller can record it together with what follows from
/// it. FenceLost, Error(state): nothing was handed over. Error(interrupted): the delivery is queued again.
store::DeliveryOutcome hand_over(Parts&, const store::Claim&, Post&, const store::Delivery&, const RetryRule&);

/// The ledger of a run, without notifications.
std::vector<store::Delivery> report_deliveries(Parts&, const store::Claim&);
/// As the ledger has it once the outcome is recorded.
void apply(const store::DeliveryOutcome&, store::Delivery&);

/// What the recipients of the schedule get, and what those get to whom a person sent it.
struct Posts {
  Post& scheduled;
  Post& by_hand;
};

/// The ledger as it will stand. The outcome of the last delivery that was tried is not recorded yet.
struct Sent {
  std::vector<store::Delivery> deliveries;
  std::optional<store::DeliveryOutcome> last;
};
/// From `generated` on: sends what waits of the ledger, one recipient after the other.
Sent deliver(Parts&, const store::Claim&, const Posts&, std::vector<store::Delivery> ledger);

}  // namespace reportctl::run
