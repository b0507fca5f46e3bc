// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/sites.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/sites.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {
namespace {

std::vector<Site> ask_sites(Parts& parts, const access::Account& account, const schedule::Scope& scope, std::size_t limit) {
  auto& source = parts.source(account.source);
  const auto stream = source.open(catalog::build_sites_query(account.source_key(), scope, source.forms()));
  std::vector<Site> sites;
  while (const auto* row = sites.size() < limit ? stream->next() : nullptr) {
    sites.push_back({.scope = {scope.kind, std::string((*row)[0].text)},
                     .name = std::string((*row)[1].text),
                     .timezone = std::string((*row)[2].text)});
  }
  return sites;
}

}  // namespace

validation::Violation unknown_site(const access::Account& account, const schedule::Scope& scope) {
  return {.code = validation::Code::scope_unknown,
          .field = "scope",
          .message =
              fmt::format("account {} has no {} \"{}\"", account.id, schedule::scope_kind_name(scope.kind), visible(scope.site)),
          .hint = fmt::format("`reportctl catalog scopes --account {}` lists them", account.id)};
}

std::optional<Site> find_site(Parts& parts, const access::Account& account, const schedule::Scope& scope) {
  auto sites = ask_sites(parts, account, scope, 1);
  if (sites.empty()) return std::nullopt;
  return std::move(sites.front());
}

std::vector<Site> list_sites(Parts& parts, const access::Account& account, schedule::ScopeKind kind, std::size_t limit) {
  return ask_sites(parts, account, {kind, {}}, limit);
}

SiteCheck check_site(Parts& parts, const validation::Resolved& resolved, const access::Account& account) {
  const auto& scope = resolved.scope;
  if (scope.site.empty()) return {};
  if (auto site = find_site(parts, account, scope)) {
    return {.name = site->name.empty() ? scope.str() : std::move(site->name),
            .timezone = std::move(site->timezone),
            .violations = {}};
  }
  return {.name = {}, .timezone = {}, .violations = {unknown_site(account, scope)}};
}

Sites::Sites(Parts& parts, const access::Account& account) : parts_(parts), account_(account) {}

validation::Violations Sites::problems(const schedule::Scope& scope) {
  constexpr std::size_t kReadAtOnce = 10'000;
  if (scope.site.empty()) return {};
  if (!known_.contains(scope.kind))
    for (const auto& site : list_sites(parts_, account_, scope.kind, kReadAtOnce)) known_[scope.kind].insert(site.scope.site);
  const auto& known = known_[scope.kind];
  if (known.contains(scope.site)) return {};
  if (known.size() >= kReadAtOnce && find_site(parts_, account_, scope)) return {};
  return {unknown_site(account_, scope)};
}

validation::Violations data_findings(Parts& parts, const validation::Request& request, const access::Account& account,
                                     const validation::Violations& known) {
  const auto* report = parts.catalog().find(request.report);
  const auto scope = schedule::Scope::parse(request.scope);
  if (report == nullptr || report->hidden || !scope || !report->scopes.contains(scope->kind)) return {};
  validation::Resolved resolved;
  resolved.report = report;
  resolved.scope = *scope;
  resolved.timezone = "UTC";
  for (const auto& parameter : report->parameters) {
    const auto given = request.parameters.find(parameter.name);
    const bool is_known =
        std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.field == "params." + parameter.name; });
    if (given != request.parameters.end() && !given->second.empty() && !is_known) resolved.parameters.insert(*given);
  }
  try {
    auto site = check_site(parts, resolved, account);
    if (!site.violations.empty()) return std::move(site.violations);
    return check_choices(parts, resolved, account, parts.now());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source && error.kind() != ErrorKind::config) throw;
    return {};
  }
}

}  // namespace reportctl::run
