// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/catalog/query.hpp"

namespace reportctl::run {

/// Inputs of the right kind for each scope and variant of a report whose rows nobody keeps: over the last 30 days.
std::vector<catalog::QueryInputs> sample_inputs(const catalog::Report&, const std::string& account_key, Instant now);

}  // namespace reportctl::run
