// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "courier.hpp"
#include "notify.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/endings.hpp"

namespace reportctl::run {

/// How a run ends, or waits.

/// How it ended, or stands.
Ended ended_as(const store::Run&);

/// The only ending. Adds what every ending has: its pair of audit events, the notifications of a failure, and their mails.
Ended end_run(Parts&, const store::Claim&, store::Finish, const Failure&);
Ended end_rejected(Parts&, const store::Claim&, const validation::Violations&);
/// What was sent decides, as in any other ending: only a run that sent nothing yet is `failed`.
Ended end_failed(Parts&, const store::Claim&, const std::string& why);
/// Of a generated run that has nobody to be sent to.
Ended end_unsent(Parts&, const store::Claim&);
/// Gives it back until then.
Ended put_off(Parts&, const store::Claim&, const store::Wait&);

/// All deliveries have an outcome: waits for a retry, or ends.
Ended settle(Parts&, const store::Claim&, const Sent&);

}  // namespace reportctl::run
