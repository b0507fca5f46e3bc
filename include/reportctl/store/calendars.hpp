// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/schedule/work_calendar.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// A calendar as it was given: its text is what schedule::WorkCalendar::parse() reads.
struct Calendar {
  std::string name;
  std::string text;
  Instant updated_at{};
};
std::vector<Calendar> list_calendars(State&);
std::optional<Calendar> find_calendar(State&, std::string_view name);
/// Of a stored text; what cannot be read in it is not there.
schedule::CalendarInUse calendar_in_use(std::string_view text);

}  // namespace reportctl::store
