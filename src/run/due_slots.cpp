// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "due_slots.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/schedule/rhythm.hpp"

namespace reportctl::run {
namespace {

/// At most so many runs for one stretch under Missed::all.
constexpr std::size_t kMostRepeated = 24;
/// A daily schedule that slept for more than two years does not fill the history with every day of it.
constexpr std::size_t kMostShown = 800;

}  // namespace

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

}  // namespace reportctl::run
