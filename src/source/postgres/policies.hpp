// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/connection.hpp"

namespace reportctl::source {

/// A table that takes space, and whose row-level security applies to this login.
struct GuardedTable {
  std::string name;    ///< quoted where it has to be
  std::int64_t shown;  ///< rows that this login sees, counted up to a limit
  std::int64_t about;  ///< rows that there are, by the server's statistics; negative: it has none
};
/// Error(source) where a policy fails, or takes longer than two seconds. Within a transaction, in which that is all that follows.
std::vector<GuardedTable> guarded_tables(PostgresConnection&, std::int64_t limit);

}  // namespace reportctl::source
