// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>

#include "connection.hpp"

namespace reportctl::store {

/// Old runs, where nearly all of them go: what stays is put aside, the tables are emptied, and it is put back, in one
/// transaction. A million goes in seconds so, and in a third of a minute one by one. How many went; none: too many stay, there
/// are too few or too many, or the disk has no room for it.
std::optional<std::int64_t> clear_runs(Connection&, Instant cut, Instant now);

}  // namespace reportctl::store
