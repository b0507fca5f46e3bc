// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "webhook_queue.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "part_row.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/schedule/period_json.hpp"
#include "reportctl/store/runs.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

using WebhookJson = nlohmann::ordered_json;

WebhookJson text_or_nothing(const std::string& text) { return text.empty() ? WebhookJson(nullptr) : WebhookJson(text); }

WebhookJson instant_or_nothing(const std::optional<Instant>& instant) {
  return instant ? WebhookJson(format_utc(*instant)) : WebhookJson(nullptr);
}

WebhookJson number_or_nothing(const std::optional<std::int64_t>& number) {
  return number ? WebhookJson(*number) : WebhookJson(nullptr);
}

/// Only the codes: the messages of broken rules name people's addresses.
std::string codes_of(const std::string& violations) {
  std::string codes;
  const auto list = json_or_discarded(violations);
  if (!list.is_array()) return codes;
  for (const auto& violation : list) {
    if (violation.is_object()) codes += (codes.empty() ? "" : ", ") + violation.value("code", "");
  }
  return codes;
}

/// The keys of parts are not told: they may name people.
std::string parts_missed(const PartCounts& counts) {
  std::int64_t all = 0, bad = 0;
  for (const auto& [state, parts] : counts) {
    all += parts;
    if (!ended_well(state)) bad += parts;
  }
  return fmt::format("{} of {} parts did not end well", bad, all);
}

/// Deliveries are counted here, since the run's own words name a recipient and repeat a mail server's.
std::string recipients_missed(Connection& connection, std::string_view run_id) {
  Query query(connection,
              R"sql(
                SELECT count(*), sum(state = 'accepted'), sum(state = 'unknown')
                FROM deliveries WHERE run_id = ? AND notification_id IS NULL)sql");
  if (!query.bind(run_id).next()) return {};
  const auto all = query.integer(), accepted = query.integer(), unknown = query.integer();
  return unknown > 0 ? fmt::format("{} of {} recipients did not get it, or nobody knows", all - accepted, all)
                     : fmt::format("{} of {} recipients did not get it", all - accepted, all);
}

/// What was, or was to be, stored where.
WebhookJson places_of(Connection& connection, std::string_view run_id) {
  Query query(connection, R"sql(
    SELECT destination, substr(address, length(destination) + 2), state FROM deliveries WHERE run_id = ? AND destination <> ''
    ORDER BY number)sql");
  query.bind(run_id);
  auto places = WebhookJson::array();
  while (query.next()) {
    WebhookJson place;
    for (const char* key : {"destination", "path", "state"}) place[key] = query.text();
    places.push_back(std::move(place));
  }
  return places;
}

/// All of them, the first included.
WebhookJson files_of(Connection& connection, const Run& run) {
  auto files = WebhookJson::array();
  for (const auto& file : run_files(connection, run))
    files.push_back(
        {{"report", file.report}, {"format", file.format}, {"rows", file.rows}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return files;
}

std::string told_reason(Connection& connection, const Run& run) {
  if (const auto counts = count_parts(connection, run.id); !counts.empty())
    return ended_well(run.state) ? std::string() : parts_missed(counts);
  switch (run.state) {
    case RunState::delivered:
      return {};
    case RunState::partial:
    case RunState::delivery_failed:
    case RunState::unknown:
      return recipients_missed(connection, run.id);
    case RunState::rejected:
      return codes_of(run.violations);
    case RunState::waiting:
    case RunState::triggered:
    case RunState::generated:
    case RunState::no_data:
    case RunState::quiet:
    case RunState::failed:
    case RunState::skipped:
      break;
  }
  return without_addresses(run.reason);
}

/// Ids of the webhooks of the event's account that want to know, with their endpoints.
std::vector<std::pair<std::string, std::string>> listeners(Connection& connection, const WebhookEvent& event) {
  Query query(connection,
              R"sql(
                SELECT id, url FROM webhooks WHERE account = ? AND (outcomes = 'all' OR ?) AND EXISTS (SELECT 1
                FROM json_each(iif(json_valid(webhooks.events), webhooks.events, '[]')) WHERE value = ?)
                ORDER BY number)sql");
  query.bind(event.account, event.failure, event.event);
  std::vector<std::pair<std::string, std::string>> found;
  while (query.next()) {
    std::string id = query.text();
    found.emplace_back(std::move(id), endpoint_of(query.text()));
  }
  return found;
}

bool has_webhooks(Connection& connection, std::string_view account) {
  return Query(connection, R"sql(SELECT 1 FROM webhooks WHERE account = ? LIMIT 1)sql").bind(account).next();
}

}  // namespace

std::string without_addresses(std::string_view reason) {
  std::string clean;
  for (const auto& line : split(reason, '\n')) {
    if (!clean.empty()) clean += '\n';
    auto words = split(line, ' ');
    for (auto& word : words) {
      if (word.find('@') != std::string::npos) word = "(address)";
    }
    clean += join(words, " ");
  }
  return clean;
}

void queue_webhooks(Connection& connection, const WebhookEvent& event, Instant now) {
  for (const auto& [webhook, endpoint] : listeners(connection, event)) {
    const auto id = new_id();
    WebhookJson body = {{"id", id}, {"event", event.event}, {"created_at", format_utc(now)}, {"account", event.account}};
    body.update(json_from(event.payload));
    Query(connection,
          R"sql(
            INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, run_id, export_id, body, state,
            created_at, due_at, reason_class) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued', ?9, ifnull(pause, ?9),
            iif(pause IS NULL, '', 'paused') FROM (SELECT min(due_at) AS pause FROM webhook_deliveries
            WHERE webhook_id = ?2 AND due_at > ?9 AND reason_class = 'paused'))sql")
        .bind(id, webhook, event.account, endpoint, event.event, null_if_empty(event.run_id), null_if_empty(event.export_id),
              json_text(body), now)
        .run();
  }
}

void queue_run_webhooks(Connection& connection, std::string_view run_id, Instant now) {
  const auto stored = find_run(connection, run_id);
  if (!stored || !has_webhooks(connection, stored->run.account)) return;
  const Run& run = stored->run;
  const WebhookJson payload = {{"run_id", run.id},
                               {"schedule_id", text_or_nothing(run.schedule_id)},
                               {"schedule", text_or_nothing(run.schedule_name)},
                               {"trigger", trigger_name(run.trigger)},
                               {"slot", instant_or_nothing(run.slot)},
                               {"report", run.report},
                               {"state", run_state_name(run.state)},
                               {"status", run_status_word(run.state)},
                               {"reason", text_or_nothing(told_reason(connection, run))},
                               {"condition", decision_record(run.decision)},
                               {"parts", parts_record(count_parts(connection, run.id))},
                               {"data_until", instant_or_nothing(run.data_until)},
                               {"period", schedule::period_json(run.period, run.timezone)},
                               {"format", text_or_nothing(run.format)},
                               {"rows", number_or_nothing(run.rows)},
                               {"bytes", number_or_nothing(run.bytes)},
                               {"sha256", text_or_nothing(run.artifact_sha256)},
                               {"files", files_of(connection, run)},
                               {"places", places_of(connection, run.id)},
                               {"finished_at", instant_or_nothing(run.finished_at)}};
  queue_webhooks(connection,
                 {.event = "run",
                  .account = run.account,
                  .run_id = run.id,
                  .export_id = {},
                  .failure = !ended_well(run.state),
                  .payload = json_text(payload)},
                 now);
}

void queue_export_webhooks(Connection& connection, std::string_view export_id, Instant now) {
  Query query(connection,
              R"sql(
        SELECT account, report, format, state, reason, violations, first_day, last_day, snapshot, timezone, row_count,
        bytes, artifact_sha256, finished_at FROM exports
        WHERE id = ?)sql");
  if (!query.bind(export_id).next()) return;
  const std::string account = query.text();
  if (!has_webhooks(connection, account)) return;
  const std::string report = query.text(), format = query.text(), state = query.text(), reason = query.text(),
                    violations = query.text();
  const auto period = query.optional_period();
  const std::string timezone = query.text();
  const auto rows = query.optional_integer(), bytes = query.optional_integer();
  const std::string sha256 = query.text();
  const auto codes = codes_of(violations);
  const WebhookJson payload = {{"export_id", export_id},
                               {"report", report},
                               {"state", state},
                               {"reason", text_or_nothing(codes.empty() ? without_addresses(reason) : codes)},
                               {"period", schedule::period_json(period, timezone)},
                               {"format", text_or_nothing(format)},
                               {"rows", number_or_nothing(rows)},
                               {"bytes", number_or_nothing(bytes)},
                               {"sha256", text_or_nothing(sha256)},
                               {"finished_at", instant_or_nothing(query.optional_instant())}};
  queue_webhooks(connection,
                 {.event = "export",
                  .account = account,
                  .run_id = {},
                  .export_id = std::string(export_id),
                  .failure = state == "failed",
                  .payload = json_text(payload)},
                 now);
}

}  // namespace reportctl::store
