// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "catalog_scopes.hpp"

#include <algorithm>
#include <memory>

#include "reportctl/catalog/sites.hpp"
#include "terminal/options.hpp"
#include "visibility.hpp"

namespace reportctl::cli {
namespace {

constexpr std::size_t kMostSites = 100'000;

bool has_table(const std::vector<source::TableInfo>& tables, std::string_view name) {
  return std::any_of(tables.begin(), tables.end(), [&](const source::TableInfo& table) { return table.name == name; });
}

int list_scopes(Session& session, const std::optional<std::string>& account_id) {
  const access::Account account = session.account(account_id);
  Listing listing;
  listing.headings = {{"Scope"}, {"Name", Align::left, true}, {"Time zone"}};
  listing.empty = nothing_seen(session, "no sites");
  for (const run::Site& site : visible_sites(session, account)) {
    listing.rows.push_back({{site.scope.str()}, {site.name}, {site.timezone}});
    listing.records.push_back({{"scope", site.scope.str()},
                               {"kind", schedule::scope_kind_name(site.scope.kind)},
                               {"id", site.scope.site},
                               {"name", site.name},
                               {"timezone", site.timezone}});
  }
  session.out().list(listing);
  return 0;
}

}  // namespace

std::vector<run::Site> visible_sites(Session& session, const access::Account& account) {
  const std::string zone = account.timezone.empty() ? "UTC" : account.timezone;
  std::vector<run::Site> all = {{.scope = {}, .name = account.name, .timezone = zone}};
  const auto tables = session.parts().source(account.source).tables();
  for (const auto kind : {schedule::ScopeKind::depot, schedule::ScopeKind::workspace}) {
    if (!has_table(tables, catalog::sites_table(kind))) continue;
    auto sites = run::list_sites(session.parts(), account, kind, kMostSites);
    std::move(sites.begin(), sites.end(), std::back_inserter(all));
  }
  std::erase_if(
      all, [&](const run::Site& site) { return !access::may(session.actor(), access::Action::view, account.id, site.scope); });
  for (run::Site& site : all)
    if (site.timezone.empty()) site.timezone = zone;
  return all;
}

void bind_catalog_scopes(CLI::App& command, Session& session) {
  const auto account = std::make_shared<std::optional<std::string>>();
  CLI::App& verb = add_verb(command, {"scopes", "the depots and workspaces of an account, to be used as --scope",
                                      "reportctl catalog scopes --account acme\n"
                                      "reportctl catalog scopes --account acme --json | jq -r '.[].scope'"});
  add_account_option(verb, *account);
  when_chosen(verb, session, [&session, account] { return list_scopes(session, *account); });
}

}  // namespace reportctl::cli
