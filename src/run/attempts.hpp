// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::run {

/// The one rule for work that may take more than one attempt: runs, exports, mails and webhooks.

/// How long other hosts leave a run or an export to the process that took it. On the same host a dead owner is known at once.
inline constexpr auto kLease = std::chrono::hours(6);
/// As kLease for a webhook, which takes no longer than its time-out.
inline constexpr auto kWebhookLease = std::chrono::minutes(10);

/// Work that was taken over from this many dead processes is taken over once more only to be ended.
inline constexpr int kMostTakeovers = 3;
inline bool is_hopeless(int takeovers) { return takeovers > kMostTakeovers; }
std::string hopeless_reason(int takeovers);

/// When something that has been tried `attempts` times is tried again: after 5, 10, 20, 40, 67 minutes, then every 67. Nothing
/// once `retries` further attempts were made.
std::optional<Instant> next_attempt(Instant now, int attempts, int retries);
/// When something that is sent until it is accepted, and has waited since then, is tried again: after as long as it has waited,
/// 5 minutes at least and 67 at most.
Instant next_attempt_since(Instant now, Instant since);

/// When a run that cannot go on now is taken up again. None for a test: somebody is waiting for its outcome.
std::optional<Instant> retry_at(Parts&, const store::Claim&);

}  // namespace reportctl::run
