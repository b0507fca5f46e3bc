// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/catalog/query.hpp"

namespace reportctl::run {

/// Inputs for each scope and variant of a report, over the last 30 days: to prepare its queries, or to look at some rows.
std::vector<catalog::QueryInputs> sample_inputs(const catalog::Report&, const std::string& account_key, Instant now);

}  // namespace reportctl::run
