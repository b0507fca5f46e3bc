// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/by_hand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "attempts.hpp"
#include "due_slots.hpp"
#include "events.hpp"
#include "part_run.hpp"
#include "post.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/part_runs.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/suppressions.hpp"
#include "reportctl/validation/refusal.hpp"
#include "resume.hpp"
#include "run_end.hpp"
#include "run_one.hpp"

namespace reportctl::run {
namespace {

using store::DeliveryState;

/// Asked before anything is begun.
void require_sendable(Parts& parts) {
  parts.require_own();
  require_real_clock(parts.settings());
}

std::vector<DeliveryState> states_of(ResendOnly only) {
  switch (only) {
    case ResendOnly::failed:
      return {DeliveryState::refused, DeliveryState::deferred, DeliveryState::queued};  // queued: the run was given up before
    case ResendOnly::unknown:
      return {DeliveryState::unknown};
    case ResendOnly::all:
      break;
  }
  return {DeliveryState::accepted, DeliveryState::refused, DeliveryState::deferred, DeliveryState::unknown,
          DeliveryState::queued};
}

struct Deed {
  std::string event, actor;
};
store::Reopening reopening(Parts& parts, const store::Run& run, const Deed& deed) {
  return {
      .run_id = run.id,
      .owner = parts.self(),
      .lease_until = parts.now() + kLease,
      .now = parts.moment(),
      .events = {
          {.name = deed.event, .account = run.account, .subject = run.id, .actor = deed.actor, .payload = R"({"run":"$run"})"}}};
}

std::vector<store::NewDelivery> queued_by_hand(Parts& parts, const store::Run& run, const std::vector<Mailbox>& to,
                                               const FetchedFiles& fetched) {
  if (to.empty() || fetched.files.empty()) return {};
  Post post(parts, facts_by_hand(facts_from_json(store::mail_facts(parts.state(), run.id))), run.id, fetched.files);
  auto messages = post.queue({.mailboxes = to, .places = {}}, parts.moment());
  for (auto& message : messages) message.by_hand = true;
  return messages;
}

bool wants_it_no_more(Parts& parts, const store::Run& run, const Mailbox& recipient) {
  return store::is_suppressed(parts.state(), run.account, run.schedule_id, recipient.address.normalized());
}

/// Who said that he does not want it gets it from nobody's hand either.
void require_wanted(Parts& parts, const store::Run& run, const std::vector<Mailbox>& to) {
  for (const auto& recipient : to) {
    if (!wants_it_no_more(parts, run, recipient)) continue;
    const auto& address = recipient.address.str();
    throw Error(ErrorKind::conflict, fmt::format("{} has unsubscribed or is suppressed", address),
                fmt::format("leave it out; where it is wanted again: reportctl recipient allow {}", address));
  }
}

/// Everybody to whom the report was to go, but those who do not want it any more; and the places of the schedule.
schedule::Recipients recipients_of(Parts& parts, const store::Run& run) {
  schedule::Recipients recipients;
  recipients.places = store::schedule_of_run(parts.state(), run.id).definition.recipients.places;
  for (const auto& delivery : store::list_deliveries(parts.state(), run.id))
    if (!delivery.notification && delivery.recipient && !wants_it_no_more(parts, run, *delivery.recipient))
      recipients.mailboxes.push_back(*delivery.recipient);
  if (recipients.empty())
    throw Error(ErrorKind::conflict, fmt::format("nobody is left of whom run {} was sent to", run.id),
                "name the recipients with --to");
  return recipients;
}

Ended ended_or_waiting(Parts& parts, const std::string& run_id) {
  auto ended = ended_as(store::get_run(parts.state(), run_id, store::Sight()));
  ended.deferred = !store::is_finished(ended.state);
  return ended;
}

/// Those whose time has come.
Ended work_parts_now(Parts& parts, const std::string& run_id) {
  std::optional<Ended> told;
  resume_parts(parts, run_id, [&](const Ended& one) { told = one; });
  if (told && !told->deferred) return *told;
  auto ended = ended_or_waiting(parts, run_id);
  if (ended.deferred) ended.reason = "some of its parts wait for their time, their data or another attempt";
  return ended;
}

/// Rejected parts of one occurrence. They sent nothing, so that what their rows say now reaches nobody twice; the list is asked
/// for the first of them.
class RejectedParts {
 public:
  RejectedParts(Parts& parts, std::string run_id) : parts_(parts), run_id_(std::move(run_id)) {}

  /// None: its row is still wrong, gone or without an address.
  std::optional<store::RowNow> row_of(const std::string& key) {
    if (!now_) now_ = rows_now(parts_, store::get_run(parts_.state(), run_id_, store::Sight()));
    append(broken_, std::exchange(now_->broken, {}));
    const auto found = now_->rows.find(key);
    if (found == now_->rows.end()) return std::nullopt;
    auto& part = found->second;
    append(broken_, part.broken);
    if (!part.broken.empty() || !part.has_address) return std::nullopt;
    return store::RowNow{part.slot, part.schedule.begins, std::move(part.schedule.definition)};
  }
  [[nodiscard]] const validation::Violations& broken() const { return broken_; }

 private:
  Parts& parts_;
  std::string run_id_;
  std::optional<RowsNow> now_;
  validation::Violations broken_;
};

/// What is to be done again of one part: its mails, or where it made no file all of it. None: nothing.
std::optional<store::Claim> reopen_part(Parts& parts, const store::Run& part, const Resend& wanted, RejectedParts& rejected,
                                        const std::string& actor) {
  if (!store::is_finished(part.state) || part.file_pruned_at) return std::nullopt;
  if (!part.artifact_sha256.empty())
    return store::reopen_for_resend(
        parts.state(),
        {reopening(parts, part, {"RunResent", actor}), states_of(wanted.only), wanted.as == ResendAs::new_message, {}});
  const auto request = reopening(parts, part, {"RunRetried", actor});
  if (part.state == store::RunState::rejected && wanted.only == ResendOnly::failed) {
    const auto row = rejected.row_of(part.part);
    return row ? std::optional(store::reopen_for_retry(parts.state(), request, *row)) : std::nullopt;
  }
  const bool failed = part.state == store::RunState::failed;
  const bool in_doubt = part.state == store::RunState::unknown;  // since the state file was restored
  const bool chosen = (failed && wanted.only == ResendOnly::failed) || (in_doubt && wanted.only == ResendOnly::unknown);
  if (!chosen || !store::run_definition(parts.state(), part)) return std::nullopt;
  return store::reopen_for_retry(parts.state(), request);
}

/// A part whose time has not come by its row as it is now waits for it.
void work_on_part(Parts& parts, const store::Claim& claim) {
  if (claim.run.slot > parts.now())
    put_off(parts, claim, {.until = *claim.run.slot, .reason = "its time has not come", .after = store::Wait::After::look});
  else
    work_on(parts, claim, [](const Ended&) {});
}

/// All are taken first, so that the occurrence does not end before the last of them.
Ended work_on_parts(Parts& parts, const std::string& run_id, const std::vector<store::Run>& chosen, const Resend& wanted,
                    const std::string& actor) {
  RejectedParts rejected(parts, run_id);
  std::vector<store::Claim> claims;
  for (const auto& part : chosen)
    if (auto claim = reopen_part(parts, part, wanted, rejected, actor)) claims.push_back(std::move(*claim));
  if (claims.empty() && !rejected.broken().empty())
    throw validation::Refusal(fmt::format("no part of run {} can be made as its list is now", run_id), rejected.broken());
  if (claims.empty())
    throw Error(
        ErrorKind::conflict, "no part of this run matches",
        fmt::format(
            "reportctl runs show {} says why; a part whose row is gone from the list, or has no address there, is not made",
            run_id));
  return acting(parts, [&] {
    for (const auto& claim : claims) work_on_part(parts, claim);
    return work_parts_now(parts, run_id);
  });
}

Ended resend_parts(Parts& parts, const store::Run& run, const Resend& wanted, const std::string& actor) {
  if (!wanted.to.empty())
    throw Error(ErrorKind::conflict, fmt::format("run {} has parts, each with its own file", run.id),
                fmt::format("name the part: reportctl runs list --parts --schedule {}", shell_word(run.schedule_name)));
  return work_on_parts(parts, run.id, store::list_runs(parts.state(), {.parent = run.id, .limit = 0}), wanted, actor);
}

bool is_divided(Parts& parts, const store::Run& run) { return !store::count_parts(parts.state(), run.id).empty(); }

/// A run that is resumed keeps its period, whatever ran meanwhile.
void fix_begin(Parts& parts, schedule::Schedule& schedule, Instant at) {
  if (schedule.definition.window == schedule::NamedRange::since_previous) schedule.begins = begin_of(parts, schedule, at);
}

/// A correction covers what it corrects. Broken rules are for the run itself to say.
void require_same_period(Parts& parts, const store::Run& run, const schedule::Schedule& schedule) {
  if (is_snapshot(parts, run.report))
    throw Error(ErrorKind::conflict,
                fmt::format("{} shows what is true when it is made, so it cannot be made for {} again", run.report,
                            run.period ? schedule::describe(*run.period) : "another day"),
                "`reportctl schedule test` sends what is true now");
  const auto planned = plan_schedule(parts, schedule, run.slot.value_or(run.created_at));
  const auto* plan = std::get_if<RunPlan>(&planned);
  if (plan == nullptr || !run.period || plan->window.period() == *run.period) return;
  throw Error(ErrorKind::conflict,
              fmt::format("the schedule has changed: its report would be for {} and not for {}", schedule::describe(plan->window),
                          schedule::describe(*run.period)),
              "`reportctl run` makes a report for any period");
}

/// To its end, with all its parts whose time has come; of a part, also the end of its occurrence.
Ended work_now(Parts& parts, const store::Claim& claim) {
  return acting(parts, [&] {
    const auto ended = run_and_release(parts, claim);
    if (!claim.run.parent.empty()) resume_parts(parts, claim.run.parent, [](const Ended&) {});
    if (ended.state != store::RunState::generated || ended.deferred) return ended;
    return work_parts_now(parts, claim.run.id);
  });
}

}  // namespace

Ended test_schedule(Parts& parts, const schedule::Schedule& schedule, const schedule::Recipients& to, const std::string& actor) {
  require_sendable(parts);
  auto triggered = run_triggered(schedule, parts.moment());
  triggered.name = "ScheduleTested";
  triggered.actor = actor;
  auto tested = schedule;
  tested.definition.recipients = to;
  fix_begin(parts, tested, parts.now());
  const auto claim = store::create_run(parts.state(), {.trigger = store::Trigger::test,
                                                       .account = schedule.definition.account,
                                                       .report = schedule.definition.report,
                                                       .schedule = tested,
                                                       .owner = parts.self(),
                                                       .lease_until = parts.now() + kLease,
                                                       .now = parts.moment(),
                                                       .events = {triggered}});
  return work_now(parts, claim);
}

Ended run_now(Parts& parts, const schedule::Schedule& schedule, const std::string& actor) {
  require_sendable(parts);
  auto triggered = run_triggered(schedule, parts.moment());
  triggered.actor = actor;
  auto extra = schedule;
  fix_begin(parts, extra, parts.now());
  const auto claim = store::create_run(parts.state(), {.trigger = store::Trigger::manual,
                                                       .account = schedule.definition.account,
                                                       .report = schedule.definition.report,
                                                       .schedule = extra,
                                                       .slot = parts.now(),
                                                       .beside = store::Beside::nothing,
                                                       .owner = parts.self(),
                                                       .lease_until = parts.now() + kLease,
                                                       .now = parts.moment(),
                                                       .events = {triggered}});
  return work_now(parts, claim);
}

Ended resend(Parts& parts, const store::Run& run, const Resend& wanted, const std::string& actor) {
  require_sendable(parts);
  if (is_divided(parts, run)) return resend_parts(parts, run, wanted, actor);
  require_wanted(parts, run, wanted.to);
  if (run.file_pruned_at) {
    throw Error(ErrorKind::not_found, fmt::format("the file of run {} was pruned at {}", run.id, format_utc(*run.file_pruned_at)),
                fmt::format("it can be made anew: reportctl runs resend {} --corrected", run.id));
  }
  // Asked before anything changes: without its files the run stays as it is.
  const auto fetched = fetch_files(parts, run);
  const auto states = wanted.to.empty() ? states_of(wanted.only) : std::vector<DeliveryState>();
  const auto claim = store::reopen_for_resend(
      parts.state(), {reopening(parts, run, {"RunResent", actor}), states, wanted.as == ResendAs::new_message,
                      queued_by_hand(parts, run, wanted.to, fetched)});
  if (!claim)
    throw Error(
        ErrorKind::conflict, fmt::format("no recipient of run {} matches", run.id),
        fmt::format("reportctl runs show {} shows every recipient; --only all sends it to all of them again, --to ADDRESS to "
                    "anybody",
                    run.id));
  return work_now(parts, *claim);
}

Ended correct(Parts& parts, const store::Run& run, const std::vector<Mailbox>& to, const std::string& actor) {
  require_sendable(parts);
  require_wanted(parts, run, to);
  if (!store::is_finished(run.state) || run.artifact_sha256.empty())
    throw Error(ErrorKind::conflict,
                fmt::format("run {} ({}) made no report that could be corrected", run.id, store::run_state_name(run.state)),
                fmt::format("reportctl runs retry {}", run.id));
  auto schedule = store::schedule_of_run(parts.state(), run.id);
  schedule.definition.recipients = to.empty() ? recipients_of(parts, run) : schedule::Recipients{.mailboxes = to, .places = {}};
  require_same_period(parts, run, schedule);
  const auto claim = store::create_run(
      parts.state(),
      {.trigger = store::Trigger::manual,
       .account = run.account,
       .report = run.report,
       .schedule = schedule,
       .slot = run.slot.value_or(run.created_at),
       .corrects = run.id,
       .owner = parts.self(),
       .lease_until = parts.now() + kLease,
       .now = parts.moment(),
       .events = {
           {.name = "RunCorrected", .account = run.account, .subject = run.id, .actor = actor, .payload = R"({"run":"$run"})"}}});
  return work_now(parts, claim);
}

Ended retry(Parts& parts, const store::Run& run, RetryUnknown unknown, const std::string& actor) {
  require_sendable(parts);
  if (is_divided(parts, run))
    return resend_parts(parts, run, {.only = unknown == RetryUnknown::yes ? ResendOnly::unknown : ResendOnly::failed}, actor);
  if (run.state == store::RunState::unknown && run.artifact_sha256.empty() && unknown == RetryUnknown::no)
    throw Error(
        ErrorKind::conflict, fmt::format("run {} may have been mailed: {}", run.id, run.reason),
        fmt::format("ask the recipients or look into the mail server's log; if nothing came: reportctl runs retry {} --unknown",
                    run.id));
  if (!run.parent.empty() && run.state == store::RunState::rejected) {
    work_on_parts(parts, run.parent, {run}, {}, actor);
    return ended_or_waiting(parts, run.id);
  }
  const auto claim = store::reopen_for_retry(parts.state(), reopening(parts, run, {"RunRetried", actor}));
  return work_now(parts, claim);
}

std::vector<store::Run> waiting_for_retry(Parts& parts, const std::vector<store::Run>& newest_first, RetryUnknown unknown) {
  std::vector<store::Run> waiting;
  std::set<std::string> seen;
  for (const auto& run : newest_first) {
    if (run.trigger != store::Trigger::scheduled) continue;
    const bool is_newest = seen.insert(run.schedule_id).second;
    const bool failed = run.state == store::RunState::failed || run.state == store::RunState::rejected ||
                        (run.state == store::RunState::unknown && unknown == RetryUnknown::yes);
    const bool put_off = run.state == store::RunState::triggered && run.resume_at;
    if (!run.artifact_sha256.empty() || !(failed || put_off)) continue;
    if (is_newest || !is_snapshot(parts, run.report)) waiting.push_back(run);
  }
  std::reverse(waiting.begin(), waiting.end());
  return waiting;
}

}  // namespace reportctl::run
