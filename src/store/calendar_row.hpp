// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "connection.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/calendars.hpp"

namespace reportctl::store {

/// The calendar of a definition: its own, else its account's.
schedule::CalendarInUse calendar_of(Connection&, const schedule::Definition&);
void put_calendar(Connection&, const Calendar&, Instant now);
void delete_calendar(Connection&, std::string_view name);

}  // namespace reportctl::store
