// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <utility>

#include "reportctl/base/time.hpp"
#include "reportctl/catalog/query.hpp"

namespace reportctl::testing {

/// A day of a depot in Sydney.
inline catalog::QueryInputs inputs(schedule::Parameters parameters = {}) {
  catalog::QueryInputs in;
  in.account_key = "k1";
  in.scope = {schedule::ScopeKind::depot, "north"};
  in.window.from = *parse_instant("2026-03-16T13:00:00Z");
  in.window.to = *parse_instant("2026-03-17T13:00:00Z");
  in.timezone = "Australia/Sydney";
  in.parameters = std::move(parameters);
  return in;
}

}  // namespace reportctl::testing
