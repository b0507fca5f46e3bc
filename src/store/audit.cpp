// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/audit.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit_chain.hpp"
#include "columns.hpp"
#include "listing.hpp"
#include "reportctl/base/json.hpp"
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
std::string break_at(const AuditRecord& record, const AuditRecord& before, bool in_order) {
  const std::int64_t expected = before.sequence + 1;
  if (record.sequence > expected) {
    return record.sequence == expected + 1 ? fmt::format("record {} is missing", expected)
                                           : fmt::format("records {} to {} are missing", expected, record.sequence - 1);
  }
  if (record.sequence < expected) return fmt::format("record {} stands where {} should", record.sequence, expected);
  if (record.hash != chain_hash(before.hash, record)) {
    return fmt::format("{} does not fit its hash: it, or the hash of the record before it, was changed after it was written",
                       describe(record));
  }
  if (in_order && record.at < before.at)
    return fmt::format("{} is older than the record before it, of {}", describe(record), format_utc(before.at));
  return {};
}

/// Where the log begins after retention cut it.
struct Cut {
  std::int64_t sequence = 0;  ///< of the last record that went
  std::string hash;
};

/// Does this record say that the log was to be cut there, and was it old enough by a policy?
bool announces(const AuditRecord& record, const Cut& cut) {
  const auto payload = json_or_discarded(record.event.payload);
  if (!payload.is_object()) return false;
  if (record.event.name == kRetentionApplied)
    return payload.value("auditHead", nlohmann::ordered_json()) == cut.hash;  // before schema 10
  if (record.event.name != kAuditCut) return false;
  const auto last = payload.value("lastSequence", nlohmann::ordered_json());
  const auto before = payload.value("olderThan", nlohmann::ordered_json());
  if (!last.is_number_integer() || !before.is_string()) return false;
  const auto moment = parse_instant(before.get<std::string>());
  if (!moment || *moment + kShortestAuditRetention > record.at || last < cut.sequence) return false;
  return last > cut.sequence || payload.value("lastHash", nlohmann::ordered_json()) == cut.hash;
}

/// Older records may have times that REPORTCTL_NOW chose.
std::int64_t in_order_after(State& state) {
  const auto text = state.fact("audit_in_order_after");
  return text ? parse_integer(*text).value_or(0) : 0;
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

AuditVerdict verify_audit(State& state, std::string_view expected_head, const RowsDone& told) {
  AuditVerdict verdict;
  const ReadTransaction moment(state.connection());
  AuditRecord before;
  before.hash = audit_genesis();
  std::optional<Cut> cut;
  if (Query found(state.connection(), R"sql(SELECT sequence, hash FROM audit_cut)sql"); found.next()) {
    cut = Cut{found.integer(), found.text()};
    before.sequence = verdict.pruned = cut->sequence;
    before.hash = cut->hash;
  }
  verdict.head = before.hash;
  std::int64_t newest = 0;
  if (Query found(state.connection(), R"sql(SELECT ifnull(max(sequence), 0) FROM audit)sql"); found.next())
    newest = found.integer();
  bool announced = !cut;
  const auto ordered_after = in_order_after(state);
  bool anchored = expected_head.empty() || expected_head == verdict.head;
  Query query(state.connection(), fmt::format(R"sql(SELECT {} FROM audit ORDER BY sequence)sql", select_list(kAuditColumns)));
  while (query.next()) {
    AuditRecord record = read_columns(query, kAuditColumns);
    verdict.problem = break_at(record, before, before.sequence > ordered_after);
    if (!verdict.problem.empty()) return verdict;
    ++verdict.records;
    if (told) told(verdict.records, newest - verdict.pruned);
    verdict.head = record.hash;
    anchored = anchored || record.hash == expected_head;
    announced = announced || announces(record, *cut);
    before = std::move(record);
  }
  if (!announced) {
    verdict.problem = fmt::format("the first {} are missing, and no record says that a retention policy removed them",
                                  verdict.pruned == 1 ? "record" : fmt::format("{} records", verdict.pruned));
    return verdict;
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
