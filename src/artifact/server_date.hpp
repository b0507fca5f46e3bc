// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/base/time.hpp"

namespace reportctl::artifact {

/// A moment as servers write it: the three forms of HTTP (`Sat, 21 Nov 2026 06:44:00 GMT`), also with an offset instead of GMT,
/// and ISO 8601 with or without a fraction, an offset, separators; without a zone it is UTC.
std::optional<Instant> parse_server_date(const std::string& text);

}  // namespace reportctl::artifact
