// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>

#include "reportctl/base/time.hpp"

namespace reportctl {

/// Removes what AtomicFile and TempFile leave beside their targets when they are killed, if it was last changed before.
void remove_leftovers(const std::filesystem::path& directory, Instant before);

}  // namespace reportctl
