// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/cli/output.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::cli {

Tone tone_of(const store::Run&);
/// `triggered, waiting`.
std::string state_text(const store::Run&);
/// Runs as every list shows them, with their records.
Listing run_table(const std::vector<store::Run>&);

}  // namespace reportctl::cli
