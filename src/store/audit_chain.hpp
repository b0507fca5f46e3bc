// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "reportctl/store/audit.hpp"

namespace reportctl::store {

/// Within the caller's transaction.
void append_events(Connection&, const AuditEvents&, Instant now);

/// The events with `$run` filled: a subject that is `$run`, and every string of a payload that is exactly `"$run"`.
AuditEvents with_run(AuditEvents events, std::string_view run_id);

/// A flat JSON object of texts, for the events that this room makes itself.
std::string event_payload(const std::map<std::string, std::string>& fields);

/// Written before the first record goes: up to which record the log is cut, and why. Without it a log that begins late is broken.
inline constexpr const char* kAuditCut = "AuditCut";
/// No policy keeps records for less.
inline constexpr auto kShortestAuditRetention = std::chrono::hours(1);

/// What the first record's hash is chained to.
std::string audit_genesis();
/// The next link of the chain.
std::string chain_hash(std::string_view previous_hash, const AuditRecord&);

}  // namespace reportctl::store
