// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::run {

/// The audit events of a run, with the payloads of reportctl-audit(1), and the pair that every dispatch ends in.
using store::kRunActor;

store::AuditEvent run_triggered(const schedule::Schedule&, Instant run_at);
store::AuditEvent parts_listed(const schedule::Schedule&, std::size_t parts);
store::AuditEvent run_rejected(const schedule::Schedule&, const validation::Violations&);
store::AuditEvent report_generated(const schedule::Schedule&, std::int64_t row_count);
store::AuditEvent report_delivered(const schedule::Schedule&, std::size_t recipient_count, Instant delivered_at);
store::AuditEvent delivery_failed(const schedule::Schedule&, const std::string& reason);
/// Every dispatch ends in one of these two.
store::AuditEvent report_sent(const schedule::Schedule&, const std::string& run_id);
store::AuditEvent report_skipped(const schedule::Schedule&, const std::string& run_id, const std::string& reason);
store::AuditEvent report_failed(const schedule::Schedule&, const std::string& run_id, const std::string& error);

/// `[{"code": …, "field": …, "message": …, "hint": …}]`.
std::string violations_json(const validation::Violations&);

}  // namespace reportctl::run
