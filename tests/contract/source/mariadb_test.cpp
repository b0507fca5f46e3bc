// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// What MariaDB alone can do to a report.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>

#include "asking.hpp"
#include "mariadb_server.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using namespace reportctl::testing;
using rows::ColumnType;

namespace {

/// With an empty database `shop`, whose texts have the server's usual collation, and a login that may only read it.
void with_server(const std::function<void(MariadbServer&)>& test) {
  MariadbServer* const server = MariadbServer::shared();
  if (server == nullptr) return;
  server->execute(
      "DROP DATABASE IF EXISTS shop; CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; "
      "DROP USER IF EXISTS reader@'127.0.0.1'; CREATE USER reader@'127.0.0.1'; GRANT SELECT ON shop.* TO "
      "reader@'127.0.0.1'; USE shop");
  test(*server);
}

std::unique_ptr<source::Source> reader(const MariadbServer& server, const std::string& instants = "") {
  return connect(server.url("reader", "shop"), instants);
}

}  // namespace

TEST_CASE("MariaDB: values of every type become cells, and others are named") {
  with_server([](MariadbServer& server) {
    server.execute(
        "CREATE TABLE t(big bigint, unsigned_big bigint unsigned, tiny tinyint(1), flag bit(1), bits bit(10), year_ year, "
        "price decimal(30, 4), small float, large double, name varchar(20), fixed char(6), mood enum('fine', 'bad'), data json, "
        "raw "
        "varbinary(4), day date, at timestamp(6) null, written datetime null, clock time, zero date, half date);"
        "SET sql_mode = CONCAT(@@sql_mode, ',ALLOW_INVALID_DATES');"
        "INSERT INTO t VALUES (-9223372036854775808, 18446744073709551615, 1, b'1', b'1000000001', 2026, 12345678901234567.4750, "
        "0.1, "
        "0.285, 'Łukasz', 'ab', 'fine', '{\"a\": 1}', x'00ff', '2026-03-17', '2026-03-17 06:00:00.9', '2026-03-17 06:00:00', "
        "'06:00:00', '0000-00-00', '2026-02-00')");
    const auto source = reader(server);
    const auto value = [&](const std::string& sql, ColumnType type, int scale = 0) {
      const auto wanted = asking("SELECT " + sql + " AS v FROM t", type, scale);
      const Refused failure = refused([&] { cells(*source, wanted); });
      return failure.message == "nothing was refused" ? cells(*source, wanted)
                                                      : failure.message.substr(failure.message.find("found"));
    };
    const auto text = ColumnType::text;
    CHECK(value("big", text) == "-9223372036854775808");
    CHECK(value("unsigned_big", text) == "18446744073709551615");
    CHECK(value("big", ColumnType::integer) == "-9223372036854775808");
    CHECK(value("unsigned_big", ColumnType::integer) == "found a real number or one too large");
    CHECK(value("year_", ColumnType::integer) == "2026");
    CHECK(value("bits", ColumnType::integer) == "513");
    CHECK(value("tiny", ColumnType::boolean) == "1");
    CHECK(value("flag", ColumnType::boolean) == "1");
    CHECK(value("tiny", ColumnType::integer) == "1");
    CHECK(value("price", ColumnType::decimal, 2) == "1234567890123456748");  // half a cent away from zero
    CHECK(value("small", ColumnType::decimal, 9) == "100000000");
    CHECK(value("large", ColumnType::decimal, 2) == "29");
    CHECK(value("large", text) == "found a real number");
    CHECK(value("name", text) == "Łukasz");
    CHECK(value("fixed", text) == "ab");
    CHECK(value("mood", text) == "fine");
    CHECK(value("data", text) == "{\"a\": 1}");
    CHECK(value("raw", text) == "found binary data");
    CHECK(value("day", ColumnType::date) == "20529");
    CHECK(value("at", ColumnType::timestamp) == "1773727200");
    CHECK(value("max(at)", ColumnType::timestamp) == "1773727200");
    CHECK(value("written", ColumnType::timestamp) == "found a timestamp without time zone");
    CHECK(value("clock", text) == "found a time of day");
    CHECK(value("zero", ColumnType::date) == "found a zero date (0000-00-00)");
    CHECK(value("half", ColumnType::date) == "found a date that does not exist");
    CHECK(value("price", ColumnType::integer) == "found a real number or one too large");
  });
}

TEST_CASE("MariaDB: a key is compared byte by byte, whatever the collation of its column") {
  with_server([](MariadbServer& server) {
    server.execute(
        "CREATE TABLE orders(account_id varchar(20), n integer, INDEX (account_id)); INSERT INTO orders VALUES ('shop', 1), "
        "('SHOP', 2), ('shop ', 3), ('shöp', 4), ('Shop', 5)");
    const auto source = reader(server);
    rows::Query wanted = asking("SELECT n AS v FROM orders WHERE account_id = :account ORDER BY n", ColumnType::integer);
    wanted.binds = {{"account", std::string("shop")}};
    CHECK(cells(*source, wanted) == "1");
    wanted.binds[0].value = std::string("shop ");
    CHECK(cells(*source, wanted) == "3");
    wanted.sql = "SELECT n AS v FROM orders WHERE :account = account_id OR account_id IN (:account) ORDER BY n";
    CHECK(cells(*source, wanted) == "3");
    CHECK(cells(*source, asking("SELECT n AS v FROM orders WHERE account_id = 'SHOP'", ColumnType::integer)) == "2");
    CHECK(cells(*source, asking("SELECT n AS v FROM orders WHERE account_id IN ('Shop', 'none')", ColumnType::integer)) == "5");
    CHECK(cells(*source, asking("SELECT sum(CASE account_id WHEN 'shop' THEN 1 ELSE 0 END) AS v FROM orders",
                                ColumnType::integer)) == "1");
    CHECK(cells(*source, asking("SELECT count(*) AS v FROM orders GROUP BY CAST(account_id AS text)", ColumnType::integer)) ==
          "1 1 1 1 1");
    server.execute("INSERT INTO orders SELECT 'k' || seq, seq FROM seq_100_to_2000; ANALYZE TABLE orders");
    CHECK(holds(server.execute("EXPLAIN SELECT n FROM orders WHERE account_id = BINARY 'shop'"), "ref account_id"));
  });
}

TEST_CASE("MariaDB: keys whose collation takes different ones for the same are told, and refused where there are such") {
  with_server([](MariadbServer& server) {
    server.execute(
        "CREATE TABLE customers(id varchar(20), account_id varchar(20) COLLATE utf8mb4_bin, name text); INSERT INTO customers "
        "VALUES ('a1', 'shop', 'Ann')");
    const auto source = reader(server);
    REQUIRE(source->warnings().size() == 1);
    CHECK(holds(source->warnings()[0], "the collation of customers.id (utf8mb4_general_ci)"));
    CHECK_FALSE(holds(source->warnings()[0], "account_id"));
    CHECK(source->problems().empty());
    server.execute("INSERT INTO customers VALUES ('A1', 'shop', 'Bob')");
    REQUIRE(source->problems().size() == 1);
    CHECK(holds(source->problems()[0],
                "customers.id holds different keys that its collation utf8mb4_general_ci takes for the same"));
    server.execute("ALTER TABLE customers MODIFY id varchar(20) COLLATE utf8mb4_bin");
    CHECK(source->warnings().empty());
    CHECK(source->problems().empty());
  });
}

TEST_CASE("MariaDB: a login that may touch the server's files is told") {
  with_server([](MariadbServer& server) {
    CHECK(reader(server)->warnings().empty());
    server.execute("GRANT FILE ON *.* TO reader@'127.0.0.1'");
    const auto warnings = reader(server)->warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(holds(warnings[0], "FILE"));
  });
}

TEST_CASE("MariaDB: rows that are broken off are an error and never an end") {
  with_server([](MariadbServer& server) {
    for (const std::string how : {"KILL QUERY ", "KILL CONNECTION "}) {
      CAPTURE(how);
      const auto source = reader(server);
      const auto rows = source->open(asking("SELECT seq AS v FROM seq_1_to_3000000", ColumnType::integer));
      REQUIRE(rows->next() != nullptr);
      server.execute(
          how + server.execute("SELECT id FROM information_schema.processlist WHERE user = 'reader' AND command <> 'Sleep'"));
      std::int64_t read = 1;
      const Refused error = refused([&] {
        while (rows->next() != nullptr) ++read;
      });
      CHECK_MESSAGE(error.message != "nothing was refused", read);
      CHECK(read < 3000000);
      CHECK(rows->next() == nullptr);
      CHECK(cells(*source, asking("SELECT 1 AS v", ColumnType::integer)) == "1");
    }
  });
}

TEST_CASE("MariaDB: what it would only warn of ends the query") {
  with_server([](MariadbServer& server) {
    server.execute("CREATE TABLE t(i integer, n varchar(10)); INSERT INTO t VALUES (1, '7'), (2, 'seven'), (3, NULL)");
    const auto source = reader(server);
    const auto message = [&](const std::string& sql) {
      return refused([&] { cells(*source, asking(sql, ColumnType::integer)); }).message;
    };
    CHECK(message("SELECT CAST(n AS bigint) AS v FROM t ORDER BY i") ==
          "source shop: the query failed: a value does not have the form of its type");
    CHECK(message("SELECT i AS v FROM t WHERE n = i") ==
          "source shop: the query failed: a value does not have the form of its type");
    CHECK(message("SELECT i / (i - i) AS v FROM t") == "source shop: the query failed: division by zero");
    CHECK(message("SELECT CAST('99999999999999999999' AS bigint) AS v") ==
          "source shop: the query failed: a value does not have the form of its type");
    CHECK(message("SELECT 9223372036854775807 + i AS v FROM t") == "source shop: the query failed: a number is out of range");
    CHECK(cells(*source, asking("SELECT i AS v FROM t WHERE n IS NULL", ColumnType::integer)) == "3");
  });
}

TEST_CASE("MariaDB: it calculates, sorts and reads quotes as the other databases do") {
  with_server([](MariadbServer& server) {
    server.execute(
        "CREATE TABLE t(i integer, d decimal(9, 2), r double, s varchar(10)); INSERT INTO t VALUES (7, 7.50, 7.5, 'b'), (NULL, "
        "NULL, NULL, NULL), (2, 2.25, 2.25, 'A')");
    const auto source = reader(server);
    const auto answer = [&](const std::string& sql, ColumnType type = ColumnType::integer, int scale = 0) {
      const Refused failure = refused([&] { cells(*source, asking(sql, type, scale)); });
      return failure.message == "nothing was refused" ? cells(*source, asking(sql, type, scale)) : failure.message;
    };
    CHECK(answer("SELECT 7 / 2 AS v") == "3");
    CHECK(answer("SELECT -7 / 2 AS v") == "-3");
    CHECK(answer("SELECT i / 2 AS v FROM t ORDER BY i NULLS LAST") == "1 3 null");
    CHECK(answer("SELECT (i + 1) / 2 / 2 AS v FROM t WHERE i = 7") == "2");
    CHECK(answer("SELECT i / 2.0 AS v FROM t WHERE i = 7", ColumnType::decimal, 2) == "350");
    CHECK(answer("SELECT 100.0 * i / 3 AS v FROM t WHERE i = 7", ColumnType::decimal, 9) == "233333333333");
    CHECK(answer("SELECT (20000 * 1 + 3) / nullif(2 * 3, 0) / 100.0 AS v", ColumnType::decimal, 2) == "3333");
    CHECK(answer("SELECT d / 2 AS v FROM t WHERE i = 7", ColumnType::decimal, 2) ==
          "source shop: d / 2 divides a number that is not an integer, and is no decimal for sure");
    CHECK(answer("SELECT r / 2 AS v FROM t WHERE i = 7", ColumnType::decimal, 2) ==
          "source shop: r / 2 divides a number that is not an integer, and is no decimal for sure");
    CHECK(answer("SELECT avg(i) AS v FROM t", ColumnType::decimal, 9) == "4500000000");
    CHECK(answer("SELECT sum(d) AS v FROM t", ColumnType::decimal, 2) == "975");
    CHECK(holds(answer("SELECT sum(r) AS v FROM t", ColumnType::decimal, 2), "sum(r) adds up binary numbers"));
    CHECK(answer("SELECT sum(CAST(r AS numeric)) AS v FROM t", ColumnType::decimal, 2) == "975");
    CHECK(answer("SELECT s AS v FROM t ORDER BY CAST(s AS text) NULLS LAST", ColumnType::text) == "A b null");
    CHECK(answer("SELECT i AS v FROM t ORDER BY i DESC NULLS FIRST") == "null 7 2");
    CHECK(answer("SELECT i AS v FROM t ORDER BY i DESC NULLS LAST") == "7 2 null");
    CHECK(answer("SELECT i AS v FROM t ORDER BY i NULLS FIRST") == "null 2 7");
    CHECK(answer("SELECT s || '\\n' || 'it''s' AS v FROM t WHERE i = 7 -- a comment", ColumnType::text) == "b\\nit's");
    CHECK(answer("SELECT \"i\" AS v FROM t WHERE i = 7 /* \" */") == "7");
    CHECK(answer("SELECT 5 --1\n AS v") == "5");
    CHECK(answer("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) SELECT count(*) AS v FROM c") ==
          "5000");
    CHECK(holds(answer("SELECT i AS v FROM t ORDER BY 1 NULLS LAST"), "NULLS LAST stands behind the number of a column"));
    CHECK(answer("WITH load AS (SELECT i AS lines FROM t) SELECT load.lines AS v FROM load ORDER BY lines") == "null 2 7");
    CHECK(holds(answer("SELECT i AS v FROM t WHERE i = = 1"), "syntax error at ="));
  });
}

TEST_CASE("MariaDB: moments are of type TIMESTAMP, and a DATETIME is of the zone that is declared") {
  with_server([](MariadbServer& server) {
    server.execute(
        "CREATE TABLE t(at timestamp null, written datetime, counted float); INSERT INTO t VALUES ('2026-03-17 06:00:00', "
        "'2026-07-17 08:00:00', 1773705600)");
    CHECK(cells(*reader(server, "epoch"), asking("SELECT counted AS v FROM t", ColumnType::timestamp)) == "1773705600");
    rows::Query wanted = asking("SELECT written AS v FROM t", ColumnType::timestamp);
    wanted.instants = {{"t", "written", {rows::InstantKind::timestamptz}, "t.written"}};
    const Refused error = refused([&] { cells(*reader(server), wanted); });
    CHECK(error.message == "source shop: t.written: expected a timestamp, found a timestamp without time zone");
    CHECK(holds(error.hint, "sources.shop.instants: {t.written: timestamp UTC}"));
    wanted.instants = {{"t", "written", {rows::InstantKind::timestamp, "Europe/Berlin"}, "t.written"}};
    CHECK(cells(*reader(server, "timestamp Europe/Berlin"), wanted) == "1784268000");  // 06:00 UTC
    wanted.sql = "SELECT at AS v FROM t";
    wanted.instants = {{"t", "at", {rows::InstantKind::timestamp, "UTC"}, "t.at"}};
    CHECK(refused([&] { cells(*reader(server, "timestamp UTC"), wanted); }).message ==
          "source shop: t.at: expected a timestamp, found a timestamp");
    wanted.instants = {{"t", "at", {rows::InstantKind::timestamptz}, "t.at"}};
    wanted.binds = {{"timezone", std::string("Asia/Tokyo")}};
    CHECK(refused([&] { cells(*reader(server), wanted); }).message ==
          "source shop: the server does not know the time zone Asia/Tokyo");
  });
}

TEST_CASE("MariaDB: the time limit covers the reading of the rows, and nothing is left behind on the server") {
  with_server([](MariadbServer& server) {
    const auto source = connect(server.url("reader", "shop"), "", 1s);
    const auto wanted = asking("SELECT seq AS v FROM seq_1_to_9223372036854775806", ColumnType::integer);
    CHECK(refused([&] { cells(*source, wanted); }).message == "source shop: the query took longer than 1 s");
    {
      const auto rows = source->open(wanted);
      CHECK(rows->next() != nullptr);
    }
    {
      const auto rows = source->open(asking("SELECT 1 AS v", ColumnType::integer));
      CHECK(rows->next() != nullptr);
    }
    const auto busy = [&] {
      return server.execute("SELECT count(*) FROM information_schema.processlist WHERE user = 'reader' AND command <> 'Sleep'");
    };
    std::string left = busy();
    for (int tries = 0; tries < 100 && left != "0"; ++tries) left = busy();
    CHECK(left == "0");
  });
}

TEST_CASE("MariaDB: a connection that had to be made again has the time limit, too") {
  with_server([](MariadbServer& server) {
    const auto source = connect(server.url("reader", "shop"), "", 77s);
    const auto limit =
        asking("SELECT variable_value AS v FROM information_schema.session_variables WHERE variable_name = 'MAX_STATEMENT_TIME'",
               ColumnType::text);
    const auto id = [&] { return server.execute("SELECT max(id) FROM information_schema.processlist WHERE user = 'reader'"); };
    CHECK(cells(*source, limit) == "77.000000");
    const std::string first = id();
    server.execute("KILL " + first);
    CHECK(cells(*source, limit) == "77.000000");
    CHECK(id() != first);
  });
}

TEST_CASE("MariaDB: who is not let in is told why") {
  with_server([](MariadbServer& server) {
    server.execute("ALTER USER reader@'127.0.0.1' IDENTIFIED BY 'words'");
    Refused error = refused([&] { reader(server); });
    CHECK_MESSAGE(holds(error.message, "source shop: cannot connect: Access denied for user 'reader'"), error.message);
    CHECK(holds(error.hint, "password_file"));
    error = refused([&] { connect(server.url("root", "nowhere")); });
    CHECK_MESSAGE(holds(error.message, "Unknown database 'nowhere'"), error.message);
    CHECK(holds(error.hint, "database"));
    error = refused([&] { connect("mysql://reader@127.0.0.1:1/shop"); });
    CHECK_MESSAGE(holds(error.message, "source shop: cannot connect: Can't connect to server on '127.0.0.1'"), error.message);
    CHECK(holds(error.hint, "host and port"));
    error = refused([&] { connect(server.url("root", "shop", "?sslmode=require")); });
    CHECK_MESSAGE(holds(error.message, "the server does not offer TLS"), error.message);
    CHECK(holds(error.hint, "sslmode"));
    error = refused([&] { connect(server.url("root", "shop", "?sslmode=verify-full")); });
    CHECK_MESSAGE(holds(error.message, "cannot connect"), error.message);
    CHECK(holds(error.hint, "sslmode"));
  });
}

TEST_CASE("MariaDB: the hosts of a url are tried one after the other, each for a limited time") {
  with_server([](MariadbServer& server) {
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(silent, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(silent, 5) == 0);
    REQUIRE(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const std::string port = std::to_string(ntohs(address.sin_port));
    const auto source = connect("mysql://reader@127.0.0.1:1,127.0.0.1:" + port + ",127.0.0.1:" + std::to_string(server.port()) +
                                "/shop?connect_timeout=1");
    CHECK(cells(*source, asking("SELECT 1 AS v", ColumnType::integer)) == "1");
    const Refused error = refused([&] { connect("mysql://reader@127.0.0.1:" + port + "/shop?connect_timeout=1"); });
    CHECK(holds(error.message, "the server does not answer"));
    ::close(silent);
  });
}
