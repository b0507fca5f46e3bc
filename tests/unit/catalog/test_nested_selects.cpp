// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "reportctl/catalog/catalog.hpp"
#include "reportctl/rows/dialect.hpp"

using namespace reportctl;
using namespace reportctl::catalog;
using rows::Dialect;

namespace {

const std::string kHead =
    "id: probe\nlabel: Probe\nfamily: demo\ndescription: A probe.\nscope: [account]\nwindow: {kind: snapshot}\n"
    "cadences: [daily]\ncolumns: [{name: n, label: N, type: integer}]\nquery:";

/// What is wrong with a query that serves every kind of source.
std::string problems_of_query(const std::string& query) {
  return yaml::describe(load_module(kHead + " |\n  " + query + "\n", "m").problems);
}
/// The same of one for that kind of source.
std::string problems_of_query(const std::string& query, Dialect dialect) {
  const std::string name(rows::rules_of(dialect).name);
  return yaml::describe(load_module(kHead + "\n  " + name + ": |\n    " + query + "\n", "m").problems);
}
bool is_refused(const std::string& problems) { return problems.find("the tenant wall") != std::string::npos; }

}  // namespace

TEST_CASE("the tenant wall: a SELECT in any place is restricted, or compared with the one around it") {
  const std::string own = " FROM t WHERE t.a = :account";
  for (const std::string& open : std::vector<std::string>{
           "SELECT (SELECT max(x) FROM u) AS n" + own, "SELECT n" + own + " AND t.x > (SELECT avg(x) FROM u)",
           "SELECT CASE WHEN (SELECT count(*) FROM u) > 1 THEN 1 END AS n" + own,
           "SELECT n FROM t JOIN v ON v.id = (SELECT max(id) FROM u) WHERE t.a = :account",
           "SELECT coalesce(n, (SELECT max(x) FROM u)) AS n" + own,
           "SELECT n" + own + " GROUP BY n HAVING n > (SELECT min(x) FROM u)", "SELECT n" + own + " ORDER BY (SELECT x FROM u)",
           "(SELECT n" + own + ") ORDER BY (SELECT x FROM u)", "SELECT n" + own + " LIMIT (SELECT x FROM u)",
           "SELECT n" + own + " AND EXISTS (SELECT 1 FROM u WHERE u.x = 'secret')", "SELECT ((SELECT x FROM u)) AS n" + own,
           "SELECT (SELECT max(x) FROM u UNION SELECT 1) AS n" + own,
           "SELECT (SELECT 1 UNION ALL SELECT max(x) FROM u) AS n" + own, "SELECT (VALUES ((SELECT x FROM u))) AS n" + own,
           "SELECT (WITH w AS (SELECT x FROM u) SELECT max(x) FROM w) AS n" + own,
           "SELECT (SELECT d.x FROM (SELECT x FROM u) d) AS n" + own,
           "SELECT n FROM unnest((SELECT x FROM u)) WHERE :account > ''",
           "SELECT (SELECT (SELECT max(x) FROM u) FROM v WHERE v.t = t.id) AS n" + own,
           "WITH w AS (SELECT (SELECT max(x) FROM u) AS n FROM t WHERE t.a = :account) SELECT n FROM w",
           "SELECT n FROM (SELECT (SELECT max(x) FROM u) AS n FROM t) d JOIN v ON v.id = d.n AND v.a = :account",
           "SELECT n FROM t JOIN (SELECT 1 AS n FROM v UNION SELECT (SELECT x FROM u) FROM v) d ON d.n = t.n WHERE t.a = "
           ":account",
           // compared, but not with the SELECT around it, or not as a join would
           "SELECT (SELECT max(u.x) FROM u WHERE u.y = u.z) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE u.t = id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE t.id = t.id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE t.kind = 'a') AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE u.t <> t.id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE u.t = t.id OR u.y) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE NOT u.t = t.id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE u.t = t.id UNION SELECT max(x) FROM u) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u LEFT JOIN v ON v.t = t.id) AS n" + own,
           "SELECT (SELECT max(t.x) FROM u t WHERE t.y = t.id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u, LATERAL (SELECT 1 AS y FROM v WHERE v.u = u.id) d) AS n" + own,
           "SELECT (SELECT max(x) FROM u WHERE (SELECT v.x FROM v WHERE v.t = t.id) = t.id) AS n" + own,
           // What is compared with the SELECT around it does not restrict that one.
           "SELECT n FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.t = t.id) AND :account > ''",
           "SELECT n" + own + " AND 'a' IN (SELECT x FROM u)", "SELECT {{decimal((SELECT max(x) FROM u))}} AS n" + own,
           "SELECT {{decimal({{whole((SELECT max(x) FROM u))}})}} AS n" + own, "SELECT (TABLE u) AS n" + own,
           "SELECT (FROM u) AS n" + own, "SELECT (PIVOT u ON x) AS n" + own}) {
    CAPTURE(open);
    CHECK(is_refused(problems_of_query(open)));
  }
  for (const std::string& fine : std::vector<std::string>{
           "SELECT (SELECT max(x) FROM u WHERE u.a = :account) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE u.t = t.id AND u.y > 1) AS n" + own,
           "SELECT (SELECT max(x) FROM u WHERE t.id = t_id) AS n" + own,
           "SELECT (SELECT max(u.x) FROM u WHERE CAST(u.t AS text) = t.id || '') AS n" + own,
           "SELECT (SELECT max(u.x) FROM u JOIN v ON v.u = u.id AND v.t = t.id) AS n" + own,
           "SELECT (SELECT max(d.x) FROM (SELECT u.x FROM u WHERE u.t = t.id ORDER BY 1 LIMIT 3) d) AS n" + own,
           "SELECT (SELECT (SELECT max(x) FROM w WHERE w.t = t.id) FROM v WHERE v.t = t.id) AS n" + own,
           "SELECT n" + own + " AND EXISTS (SELECT 1 FROM u WHERE u.t = t.id) AND NOT EXISTS (SELECT 1 FROM v WHERE t.id = v.t)",
           "SELECT n" + own + " AND t.id IN (SELECT u.t FROM u) AND id NOT IN (SELECT t FROM v)",
           "SELECT n FROM schema1.t AS T2 WHERE T2.a = :account AND EXISTS (SELECT 1 FROM u WHERE u.t = T2.id)",
           "SELECT (SELECT 1) AS n" + own, "SELECT (SELECT count(*) FROM json_each(t.items)) AS n" + own,
           "WITH w AS (SELECT id FROM t WHERE a = :account) SELECT (SELECT max(id) FROM w) AS n FROM w",
           "SELECT trim(FROM t.x) AS n" + own, "SELECT extract(year FROM t.x) AS n" + own,
           "SELECT n FROM t, (SELECT max(day) AS day FROM rates) r WHERE t.a = :account",
           "SELECT n FROM t WHERE (SELECT u.a FROM u WHERE u.t = t.id) = :account"}) {
    CAPTURE(fine);
    CHECK(problems_of_query(fine) == "");
  }
  CHECK(
      problems_of_query("SELECT (SELECT max(u.x) FROM u) AS n" + own) ==
      "m:10:32: query reads this table in a SELECT within another without a condition like column = :account, or like "
      "v.lead_id = l.id with a column of the SELECT around it: it would show one account the rows of another (the tenant wall)");
}

TEST_CASE("the tenant wall: a name is that of a WITH query where the database takes it for the same") {
  const std::string spelled = "WITH Own AS (SELECT n FROM t WHERE a = :account) SELECT n FROM own";
  const std::string quoted = "WITH Own AS (SELECT n FROM t WHERE a = :account) SELECT n FROM \"own\"";
  const std::string other = "WITH own AS (SELECT n FROM t WHERE a = :account) SELECT n FROM \"Own\"";
  for (const Dialect dialect : {Dialect::sqlite, Dialect::duckdb})
    for (const auto& query : {spelled, quoted, other}) CHECK(problems_of_query(query, dialect) == "");
  for (const auto& query : {spelled, quoted}) CHECK(problems_of_query(query, Dialect::postgresql) == "");
  CHECK(is_refused(problems_of_query(other, Dialect::postgresql)));
  CHECK(is_refused(
      problems_of_query("WITH \"Own\" AS (SELECT 1 AS n WHERE :account > '') SELECT n FROM Own", Dialect::postgresql)));
  for (const Dialect dialect : {Dialect::mariadb, Dialect::clickhouse})
    for (const auto& query : {spelled, quoted, other}) CHECK(is_refused(problems_of_query(query, dialect)));
  const std::string why =
      " takes two ways of writing a name for two names; write that of a WITH query in the same way wherever it stands: it would "
      "show one account the rows of another (the tenant wall)";
  CHECK(problems_of_query(spelled) == "m:10:66: query reads a table here and not Own: MariaDB" + why);
  CHECK(problems_of_query(other, Dialect::postgresql) ==
        "m:11:68: query for postgresql reads a table here and not own: PostgreSQL" + why);
  // Quotes alone make no other name anywhere.
  CHECK(problems_of_query("WITH own AS (SELECT n FROM t WHERE a = :account) SELECT n FROM \"own\"") == "");
}

TEST_CASE("the tenant wall: what PostgreSQL reads as one name is none for us") {
  for (const char* query : {"WITH U AS (SELECT 1 AS n WHERE :account > '') SELECT n FROM U&\"t\"",
                            "SELECT u&\"pg_sleep\"(1) AS n FROM t WHERE a = :account"}) {
    CAPTURE(query);
    CHECK(problems_of_query(query).find("names and texts are written without U&") != std::string::npos);
  }
}

TEST_CASE("the tenant wall: deep nesting ends neither the program nor its patience") {
  const auto nested = [](const std::string& begin, std::size_t times, const std::string& core, const std::string& end) {
    std::string query;
    for (std::size_t i = 0; i < times; ++i) query += begin;
    query += core;
    for (std::size_t i = 0; i < times; ++i) query += end;
    return query;
  };
  CHECK(is_refused(problems_of_query("SELECT n FROM " + nested("(", 30'000, "t", ")") + " WHERE a = :account")));
  CHECK(is_refused(problems_of_query("SELECT n FROM t WHERE a = :account AND x = " + nested("(SELECT (", 3000, "1", "))"))));
  const std::string deep = nested("id IN (SELECT id FROM t WHERE ", 190, "a = :account", ")");
  CHECK(problems_of_query("SELECT n FROM t WHERE " + deep) == "");
  CHECK(problems_of_query("SELECT " + nested("(SELECT ", 190, "1", ")") + " AS n FROM t WHERE a = :account") == "");
}
