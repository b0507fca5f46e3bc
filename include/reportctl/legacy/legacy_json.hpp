// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reportctl/manage/records.hpp"

namespace reportctl::legacy {

using manage::Json;

/// The schedules that a file of another system has, in its order, unread. Taken are an array, an object with `schedules` or
/// `scheduled_reports`, one schedule, and JSON Lines. Error(invalid) with line and column for what is no JSON, and for what
/// nobody exports: deeper than 32 levels, an object with a key twice or with more than 1000 keys, more than 100,000 schedules.
std::vector<Json> read_legacy_json(std::string_view text, const std::string& file);

}  // namespace reportctl::legacy
