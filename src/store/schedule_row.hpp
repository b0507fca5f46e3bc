// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::store {

/// The site of a schedule (of which the table is called `s`), as schedule::Scope::str() writes it.
constexpr const char* kScheduleSite = R"sql(ifnull(s.definition ->> '$.scope', 'account'))sql";

/// The columns of a schedule, of which the table is called `s`, and what reads all rows of a query that selects them.
std::string schedule_columns();
std::vector<schedule::Schedule> read_schedules(Query&);
std::optional<schedule::Schedule> find_schedule(Connection&, std::string_view id);
/// With the definition that a run of it froze. Its own is not read: one of a list may have thousands of rows.
std::optional<schedule::Schedule> find_schedule(Connection&, std::string_view id, std::string_view frozen);

// Single changes without a transaction of their own, for `apply`. Errors as the public functions promise.
void insert_schedule(Connection&, const schedule::Schedule&, Instant now);
void update_schedule(Connection&, const schedule::Schedule&, Instant now);
void delete_schedule(Connection&, std::string_view id);

}  // namespace reportctl::store
