// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/manage/apply_file.hpp"
#include "reportctl/manage/records.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

enum class ItemAction { create, change, unchanged, remove };

/// One item and what becomes of it.
struct PlannedItem {
  ItemAction action = ItemAction::unchanged;
  std::string kind;  ///< account, member, webhook, schedule
  std::string account;
  std::string name;
  std::vector<std::string> diff;
};

/// What apply would do, complete: the changes for the store and their audit events, in one piece.
struct ApplyPlan {
  std::vector<PlannedItem> items;
  store::ScheduleChanges changes;
  store::AuditEvents events;
  std::vector<std::string> images;  ///< logos that the accounts name by hash; to be kept before the changes are made
  [[nodiscard]] int count(ItemAction) const;
};

enum class Prune { no, yes };

/// Compares the input with the state. Error(not_permitted) for what the actor may not change; Error(invalid) with file and line
/// for everything that breaks a rule (the refusal of schedules is in the audit log then, unless it is a rehearsal). Changes
/// nothing.
struct ApplyOptions {
  Prune prune = Prune::no;
  bool rehearsal = false;
};
ApplyPlan plan_apply(const Editor&, const ApplyInput&, const ApplyOptions&);

}  // namespace reportctl::manage
