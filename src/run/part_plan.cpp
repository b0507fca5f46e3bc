// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/part_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "plan_checks.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/query.hpp"
#include "reportctl/run/sites.hpp"
#include "reportctl/store/suppressions.hpp"
#include "reportctl/validation/refusal.hpp"

namespace reportctl::run {
namespace {

using schedule::PartList;
using validation::Code;

constexpr std::size_t kMostKeys = 5;

validation::Violation of_list(Code code, std::string message, std::string hint) {
  return {.code = code, .field = "recipients", .message = std::move(message), .hint = std::move(hint)};
}

rows::Query list_query(Parts& parts, const schedule::Definition& definition, const access::Account& account) {
  const auto& list = parts.catalog().get(definition.parts.module);
  return catalog::build_query(list,
                              {.account_key = account.source_key(),
                               .scope = definition.scope,
                               .window = {},
                               .timezone = schedule::effective_timezone(definition, account.timezone),
                               .parameters = {}},
                              parts.source(account.source).forms());
}

/// `problem` becomes why the list is worth nothing.
PartList::Rows ask_list(Parts& parts, const schedule::Definition& definition, const access::Account& account,
                        std::string& problem) {
  require_only_account(parts, account);
  const auto query = list_query(parts, definition, account);
  const auto stream = parts.source(account.source).open(query);
  PartList::Rows rows;
  while (const auto* row = problem.empty() ? stream->next() : nullptr) {
    std::map<std::string, std::string> written;
    for (std::size_t i = 0; i < query.columns.size(); ++i)
      if (!(*row)[i].null) written[query.columns[i].name] = (*row)[i].text;
    problem = schedule::add_row(rows, std::move(written));
  }
  return rows;
}

/// What a part of an occurrence has of it, by the clock of the part's zone.
void move_to_zone(PartPlan& part, const schedule::Schedule& whole, const access::Account& account) {
  const auto from = schedule::effective_zone(whole.definition, account.timezone);
  const auto to = schedule::effective_zone(part.schedule.definition, account.timezone);
  if (!from || !to || from->name() == to->name()) return;
  part.slot = schedule::same_wall_time(part.slot, *from, *to);
  if (part.schedule.begins) part.schedule.begins = schedule::same_wall_time(*part.schedule.begins, *from, *to);
}

PartPlan plan_part(Parts& parts, const schedule::Schedule& whole, const PartList::Rows::value_type& row,
                   const validation::Context& context) {
  PartPlan part{.key = row.first, .schedule = whole, .slot = context.now};
  part.schedule.part = row.first;
  if (row.second.to.empty()) return part;
  part.has_address = true;
  auto check = validation::check_part(whole.definition, row.first, row.second, context);
  part.broken = std::move(check.violations);
  if (!part.broken.empty() || !check.definition) return part;
  part.schedule.definition = std::move(*check.definition);
  part.schedule.definition.active = whole.definition.active;
  const bool has_place = !part.schedule.definition.recipients.places.empty();
  part.has_address = has_place || !store::allowed_recipients(parts.state(), part.schedule).empty();
  move_to_zone(part, whole, context.account);
  return part;
}

/// `s13, s14 and 3 more`
std::string named(const std::vector<std::string>& keys) {
  const std::vector<std::string> first(keys.begin(),
                                       keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), kMostKeys)));
  return join(first, ", ") + (keys.size() > kMostKeys ? fmt::format(" and {} more", keys.size() - kMostKeys) : "");
}

validation::Violations rules_of_list(const PartPlans& plans, const schedule::Definition& definition) {
  const bool nobody = std::none_of(plans.parts.begin(), plans.parts.end(), [](const PartPlan& part) { return part.has_address; });
  if (!nobody) return {};
  const auto whose = definition.parts.module.empty() ? std::string("recipients") : "the list " + definition.parts.module;
  return {of_list(Code::recipient_required,
                  plans.parts.empty() ? fmt::format("{} has no rows", whose) : fmt::format("no part of {} has an address", whose),
                  "at least one part needs a key and an address: look at the data of the list")};
}

}  // namespace

PartPlans plan_parts(Parts& parts, const schedule::Schedule& schedule, const Standing& standing, Instant slot) {
  PartPlans plans;
  plans.broken = check_schedule(parts, schedule, standing, slot).violations;
  if (!plans.broken.empty()) return plans;
  const auto& definition = schedule.definition;
  std::string problem;
  const auto rows =
      definition.parts.module.empty() ? definition.parts.rows : ask_list(parts, definition, standing.account, problem);
  if (!problem.empty()) {
    plans.broken = {of_list(Code::list_invalid, fmt::format("the list {}: {}", definition.parts.module, problem),
                            "nothing is sent until its query gives each part a key")};
    return plans;
  }
  const auto world = context(parts, standing.account, standing.roles, slot);
  auto whole = schedule;
  whole.definition.parts = {};  // each part is made of a copy, which has none of its own
  for (const auto& row : rows) plans.parts.push_back(plan_part(parts, whole, row, world));
  plans.broken = rules_of_list(plans, definition);
  return plans;
}

PartPlans plan_parts(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  const auto standing = standing_of(parts.state(), schedule);
  auto plans = plan_parts(parts, schedule, standing, slot);
  Sites sites(parts, standing.account);
  for (auto& part : plans.parts)
    if (part.has_address && part.broken.empty()) part.broken = sites.problems(part.schedule.definition.scope);
  return plans;
}

PartPlan choose_part(const PartPlans& plans, const schedule::Schedule& schedule, const std::string& key) {
  const auto& all = plans.parts;
  const auto found = std::find_if(all.begin(), all.end(), [&](const PartPlan& part) {
    return key.empty() ? part.has_address && part.broken.empty() : part.key == key;
  });
  const auto rejected = std::find_if(all.begin(), all.end(), [](const PartPlan& part) { return !part.broken.empty(); });
  if (found == all.end() && key.empty() && rejected != all.end()) return choose_part(plans, schedule, rejected->key);
  if (found == all.end()) {
    std::vector<std::string> keys;
    for (const auto& part : all) keys.push_back(part.key);
    throw Error(ErrorKind::not_found,
                fmt::format("schedule \"{}\" has no part \"{}\"{}", visible(schedule.definition.name), visible(key),
                            did_you_mean(key, keys)),
                "its parts: " + named(keys));
  }
  if (!found->broken.empty())
    throw validation::Refusal(fmt::format("part \"{}\" would be rejected", visible(found->key)), found->broken);
  return *found;
}

std::string parts_words(const PartPlans& plans) {
  std::vector<std::string> rejected, without;
  for (const auto& part : plans.parts) {
    if (!part.broken.empty())
      rejected.push_back(part.key);
    else if (!part.has_address)
      without.push_back(part.key);
  }
  std::string words = fmt::format("{}: {} to send", plans.parts.size(), plans.parts.size() - rejected.size() - without.size());
  if (!without.empty()) words += fmt::format(", {} without address ({})", without.size(), named(without));
  if (!rejected.empty()) words += fmt::format(", {} rejected ({})", rejected.size(), named(rejected));
  return words;
}

namespace {

/// All that the rows give for each parameter, as one request: each value is looked for once.
validation::Resolved together(const schedule::Definition& definition, const std::vector<schedule::Definition>& parts,
                              const catalog::Report& report) {
  validation::Resolved all;
  all.report = &report;
  all.scope = definition.scope;
  all.timezone = "UTC";
  for (const auto& part : parts)
    for (const auto& [name, values] : part.parameters) {
      auto& known = all.parameters[name];
      if (catalog::means_all(*report.parameter(name), values)) continue;
      for (const auto& value : values)
        if (std::find(known.begin(), known.end(), value) == known.end()) known.push_back(value);
    }
  std::erase_if(all.parameters, [](const auto& parameter) { return parameter.second.empty(); });
  return all;
}

}  // namespace

validation::Violations check_rows(Parts& parts, const schedule::Definition& definition, const validation::Context& context) {
  constexpr std::size_t kMostFound = 20;
  validation::Violations found;
  std::vector<schedule::Definition> good;
  Sites sites(parts, context.account);
  auto whole = definition;
  whole.parts = {};
  for (const auto& [key, row] : definition.parts.rows) {
    auto check = validation::check_part(whole, key, row, context);
    if (row.to.empty()) std::erase_if(check.violations, [](const auto& one) { return one.code == Code::recipient_required; });
    if (check.definition && check.violations.empty()) check.violations = sites.problems(check.definition->scope);
    for (auto& violation : check.violations) {
      violation.field = fmt::format("recipients[{}].{}", key, violation.field);
      if (found.size() < kMostFound) found.push_back(std::move(violation));
    }
    if (check.definition) good.push_back(std::move(*check.definition));
  }
  if (found.empty() && !good.empty())
    found =
        check_choices(parts, together(definition, good, parts.catalog().get(definition.report)), context.account, parts.now());
  return found;
}

void check_list_query(Parts& parts, const schedule::Definition& definition, const access::Account& account) {
  if (definition.parts.module.empty() || !parts.settings().sources.contains(account.source)) return;
  parts.source(account.source).prepare(list_query(parts, definition, account));
}

}  // namespace reportctl::run
