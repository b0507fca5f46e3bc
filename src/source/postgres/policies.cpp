// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/policies.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"

namespace reportctl::source {

std::vector<GuardedTable> guarded_tables(PostgresConnection& connection, std::int64_t limit) {
  connection.run("SET LOCAL statement_timeout = 2000", {});
  const PqResult guarded = connection.run(
      "SELECT pg_catalog.quote_ident(c.relname), c.reltuples::bigint FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')"
      " AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid) AND pg_catalog.pg_table_is_visible(c.oid)"
      " AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND (c.relkind = 'p' OR pg_catalog.pg_relation_size(c.oid) > 0) "
      "ORDER BY 1",
      {});
  const auto number_at = [](const PqResult& result, int row, int column) {
    return std::int64_t{parse_integer(pq().PQgetvalue(result.get(), row, column)).value_or(0)};
  };
  std::vector<GuardedTable> tables;
  for (int i = 0; i < pq().PQntuples(guarded.get()); ++i) {
    const std::string name = pq().PQgetvalue(guarded.get(), i, 0);
    const PqResult shown =
        connection.run(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {}) AS shown", name, limit), {});
    tables.push_back({name, number_at(shown, 0, 0), number_at(guarded, i, 1)});
  }
  return tables;
}

}  // namespace reportctl::source
