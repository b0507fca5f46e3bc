// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/state.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::store {

/// Error(conflict) when the account has a schedule of that name.
void add_schedule(State&, const schedule::Schedule&, const AuditEvents&, Instant now);
/// Replaces definition, owner and next_run_at where the revision is still `schedule.revision`; Error(conflict) when someone else
/// changed it meanwhile.
void edit_schedule(State&, const schedule::Schedule&, const AuditEvents&, Instant now);
/// The schedule and its history; the audit log keeps the fact.
void remove_schedule(State&, std::string_view id, const AuditEvents&, Instant now);

/// Several changes as one: all or nothing (apply).
struct ScheduleChanges {
  std::vector<access::Account> add_accounts, edit_accounts;
  std::vector<access::Member> add_members, edit_members;
  std::vector<std::string> remove_members;
  std::vector<Webhook> add_webhooks, edit_webhooks;
  std::vector<std::string> remove_webhooks;
  std::vector<schedule::Schedule> add, edit;
  std::vector<std::string> remove;
};
void apply_changes(State&, const ScheduleChanges&, const AuditEvents&, Instant now);

struct ScheduleFilter {
  std::optional<std::string> account;
  std::optional<std::string> report;
  std::optional<bool> active;
};
std::vector<schedule::Schedule> list_schedules(State&, const ScheduleFilter&);
std::optional<schedule::Schedule> find_schedule(State&, std::string_view id);
/// By name (within the account, or anywhere when that is unambiguous), by id, or by an unambiguous prefix of an id (≥ 4
/// characters). Error(not_found) with "did you mean"; Error(conflict) when ambiguous, naming the candidates.
schedule::Schedule get_schedule(State&, std::string_view name_or_id, const std::optional<std::string>& account);
bool name_is_free(State&, std::string_view account, std::string_view name);

}  // namespace reportctl::store
