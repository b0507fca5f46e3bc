// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/repeated_names.hpp"

#include <fmt/format.h>

#include <map>

#include "plan_checks.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "texts.hpp"

namespace reportctl::run {
namespace {

/// As far as it takes to name its files, without a look at the data: what these would say is the same for every occurrence.
RunPlan plan_of_names(const schedule::Schedule& schedule, const validation::Resolved& resolved, const access::Account& account,
                      const schedule::Rhythm& rhythm, Instant slot) {
  const bool follows = schedule.definition.window == schedule::NamedRange::since_previous;
  const auto begins = follows ? schedule::occurrence_before(rhythm, slot) : schedule::begin_of_period(rhythm, slot);
  RunPlan plan;
  plan.account = account;
  plan.resolved = resolved;
  plan.zone = rhythm.zone;
  plan.window = schedule::resolve(resolved.window, slot, rhythm.zone, begins);
  const ChoiceNames unknown;
  fill_texts(plan, {unknown, &schedule, slot, format_utc(slot)});
  place_files(plan, schedule.definition);
  return plan;
}

}  // namespace

std::string repeated_name(Parts& parts, const schedule::Schedule& schedule) {
  constexpr int kLookedAt = 12;
  if (schedule.definition.recipients.places.empty()) return {};
  const auto standing = standing_of(parts.state(), schedule);
  const auto check = check_schedule(parts, schedule, standing, parts.now());
  const auto zone = check.resolved ? Zone::find(check.resolved->timezone) : std::nullopt;
  if (!zone || !check.violations.empty()) return {};
  const auto rhythm = schedule::rhythm_of(schedule.definition, *zone);
  std::map<std::string, Instant> known;
  auto slot = schedule::next_occurrence(rhythm, parts.now());
  for (int i = 0; slot && i < kLookedAt; ++i, slot = schedule::next_occurrence(rhythm, *slot)) {
    for (const auto& place : plan_of_names(schedule, *check.resolved, standing.account, rhythm, *slot).places) {
      const auto [before, is_new] = known.try_emplace(place.str(), *slot);
      if (is_new || before->second == *slot) continue;
      return fmt::format(
          "{} is the name of the files of {} and {}, and a name that exists is refused: give file_name or the path a variable "
          "such "
          "as {{slot_day}} or {{slot_time}}, unless the files are fetched and removed in between",
          place.str(), minute_zone_text(before->second, *zone), minute_zone_text(*slot, *zone));
    }
  }
  return {};
}

}  // namespace reportctl::run
