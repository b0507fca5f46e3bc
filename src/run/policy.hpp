// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/run/parts.hpp"

namespace reportctl::run {

/// The configuration's, with what the schedule decides for itself.
settings::Policy policy_of(Parts&, const schedule::Definition&);
/// Does the report show what is true now, whenever it is made? A module that cannot be read does not.
bool is_snapshot(Parts&, const std::string& report);

}  // namespace reportctl::run
