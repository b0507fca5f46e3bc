// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

namespace reportctl {

/// The time zones of the system's tzdata, links included, sorted. Error(config) where there is none.
const std::vector<std::string>& zone_names();

}  // namespace reportctl
