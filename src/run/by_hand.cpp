// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/by_hand.hpp"

#include <fmt/format.h>

#include "acting.hpp"
#include "attempts.hpp"
#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "run_one.hpp"

namespace reportctl::run {
namespace {

using store::DeliveryState;

std::vector<DeliveryState> states_of(ResendOnly only) {
  switch (only) {
    case ResendOnly::failed:
      return {DeliveryState::refused, DeliveryState::deferred};
    case ResendOnly::unknown:
      return {DeliveryState::unknown};
    case ResendOnly::all:
      break;
  }
  return {DeliveryState::accepted, DeliveryState::refused, DeliveryState::deferred, DeliveryState::unknown};
}

}  // namespace

Ended test_schedule(Parts& parts, const schedule::Schedule& schedule, const std::vector<Mailbox>& to, const std::string& actor) {
  parts.require_own();
  auto triggered = run_triggered(schedule, parts.moment());
  triggered.name = "ScheduleTested";
  triggered.actor = actor;
  auto tested = schedule;
  tested.definition.recipients = to;
  const auto claim = store::create_run(parts.state(), {.trigger = store::Trigger::test,
                                                       .account = schedule.definition.account,
                                                       .report = schedule.definition.report,
                                                       .schedule = tested,
                                                       .owner = parts.self(),
                                                       .lease_until = parts.now() + kLease,
                                                       .now = parts.moment(),
                                                       .events = {triggered}});
  return acting(parts, [&] { return run_one(parts, claim); });
}

Ended resend(Parts& parts, const store::Run& run, const Resend& wanted, const std::string& actor) {
  parts.require_own();
  if (run.file_pruned_at) {
    throw Error(ErrorKind::not_found, fmt::format("the file of run {} was pruned at {}", run.id, format_utc(*run.file_pruned_at)),
                "`reportctl schedule test` sends the report anew");
  }
  // Asked before anything changes: without its file the run stays as it is.
  if (!run.artifact_sha256.empty()) static_cast<void>(parts.artifacts().get(run.artifact_sha256));
  const auto claim = store::reopen_for_resend(
      parts.state(),
      {.run_id = run.id,
       .states = states_of(wanted.only),
       .new_messages = wanted.as == ResendAs::new_message,
       .owner = parts.self(),
       .lease_until = parts.now() + kLease,
       .now = parts.moment(),
       .events = {
           {.name = "RunResent", .account = run.account, .subject = run.id, .actor = actor, .payload = R"({"run":"$run"})"}}});
  if (!claim)
    throw Error(ErrorKind::conflict, "no recipient of this run matches", "reportctl runs show RUN shows every recipient");
  return acting(parts, [&] { return run_one(parts, *claim); });
}

}  // namespace reportctl::run
