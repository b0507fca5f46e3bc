// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/store/audit.hpp"
#include "reportctl/store/progress.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// What ended before these moments goes; none: nothing does.
struct Cuts {
  std::optional<Instant> runs;  ///< finished runs and exports: the rows
  std::optional<Instant> run_files, export_files;
  std::optional<Instant> notifications;  ///< acknowledged ones
  std::optional<Instant> audit;
  Instant now{};      ///< exports that expired by then lose their file, whatever the cut
  std::string actor;  ///< who applies the policy, for the audit log
};

struct PrunedRows {
  std::int64_t runs = 0, exports = 0, run_files = 0, export_files = 0, notifications = 0, audit = 0;
  std::string audit_head;  ///< hash of the last record that was cut off
  [[nodiscard]] std::int64_t total() const { return runs + exports + run_files + export_files + notifications + audit; }
  [[nodiscard]] bool any() const { return total() > 0; }
};

/// The same cuts, but each at most `step` after the oldest row that it takes.
Cuts in_steps(State&, Cuts, std::chrono::seconds step);

/// What prune_rows() would take.
PrunedRows count_prunable(State&, const Cuts&);

/// One of those rows.
struct Prunable {
  const char* kind = "";  ///< `run`, `export`: the row; `run file`, `export file`: only its file; `notification`
  std::string id, account;
  std::string about;  ///< the report, or the kind of notification
  Instant since{};    ///< when it ended, or was told
  std::optional<std::int64_t> bytes;
};
/// The oldest of each kind first, at most `limit` of each. The audit log is counted only.
std::vector<Prunable> list_prunable(State&, const Cuts&, int limit);

/// Takes it, in transactions of a fraction of a second each, so that others can write in between. Runs with mails that were never
/// sent stay; so does the newest record of the audit log, and the head of what was cut.
PrunedRows prune_rows(State&, const Cuts&, const RowsDone& = {});

/// Does a run or export that prune_rows() would leave alone have this file?
bool is_file_kept(State&, std::string_view sha256, const Cuts&);
/// Did anything ever have it, as far as rows remember?
bool is_file_known(State&, std::string_view sha256);

/// Moves the fact `name` to `now` when it is older than `every` seconds. One of many processes gets true.
bool claim_daily(State&, std::string_view name, Instant now, std::int64_t every);

}  // namespace reportctl::store
