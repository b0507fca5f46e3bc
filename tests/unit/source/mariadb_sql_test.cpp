// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/sql.hpp"

#include <doctest/doctest.h>

#include "reportctl/base/text.hpp"

using namespace reportctl;

namespace {

source::RewrittenSql read(std::string_view sql) {
  return source::mariadb_sql(sql, [](std::string_view name) { return name == "account"; });
}

}  // namespace

TEST_CASE("MariaDB: each use of a parameter is one of its own, and texts are compared byte by byte") {
  const auto sql = read("SELECT a FROM t WHERE b = :account AND n > :least OR c IN (:account)");
  CHECK(sql.text == "SELECT a FROM t WHERE b = BINARY ? AND n > ? OR c IN (BINARY ?)");
  CHECK(sql.names == std::vector<std::string>{"account", "least", "account"});
  CHECK(read("SELECT ':account', \":n\", `:n` FROM t -- :n\n WHERE x = 1").names.empty());
  CHECK(
      read("SELECT s = 'Paid', 'x' <> s, s IN ('a', 'b'), CASE s WHEN 'c' THEN 'd' END, s || 'e'").text ==
      "SELECT s = BINARY 'Paid', BINARY 'x' <> s, s IN (BINARY 'a', BINARY 'b'), CASE s WHEN BINARY 'c' THEN 'd' END, s || 'e'");
}

TEST_CASE("MariaDB: no comment is sent, since there are several ways to read one") {
  CHECK(read("SELECT 1 -- one\n, 2 /* two */ , 3 /*! , 4 */ , 5--6\n").text == "SELECT 1 , 2 , 3 , 5");
  CHECK(read("SELECT '--', '/*', \"#\" ;").text == "SELECT '--', '/*', \"#\" ");
  CHECK(read("SELECT 1 # :account").problem == "the query has a # outside of quotes");
}

TEST_CASE("MariaDB: what does not only read is refused before it is sent") {
  for (const char* sql :
       {"INSERT INTO t VALUES (1)", "SELECT 1; SELECT 2", "SELECT a INTO OUTFILE '/tmp/x' FROM t", "select a into @x",
        "SELECT a FROM t FOR UPDATE", "SELECT a FROM t LOCK IN SHARE MODE", "SELECT load_file('/etc/passwd')",
        "SELECT get_lock ('x', 1)", "WITH t AS (SELECT sleep(1)) SELECT 1", "SELECT ?", "SELECT @x", ""}) {
    CAPTURE(sql);
    CHECK_FALSE(read(sql).problem.empty());
  }
  for (const char* sql :
       {"SELECT 'into'", "SELECT \"into\" FROM t", "(SELECT 1)", "VALUES (1)", "SELECT sleep FROM t", "SELECT 1;"}) {
    CAPTURE(sql);
    CHECK(read(sql).problem.empty());
  }
}

TEST_CASE("MariaDB: types behind CAST have its own names") {
  CHECK(read("SELECT CAST(a AS text), CAST(b AS bigint), CAST(c AS numeric), CAST(d AS numeric(9, 2)), CAST(e AS date)").text ==
        "SELECT CAST(a AS char), CAST(b AS signed), CAST(c AS decimal(38, 12)), CAST(d AS decimal(9, 2)), CAST(e AS date)");
  CHECK(read("SELECT CAST(a AS character varying(20)), CAST(b AS double precision), CAST(c AS timestamp with time zone)").text ==
        "SELECT CAST(a AS char (20)), CAST(b AS double ), CAST(c AS datetime(6) )");
}

TEST_CASE("MariaDB: nulls are sorted as the query says") {
  CHECK(read("SELECT a FROM t ORDER BY a NULLS LAST, b DESC NULLS LAST, f(c, d) NULLS LAST").text ==
        "SELECT a FROM t ORDER BY (a) IS NULL, a , b DESC , (f(c, d)) IS NULL, f(c, d)");
  CHECK(read("SELECT rank() OVER (PARTITION BY a ORDER BY b DESC NULLS FIRST) FROM t ORDER BY a NULLS FIRST").text ==
        "SELECT rank() OVER (PARTITION BY a ORDER BY (b) IS NOT NULL, b DESC ) FROM t ORDER BY a");
  CHECK(read("SELECT a FROM t ORDER BY 1 NULLS LAST").problem.starts_with("NULLS FIRST or NULLS LAST stands"));
  CHECK(read("SELECT a FROM t ORDER BY 1 DESC NULLS LAST").problem.empty());
}

TEST_CASE("MariaDB: only what is a decimal for sure is divided with a fraction") {
  for (const char* sql :
       {"SELECT a / 100.0", "SELECT 100.0 * a / b", "SELECT a / nullif(1000.0 * b, 0)", "SELECT CAST(a AS numeric) / b",
        "SELECT coalesce(a, 0.0) / b", "SELECT avg(1) / 2", "SELECT (a / 1.5) / b"}) {
    CAPTURE(sql);
    CHECK_FALSE(read(sql).text.find(" DIV") != std::string::npos);
  }
  for (const char* sql : {"SELECT a / b", "SELECT (a + 1) / (2 * b)", "SELECT count(CASE WHEN x > 0.5 THEN 1 END) / 2",
                          "SELECT a / nullif(b, 1.5)", "SELECT a/b", "SELECT :n/2"}) {
    CAPTURE(sql);
    CHECK(read(sql).text.find(" DIV") != std::string::npos);
  }
  CHECK(read("SELECT :n/2").names == std::vector<std::string>(4, "n"));
}
