// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/sites.hpp"

#include <fmt/format.h>

namespace reportctl::catalog {

std::string_view sites_table(schedule::ScopeKind kind) { return kind == schedule::ScopeKind::depot ? "depots" : "workspaces"; }

rows::Query build_sites_query(const std::string& account_key, const schedule::Scope& scope, rows::Dialect dialect) {
  const bool depots = scope.kind == schedule::ScopeKind::depot;
  // Ids may be integers in the source; what a person writes is text.
  const char* text = dialect == rows::Dialect::sqlite ? "TEXT" : "text";
  rows::Query query;
  query.sql =
      fmt::format("SELECT CAST(s.id AS {0}) AS id, s.name AS name, {1} AS timezone FROM {2} s WHERE s.account_id = :account",
                  text, depots ? "s.timezone" : "''", sites_table(scope.kind));
  query.binds.push_back({"account", account_key});
  if (!scope.site.empty()) {
    query.sql += fmt::format(" AND CAST(s.id AS {}) = :site", text);
    query.binds.push_back({"site", scope.site});
  }
  query.sql += " ORDER BY 1";
  for (const char* name : {"id", "name", "timezone"}) {
    rows::Column column;
    column.name = column.label = name;
    query.columns.push_back(column);
  }
  return query;
}

}  // namespace reportctl::catalog
