// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "../../contract/source/scratch_database.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/source/source.hpp"
#include "sqlite/exact_sum.hpp"
#include "sqlite/sql.hpp"

using namespace reportctl;
using reportctl::source::ExactSum;
using reportctl::source::with_checked_numbers;
using reportctl::testing::ScratchDatabase;
using rows::ColumnType;

namespace {

constexpr const char* kTables = R"(
CREATE TABLE reads (at text, kwh real, note text, wh);
INSERT INTO reads VALUES ('a', 0.1, '1.5', 1), ('a', 0.2, '2.25', 2), ('b', NULL, NULL, NULL), ('b', 0.7, '0.001', 3);
CREATE TABLE bad (k text, wh integer, raw blob);
INSERT INTO bad VALUES ('ok', 5, x'01'), ('no', 'lots', x'02');
CREATE VIEW totals AS SELECT k, sum(wh) AS wh FROM bad GROUP BY k;
)";

/// Every row of a query with one decimal column, or what was said instead.
std::string decimals(source::Source& source, const std::string& sql, int scale = 4) {
  try {
    std::string all;
    const auto rows = source.open({sql, {}, {{.name = "v", .label = "v", .type = ColumnType::decimal, .scale = scale}}});
    while (const rows::Row* row = rows->next()) all += (*row)[0].null ? "null " : std::to_string((*row)[0].number) + " ";
    return all;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("decimals are added as decimals, in any order") {
  std::vector<double> tenths(10, 0.1);
  ExactSum sum{};
  for (const double tenth : tenths) sum.add(tenth);
  CHECK(sum.real() == 1.0);  // 0.9999999999999999 as doubles
  // Python: float(sum(map(Decimal, [...])))
  std::vector<double> mixed{54.5085, 1e9, 0.000001, -1e9, 123456789.123456, 1e-7, 3.3e-15, -54.5085};
  for (int round = 0; round < 20; ++round) {
    std::next_permutation(mixed.begin(), mixed.end());
    ExactSum other{};
    for (const double value : mixed) other.add(value);
    CHECK(other.real() == 123456789.1234571);
  }
  ExactSum gone{};
  gone.add(1e300);
  gone.add(0.3);
  gone.add(1e300, -1);
  CHECK(gone.real() == 0.3);
  ExactSum third{};
  third.add(std::int64_t{10});
  CHECK(third.real(3) == 10.0 / 3.0);
  third.add(-0.5);
  CHECK(third.real(2) == 4.75);
  CHECK(third.add("2.000000000000000001"));
  CHECK_FALSE(third.add("2,5"));
  CHECK_FALSE(third.add(" 2"));
  ExactSum whole{};
  whole.add(std::int64_t{9223372036854775807});
  CHECK(whole.integer() == 9223372036854775807);
  whole.add(std::int64_t{1});
  CHECK(whole.integer() == std::nullopt);
}

TEST_CASE("sums and averages of reals are exact, and text is no number, whatever stands around it") {
  ScratchDatabase database;
  database.execute(kTables);
  const auto source = source::open_source({.name = "shop", .url = "sqlite:" + database.file().string(), .password = {}});
  CHECK(decimals(*source, "SELECT sum(kwh) AS v FROM reads", 9) == "1000000000 ");  // 1.0, as doubles 0.30000000000000004 + 0.7
  CHECK(decimals(*source, "SELECT avg(kwh) AS v FROM reads", 9) == "333333333 ");
  CHECK(decimals(*source, "SELECT total(kwh) AS v FROM reads WHERE at = 'none'") == "0 ");
  CHECK(decimals(*source, "SELECT sum(kwh) AS v FROM reads WHERE at = 'none'") == "null ");
  CHECK(decimals(*source, "SELECT sum(note) AS v FROM reads") == "37510 ");  // text that is a decimal number counts as one
  CHECK(decimals(*source, "SELECT sum(kwh) OVER (ORDER BY rowid ROWS 1 PRECEDING) AS v FROM reads") == "1000 3000 2000 7000 ");
  CHECK(decimals(*source, "SELECT sum(DISTINCT wh) + count(*) AS v FROM reads") == "100000 ");
  for (const auto& [sql, what] : std::vector<std::pair<const char*, const char*>>{
           {"SELECT sum(b.wh) AS v FROM bad b", "b.wh"},
           {"SELECT avg( b.wh ) AS v FROM bad b", "b.wh"},
           {"SELECT b.wh / 1000.0 AS v FROM bad b", "b.wh"},
           {"SELECT 2 * coalesce(b.wh, 0) AS v FROM bad b", "coalesce(b.wh, 0)"},
           {"SELECT -b.wh AS v FROM bad b", "b.wh"},
           {"SELECT (b.wh) % 7 AS v FROM bad b", "(b.wh)"},
           {"SELECT CASE WHEN 1 THEN b.wh END + 1 AS v FROM bad b", "CASE WHEN 1 THEN b.wh END"},
           {"SELECT max(wh) OVER w - 1 AS v FROM bad WINDOW w AS (ORDER BY rowid)", "max(wh) OVER w"},
           {"SELECT 1 - max(wh) FILTER (WHERE k <> 'x') AS v FROM bad", "max(wh) FILTER (WHERE k <> 'x')"},
           {"SELECT round(b.\"wh\", 2) AS v FROM bad b", "b.\"wh\""},
           {"SELECT CAST(b.wh AS bigint) AS v FROM bad b", "b.wh"},
           {"SELECT CAST(b.wh AS real) AS v FROM bad b", "b.wh"},
           {"SELECT rc_difference(b.wh, 2) AS v FROM bad b", "b.wh"},
           {"SELECT sum(wh * 2) AS v FROM bad", "wh"}}) {
    CAPTURE(sql);
    CHECK(decimals(*source, sql) == "source shop: " + std::string(what) + " is the text 'lots', not a number");
  }
  CHECK(decimals(*source, "SELECT wh AS v FROM totals") ==
        "source shop: a value that is added up is the text 'lots', not a number");
  CHECK(decimals(*source, "SELECT raw + 1 AS v FROM bad").starts_with("source shop: raw is a blob"));
  CHECK(decimals(*source, "SELECT rc_whole(sum(kwh)) AS v FROM reads") == "source shop: sum(kwh) is 1.0, not an integer");
  CHECK(decimals(*source, "SELECT rc_whole(sum(wh)) AS v FROM reads") == "60000 ");
  CHECK(decimals(*source, "SELECT rc_difference(10.0005, 10) AS v", 3) ==
        "1 ");  // 0.0005000000000006 as doubles, 0.00049 with 20.0005 - 20
  CHECK(decimals(*source, "SELECT rc_difference(20.0005, 20) AS v", 3) == "1 ");
}

TEST_CASE("checks stand where a value becomes a number, or a condition, and nowhere else") {
  for (const auto& [written, checked] : std::vector<std::pair<const char*, const char*>>{
           {"SELECT count(*), t.*, 'a - b' -- c * d\n FROM t", "SELECT count(*), t.*, 'a - b' -- c * d\n FROM t"},
           {"SELECT a - -b, a->'$.x' + 1",
            "SELECT rc_difference(a , -rc_number(b, 'b'), 'a', ''), rc_sum(a->'$.x' , 1, 'a->''$.x''', '')"},
           {"SELECT 1 + a || b, :p * 2", "SELECT rc_sum(1 , a || b, '', 'a || b'), rc_product(:p , 2, ':p', '')"},
           {"SELECT 20000 * s.d + s.t", "SELECT rc_sum(rc_product(20000 , s.d, '', 's.d') , s.t, '', 's.t')"},
           {"SELECT s.t + 2 * s.d - 1",
            "SELECT rc_difference(rc_sum(s.t , rc_product(2 , s.d, '', 's.d'), 's.t', '') , 1, '', '')"},
           {"SELECT (a + 1) * 2", "SELECT rc_product((rc_sum(a , 1, 'a', '')) , 2, '(a + 1)', '')"},
           {"SELECT it's", "SELECT it's"},
           {"SELECT x /* n */ * 'y'", "SELECT rc_product(x /* n */ , 'y', 'x', '''y''')"},
           {"SELECT f('it''s') * 1e-3", "SELECT rc_product(f('it''s') , 1e-3, 'f(''it''''s'')', '')"},
           {"SELECT count(*) * 100, sum(x)/2", "SELECT rc_product(count(*) , 100, '', ''), rc_quotient(sum(x, 'x'),2, '', '')"},
           {"SELECT * FROM a WHERE x IN (1) AND -y < 3",
            "SELECT * FROM a WHERE ((x < '' OR rc_equals(x, 'x', x IN (1), 1)) AND x IN ((SELECT 1))) AND -rc_number(y, 'y') < "
            "3"},
           {"SELECT CAST(x AS text), CAST(x AS decimal(10,2))",
            "SELECT CAST(x AS text), CAST(rc_number(x, 'x') AS decimal(10,2))"},
           {"SELECT max(x) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) - 1",
            "SELECT rc_difference(max(x) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) , 1, 'max(x) OVER (ORDER BY "
            "a "
            "ROWS BETWEEN 1 PRECEDING AND CURRENT\xE2\x80\xA6', '')"},
           {"SELECT 1 FROM t WHERE t.paid AND x BETWEEN a AND b OR NOT (open) AND k",
            "SELECT 1 FROM t WHERE rc_truth(t.paid, 't.paid') AND x BETWEEN a AND b OR NOT (rc_truth(open, 'open')) AND "
            "rc_truth(k, 'k')"},
           {"SELECT CASE WHEN paid THEN 1 END, CASE k WHEN a THEN 2 END, iif(p, 1, 2) FROM t JOIN u ON ok WHERE x IS NOT y",
            "SELECT CASE WHEN rc_truth(paid, 'paid') THEN 1 END, CASE k WHEN a THEN 2 END, iif(rc_truth(p, 'p'), 1, 2) FROM t "
            "JOIN "
            "u ON rc_truth(ok, 'ok') WHERE x IS NOT y"},
           {"SELECT a IS TRUE, b = false, c IS NULL FROM t WHERE count > 1 AND a = b GROUP BY a",
            "SELECT rc_truth(a, 'a') IS TRUE, rc_truth(b, 'b') = false, c IS NULL FROM t WHERE ((count < '' OR rc_orders(count, "
            "'count', (count > 1) - (count < 1), 1)) AND count > 1) AND a = b GROUP BY a"},
           {"WITH a AS NOT MATERIALIZED (SELECT 1), b AS MATERIALIZED (SELECT x FROM a) SELECT 1",
            "WITH a AS NOT MATERIALIZED (SELECT 1), b AS MATERIALIZED (SELECT x FROM a) SELECT 1"},
           {"SELECT ) * ( + END - CASE", "SELECT ) * ( + END - CASE"}}) {
    CHECK(with_checked_numbers(written) == checked);
  }
}

TEST_CASE("what a row calculates is calculated with decimals, and integers as SQLite does") {
  ScratchDatabase database;
  database.execute("CREATE TABLE n (a real, b real, i integer, t text); INSERT INTO n VALUES (0.3, 0.1, 7, '2.5');");
  const auto source = source::open_source({.name = "shop", .url = "sqlite:" + database.file().string(), .password = {}});
  // Python: Decimal, at 9 digits as an integer; beside it what doubles give
  for (const auto& [expression, value] : std::vector<std::pair<const char*, const char*>>{
           {"a - b", "200000000 "},
           {"a - b = 0.2", "1000000000 "},  // 0.19999999999999998
           {"(a - b) * 10 = 2", "1000000000 "},
           {"a / b = 3", "1000000000 "},            // 2.9999999999999996
           {"b * 3 = a", "1000000000 "},            // 0.30000000000000004
           {"1.005 * 1000 = 1005", "1000000000 "},  // 1004.9999999999999
           {"1000000.35 - 1000000.3 = 0.05", "1000000000 "},
           {"round(1.005, 2)", "1010000000 "},
           {"round(0.285 * 100)", "29000000000 "},
           {"round(-2.5)", "-3000000000 "},
           {"7.5 % 2", "1500000000 "},
           {"i / 2", "3000000000 "},
           {"i % 4", "3000000000 "},
           {"-i / 2", "-3000000000 "},
           {"i / 0", "null "},
           {"a / 0", "null "},
           {"i % 0.0", "null "},
           {"t + i", "9500000000 "},
           {"'12' + '3'", "15000000000 "},
           {"i - t * 2", "2000000000 "},
           {"10 - 4 - 3", "3000000000 "},
           {"100 / 10 / 5 * 2 + 3 - 1 * 2", "5000000000 "},
           {"2 - -3", "5000000000 "},
           {"1e3 + 1", "1001000000000 "},
           {"9e999 - a IS NOT NULL", "1000000000 "},
           {"(9223372036854775807 + 1) / 9.3e18 > 0.99", "1000000000 "},
           {"typeof(i * 2) = 'integer' AND typeof(i * 2.0) = 'real' AND typeof(NULL + 1) = 'null'", "1000000000 "}})
    CHECK_MESSAGE(decimals(*source, "SELECT " + std::string(expression) + " AS v FROM n", 9) == value, expression);
}

TEST_CASE("text is no condition") {
  ScratchDatabase database;
  database.execute("CREATE TABLE f (paid, n integer); INSERT INTO f VALUES (1, 1), (0, 2), (-1, 4), (NULL, 8), ('1', 16);");
  const auto source = source::open_source({.name = "shop", .url = "sqlite:" + database.file().string(), .password = {}});
  CHECK(decimals(*source, "SELECT sum(n) AS v FROM f WHERE paid", 0) == "21 ");
  CHECK(decimals(*source, "SELECT sum(n) AS v FROM f WHERE NOT paid", 0) == "2 ");
  database.execute("INSERT INTO f VALUES ('t', 32)");
  for (const char* sql :
       {"SELECT sum(n) AS v FROM f WHERE paid", "SELECT sum(CASE WHEN n > 0 AND f.paid THEN n END) AS v FROM f",
        "SELECT sum(n) AS v FROM f WHERE (f.paid) IS TRUE", "SELECT sum(n) FILTER (WHERE NOT f.paid) AS v FROM f"})
    CHECK_MESSAGE(decimals(*source, sql).find("paid is the text 't', not a boolean") != std::string::npos, sql);
}

TEST_CASE("a comparison with a constant is checked in front, so that an index still serves it") {
  const std::vector<rows::Bind> binds{{"five", std::int64_t{5}}, {"word", "x"}, {"nothing", {}}};
  for (const auto& [written, checked] : std::vector<std::pair<const char*, const char*>>{
           {"SELECT 1 WHERE t.a = 1 OR NOT 'x' <> b",
            "SELECT 1 WHERE ((t.a < '' OR rc_equals(t.a, 't.a', t.a = 1, 1)) AND t.a = (SELECT 1)) OR NOT ((b BETWEEN '' AND "
            "'\U0010FFFF' OR rc_equals(b, 'b', b = 'x', 'x')) AND 'x' <> b)"},
           {"SELECT a BETWEEN -1 AND :n, c NOT IN ('x', 'y') FROM t",
            "SELECT (rc_orders(a, 'a', (a > -1) - (a < -1), -1) AND rc_orders(a, 'a', (a > :n) - (a < :n), :n) AND a BETWEEN -1 "
            "AND "
            ":n), ((c BETWEEN '' AND '\U0010FFFF' OR rc_equals(c, 'c', c IN ('x', 'y'), 'x', 'y')) AND c NOT IN ('x', 'y')) "
            "FROM t"},
           {"SELECT a BETWEEN -1 AND :five, b = :word, c = :nothing FROM t",
            "SELECT ((a < '' OR rc_orders(a, 'a', (a > -1) - (a < -1), -1) AND rc_orders(a, 'a', (a > :five) - (a < :five), "
            ":five)) AND a BETWEEN -1 AND :five), ((b BETWEEN '' AND '\U0010FFFF' OR rc_equals(b, 'b', b = :word, :word)) AND b "
            "= "
            "(SELECT :word)), (rc_equals(c, 'c', c = :nothing, :nothing) AND c = (SELECT :nothing)) FROM t"},
           {"SELECT a IN (1, 'x')", "SELECT (rc_equals(a, 'a', a IN (1, 'x'), 1, 'x') AND a IN (1, 'x'))"},
           {"SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END FROM t",
            "SELECT CASE WHEN (a < '' OR rc_equals(a, 'a', a IN (1, 2), 1, 2)) THEN CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END "
            "END FROM t"},
           {"SELECT f(a) IS NOT 1", "SELECT ((f(a) < '' OR rc_equals(f(a), 'f(a)', NULL, 1)) AND f(a) IS NOT 1)"},
           {"SELECT a COLLATE nocase = 'x'",
            "SELECT ((a COLLATE nocase BETWEEN '' AND '\U0010FFFF' OR rc_equals(a COLLATE nocase, 'a COLLATE nocase', a COLLATE "
            "nocase = 'x', 'x')) AND a COLLATE nocase = (SELECT 'x'))"},
           {"SELECT a = 'x' COLLATE nocase",
            "SELECT (rc_equals(a, 'a', a = 'x' COLLATE nocase, 'x' COLLATE nocase) AND a = (SELECT 'x') COLLATE nocase)"}})
    CHECK(with_checked_numbers(written, binds) == checked);
  for (const char* plain :
       {"SELECT a = b, 1 = 2, a IS NULL, a IN (SELECT 1), a IN (b, 1), (a, b) = (1, 2), a LIKE 'x', count(*) > 1, length(a) = 3",
        "SELECT a = 1 = b, b = a = 1, a & b = 1, a = 1 & b, (SELECT max(x) FROM u) = 1, substr(a, 1) = 'x', date(a) >= "
        "'2026-01-01'",
        "SELECT CASE a WHEN b THEN 1 END, CAST(a AS text) = :x, (CAST(a AS text)) = 'x' WHERE a = "
        ":account AND b >= :from_us"})
    CHECK(with_checked_numbers(plain) == plain);
}

TEST_CASE("text and numbers are compared only where SQLite compares them as they are meant") {
  ScratchDatabase database;
  database.execute(
      "CREATE TABLE c (n integer, flag boolean, t text, any, plz string, day date);"
      "INSERT INTO c VALUES (5, 't', '5', '7', '10115', '2026-03-17'), (12, 't', '12', '7', '10117', '2026-03-18');");
  const auto source = source::open_source({.name = "shop", .url = "sqlite:" + database.file().string(), .password = {}});
  const auto counted = [&](const std::string& condition) {
    return decimals(*source, "SELECT count(*) AS v FROM c WHERE " + condition, 0);
  };
  for (const auto& [condition, rows] :
       std::vector<std::pair<const char*, const char*>>{{"n = 5", "1 "},
                                                        {"n = '5'", "1 "},  // the column's type makes a number of it
                                                        {"n > '5'", "1 "},
                                                        {"t = 12", "1 "},  // and here text of the number
                                                        {"flag = 't'", "2 "},
                                                        {"flag IN ('t', 'f')", "2 "},
                                                        {"plz = 10115", "1 "},
                                                        {"plz <> '10115'", "1 "},
                                                        {"day >= '2026-03-18'", "1 "},
                                                        {"CASE flag WHEN 't' THEN 1 ELSE 0 END", "2 "},
                                                        {"n BETWEEN 1 AND 5", "1 "},
                                                        {"flag = 'T' COLLATE nocase", "2 "},
                                                        {"coalesce(NULL, nullif(n, n)) = 'x'", "0 "}})
    CHECK_MESSAGE(counted(condition) == rows, condition);
  // What sorts with the constant, but is kept otherwise, or the other way round.
  database.execute(
      "CREATE TABLE odd (blank, last, none, real);"
      "INSERT INTO odd VALUES (x'', CAST(x'F48FBFBF21' AS text), NULL, 0.5);");
  for (const auto& [condition, found] : std::vector<std::pair<const char*, const char*>>{
           {"blank = ''", "source shop: blank is a blob, compared with the text ''"},
           {"blank <> 0", "source shop: blank is a blob, compared with 0"},
           {"last > 'x'", "1 "},
           {"last = 1", "source shop: last is the text '\\U0010ffff!', compared with 1"},
           {"none = 'x' OR none = 1 OR real < 1", "1 "}})
    CHECK_MESSAGE(decimals(*source, std::string("SELECT count(*) AS v FROM odd WHERE ") + condition, 0) == found, condition);
  for (const auto& [condition, words] : std::vector<std::pair<const char*, const char*>>{
           {"flag = 1", "flag is the text 't', compared with 1"},
           {"c.flag <> 0", "c.flag is the text 't', compared with 0"},
           {"1 = flag", "flag is the text 't', compared with 1"},
           {"flag > 0", "flag is the text 't', compared with 0"},
           {"flag IS 1", "flag is the text 't', compared with 1"},
           {"flag IN (0, 1)", "flag is the text 't', compared with 0"},
           {"flag BETWEEN 1 AND 1", "flag is the text 't', compared with 1"},
           {"CASE flag WHEN 1 THEN 1 ELSE 0 END", "flag is the text 't', compared with 1"},
           {"coalesce(flag, 0) = 1", "coalesce(flag, 0) is the text 't', compared with 1"},
           {"n = 'open'", "n is 5, compared with the text 'open'"},
           {"n >= '2026-01-01'", "n is 5, compared with the text '2026-01-01'"},
           {"t > 6", "t is the text '12', compared with 6"},  // '12' sorts before '6'
           {"any = 7", "any is the text '7', compared with 7"},
           {"strftime('%m', day) = 3", "strftime('%m', day) is the text '03', compared with 3"},
           {"n = 5 AND any IN (7)", "any is the text '7', compared with 7"}})
    CHECK_MESSAGE(counted(condition) == "source shop: " + std::string(words), condition);
}

TEST_CASE("what an index leaves out of a comparison with a constant is looked for beforehand") {
  ScratchDatabase database;
  database.execute(
      "CREATE TABLE o (account_id text, paid boolean, n integer); CREATE INDEX o_paid ON o (account_id, paid);"
      "INSERT INTO o VALUES ('a', 1, 1), ('a', 't', 2)");
  const auto source = source::open_source({.name = "shop", .url = "sqlite:" + database.file().string(), .password = {}});
  rows::Query query{"SELECT sum(n) AS v FROM o WHERE account_id = 'a' AND paid = 1",
                    {},
                    {{.name = "v", .label = "v", .type = ColumnType::integer}}};
  query.compared = {{"o", "paid", "1", "o.paid"}};
  try {
    source->open(query);
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "source shop: o.paid is the text 't', compared with 1");
  }
}
