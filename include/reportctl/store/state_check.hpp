// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Reads every row as the commands do, and judges what they would only stumble over later: JSON, names of things, dates, time
/// zones. One sentence for each row that cannot be read, at most a hundred; empty when all can be.
std::vector<std::string> unreadable_rows(State&);

}  // namespace reportctl::store
