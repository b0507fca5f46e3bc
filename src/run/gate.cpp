// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <chrono>

#include "reportctl/base/error.hpp"
#include "reportctl/run/heartbeat.hpp"
#include "reportctl/run/retention.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::run {
namespace {

constexpr auto kLargestLeap = std::chrono::days(35);
constexpr auto kHeartbeatEvery = std::chrono::minutes(15);

void refuse_leap(const std::optional<Instant>& last, Instant now, const std::filesystem::path& state, bool accepted) {
  if (accepted || !last || now - *last <= kLargestLeap) return;
  throw Error(
      ErrorKind::state,
      fmt::format("the clock says {}, but the last run-due of {} was at {}", format_utc(now), state.string(), format_utc(*last)),
      "if the clock is right: reportctl run-due --accept-clock");
}

}  // namespace

bool work_waits(store::State& state, const DueOptions& options, Instant now) {
  if (options.accept_clock && clock_is_replaced()) {
    throw Error(ErrorKind::usage, "--accept-clock is about the clock of this host, and REPORTCTL_NOW replaces it", "unset it");
  }
  store::require_own(state);
  const auto text = state.fact(kLastRunDue);
  std::optional<Instant> last;
  if (text) last = parse_instant(*text);
  refuse_leap(last, now, state.path(), options.accept_clock);
  beat(state.path(), now);
  if (!last || now - *last >= kHeartbeatEvery) state.set_fact(kLastRunDue, format_utc(now));
  return store::anything_due(state, now) || !store::due_webhooks(state, now, 1).empty() ||
         !store::exports_to_work(state, now, 1).empty() || prune_is_due(state, now);
}

}  // namespace reportctl::run
