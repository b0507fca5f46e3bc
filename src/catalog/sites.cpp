// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/sites.hpp"

#include <fmt/format.h>

#include "source_views.hpp"

namespace reportctl::catalog {

std::string_view sites_table(schedule::ScopeKind kind) { return kind == schedule::ScopeKind::depot ? "depots" : "workspaces"; }

rows::Query build_sites_query(const std::string& account_key, const schedule::Scope& scope, const rows::SourceForms& forms) {
  const bool depots = scope.kind == schedule::ScopeKind::depot;
  // Ids may be integers in the source; what a person writes is text.
  rows::Query query;
  query.sql =
      fmt::format("SELECT CAST(s.id AS text) AS id, s.name AS name, {} AS timezone FROM {} s WHERE s.account_id = :account",
                  depots ? "s.timezone" : "''", sites_table(scope.kind));
  query.binds.push_back({"account", account_key});
  if (!scope.site.empty()) {
    query.sql += " AND CAST(s.id AS text) = :site";
    query.binds.push_back({"site", scope.site});
  }
  query.sql += " ORDER BY 1";
  for (const char* name : {"id", "name", "timezone"}) {
    rows::Column column;
    column.name = column.label = name;
    query.columns.push_back(column);
  }
  add_source_views(query, {std::string(sites_table(scope.kind))}, account_key, forms);
  return query;
}

}  // namespace reportctl::catalog
