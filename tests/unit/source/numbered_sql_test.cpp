// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "numbered_sql.hpp"

#include <doctest/doctest.h>

#include "reportctl/base/text.hpp"

using namespace reportctl;
using source::number_parameters;

namespace {

/// The text, then the names by number.
std::string numbered(std::string_view sql) {
  const source::NumberedSql result = number_parameters(sql);
  return result.text + " | " + join(result.names, " ");
}

}  // namespace

TEST_CASE("named parameters are numbered, the same name with the same number") {
  CHECK(numbered("SELECT 1") == "SELECT 1 | ");
  CHECK(numbered("") == " | ");
  CHECK(numbered("a = :account AND b >= :from AND b < :to AND c = :account") ==
        "a = $1 AND b >= $2 AND b < $3 AND c = $1 | account from to");
  CHECK(numbered(":a:b(:c),:d") == "$1 $2($3),$4 | a b c d");
  CHECK(numbered("x$$:a, 1:b, \xC3\xA9:c") == "x$$ $1, 1 $2, \xC3\xA9 $3 | a b c");  // or it would belong to the name
  CHECK(numbered("x=:p1;") == "x=$1; | p1");
  CHECK(numbered("SELECT :n::bigint, CAST(:m AS text)") == "SELECT $1::bigint, CAST($2 AS text) | n m");
}

TEST_CASE("what is not a parameter stays as it is") {
  for (const char* sql : {
           "SELECT 'it''s :a', \"col:a\", \"q\"\":a\"",
           "SELECT E'\\' :a', e'\\\\', E'x''\\':a'",
           "SELECT 'back\\' || 'slash :a'",  // no escape in a plain literal
           "SELECT U&'\\0061 :a'",
           "SELECT $$ :a '$$, $tag$ :a $$ :b $tag$, $_1$:a$_1$",
           "-- :a\nSELECT 1 -- it's :b",
           "/* :a /* ' */ :b */ SELECT 1",
           "SELECT a::text, b :: int, c::timestamptz",
           "SELECT arr[1:2], f(a := 1), 12:30",
           "SELECT t$1 FROM t$$x",  // a $ belongs to the name
           "SELECT 1 AS \xC5\x82:",
           "SELECT 'never closed :a",
           "SELECT \"never closed :a",
           "SELECT $$ never closed :a",
           "/* never closed :a",
           "SELECT E'\\",
       }) {
    CAPTURE(sql);
    CHECK(numbered(sql) == std::string(sql) + " | ");
    CHECK_FALSE(number_parameters(sql).has_anonymous);
  }
  CHECK(numbered("SELECT 'a' || :b || \"c\" || E'd\\'' || :e || $$f$$ || :g -- :h") ==
        "SELECT 'a' || $1 || \"c\" || E'd\\'' || $2 || $$f$$ || $3 -- :h | b e g");
  CHECK(numbered("SELECT namE':a' || :b") == "SELECT namE':a' || $1 | b");  // a name, then a plain literal
}

TEST_CASE("a parameter that is numbered already is noticed, outside literals only") {
  CHECK(number_parameters("SELECT $1").has_anonymous);
  CHECK(number_parameters("SELECT a+$12::int").has_anonymous);
  CHECK_FALSE(number_parameters("SELECT '$1', \"$1\", $$ $1 $$ /* $1 */ -- $1").has_anonymous);
}

TEST_CASE("what starts like a query") {
  for (const char* sql :
       {"SELECT 1", "select 1", "  \n-- c\n /* d */ WITH a AS (SELECT 1) SELECT 2", "((SELECT 1))", "VALUES (1)", "TABLE t"})
    CHECK_MESSAGE(number_parameters(sql).reads, sql);
  for (const char* sql : {"", "-- SELECT", "/* SELECT */", "INSERT INTO t SELECT 1", "DELETE FROM t", "EXPLAIN SELECT 1",
                          "'SELECT'", "selection", "\"select\"", ";SELECT 1", "BEGIN", "1 SELECT"})
    CHECK_MESSAGE(!number_parameters(sql).reads, sql);
}

TEST_CASE("an array literal quotes every element") {
  CHECK(source::array_literal({}) == "{}");
  CHECK(source::array_literal({"a", "", "NULL", "b,c", "d\"e", "f\\g", "{h}", "i\nj"}) ==
        "{\"a\",\"\",\"NULL\",\"b,c\",\"d\\\"e\",\"f\\\\g\",\"{h}\",\"i\nj\"}");
}

TEST_CASE("what is calculated with stands in statements for the server to check, as a whole") {
  const auto calculating = [](std::string_view sql) { return join(number_parameters(sql).calculating, " | "); };
  CHECK(calculating("SELECT a - b * :n FROM t") ==
        "SELECT (CASE WHEN TRUE OR pg_catalog.scale(/* a - b * _n*/a - b * $1) = 0 THEN a - b * $1 END) FROM t | "
        "SELECT (CASE WHEN TRUE OR pg_catalog.scale(/* a - b * _n*/a - b * $1) = 0 THEN a - b * $1 END) FROM t");
  // The same text stands twice, and is checked in both places at once.
  CHECK(number_parameters("SELECT (x + 1) * 2 FROM t GROUP BY x + 1").calculating.size() == 3);
  CHECK(calculating("SELECT round(kw), ceil(a, b), CAST(x AS int), y::bigint").find("/* kw*/kw)") != std::string::npos);
  for (const char* sql :
       {"SELECT count(*), t.*, 'a - b', 1 + 2 FROM t", "SELECT extract(epoch FROM a - b) / 60, to_timestamp(x / 1000.0)",
        "SELECT a::timestamp with time zone, b::double precision, c[1], date '2026-01-01', x AT TIME ZONE 'UTC'",
        "SELECT floor(extract(epoch FROM b - a))::bigint, CAST(x AS text)"})
    CHECK_MESSAGE(calculating(sql) == "", sql);
}
