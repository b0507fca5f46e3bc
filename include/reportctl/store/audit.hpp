// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/store/progress.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Something that happened. Appended in the transaction of what it records, never changed, chained by SHA-256: a record's hash is
/// that of `<hash before>\n` and, each as `<length in bytes>:<text>`, its sequence, time (`2026-03-17T06:00:00Z`), name, account,
/// subject, actor and payload. The first is chained to 64 zeros.
/// Records made under REPORTCTL_NOW, or after the host's clock was set back, keep in their payload what the command took for the
/// time: `clock`.
struct AuditEvent {
  std::string name;     ///< `ScheduledReportConfigured`, `AccountAdded`, …
  std::string account;  ///< empty when it concerns none
  std::string subject;  ///< id of the schedule, run, member …
  std::string actor;    ///< access::Actor::str(), or kRunActor, which is recorded with whoever started it: `run-due by root`
  std::string payload;  ///< JSON object as text
};
/// What the program does by itself.
inline constexpr const char* kRunActor = "run-due";
/// What a retention removed; before schema 10 it alone told of a cut of this log.
inline constexpr const char* kRetentionApplied = "RetentionApplied";
using AuditEvents = std::vector<AuditEvent>;

struct AuditRecord {
  std::int64_t sequence = 0;  ///< from 1, without gaps
  Instant at{};               ///< by the host's clock, and never before the record that it follows
  AuditEvent event;
  std::string hash;  ///< SHA-256 over the previous hash and this record's canonical form
};

struct AuditFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> subject = std::nullopt;
  std::optional<Instant> since = std::nullopt;
  int limit = 100;  ///< newest first; 0: all
};

/// Appends on their own (where no other change is recorded): a rejected configuration, an on-demand run.
void append_audit(State&, const AuditEvents&, Instant now);
std::vector<AuditRecord> list_audit(State&, const AuditFilter&);

struct AuditVerdict {
  bool sound = false;
  std::int64_t records = 0;  ///< that were found good
  std::int64_t pruned = 0;   ///< so many stood before them and were cut off by the retention policy
  std::string head;          ///< hash of the last record; 64 zeros when there is none
  std::string problem;       ///< the first break, in words, when not sound
};
/// Walks the whole chain. `expected_head`: also requires the head, or a record on the way, to be this one (an anchor kept
/// elsewhere).
AuditVerdict verify_audit(State&, std::string_view expected_head, const RowsDone& = {});

}  // namespace reportctl::store
