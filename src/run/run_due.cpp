// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/run_due.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <set>

#include "attempts.hpp"
#include "due_slots.hpp"
#include "events.hpp"
#include "notify.hpp"
#include "one_by_one.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/run/export.hpp"
#include "reportctl/run/heartbeat.hpp"
#include "reportctl/run/retention.hpp"
#include "reportctl/run/webhooks.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/moment.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "resume.hpp"
#include "run_end.hpp"
#include "run_one.hpp"

namespace reportctl::run {
namespace {

constexpr int kBatch = 64;
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
Waiting what_waits(store::State& state, Instant now) {
  const store::Moment moment(state);
  const auto last = state.fact(kLastRunDue);
  return {.last = last ? parse_instant(*last) : std::nullopt,
          .work = store::anything_due(state, now) || prune_is_due(state, now)};
}

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

template <typename Work>
void unless_taken(const std::string& run_id, Work work) {
  try {
    work();
  } catch (const store::FenceLost&) {
    log(LogLevel::notice, fmt::format("run {} belongs to another process now", run_id));
  }
}

void tell_end(const store::Run& run, const Ended& ended, const Tell& tell) {
  if (run.trigger == store::Trigger::part)  // its occurrence tells of it
    return log(LogLevel::info, fmt::format("{}/{}, part {}: {}", run.account, run.schedule_name, run.part,
                                           ended.deferred ? "deferred" : store::run_state_name(ended.state)));
  if (ended.deferred ? ended.state != store::RunState::waiting : store::is_finished(ended.state)) tell(ended);
}

/// Owners and admins who could not be told when a run ended.
void tell_again(Parts& parts, const std::vector<store::Claim>& finished) {
  const auto release_all = [&] {
    for (const auto& claim : finished) unless_taken(claim.run.id, [&] { store::release(parts.state(), claim); });
  };
  try {
    if (!finished.empty()) unless_taken(finished.front().run.id, [&] { send_notifications(parts, finished); });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) release_all();
    throw;
  }
  release_all();
}

/// Of those that have their slot, the first is the oldest. Parts are walked in an order of each process's own, so that several
/// seldom meet.
std::vector<store::Run> in_turn(std::vector<store::Run> runs) {
  const auto parts = std::stable_partition(runs.begin(), runs.end(), [](const auto& run) { return run.parent.empty(); });
  std::minstd_rand random(std::random_device{}());
  std::shuffle(parts, runs.end(), random);
  return runs;
}

}  // namespace

void work_on(Parts& parts, const store::Claim& claim, const Tell& tell) {
  unless_taken(claim.run.id, [&] {
    const auto ended = is_hopeless(claim.run.resumed) ? give_up(parts, claim) : run_one(parts, claim);
    tell_end(claim.run, ended, tell);
    if (!ended.deferred && !ended.released) store::release(parts.state(), claim);
  });
}

namespace {

struct TakenOver {
  std::optional<store::Claim> claim;
};
TakenOver take_over(Parts& parts, const store::Run& run) {
  return {store::take_over(parts.state(), {.run_id = run.id,
                                           .fence = run.fence,
                                           .owner = parts.self(),
                                           .lease_until = parts.now() + kLease,
                                           .now = parts.moment(),
                                           .counts = run.interrupted && !store::is_finished(run.state)})};
}

/// Takes up the wanted ones of what waits for someone, once each, and what that brings about, until nothing is left.
void resume(Parts& parts, const std::function<bool(const store::Run&)>& wanted, const Tell& tell) {
  std::vector<store::Claim> finished;
  std::set<std::string> seen;
  for (bool more = true; more;) {
    auto runs = in_turn(store::runs_to_resume(parts.state(), parts.now()));
    std::erase_if(runs, [&](const auto& run) { return !wanted(run) || !seen.insert(run.id).second; });
    more = !runs.empty();
    OneByOne<store::Run, TakenOver> all(parts, runs, take_over);
    while (const auto next = all.next()) {
      const auto& [run, taken] = *next;
      const auto& claim = taken.claim;
      if (!claim) continue;
      if (!store::is_finished(claim->run.state)) {
        work_on(parts, *claim, tell);
        continue;
      }
      if (run->interrupted) tell_end(claim->run, ended_as(claim->run), tell);
      finished.push_back(*claim);
    }
  }
  tell_again(parts, finished);
}

}  // namespace

void resume_parts(Parts& parts, const std::string& run_id, const Tell& tell) {
  resume(
      parts, [&](const store::Run& run) { return run.parent == run_id || run.id == run_id; }, tell);
}

namespace {

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

struct TakenDue : store::Claimed {
  std::optional<schedule::Schedule> schedule;
  Slots slots;
};
TakenDue take_due(Parts& parts, const store::Due& due) {
  TakenDue taken;
  taken.schedule = store::find_schedule(parts.state(), due.schedule_id);
  if (!taken.schedule) return taken;
  taken.slots = slots_of(parts, *taken.schedule, due.next_run_at);
  const auto& slots = taken.slots;
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
  request.begins = slots.begins;
  if (slots.slot) request.events = {run_triggered(*taken.schedule, parts.moment())};
  static_cast<store::Claimed&>(taken) = store::claim_due(parts.state(), request);
  return taken;
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
    auto due = shuffled(store::due_schedules(parts.state(), parts.now(), kBatch));
    std::erase_if(due, [&](const auto& one) { return !tried.emplace(one.schedule_id, one.next_run_at).second; });
    if (due.empty()) return;
    OneByOne<store::Due, TakenDue> all(parts, due, take_due);
    while (const auto next = all.next()) {
      const auto& taken = next->second;
      if (taken.result == store::ClaimResult::busy) return;  // policy.max_running is reached: nothing more can be claimed now
      if (taken.result == store::ClaimResult::lost) continue;
      tell_skipped(*taken.schedule, taken.slots, tell);
      if (taken.claim) work_on(parts, *taken.claim, tell);
    }
  }
}

}  // namespace

Tick look_for_work(store::State& state, const DueOptions& options, Instant now) {
  if (options.accept_clock && clock_is_replaced()) {
    throw Error(ErrorKind::usage, "--accept-clock is about the clock of this host, and REPORTCTL_NOW replaces it", "unset it");
  }
  store::require_own(state);
  const auto waiting = what_waits(state, now);
  refuse_leap(waiting.last, now, state.path(), options.accept_clock);
  beat(state.path(), now);
  const bool is_old = !waiting.last || now - *waiting.last >= kHeartbeatEvery;
  if (is_old) state.set_fact(kLastRunDue, format_utc(now));
  return waiting.work ? Tick::work : is_old ? Tick::beat : Tick::idle;
}

void run_due(Parts& parts, const DueOptions& options, DueResult& result) {
  if (look_for_work(parts.state(), options, parts.now()) != Tick::work) return;
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

}  // namespace reportctl::run
