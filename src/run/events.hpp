// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::run {

using store::kRunActor;

/// An audit event of a run. `more`: what its payload has besides the schedule's id, by reportctl-audit(1).
store::AuditEvent run_event(const char* name, const schedule::Schedule&, const nlohmann::ordered_json& more);
store::AuditEvent run_triggered(const schedule::Schedule&, Instant run_at);

/// `[{"code": …, "field": …, "message": …, "hint": …}]`.
std::string violations_json(const validation::Violations&);

}  // namespace reportctl::run
