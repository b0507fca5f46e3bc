// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/catalog/query.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// Every rule of a stored schedule that can be checked without the source.
validation::DraftCheck check_schedule(Parts&, const schedule::Schedule&, const Standing&, Instant slot);

/// Of a source that is declared as one account's: what the rules of accounts refuse may be older than the declaration.
void require_only_account(Parts&, const access::Account&);

/// What the queries of a request are built from where no period before matters.
catalog::QueryInputs query_inputs(const validation::Resolved&, const access::Account&, const schedule::Window&);

/// What the queries of a plan are built from, for its own window or the one that it is compared with: `previous` is the period
/// before that one.
catalog::QueryInputs query_inputs(const RunPlan&, const schedule::Window&);

}  // namespace reportctl::run
