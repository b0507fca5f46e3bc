// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::manage {

namespace {

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

validation::Violations broken_rules(run::Parts& parts, const schedule::Schedule& schedule) {
  try {
    auto planned = run::plan_schedule(parts, schedule, parts.now());
    if (auto* rejection = std::get_if<run::Rejection>(&planned)) return std::move(rejection->violations);
    const auto& plan = std::get<run::RunPlan>(planned);
    parts.source(plan.account.source).prepare(plan.query);
    return {};
  } catch (const Error& error) {
    // An operator's module that is broken is one of the things that this looks for.
    if (error.kind() == ErrorKind::invalid)
      return {{validation::Code::report_unknown, "report", one_line(error.what()), error.hint()}};
    if (error.kind() != ErrorKind::source && error.kind() != ErrorKind::config) throw;
    return {{validation::Code::source_unavailable, "account", error.what(), error.hint()}};
  }
}

}  // namespace reportctl::manage
