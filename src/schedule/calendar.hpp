// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/schedule/cadence.hpp"

namespace reportctl::schedule {

/// The days on which a cadence fires, without time and zone, and as if it had neither start nor end: so that both functions
/// always have an answer, and the first occurrence has one before it that its period begins with. A cadence without its day is
/// that of Monday or of the first of the month.
Date last_day_up_to(const Cadence&, Date);
Date first_day_from(const Cadence&, Date);

}  // namespace reportctl::schedule
