// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// What differs from the report's defaults.
schedule::Parameters telling_parameters(const validation::Resolved&);

/// The names of the plan's files. `definition`: of a schedule, which may choose them; or none. Precondition: the values of its
/// texts are there.
void name_files(RunPlan&, const schedule::Definition* definition);
/// Where the files of a schedule go besides mailboxes. Precondition: all of its plans are there.
void place_files(RunPlan&, const schedule::Definition&);

}  // namespace reportctl::run
