// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/calendar_save.hpp"

#include <fmt/format.h>

#include <iterator>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/calendars.hpp"

namespace reportctl::manage {
namespace {

using schedule::WorkCalendar;

constexpr std::size_t kMostDaysShown = 20;

std::string day_words(Date day, const std::string& marked) {
  return fmt::format("{}{} {}", marked.front() == '+' ? "+" : "", format_date(day), visible(std::string_view(marked).substr(1)));
}

std::vector<std::string> day_changes(const WorkCalendar& before, const WorkCalendar& after) {
  std::vector<std::string> lines;
  const auto list = [&](const WorkCalendar& of, const WorkCalendar& other, const char* sign) {
    for (const auto& [day, marked] : of.days()) {
      const auto found = other.days().find(day);
      if (found == other.days().end() || found->second != marked) lines.push_back(sign + day_words(day, marked));
    }
  };
  list(after, before, "+ ");
  list(before, after, "- ");
  if (lines.size() > kMostDaysShown) {
    const auto more = lines.size() - (kMostDaysShown - 1);
    lines.resize(kMostDaysShown - 1);
    lines.push_back(fmt::format("… and {} more days", more));
  }
  if (before.until() != after.until()) lines.push_back("~ until: " + format_date(after.until()));
  return lines;
}

void take_along(const Editor& editor, const access::Account& account, MovedSchedule moved, CalendarPlan& plan) {
  auto& [schedule, before, slots] = moved;
  for (const auto& words : slots.words)
    plan.lines.push_back(fmt::format("! {}/{}: {}", account.id, visible(schedule.definition.name), words));
  plan.events.push_back(
      configured_event(editor, schedule, to_json(before, account.timezone), to_json(schedule, account.timezone)));
  std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(plan.changes.skipped));
  plan.changes.edit.push_back(std::move(schedule));
}

}  // namespace

std::vector<std::string> calendar_problems(std::string_view name, std::string_view text) {
  std::vector<std::string> found;
  if (!is_id(name))
    found.push_back(fmt::format("\"{}\" is not the name of a calendar: letters, digits, . _ and -, at most 64", visible(name)));
  std::vector<WorkCalendar::Problem> problems;
  WorkCalendar::parse(text, problems);
  for (const auto& [line, message] : problems) found.push_back(fmt::format("line {}: {}", line, visible(message)));
  return found;
}

std::vector<std::string> users_of_calendar(store::State& state, std::string_view name) {
  std::vector<std::string> users;
  for (const auto& account : store::list_accounts(state))
    if (account.calendar == name) users.push_back(account.id);
  for (const auto& schedule : store::list_schedules(state, {}))
    if (schedule.definition.calendar == name)
      users.push_back(fmt::format("{}/{}", schedule.definition.account, schedule.definition.name));
  return users;
}

CalendarChange compare_calendar(const Editor& editor, const std::string& name, const std::string& text) {
  access::require(editor.actor, access::Action::administer, "", {});
  const auto stored = store::find_calendar(editor.parts.state(), name);
  CalendarChange change{.is_new = !stored,
                        .is_same = stored && stored->text == text,
                        .days = {},
                        .calendar = {.name = name, .text = text, .updated_at = editor.parts.now()},
                        .event = {}};
  change.days =
      day_changes(stored ? *store::calendar_in_use(stored->text).days : WorkCalendar(), *store::calendar_in_use(text).days);
  change.event = {.name = change.is_new ? "CalendarAdded" : "CalendarChanged",
                  .account = {},
                  .subject = name,
                  .before = stored ? Json{{"sha256", sha256_hex(stored->text)}} : Json(nullptr),
                  .after = {{"days", change.days}, {"sha256", sha256_hex(text)}}};
  return change;
}

CalendarPlan plan_calendar(const Editor& editor, const std::string& name, const std::string& text) {
  CalendarPlan plan;
  plan.change = compare_calendar(editor, name, text);
  if (plan.change.is_same) return plan;
  plan.lines = plan.change.days;
  plan.changes.put_calendars = {plan.change.calendar};
  plan.events = audit_of(editor.actor, plan.change.event);
  auto calendars = editor.parts.calendars();
  calendars[name] = store::calendar_in_use(text);
  for (const auto& account : store::list_accounts(editor.parts.state()))
    for (auto& moved : moved_schedules(editor, account, account, calendars)) take_along(editor, account, std::move(moved), plan);
  return plan;
}

Json to_json(const store::Calendar& calendar) {
  const auto known = store::calendar_in_use(calendar.text).days;
  Json holidays = Json::array(), worked = Json::array();
  for (const auto& [day, marked] : known->days())
    (marked.front() == '+' ? worked : holidays).push_back({{"day", format_date(day)}, {"name", marked.substr(1)}});
  return {{"name", calendar.name},
          {"until", format_date(known->until())},
          {"holidays", holidays},
          {"worked", worked},
          {"updated_at", format_utc(calendar.updated_at)}};
}

}  // namespace reportctl::manage
