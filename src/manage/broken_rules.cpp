// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::manage {

namespace {

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Of the schedule and its list, then of each part.
validation::Violations broken_parts(run::Parts& parts, const schedule::Schedule& schedule) {
  auto plans = run::plan_parts(parts, schedule, parts.now());
  auto found = std::move(plans.broken);
  for (auto& part : plans.parts)
    for (auto& violation : part.broken) {
      violation.field = fmt::format("recipients[{}].{}", part.key, violation.field);
      found.push_back(std::move(violation));
    }
  return found;
}

}  // namespace

validation::Violations broken_rules(run::Parts& parts, const schedule::Schedule& schedule) {
  try {
    if (schedule.definition.parts.given()) return broken_parts(parts, schedule);
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
