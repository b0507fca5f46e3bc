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
#include "reportctl/store/calendars.hpp"
#include "reportctl/store/sight.hpp"
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

/// An occurrence that does not run, recorded as a run that ended before it began.
struct SkippedSlot {
  std::string schedule_id;
  Instant slot{};
  std::string reason;
};

/// Several changes as one: all or nothing (apply).
struct ScheduleChanges {
  std::vector<access::Account> add_accounts, edit_accounts;
  std::vector<access::Member> add_members, edit_members;
  std::vector<std::string> remove_members;
  std::vector<Webhook> add_webhooks, edit_webhooks;
  std::vector<std::string> remove_webhooks;
  std::vector<schedule::Schedule> add, edit;
  std::vector<std::string> remove;
  std::vector<SkippedSlot> skipped;
  std::vector<Calendar> put_calendars;
  std::vector<std::string> remove_calendars;
};
void apply_changes(State&, const ScheduleChanges&, const AuditEvents&, Instant now);

struct ScheduleFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<std::string> report = std::nullopt;
  std::optional<bool> active = std::nullopt;
  Sight sight = std::nullopt;
};
std::vector<schedule::Schedule> list_schedules(State&, const ScheduleFilter&);
std::optional<schedule::Schedule> find_schedule(State&, std::string_view id);
struct ScheduleName {
  std::string name_or_id;
  std::optional<std::string> account = std::nullopt;
  Sight sight = std::nullopt;
};
/// By name, by id, or by an unambiguous prefix (≥ 4) of an id, among what is in sight and, where one is given, in the account.
/// Error(not_found) with "did you mean"; Error(conflict) when ambiguous, naming the candidates.
schedule::Schedule get_schedule(State&, const ScheduleName&);
struct ScheduleCounts {
  std::int64_t all = 0, active = 0, due = 0;
  std::int64_t overdue = 0;   ///< active, and due for longer than the moment that was given
  std::int64_t orphaned = 0;  ///< active, and run on behalf of a member who is gone: each occurrence will be rejected
};
struct CountAt {
  Instant now{};
  Instant overdue_before{};
};
ScheduleCounts count_schedules(State&, const CountAt&, const Sight&);
/// The active schedule that fires next.
std::optional<schedule::Schedule> next_schedule(State&, const Sight&);
bool name_is_free(State&, std::string_view account, std::string_view name);

}  // namespace reportctl::store
