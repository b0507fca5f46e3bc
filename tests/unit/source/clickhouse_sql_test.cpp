// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <string>

#include "clickhouse/sql.hpp"
#include "clickhouse/types.hpp"
#include "clickhouse/words.hpp"

using namespace reportctl;

namespace {

source::RewrittenSql rewritten(std::string_view sql) {
  return source::clickhouse_sql(sql, [](std::string_view name) { return name == "list" ? "Array(String)" : "String"; });
}
std::string text(std::string_view sql) { return rewritten(sql).text; }

}  // namespace

TEST_CASE("a statement for ClickHouse has its types, its parameters and no comment") {
  CHECK(text("SELECT CAST(x AS text) -- one\n FROM t /* two */") == "SELECT CAST(x AS String) FROM t");
  CHECK(text("SELECT CAST(x AS varchar(20)), CAST(y AS numeric), CAST(z AS decimal(9, 2))") ==
        "SELECT CAST(x AS String), CAST(y AS Decimal(38, 12)), CAST(z AS decimal(9, 2))");
  CHECK(text("SELECT CAST(x AS timestamp with time zone), CAST(y AS date)") ==
        "SELECT CAST(x AS DateTime64(6, 'UTC') ), CAST(y AS Date32)");
  const auto bound = rewritten("SELECT 1 WHERE a = :account AND b IN :list AND c = :account");
  CHECK(bound.text == "SELECT 1 WHERE a = {account:String} AND b IN {list:Array(String)} AND c = {account:String}");
  CHECK(bound.names == std::vector<std::string>{"account", "list", "account"});
  CHECK(text(R"(SELECT '\', "a\b", 1.50)") == R"(SELECT '\\', "a\\b", CAST('1.50' AS Decimal(38, 2)))");
}

TEST_CASE("a sorted union for ClickHouse is sorted as a whole") {
  CHECK(text("SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n LIMIT 1") ==
        "SELECT * FROM (SELECT 1 AS n UNION ALL SELECT 2) ORDER BY n LIMIT 1");
  CHECK(text("SELECT 1 AS n UNION ALL (SELECT 2 ORDER BY 1)") == "SELECT 1 AS n UNION ALL (SELECT 2 ORDER BY 1)");
  CHECK(text("SELECT n FROM (SELECT 1 AS n EXCEPT SELECT 2 LIMIT 1) x ORDER BY n") ==
        "SELECT n FROM (SELECT * FROM (SELECT 1 AS n EXCEPT SELECT 2) LIMIT 1) x ORDER BY n");
}

TEST_CASE("a statement for ClickHouse that could be read in two ways, or reaches out, is refused") {
  for (const char* sql : {"SELECT 1 SETTINGS limit = 1", "SELECT 1 FORMAT CSV", "SELECT {x:String}", "SELECT `x`", "SELECT 1 # x",
                          "SELECT * FROM url('x')", "SELECT * FROM remoteSecure('x', t)", "SELECT \u2019x\u2019",
                          "INSERT INTO t VALUES (1)", "SELECT 1; SELECT 2", "SELECT ?", "SELECT $1"}) {
    CAPTURE(std::string(sql));
    CHECK_FALSE(rewritten(sql).problem.empty());
  }
  CHECK(rewritten("SELECT format('{}', url) FROM t").problem.empty());
}

TEST_CASE("types of ClickHouse are taken apart") {
  const auto type = [](std::string_view written) {
    const auto one = source::clickhouse_type(written);
    return std::to_string(one.size) + (one.is_signed ? " signed" : "") + (one.nullable ? " nullable " : " ") +
           std::to_string(one.scale) + " " + std::string(source::type_words(one.foreign()));
  };
  CHECK(type("Nullable(Decimal(38, 12))") == "16 signed nullable 12 a real number");
  CHECK(type("LowCardinality(Nullable(String))") == "0 nullable 0 text");
  CHECK(type("SimpleAggregateFunction(sum, Int64)") == "8 signed 0 an integer");
  CHECK(type("DateTime64(3, 'Europe/Berlin')") == "8 signed 3 a timestamp");
  CHECK(type("DateTime('UTC')") == "4 0 a timestamp");
  CHECK(type("FixedString(8)") == "8 0 text");
  CHECK(type("Array(String)") == "0 0 a value of another type");
  const auto words = source::clickhouse_type(R"(Enum16('it\'s' = -3, 'a, b' = 300))").names;
  REQUIRE(words.size() == 2);
  CHECK(words[0] == std::pair<std::int64_t, std::string>(-3, "it's"));
  CHECK(words[1] == std::pair<std::int64_t, std::string>(300, "a, b"));
}

TEST_CASE("what ClickHouse says is passed on without the query") {
  const auto said = [](std::string_view answer) {
    const auto problem = source::clickhouse_problem("shop", source::clickhouse_error(answer));
    return problem.what;
  };
  CHECK(said("Code: 47. DB::Exception: Unknown expression identifier `x` in scope SELECT secret FROM t. (UNKNOWN_IDENTIFIER)")
            .find("secret") == std::string::npos);
  CHECK(said("Code: 6. DB::Exception: Cannot parse string 'secret' as Int64: In scope SELECT 1. (CANNOT_PARSE_TEXT)") ==
        "the query failed: a value does not have the form of its type");
  CHECK(said("Code: 6. DB::Exception: Cannot parse string 'rc_whole|12.5' as Int64: In scope SELECT 'rc_sum|x|'") ==
        "a value that must be whole is 12.5, not an integer");
  CHECK(source::clickhouse_error("<html>502 Bad Gateway</html>").code == 0);
}
