// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "reportctl/base/error.hpp"
#include "reportctl/run/heartbeat.hpp"
#include "reportctl/run/retention.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/moment.hpp"
#include "reportctl/store/ownership.hpp"

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

struct Waiting {
  std::optional<Instant> last;  ///< run-due
  bool work = false;
};
Waiting look_for_work(store::State& state, Instant now) {
  const store::Moment moment(state);
  const auto last = state.fact(kLastRunDue);
  return {.last = last ? parse_instant(*last) : std::nullopt,
          .work = store::anything_due(state, now) || prune_is_due(state, now)};
}

}  // namespace

bool work_waits(store::State& state, const DueOptions& options, Instant now) {
  if (options.accept_clock && clock_is_replaced()) {
    throw Error(ErrorKind::usage, "--accept-clock is about the clock of this host, and REPORTCTL_NOW replaces it", "unset it");
  }
  store::require_own(state);
  const auto waiting = look_for_work(state, now);
  refuse_leap(waiting.last, now, state.path(), options.accept_clock);
  beat(state.path(), now);
  if (!waiting.last || now - *waiting.last >= kHeartbeatEvery) state.set_fact(kLastRunDue, format_utc(now));
  return waiting.work;
}

}  // namespace reportctl::run
