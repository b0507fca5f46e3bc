// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "command_line.hpp"

namespace reportctl::cli {

/// The script for a shell: bash, zsh or fish; it asks `reportctl __complete`. Error(usage) for another.
std::string completion_script(const std::string& shell);

/// What could stand where the last of the words is being typed, one a line. From the parser's own tree, so it is never out of
/// date; accounts, reports, schedules and runs come from the state file. Never fails: what cannot be read offers nothing.
std::string complete(Session&, const Arguments& words);

}  // namespace reportctl::cli
