// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>

#include "connection.hpp"

namespace reportctl::store {

struct OldRuns {
  const char* which;  ///< a condition; ?1 is `cut`, ?2 is `now`
  Instant cut, now;
};
/// Old runs, where nearly all of them go: what stays is put aside, the tables are emptied, and it is put back, in one
/// transaction. A million goes in seconds so, and in a third of a minute one by one. How many went; none: too many stay, there
/// are too few or too many, or the disk has no room for it.
std::optional<std::int64_t> clear_runs(Connection&, const OldRuns&);

}  // namespace reportctl::store
