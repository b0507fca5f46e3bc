// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/sites.hpp"

#include <algorithm>

#include "reportctl/catalog/sites.hpp"

namespace reportctl::manage {
namespace {

constexpr std::size_t kMostSites = 100'000;

bool has_table(const std::vector<source::TableInfo>& tables, std::string_view name) {
  return std::any_of(tables.begin(), tables.end(), [&](const source::TableInfo& table) { return table.name == name; });
}

}  // namespace

std::vector<run::Site> visible_sites(const Editor& editor, const access::Account& account) {
  const std::string zone = account.timezone.empty() ? "UTC" : account.timezone;
  std::vector<run::Site> all = {{.scope = {}, .name = account.name, .timezone = zone}};
  const auto tables = editor.parts.source(account.source).tables();
  for (const auto kind : {schedule::ScopeKind::depot, schedule::ScopeKind::workspace}) {
    if (!has_table(tables, catalog::sites_table(kind))) continue;
    auto sites = run::list_sites(editor.parts, account, kind, kMostSites);
    std::move(sites.begin(), sites.end(), std::back_inserter(all));
  }
  std::erase_if(all,
                [&](const run::Site& site) { return !access::may(editor.actor, access::Action::view, account.id, site.scope); });
  for (run::Site& site : all)
    if (site.timezone.empty()) site.timezone = zone;
  return all;
}

}  // namespace reportctl::manage
