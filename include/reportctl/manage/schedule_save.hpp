// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <string>

#include "reportctl/manage/records.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::manage {

/// A draft and for whom it is checked. `renamed`: the name must be free (a new schedule, or one that gets another name).
struct SaveRequest {
  validation::Draft draft;
  access::Account account;
  bool renamed = true;
};

/// Every rule at save: those of the draft, the name, and the selectors against the data of the account's source (a source that
/// cannot be asked is the violation source_unavailable). The roles are the actor's.
validation::DraftCheck check_for_save(const Editor&, const SaveRequest&);

/// The actor's roles in account and scope. A scope that is not written well is refused by validation: until then every role
/// counts.
std::set<access::Role> acting_roles(const access::Actor&, const access::Account&, const std::string& scope);
/// All roles of the actor in the account, whatever their sites.
std::set<access::Role> roles_anywhere(const access::Actor&, const access::Account&);
/// Why the actor's roles do not allow this there (role_not_permitted), and where they would; empty: they do. A scope that is not
/// written well is left to validation.
validation::Violations role_problems(const access::Actor&, access::Action, const access::Account&, const std::string& scope);
/// The same of a schedule that is to be saved, with what else is wrong in it; nothing is looked up in the data.
validation::Violations refused_by_role(const Editor&, const SaveRequest&);
/// A refusal with role_problems(), if there are any.
void require_in_scope(const access::Actor&, access::Action, const access::Account&, const std::string& scope);

/// On whose behalf a schedule of the actor runs: the actor's membership in its account and scope; empty for an operator without
/// one.
std::string owner_for(const Editor&, const schedule::Definition&);

/// A schedule that gets recipients it did not have is from then on the actor's to answer for.
void note_giver(const Editor&, const schedule::Definition& before, schedule::Schedule& after);

schedule::Rhythm rhythm_of(const schedule::Definition&, std::string_view account_timezone);
/// forward from now.
std::optional<Instant> first_run(const schedule::Definition&, std::string_view account_timezone, Instant now);
/// rhythm_never: there is no further occurrence.
validation::Violation never_again();
/// Do two definitions fire at the same moments?
bool same_rhythm(const schedule::Definition& before, std::string_view timezone_before, const schedule::Definition& after,
                 std::string_view timezone_after);

/// ScheduledReportConfigured; `before` and `after` are schedules as JSON, null where there is none.
store::AuditEvent configured_event(const Editor&, const schedule::Schedule&, const Json& before, const Json& after);
/// ScheduledReportConfigurationRejected.
store::AuditEvent rejected_event(const Editor&, const validation::Draft&, const validation::Violations&,
                                 const std::string& schedule_id);

/// A new schedule of the actor, ready for the store.
schedule::Schedule new_schedule(const Editor&, schedule::Definition, const access::Account&);

/// The account of a schedule. Error(state) when it is gone.
access::Account account_of(const Viewer&, const schedule::Schedule&);

/// Is this the only rule that is broken?
bool only(const validation::Violations&, validation::Code);
/// The error that says all of it: exit code 7; 4 when the only rule broken is the actor's role, 13 when it is only that the
/// source was not reached.
[[noreturn]] void refuse(const std::string& what, const validation::Violations&);

/// What a run of a stored schedule would be rejected for, with the roles of its owner, now.
validation::Violations broken_rules(run::Parts&, const schedule::Schedule&);

}  // namespace reportctl::manage
