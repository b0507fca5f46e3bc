// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "reportctl/base/time.hpp"

namespace reportctl::run {

/// What every run and slot is called that may have been mailed after the backup was made.
inline constexpr const char* kUnknownAfterRestore = "unknown after restore";

struct RestoreOrder {
  std::filesystem::path state, backup;
  std::string actor;
  Instant now{};
};
struct Restored {
  std::filesystem::path kept;  ///< what was in place; empty: nothing
  Instant known_until{};       ///< what happened later, the backup does not know
  std::int64_t slots = 0;      ///< occurrences since then, as runs of their own
  std::int64_t runs = 0;       ///< that were under way in the backup
  std::int64_t deliveries = 0;
};
/// Puts a backup in the place of the state file and makes it this installation's own. Whatever may have been mailed since it was
/// made is unknown: it is shown, and mailed only when a person says so. See store::replace_state() for the errors.
Restored restore_state(const RestoreOrder&);

}  // namespace reportctl::run
