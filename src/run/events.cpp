// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "events.hpp"

#include <nlohmann/json.hpp>

#include "reportctl/base/json.hpp"
#include "reportctl/validation/violation_json.hpp"

namespace reportctl::run {
namespace {

using Json = nlohmann::ordered_json;

store::AuditEvent event(const char* name, const schedule::Schedule& schedule, const Json& payload) {
  return {.name = name,
          .account = schedule.definition.account,
          .subject = schedule.id,
          .actor = kRunActor,
          .payload = json_text(payload)};
}

}  // namespace

store::AuditEvent run_triggered(const schedule::Schedule& schedule, Instant run_at) {
  return event("ScheduledRunTriggered", schedule, {{"scheduledReportId", schedule.id}, {"runAt", format_utc(run_at)}});
}

store::AuditEvent parts_listed(const schedule::Schedule& schedule, std::size_t parts) {
  return event("ScheduledPartsListed", schedule, {{"scheduledReportId", schedule.id}, {"runId", "$run"}, {"parts", parts}});
}

store::AuditEvent run_rejected(const schedule::Schedule& schedule, const validation::Violations& violations) {
  return event("ScheduledRunRejected", schedule,
               {{"scheduledReportId", schedule.id}, {"reportType", schedule.definition.report}, {"rejectionReason", violations}});
}

store::AuditEvent report_generated(const schedule::Schedule& schedule, std::int64_t row_count) {
  return event("ScheduledReportGenerated", schedule,
               {{"scheduledReportId", schedule.id}, {"reportType", schedule.definition.report}, {"rowCount", row_count}});
}

store::AuditEvent report_delivered(const schedule::Schedule& schedule, std::size_t recipient_count, Instant delivered_at) {
  return event(
      "ScheduledReportDelivered", schedule,
      {{"scheduledReportId", schedule.id}, {"recipientCount", recipient_count}, {"deliveredAt", format_utc(delivered_at)}});
}

store::AuditEvent delivery_failed(const schedule::Schedule& schedule, const std::string& reason) {
  return event("ScheduledReportDeliveryFailed", schedule, {{"scheduledReportId", schedule.id}, {"failureReason", reason}});
}

store::AuditEvent report_sent(const schedule::Schedule& schedule, const std::string& run_id) {
  return event("ScheduledReportSent", schedule, {{"scheduledReportId", schedule.id}, {"runId", run_id}});
}

store::AuditEvent report_skipped(const schedule::Schedule& schedule, const std::string& run_id, const std::string& reason) {
  return event("ScheduledReportSkipped", schedule, {{"scheduledReportId", schedule.id}, {"runId", run_id}, {"reason", reason}});
}

store::AuditEvent report_failed(const schedule::Schedule& schedule, const std::string& run_id, const std::string& error) {
  return event("ScheduledReportFailed", schedule, {{"scheduledReportId", schedule.id}, {"runId", run_id}, {"error", error}});
}

std::string violations_json(const validation::Violations& violations) { return json_text(Json(violations)); }

}  // namespace reportctl::run
