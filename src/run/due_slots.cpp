// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "due_slots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/report.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::run {
namespace {

/// At most so many runs for one stretch under Missed::all.
constexpr std::size_t kMostRepeated = 24;
/// A daily schedule that slept for more than two years does not fill the history with every day of it.
constexpr std::size_t kMostShown = 800;
constexpr int kMostPlanned = 100000;

/// Of the account; asked only where it decides.
std::string account_zone(Parts& parts, const schedule::Definition& definition) {
  if (!definition.timezone.empty()) return {};
  const auto account = store::find_account(parts.state(), definition.account);
  return account ? account->timezone : std::string();
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

settings::Policy policy_of(Parts& parts, const schedule::Definition& definition) {
  settings::Policy policy = parts.settings().policy;
  policy.no_data = definition.no_data.value_or(policy.no_data);
  policy.retries = definition.retries.value_or(policy.retries);
  policy.missed = definition.missed.value_or(policy.missed);
  // Occurrences of a snapshot that are made up for would be several files of the same moment.
  if (policy.missed == settings::Missed::all && is_snapshot(parts, definition.report)) policy.missed = settings::Missed::coalesce;
  return policy;
}

bool is_snapshot(Parts& parts, const std::string& report) {
  try {
    const auto* found = parts.catalog().find(report);
    return found != nullptr && found->window.kind == catalog::WindowKind::snapshot;
  } catch (const Error&) {  // a broken module: each run says so
    return false;
  }
}

std::optional<Instant> begin_of(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  const auto& definition = schedule.definition;
  const auto zone = schedule::effective_zone(definition, account_zone(parts, definition));
  if (!zone || definition.at.empty()) return std::nullopt;
  const auto rhythm = schedule::rhythm_of(definition, *zone);
  if (definition.window == schedule::NamedRange::since_previous) {
    const auto run = store::slot_run_before(parts.state(), schedule.id, slot);
    return run ? run : schedule::occurrence_before(rhythm, slot);
  }
  return schedule::begin_of_period(rhythm, slot);
}

Slots choose_slots(const schedule::Schedule& schedule, std::string_view account_timezone, const settings::Policy& policy,
                   Instant as_read, Instant now) {
  // A zone that vanished is a broken rule and ends in a rejected run; UTC only keeps the clockwork turning until someone repairs
  // it.
  const auto zone = schedule::effective_zone(schedule.definition, account_timezone).value_or(Zone::utc());
  const auto rhythm = schedule::rhythm_of(schedule.definition, zone);
  auto missed = schedule::occurrences_between(rhythm, as_read, now, kMostShown);
  missed.insert(missed.begin(), as_read);

  Slots slots;
  slots.next = schedule::next_occurrence(rhythm, now);
  if (policy.missed == settings::Missed::all) {
    const auto excess = missed.size() > kMostRepeated ? missed.size() - kMostRepeated : 0;
    slots.skipped.assign(missed.begin(), missed.begin() + static_cast<std::ptrdiff_t>(excess));
    slots.skip_reason = fmt::format("missed; only the newest {} are made up for", kMostRepeated);
    slots.slot = missed[excess];
    if (excess + 1 < missed.size()) slots.next = missed[excess + 1];
    return slots;
  }
  const auto newest = missed.back();
  missed.pop_back();
  slots.skipped = std::move(missed);
  slots.skip_reason = "missed; the newest occurrence runs instead";
  if (policy.missed == settings::Missed::skip) {
    const auto following = schedule::next_occurrence(rhythm, newest);
    const auto grace = std::min(policy.grace_seconds,
                                following ? static_cast<std::int64_t>((*following - newest).count()) : policy.grace_seconds);
    if ((now - newest).count() > grace) {
      slots.skipped.push_back(newest);
      slots.skip_reason = fmt::format("missed by more than {} minutes", grace / 60);
      return slots;
    }
  }
  slots.slot = newest;
  return slots;
}

Slots slots_of(Parts& parts, const schedule::Schedule& schedule, Instant as_read) {
  const auto& definition = schedule.definition;
  auto slots = choose_slots(schedule, account_zone(parts, definition), policy_of(parts, definition), as_read, parts.now());
  if (slots.slot) slots.begins = begin_of(parts, schedule, *slots.slot);
  return slots;
}

std::vector<Planned> plan_due(Parts& parts) {
  std::vector<Planned> result;
  for (const auto& due : store::due_schedules(parts.state(), parts.now(), kMostPlanned)) {
    const auto schedule = store::find_schedule(parts.state(), due.schedule_id);
    if (!schedule) continue;
    const auto slots = slots_of(parts, *schedule, due.next_run_at);
    Planned planned;
    planned.account = schedule->definition.account;
    planned.schedule = schedule->definition.name;
    planned.report = schedule->definition.report;
    planned.skipped = slots.skipped;
    planned.slot = slots.slot;
    planned.next = slots.next;
    planned.timezone = schedule::effective_timezone(schedule->definition, account_zone(parts, schedule->definition));
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
