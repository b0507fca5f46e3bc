// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "policy.hpp"

#include "reportctl/base/error.hpp"
#include "reportctl/catalog/report.hpp"

namespace reportctl::run {

settings::Policy policy_of(Parts& parts, const schedule::Definition& definition) {
  settings::Policy policy = parts.settings().policy;
  policy.no_data = definition.no_data.value_or(policy.no_data);
  policy.retries = definition.retries.value_or(policy.retries);
  policy.missed = definition.missed.value_or(policy.missed);
  // Occurrences of a snapshot that are made up for would be several files of the same moment.
  if (policy.missed == settings::Missed::all && is_snapshot(parts, definition.report)) policy.missed = settings::Missed::coalesce;
  return policy;
}

bool is_snapshot(Parts& parts, const std::string& report) {
  try {
    const auto* found = parts.catalog().find(report);
    return found != nullptr && found->window.kind == catalog::WindowKind::snapshot;
  } catch (const Error&) {  // a broken module: each run says so
    return false;
  }
}

}  // namespace reportctl::run
