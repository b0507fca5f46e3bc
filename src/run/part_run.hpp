// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>

#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::run {

/// From `triggered` on: asks the list, once, and records the parts, which resume() then takes up one by one.
Ended divide(Parts&, const store::Claim&);
/// What the list of an occurrence and its schedule say now, for parts that were rejected and so reached nobody.
struct RowsNow {
  std::map<std::string, PartPlan> rows;
  validation::Violations broken;  ///< the schedule itself, or its list, is worth nothing
};
RowsNow rows_now(Parts&, const store::Run& occurrence);

/// From `generated` on: its end, over all parts; still `generated` where some have not ended.
Ended end_divided(Parts&, const store::Claim&);

}  // namespace reportctl::run
