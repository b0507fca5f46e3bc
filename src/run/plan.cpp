// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/catalog/query.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::run {
namespace {

validation::Context context(Parts& parts, const access::Account& account, const std::set<access::Role>& roles, Instant at) {
  return {.catalog = parts.catalog(),
          .account = account,
          .roles = roles,
          .allowed_domains = parts.settings().mail.allowed_domains,
          .now = at,
          .scope_timezone = {}};
}

std::string safe_file_word(std::string_view word) {
  std::string safe;
  for (const char c : word) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    safe += keep ? c : '-';
  }
  safe.erase(0, std::min(safe.find_first_not_of(".-"), safe.size()));
  return safe.substr(0, 40);
}

std::string file_name(const RunPlan& plan) {
  const auto& scope = plan.resolved.scope;
  const auto whose = safe_file_word(scope.site.empty() ? plan.account.id : scope.site);
  const auto days = plan.window.snapshot ? format_date(plan.window.last)
                                         : fmt::format("{}_{}", format_date(plan.window.first), format_date(plan.window.last));
  return fmt::format("{}_{}_{}.{}", safe_file_word(plan.resolved.report->id), whose, days,
                     render::file_extension(plan.resolved.format));
}

catalog::QueryInputs query_inputs(const validation::Resolved& resolved, const access::Account& account,
                                  const schedule::Window& window) {
  return {.account_key = account.source_key(),
          .scope = resolved.scope,
          .window = window,
          .timezone = resolved.timezone,
          .parameters = resolved.parameters};
}

Zone zone_of(const validation::Resolved& resolved) {
  auto zone = Zone::find(resolved.timezone);
  if (!zone) throw Error(ErrorKind::failed, fmt::format("time zone {} is gone from this system", resolved.timezone));
  return *zone;
}

std::variant<RunPlan, Rejection> complete(Parts& parts, validation::Resolved resolved, const access::Account& account,
                                          Instant at) {
  if (auto missing = check_choices(parts, resolved, account, at); !missing.empty()) return Rejection{std::move(missing)};
  RunPlan plan;
  plan.account = account;
  plan.zone = zone_of(resolved);
  plan.window = schedule::resolve(resolved.window, at, plan.zone);
  plan.shape = &resolved.report->shape(resolved.parameters);
  plan.query = catalog::build_query(*resolved.report, query_inputs(resolved, account, plan.window),
                                    parts.source(account.source).dialect());
  plan.resolved = std::move(resolved);
  plan.file_name = file_name(plan);
  return plan;
}

}  // namespace

std::variant<RunPlan, Rejection> plan(Parts& parts, const validation::Request& request, const access::Account& account,
                                      const std::set<access::Role>& roles, Instant at) {
  auto check = validation::check_request(request, context(parts, account, roles, at));
  if (!check.resolved) return Rejection{std::move(check.violations)};
  return complete(parts, std::move(*check.resolved), account, at);
}

std::variant<RunPlan, Rejection> plan_schedule(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  const auto account = store::find_account(parts.state(), schedule.definition.account);
  if (!account) {
    throw Error(ErrorKind::failed, fmt::format("account {} is gone", schedule.definition.account));
  }
  const auto roles = owner_roles(parts.state(), schedule);
  auto check = validation::check_draft(validation::draft_of(schedule.definition), context(parts, *account, roles, slot));
  if (!check.resolved) return Rejection{std::move(check.violations)};
  return complete(parts, std::move(*check.resolved), *account, slot);
}

std::set<access::Role> owner_roles(store::State& state, const schedule::Schedule& schedule) {
  if (schedule.owner.empty()) return {access::Role::system_admin};
  const auto member = store::find_member(state, schedule.owner);
  if (!member) return {};
  access::Actor owner;
  owner.login = member->login;
  owner.memberships = {*member};
  return access::roles_in(owner, schedule.definition.account, schedule.definition.scope);
}

validation::Violations check_choices(Parts& parts, const validation::Resolved& resolved, const access::Account& account,
                                     Instant at) {
  validation::Violations missing;
  for (const auto& parameter : resolved.report->parameters) {
    const auto given = resolved.parameters.find(parameter.name);
    if (parameter.choices.empty() || given == resolved.parameters.end()) continue;
    std::set<std::string> unseen(given->second.begin(), given->second.end());
    auto& source = parts.source(account.source);
    const auto window = schedule::resolve(resolved.window, at, zone_of(resolved));
    const auto query =
        catalog::build_choices_query(*resolved.report, parameter, query_inputs(resolved, account, window), source.dialect());
    const auto stream = source.open(query);
    while (const auto* row = unseen.empty() ? nullptr : stream->next()) unseen.erase(std::string((*row)[0].text));
    for (const auto& id : unseen) {
      missing.push_back({.code = validation::Code::parameter_not_found,
                         .field = "params." + parameter.name,
                         .message = fmt::format("\"{}\" is not one of this account's {}", id, parameter.label),
                         .hint = fmt::format("reportctl catalog choices {} {} lists them", resolved.report->id, parameter.name)});
    }
  }
  return missing;
}

std::vector<Choice> list_choices(Parts& parts, const catalog::Report& report, const catalog::Parameter& parameter,
                                 const access::Account& account, const schedule::Scope& scope, std::size_t limit) {
  std::vector<Choice> choices;
  if (parameter.choices.empty()) {
    for (const auto& value : parameter.values) choices.push_back({value, value});
    return choices;
  }
  catalog::QueryInputs inputs;
  inputs.account_key = account.source_key();
  inputs.scope = scope;
  inputs.timezone = account.timezone.empty() ? "UTC" : account.timezone;
  auto& source = parts.source(account.source);
  const auto stream = source.open(catalog::build_choices_query(report, parameter, inputs, source.dialect()));
  while (const auto* row = choices.size() < limit ? stream->next() : nullptr) {
    choices.push_back({std::string((*row)[0].text), std::string((*row)[1].text)});
  }
  return choices;
}

}  // namespace reportctl::run
