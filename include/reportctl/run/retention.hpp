// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <vector>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/retention.hpp"

namespace reportctl::run {

enum class PruneMode { rehearse, real };
enum class PruneWhat { everything, export_files };

/// What went, or would go.
struct Pruned {
  store::PrunedRows rows;
  std::int64_t files = 0, bytes = 0;  ///< stored files that nothing refers to
  std::int64_t young = 0;             ///< of those, so many stay for now: they were stored within the last hour
  [[nodiscard]] bool any() const { return rows.any() || files > 0; }
};

/// Applies `retention:`. Rows first, each few hundred committed on their own; then the files that no run or export has any more,
/// and those of more than a day that none ever had. A crash leaves nothing but files for the next one. Real ones leave a record
/// in the audit log.
Pruned prune(Parts&, PruneMode, PruneWhat, const std::string& actor);

/// The rows that it would take, the oldest of each kind first, at most `limit` of each.
std::vector<store::Prunable> prunable(Parts&, PruneWhat, int limit);

/// Is the daily one due? All it costs is to read a fact.
bool prune_is_due(store::State&, Instant now);
/// Does it when it is due and no other process took it. Nothing to do, or nothing went: rows and files are 0.
Pruned prune_daily(Parts&);

}  // namespace reportctl::run
