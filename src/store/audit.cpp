// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/audit.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "audit_chain.hpp"
#include "columns.hpp"
#include "listing.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

constexpr std::array kAuditColumns{
    column<&AuditRecord::sequence>("sequence"),
    column<&AuditRecord::at>("at"),
    Column<AuditRecord>{"name", [](Query& query, AuditRecord& record) { record.event.name = query.text(); }},
    Column<AuditRecord>{"account", [](Query& query, AuditRecord& record) { record.event.account = query.text(); }},
    Column<AuditRecord>{"subject", [](Query& query, AuditRecord& record) { record.event.subject = query.text(); }},
    Column<AuditRecord>{"actor", [](Query& query, AuditRecord& record) { record.event.actor = query.text(); }},
    Column<AuditRecord>{"payload", [](Query& query, AuditRecord& record) { record.event.payload = query.text(); }},
    column<&AuditRecord::hash>("hash"),
};

constexpr ListedTable kAuditTable{
    .table = "audit a", .joined = "", .key = "a.sequence", .id = "a.sequence", .account = "a.account", .only = "NULL"};

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

void append_audit(State& state, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  append_events(state.connection(), events, now);
  transaction.commit();
}

std::vector<AuditRecord> list_audit(State& state, const AuditFilter& filter) {
  const Sight everything;
  Listed list{.table = kAuditTable, .columns = select_list(kAuditColumns), .where = {}, .sight = everything};
  list.where.add("subject = {}", filter.subject).add("account = {}", filter.account).add("name = {}", filter.name);
  list.where.add(R"sql(sequence >= (SELECT min(sequence) FROM audit WHERE at >= {0}) AND at >= {0})sql", filter.since);
  Query query(state.connection(), select_newest(std::move(list), filter.limit));
  return read_all(query, kAuditColumns);
}

AuditVerdict verify_audit(State& state, std::string_view expected_head) {
  AuditVerdict verdict;
  const ReadTransaction moment(state.connection());
  std::int64_t before = 0;
  verdict.head = audit_genesis();
  if (Query cut(state.connection(), R"sql(SELECT sequence, hash FROM audit_cut)sql"); cut.next()) {
    before = verdict.pruned = cut.integer();
    verdict.head = cut.text();
  }
  bool anchored = expected_head.empty() || expected_head == verdict.head;
  Query query(state.connection(), fmt::format(R"sql(SELECT {} FROM audit ORDER BY sequence)sql", select_list(kAuditColumns)));
  while (query.next()) {
    const AuditRecord record = read_columns(query, kAuditColumns);
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
