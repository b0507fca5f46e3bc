// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/cli/output.hpp"
#include "reportctl/run/run_due.hpp"

namespace reportctl::cli {

class Session;

/// How the one run of a command ended: 0, 7 rejected, 1 failed, 3 not delivered to everyone, 14 unknown, 75 deferred.
int exit_code_of(const run::Ended&);
/// The same among the many of run-due: 0, 3, 14 or 75.
int due_exit_code_of(const run::Ended&);
/// The worse of two exit codes: a signal > 12 > 11 > 78 > 14 > 3 > 75 > any other > 0.
int worse(int a, int b);
/// Went as it should: delivered, nothing to send, or a slot that was skipped.
bool went_well(const run::Ended&);
/// Of the word that runs and schedules show: ok, partial, skipped, failed.
Tone tone_of_status(std::string_view);
/// `acme/morning-power: delivery failed: 550 no such user`.
std::string sentence(const run::Ended&);
/// Says how the one run of a command ended and what to do next; gives its exit code.
int tell_ending(Session&, const run::Ended&);

}  // namespace reportctl::cli
