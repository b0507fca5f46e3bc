// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>

#include "reportctl/base/time.hpp"

namespace reportctl {

/// Keeps an instant where std::chrono::year can count it; nobody's data is outside, but a hostile cell may be.
Instant clamp_to_calendar(Instant);

/// Writes `2026-03-17T06:00:00` as seen `offset` seconds east of UTC; 19 bytes for the years 0 to 9999, at most 22.
std::size_t write_civil(Instant instant, int offset, char* out);

}  // namespace reportctl
