// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// Every rule of a stored schedule that can be checked without the source.
validation::DraftCheck check_schedule(Parts&, const schedule::Schedule&, const Standing&, Instant slot);

/// Of a source that is declared as one account's: what the rules of accounts refuse may be older than the declaration.
void require_only_account(Parts&, const access::Account&);

}  // namespace reportctl::run
