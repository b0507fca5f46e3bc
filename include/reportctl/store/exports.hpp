// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/process.hpp"
#include "reportctl/schedule/window.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

enum class ExportState { pending, processing, completed, failed, cancelled };
std::string_view export_state_name(ExportState);
std::optional<ExportState> parse_export_state(std::string_view);
std::vector<std::string> export_state_names();

/// Data that somebody asked for, and the file that came of it.
struct Export {
  std::string id;
  std::string account;
  std::string scope;  ///< `account`, `depot:north`
  std::string report;
  std::string format;
  std::string request;       ///< JSON; meant at created_at, whenever it is worked off
  std::string requested_by;  ///< access::Actor::str()
  std::string member;        ///< on whose behalf; empty: an operator's
  ExportState state = ExportState::pending;
  Instant created_at{};
  std::optional<Instant> started_at, finished_at;
  std::optional<Instant> expires_at;      ///< of the file; none: it is kept
  std::optional<Instant> file_pruned_at;  ///< the file is gone since
  std::int64_t fence = 0;
  int resumed = 0;                         ///< how often it was taken over from a dead process
  bool cancel_asked = false;               ///< its process is to stop
  bool interrupted = false;                ///< derived: processing and its owner is dead
  std::optional<schedule::Period> period;  ///< once it is completed
  std::string timezone;
  std::string reason;      ///< why it failed or was cancelled
  std::string violations;  ///< JSON array when a rule was broken; empty otherwise
  std::optional<std::int64_t> rows, bytes, generation_ms;
  std::string artifact_sha256, artifact_name;
};

/// In the events, `$run` is filled with the export's id, as for runs.
struct NewExport {
  std::string account, scope, report, format, request, requested_by, member;
  std::optional<ProcessIdentity> owner;  ///< worked on at once; none: pending
  Instant lease_until{};                 ///< with an owner; matters to other hosts only
  Instant now{};
  AuditEvents events;
};
Export create_export(State&, const NewExport&);

/// Pending ones and those whose owner is dead, the oldest first; at most `limit`. Its cost does not grow with the finished ones.
std::vector<Export> exports_to_work(State&, Instant now, int limit);

struct ExportTake {
  std::string id;
  std::int64_t fence = 0;  ///< as read: the condition
  ProcessIdentity owner;
  Instant lease_until{};
  Instant now{};
};
/// → processing, owned. nullopt: someone else took it, or it ended. Taking over from a dead owner counts in `resumed`.
std::optional<Export> take_export(State&, const ExportTake&);

/// Has somebody asked for its end?
bool cancel_is_asked(State&, std::string_view id);

struct ExportEnd {
  ExportState state = ExportState::completed;
  std::string reason, violations;
  std::optional<schedule::Period> period;  ///< once it is completed
  std::string timezone;
  std::optional<std::int64_t> rows, bytes, generation_ms;
  std::string artifact_sha256, artifact_name;
  std::optional<Instant> expires_at;
  AuditEvents events;
};
/// The only ending of an export that a process works on, in one transaction. FenceLost when it belongs to someone else now.
/// False, and nothing changed, when it would complete although its end was asked for.
bool finish_export(State&, const Export& taken, const ExportEnd&, Instant now);
/// A stop: pending again. FenceLost as above.
void release_export(State&, const Export& taken);

enum class CancelResult { cancelled, asked };
struct Cancellation {
  std::string id;
  AuditEvents cancelled, asked;  ///< what is recorded in each case
  std::string reason;
};
/// A pending one, or one whose process is dead, ends at once; a living process is told to stop. Error(conflict) when it ended
/// already.
CancelResult cancel_export(State&, const Cancellation&, Instant now);

struct ExportFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<ExportState> state = std::nullopt;
  std::optional<Instant> since = std::nullopt;
  int limit = 50;  ///< newest first; 0: all
  Sight sight = std::nullopt;
};
std::vector<Export> list_exports(State&, const ExportFilter&);
/// By id or an unambiguous prefix (≥ 4) among what is in sight. Error(not_found), Error(conflict).
Export get_export(State&, std::string_view id, const Sight&);
std::optional<Export> find_export(State&, std::string_view id);

/// What the newest files of a report of an account cost, runs and exports, newest first.
struct Measured {
  std::int64_t rows = 0, bytes = 0, milliseconds = 0;
  std::string format;
};
std::vector<Measured> measured(State&, std::string_view account, std::string_view report, int limit);

}  // namespace reportctl::store
