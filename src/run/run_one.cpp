// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_one.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "attempts.hpp"
#include "courier.hpp"
#include "events.hpp"
#include "letter.hpp"
#include "notify.hpp"
#include "policy.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/endings.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/store/suppressions.hpp"

namespace reportctl::run {
namespace {

using store::Claim;
using store::Delivery;
using store::DeliveryOutcome;
using store::DeliveryState;
using store::RunState;

bool concerns_the_process(const Error& error) {
  return ends_process(error.kind()) || dynamic_cast<const store::FenceLost*>(&error) != nullptr;
}

/// For the recipients of its schedule: of the rhythm, or an extra one.
bool is_occurrence(const store::Run& run) {
  return run.trigger == store::Trigger::scheduled || (run.trigger == store::Trigger::manual && run.corrects.empty());
}

/// The last of every run. Nothing was sent where there was nothing to send.
store::AuditEvent ending_event(const Claim& claim, const store::Finish& finish) {
  if (!store::ended_well(finish.state)) return report_failed(claim.schedule, claim.run.id, finish.reason);
  if (finish.state == RunState::no_data) return report_skipped(claim.schedule, claim.run.id, finish.reason);
  return report_sent(claim.schedule, claim.run.id);
}

/// The only ending. Adds what every ending has: its pair of audit events, the notifications of a failure, and their mails.
Ended end(Parts& parts, const Claim& claim, store::Finish finish, const Failure& failure) {
  if (is_occurrence(claim.run)) {
    finish.events.push_back(ending_event(claim, finish));
    finish.auto_pause_after = parts.settings().policy.auto_pause_after;
    if (!store::ended_well(finish.state)) finish.notifications = notifications_of(parts, claim, failure);
  }
  store::finish(parts.state(), claim, finish, parts.moment());
  auto run = claim.run;
  run.state = finish.state;
  run.reason = finish.reason;
  if (!finish.notifications.empty()) send_notifications(parts, {claim});
  return ended_as(run);
}

/// When a run that cannot go on now is taken up again. None for a test: somebody is waiting for its outcome.
std::optional<Instant> retry_at(Parts& parts, const Claim& claim) {
  const int retries = is_occurrence(claim.run) ? policy_of(parts, claim.schedule.definition).retries : 0;
  return next_attempt(parts.now(), claim.run.attempts + 1, retries);
}

Ended wait(Parts& parts, const Claim& claim, Instant until, const std::string& reason) {
  store::release(parts.state(), claim, store::Wait{.until = until, .reason = reason});
  auto waiting = ended_as(claim.run);
  waiting.reason = fmt::format("{}; tried again at {}", reason, format_utc(until));
  waiting.deferred = true;
  return waiting;
}

Ended end_rejected(Parts& parts, const Claim& claim, const validation::Violations& violations) {
  store::Finish finish;
  finish.state = RunState::rejected;
  finish.reason = validation::describe(violations);
  finish.violations = violations_json(violations);
  finish.events = {run_rejected(claim.schedule, violations)};
  return end(parts, claim, std::move(finish), rejection(violations));
}

struct Tally {
  std::size_t accepted = 0, refused = 0, deferred = 0, unknown = 0;
  std::optional<Instant> retry_at;
  const Delivery* first_problem = nullptr;
};

/// As the ledger has it once the outcome is recorded.
void apply(const DeliveryOutcome& outcome, Delivery& delivery) {
  // An attempt before may have arrived: the ledger keeps such a delivery unknown, whatever a later one was told.
  const bool told_no = outcome.state == DeliveryState::deferred || outcome.state == DeliveryState::refused;
  delivery.state = delivery.in_doubt && told_no ? DeliveryState::unknown : outcome.state;
  delivery.answer = outcome.answer;
  delivery.reason_class = outcome.reason_class;
  delivery.next_attempt_at = outcome.next_attempt_at;
}

Tally tally_of(const std::vector<Delivery>& deliveries) {
  Tally tally;
  for (const auto& delivery : deliveries) {
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
  if (tally.refused + tally.deferred == 0) return RunState::delivered;
  return tally.accepted > 0 ? RunState::partial : RunState::delivery_failed;
}

std::string reason_of(const Tally& tally, std::size_t recipients) {
  if (tally.first_problem == nullptr) return {};
  const auto missed = recipients - tally.accepted;
  return fmt::format("{} of {} recipients did not get it; {}: {}", missed, recipients, tally.first_problem->address,
                     tally.first_problem->answer);
}

std::vector<Delivery> report_deliveries(Parts& parts, const Claim& claim) {
  auto deliveries = store::list_deliveries(parts.state(), claim.run.id);
  std::erase_if(deliveries, [](const Delivery& delivery) { return delivery.notification; });
  return deliveries;
}

/// What was sent decides, as in any other ending: only a run that sent nothing yet is `failed`.
Ended end_failed(Parts& parts, const Claim& claim, const std::string& why) {
  auto deliveries = report_deliveries(parts, claim);
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
  return end(parts, claim, finish,
             {.state = finish.state, .reason = finish.reason, .broken_rules = {}, .deliveries = deliveries});
}

/// All deliveries have an outcome, of which `last` is not recorded yet: waits for a retry, or ends.
Ended settle(Parts& parts, const Claim& claim, const std::vector<Delivery>& deliveries,
             const std::optional<DeliveryOutcome>& last) {
  const auto tally = tally_of(deliveries);
  const auto reason = reason_of(tally, deliveries.size());
  if (tally.retry_at) {
    if (last) store::record_outcome(parts.state(), claim, *last, parts.moment());
    return wait(parts, claim, *tally.retry_at, reason);
  }
  store::Finish finish;
  finish.state = state_of(tally);
  finish.reason = reason;
  finish.last = last;
  if (is_occurrence(claim.run)) {
    if (tally.accepted > 0) finish.events.push_back(report_delivered(claim.schedule, tally.accepted, parts.moment()));
    if (tally.first_problem != nullptr) finish.events.push_back(delivery_failed(claim.schedule, reason));
  }
  return end(parts, claim, std::move(finish),
             {.state = finish.state, .reason = reason, .broken_rules = {}, .deliveries = deliveries});
}

/// What is sent now: what is queued, and as soon as one further attempt is due all of them, so that every recipient of a run is
/// tried equally often.
bool to_be_sent(const Delivery& delivery, bool retrying) {
  return delivery.state == DeliveryState::queued || (retrying && delivery.next_attempt_at);
}

/// What the recipients of the schedule get, and what those get to whom a person sent it.
struct Posts {
  Post& scheduled;
  Post& by_hand;
};

/// From `generated` on: sends what waits, one recipient after the other.
Ended deliver(Parts& parts, const Claim& claim, const Posts& posts) {
  const auto& policy = parts.settings().policy;
  const RetryRule rule{.retry_at = retry_at(parts, claim), .resend_unknown = policy.on_unknown == settings::OnUnknown::resend};
  auto deliveries = report_deliveries(parts, claim);
  const bool retrying = std::any_of(deliveries.begin(), deliveries.end(), [&](const Delivery& delivery) {
    return delivery.next_attempt_at && *delivery.next_attempt_at <= parts.now();
  });
  std::vector<Delivery*> order;
  for (auto& delivery : deliveries) {
    if (to_be_sent(delivery, retrying)) order.push_back(&delivery);
  }
  // Whoever was not tried because of somebody else comes first now.
  std::stable_sort(order.begin(), order.end(), [](const Delivery* a, const Delivery* b) { return a->attempts < b->attempts; });
  std::optional<DeliveryOutcome> last;
  for (auto* delivery : order) {
    if (last) store::record_outcome(parts.state(), claim, *last, parts.moment());
    last.reset();
    last = hand_over(parts, claim, delivery->by_hand ? posts.by_hand : posts.scheduled, *delivery, rule);
    apply(*last, *delivery);
  }
  return settle(parts, claim, deliveries, last);
}

/// Of a run whose file was stored before: it is looked at, also where only a link to it is sent.
Ended deliver_again(Parts& parts, const Claim& claim) {
  const auto& run = claim.run;
  const auto file = parts.artifacts().get(run.artifact_sha256, run.bytes);
  const ReportFile report{
      .run_id = run.id, .format = run.format, .sha256 = run.artifact_sha256, .bytes = run.bytes.value_or(0), .fd = file.get()};
  const auto facts = facts_from_json(store::mail_facts(parts.state(), run.id));
  Post scheduled(parts, facts, report), by_hand(parts, facts_by_hand(facts), report);
  return deliver(parts, claim, {scheduled, by_hand});
}

/// None where they are not kept any more.
std::optional<MailFacts> facts_of_run(Parts& parts, const std::string& run_id) {
  const auto facts = store::mail_facts(parts.state(), run_id);
  return facts.empty() ? std::nullopt : std::optional(facts_from_json(facts));
}

/// A test goes where a person said; occurrences leave out who does not want them any more.
std::vector<Mailbox> recipients_of(Parts& parts, const Claim& claim) {
  if (!is_occurrence(claim.run)) return claim.schedule.definition.recipients;
  return store::allowed_recipients(parts.state(), claim.schedule);
}

validation::Violation nobody_left(const Claim& claim) {
  return {.code = validation::Code::recipient_required,
          .field = "to",
          .message = "every recipient has unsubscribed or is suppressed",
          .hint = fmt::format("reportctl recipient list; then schedule edit {0} --to ADDRESS, or schedule pause {0}",
                              claim.run.schedule_name)};
}

/// From `triggered` on: makes the report and queues its messages.
Ended produce(Parts& parts, const Claim& claim) {
  const auto slot = claim.run.slot.value_or(claim.run.created_at);
  auto planned = plan_schedule(parts, claim.schedule, slot);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return end_rejected(parts, claim, rejection->violations);
  const auto& plan = std::get<RunPlan>(planned);
  const auto recipients = recipients_of(parts, claim);
  if (recipients.empty() && !claim.schedule.definition.recipients.empty())
    return end_rejected(parts, claim, {nobody_left(claim)});
  const auto made = make_stored_file(parts, plan, {.purpose = Purpose::mail});
  const auto& file = made.file;

  store::Generated generated;
  record_file(generated, plan, file);
  generated.format = plan.resolved.format;
  generated.events = {report_generated(claim.schedule, file.rows)};
  auto facts = facts_of(parts, plan, made, claim.schedule, claim.run.id);
  if (!claim.run.corrects.empty()) mark_as_correction(facts, facts_of_run(parts, claim.run.corrects));
  Post post(
      parts, std::move(facts),
      {.run_id = claim.run.id, .format = generated.format, .sha256 = file.sha256, .bytes = file.bytes, .fd = made.spool.fd()});
  const bool skip = file.rows == 0 && policy_of(parts, claim.schedule.definition).no_data == schedule::NoData::skip;
  if (!skip) generated.deliveries = post.queue(recipients, parts.moment());
  generated.mail = to_json(post.facts());
  store::record_generated(parts.state(), claim, generated, parts.moment());
  auto now_generated = claim;
  now_generated.run.state = RunState::generated;
  now_generated.run.attempts = 0;
  now_generated.run.timezone = generated.timezone;
  now_generated.run.period = generated.period;
  if (!skip) return deliver(parts, now_generated, {post, post});
  store::Finish finish;
  finish.state = RunState::no_data;
  finish.reason = "no data in the period; this schedule skips the mail then";
  return end(parts, now_generated, std::move(finish), {});
}

bool has_ended(Parts& parts, const Claim& claim) {
  return store::is_finished(store::get_run(parts.state(), claim.run.id, store::Sight()).state);
}

/// A source or a place for files that fails may work again in a moment; configuration does not mend itself.
bool may_pass(const Error& error) {
  return error.kind() == ErrorKind::source || error.kind() == ErrorKind::output || error.kind() == ErrorKind::deferred;
}

/// A stop gives the run back at once; anything else that only concerns this run is tried again, or becomes its recorded end.
template <typename Work>
Ended guarded(Parts& parts, const Claim& claim, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    // One that ended already stays ours, so that the next run-due tells how.
    if (error.kind() == ErrorKind::interrupted && !has_ended(parts, claim)) store::release(parts.state(), claim);
    if (concerns_the_process(error)) throw;
    const auto until = may_pass(error) ? retry_at(parts, claim) : std::nullopt;
    if (until) return wait(parts, claim, *until, error.what());
    return end_failed(parts, claim, error.what());
  } catch (const std::bad_alloc&) {
    return end_failed(parts, claim, "there is not enough memory");
  } catch (const std::exception& error) {
    log(LogLevel::error, fmt::format("run {}: internal error: {}", claim.run.id, error.what()));
    return end_failed(parts, claim, "internal error; the log of run-due has more");
  }
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

Ended run_one(Parts& parts, const Claim& claim) {
  return guarded(parts, claim,
                 [&] { return claim.run.state == RunState::triggered ? produce(parts, claim) : deliver_again(parts, claim); });
}

Ended run_and_release(Parts& parts, const Claim& claim) {
  auto ended = run_one(parts, claim);
  if (!ended.deferred) store::release(parts.state(), claim);
  return ended;
}

Ended give_up(Parts& parts, const Claim& claim) {
  return guarded(parts, claim, [&] { return end_failed(parts, claim, hopeless_reason(claim.run.resumed)); });
}

}  // namespace reportctl::run
