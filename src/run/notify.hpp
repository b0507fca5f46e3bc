// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/endings.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::run {

/// What an owner or admin must know about a run that did not end well.
struct Failure {
  store::RunState state = store::RunState::failed;
  std::string reason;                                             ///< one sentence
  std::vector<std::pair<std::string, std::string>> broken_rules;  ///< code → message, for rejected runs
  std::vector<store::Delivery> deliveries;                        ///< the ledger as it will stand
  std::vector<std::string> bad_rows = {};                         ///< keys of the parts that were rejected
};
/// What has to change before the run can be made or sent again with another end; empty: nothing that is known.
std::string first_step(Parts&, const Failure&, const store::Run&);

Failure rejection(const validation::Violations&);

/// The notice that a calendar ends: when a run ends whose schedule counts its workdays, 30 days before its last day or with the
/// last run before that. nullopt: not yet, or an earlier run has given it.
std::optional<store::TellOnce> calendar_notice(Parts&, const store::Claim&);

/// Why a part was skipped.
inline constexpr const char* kNoAddress = "no_address: nobody is named who wants its mails";
/// The notice that parts have no address, whenever it is about others than the last time. The parts stand by their keys.
store::TellOnce missing_notice(Parts&, const store::Claim&, const std::vector<store::Run>& parts);

/// SCHEDULED_REPORT_FAILED for every owner and admin of the account: kept until acknowledged, and mailed to those with an
/// address. The mail is queued with the run's end; without a usable sender the notification still stands.
std::vector<store::NewNotification> notifications_of(Parts&, const store::Claim&, const Failure&);

/// Hands over the notification mails of finished runs that are due, made from what was stored with them: what waits for one
/// address goes in one mail. One that is deferred is tried again until it is accepted or acknowledged; one that fails never
/// notifies.
void send_notifications(Parts&, const std::vector<store::Claim>&);

}  // namespace reportctl::run
