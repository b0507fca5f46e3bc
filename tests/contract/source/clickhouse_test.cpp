// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// What only ClickHouse does, and what its front does wrong on purpose.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.hpp"
#include "clickhouse_server.hpp"
#include "reportctl/base/stop.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using reportctl::testing::asking;
using reportctl::testing::cells;
using reportctl::testing::ClickhouseServer;
using reportctl::testing::connect;
using reportctl::testing::holds;
using reportctl::testing::refused;
using rows::ColumnType;

namespace {

std::string one_cell(const std::string& user, const std::string& sql, ColumnType type = ColumnType::text, int scale = 0) {
  const auto source = connect(ClickhouseServer::shared()->url(user, "default"));
  return cells(*source, asking(sql, type, scale));
}

/// What an answer was refused with, and how many rows had come.
struct Broken {
  testing::Refused refused;
  int rows = 0;
};
Broken broken(const std::string& user, const std::string& sql) {
  const auto source = connect(ClickhouseServer::shared()->url(user, "default"));
  Broken result;
  result.refused = refused([&] {
    const auto rows = source->open(asking(sql, ColumnType::integer));
    while (rows->next() != nullptr) ++result.rows;
  });
  return result;
}

}  // namespace

TEST_CASE("rows of ClickHouse are the same ones however many blocks and packets they come in") {
  if (ClickhouseServer::shared() == nullptr) return;
  for (const char* user : {"reports", "old"}) {
    CAPTURE(user);
    const auto source = connect(ClickhouseServer::shared()->url(user, "default"));
    const auto rows = source->open(asking("SELECT concat('row ', toString(number)) AS v FROM numbers(300000)"));
    int expected = 0;
    while (const rows::Row* row = rows->next()) {
      if ((*row)[0].text != "row " + std::to_string(expected)) break;
      ++expected;
    }
    CHECK(expected == 300000);
  }
}

TEST_CASE("an error of ClickHouse behind rows is an error, and not their end") {
  if (ClickhouseServer::shared() == nullptr) return;
  const std::string late = "SELECT 1000000 / (500000 - number) AS v FROM numbers(1000000)";
  const Broken now = broken("reports", late);
  CHECK(now.refused.kind == ErrorKind::source);
  CHECK(now.refused.message == "source shop: the query failed: division by zero");
  CHECK(now.rows > 0);
  CHECK(now.rows < 500000);
  const Broken once = broken("old", late);
  CHECK(once.refused.message == "source shop: the query failed: division by zero");
  CHECK(once.rows == 0);  // an older server has to know the end before it sends the beginning
}

TEST_CASE("infinity of ClickHouse is told by its name, and is an empty cell where the module says so") {
  if (ClickhouseServer::shared() == nullptr) return;
  const auto source = connect(ClickhouseServer::shared()->url("reports", "default"));
  for (const auto& [text, words] : {std::pair{"inf", "found infinity"}, {"-inf", "found infinity"}, {"nan", "found NaN"}}) {
    auto query = asking(fmt::format("SELECT CAST('{}' AS double) AS v", text), ColumnType::decimal, 2);
    CHECK(holds(refused([&] { cells(*source, query); }).message, words));
    query.columns[0].empty_odd = true;
    CHECK(cells(*source, query) == "null");
  }
}

TEST_CASE("an answer of ClickHouse that breaks off is an error, wherever it does") {
  if (ClickhouseServer::shared() == nullptr) return;
  for (const char* user : {"cut", "old_cut"}) {
    CAPTURE(user);
    const Broken cut = broken(user, "SELECT number AS v FROM numbers(1000000)");
    CHECK(cut.refused.kind == ErrorKind::source);
    CHECK(holds(cut.refused.message, "the connection was lost"));
    CHECK(cut.rows < 25000);
  }
  CHECK(holds(refused([] { connect(ClickhouseServer::shared()->url("endless", "default")); }).message, "where its answer ends"));
}

TEST_CASE("no profile of the login decides what a report of ClickHouse holds") {
  const auto* const server = ClickhouseServer::shared();
  if (server == nullptr) return;
  (void)server->execute("default", "CREATE OR REPLACE TABLE few(n Int64 NOT NULL, a String NOT NULL)");
  (void)server->execute("default", "INSERT INTO few VALUES (1, 'x'), (2, 'y'), (3, 'z')");
  for (const char* user : {"reports", "writer", "loose", "old"}) {
    CAPTURE(user);
    CHECK(one_cell(user, "SELECT n AS v FROM few ORDER BY 1", ColumnType::integer) == "1 2 3");
    CHECK(one_cell(user, "SELECT b.a AS v FROM few l LEFT JOIN (SELECT n, a FROM few WHERE n = 1) b ON b.n = l.n ORDER BY l.n") ==
          "x null null");
    CHECK(one_cell(user, "SELECT count(*) AS v FROM few l JOIN few r ON l.n < 9 AND r.n < 9", ColumnType::integer) == "9");
    CHECK(one_cell(user, "SELECT sum(n) AS v FROM few WHERE n > 9", ColumnType::integer) == "null");
    CHECK(one_cell(user, "SELECT count(*) AS v FROM few GROUP BY n ORDER BY n", ColumnType::integer) == "1 1 1");
    CHECK(one_cell(user, "SELECT lead(n) OVER (ORDER BY n) AS v FROM few ORDER BY n", ColumnType::integer) == "2 3 null");
    CHECK(one_cell(user, "SELECT CAST('2026-03-17 06:00:00' AS timestamp) AS v", ColumnType::timestamp) == "1773727200");
  }
  CHECK(one_cell("reports", "SELECT 1 AS v UNION ALL SELECT 2 ORDER BY v DESC LIMIT 1", ColumnType::integer) == "2");
  CHECK(one_cell("reports", "SELECT x.v AS v FROM (SELECT 1 AS v UNION ALL SELECT 2 ORDER BY v LIMIT 1) x",
                 ColumnType::integer) == "1");
  const auto limited = refused([] { one_cell("limited", "SELECT n AS v FROM few ORDER BY n", ColumnType::integer); });
  CHECK(holds(limited.message, "max rows: 2"));  // two of three rows would look like all
  CHECK(holds(limited.hint, "profile"));
  CHECK(connect(server->url("reports", "default"))->warnings().empty());
  CHECK(connect(server->url("writer", "default"))->warnings().size() == 1);
  const auto strict = refused([&] { connect(server->url("strict", "default")); });
  CHECK(strict.kind == ErrorKind::source);
  CHECK(holds(strict.message, "in readonly mode"));
  CHECK(holds(strict.hint, "readonly = 2"));
}

TEST_CASE("the tenant wall stands in ClickHouse, also where a column has the name of another") {
  const auto* const server = ClickhouseServer::shared();
  if (server == nullptr) return;
  (void)server->execute("default", "CREATE OR REPLACE TABLE walled(account_id FixedString(8) NOT NULL, n Int64 NOT NULL)");
  (void)server->execute("default", "INSERT INTO walled VALUES ('shop', 1), ('SHOP', 10), ('shop ', 100), ('shops', 1000)");
  for (const char* user : {"reports", "loose"}) {
    CAPTURE(user);
    const auto source = connect(server->url(user, "default"));
    const auto asked = [&](const std::string& sql) {
      auto query = asking(sql, ColumnType::integer);
      query.binds = {{"account", std::string("shop")}};
      return cells(*source, query);
    };
    CHECK(asked("SELECT sum(n) AS v FROM walled WHERE account_id = :account") == "1");
    CHECK(asked("SELECT v AS v FROM (SELECT :account AS account_id, sum(n) AS v FROM walled WHERE account_id = :account)") ==
          "1");
    CHECK(asked("SELECT sum(v) AS v FROM (SELECT :account AS account_id, n AS v FROM walled WHERE account_id = :account)") ==
          "1");
  }
  CHECK(one_cell("reports", "SELECT account_id AS v FROM walled ORDER BY n") == "shop SHOP shop  shops");
}

TEST_CASE("ClickHouse calculates as the other databases do, or not at all") {
  const auto* const server = ClickhouseServer::shared();
  if (server == nullptr) return;
  (void)server->execute("default",
                        "CREATE OR REPLACE TABLE much(n Int64 NOT NULL, r Float64 NOT NULL, d Decimal(18, 4) NOT NULL)");
  (void)server->execute("default", "INSERT INTO much VALUES (9223372036854775807, 0.1, 1.25), (1, 0.2, 2.5)");
  const auto whole = [](const std::string& sql) { return one_cell("reports", sql, ColumnType::integer); };
  const auto decimal = [](const std::string& sql) { return one_cell("reports", sql, ColumnType::decimal, 4); };
  const auto why = [](const std::string& sql) {
    return refused([&] { one_cell("reports", sql, ColumnType::decimal, 4); }).message;
  };
  CHECK(holds(refused([&] { whole("SELECT sum(n) AS v FROM much"); }).message, "one too large"));  // not -9223372036854775808
  CHECK(whole("SELECT sum(n) - 1 AS v FROM much") == "9223372036854775807");
  CHECK(decimal("SELECT sum(d) AS v FROM much") == "37500");
  CHECK(decimal("SELECT avg(d) AS v FROM much") == "18750");
  CHECK(decimal("SELECT avg(n) AS v FROM much WHERE n = 1") == "10000");
  CHECK(decimal("SELECT avg(d) OVER (ORDER BY n) AS v FROM much ORDER BY n") == "25000 18750");
  CHECK(whole("SELECT 7 / 2 AS v") == "3");
  CHECK(whole("SELECT -7 / 2 AS v") == "-3");
  CHECK(decimal("SELECT 7 / 2.0 AS v") == "35000");
  CHECK(decimal("SELECT 2 / 3.0 AS v") == "6667");
  CHECK(decimal("SELECT (20000 * 2 + 3) / nullif(2 * 3, 0) / 100.0 AS v") == "666700");
  CHECK(decimal("SELECT CAST(d AS numeric) / 3 AS v FROM much ORDER BY n") == "8333 4167");
  CHECK(decimal("SELECT 1 / nullif(0, 0) AS v") == "null");
  CHECK(holds(why("SELECT sum(r) AS v FROM much"), "sum(r) adds up binary numbers"));
  CHECK(holds(why("SELECT avg(r) AS v FROM much"), "avg(r) adds up binary numbers"));
  CHECK(holds(why("SELECT d / n AS v FROM much"), "d / n divides a number that is not an integer"));
  CHECK(holds(why("SELECT r / 2.0 AS v FROM much"), "r / 2.0 divides a number"));
  CHECK(why("SELECT 1 / 0 AS v") == "source shop: the query failed: division by zero");
  CHECK(one_cell("reports", "SELECT CAST('2200-01-01' AS date) AS v", ColumnType::date) == "84006");  // not 2149-06-06
}

TEST_CASE("texts and names of a query are read once, in the way that all databases read them") {
  if (ClickhouseServer::shared() == nullptr) return;
  CHECK(one_cell("reports", R"sql(SELECT 'a\b\' || '''\n' AS v)sql") == R"(a\b\'\n)");
  CHECK(one_cell("reports", R"sql(SELECT x."a\""b" AS v FROM (SELECT 'y' AS "a\""b") x)sql") == "y");
  const auto source = connect(ClickhouseServer::shared()->url("reports", "default"));
  auto query = asking("SELECT :a || '|' || CAST(:b IN :c AS text) AS v");
  query.binds = {{"a", std::string("tab\t' \\ \\N \n%{x:String}")},
                 {"b", std::string("b'\\\n")},
                 {"c", std::vector<std::string>{"x", "b'\\\n"}}};
  CHECK(cells(*source, query) == "tab\t' \\ \\N \n%{x:String}|1");
}

TEST_CASE("types of ClickHouse are read as what they mean") {
  if (ClickhouseServer::shared() == nullptr) return;
  const auto text = [](const std::string& sql) { return one_cell("reports", "SELECT " + sql + " AS v"); };
  CHECK(text("toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')") == "61f0c404-5cb3-11e7-907b-a6006ad3dba0");
  CHECK(text("toIPv4('192.168.7.1')") == "192.168.7.1");
  CHECK(text("toIPv6('2001:db8::7')") == "2001:db8::7");
  CHECK(text("CAST('due', 'Enum8(''it''''s'' = -3, ''due'' = 2)')") == "due");
  CHECK(text("CAST('paid', 'LowCardinality(Nullable(String))')") == "paid");
  CHECK(text("CAST(NULL, 'LowCardinality(Nullable(String))')") == "null");
  CHECK(text("toInt128('-170141183460469231731687303715884105728')") == "-170141183460469231731687303715884105728");
  CHECK(text("toUInt256('115792089237316195423570985008687907853269984665640564039457584007913129639935')") ==
        "115792089237316195423570985008687907853269984665640564039457584007913129639935");
  CHECK(text("NULL") == "null");
  CHECK(one_cell("reports", "SELECT toDecimal256('-0.05', 40) AS v", ColumnType::decimal, 2) == "-5");
  CHECK(one_cell("reports", "SELECT toFloat32(0.1) AS v", ColumnType::decimal, 9) == "100000000");
  CHECK(one_cell("reports", "SELECT toDate32('1900-01-01') AS v", ColumnType::date) == "-25567");
  CHECK(one_cell("reports", "SELECT toDateTime64('1969-12-31 23:59:58.500', 3, 'UTC') AS v", ColumnType::timestamp) == "-2");
  CHECK(one_cell("reports", "SELECT toDateTime('2026-03-17 06:00:00', 'Europe/Berlin') AS v", ColumnType::timestamp) ==
        "1773723600");
  CHECK(one_cell("reports", "SELECT CAST(1 AS boolean) AS v", ColumnType::boolean) == "1");
  CHECK(one_cell("reports", "SELECT toUInt8(0) AS v", ColumnType::boolean) == "0");
  CHECK(holds(refused([&] { text("array('a')"); }).message, "column v is of type Array(String), which no report can read"));
}

TEST_CASE("a stop is noticed while ClickHouse calculates and sends nothing") {
  if (ClickhouseServer::shared() == nullptr) return;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 1;
    try {
      install_signal_handlers();
      ::signal(SIGALRM, [](int) { ::raise(SIGTERM); });
      const auto source = connect(ClickhouseServer::shared()->url("reports", "default"), "", 20s);
      const itimerval soon{{0, 0}, {0, 300'000}};
      ::setitimer(ITIMER_REAL, &soon, nullptr);
      cells(*source, asking("SELECT count(*) AS v FROM numbers(4000000000000) WHERE number % 7 = 3", ColumnType::integer));
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::interrupted ? 0 : 3;
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a connection that ClickHouse closed meanwhile is opened again, and a login that it does not know is refused") {
  const auto* const server = ClickhouseServer::shared();
  if (server == nullptr) return;
  const auto unknown = refused([&] { connect(server->url("nobody", "default")); });
  CHECK(holds(unknown.message, "Authentication failed"));
  CHECK(holds(unknown.hint, "password_file"));
  CHECK(holds(refused([&] { connect(server->url("reports", "nowhere")); }).message, "nowhere"));
  CHECK(holds(refused([] { connect("clickhouse+http://reports@127.0.0.1:1/"); }).message, "cannot connect"));
  const auto source = connect(server->url("restarted", "default"));
  CHECK(cells(*source, asking("SELECT 1 AS v", ColumnType::integer)) == "1");
}
