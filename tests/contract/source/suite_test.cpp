// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one promise is a case of a few lines, and all of them use the same helpers.
// What every kind of source promises (include/reportctl/source/source.hpp, rows/row_stream.hpp).
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "lab.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using reportctl::testing::SourceLab;
using rows::Column;
using rows::ColumnType;

namespace {

void for_each_lab(const std::function<void(SourceLab&)>& test) {
  for (const auto& kind : reportctl::testing::lab_kinds()) {
    const std::string name = kind.name;
    CAPTURE(name);
    if (const auto lab = kind.make()) test(*lab);
  }
}

Column column(const std::string& name, ColumnType type) { return {.name = name, .label = name, .type = type}; }
rows::Query query(const std::string& sql, rows::Columns columns) { return {sql, {}, std::move(columns)}; }
const rows::Columns kN = {column("n", ColumnType::integer)};

/// The error of pulling every row.
Error error_of(source::Source& source, const rows::Query& wanted) {
  try {
    const auto rows = source.open(wanted);
    while (rows->next() != nullptr) {
    }
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::failed, "no error at all");
}

std::vector<std::int64_t> numbers(rows::RowStream& rows) {
  std::vector<std::int64_t> result;
  while (const rows::Row* row = rows.next()) result.push_back((*row)[0].number);
  return result;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a source reads every column type as the module declares it") {
  for_each_lab([](SourceLab& lab) {
    const std::string sql =
        "SELECT 'Łukasz' AS name, 42 AS n, 12.345 AS kwh, 12.345 AS share, 1999 AS price, 'JPY' AS currency, " +
        lab.instant("2026-03-17T06:00:00Z") + " AS at, " + lab.day("2026-03-17") + " AS day, 3725 AS took, " + lab.truth("true") +
        " AS paid";
    rows::Columns columns = {column("name", ColumnType::text),     column("n", ColumnType::integer),
                             column("kwh", ColumnType::decimal),   column("share", ColumnType::percent),
                             column("price", ColumnType::money),   column("currency", ColumnType::text),
                             column("at", ColumnType::timestamp),  column("day", ColumnType::date),
                             column("took", ColumnType::duration), column("paid", ColumnType::boolean)};
    columns[2].scale = 1;
    columns[4].currency_column = 5;
    const auto source = lab.open(60s);
    const auto rows = source->open(query(sql, columns));
    CHECK(rows->columns().size() == 10);
    const rows::Row* row = rows->next();
    REQUIRE(row != nullptr);
    REQUIRE(row->size() == 10);
    for (const rows::Cell& cell : *row) CHECK_FALSE(cell.null);
    CHECK((*row)[0].text == "Łukasz");
    CHECK((*row)[1].number == 42);
    CHECK((*row)[2].number == 123);
    CHECK((*row)[2].scale == 1);
    CHECK((*row)[3].number == 1235);  // 12.345 % rounds half up to 12.35
    CHECK((*row)[3].scale == 2);
    CHECK((*row)[4].number == 1999);
    CHECK((*row)[4].scale == 0);  // the yen has no minor unit
    CHECK((*row)[5].text == "JPY");
    CHECK((*row)[6].number == 1773727200);  // date -u -d 2026-03-17T06:00:00Z +%s
    CHECK((*row)[7].number == 20529);       // 1773705600 / 86400
    CHECK((*row)[8].number == 3725);
    CHECK((*row)[9].number == 1);
    CHECK(rows->next() == nullptr);
    CHECK(rows->next() == nullptr);
  });
}

TEST_CASE("a null is null in every type, whatever stood in the row before") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(i INTEGER, a TEXT, n INTEGER)");
    lab.execute("INSERT INTO t VALUES (1, 'x', 1), (2, NULL, NULL), (3, 'y', 3)");
    const auto source = lab.open(60s);
    for (const auto type : {ColumnType::integer, ColumnType::decimal, ColumnType::percent, ColumnType::duration}) {
      const auto rows = source->open(query("SELECT a, n FROM t ORDER BY i", {column("a", ColumnType::text), column("n", type)}));
      std::vector<bool> nulls;
      while (const rows::Row* row = rows->next()) {
        CHECK((*row)[0].null == (*row)[1].null);
        nulls.push_back((*row)[0].null);
      }
      CHECK(nulls == std::vector<bool>{false, true, false});
    }
    for (const auto type : {ColumnType::timestamp, ColumnType::date, ColumnType::boolean}) {
      const auto rows = source->open(query("SELECT NULL AS n", {column("n", type)}));
      const rows::Row* row = rows->next();
      REQUIRE(row != nullptr);
      CHECK((*row)[0].null);
    }
  });
}

TEST_CASE("rows stream in the order of the query, however many") {
  for_each_lab([](SourceLab& lab) {
    constexpr int kRows = 20'000;
    lab.execute("CREATE TABLE t(n INTEGER, a TEXT)");
    lab.execute("INSERT INTO t SELECT i, 'row ' || i FROM " + lab.counting());
    const auto source = lab.open(60s);
    const auto rows = source->open(
        query("SELECT n, a FROM t ORDER BY n DESC", {column("n", ColumnType::integer), column("a", ColumnType::text)}));
    int expected = kRows;
    while (const rows::Row* row = rows->next()) {
      if ((*row)[0].number != expected || (*row)[1].text != "row " + std::to_string(expected)) break;
      --expected;
    }
    CHECK(expected == 0);
  });
}

TEST_CASE("values are bound by name, lists as one value; a bind that is not used does no harm") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(n INTEGER, a TEXT)");
    lab.execute("INSERT INTO t VALUES (1, 'one'), (2, 'o''clock \"2\"'), (3, 'three'), (4, NULL)");
    const auto source = lab.open(60s);
    rows::Query wanted =
        query("SELECT n FROM t WHERE (n >= :least AND " + lab.in_list("a", "names") + ") OR a = :exact ORDER BY n", kN);
    wanted.binds = {{"unused", std::string("x")},
                    {"names", std::vector<std::string>{"one", "o'clock \"2\"", "three", "back\\slash\n"}},
                    {"exact", std::string("one")},
                    {"least", std::int64_t{2}}};
    CHECK(numbers(*source->open(wanted)) == std::vector<std::int64_t>{1, 2, 3});
    lab.execute("CREATE TABLE grown(n INTEGER)");  // a schema that changes meanwhile does no harm
    CHECK(numbers(*source->open(wanted)) == std::vector<std::int64_t>{1, 2, 3});
    wanted.binds[1].value = std::vector<std::string>{};
    CHECK(numbers(*source->open(wanted)) == std::vector<std::int64_t>{1});
    wanted.binds[2].value = std::monostate{};
    CHECK(numbers(*source->open(wanted)).empty());
    wanted.binds[2].value = std::string("x' OR '1'='1");
    CHECK(numbers(*source->open(wanted)).empty());
  });
}

TEST_CASE("a parameter that nothing gives is an error with its name") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    const Error error = error_of(*source, query("SELECT 1 AS n WHERE :account = 'a'", kN));
    CHECK(error.kind() == ErrorKind::source);
    CHECK(contains(error.what(), "source lab"));
    CHECK(contains(error.what(), ":account"));
  });
}

TEST_CASE("number, names and order of the result columns must be those of the report") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    const rows::Columns two = {column("a", ColumnType::integer), column("b", ColumnType::integer)};
    CHECK(numbers(*source->open(query("SELECT 1 AS a, 2 AS b", two))) == std::vector<std::int64_t>{1});
    for (const char* sql : {"SELECT 1 AS a", "SELECT 1 AS a, 2 AS b, 3 AS c", "SELECT 2 AS b, 1 AS a", "SELECT 1 AS a, 2 AS c"}) {
      CAPTURE(sql);
      CHECK(error_of(*source, query(sql, two)).kind() == ErrorKind::source);
    }
  });
}

TEST_CASE("a value that does not fit fails the run and names row and column, and the value only where it is to be declared") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(i INTEGER, n TEXT)");
    lab.execute("INSERT INTO t VALUES (1, NULL), (2, NULL), (3, 'secret value')");
    const auto source = lab.open(60s);
    for (const auto type : {ColumnType::integer, ColumnType::decimal, ColumnType::percent, ColumnType::timestamp,
                            ColumnType::date, ColumnType::duration, ColumnType::boolean}) {
      CAPTURE(rows::column_type_name(type));
      const auto rows = source->open(query("SELECT n FROM t ORDER BY i", {column("n", type)}));
      CHECK(rows->next() != nullptr);
      CHECK(rows->next() != nullptr);
      try {
        rows->next();
        FAIL("the third row was accepted");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::source);
        CHECK(contains(error.what(), "source lab: row 3, column n: expected "));
        CHECK(contains(error.what(), "secret") == (type == ColumnType::boolean));  // `booleans` declares it
        CHECK_FALSE(contains(error.hint(), "secret"));
        CHECK_FALSE(error.hint().empty());
      }
      CHECK(rows->next() == nullptr);  // after an exception the stream is finished
    }
  });
}

TEST_CASE("an amount without a currency is an error") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    rows::Columns columns = {column("total", ColumnType::money), column("currency", ColumnType::text)};
    columns[0].currency_column = 1;
    CHECK(contains(error_of(*source, query("SELECT 5 AS total, NULL AS currency", columns)).what(), "row 1, column total"));
    const auto rows = source->open(query("SELECT NULL AS total, NULL AS currency", columns));
    const rows::Row* row = rows->next();
    REQUIRE(row != nullptr);
    CHECK((*row)[0].null);
  });
}

TEST_CASE("a report never writes: every attempt is refused, and nothing has changed") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(n INTEGER)");
    lab.execute("INSERT INTO t VALUES (1), (2)");
    const std::string before = lab.fingerprint();
    auto source = lab.open(60s);
    std::vector<std::string> attempts = {"INSERT INTO t VALUES (3)",
                                         "UPDATE t SET n = 0",
                                         "DELETE FROM t",
                                         "DROP TABLE t",
                                         "CREATE TABLE u(n)",
                                         "CREATE INDEX i ON t(n)",
                                         "CREATE VIEW v AS SELECT 1",
                                         "ALTER TABLE t ADD c",
                                         "BEGIN",
                                         "COMMIT",
                                         "ROLLBACK",
                                         "",
                                         "-- nothing",
                                         "SELECT 1 AS n; DELETE FROM t",
                                         "SELECT 1 AS n; SELECT 2 AS n",
                                         std::string("SELECT 1 AS n\0DELETE FROM t", 28)};
    for (const std::string& sql : lab.forbidden()) attempts.push_back(sql);
    for (const std::string& sql : attempts) {
      CAPTURE(sql);
      CHECK_THROWS_AS(source->prepare(query(sql, kN)), Error);
    }
    for (const std::string& sql : lab.forbidden_at_run()) attempts.push_back(sql);
    for (const std::string& sql : attempts) {
      CAPTURE(sql);
      CHECK(error_of(*source, query(sql, kN)).kind() == ErrorKind::source);
      // and the source is as good as before
      REQUIRE(numbers(*source->open(query("SELECT n FROM t ORDER BY n", kN))) == std::vector<std::int64_t>{1, 2});
    }
    source.reset();
    CHECK(lab.fingerprint() == before);
  });
}

TEST_CASE("a trailing semicolon and comments are not a second statement") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    for (const char* sql :
         {"SELECT 1 AS n;", "SELECT 1 AS n ; \n", "-- first\nSELECT 1 AS n -- last", "SELECT 1 AS n; /* end */"}) {
      CAPTURE(sql);
      CHECK(numbers(*source->open(query(sql, kN))) == std::vector<std::int64_t>{1});
    }
  });
}

TEST_CASE("a query that outlives its deadline ends") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(1s);
    const Error error = error_of(
        *source, query("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) AS n FROM c", kN));
    CHECK(error.kind() == ErrorKind::source);
    CHECK(contains(error.what(), "source lab: the query took longer than 1 s"));
    CHECK(contains(error.hint(), "statement_timeout"));
    CHECK(numbers(*source->open(query("SELECT 1 AS n", kN))) == std::vector<std::int64_t>{1});
  });
}

TEST_CASE("a stop request interrupts a query") {
  for_each_lab([](SourceLab& lab) {
    const pid_t child = ::fork();  // a request is for good, so it is made in a process of its own
    REQUIRE(child >= 0);
    if (child == 0) {
      int code = 1;
      try {
        install_signal_handlers();
        ::alarm(50);  // rows that keep coming would go on for ever
        const auto source = lab.open(0s);
        const auto rows = source->open(query(lab.endless(), kN));
        if (rows->next() == nullptr) ::_exit(2);
        ::raise(SIGTERM);
        while (rows->next() != nullptr) {
        }
      } catch (const Error& error) {
        code = error.kind() == ErrorKind::interrupted ? 0 : 3;
      }
      ::_exit(code);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  });
}

TEST_CASE("a stop that is asked for before a column is looked at is a stop, and no failure of the source") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE looked(\"at\" TEXT)");
    lab.execute("INSERT INTO looked VALUES ('2026-03-17T06:00:00Z')");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int code = 1;
      try {
        install_signal_handlers();
        const auto source = lab.open(60s);
        rows::Query wanted = query("SELECT count(*) AS n FROM looked", kN);
        wanted.instants = {{"looked", "at", {rows::InstantKind::utc_text}}};
        ::raise(SIGTERM);
        const auto rows = source->open(wanted);
        while (rows->next() != nullptr) {
        }
        code = 2;  // so short a query may have ended before anybody asked
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::interrupted) std::fprintf(stderr, "no stop: %s\n", error.what());
        code = error.kind() == ErrorKind::interrupted ? 0 : 3;
      }
      ::_exit(code);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != 3);
  });
}

TEST_CASE("a stream closed early is quick and leaves the source free for the next query") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    const auto endless = query(lab.endless(), kN);
    for (int i = 0; i < 3; ++i) {
      const auto rows = source->open(endless);
      CHECK(rows->next() != nullptr);
    }
    const auto unread = source->open(endless);
    CHECK_THROWS_AS(source->open(endless), Error);  // one at a time
  });
}

TEST_CASE("a stream may outlive its source object") {
  for_each_lab([](SourceLab& lab) {
    auto source = lab.open(60s);
    const auto rows = source->open(query("SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n", kN));
    source.reset();
    CHECK(numbers(*rows) == std::vector<std::int64_t>{1, 2});
  });
}

TEST_CASE("a stream sees one moment: what is committed after open() is not in it") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(n INTEGER)");
    lab.execute("INSERT INTO t VALUES (1), (2), (3)");
    const auto source = lab.open(60s);
    const auto rows = source->open(query("SELECT n FROM t ORDER BY n", kN));
    lab.execute("DELETE FROM t WHERE n = 2");
    lab.execute("INSERT INTO t VALUES (4)");
    CHECK(numbers(*rows) == std::vector<std::int64_t>{1, 2, 3});
    CHECK(numbers(*source->open(query("SELECT n FROM t ORDER BY n", kN))) == std::vector<std::int64_t>{1, 3, 4});
  });
}

TEST_CASE("prepare() tells what does not hold in the database's own words, and runs nothing") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE orders(n INTEGER)");
    const auto source = lab.open(60s);
    source->prepare(query("SELECT n FROM orders", kN));
    for (const auto& [sql, word] :
         {std::pair("SELECT n FROM ordres", "ordres"), {"SELECT nn AS n FROM orders", "nn"}, {"SELEC 1 AS n", "SELEC"}}) {
      CAPTURE(sql);
      try {
        source->prepare(query(sql, kN));
        FAIL("it was accepted");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::source);
        CHECK(contains(error.what(), "source lab"));
        CHECK(contains(error.what(), word));
      }
    }
  });
}

TEST_CASE("tables() lists tables and views with their columns") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE orders(id INTEGER, total_cents INTEGER)");
    lab.execute("CREATE VIEW big AS SELECT id AS big_id FROM orders WHERE total_cents > 100000");
    auto tables = lab.open(60s)->tables();
    const auto own = lab.own_tables();
    std::erase_if(tables, [&](const auto& table) { return std::find(own.begin(), own.end(), table.name) != own.end(); });
    REQUIRE(tables.size() == 2);
    CHECK(tables[0].name == "big");
    CHECK(tables[0].columns == std::vector<std::string>{"big_id"});
    CHECK(tables[1].name == "orders");
    CHECK(tables[1].columns == std::vector<std::string>{"id", "total_cents"});
  });
}

TEST_CASE(
    "numbers are exact: sums of integers are integers, reals are rounded on their shortest form, fractions are no integers") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(n BIGINT, r DOUBLE PRECISION)");
    lab.execute("INSERT INTO t VALUES (9007199254740993, 0.285), (-4, 0.0000001), (10, -1.005)");
    const auto source = lab.open(60s);
    CHECK(numbers(*source->open(query("SELECT sum(n) AS n FROM t", kN))) == std::vector<std::int64_t>{9007199254740999});
    CHECK(numbers(*source->open(query("SELECT count(*) AS n FROM t", {column("n", ColumnType::duration)}))) ==
          std::vector<std::int64_t>{3});
    Column decimal = column("n", ColumnType::decimal);
    decimal.scale = 2;
    CHECK(numbers(*source->open(query("SELECT r AS n FROM t ORDER BY r DESC", {decimal}))) ==
          std::vector<std::int64_t>{29, 0, -101});
    CHECK(contains(error_of(*source, query("SELECT r AS n FROM t", kN)).what(),
                   "row 1, column n: expected an integer, found a real number"));
  });
}

TEST_CASE("empty text is no null, and text of any size and script comes as it is") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE t(i INTEGER, n " + lab.long_text() + ")");
    const std::string long_text(3'000'000, 'x');
    const std::vector<std::string> texts = {"",        "a",    "tab\tline\nreturn\r quote\" comma, \\N", "Łukasz 東京 عربى 😀",
                                            long_text, "after"};
    for (std::size_t i = 0; i < texts.size(); ++i)
      lab.execute("INSERT INTO t VALUES (" + std::to_string(i) + ", '" + texts[i] + "')");
    const auto source = lab.open(60s);
    const auto rows = source->open(query("SELECT n FROM t ORDER BY i", {column("n", ColumnType::text)}));
    for (const std::string& text : texts) {
      const rows::Row* row = rows->next();
      REQUIRE(row != nullptr);
      CHECK_FALSE((*row)[0].null);
      CHECK((*row)[0].text == text);
    }
    CHECK(rows->next() == nullptr);
  });
}

TEST_CASE("a colon in a literal, a quoted name or a comment names no parameter") {
  for_each_lab([](SourceLab& lab) {
    const auto source = lab.open(60s);
    rows::Query wanted =
        query("SELECT ':a ''' || :b || ' :c' AS \"n:d\" -- :e '\n/* :f \" */", {column("n:d", ColumnType::text)});
    wanted.binds = {{"b", std::string(":a")}};
    const auto rows = source->open(wanted);
    const rows::Row* row = rows->next();
    REQUIRE(row != nullptr);
    CHECK((*row)[0].text == ":a ':a :c");
  });
}

TEST_CASE("a source that tells the columns of a query gives their names and the types that fit best") {
  for_each_lab([](SourceLab& lab) {
    lab.execute("CREATE TABLE drafts (name varchar(20), n integer, kwh decimal(9, 3), paid boolean, day date)");
    lab.execute("INSERT INTO drafts VALUES ('x', 1, 1.25, " + lab.truth("true") + ", '2026-03-17')");
    const auto source = lab.open(60s);
    const auto told =
        source->describe(query("SELECT name, n, kwh, paid, day, count(*) AS many FROM drafts GROUP BY 1, 2, 3, 4, 5", kN));
    std::vector<std::string> words;
    for (const auto& one : told.columns) words.push_back(one.name + " " + std::string(column_type_name(one.type)));
    CHECK(told.by_values);
    if (!told.columns.empty())
      CHECK(words ==
            std::vector<std::string>{"name text", "n integer", "kwh decimal", "paid boolean", "day date", "many integer"});
    CHECK_THROWS_AS(source->describe(query("SELECT nothing FROM nowhere", kN)), Error);
  });
}
