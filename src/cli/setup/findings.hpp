// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// One thing that was looked at.
struct Finding {
  std::string subject;
  std::string problem;  ///< empty: all is well
  std::string detail;   ///< what was found, or what to do
};

/// `look` says what it found; the problem is what it throws, but for a stop.
template <typename Look>
Finding look_at(const std::string& subject, Look look) {
  try {
    return {subject, "", look()};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return {subject, error.what(), error.hint()};
  }
}

/// What can be seen of the configuration without connecting anywhere but to the sources.
std::vector<Finding> config_findings(Session&);

Listing finding_table(const std::vector<Finding>&);
/// What to do about the problems, for people; empty where there are none.
std::string advice_on(const std::vector<Finding>&);
/// Both. True when there is no problem.
bool show_findings(Session&, const std::vector<Finding>&);

}  // namespace reportctl::cli
