// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// Sources can be looked at before there is a state file.
bool has_state(Session&);
/// The key of an account that reads from the source; empty without one.
std::string key_in(Session&, const std::string& source);

}  // namespace reportctl::cli
