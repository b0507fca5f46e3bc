// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "audit_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"

namespace reportctl::store {
namespace {

/// `5:hello`: with its length before it, no field can run into the next.
void add_field(std::string& canonical, std::string_view field) {
  const fmt::format_int size(field.size());
  canonical.append(size.data(), size.size()).append(1, ':').append(field);
}

constexpr std::size_t kAroundPayload = 256;  ///< most records have less than this beside it

/// A command that waited for the state file is no clock that was set back.
constexpr auto kSameMoment = std::chrono::minutes(1);

/// The event as it is recorded: with whoever started run-due, and with the command's own time where that is another.
AuditEvent recorded(AuditEvent event, const std::string& starter, std::optional<Instant> clock) {
  if (event.actor == kRunActor && !starter.empty()) event.actor = fmt::format("{} by {}", kRunActor, starter);
  if (!clock) return event;
  auto payload = json_or_discarded(event.payload);
  if (!payload.is_object()) payload = {{"payload", event.payload}};
  payload["clock"] = format_utc(*clock);
  event.payload = json_text(payload);
  return event;
}

}  // namespace

std::string audit_genesis() { return std::string(64, '0'); }

std::string chain_hash(std::string_view previous_hash, const AuditRecord& record) {
  std::string text;
  text.reserve(previous_hash.size() + record.event.payload.size() + kAroundPayload);
  text.append(previous_hash).append(1, '\n');
  add_field(text, fmt::format_int(record.sequence).str());
  add_field(text, format_utc(record.at));
  add_field(text, record.event.name);
  add_field(text, record.event.account);
  add_field(text, record.event.subject);
  add_field(text, record.event.actor);
  add_field(text, record.event.payload);
  return sha256_hex(text);
}

void append_events(Connection& connection, const AuditEvents& events, Instant now) {
  if (events.empty()) return;
  AuditRecord record{.sequence = 0, .at = clock_is_replaced() ? host_clock() : now, .event = {}, .hash = audit_genesis()};
  {
    Query head(connection, R"sql(SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1)sql");
    if (head.next()) {
      record.sequence = head.integer();
      record.hash = head.text();
      record.at = std::max(record.at, head.instant());
    }
  }
  const bool is_told = clock_is_replaced() || record.at - now > kSameMoment;
  for (const auto& event : events) {
    ++record.sequence;
    record.event = recorded(event, connection.actor(), is_told ? std::optional(now) : std::nullopt);
    record.hash = chain_hash(record.hash, record);
    Query(connection,
          R"sql(
            INSERT INTO audit (sequence, at, name, account, subject, actor, payload, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql")
        .bind(record.sequence, record.at, event.name, event.account, event.subject, record.event.actor, record.event.payload,
              record.hash)
        .run();
  }
}

AuditEvents with_run(AuditEvents events, std::string_view run_id) {
  constexpr std::string_view kToken = "\"$run\"";
  for (auto& event : events) {
    if (event.subject == "$run") event.subject = run_id;
    const std::string quoted = fmt::format("\"{}\"", run_id);
    for (std::size_t at = 0; (at = event.payload.find(kToken, at)) != std::string::npos;) {
      // A quote behind a backslash is part of somebody's text, not the beginning of a string.
      const bool whole = at == 0 || event.payload[at - 1] != '\\';
      if (whole) event.payload.replace(at, kToken.size(), quoted);
      at += whole ? quoted.size() : 1;
    }
  }
  return events;
}

std::string event_payload(const std::map<std::string, std::string>& fields) { return json_text(nlohmann::ordered_json(fields)); }

}  // namespace reportctl::store
