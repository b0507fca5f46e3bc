// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "reportctl/store/audit.hpp"

namespace reportctl::store {

/// Within the caller's transaction.
void append_events(Connection&, const AuditEvents&, Instant now);

/// The events with `$run` filled: a subject that is `$run`, and every string of a payload that is exactly `"$run"`.
AuditEvents with_run(AuditEvents events, std::string_view run_id);

/// The next link of the chain.
std::string chain_hash(std::string_view previous_hash, const AuditRecord&);

}  // namespace reportctl::store
