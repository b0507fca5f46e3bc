// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string_view>

#include "connection.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::store {

/// `SELECT … FROM schedules`, to be continued, and what reads its rows.
extern const char* const kSelectSchedule;
schedule::Schedule read_schedule(Query&);
std::optional<schedule::Schedule> find_schedule(Connection&, std::string_view id);

}  // namespace reportctl::store
