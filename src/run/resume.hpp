// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string>

#include "reportctl/run/run_due.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::run {

using Tell = std::function<void(const Ended&)>;

/// Works on a claimed run, which another process may take away from us: that is no failure. Each look at data that are not
/// complete, and each end of a part, is for the log alone.
void work_on(Parts&, const store::Claim&, const Tell&);

/// Takes up the parts of an occurrence, and then its own end.
void resume_parts(Parts&, const std::string& run_id, const Tell&);

}  // namespace reportctl::run
