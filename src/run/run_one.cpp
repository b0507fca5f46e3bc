// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_one.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "attempts.hpp"
#include "condition.hpp"
#include "courier.hpp"
#include "due_slots.hpp"
#include "events.hpp"
#include "letter.hpp"
#include "part_run.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/run/preview.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/suppressions.hpp"
#include "run_end.hpp"

namespace reportctl::run {
namespace {

using store::Claim;
using store::Delivery;
using store::DeliveryState;
using store::RunState;

bool concerns_the_process(const Error& error) {
  return ends_process(error.kind()) || dynamic_cast<const store::FenceLost*>(&error) != nullptr;
}

/// Tests, and what a person has made, are sent whatever the condition is.
bool has_condition(const Claim& claim) {
  const auto trigger = claim.run.trigger;
  return (trigger == store::Trigger::scheduled || trigger == store::Trigger::part) && claim.schedule.definition.send.given();
}

/// An occurrence that is divided into parts, each a run of its own.
bool has_parts(const Claim& claim) { return claim.run.parent.empty() && claim.schedule.definition.parts.given(); }

/// Nothing is left of it but to be recorded.
bool have_parts_ended(const Claim& claim) { return has_parts(claim) && claim.run.state == RunState::generated; }

/// Does something still go to the schedule's recipients? What a person sends by hand is theirs to answer for.
bool waits_for_recipients(const std::vector<Delivery>& deliveries) {
  return std::any_of(deliveries.begin(), deliveries.end(), [](const Delivery& delivery) {
    return !delivery.by_hand && (delivery.state == DeliveryState::queued || delivery.next_attempt_at);
  });
}

/// Of a run whose file was stored before: it is looked at, also where only a link to it is sent. Rights may have ended since.
Ended deliver_again(Parts& parts, const Claim& claim) {
  const auto& run = claim.run;
  auto deliveries = report_deliveries(parts, claim);
  if (deliveries.empty()) return end_unsent(parts, claim);
  if (is_occurrence(run) && waits_for_recipients(deliveries)) {
    const auto broken = no_longer_allowed(parts, claim.schedule, run.slot.value_or(run.created_at));
    if (!broken.empty()) return end_failed(parts, claim, validation::describe(broken));
  }
  const auto fetched = fetch_files(parts, run);
  const auto facts = facts_from_json(store::mail_facts(parts.state(), run.id));
  Post scheduled(parts, facts, run.id, fetched.files), by_hand(parts, facts_by_hand(facts), run.id, fetched.files);
  return settle(parts, claim, deliver(parts, claim, {scheduled, by_hand}, std::move(deliveries)));
}

/// None where they are not kept any more.
std::optional<MailFacts> facts_of_run(Parts& parts, const std::string& run_id) {
  const auto facts = store::mail_facts(parts.state(), run_id);
  return facts.empty() ? std::nullopt : std::optional(facts_from_json(facts));
}

/// A test goes where a person said; occurrences leave out who does not want them any more.
std::vector<Mailbox> recipients_of(Parts& parts, const Claim& claim) {
  if (!is_occurrence(claim.run)) return claim.schedule.definition.recipients.mailboxes;
  return store::allowed_recipients(parts.state(), claim.schedule);
}

validation::Violation nobody_left(const Claim& claim) {
  return {.code = validation::Code::recipient_required,
          .field = "to",
          .message = "every recipient has unsubscribed or is suppressed",
          .hint = fmt::format("reportctl recipient list; then schedule edit {0} --to ADDRESS, or schedule pause {0}",
                              claim.run.schedule_name)};
}

/// The condition of an occurrence is decided once, about the rows of its file.
std::optional<Judgement> judgement_of(Parts& parts, const Claim& claim, const RunPlan& plan, const MadeFile& made) {
  const auto& definition = claim.schedule.definition;
  if (!has_condition(claim)) return std::nullopt;
  return decide({.definition = definition,
                 .shape = *plan.shape,
                 .measured = made.measured,
                 .watch = store::watch_of(parts.state(), claim.run.schedule_id, claim.run.part),
                 .slot = *claim.run.slot,
                 .zone = plan.zone});
}

/// What the mail of this run says besides the report.
void mark(Parts& parts, const Claim& claim, const RunPlan& plan, const std::optional<Judgement>& judgement, MailFacts& facts) {
  const auto& run = claim.run;
  if (run.wait_until && !run.data_until) mark_as_late(facts, facts.report.language.minute_with_zone(*run.wait_until, plan.zone));
  if (judgement) mark_as_decided(facts, *judgement, claim.schedule.definition);
  if (!run.corrects.empty()) mark_as_correction(facts, facts_of_run(parts, run.corrects));
}

/// What the messages carry, from the files that were just made.
std::vector<ReportFile> made_files(const StoredFile& made) {
  std::vector<ReportFile> files;
  for (std::size_t i = 0; i < made.files.size(); ++i) files.push_back({made.files[i], made.spools[i].fd()});
  return files;
}

/// A report that took its time is not made again because a mail server kept this process waiting until it died, and what lies at
/// a destination half-written has its row. Any other is recorded with the step that follows: one wait for the disk less.
void record(Parts& parts, const Claim& claim, store::Generated generated) {
  constexpr std::int64_t kQuick = 1000;  // milliseconds
  const bool mails_only = std::all_of(generated.deliveries.begin(), generated.deliveries.end(),
                                      [](const auto& delivery) { return delivery.recipient.has_value(); });
  if (generated.generation_ms < kQuick && mails_only)
    store::record_generated_with_next(parts.state(), claim, std::move(generated), parts.moment());
  else
    store::record_generated(parts.state(), claim, generated, parts.moment());
}

/// From `triggered` on: makes the report and queues its messages.
Ended produce(Parts& parts, const Claim& claim) {
  const auto slot = claim.run.slot.value_or(claim.run.created_at);
  auto planned = plan_schedule(parts, claim.schedule, slot);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) return end_rejected(parts, claim, rejection->violations);
  const auto& plan = std::get<RunPlan>(planned);
  const auto recipients = recipients_of(parts, claim);
  if (recipients.empty() && plan.places.empty() && !claim.schedule.definition.recipients.empty())
    return end_rejected(parts, claim, {nobody_left(claim)});
  const auto made = make_stored_file(
      parts, plan, {.purpose = Purpose::mail, .condition = has_condition(claim) ? &claim.schedule.definition.send : nullptr});
  const auto& file = made.file;

  store::Generated generated;
  record_file(generated, plan, file);
  generated.format = plan.resolved.format;
  generated.more_files.assign(made.files.begin() + 1, made.files.end());
  generated.events = {run_event("ScheduledReportGenerated", claim.schedule,
                                {{"reportType", claim.schedule.definition.report}, {"rowCount", file.rows}})};
  const auto judgement = judgement_of(parts, claim, plan, made);
  if (judgement) generated.decision = *judgement;
  auto facts = facts_of(parts, plan, made, claim.schedule, claim.run.id);
  mark(parts, claim, plan, judgement, facts);
  Post post(parts, std::move(facts), claim.run.id, made_files(made));
  const bool is_empty = std::all_of(made.files.begin(), made.files.end(), [](const auto& one) { return one.rows == 0; });
  const bool skip = generated.decision
                        ? generated.decision->verdict == store::Decision::Verdict::quiet
                        : is_empty && policy_of(parts, claim.schedule.definition).no_data == schedule::NoData::skip;
  if (!skip) {
    generated.deliveries = post.queue({.mailboxes = recipients, .places = plan.places}, parts.moment());
  }
  generated.mail = to_json(post.facts());
  auto queued = store::as_queued(claim, generated.deliveries);
  auto now_generated = claim;
  now_generated.run.state = RunState::generated;
  now_generated.run.attempts = 0;
  now_generated.run.timezone = generated.timezone;
  now_generated.run.period = generated.period;
  now_generated.run.decision = generated.decision;
  record(parts, claim, std::move(generated));
  if (skip) return end_unsent(parts, now_generated);
  return settle(parts, now_generated, deliver(parts, now_generated, {post, post}, std::move(queued)));
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
  const auto again_or_failed = [&](const std::string& why, bool passes) {
    constexpr int kRecording = 5;
    const auto until = have_parts_ended(claim) ? next_attempt(parts.now(), claim.run.attempts + 1, kRecording)
                       : passes                ? retry_at(parts, claim)
                                               : std::nullopt;
    return until ? put_off(parts, claim, {.until = *until, .reason = why}) : end_failed(parts, claim, why);
  };
  try {
    return work();
  } catch (const Error& error) {
    // One that ended already stays ours, so that the next run-due tells how.
    if (error.kind() == ErrorKind::interrupted && !has_ended(parts, claim)) store::release(parts.state(), claim);
    if (concerns_the_process(error)) throw;
    return again_or_failed(error.what(), may_pass(error));
  } catch (const std::bad_alloc&) {
    return again_or_failed("there is not enough memory", false);
  } catch (const std::exception& error) {
    log(LogLevel::error, fmt::format("run {}: internal error: {}", claim.run.id, error.what()));
    return again_or_failed("internal error; the log of run-due has more", false);
  }
}

/// How a look at the data of a run that waits turned out; the plan breaks rules, or the source said something.
struct Look {
  std::optional<validation::Violations> broken = std::nullopt;
  Readiness seen = {};
  std::string error = {};  ///< the source could not be asked
};

Look look_at_data(Parts& parts, const Claim& claim) {
  try {
    const auto slot = *claim.run.slot;
    const auto planned = plan_schedule(parts, claim.schedule, slot);
    if (const auto* rejection = std::get_if<Rejection>(&planned)) return {.broken = rejection->violations};
    return {.seen = readiness_of(parts, std::get<RunPlan>(planned), slot)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source) throw;
    return {.error = error.what()};
  }
}

/// From `waiting` on: one look, after which the run goes on as `ready`, waits or ends. Nothing of a source that cannot be asked
/// looks like late data, and nothing is sent because of it.
Ended await_data(Parts& parts, const Claim& claim, std::optional<Claim>& ready) {
  constexpr auto kUntilNextLook = std::chrono::minutes(5);
  const auto look = look_at_data(parts, claim);
  if (look.broken) return end_rejected(parts, claim, *look.broken);
  const auto deadline = *claim.run.wait_until;
  const auto go_on = [&](const std::optional<Instant>& data_until) {
    store::record_ready(parts.state(), claim, data_until);
    ready = claim;
    ready->run.state = RunState::triggered;
    ready->run.data_until = data_until;
    return Ended{};
  };
  if (look.seen.is_ready) return go_on(look.seen.data_until);
  const bool failed = !look.error.empty();
  if (parts.now() >= deadline) {
    if (failed) return end_failed(parts, claim, "whether the data are complete could not be asked: " + look.error);
    if (claim.schedule.definition.late == schedule::Late::send) return go_on(std::nullopt);
    return end_failed(parts, claim, fmt::format("data_not_ready: not complete by {}; {}", format_utc(deadline), look.seen.words));
  }
  const auto until = std::min<Instant>(parts.now() + kUntilNextLook, deadline);
  return put_off(parts, claim,
                 {.until = until, .reason = failed ? look.error : look.seen.words, .after = store::Wait::After::look});
}

}  // namespace

Ended run_one(Parts& parts, const Claim& claim) {
  if (has_parts(claim))
    return guarded(parts, claim,
                   [&] { return claim.run.state == RunState::generated ? end_divided(parts, claim) : divide(parts, claim); });
  if (claim.run.state == RunState::generated) return guarded(parts, claim, [&] { return deliver_again(parts, claim); });
  if (claim.run.state == RunState::triggered) return guarded(parts, claim, [&] { return produce(parts, claim); });
  std::optional<Claim> ready;
  const auto ended = guarded(parts, claim, [&] { return await_data(parts, claim, ready); });
  return ready ? guarded(parts, *ready, [&] { return produce(parts, *ready); }) : ended;
}

Ended run_and_release(Parts& parts, const Claim& claim) {
  auto ended = run_one(parts, claim);
  if (!ended.deferred && !ended.released) store::release(parts.state(), claim);
  return ended;
}

Ended give_up(Parts& parts, const Claim& claim) {
  return guarded(parts, claim, [&] { return end_failed(parts, claim, hopeless_reason(claim.run.resumed)); });
}

}  // namespace reportctl::run
