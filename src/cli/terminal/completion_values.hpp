// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// What has been typed before the word that is completed, as far as it decides what that word can be.
struct Typed {
  std::string command;                 ///< `runs` of `runs list`
  std::string report;                  ///< of `run REPORT`, `--report REPORT`, …; empty: not typed yet
  std::optional<std::string> account;  ///< --account
  std::string scope = "account";       ///< --scope
};

/// What the option of this name takes; `partial` is what stands there already. Whole values: `vehicles=v1,v2`.
std::vector<std::string> option_values(Session&, const std::string& name, const Typed&, const std::string& partial);
/// What the positional of this name takes in a verb of a command.
struct VerbPlace {
  std::string positional;  ///< in lower case
  std::string command;
  std::string verb;
};
std::vector<std::string> positional_values(Session&, const VerbPlace&, const Typed&);

}  // namespace reportctl::cli
