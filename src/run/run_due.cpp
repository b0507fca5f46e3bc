// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/run_due.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <set>
#include <tuple>

#include "acting.hpp"
#include "attempts.hpp"
#include "due_slots.hpp"
#include "events.hpp"
#include "policy.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/export.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/retention.hpp"
#include "reportctl/run/webhooks.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/schedules.hpp"
#include "resume.hpp"

namespace reportctl::run {
namespace {

constexpr int kBatch = 64;
constexpr int kMostPlanned = 100000;

/// Old things that stay are no reason for a run-due to fail; they are told.
void prune_once_a_day(Parts& parts, DueResult& result) {
  try {
    const auto pruned = prune_daily(parts);
    if (pruned.any()) log(LogLevel::info, fmt::format("retention: {} files, {} bytes removed", pruned.files, pruned.bytes));
    if (pruned.limited)
      log(LogLevel::notice,
          "retention: more is older than the policy than two days' worth, which is as much as a day removes; look whether the "
          "clock and "
          "retention: are right; next: reportctl prune --dry-run");
    if (pruned.unknown > 0)
      result.errors.push_back(fmt::format(
          "retention: {} stored files are unknown to this state file, more than it knows; none of them was removed; next: "
          "reportctl prune --dry-run, and if they may go: reportctl prune --unknown-files",
          pruned.unknown));
  } catch (const Error& error) {
    if (ends_process(error.kind())) throw;
    result.errors.push_back(fmt::format("retention: {}", error.what()));
  }
}

/// Of the account; asked only where it decides.
std::string account_zone(Parts& parts, const schedule::Definition& definition) {
  if (!definition.timezone.empty()) return {};
  const auto account = store::find_account(parts.state(), definition.account);
  return account ? account->timezone : std::string();
}

void tell_skipped(const schedule::Schedule& schedule, const Slots& slots, const Tell& tell) {
  for (const auto& slot : slots.skipped) {
    Ended skipped;
    skipped.account = schedule.definition.account;
    skipped.schedule = schedule.definition.name;
    skipped.state = store::RunState::skipped;
    skipped.reason = fmt::format("{}: {}", format_utc(slot), slots.skip_reason);
    tell(skipped);
  }
}

/// False when policy.max_running is reached: nothing more can be claimed now.
bool claim_and_run(Parts& parts, const store::Due& due, const Tell& tell) {
  const auto schedule = store::find_schedule(parts.state(), due.schedule_id);
  if (!schedule) return true;
  const auto slots = choose_slots(*schedule, account_zone(parts, schedule->definition), policy_of(parts, schedule->definition),
                                  due.next_run_at, parts.now());
  store::ClaimRequest request;
  request.schedule_id = due.schedule_id;
  request.as_read = due.next_run_at;
  request.next = slots.next;
  request.slot = slots.slot;
  request.skipped = slots.skipped;
  request.skip_reason = slots.skip_reason;
  request.owner = parts.self();
  request.lease_until = parts.now() + kLease;
  request.now = parts.moment();
  request.max_running = parts.settings().policy.max_running;
  if (slots.slot) request.begins = begin_of(parts, *schedule, *slots.slot);
  if (slots.slot) request.events = {run_triggered(*schedule, parts.moment())};
  const auto claimed = store::claim_due(parts.state(), request);
  if (claimed.result == store::ClaimResult::busy) return false;
  if (claimed.result == store::ClaimResult::lost) return true;
  tell_skipped(*schedule, slots, tell);
  if (claimed.claim) work_on(parts, *claimed.claim, tell);
  return true;
}

/// Several processes read the same list; each walks it in an order of its own, so that they seldom meet.
std::vector<store::Due> shuffled(std::vector<store::Due> due) {
  std::minstd_rand random(std::random_device{}());
  std::shuffle(due.begin(), due.end(), random);
  return due;
}

void work_off(Parts& parts, const Tell& tell) {
  std::set<std::pair<std::string, Instant>> tried;
  while (true) {
    bool progress = false;
    for (const auto& due : shuffled(store::due_schedules(parts.state(), parts.now(), kBatch))) {
      throw_if_stopped();
      if (!tried.emplace(due.schedule_id, due.next_run_at).second) continue;
      progress = true;
      if (!claim_and_run(parts, due, tell)) return;
    }
    if (!progress) return;
  }
}

/// Of an occurrence with parts.
void plan_due_parts(Parts& parts, const schedule::Schedule& schedule, Instant slot, Planned& planned) {
  try {
    const auto plans = plan_parts(parts, schedule, slot);
    planned.problem = validation::describe(plans.broken);
    for (const auto& part : plans.parts)
      if (planned.problem.empty() && !part.broken.empty())
        planned.problem = fmt::format("part {}: {}", visible(part.key), validation::describe(part.broken));
    if (plans.broken.empty()) planned.recipients = {parts_words(plans)};
  } catch (const Error& error) {
    planned.problem = error.what();
  }
}

}  // namespace

void run_due(Parts& parts, const DueOptions& options, DueResult& result) {
  if (!work_waits(parts.state(), options, parts.now())) return;
  require_real_clock(parts.settings());
  const Tell tell = [&](const Ended& ended) {
    result.ended.push_back(ended);
    if (options.tell) options.tell(ended);
  };
  parts.take_turns(options.turns_file);
  acting(parts, [&] {
    resume(
        parts, [](const store::Run& run) { return run.parent.empty(); }, tell);
    work_off(parts, tell);
    resume(
        parts, [](const store::Run&) { return true; }, tell);  // parts, of which there may be thousands, are last
    result.config_problem = parts.broken_transport && parts.broken_transport->reason_class == "config";
    work_off_exports(parts, [&](const store::Export& job) {
      result.exports.push_back(job);
      if (options.tell_export) options.tell_export(job);
    });
    send_webhooks(parts);
    prune_once_a_day(parts, result);
  });
}

std::vector<Planned> plan_due(Parts& parts) {
  std::vector<Planned> result;
  for (const auto& due : store::due_schedules(parts.state(), parts.now(), kMostPlanned)) {
    const auto schedule = store::find_schedule(parts.state(), due.schedule_id);
    if (!schedule) continue;
    const auto zone = account_zone(parts, schedule->definition);
    const auto slots = choose_slots(*schedule, zone, policy_of(parts, schedule->definition), due.next_run_at, parts.now());
    Planned planned;
    planned.account = schedule->definition.account;
    planned.schedule = schedule->definition.name;
    planned.report = schedule->definition.report;
    planned.skipped = slots.skipped;
    planned.slot = slots.slot;
    planned.next = slots.next;
    planned.timezone = schedule::effective_timezone(schedule->definition, zone);
    planned.recipients = schedule->definition.recipients.texts();
    if (slots.slot && schedule->definition.parts.given()) {
      plan_due_parts(parts, *schedule, *slots.slot, planned);
    } else if (slots.slot) {
      try {
        const auto outcome = plan_schedule(parts, *schedule, *slots.slot);
        if (const auto* rejection = std::get_if<Rejection>(&outcome))
          planned.problem = validation::describe(rejection->violations);
        if (const auto* plan = std::get_if<RunPlan>(&outcome)) planned.period = schedule::describe(plan->window);
      } catch (const Error& error) {
        planned.problem = error.what();
      }
    }
    result.push_back(std::move(planned));
  }
  std::sort(result.begin(), result.end(), [](const Planned& a, const Planned& b) {
    return std::tie(a.slot, a.account, a.schedule) < std::tie(b.slot, b.account, b.schedule);
  });
  return result;
}

}  // namespace reportctl::run
