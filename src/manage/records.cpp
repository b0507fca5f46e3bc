// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/records.hpp"

#include "reportctl/base/json.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/schedule/period_json.hpp"

namespace reportctl::manage {
namespace {

template <typename Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json parsed_or_text(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = json_or_discarded(text);
  return parsed.is_discarded() ? Json(text) : parsed;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const access::Account& account) {
  Json record = {{"id", account.id}};
  for (const auto& field : access::account_fields()) {
    const auto dot = field.name.find('.');
    auto* place = &record[std::string(field.name.substr(0, dot))];
    if (dot != std::string_view::npos) place = &(*place)[std::string(field.name.substr(dot + 1))];
    *place = schedule::to_json(field.kind, field.text(account));
  }
  record["key"] = account.source_key();
  return record;
}

Json to_json(const access::Member& member) {
  Json sites = Json::array();
  for (const schedule::Scope& site : member.sites) sites.push_back(site.str());
  return {{"id", member.id},
          {"account", member.account},
          {"name", member.name},
          {"email", member.email ? Json(member.email->str()) : Json()},
          {"role", access::role_name(member.role)},
          {"sites", sites},
          {"login", member.login}};
}

Json to_json(const std::optional<Instant>& instant) { return instant ? Json(format_utc(*instant)) : Json(); }

Json to_json(const schedule::Parameters& parameters) {
  Json object = Json::object();
  for (const auto& [name, values] : parameters) object[name] = values;
  return object;
}

Json to_json(const schedule::Window& window) {
  auto json = schedule::period_json(window.period());
  json["from"] = format_utc(window.from);
  json["to"] = format_utc(window.to);
  return json;
}

Json to_json(const schedule::Definition& definition, std::string_view account_timezone) {
  Json record;
  for (const auto& field : schedule::fields()) {
    auto& value = record[std::string(field.record)];
    value = schedule::to_json(field.kind, field.text(definition));
    if (field.kind == schedule::FieldKind::json) value = parsed_or_text(definition.extra);
    if (field.name != "timezone") continue;
    value = schedule::effective_timezone(definition, account_timezone);
    record["timezone_inherited"] = definition.timezone.empty();
  }
  return record;
}

Json to_json(const schedule::Schedule& schedule, std::string_view account_timezone) {
  Json record = {{"id", schedule.id}};
  record.update(to_json(schedule.definition, account_timezone));
  record.update(Json{{"created_by", schedule.created_by},
                     {"owner", text_or_null(schedule.owner)},
                     {"created_at", to_json(std::optional(schedule.created_at))},
                     {"updated_at", to_json(std::optional(schedule.updated_at))},
                     {"next_run_at", to_json(schedule.next_run_at)},
                     {"last_run_at", to_json(schedule.last_run_at)},
                     {"last_success_at", to_json(schedule.last_success_at)},
                     {"last_run_status", text_or_null(schedule.last_run_status)},
                     {"last_run_error", text_or_null(schedule.last_run_error)},
                     {"failure_count", schedule.failure_count},
                     {"revision", schedule.revision}});
  return record;
}

Json to_json(const store::Run& run) {
  const auto violations = parsed_or_text(run.violations);
  return {{"id", run.id},
          {"account", run.account},
          {"schedule_id", text_or_null(run.schedule_id)},
          {"schedule", text_or_null(run.schedule_name)},
          {"report", run.report},
          {"trigger", store::trigger_name(run.trigger)},
          {"state", store::run_state_name(run.state)},
          {"status", run.finished_at ? Json(store::run_status_word(run.state)) : Json(nullptr)},
          {"slot", to_json(run.slot)},
          {"created_at", to_json(std::optional(run.created_at))},
          {"finished_at", to_json(run.finished_at)},
          {"interrupted", run.interrupted},
          {"resumed", run.resumed},
          {"resume_at", to_json(run.resume_at)},
          {"wait_until", to_json(run.wait_until)},
          {"data_until", to_json(run.data_until)},
          {"condition", store::decision_record(run.decision)},
          {"period", schedule::period_json(run.period, run.timezone)},
          {"format", text_or_null(run.format)},
          {"rows", value_or_null(run.rows)},
          {"bytes", value_or_null(run.bytes)},
          {"generation_ms", value_or_null(run.generation_ms)},
          {"file_name", text_or_null(run.artifact_name)},
          {"sha256", text_or_null(run.artifact_sha256)},
          {"corrects", text_or_null(run.corrects)},
          {"part", text_or_null(run.part)},
          {"part_of", text_or_null(run.parent)},
          {"file_pruned_at", to_json(run.file_pruned_at)},
          {"waiting", run.waiting},
          {"reason", text_or_null(run.reason)},
          {"violations", violations.is_null() ? Json::array() : violations}};
}

Json to_json(const store::Delivery& delivery) {
  return {{"id", delivery.id},
          {"notification", delivery.notification},
          {"by_hand", delivery.by_hand},
          {"recipient", delivery.recipient ? delivery.recipient->str() : delivery.address},
          {"address", delivery.address},
          {"destination", text_or_null(delivery.destination)},
          {"state", store::delivery_state_name(delivery.state)},
          {"attempts", delivery.attempts},
          {"answer", text_or_null(delivery.answer)},
          {"reason_class", text_or_null(delivery.reason_class)},
          {"sent_at", to_json(delivery.sent_at)},
          {"next_attempt_at", to_json(delivery.next_attempt_at)},
          {"message_id", text_or_null(delivery.message_id)},
          {"message_date", to_json(std::optional(delivery.message_date))},
          {"message_bytes", delivery.message_bytes},
          {"message_sha256", text_or_null(delivery.message_sha256)}};
}

Json to_json(const store::Notification& notification) {
  return {{"id", notification.id},
          {"account", notification.account},
          {"kind", notification.kind},
          {"member_id", notification.member_id},
          {"member", notification.member_name},
          {"run_id", text_or_null(notification.run_id)},
          {"subject", notification.subject},
          {"body", notification.body},
          {"created_at", to_json(std::optional(notification.created_at))},
          {"acknowledged_at", to_json(notification.acknowledged_at)},
          {"acknowledged_by", text_or_null(notification.acknowledged_by)},
          {"mail_state", text_or_null(notification.mail_state)},
          {"mail_answer", text_or_null(notification.mail_answer)}};
}

Json to_json(const store::Webhook& webhook) {
  return {{"id", webhook.id},
          {"account", webhook.account},
          {"url", webhook.url},
          {"events", webhook.events},
          {"outcomes", store::webhook_outcomes_name(webhook.outcomes)},
          {"secret_file", text_or_null(webhook.secret_file)},
          {"secret_credential", text_or_null(webhook.secret_credential)},
          {"created_at", format_utc(webhook.created_at)}};
}

Json to_json(const store::WebhookDelivery& delivery) {
  return {{"id", delivery.id},
          {"webhook_id", delivery.webhook_id},
          {"account", delivery.account},
          {"endpoint", delivery.endpoint},
          {"event", delivery.event},
          {"run_id", text_or_null(delivery.run_id)},
          {"export_id", text_or_null(delivery.export_id)},
          {"state", store::webhook_state_name(delivery.state)},
          {"attempts", delivery.attempts},
          {"status", delivery.status == 0 ? Json(nullptr) : Json(delivery.status)},
          {"answer", text_or_null(delivery.answer)},
          {"reason_class", text_or_null(delivery.reason_class)},
          {"created_at", format_utc(delivery.created_at)},
          {"sent_at", to_json(delivery.sent_at)},
          {"next_attempt_at", to_json(delivery.due_at)}};
}

Json to_json(const store::AuditRecord& record) {
  return {{"sequence", record.sequence},
          {"at", to_json(std::optional(record.at))},
          {"name", record.event.name},
          {"account", text_or_null(record.event.account)},
          {"subject", text_or_null(record.event.subject)},
          {"actor", record.event.actor},
          {"payload", parsed_or_text(record.event.payload)},
          {"hash", record.hash}};
}

Json to_json(const run::Ended& ended) {
  return {{"run_id", ended.run_id},
          {"account", ended.account},
          {"schedule", ended.schedule},
          {"state", store::run_state_name(ended.state)},
          {"status", ended.deferred ? Json(nullptr) : Json(store::run_status_word(ended.state))},
          {"deferred", ended.deferred},
          {"reason", text_or_null(ended.reason)},
          {"first", text_or_null(ended.first)}};
}

run::Ended ended_from_json(const Json& json) {
  const auto text = [&](const char* key) { return json.at(key).is_null() ? std::string() : json.at(key).get<std::string>(); };
  return {.run_id = json.at("run_id"),
          .account = json.at("account"),
          .schedule = json.at("schedule"),
          .state = store::parse_run_state(json.at("state").get<std::string>()).value_or(store::RunState::failed),
          .deferred = json.at("deferred"),
          .reason = text("reason"),
          .first = text("first")};
}

Json to_json(const run::Planned& planned) {
  Json skipped = Json::array();
  for (const auto slot : planned.skipped) skipped.push_back(format_utc(slot));
  return {{"account", planned.account},
          {"schedule", planned.schedule},
          {"report", planned.report},
          {"slot", to_json(planned.slot)},
          {"skipped", skipped},
          {"next_run_at", to_json(planned.next)},
          {"period", text_or_null(planned.period)},
          {"timezone", planned.timezone},
          {"recipients", planned.recipients},
          {"problem", text_or_null(planned.problem)}};
}

store::AuditEvents audit_of(const access::Actor& actor, const Change& change) {
  const Json payload = {{"before", change.before}, {"after", change.after}};
  return {{change.name, change.account, change.subject, actor.str(), json_text(payload)}};
}

}  // namespace reportctl::manage
