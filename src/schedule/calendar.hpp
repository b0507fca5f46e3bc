// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/schedule/cadence.hpp"

namespace reportctl::schedule {

/// The days on which a cadence fires, without time and zone. A weekday or day of the month outside its range is brought into it,
/// so that both functions always have an answer.
Date last_day_up_to(const Cadence&, Date);
Date first_day_from(const Cadence&, Date);

}  // namespace reportctl::schedule
