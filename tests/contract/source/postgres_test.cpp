// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one promise is a case of a few lines, and all of them use the same helpers.
// What PostgreSQL alone can do to a report.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "asking.hpp"
#include "postgres_server.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using namespace reportctl::testing;
using rows::ColumnType;

namespace {

void with_server(const std::function<void(PostgresServer&)>& test) {
  if (PostgresServer* const server = PostgresServer::shared()) {
    server->execute("RESET ROLE; SET search_path = public; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    test(*server);
  }
}

double seconds_of(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A port whose backlog takes connections that nobody answers.
struct Listener {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd, 5) == 0);
  }
  ~Listener() { ::close(fd); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] std::string port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return std::to_string(ntohs(address.sin_port));
  }
};

/// The process that serves the reader's connection.
pid_t backend_of(PostgresServer& server) {
  const std::string all = server.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'reportctl'");
  REQUIRE_FALSE(all.empty());
  REQUIRE(all.find(' ') == std::string::npos);
  return std::stoi(all);
}

/// Does everything that the reader asked for end on the server?
bool is_quiet_soon(PostgresServer& server) {
  for (int tries = 0; tries < 400; ++tries) {
    if (server.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reportctl' AND state <> 'idle'") == "0")
      return true;
    server.execute("SELECT pg_sleep(0.05)");
  }
  return false;
}

}  // namespace

TEST_CASE("PostgreSQL: which type fits which column type") {
  with_server([](PostgresServer& server) {
    const auto source = connect(server.url());
    server.execute("CREATE TYPE mood AS ENUM ('fine')");
    const auto value = [&](const std::string& expression, ColumnType type, int scale = 0) {
      const Refused failure = refused([&] { cells(*source, asking("SELECT " + expression + " AS v", type, scale)); });
      if (failure.kind != ErrorKind::failed) return failure.message.substr(failure.message.find("found"));
      return cells(*source, asking("SELECT " + expression + " AS v", type, scale));
    };
    const auto text = ColumnType::text;
    CHECK(value("'Łukasz'", text) == "Łukasz");
    CHECK(value("''", text) == "");
    CHECK(value("'ab'::char(4)", text) == "ab");  // padding is no part of the value
    CHECK(value("'ab'::varchar", text) == "ab");
    CHECK(value("7::smallint", text) == "7");
    CHECK(value("(-9223372036854775808)::bigint", text) == "-9223372036854775808");
    CHECK(value("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", text) == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    CHECK(value("'{\"a\": 1}'::json", text) == "{\"a\": 1}");
    CHECK(value("'10.0.0.1'::inet", text) == "10.0.0.1");
    CHECK(value("'fine'::mood", text) == "fine");
    CHECK(value("'x'::bytea", text) == "found binary data");
    CHECK(value("true", text) == "found a boolean");
    CHECK(value("1.5", text) == "found a real number");
    CHECK(value("1.5::real", text) == "found a real number");
    CHECK(value("now()", text) == "found a timestamp");
    CHECK(value("now()::timestamp", text) == "found a timestamp without time zone");
    CHECK(value("now()::date", text) == "found a date");
    CHECK(value("now()::time", text) == "found a time of day");
    CHECK(value("'1 h'::interval", text) == "found an interval");

    for (const auto type : {ColumnType::integer, ColumnType::duration}) {
      CHECK(value("42::bigint", type) == "42");
      CHECK(value("42::smallint", type) == "42");
      CHECK(value("(SELECT sum(x) FROM (VALUES (2::bigint), (40)) t(x))", type) == "42");  // a numeric
      CHECK(value("42.000", type) == "42");
      CHECK(value("42.5", type) == "found a real number or one too large");
      CHECK(value("9223372036854775808", type) == "found a real number or one too large");
      CHECK(value("42::float8", type) == "found a real number");
      CHECK(value("'NaN'::numeric", type) == "found NaN");
      CHECK(value("'Infinity'::numeric", type) == "found infinity");
      CHECK(value("'42'", type) == "found text");
      CHECK(value("true", type) == "found a boolean");
      CHECK(value("'1 h'::interval", type) == "found an interval");
    }
    for (const auto type : {ColumnType::decimal, ColumnType::percent}) {
      CHECK(value("12.345", type, 2) == "1235");
      CHECK(value("-12.345", type, 2) == "-1235");
      CHECK(value("0.285::float8", type, 2) == "29");
      CHECK(value("0.1::real", type, 2) == "10");
      CHECK(value("1e-7::float8", type, 2) == "0");
      CHECK(value("1.5e15::float8", type, 2) == "150000000000000000");
      CHECK(value("7", type, 2) == "700");
      CHECK(value("'7.5'", type, 2) == "750");
      CHECK(value("'7,5'", type, 2) == "found other text");
      CHECK(value("'NaN'::numeric", type, 2) == "found NaN");
      CHECK(value("'NaN'::float8", type, 2) == "found NaN");
      CHECK(value("'Infinity'::float8", type, 2) == "found infinity");
      CHECK(value("'-Infinity'::numeric", type, 2) == "found infinity");
      CHECK(value("12345678901234567890", type, 2) == "found a number too large");
      CHECK(value("true", type, 2) == "found a boolean");
      CHECK(value("'x'::bytea", type, 2) == "found binary data");
    }
    const auto instant = ColumnType::timestamp;
    CHECK(value("'2026-03-17 17:00:00+11'::timestamptz", instant) == "1773727200");
    CHECK(value("'2026-03-17 06:00:00.999999Z'::timestamptz", instant) == "1773727200");
    CHECK(value("'2026-03-17T06:00:00Z'", instant) == "1773727200");
    CHECK(value("'1600-01-01 00:00:00 Europe/Berlin'::timestamptz", instant) == "-11676099208");  // LMT is UTC+0:53:28
    CHECK(value("'infinity'::timestamptz", instant) == "found infinity");
    CHECK(value("'-infinity'::timestamptz", instant) == "found infinity");
    CHECK(value("'10000-01-01Z'::timestamptz", instant) == "found a year beyond 9999");
    CHECK(value("'0044-03-15 BC'::timestamptz", instant) == "found a date before the year 1");
    CHECK(value("'2026-03-17 06:00:00'::timestamp", instant) == "found a timestamp without time zone");
    CHECK(value("'2026-03-17 06:00:00'", instant) == "found other text");
    CHECK(value("'2026-03-17'::date", instant) == "found a date");
    CHECK(value("1773727200", instant) == "found an integer");
    const auto day = ColumnType::date;
    CHECK(value("'2026-03-17'::date", day) == "20529");
    CHECK(value("'2026-03-17'", day) == "20529");
    CHECK(value("'infinity'::date", day) == "found infinity");
    CHECK(value("'10000-01-01'::date", day) == "found a year beyond 9999");
    CHECK(value("'0044-03-15 BC'::date", day) == "found a date before the year 1");
    CHECK(value("now()", day) == "found a timestamp");
    const auto truth = ColumnType::boolean;
    CHECK(value("true", truth) == "1");
    CHECK(value("false", truth) == "0");
    CHECK(value("1", truth) == "1");
    CHECK(value("0::smallint", truth) == "0");
    CHECK(value("2", truth) == "found \"2\"");
    CHECK(value("'t'", truth) == "found \"t\"");
  });
}

TEST_CASE("PostgreSQL: what a role sets otherwise does not change a report") {
  with_server([](PostgresServer& server) {
    server.execute(
        "DROP ROLE IF EXISTS odd; CREATE ROLE odd LOGIN; ALTER ROLE odd SET TimeZone = 'Asia/Kathmandu'; ALTER ROLE odd SET "
        "DateStyle = "
        "'German'; ALTER ROLE odd SET extra_float_digits = -10; ALTER ROLE odd SET client_encoding = 'LATIN1'; ALTER ROLE odd "
        "SET "
        "statement_timeout = '1ms'; ALTER ROLE odd SET standard_conforming_strings = off; ALTER ROLE odd SET "
        "default_transaction_isolation = "
        "'read committed'");
    const auto source = connect(server.url("odd"));
    CHECK(cells(*source, asking("SELECT '2026-03-17 06:00:00Z'::timestamptz AS v", ColumnType::timestamp)) == "1773727200");
    CHECK(cells(*source, asking("SELECT '2026-03-17'::date AS v", ColumnType::date)) == "20529");
    CHECK(cells(*source, asking("SELECT 0.123456789012345::float8 AS v", ColumnType::decimal, 9)) == "123456789");
    CHECK(cells(*source, asking("SELECT 'Łukasz 東京' AS v")) == "Łukasz 東京");
    CHECK(cells(*source, asking("SELECT '\\'::text AS v")) == "\\");
    CHECK(cells(*source, asking("SELECT CASE WHEN count(*) > 0 THEN 'ok' END AS v FROM generate_series(1, 500000)")) == "ok");
    server.execute("DROP ROLE odd");
  });
}

TEST_CASE("PostgreSQL: settings of the url hold in every query, and change neither what is read-only nor how values are read") {
  with_server([](PostgresServer& server) {
    server.execute("CREATE TABLE public.t(n int)");
    const auto with = [&](const std::string& options) { return connect(server.url("postgres", "?options=" + options)); };
    const auto source = with("-capp.tenant%3Da%27b%20-csearch_path%3Dpg_catalog,%5C%20public");
    for (int i = 0; i < 2; ++i) CHECK(cells(*source, asking("SELECT current_setting('app.tenant') AS v")) == "a'b");
    CHECK(cells(*source, asking("SELECT current_setting('search_path') AS v")) == "pg_catalog, public");
    CHECK(cells(*with("-cTimeZone%3DAsia/Tokyo"), asking("SELECT current_setting('TimeZone') AS v")) == "UTC");
    const auto off = refused([&] {
      const auto writer = with("-cdefault_transaction_read_only%3Doff%20-ctransaction_read_only%3Doff");
      cells(*writer, asking("WITH more AS (INSERT INTO t VALUES (1) RETURNING n) SELECT 'written' AS v FROM more"));
    });
    CHECK(holds(off.message, "the server does not take the setting transaction_read_only"));
    const auto unknown = refused([&] { cells(*with("-cno_such%3Dsecret"), asking("SELECT 'x' AS v")); });
    CHECK(unknown.message == "source shop: the server does not take the setting no_such that the url's options give");
    CHECK(holds(unknown.hint, "its name and its value"));
  });
}

TEST_CASE("PostgreSQL: a failing query speaks of schema and rights, never of values") {
  with_server([](PostgresServer& server) {
    server.execute(
        "CREATE TABLE t(v text); INSERT INTO t VALUES ('secret value'); DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; "
        "GRANT USAGE ON SCHEMA public TO reader");
    const auto source = connect(server.url());
    const auto told = [&](const std::string& sql) { return refused([&] { cells(*source, asking(sql)); }); };
    for (const char* sql :
         {"SELECT v::bigint::text AS v FROM t", "SELECT v::date::text AS v FROM t", "SELECT v::jsonb::text AS v FROM t",
          "SELECT chr(v::oid::int) AS v FROM t", "SELECT v::uuid::text AS v FROM t"}) {
      CAPTURE(sql);
      const Refused failure = told(sql);
      CHECK(failure.kind == ErrorKind::source);
      CHECK(failure.message.starts_with("source shop: the query failed"));
      CHECK_FALSE(holds(failure.message + failure.hint, "secret"));
      CHECK_FALSE(holds(failure.message, "SELECT"));
    }
    CHECK(told("SELECT (1 / (length(v) - 12))::text AS v FROM t").message == "source shop: the query failed: division by zero");
    CHECK(holds(told("SELECT v FROM nowhere").message, "relation \"nowhere\" does not exist"));
    CHECK(holds(told("SELECT v FROM nowhere").hint, "source check"));
    // A reader without rights: prepare() says so, too, although PostgreSQL looks at rights only when it runs.
    const auto reader = connect(server.url("reader"));
    for (const auto& attempt : {std::function<void()>([&] { cells(*reader, asking("SELECT v FROM t")); }),
                                std::function<void()>([&] { reader->prepare(asking("SELECT v FROM t WHERE v = v")); })}) {
      const Refused failure = refused(attempt);
      CHECK(failure.message == "source shop: permission denied for table t");
      CHECK(holds(failure.hint, "grant the login SELECT"));
    }
    server.execute("GRANT SELECT ON t TO reader");
    reader->prepare(asking("SELECT v FROM t"));
    CHECK(cells(*reader, asking("SELECT v FROM t")) == "secret value");
    server.execute("DROP OWNED BY reader; DROP ROLE reader");
  });
}

TEST_CASE("PostgreSQL: prepare() runs nothing, whatever the types of the parameters") {
  with_server([](PostgresServer& server) {
    server.execute(
        "CREATE TABLE t(v text, id uuid, n bigint, at timestamptz, ok boolean); CREATE SEQUENCE s;"
        "CREATE FUNCTION counts() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''s''); END';"
        "CREATE FUNCTION waits() RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN 1; END'");
    const auto source = connect(server.url(), "", 2s);
    rows::Query wanted =
        asking("SELECT v FROM t WHERE id = :id AND n > :n AND at >= :at AND ok = :ok AND v = ANY(:list) /* end */; -- x");
    for (const char* name : {"id", "n", "at", "ok", "list"}) wanted.binds.push_back({name, std::string("0")});
    source->prepare(wanted);
    source->prepare(asking("SELECT counts() AS v"));
    CHECK(server.execute("SELECT is_called FROM s") == "f");
    CHECK(seconds_of([&] { source->prepare(asking("SELECT 'x' AS v FROM waits()")); }) < 1.5);
  });
}

TEST_CASE("PostgreSQL: tables() knows every kind of table, on the search path only") {
  with_server([](PostgresServer& server) {
    server.execute(
        "CREATE TABLE \"Odd \"\" name\"(\"A column\" int, gone int, b int); ALTER TABLE \"Odd \"\" name\" DROP COLUMN gone;"
        "CREATE TABLE parted(d date) PARTITION BY RANGE (d); CREATE MATERIALIZED VIEW kept AS SELECT 1 AS k;"
        "CREATE VIEW seen AS SELECT 1 AS s; CREATE EXTENSION IF NOT EXISTS postgres_fdw SCHEMA public;"
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw; CREATE FOREIGN TABLE foreign_one(f int) SERVER far;"
        "DROP SCHEMA IF EXISTS hidden CASCADE; CREATE SCHEMA hidden; CREATE TABLE hidden.unseen(u int); CREATE SEQUENCE "
        "no_table");
    std::string all;
    for (const auto& table : connect(server.url())->tables()) {
      all += table.name + "(";
      for (const std::string& column : table.columns) all += column + ",";
      all += ") ";
    }
    CHECK(all == "Odd \" name(A column,b,) foreign_one(f,) kept(k,) parted(d,) seen(s,) ");
    server.execute("DROP SCHEMA hidden CASCADE; DROP SERVER far CASCADE; DROP EXTENSION postgres_fdw");
  });
}

TEST_CASE("PostgreSQL: the environment and the home directory do not say where a report comes from") {
  with_server([](PostgresServer& server) {
    const char* const names[] = {"PGHOST",    "PGHOSTADDR", "PGPORT",    "PGUSER", "PGDATABASE",
                                 "PGSERVICE", "PGOPTIONS",  "PGSSLMODE", "PGTZ"};
    for (const char* name : names) ::setenv(name, "nonsense", 1);
    CHECK(cells(*connect(server.url()), asking("SELECT current_user::text || current_database() AS v")) == "postgrespostgres");
    for (const char* name : names) {
      CHECK(std::string(::getenv(name)) == "nonsense");  // our children still have them
      ::unsetenv(name);
    }
  });
}

TEST_CASE("PostgreSQL: over the socket's directory, named as the host") {
  with_server([](PostgresServer& server) {
    std::string folder;
    for (const char c : server.folder().string()) folder += c == '/' ? "%2F" : std::string(1, c);
    const auto source = connect("postgres://postgres@" + folder + ":" + std::to_string(server.port()) + "/postgres");
    CHECK(cells(*source, asking("SELECT coalesce(inet_server_addr()::text, 'socket') AS v")) == "socket");
  });
}

TEST_CASE("PostgreSQL: a server that cannot be reached, or does not let us in") {
  with_server([](PostgresServer& server) {
    const Refused nobody = refused([] { connect("postgresql://reports@127.0.0.1:1/fleet"); });
    CHECK(nobody.kind == ErrorKind::source);
    CHECK(nobody.message.starts_with("source shop: cannot connect: "));
    CHECK(holds(nobody.message, "Connection refused"));
    CHECK(holds(nobody.hint, "host and port"));
    CHECK(holds(refused([&] { connect(server.url("no_such_role")); }).message, "role \"no_such_role\" does not exist"));
    CHECK(holds(refused([&] { connect(server.url("postgres", "?sslmode=require")); }).hint, "sslmode"));
    const Listener silent;
    const Refused refusal =
        refused([&] { connect("postgresql://reports@127.0.0.1:" + silent.port() + "/fleet?connect_timeout=1"); });
    CHECK(refusal.message == "source shop: cannot connect: the server does not answer");
    CHECK(holds(refusal.hint, "host and port"));
  });
}

TEST_CASE("PostgreSQL: of several hosts the next is tried when one is silent, gone, or another kind of server") {
  with_server([](PostgresServer& server) {
    const Listener silent;
    const std::string port = std::to_string(server.port());
    const auto user = [&](const std::string& hosts, const std::string& more = "") {
      return cells(*connect("postgresql://postgres@" + hosts + "/postgres?connect_timeout=1" + more),
                   asking("SELECT current_user::text AS v"));
    };
    CHECK(user("127.0.0.1:" + silent.port() + ",127.0.0.1:" + port) == "postgres");
    CHECK(user("127.0.0.1:1,127.0.0.1:" + silent.port() + ",localhost:" + port) == "postgres");
    CHECK(user("127.0.0.1:1,127.0.0.1:" + port, "&target_session_attrs=prefer-standby") == "postgres");
    const Refused none = refused([&] { user("127.0.0.1:1,127.0.0.1:" + port, "&target_session_attrs=standby"); });
    CHECK(holds(none.message, "Connection refused"));
    CHECK(holds(none.message, "hot standby"));
    CHECK(holds(none.hint, "target_session_attrs"));
    // Who is refused by one is not tried at the others, as in libpq.
    const Refused role = refused([&] { connect("postgresql://nobody_here@127.0.0.1:" + port + ",127.0.0.1:1/postgres"); });
    CHECK(holds(role.message, "nobody_here"));
    CHECK_FALSE(holds(role.message, "Connection refused"));
  });
}

TEST_CASE("PostgreSQL: an encrypted client key is an error at once, and nobody is asked for its pass phrase") {
  const auto folder = std::filesystem::temp_directory_path() / ("reportctl-key-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string key = (folder / "k").string();
  REQUIRE(
      std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -passout pass:secret -subj /CN=x -days 2 "
                   "-keyout " +
                   key + " -out " + key + ".crt 2>/dev/null")
                      .c_str()) == 0);
  const Listener server;
  std::thread answer([&] {  // "yes, TLS": the client reads its key then
    const int connection = ::accept(server.fd, nullptr, nullptr);
    std::array<char, 8> request{};
    CHECK(::read(connection, request.data(), request.size()) == 8);
    CHECK(::write(connection, "S", 1) == 1);
    CHECK(::read(connection, request.data(), request.size()) == 0);
    ::close(connection);
  });
  const Refused refusal = refused([&] {
    connect("postgresql://reports@127.0.0.1:" + server.port() + "/fleet?sslmode=require&gssencmode=disable&sslkey=" + key +
            "&sslcert=" + key + ".crt");
  });
  answer.join();
  std::filesystem::remove_all(folder);
  CHECK(holds(refusal.message, "could not load private key file"));
  CHECK(holds(refusal.hint, "without a pass phrase"));
}

TEST_CASE("PostgreSQL: a wait for a lock, a zone that the server lacks and a character that it cannot hold are named") {
  with_server([](PostgresServer& server) {
    server.execute("CREATE TABLE t(v text); INSERT INTO t VALUES ('x')");
    const auto source = connect(server.url(), "", 1s);
    server.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    const Refused locked = refused([&] { cells(*source, asking("SELECT v FROM t")); });
    server.execute("ROLLBACK");
    CHECK(locked.message == "source shop: a table is locked by another session");
    CHECK(holds(locked.hint, "migration"));
    CHECK(cells(*source, asking("SELECT v FROM t")) == "x");
    const Refused zone = refused([&] { cells(*source, asking("SELECT (now() AT TIME ZONE 'Mars/Base')::text AS v")); });
    CHECK(holds(zone.message, "does not know a time zone"));
    CHECK(holds(zone.hint, "tzdata"));
    server.execute("DROP DATABASE IF EXISTS latin");
    server.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1");
    std::string url = server.url();
    url.replace(url.rfind("/postgres"), 9, "/latin");
    {
      const auto latin = connect(url);
      CHECK(cells(*latin, asking("SELECT 'ü' AS v")) == "ü");
      CHECK(holds(refused([&] { cells(*latin, asking("SELECT '€' AS v")); }).message, "not in the encoding of the database"));
    }
    for (int tries = 0; tries < 100; ++tries)
      if (server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'latin'") == "0") break;
    server.execute("DROP DATABASE latin WITH (FORCE)");
  });
}

TEST_CASE("PostgreSQL: a password comes from its file, and goes nowhere else") {
  with_server([](PostgresServer& server) {
    const auto file = std::filesystem::path(server.folder().string() + ".secret");
    const auto keep = [&](const std::string& text) {
      std::ofstream(file, std::ios::trunc) << text << "\n";
      ::chmod(file.c_str(), 0600);
    };
    server.execute("DROP ROLE IF EXISTS locked; CREATE ROLE locked LOGIN PASSWORD 'correct horse'");
    std::ofstream(server.folder() / "data" / "pg_hba.conf", std::ios::trunc)
        << "host all locked 127.0.0.1/32 scram-sha-256\nlocal all all trust\nhost all all 127.0.0.1/32 trust\n";
    server.execute("SELECT pg_reload_conf()");
    const auto log_in = [&] {
      source::SourceSettings settings{.name = "shop", .url = server.url("locked"), .password = {}};
      settings.password.file = file;
      return source::open_source(settings);
    };
    keep("correct horse");
    bool in = false;
    for (int tries = 0; tries < 100 && !in; ++tries) {  // until the server has read its rules again
      in = !refused([&] { connect(server.url("locked")); }).hint.empty();
      std::this_thread::sleep_for(20ms);
    }
    const Refused none = refused([&] { connect(server.url("locked")); });
    CHECK(holds(none.message, "password"));
    CHECK(holds(none.hint, "password_file"));
    CHECK(cells(*log_in(), asking("SELECT current_user::text AS v")) == "locked");
    keep("battery staple");
    const Refused wrong = refused([&] { log_in(); });
    CHECK(wrong.kind == ErrorKind::source);
    CHECK(holds(wrong.message, "password authentication failed for user \"locked\""));
    CHECK_FALSE(holds(wrong.message + wrong.hint, "battery"));
    ::chmod(file.c_str(), 0644);
    CHECK(refused([&] { log_in(); }).kind == ErrorKind::config);
    std::filesystem::remove(file);
  });
}

TEST_CASE("PostgreSQL: a connection that dies in the middle is an error, and the next query connects again") {
  with_server([](PostgresServer& server) {
    const auto source = connect(server.url());
    const auto endless = asking("SELECT generate_series(1, 1000000000)::text AS v");
    for (const char* how : {"terminated", "cancelled"}) {
      CAPTURE(how);
      const auto rows = source->open(endless);
      for (int i = 0; i < 1000; ++i) REQUIRE(rows->next() != nullptr);
      const pid_t backend = backend_of(server);
      if (std::string(how) == "terminated") {
        server.execute("SELECT pg_terminate_backend(" + std::to_string(backend) + ")");
      } else {
        server.execute("SELECT pg_cancel_backend(" + std::to_string(backend) + ")");
      }
      const Refused failure = refused([&] {
        while (rows->next() != nullptr) {
        }
      });
      CHECK(failure.kind == ErrorKind::source);
      CHECK_FALSE(failure.hint.empty());
      CHECK(holds(failure.message, std::string(how) == "terminated" ? "the connection was lost" : "canceling statement"));
      CHECK(rows->next() == nullptr);
      CHECK(cells(*source, asking("SELECT 'again' AS v")) == "again");
    }
    // idle while the server goes: met at the next query, and mended without a word
    server.execute("SELECT pg_terminate_backend(" + std::to_string(backend_of(server)) + ")");
    CHECK(cells(*source, asking("SELECT 'again' AS v")) == "again");
  });
}

TEST_CASE("PostgreSQL: a server that stops answering is left at the deadline") {
  with_server([](PostgresServer& server) {
    const auto source = connect(server.url(), "", 4s);  // on a busy machine, too, it is stopped before
    CHECK(cells(*source, asking("SELECT 'x' AS v")) == "x");
    const pid_t backend = backend_of(server);
    const auto rows = source->open(asking("SELECT generate_series(1, 1000000000)::text AS v"));
    REQUIRE(rows->next() != nullptr);
    REQUIRE(::kill(backend, SIGSTOP) == 0);
    Refused failure;
    const double took = seconds_of([&] {
      failure = refused([&] {
        while (rows->next() != nullptr) {
        }
      });
    });
    CHECK(failure.message == "source shop: the server has stopped answering");
    CHECK(took < 20);
    CHECK(cells(*source, asking("SELECT 'again' AS v")) == "again");  // on a new connection
    ::kill(backend, SIGCONT);
  });
}

TEST_CASE("PostgreSQL: closing early or a misfit ends the query on the server, too, and keeps the connection") {
  with_server([](PostgresServer& server) {
    server.execute(
        "CREATE VIEW slow AS SELECT 'x'::text AS v UNION ALL SELECT 'y' FROM pg_sleep(30);"
        "CREATE VIEW silent AS SELECT v FROM pg_sleep(30), (VALUES ('x')) t(v)");
    const auto source = connect(server.url());
    CHECK(cells(*source, asking("SELECT 'x' AS v")) == "x");
    const pid_t backend = backend_of(server);
    const double closing = seconds_of([&] { source->open(asking("SELECT v FROM silent")); });
    const double misfit = seconds_of([&] {
      const auto rows = source->open(asking("SELECT generate_series(1, 1000000000) AS v", ColumnType::boolean));
      CHECK(rows->next() != nullptr);
      CHECK(holds(refused([&] { rows->next(); }).message, "row 2, column v: expected a boolean (1/0), found \"2\""));
    });
    CHECK(closing + misfit < 40);
    CHECK(is_quiet_soon(server));
    // A server that is too busy to confirm that it ended a statement loses the connection.
    if (closing + misfit < 1) CHECK(backend_of(server) == backend);
  });
}

TEST_CASE("PostgreSQL: text in a database without an encoding is checked") {
  with_server([](PostgresServer& server) {
    server.execute("DROP DATABASE IF EXISTS raw");
    server.execute("CREATE DATABASE raw TEMPLATE template0 ENCODING SQL_ASCII");
    std::string url = server.url();
    url.replace(url.rfind("/postgres"), 9, "/raw");
    {
      const auto source = connect(url);
      CHECK(cells(*source, asking("SELECT 'plain' AS v")) == "plain");
      CHECK(cells(*source, asking("SELECT 'Łukasz' AS v")) == "Łukasz");
      const auto rows = source->open(asking("SELECT v FROM (VALUES ('plain'), (E'caf\\xE9')) t(v)"));
      REQUIRE(rows->next() != nullptr);
      CHECK(refused([&] { rows->next(); }).message ==
            "source shop: row 2, column v: expected text, found bytes that are not UTF-8");
    }
    for (int tries = 0; tries < 100; ++tries)
      if (server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'raw'") == "0") break;
    server.execute("DROP DATABASE raw WITH (FORCE)");
  });
}
