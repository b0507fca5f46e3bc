// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "source_samples.hpp"

#include <chrono>

namespace reportctl::run {

std::vector<catalog::QueryInputs> sample_inputs(const catalog::Report& report, const std::string& account_key, Instant now) {
  std::vector<catalog::QueryInputs> all;
  for (const schedule::ScopeKind scope : report.scopes) {
    catalog::QueryInputs inputs;
    inputs.account_key = account_key;
    inputs.scope = {scope, scope == schedule::ScopeKind::account ? std::string() : std::string("0")};
    inputs.window.from = now - std::chrono::days{30};
    inputs.window.to = now;
    inputs.timezone = "UTC";
    for (const catalog::Parameter& parameter : report.parameters)
      if (!parameter.filter.empty() && parameter.type == catalog::ParameterType::id_list)
        inputs.parameters[parameter.name] = {"0"};
    for (const auto& [variant, shape] : report.shapes) {
      if (!variant.empty()) inputs.parameters[report.variant_parameter] = {variant};
      all.push_back(inputs);
    }
  }
  return all;
}

}  // namespace reportctl::run
