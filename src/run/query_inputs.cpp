// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "query_inputs.hpp"

#include "comparison.hpp"

namespace reportctl::run {

catalog::QueryInputs query_inputs(const validation::Resolved& resolved, const access::Account& account,
                                  const schedule::Window& window) {
  return {.account_key = account.source_key(),
          .scope = resolved.scope,
          .window = window,
          .timezone = resolved.timezone,
          .parameters = resolved.parameters};
}

catalog::QueryInputs query_inputs(const RunPlan& plan, const schedule::Window& window) {
  auto inputs = query_inputs(plan.resolved, plan.account, window);
  inputs.previous = previous_window(plan.resolved.window, window, plan.at, plan.zone);
  return inputs;
}

}  // namespace reportctl::run
