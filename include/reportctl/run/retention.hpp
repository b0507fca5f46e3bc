// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <vector>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/retention.hpp"

namespace reportctl::run {

/// How long a file is there after its run or export ended: its row takes it along.
settings::Retention::Keep life_of_run_files(const settings::Retention&);
settings::Retention::Keep life_of_exports(const settings::Retention&);

enum class PruneMode { rehearse, real };
enum class PruneWhat { everything, export_files };
/// Files that no run or export ever had: those of interrupted commands, a handful. Where they are most of what is there, the
/// place is another's, or the state file an older one: then they stay until somebody says that they may go.
enum class UnknownFiles { few, any };

/// What went, or would go.
struct Pruned {
  store::PrunedRows rows;
  std::int64_t files = 0, bytes = 0;  ///< stored files that nothing refers to
  std::int64_t unknown = 0;           ///< files that nothing ever had and that stay, being more than those that are known
  bool limited = false;               ///< the daily one goes on tomorrow
  std::int64_t young = 0;             ///< of those, so many stay for now: they were stored within the last hour
  [[nodiscard]] bool any() const { return rows.any() || files > 0; }
};

/// Applies `retention:`. Rows first, committed every fraction of a second; then the files that no run or export has any more,
/// and those of more than a week that none ever had. A crash leaves nothing but files for the next one. Real ones leave a record
/// in the audit log.
struct Pruning {
  PruneWhat what = PruneWhat::everything;
  UnknownFiles unknown = UnknownFiles::few;
  std::string actor;
  store::RowsDone progress = {};
};
Pruned prune(Parts&, PruneMode, const Pruning&);

/// The rows that it would take, the oldest of each kind first, at most `limit` of each.
std::vector<store::Prunable> prunable(Parts&, PruneWhat, int limit);

/// Is the daily one due? All it costs is to read a fact.
bool prune_is_due(store::State&, Instant now);
/// Does it when it is due and no other process took it. Nothing to do, or nothing went: rows and files are 0.
Pruned prune_daily(Parts&);

}  // namespace reportctl::run
