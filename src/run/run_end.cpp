// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_end.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events.hpp"
#include "reportctl/store/moment.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/validation/violation_json.hpp"

namespace reportctl::run {
namespace {

using store::Claim;
using store::Delivery;
using store::DeliveryState;
using store::RunState;

/// The last of every run, one of three. Nothing was sent where there was nothing to send.
store::AuditEvent ending_event(const Claim& claim, const store::Finish& finish) {
  const auto& run_id = claim.run.id;
  if (!store::ended_well(finish.state))
    return run_event("ScheduledReportFailed", claim.schedule, {{"runId", run_id}, {"error", finish.reason}});
  if (finish.state == RunState::no_data || finish.state == RunState::quiet)
    return run_event("ScheduledReportSkipped", claim.schedule, {{"runId", run_id}, {"reason", finish.reason}});
  return run_event("ScheduledReportSent", claim.schedule, {{"runId", run_id}});
}

struct Tally {
  std::size_t all = 0, accepted = 0, refused = 0, deferred = 0, unknown = 0;
  std::optional<Instant> retry_at;
  const Delivery* first_problem = nullptr;
};

Tally tally_of(const std::vector<Delivery>& deliveries) {
  Tally tally;
  for (const auto& delivery : deliveries) {
    ++tally.all;
    if (delivery.state == DeliveryState::accepted) ++tally.accepted;
    if (delivery.state == DeliveryState::refused) ++tally.refused;
    if (delivery.state == DeliveryState::deferred) ++tally.deferred;
    if (delivery.state == DeliveryState::unknown) ++tally.unknown;
    if (delivery.state != DeliveryState::accepted && tally.first_problem == nullptr) tally.first_problem = &delivery;
    if (delivery.next_attempt_at) {
      tally.retry_at = tally.retry_at ? std::min(*tally.retry_at, *delivery.next_attempt_at) : *delivery.next_attempt_at;
    }
  }
  return tally;
}

RunState state_of(const Tally& tally) {
  if (tally.unknown > 0) return RunState::unknown;
  if (tally.accepted == tally.all) return RunState::delivered;
  return tally.accepted > 0 ? RunState::partial : RunState::delivery_failed;
}

std::string reason_of(const Tally& tally, std::size_t recipients) {
  if (tally.first_problem == nullptr) return {};
  const auto missed = recipients - tally.accepted;
  return fmt::format("{} of {} recipients did not get it; {}: {}", missed, recipients, tally.first_problem->address,
                     tally.first_problem->answer);
}

}  // namespace

Ended ended_as(const store::Run& run) {
  Ended ended;
  ended.run_id = run.id;
  ended.account = run.account;
  ended.schedule = run.schedule_name;
  ended.state = run.state;
  ended.reason = run.reason;
  return ended;
}

namespace {

void record_end(Parts& parts, const Claim& claim, const store::Finish& finish) {
  const auto end = [&] { store::finish(parts.state(), claim, finish, parts.moment()); };
  if (!finish.release || !parts.with_end) return end();
  try {
    store::Together both(parts.state());
    end();
    parts.with_end(Parts::WithEnd::done);
    return both.commit();
  } catch (const store::FenceLost&) {
    throw;
  } catch (const Error&) {  // alone it may fit on the disk
    parts.with_end(Parts::WithEnd::undone);
  }
  end();
}

}  // namespace

Ended end_run(Parts& parts, const Claim& claim, store::Finish finish, const Failure& failure) {
  if (is_occurrence(claim.run)) finish.events.push_back(ending_event(claim, finish));
  if (is_occurrence(claim.run) && claim.run.parent.empty()) {  // people hear of its parts when it ends
    finish.auto_pause_after = parts.settings().policy.auto_pause_after;
    if (!store::ended_well(finish.state)) finish.notifications = notifications_of(parts, claim, failure);
    if (auto notice = calendar_notice(parts, claim)) finish.once.push_back(std::move(*notice));
  }
  const bool is_told = !finish.notifications.empty() || !finish.once.empty();
  const bool is_part = claim.run.trigger == store::Trigger::part;  // its occurrence tells of it
  finish.release = !is_told && (is_part || store::ended_well(finish.state));
  record_end(parts, claim, finish);
  auto run = claim.run;
  run.state = finish.state;
  run.reason = finish.reason;
  if (is_told) send_notifications(parts, {claim});
  auto ended = ended_as(run);
  ended.released = finish.release;
  if (!store::ended_well(run.state) && claim.run.parent.empty()) ended.first = first_step(parts, failure, run);
  return ended;
}

Ended put_off(Parts& parts, const Claim& claim, const store::Wait& pause) {
  store::release(parts.state(), claim, pause);
  auto waiting = ended_as(claim.run);
  waiting.reason = fmt::format("{}; tried again at {}", pause.reason, format_utc(pause.until));
  waiting.deferred = true;
  return waiting;
}

Ended end_rejected(Parts& parts, const Claim& claim, const validation::Violations& violations) {
  store::Finish finish;
  finish.state = RunState::rejected;
  finish.reason = validation::describe(violations);
  finish.violations = violations_json(violations);
  finish.events = {run_event("ScheduledRunRejected", claim.schedule,
                             {{"reportType", claim.schedule.definition.report}, {"rejectionReason", violations}})};
  return end_run(parts, claim, std::move(finish), rejection(violations));
}

Ended end_failed(Parts& parts, const Claim& claim, const std::string& why) {
  auto deliveries = report_deliveries(parts, claim);
  const bool under_way = std::any_of(deliveries.begin(), deliveries.end(),
                                     [](const Delivery& delivery) { return delivery.state == DeliveryState::handing_over; });
  if (under_way) {
    store::settle_deliveries(parts.state(), claim, parts.moment());
    deliveries = report_deliveries(parts, claim);
  }
  store::Finish finish;
  finish.state = RunState::failed;
  finish.reason = why;
  if (!deliveries.empty()) {
    finish.untried = why;
    for (auto& delivery : deliveries) {
      if (delivery.state == DeliveryState::queued || delivery.next_attempt_at)
        apply({.delivery_id = delivery.id,
               .state = DeliveryState::deferred,
               .answer = finish.untried,
               .reason_class = "given_up",
               .next_attempt_at = std::nullopt},
              delivery);
    }
    const auto tally = tally_of(deliveries);
    finish.state = state_of(tally);
    finish.reason = reason_of(tally, deliveries.size());
  }
  return end_run(parts, claim, finish,
                 {.state = finish.state, .reason = finish.reason, .broken_rules = {}, .deliveries = deliveries});
}

Ended end_unsent(Parts& parts, const Claim& claim) {
  store::Finish finish;
  finish.state = claim.run.decision ? RunState::quiet : RunState::no_data;
  finish.reason =
      claim.run.decision ? claim.run.decision->why : std::string("no data in the period; this schedule skips the mail then");
  return end_run(parts, claim, std::move(finish), {});
}

Ended settle(Parts& parts, const Claim& claim, const Sent& sent) {
  const auto& [deliveries, last] = sent;
  const auto tally = tally_of(deliveries);
  const auto reason = reason_of(tally, deliveries.size());
  if (tally.retry_at) {
    if (last) store::record_outcome(parts.state(), claim, *last, parts.moment());
    return put_off(parts, claim, {.until = *tally.retry_at, .reason = reason});
  }
  store::Finish finish;
  finish.state = state_of(tally);
  finish.reason = reason;
  finish.last = last;
  if (is_occurrence(claim.run)) {
    if (tally.accepted > 0)
      finish.events.push_back(run_event("ScheduledReportDelivered", claim.schedule,
                                        {{"recipientCount", tally.accepted}, {"deliveredAt", format_utc(parts.moment())}}));
    if (tally.first_problem != nullptr)
      finish.events.push_back(run_event("ScheduledReportDeliveryFailed", claim.schedule, {{"failureReason", reason}}));
  }
  return end_run(parts, claim, std::move(finish),
                 {.state = finish.state, .reason = reason, .broken_rules = {}, .deliveries = deliveries});
}

}  // namespace reportctl::run
