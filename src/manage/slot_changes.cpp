// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/slot_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/for_people.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::manage {
namespace {

/// As many as run-due records of one stretch.
constexpr std::size_t kMostRecorded = 800;

std::optional<schedule::Period> period_of(const Firing& firing, const std::optional<Instant>& slot) {
  if (!firing.window || !slot) return std::nullopt;
  return schedule::resolve(*firing.window, firing.rhythm, *slot).period();
}

bool are_same(const std::optional<schedule::Period>& a, const std::optional<schedule::Period>& b) { return a && a == b; }

class SlotPlanner {
 public:
  explicit SlotPlanner(const SlotQuestion& asked) : asked_(asked) {
    plan_.next = schedule::next_occurrence(asked.after.rhythm, asked.now);
  }

  SlotPlan plan() {
    const auto& kept = asked_.next_run_at;
    const bool has_passed = kept && *kept <= asked_.now;
    if (!asked_.was_active) {
      if (has_passed) pass_over(*kept);
    } else if (has_passed) {
      keep_due(*kept);
    } else {
      skip_repetition();
      if (kept) replace(*kept);
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::string minute(Instant at) const { return minute_text(at, asked_.after.rhythm.zone); }
  [[nodiscard]] auto covered_before(Instant slot) const { return period_of(asked_.before, slot); }
  [[nodiscard]] auto covered_after(const std::optional<Instant>& slot) const { return period_of(asked_.after, slot); }
  /// The newest occurrence of the new rhythm up to then.
  [[nodiscard]] std::optional<Instant> newest_until(Instant until) const {
    const auto found = schedule::occurrences_between(asked_.after.rhythm, until - std::chrono::days(400), until, 1);
    return found.empty() ? std::nullopt : std::optional(found.back());
  }
  void skip(Instant slot, std::string reason) {
    plan_.skipped.push_back({.schedule_id = {}, .slot = slot, .reason = std::move(reason)});
  }

  void pass_over(Instant kept) {
    auto passed = schedule::occurrences_between(asked_.before.rhythm, kept, asked_.now, kMostRecorded - 1);
    passed.insert(passed.begin(), kept);
    for (const auto slot : passed) skip(slot, "the schedule was paused");
    plan_.words.push_back(passed.size() == 1
                              ? fmt::format("{} passed while the schedule was paused: skipped", minute(kept))
                              : fmt::format("{} occurrences from {} to {} passed while the schedule was paused: skipped",
                                            passed.size(), minute(kept), minute(passed.back())));
  }

  void keep_due(Instant due) {
    if (are_same(covered_before(due), covered_after(plan_.next))) {
      skip(due, fmt::format("moved to {} before it ran", format_utc(*plan_.next)));
      plan_.words.push_back(fmt::format("{} has not run yet and moves to {}", minute(due), minute(*plan_.next)));
      return;
    }
    plan_.next = due;
    plan_.words.push_back(fmt::format("{} is due and runs with the next run-due", minute(due)));
  }

  /// Only the first can be one: those after it cover later days, or are further ones of the same.
  void skip_repetition() {
    const auto& last = asked_.last;
    if (!last || !plan_.next || !are_same(last->period, covered_after(plan_.next))) return;
    if (are_same(last->period, covered_after(newest_until(last->slot)))) return;  // one of several that cover the same
    const Instant repeated = *plan_.next;
    skip(repeated, fmt::format("run {} covered {} already", last->run_id, schedule::describe(*last->period)));
    plan_.words.push_back(fmt::format("{} would cover {} again, as run {} did: skipped; `schedule run` sends it again",
                                      minute(repeated), schedule::describe(*last->period), last->run_id.substr(0, 8)));
    plan_.next = schedule::next_occurrence(asked_.after.rhythm, repeated);
  }

  void replace(Instant planned) {
    if (plan_.next == planned) return;
    const auto lost = covered_before(planned);
    const auto covers = covered_after(plan_.next);
    const auto passed = newest_until(asked_.now);
    const bool was_run = asked_.last && are_same(asked_.last->period, lost);
    if (passed && !was_run && !are_same(lost, covers) && are_same(lost, covered_after(passed))) {
      skip(*passed, fmt::format("the schedule was moved to this time when it had passed; {} was planned", format_utc(planned)));
      plan_.words.push_back(
          fmt::format("{} would have covered {}, and its new time {} has passed: missed; `schedule run` sends it",
                      minute(planned), schedule::describe(*lost), minute(*passed)));
    } else if (lost && covers && is_cadence() && lost->first < covers->first && !was_run) {
      plan_.words.push_back(fmt::format("no run covers {}; `reportctl run` with --from and --to makes a report of it",
                                        schedule::describe(schedule::Period{false, lost->first, add_days(covers->first, -1)})));
    } else {
      plan_.words.push_back(plan_.next ? fmt::format("{} moves to {}", minute(planned), minute(*plan_.next))
                                       : fmt::format("{} is dropped: the schedule has ended then", minute(planned)));
    }
  }

  [[nodiscard]] bool is_cadence() const {
    const auto has = [](const Firing& firing) {
      return firing.window && std::holds_alternative<schedule::CadenceChoice>(*firing.window);
    };
    return has(asked_.before) && has(asked_.after);
  }

  const SlotQuestion& asked_;
  SlotPlan plan_;
};

std::optional<LastRun> last_run(store::State& state, const std::string& schedule_id) {
  constexpr int kEnough = 1000;
  for (const auto& run : store::latest_runs(state, schedule_id, kEnough))
    if (run.state != store::RunState::skipped) return LastRun{run.id, run.slot.value(), run.period};
  return std::nullopt;
}

}  // namespace

SlotPlan plan_slots(const SlotQuestion& asked) { return SlotPlanner(asked).plan(); }

std::optional<schedule::WindowChoice> window_of(const Editor& editor, const schedule::Schedule& schedule) {
  auto& parts = editor.parts;
  const auto standing = run::standing_of(parts.state(), schedule);
  const auto checked = validation::check_draft(validation::draft_of(schedule.definition),
                                               run::context(parts, standing.account, standing.roles, parts.now()));
  if (!checked.resolved) return std::nullopt;
  auto window = checked.resolved->window;
  // The days it goes by, or is to go by, and not those that the state has by now.
  if (auto* cadence = std::get_if<schedule::CadenceChoice>(&window))
    cadence->cadence.calendar = schedule.definition.cadence.calendar;
  return window;
}

SlotPlan plan_slots(const Editor& editor, const ScheduleChange& change) {
  const auto& before = change.before.definition;
  auto& parts = editor.parts;
  const Firing old{rhythm_of(before, change.timezone_before), window_of(editor, change.before)};
  const Firing made{rhythm_of(change.after, change.timezone_after), change.window};
  auto plan = plan_slots({.before = old,
                          .after = made,
                          .was_active = before.active,
                          .next_run_at = change.before.next_run_at,
                          .last = last_run(parts.state(), change.before.id),
                          .now = parts.now()});
  for (auto& skipped : plan.skipped) skipped.schedule_id = change.before.id;
  return plan;
}

std::vector<MovedSchedule> moved_schedules(const Editor& editor, const access::Account& before, const access::Account& after,
                                           const schedule::Calendars& calendars) {
  std::vector<MovedSchedule> moved;
  for (const auto& stored : store::list_schedules(editor.parts.state(), {.account = before.id, .report = {}, .active = {}})) {
    MovedSchedule one{.schedule = stored, .before = stored, .slots = {}};
    auto& definition = one.schedule.definition;
    const auto chosen = calendars.find(definition.calendar.empty() ? after.calendar : definition.calendar);
    definition.cadence.calendar = chosen == calendars.end() ? schedule::CalendarInUse{} : chosen->second;
    if (same_rhythm(stored.definition, before.timezone, definition, after.timezone)) continue;
    one.slots = plan_slots(editor, {.before = stored,
                                    .after = definition,
                                    .timezone_before = before.timezone,
                                    .timezone_after = after.timezone,
                                    .window = window_of(editor, one.schedule)});
    if (one.slots.next == stored.next_run_at && one.slots.skipped.empty()) continue;
    one.schedule.next_run_at = one.slots.next;
    moved.push_back(std::move(one));
  }
  return moved;
}

}  // namespace reportctl::manage
