// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// An address that no longer gets reports of schedules, whatever schedules and files say.
struct Suppression {
  std::string address;
  std::string account;      ///< empty: of every account
  std::string schedule_id;  ///< empty: of every schedule
  std::string schedule;     ///< its name; read only
  std::string reason;       ///< `unsubscribed`, `removed`
  Instant created_at{};
  std::string created_by;
};

/// False: it is there already, and nothing was recorded.
bool suppress(State&, const Suppression&, const AuditEvents&, Instant now);
/// Takes back everything of this address, of one account where one is given; how many entries that were.
int allow_again(State&, std::string_view address, const std::optional<std::string>& account, const AuditEvents&, Instant now);
/// By address. With a sight: those of accounts in it.
std::vector<Suppression> list_suppressions(State&, const Sight&);
/// `address` is normalized; `schedule_id` may be empty: of no schedule.
bool is_suppressed(State&, std::string_view account, std::string_view schedule_id, std::string_view address);
/// Those recipients of a schedule that may get it.
std::vector<Mailbox> allowed_recipients(State&, const schedule::Schedule&);

/// Whose mail it was that has this token in its List-Unsubscribe. nullopt: nobody's, or of a run that was pruned.
struct Subscription {
  std::string address, account, schedule_id, schedule;
};
std::optional<Subscription> subscription_of(State&, std::string_view token);

}  // namespace reportctl::store
