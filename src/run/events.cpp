// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "events.hpp"

#include "reportctl/base/json.hpp"
#include "reportctl/validation/violation_json.hpp"

namespace reportctl::run {

store::AuditEvent run_event(const char* name, const schedule::Schedule& schedule, const nlohmann::ordered_json& more) {
  nlohmann::ordered_json payload{{"scheduledReportId", schedule.id}};
  payload.update(more);
  return {.name = name,
          .account = schedule.definition.account,
          .subject = schedule.id,
          .actor = kRunActor,
          .payload = json_text(payload)};
}

store::AuditEvent run_triggered(const schedule::Schedule& schedule, Instant run_at) {
  return run_event("ScheduledRunTriggered", schedule, {{"runAt", format_utc(run_at)}});
}

std::string violations_json(const validation::Violations& violations) { return json_text(nlohmann::ordered_json(violations)); }

}  // namespace reportctl::run
