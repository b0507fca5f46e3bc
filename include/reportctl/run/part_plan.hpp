// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// One part of an occurrence, as a schedule of its own.
struct PartPlan {
  std::string key;
  schedule::Schedule schedule;  ///< with nothing of its own where rules are broken or there is no address
  Instant slot{};               ///< the occurrence's, by the clock of the part's zone
  bool has_address = false;     ///< at least one that wants its mails
  validation::Violations broken = {};
};
struct PartPlans {
  validation::Violations broken = {};  ///< nothing is sent: the schedule breaks a rule, or its list is worth nothing
  std::vector<PartPlan> parts = {};    ///< by key
};
/// Asks the list of a schedule, with the rights of whoever stands behind it. Error(source) when its source cannot be asked.
PartPlans plan_parts(Parts&, const schedule::Schedule&, const Standing&, Instant slot);
PartPlans plan_parts(Parts&, const schedule::Schedule&, Instant slot);
/// One of them; Error(not_found) where the list does not have it, Refusal where it breaks a rule. An empty key is the first that
/// has an address.
PartPlan choose_part(const PartPlans&, const schedule::Schedule&, const std::string& key);
/// `40: 38 to send, 1 without address (s13), 1 rejected (s14)`.
std::string parts_words(const PartPlans&);

/// Rows that stand in a schedule, when it is saved: the rules of each, with fields like `recipients[s01].to[1]`, and the values
/// of its parameters against the data.
validation::Violations check_rows(Parts&, const schedule::Definition&, const validation::Context&);
/// Has the source prepare the query of a list. Error(source) where it cannot.
void check_list_query(Parts&, const schedule::Definition&, const access::Account&);

}  // namespace reportctl::run
