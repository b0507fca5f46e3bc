// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/schedule/window.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

/// When a schedule fires and what its runs cover; no window where the definition breaks a rule.
struct Firing {
  schedule::Rhythm rhythm;
  std::optional<schedule::WindowChoice> window;
};

/// The newest occurrence that was run.
struct LastRun {
  std::string run_id;
  Instant slot{};
  std::optional<schedule::Period> period;
};

/// A schedule whose rhythm changes, or that goes on after a pause.
struct SlotQuestion {
  const Firing& before;
  const Firing& after;
  bool was_active = true;
  std::optional<Instant> next_run_at = std::nullopt;  ///< as it is kept
  std::optional<LastRun> last = std::nullopt;
  Instant now{};
};

/// What becomes of its occurrences.
struct SlotPlan {
  std::optional<Instant> next;
  std::vector<store::SkippedSlot> skipped;  ///< those that are dropped, with their reasons
  std::vector<std::string> words;           ///< what moves, is dropped or would be repeated, for people
};

/// What is due stays due, or moves to the next occurrence if that covers the same. An occurrence that would only repeat what was
/// run already is skipped; one whose new time has passed is missed; those that passed during a pause are skipped.
SlotPlan plan_slots(const SlotQuestion&);

/// What the runs of a stored schedule cover; none where it breaks a rule.
std::optional<schedule::WindowChoice> window_of(const Editor&, const schedule::Schedule&);

/// The same of a stored schedule; `before` and `after` with the zones of its account then. `window`: of `after`.
struct ScheduleChange {
  const schedule::Schedule& before;
  const schedule::Definition& after;
  std::string_view timezone_before, timezone_after;
  std::optional<schedule::WindowChoice> window;
};
SlotPlan plan_slots(const Editor&, const ScheduleChange&);

/// A schedule whose next run moves since something around it changes: its account's zone or calendar, or the days of a calendar.
struct MovedSchedule {
  schedule::Schedule schedule;  ///< with its new next run
  schedule::Schedule before;
  SlotPlan slots;
};
/// Those of an account; the calendars are those that will be.
std::vector<MovedSchedule> moved_schedules(const Editor&, const access::Account& before, const access::Account& after,
                                           const schedule::Calendars&);

}  // namespace reportctl::manage
