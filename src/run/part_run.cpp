// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "part_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events.hpp"
#include "plan_checks.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/store/part_runs.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "run_end.hpp"

namespace reportctl::run {
namespace {

using store::Claim;
using store::RunState;

/// Of an extra run by hand: whatever the clock of its zone says, the data and the condition.
void send_at_once(PartPlan& part, Instant slot) {
  part.slot = slot;
  auto& definition = part.schedule.definition;
  definition.wait.reset();
  definition.late.reset();
  definition.send = {};
  definition.again = {};
  definition.all_clear.reset();
}

store::NewPart new_part(PartPlan part) {
  store::NewPart record{.key = std::move(part.key), .slot = part.slot, .begins = part.schedule.begins};
  if (!part.broken.empty()) {
    record.state = RunState::rejected;
    record.reason = validation::describe(part.broken);
    record.violations = violations_json(part.broken);
    return record;
  }
  if (!part.has_address) {
    record.state = RunState::skipped;
    record.reason = kNoAddress;
    return record;
  }
  if (part.schedule.definition.wait) record.state = RunState::waiting;
  record.definition = std::move(part.schedule.definition);
  return record;
}

/// As it is recorded with the occurrence, so that lists show it.
schedule::Period period_of(Parts& parts, const Claim& claim, const Standing& standing, Instant slot, std::string& timezone) {
  const auto resolved = check_schedule(parts, claim.schedule, standing, slot).resolved.value();
  const auto zone = Zone::find(resolved.timezone).value_or(Zone::utc());
  timezone = zone.name();
  return schedule::resolve(resolved.window, slot, zone, claim.schedule.begins).period();
}

/// One sentence about the parts that did not end well, and each of the first of them.
struct Missed {
  std::size_t all = 0, sent = 0, bad = 0, unknown = 0, undelivered = 0, partial = 0;
  std::vector<std::pair<std::string, std::string>> first;
  std::vector<std::string> rejected;
};

Missed missed_of(const std::vector<store::Run>& parts) {
  constexpr std::size_t kMostNamed = 10;
  Missed missed;
  for (const auto& part : parts) {
    ++missed.all;
    missed.sent += part.state == RunState::delivered || part.state == RunState::no_data || part.state == RunState::quiet ? 1 : 0;
    missed.unknown += part.state == RunState::unknown ? 1 : 0;
    missed.partial += part.state == RunState::partial ? 1 : 0;
    missed.undelivered += part.state == RunState::delivery_failed ? 1 : 0;
    if (store::ended_well(part.state)) continue;
    if (part.state == RunState::rejected) missed.rejected.push_back(part.part);
    if (++missed.bad <= kMostNamed)
      missed.first.emplace_back(part.part, fmt::format("{}: {}", store::facts_of(part.state).words, part.reason));
  }
  return missed;
}

/// Skipped and quiet parts count as well as delivered ones.
RunState state_of(const Missed& missed, const std::vector<store::Run>& parts) {
  const auto any = [&](RunState state) {
    return std::any_of(parts.begin(), parts.end(), [&](const store::Run& part) { return part.state == state; });
  };
  if (missed.unknown > 0) return RunState::unknown;
  if (missed.bad > 0 && missed.sent + missed.partial > 0) return RunState::partial;
  if (missed.bad > 0) return missed.undelivered > 0 ? RunState::delivery_failed : RunState::failed;
  if (any(RunState::delivered)) return RunState::delivered;
  return any(RunState::quiet) ? RunState::quiet : RunState::no_data;
}

std::string reason_of(const Missed& missed, RunState state) {
  if (missed.bad == 0)
    return store::ended_well(state) && missed.sent > 0 && state != RunState::delivered ? "no part had anything to tell" : "";
  std::vector<std::string> keys;
  for (const auto& [key, why] : missed.first) keys.push_back(key);
  return fmt::format("{} of {} parts did not end well: {}{}", missed.bad, missed.all, join(keys, ", "),
                     missed.bad > keys.size() ? " and others" : "");
}

}  // namespace

Ended divide(Parts& parts, const Claim& claim) {
  const auto slot = claim.run.slot.value_or(claim.run.created_at);
  const auto standing = standing_of(parts.state(), claim.schedule);
  auto plans = plan_parts(parts, claim.schedule, standing, slot);
  if (!plans.broken.empty()) return end_rejected(parts, claim, plans.broken);
  store::PartsRecord record;
  record.period = period_of(parts, claim, standing, slot, record.timezone);
  record.events = {run_event("ScheduledPartsListed", claim.schedule, {{"runId", "$run"}, {"parts", plans.parts.size()}})};
  for (auto& part : plans.parts) {
    if (claim.run.trigger == store::Trigger::manual) send_at_once(part, slot);
    record.parts.push_back(new_part(std::move(part)));
  }
  store::record_parts(parts.state(), claim, record, parts.now());
  auto ended = ended_as(claim.run);
  ended.state = RunState::generated;
  return ended;
}

RowsNow rows_now(Parts& parts, const store::Run& occurrence) {
  auto schedule =
      store::find_schedule(parts.state(), occurrence.schedule_id).value_or(store::schedule_of_run(parts.state(), occurrence.id));
  schedule.begins = occurrence.begins;
  const auto slot = occurrence.slot.value_or(occurrence.created_at);
  auto plans = plan_parts(parts, schedule, slot);
  RowsNow now{.rows = {}, .broken = std::move(plans.broken)};
  if (!now.broken.empty()) return now;
  for (auto& part : plans.parts) {
    for (auto& violation : part.broken) violation.field = fmt::format("recipients[{}].{}", part.key, violation.field);
    if (occurrence.trigger == store::Trigger::manual) send_at_once(part, slot);
    now.rows.emplace(part.key, std::move(part));
  }
  return now;
}

Ended end_divided(Parts& parts, const Claim& claim) {
  const auto all = store::list_runs(parts.state(), {.parent = claim.run.id, .limit = 0});
  if (std::any_of(all.begin(), all.end(), [](const auto& part) { return !part.finished_at; })) return ended_as(claim.run);
  auto by_key = all;
  std::sort(by_key.begin(), by_key.end(), [](const auto& a, const auto& b) { return a.part < b.part; });
  auto missed = missed_of(by_key);
  store::Finish finish;
  finish.state = state_of(missed, all);
  finish.reason = reason_of(missed, finish.state);
  finish.once = {missing_notice(parts, claim, by_key)};
  const Failure failure{.state = finish.state,
                        .reason = finish.reason,
                        .broken_rules = std::move(missed.first),
                        .deliveries = {},
                        .bad_rows = std::move(missed.rejected)};
  return end_run(parts, claim, std::move(finish), failure);
}

}  // namespace reportctl::run
