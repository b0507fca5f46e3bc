// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <set>
#include <string>

struct sqlite3;

namespace reportctl::store::test {

/// Every statement that this program has run so far, on any connection, as it was prepared.
const std::set<std::string>& statements_seen();
/// Steps of SQLite's machine that all statements together took: work that does not depend on the time of day.
std::size_t steps_taken();
/// Test cases that have begun.
std::size_t cases_begun();

}  // namespace reportctl::store::test
