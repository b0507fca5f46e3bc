// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "attempts.hpp"
#include "notify.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/store/runs.hpp"
#include "run_end.hpp"
#include "run_one.hpp"

namespace reportctl::run {
namespace {

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

void resume(Parts& parts, const Wanted& wanted, const Tell& tell) {
  std::vector<store::Claim> finished;
  std::set<std::string> taken;
  for (bool more = true; more;) {
    more = false;
    for (const auto& run : in_turn(store::runs_to_resume(parts.state(), parts.now()))) {
      if (!wanted(run) || !taken.insert(run.id).second) continue;
      throw_if_stopped();
      more = true;
      const auto claim = store::take_over(parts.state(), {.run_id = run.id,
                                                          .fence = run.fence,
                                                          .owner = parts.self(),
                                                          .lease_until = parts.now() + kLease,
                                                          .now = parts.moment(),
                                                          .counts = run.interrupted && !store::is_finished(run.state)});
      if (!claim) continue;
      if (!store::is_finished(claim->run.state)) {
        work_on(parts, *claim, tell);
        continue;
      }
      if (run.interrupted) tell_end(claim->run, ended_as(claim->run), tell);
      finished.push_back(*claim);
    }
  }
  tell_again(parts, finished);
}

void resume_parts(Parts& parts, const std::string& run_id, const Tell& tell) {
  resume(
      parts, [&](const store::Run& run) { return run.parent == run_id || run.id == run_id; }, tell);
}

}  // namespace reportctl::run
