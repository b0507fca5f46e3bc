// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/manage/records.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

/// What cannot be read in a calendar, each with its line.
std::vector<std::string> calendar_problems(std::string_view name, std::string_view text);

/// Accounts and schedules that name it, as `shop` and `shop/spend`.
std::vector<std::string> users_of_calendar(store::State&, std::string_view name);

/// What becomes of one calendar. For system admins. The text holds.
struct CalendarChange {
  bool is_new = false, is_same = false;
  std::vector<std::string> days;  ///< that come and go, for people
  store::Calendar calendar;
  Change event;
};
CalendarChange compare_calendar(const Editor&, const std::string& name, const std::string& text);

/// The same with the schedules that it moves, for the store to do in one piece.
struct CalendarPlan {
  CalendarChange change;
  std::vector<std::string> lines;  ///< its days, and which occurrences move
  store::ScheduleChanges changes;
  store::AuditEvents events;
};
CalendarPlan plan_calendar(const Editor&, const std::string& name, const std::string& text);

/// What people see of one.
Json to_json(const store::Calendar&);

}  // namespace reportctl::manage
