// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/run/parts.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::run {

/// Why a destination will refuse the files of a coming occurrence: they have the names of those of another. Empty: they do not.
std::string repeated_name(Parts&, const schedule::Schedule&);

}  // namespace reportctl::run
