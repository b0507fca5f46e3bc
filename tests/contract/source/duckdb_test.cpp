// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// What DuckDB alone can do to a report.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "asking.hpp"
#include "duckdb_files.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using namespace reportctl::testing;
using rows::ColumnType;

namespace {

std::unique_ptr<source::Source> facts(const std::string& url, const std::string& instants = "") {
  return connect(url, instants, 60s, duckdb_library());
}

}  // namespace

TEST_CASE("DuckDB: a library that is not there is an error that says what to install") {
  const auto error = refused([] {
    source::open_source({.name = "facts", .url = "duckdb:/srv/none.duckdb", .password = {}, .library = "/nowhere/libduckdb.so"});
  });
  CHECK_MESSAGE(holds(error.message, "source facts: cannot load /nowhere/libduckdb.so"), error.message);
  CHECK(holds(error.hint, "sources.NAME.library"));
}

TEST_CASE("DuckDB: values of every type become cells, and others are named") {
  if (duckdb_library().empty()) return;
  const DuckdbFile database;
  const auto source = facts("duckdb:" + database.file().string());
  const auto value = [&](const std::string& sql, ColumnType type, int scale = 0) {
    return cells(*source, asking("SELECT " + sql + " AS v", type, scale));
  };
  CHECK(value("CAST('00000000-0000-0000-0000-0000000000ff' AS uuid)", ColumnType::text) ==
        "00000000-0000-0000-0000-0000000000ff");
  CHECK(value("CAST('ffffffff-0000-0000-0000-000000000000' AS uuid)", ColumnType::text) ==
        "ffffffff-0000-0000-0000-000000000000");
  CHECK(value("CAST('paid' AS enum('new', 'paid'))", ColumnType::text) == "paid");
  CHECK(value("CAST(-5 AS hugeint)", ColumnType::text) == "-5");
  CHECK(value("'exactly 12 b'", ColumnType::text) == "exactly 12 b");
  CHECK(value("'more than twelve'", ColumnType::text) == "more than twelve");
  for (const char* type : {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "hugeint",
                           "uhugeint", "decimal(4,1)", "decimal(9,2)", "decimal(18,3)", "decimal(38,10)"})
    CHECK(value("CAST(100 AS " + std::string(type) + ")", ColumnType::integer) == "100");
  CHECK(value("CAST(-0.285 AS decimal(10,3))", ColumnType::decimal, 2) == "-29");
  CHECK(value("CAST(0.285 AS float)", ColumnType::decimal, 2) == "29");
  CHECK(value("CAST(12 AS decimal(38,10))", ColumnType::decimal, 2) == "1200");
  CHECK(value("TIMESTAMPTZ '1969-12-31 23:59:59.5Z'", ColumnType::timestamp) == "-1");
  CHECK(value("DATE '1969-12-31'", ColumnType::date) == "-1");
  const auto why = [&](const std::string& sql, ColumnType type) { return refused([&] { value(sql, type); }).message; };
  CHECK_MESSAGE(holds(why("TIMESTAMPTZ 'infinity'", ColumnType::timestamp), "found infinity"),
                why("TIMESTAMPTZ 'infinity'", ColumnType::timestamp));
  CHECK_MESSAGE(holds(why("TIMESTAMPTZ '10000-01-01 00:00:00Z'", ColumnType::timestamp), "found a year beyond 9999"),
                why("TIMESTAMPTZ '10000-01-01 00:00:00Z'", ColumnType::timestamp));
  CHECK_MESSAGE(holds(why("DATE '0044-03-15 (BC)'", ColumnType::date), "found a date before the year 1"),
                why("DATE '0044-03-15 (BC)'", ColumnType::date));
  CHECK_MESSAGE(holds(why("CAST('nan' AS double)", ColumnType::decimal), "found NaN"),
                why("CAST('nan' AS double)", ColumnType::decimal));
  CHECK_MESSAGE(holds(why("TIMESTAMP '2026-03-17 06:00:00'", ColumnType::timestamp), "found a timestamp without time zone"),
                why("TIMESTAMP '2026-03-17 06:00:00'", ColumnType::timestamp));
  CHECK_MESSAGE(holds(why("INTERVAL 1 DAY", ColumnType::duration), "found an interval"),
                why("INTERVAL 1 DAY", ColumnType::duration));
  CHECK_MESSAGE(holds(why("[1, 2]", ColumnType::text), "found a value of another type"), why("[1, 2]", ColumnType::text));
  CHECK_MESSAGE(holds(why("CAST(1.5 AS decimal(4,1))", ColumnType::integer), "found a real number"),
                why("CAST(1.5 AS decimal(4,1))", ColumnType::integer));
  CHECK_MESSAGE(holds(why("CAST(99999999999999999999 AS hugeint)", ColumnType::integer), "one too large"),
                why("CAST(99999999999999999999 AS hugeint)", ColumnType::integer));
  const auto berlin = facts("duckdb:" + database.file().string(), "timestamp Europe/Berlin");
  for (const char* type : {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
    CHECK(cells(*berlin, asking("SELECT CAST('2026-03-17 07:00:00' AS " + std::string(type) + ") AS v", ColumnType::timestamp)) ==
          "1773727200");
}

TEST_CASE("DuckDB: sums of binary numbers, fractions and wrong types are refused by name") {
  if (duckdb_library().empty()) return;
  DuckdbFile database;
  database.execute("CREATE TABLE t AS SELECT 0.1::double AS r, 3::bigint AS n, 12.00::decimal(8,2) AS euros, 'secret' AS s");
  const auto source = facts("duckdb:" + database.file().string());
  const auto why = [&](const std::string& sql) {
    return refused([&] { cells(*source, asking(sql, ColumnType::decimal)); }).message;
  };
  CHECK_MESSAGE(holds(why("SELECT sum(r) AS v FROM t"), "sum(r) adds up binary numbers (double precision)"),
                why("SELECT sum(r) AS v FROM t"));
  CHECK_MESSAGE(holds(why("SELECT avg(r + 7) AS v FROM t"), "avg(r + 7) adds up binary numbers"),
                why("SELECT avg(r + 7) AS v FROM t"));
  CHECK(cells(*source, asking("SELECT sum(rc_decimal(r)) AS v FROM t, range(10)", ColumnType::decimal, 6)) == "1000000");
  CHECK(cells(*source, asking("SELECT rc_decimal(12345.6785::double) AS v", ColumnType::decimal, 3)) == "12345679");
  CHECK(cells(*source, asking("SELECT sum(n) AS v FROM t", ColumnType::integer)) == "3");
  CHECK(cells(*source, asking("SELECT rc_whole(n) + rc_whole('4') AS v FROM t", ColumnType::integer)) == "7");
  CHECK_MESSAGE(holds(why("SELECT rc_whole(euros) AS v FROM t"), "a value that must be whole is 12.00"),
                why("SELECT rc_whole(euros) AS v FROM t"));
  CHECK(cells(*source, asking("SELECT rc_minor_units(rc_decimal(euros) * 100) AS v FROM t", ColumnType::integer)) == "1200");
  CHECK(cells(*source, asking("SELECT 7 / 2 AS v", ColumnType::decimal, 1)) == "30");
  const std::string cast = why("SELECT CAST(s AS bigint) AS v FROM t");
  CHECK(holds(cast, "the query failed (Conversion Error)"));
  CHECK_FALSE(holds(cast, "secret"));
}

TEST_CASE("DuckDB: a failure in the middle of a stream is no end") {
  if (duckdb_library().empty()) return;
  const DuckdbFile database;
  const auto source = facts("duckdb:" + database.file().string());
  const std::string sql = "SELECT CAST(CASE WHEN i = 900000 THEN 'x' ELSE '1' END AS integer) AS v FROM range(1000000) t(i)";
  std::int64_t seen = 0;
  const auto error = refused([&] {
    const auto rows = source->open(asking(sql, ColumnType::integer));
    while (rows->next() != nullptr) ++seen;
  });
  // The thread that fails interrupts the others, and one of these may be heard first.
  const bool told =
      holds(error.message, "the query failed (Conversion Error)") || holds(error.message, "the query failed (INTERRUPT Error)");
  CHECK_MESSAGE(told, error.message);
  CHECK(seen < 900000);
}

TEST_CASE("DuckDB: what memory does not hold is spilled into a folder of its own, which is gone afterwards") {
  if (duckdb_library().empty()) return;
  const DuckdbFile database;
  const std::filesystem::path spill = database.folder() / "spill";
  std::filesystem::create_directory(spill);
  ::setenv("TMPDIR", spill.c_str(), 1);
  {
    const auto source = facts("duckdb:" + database.file().string() + "?memory_limit=64MB&threads=1");
    const auto rows = source->open(asking("SELECT hash(i)::text || repeat('x', 100) AS v FROM range(1500000) t(i) ORDER BY 1"));
    CHECK(rows->next() != nullptr);
    CHECK(std::distance(std::filesystem::recursive_directory_iterator(spill), {}) > 1);
  }
  ::unsetenv("TMPDIR");
  CHECK(std::filesystem::is_empty(spill));
}

TEST_CASE("DuckDB: a file that another process writes is waited for a little, then named") {
  if (duckdb_library().empty()) return;
  const DuckdbFile database;
  int told[2];
  REQUIRE(::pipe(told) == 0);
  const pid_t writer = ::fork();
  if (writer == 0) {
    const std::string words = "import sys; sys.path.insert(0, '" REPORTCTL_ROOT
                              "/tests/support'); import duckdb, time\n"
                              "with duckdb.Database('" +
                              database.file().string() + "'):\n  print('open', flush=True); time.sleep(60)";
    ::dup2(told[1], 1);
    ::execl("/usr/bin/python3", "python3", "-c", words.c_str(), nullptr);
    ::_exit(1);
  }
  char byte = 0;
  REQUIRE(::read(told[0], &byte, 1) == 1);
  const auto error = refused([&] { facts("duckdb:" + database.file().string()); });
  CHECK_MESSAGE(holds(error.message, "another process has the database open for writing"), error.message);
  CHECK(holds(error.hint, "rename it over this one"));
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  ::close(told[0]);
  ::close(told[1]);
  CHECK(cells(*facts("duckdb:" + database.file().string()), asking("SELECT 'free' AS v")) == "free");
}

TEST_CASE("DuckDB: Parquet files are tables by their names, and no other file can be read or written") {
  if (duckdb_library().empty()) return;
  DuckdbFile database;
  const std::string folder = database.folder().string();
  std::filesystem::create_directories(folder + "/facts/sales");
  database.execute("COPY (SELECT 1 AS n) TO '" + folder + "/facts/orders.parquet'; COPY (SELECT 2 AS n) TO '" + folder +
                   "/facts/sales/1.parquet'; COPY (SELECT 3 AS n) TO '" + folder +
                   "/facts/sales/2.parquet'; COPY (SELECT 4 AS n) TO '" + folder + "/other.parquet'");
  const auto source = facts("duckdb:?parquet=" + folder + "/facts/*.parquet");
  CHECK(cells(*source, asking("SELECT n AS v FROM orders", ColumnType::integer)) == "1");
  const auto tables = source->tables();
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].name == "orders");
  CHECK(cells(*facts("duckdb:?parquet=" + folder + "/facts/*/*.parquet"),
              asking("SELECT sum(n) AS v FROM sales", ColumnType::integer)) == "5");
  const std::string before = database.fingerprint();
  for (const std::string& sql :
       {"SELECT n AS v FROM read_parquet('" + folder + "/other.parquet')",
        std::string("SELECT 1 AS v FROM read_csv('/etc/passwd')"), "COPY orders TO '" + folder + "/facts/evil.parquet'",
        "SELECT n AS v FROM orders; COPY orders TO '" + folder + "/facts/evil.parquet'",
        std::string("CREATE TABLE v AS SELECT 1 AS v")}) {
    CAPTURE(sql);
    CHECK(refused([&] { cells(*source, asking(sql, ColumnType::integer)); }).message != "nothing was refused");
  }
  CHECK(database.fingerprint() == before);
  CHECK(holds(refused([&] { facts("duckdb:?parquet=" + folder + "/none/*.parquet"); }).message, "cannot read the directory"));
  CHECK(holds(refused([&] { facts("duckdb:?parquet=" + folder + "/facts/*.csv"); }).message, "no file is like"));
}
