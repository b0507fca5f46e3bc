// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/audit.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "audit_chain.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

constexpr const char* kColumns = "SELECT sequence, at, name, account, subject, actor, payload, hash FROM audit";

/// What the first record's hash is chained to.
std::string genesis() { return std::string(64, '0'); }

AuditRecord read_record(Query& query) {
  AuditRecord record;
  record.sequence = query.integer();
  record.at = query.instant();
  record.event.name = query.text();
  record.event.account = query.text();
  record.event.subject = query.text();
  record.event.actor = query.text();
  record.event.payload = query.text();
  record.hash = query.text();
  return record;
}

/// `5:hello`: with its length before it, no field can run into the next.
void add_field(std::string& canonical, std::string_view field) {
  fmt::format_to(std::back_inserter(canonical), "{}:{}", field.size(), field);
}

std::string describe(const AuditRecord& record) {
  return fmt::format("record {} ({} at {})", record.sequence, visible(record.event.name), format_utc(record.at));
}

/// Why this record cannot follow the one before it; empty when it can.
std::string break_at(const AuditRecord& record, std::int64_t before, const std::string& previous_hash) {
  const std::int64_t expected = before + 1;
  if (record.sequence > expected) {
    return record.sequence == expected + 1 ? fmt::format("record {} is missing", expected)
                                           : fmt::format("records {} to {} are missing", expected, record.sequence - 1);
  }
  if (record.sequence < expected) return fmt::format("record {} stands where {} should", record.sequence, expected);
  if (record.hash != chain_hash(previous_hash, record)) {
    return fmt::format("{} does not fit its hash: it, or the hash of the record before it, was changed after it was written",
                       describe(record));
  }
  return {};
}

}  // namespace

std::string chain_hash(std::string_view previous_hash, const AuditRecord& record) {
  std::string text = fmt::format("{}\n", previous_hash);
  add_field(text, fmt::format("{}", record.sequence));
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
  AuditRecord record{.sequence = 0, .at = now, .event = {}, .hash = genesis()};
  {
    Query head(connection, "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1");
    if (head.next()) {
      record.sequence = head.integer();
      record.hash = head.text();
    }
  }
  for (const auto& event : events) {
    ++record.sequence;
    record.event = event;
    record.hash = chain_hash(record.hash, record);
    Query(connection,
          "INSERT INTO audit (sequence, at, name, account, subject, actor, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(record.sequence, record.at, event.name, event.account, event.subject, event.actor, event.payload, record.hash)
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

std::string event_payload(const std::map<std::string, std::string>& fields) { return json_text(nlohmann::json(fields)); }

void append_audit(State& state, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  append_events(state.connection(), events, now);
  transaction.commit();
}

std::vector<AuditRecord> list_audit(State& state, const AuditFilter& filter) {
  std::string sql = fmt::format("{} WHERE 1", kColumns);
  if (filter.subject) sql += " AND subject = ?";
  if (filter.account) sql += " AND account = ?";
  if (filter.name) sql += " AND name = ?";
  if (filter.since) sql += " AND at >= ?";
  sql += " ORDER BY sequence DESC LIMIT ?";
  Query query(state.connection(), sql);
  if (filter.subject) query.bind(*filter.subject);
  if (filter.account) query.bind(*filter.account);
  if (filter.name) query.bind(*filter.name);
  if (filter.since) query.bind(*filter.since);
  query.bind(filter.limit > 0 ? filter.limit : -1);
  std::vector<AuditRecord> records;
  while (query.next()) records.push_back(read_record(query));
  return records;
}

AuditVerdict verify_audit(State& state, std::string_view expected_head) {
  AuditVerdict verdict;
  const ReadTransaction moment(state.connection());
  std::int64_t before = 0;
  verdict.head = genesis();
  if (Query cut(state.connection(), "SELECT sequence, hash FROM audit_cut"); cut.next()) {
    before = verdict.pruned = cut.integer();
    verdict.head = cut.text();
  }
  bool anchored = expected_head.empty() || expected_head == verdict.head;
  Query query(state.connection(), fmt::format("{} ORDER BY sequence", kColumns));
  while (query.next()) {
    const AuditRecord record = read_record(query);
    verdict.problem = break_at(record, before, verdict.head);
    if (!verdict.problem.empty()) return verdict;
    before = record.sequence;
    ++verdict.records;
    verdict.head = record.hash;
    anchored = anchored || record.hash == expected_head;
  }
  if (!anchored && verdict.pruned > 0) {
    verdict.problem = fmt::format(
        "no record has the expected hash {}: it is among the first {}, which were pruned, or the chain was written anew",
        visible(expected_head), verdict.pruned);
  } else if (!anchored) {
    verdict.problem =
        fmt::format("no record has the expected hash {}: records were cut off the end, or the chain was written anew",
                    visible(expected_head));
  }
  verdict.sound = verdict.problem.empty();
  return verdict;
}

}  // namespace reportctl::store
