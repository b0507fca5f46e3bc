// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::run {

/// Takes one claimed, unfinished run from wherever it stands to its end: plan, generate, compose, deliver, finish. What must be
/// recorded is recorded; what is thrown concerns the whole process: Error(interrupted): a stop was requested and the run was
/// given back. Error(state): the record itself cannot be kept. FenceLost: the run belongs to someone else now.
/// A run that did not end well stays owned until the caller has printed its end: what a process that is killed has not printed,
/// the next one finds still owned, and prints.
Ended run_one(Parts&, const store::Claim&);
/// For whoever tells a person who waits.
Ended run_and_release(Parts&, const store::Claim&);

/// The end of a run that was interrupted too often.
Ended give_up(Parts&, const store::Claim&);

}  // namespace reportctl::run
