// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/cli/session.hpp"
#include "reportctl/run/run_due.hpp"

namespace reportctl::cli {

/// What one or several processes of run-due did.
struct DueOutcome {
  run::DueResult result;
  std::optional<Error> ended_by;  ///< the worst error that ended a process before its work was done
};

/// In this process.
DueOutcome work_here(Session&, const run::DueOptions&);
/// In `jobs` children, each with a state connection of its own: claims make that safe. The caller must not have the state open. A
/// stop signal is passed on; a child that dies is an error of the result, and its runs are resumed by the next run-due. What a
/// child tells is told at once.
DueOutcome work_in_children(Session&, run::DueOptions, int jobs);

/// The lines in which a child tells what ended, each at once, then the rest of its outcome; and back, where lines that are none
/// of these are left out.
std::string to_line(const run::Ended&);
std::string to_line(const store::Export&);
std::string to_lines(const DueOutcome&);
void add_line(DueOutcome&, const run::DueOptions& heard, std::string_view line);

}  // namespace reportctl::cli
