// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "../../contract/source/scratch_database.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/source/source.hpp"

using namespace reportctl;
using namespace std::chrono_literals;
using reportctl::testing::ScratchDatabase;
using rows::ColumnType;

namespace {

std::unique_ptr<source::Source> open(const std::string& url, std::chrono::seconds timeout = 60s) {
  return source::open_source({.name = "shop", .url = url, .password = {}, .statement_timeout = timeout});
}
std::unique_ptr<source::Source> open(const ScratchDatabase& database) { return open("sqlite:" + database.file().string()); }

rows::Query query(const std::string& sql, ColumnType type = ColumnType::text, int scale = 0) {
  return {sql, {}, {{.name = "v", .label = "v", .type = type, .scale = scale}}};
}

/// The only cell of a query, as text that tells all of it.
std::string cell_of(source::Source& source, const rows::Query& wanted) {
  const auto rows = source.open(wanted);
  const rows::Row* row = rows->next();
  if (row == nullptr) return "no row";
  const rows::Cell& cell = (*row)[0];
  if (cell.null) return "null";
  if (wanted.columns[0].type == ColumnType::text) return std::string(cell.text);
  return std::to_string(cell.number) + "/" + std::to_string(cell.scale);
}

struct Refusal {
  ErrorKind kind = ErrorKind::failed;
  std::string message = "nothing was refused";
  std::string hint;
};
template <typename Action>
Refusal refusal_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.kind(), error.what(), error.hint()};
  }
  return {};
}
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("which storage class fits which column type") {
  const ScratchDatabase database;
  const auto source = open(database);
  struct Case {
    const char* literal;
    ColumnType type;
    int scale;
    const char* expected;  ///< the cell, or what the message says was found
  };
  const Case cases[] = {
      {"'x'", ColumnType::text, 0, "x"},
      {"''", ColumnType::text, 0, ""},
      {"17", ColumnType::text, 0, "17"},
      {"-9223372036854775808", ColumnType::text, 0, "-9223372036854775808"},
      {"1.5", ColumnType::text, 0, "found a real number"},
      {"x'41'", ColumnType::text, 0, "found a blob"},
      {"CAST(x'FF41' AS TEXT)", ColumnType::text, 0, "found bytes that are not UTF-8"},
      {"CAST(x'410041' AS TEXT)", ColumnType::text, 0, "found text with a NUL character"},
      {"9223372036854775807", ColumnType::integer, 0, "9223372036854775807/0"},
      {"2.0", ColumnType::integer, 0, "found a real number"},
      {"'2'", ColumnType::integer, 0, "found text"},
      {"x'02'", ColumnType::integer, 0, "found a blob"},
      {"2", ColumnType::decimal, 3, "2000/3"},
      {"2.0005", ColumnType::decimal, 3, "2001/3"},
      {"'2.0005'", ColumnType::decimal, 3, "2001/3"},
      {"-0.0005", ColumnType::decimal, 3, "-1/3"},
      {"9e999", ColumnType::decimal, 3, "found a number too large"},
      {"1e18", ColumnType::decimal, 3, "found a number too large"},
      {"9223372036854775807", ColumnType::decimal, 1, "found a number too large"},
      {"'1e3'", ColumnType::decimal, 3, "found other text"},
      {"x'32'", ColumnType::decimal, 3, "found a blob"},
      {"12.345", ColumnType::percent, 0, "1235/2"},
      {"100", ColumnType::percent, 0, "10000/2"},
      {"'2026-03-17T06:00:00Z'", ColumnType::timestamp, 0, "1773727200/0"},
      {"'2026-03-17T17:00:00.25+11:00'", ColumnType::timestamp, 0, "1773727200/0"},
      {"1773727200", ColumnType::timestamp, 0, "found an integer (1773727200)"},
      {"'2026-03-17 06:00:00'", ColumnType::timestamp, 0, "found a time without a time zone (2026-03-17 06:00:00)"},
      {"'2026-03-17'", ColumnType::timestamp, 0, "found a day without a time (2026-03-17)"},
      {"'soon'", ColumnType::timestamp, 0, "found other text"},
      {"'2024-02-29'", ColumnType::date, 0, "19782/0"},
      {"'2023-02-29'", ColumnType::date, 0, "found other text"},
      {"2461116.5", ColumnType::date, 0, "found a real number"},
      {"x'323032342d30322d3239'", ColumnType::date, 0, "found a blob"},
      {"-61", ColumnType::duration, 0, "-61/0"},
      {"61.0", ColumnType::duration, 0, "found a real number"},
      {"'0:01:01'", ColumnType::duration, 0, "found text"},
      {"0", ColumnType::boolean, 0, "0/0"},
      {"1", ColumnType::boolean, 0, "1/0"},
      {"2", ColumnType::boolean, 0, "found \"2\""},
      {"-1", ColumnType::boolean, 0, "found \"-1\""},
      {"1.0", ColumnType::boolean, 0, "found a real number"},
      {"'true'", ColumnType::boolean, 0, "found \"true\""},
      {"NULL", ColumnType::boolean, 0, "null"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.literal);
    CAPTURE(rows::column_type_name(one.type));
    const rows::Query wanted = query(std::string("SELECT ") + one.literal + " AS v", one.type, one.scale);
    if (std::string_view(one.expected).starts_with("found ")) {
      const Refusal refusal = refusal_of([&] { cell_of(*source, wanted); });
      CHECK(refusal.kind == ErrorKind::source);
      CHECK(contains(refusal.message, "source shop: row 1, column v: expected "));
      CHECK(refusal.message.ends_with(one.expected));
    } else {
      CHECK(cell_of(*source, wanted) == one.expected);
    }
  }
}

TEST_CASE("the message of the architecture page, word for word") {
  ScratchDatabase database;
  database.execute("CREATE TABLE orders(placed_at)");
  database.execute(
      "INSERT INTO orders WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20) "
      "SELECT CASE i WHEN 17 THEN 1700000000 ELSE '2026-03-17T06:00:00Z' END FROM c");
  const auto source = open(database);
  const auto rows = source->open({"SELECT placed_at FROM orders ORDER BY rowid",
                                  {},
                                  {{.name = "placed_at", .label = "Placed", .type = ColumnType::timestamp}}});
  for (int i = 0; i < 16; ++i) REQUIRE(rows->next() != nullptr);
  CHECK(refusal_of([&] { rows->next(); }).message ==
        "source shop: row 17, column placed_at: expected a timestamp, found an integer (1700000000)");
}

TEST_CASE("money is integer minor units, scaled by the row's currency") {
  const ScratchDatabase database;
  const auto source = open(database);
  const auto with = [&](const std::string& amount, const std::string& currency) {
    return cell_of(*source, {"SELECT " + amount + " AS v, " + currency + " AS currency",
                             {},
                             {{.name = "v", .label = "v", .type = ColumnType::money, .currency_column = 1},
                              {.name = "currency", .label = "currency", .type = ColumnType::text}}});
  };
  CHECK(with("1999", "'EUR'") == "1999/2");
  CHECK(with("1999", "'JPY'") == "1999/0");
  CHECK(with("1999", "'KWD'") == "1999/3");
  CHECK(with("-5", "'CLF'") == "-5/4");
  CHECK(with("NULL", "NULL") == "null");
  for (const char* amount : {"19.99", "'1999'", "x'19'"})
    CHECK(refusal_of([&] { with(amount, "'EUR'"); }).kind == ErrorKind::source);
  CHECK(contains(refusal_of([&] { with("1", "NULL"); }).message, "column v"));
  CHECK(contains(refusal_of([&] { with("1", "''"); }).message, "without a currency"));
  CHECK(refusal_of([&] { cell_of(*source, query("SELECT 1 AS v", ColumnType::money)); }).kind == ErrorKind::source);
}

TEST_CASE("local days and times of any zone, daylight saving included") {
  const ScratchDatabase database;
  const auto source = open(database);
  const auto value = [&](const std::string& expression) { return cell_of(*source, query("SELECT " + expression + " AS v")); };
  CHECK(value("rc_local_date('2026-03-16T13:30:00Z', 'offset-text', 'x', 'Australia/Sydney')") == "2026-03-17");  // +11:00
  CHECK(value("rc_local_date('2026-06-16T13:30:00Z', 'offset-text', 'x', 'Australia/Sydney')") == "2026-06-16");  // +10:00
  CHECK(value("rc_local_date('2026-03-17T03:59:59Z', 'offset-text', 'x', 'America/New_York')") == "2026-03-16");  // -04:00
  CHECK(value("rc_local_date('2026-03-17T17:00:00+11:00', 'offset-text', 'x', 'UTC')") == "2026-03-17");
  CHECK(value("rc_local_timestamp('2026-03-29T00:59:59Z', 'offset-text', 'x', 'Europe/Berlin')") == "2026-03-29T01:59:59");
  CHECK(value("rc_local_timestamp('2026-03-29T01:00:00Z', 'offset-text', 'x', 'Europe/Berlin')") ==
        "2026-03-29T03:00:00");  // the clock went forward
  CHECK(value("rc_local_date(NULL, 'offset-text', 'x', 'UTC')") == "null");
  CHECK(value("rc_seconds_between('2026-03-17T06:00:00Z', 'offset-text', 'a', '2026-03-17T07:00:01Z', 'offset-text', 'b')") ==
        "3601");
  CHECK(
      value(
          "rc_seconds_between('2026-03-17T06:00:00Z', 'offset-text', 'a', '2026-03-17T05:59:59.9+00:00', 'offset-text', 'b')") ==
      "-1");
  CHECK(value("rc_seconds_between(NULL, 'offset-text', 'a', '2026-03-17T05:59:59Z', 'offset-text', 'b')") == "null");
  CHECK(value("rc_seconds_between('2026-03-17T05:59:59Z', 'offset-text', 'a', NULL, 'offset-text', 'b')") == "null");
  for (const char* expression :
       {"rc_local_date('yesterday', 'offset-text', 'x', 'UTC')", "rc_local_date(1700000000, 'offset-text', 'x', 'UTC')",
        "rc_local_date('2026-03-17T06:00:00Z', 'offset-text', 'x', 'Mars/Base')",
        "rc_local_date('2026-03-17T06:00:00Z', 'offset-text', 'x', NULL)",
        "rc_local_timestamp('2026-03-17T06:00:00Z', 'offset-text', 'x', '../etc/passwd')",
        "rc_seconds_between('2026-03-17T06:00:00Z', 'offset-text', 'a', 'later', 'offset-text', 'b')"}) {
    CAPTURE(expression);
    const Refusal refusal = refusal_of([&] { value(expression); });
    CHECK(refusal.kind == ErrorKind::source);
    CHECK_FALSE(contains(refusal.message, "yesterday"));
    CHECK_FALSE(contains(refusal.message, "Mars"));
  }
}

TEST_CASE("views with built-in functions work, views that reach further do not") {
  ScratchDatabase database;
  database.execute("CREATE TABLE raw(paid REAL, name TEXT, tags TEXT)");
  database.execute("INSERT INTO raw VALUES (12.5, 'ann', '[\"a\",\"b\"]')");
  database.execute(
      "CREATE VIEW good AS SELECT CAST(round(paid * 100) AS INTEGER) || upper(name) || json_extract(tags, '$[1]') || "
      "(SELECT count(*) FROM json_each(tags)) || strftime('%Y', '2026-03-17') AS v FROM raw");
  database.execute("CREATE VIEW bad AS SELECT load_extension('evil') AS v");
  const auto source = open(database);
  CHECK(cell_of(*source, query("SELECT v FROM good")) == "1250ANNb22026");
  CHECK(refusal_of([&] { cell_of(*source, query("SELECT v FROM bad")); }).kind == ErrorKind::source);
  const auto tables = source->tables();
  REQUIRE(tables.size() == 3);
  CHECK(tables[2].name == "raw");
}

TEST_CASE("rows are right however SQLite moves its values about: unions, groups, windows, recursion, joins") {
  ScratchDatabase database;
  database.execute(
      "CREATE TABLE t(a INTEGER, b TEXT, c INTEGER); INSERT INTO t VALUES (1, 'x', 10), (2, 'y', 20), (3, NULL, 30)");
  const auto source = open(database);
  const rows::Columns columns = {{.name = "a", .label = "a", .type = ColumnType::integer},
                                 {.name = "b", .label = "b", .type = ColumnType::text},
                                 {.name = "c", .label = "c", .type = ColumnType::integer}};
  const auto told = [&](const std::string& sql) {
    std::string all;
    const auto rows = source->open({sql, {}, columns});
    while (const rows::Row* row = rows->next())
      all += std::to_string((*row)[0].number) + ((*row)[1].null ? "-" : std::string((*row)[1].text)) +
             std::to_string((*row)[2].number) + " ";
    return all;
  };
  CHECK(told("SELECT a, b, c FROM t UNION ALL SELECT c, 'u', a FROM t UNION ALL SELECT 7, 'v', 8") ==
        "1x10 2y20 3-30 10u1 20u2 30u3 7v8 ");
  CHECK(told("SELECT 7 AS a, 'v' AS b, 8 AS c UNION ALL SELECT a, b, c FROM t UNION ALL SELECT 9, NULL, 9") ==
        "7v8 1x10 2y20 3-30 9-9 ");
  CHECK(told("SELECT a, b, c FROM t UNION SELECT a, b, c FROM t ORDER BY c DESC") == "3-30 2y20 1x10 ");
  CHECK(told("SELECT a, b, sum(c) OVER (ORDER BY a) AS c FROM t ORDER BY a") == "1x10 2y30 3-60 ");
  CHECK(told("SELECT max(a) AS a, b, count(*) AS c FROM (SELECT a, b, c FROM t UNION ALL SELECT a + 5, b, c FROM t) GROUP BY b "
             "ORDER BY a") == "6x2 7y2 8-2 ");
  CHECK(told("WITH RECURSIVE n(a, b, c) AS (SELECT 1, 'r', 1 UNION ALL SELECT a + 1, b || 'r', c * 2 FROM n WHERE a < 4) SELECT "
             "a, b, c FROM n") == "1r1 2rr2 3rrr4 4rrrr8 ");
  CHECK(told("SELECT l.a, r.b, ifnull(r.c, 0) AS c FROM t l LEFT JOIN t r ON r.a = l.a + 1 AND r.b IS NOT NULL ORDER BY l.a") ==
        "1y20 2-0 3-0 ");
}

TEST_CASE("a broken view hides no other table") {
  ScratchDatabase database;
  database.execute("CREATE TABLE t(a)");
  database.execute("CREATE VIEW broken AS SELECT a FROM t");
  database.execute("CREATE TABLE \"odd \"\" name\"(\"a column\")");
  database.execute("ALTER TABLE t RENAME TO was");
  database.execute("PRAGMA legacy_alter_table = ON; CREATE TABLE u(x); CREATE VIEW w AS SELECT x FROM u; DROP TABLE u");
  const auto tables = open(database)->tables();
  REQUIRE(tables.size() == 4);
  CHECK(tables[0].name == "broken");
  CHECK(tables[1].name == "odd \" name");
  CHECK(tables[1].columns == std::vector<std::string>{"a column"});
  CHECK(tables[2].name == "w");
  CHECK(tables[2].columns.empty());
  CHECK(tables[3].name == "was");
}

TEST_CASE("the file and its folder are as they were: no byte written, nothing created") {
  ScratchDatabase database;
  database.execute("CREATE TABLE t(v TEXT); INSERT INTO t VALUES ('a'), ('b')");
  database.disconnect();
  const std::string before = database.bytes();
  {
    const auto source = open(database);
    CHECK(cell_of(*source, query("SELECT v FROM t ORDER BY v DESC")) == "b");
    CHECK(source->tables().size() == 1);
  }
  CHECK(database.bytes() == before);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(database.folder())) ++files;
  CHECK(files == 1);
}

TEST_CASE("a url names a local file, percent-encoded where it must be") {
  ScratchDatabase database;
  database.execute("CREATE TABLE t(v TEXT); INSERT INTO t VALUES ('found')");
  const auto odd = database.folder() / "shop 100% #1?.db";
  std::filesystem::copy_file(database.file(), odd);
  const std::string folder = database.folder().string();
  const auto read = [](const std::string& url) { return cell_of(*open(url), query("SELECT v FROM t")); };
  CHECK(read("sqlite:" + folder + "/shop.db") == "found");
  CHECK(read("SQLite:" + folder + "/shop.db") == "found");
  CHECK(read("sqlite://" + folder + "/shop.db") == "found");  // sqlite:///tmp/…
  CHECK(read("sqlite:" + folder + "/sh%6Fp.db") == "found");
  CHECK(read("sqlite:" + folder + "/shop%20100%25%20%231%3f.db") == "found");
  CHECK(read("sqlite:" + folder + "/shop 100%25 #1?.db") == "found");
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(database.folder());
  CHECK(read("sqlite:shop.db") == "found");
  CHECK(read("sqlite:./shop.db") == "found");
  CHECK(refusal_of([&] { read("sqlite::memory:"); }).kind == ErrorKind::source);
  CHECK_FALSE(std::filesystem::exists(database.folder() / ":memory:"));
  std::filesystem::current_path(here);
}

TEST_CASE("a url that is none is a matter of configuration") {
  for (const char* url : {"", "shop.db", "sqlite:", "sqlite://host/srv/shop.db", "sqlite:/srv/100%.db", "sqlite:/srv/%zz.db",
                          "sqlite:/srv/a%00.db", "oracle://host/shop", "sqllite:/srv/shop.db", "\xFF\x1b[31m:/x"}) {
    CAPTURE(url);
    const Refusal refusal = refusal_of([&] { open(url); });
    CHECK(refusal.kind == ErrorKind::config);
    CHECK(refusal.message.starts_with("source shop: "));
    CHECK_FALSE(contains(refusal.message, "\x1b"));
    CHECK_FALSE(refusal.hint.empty());
  }
  CHECK(contains(refusal_of([] { open("sqllite:/srv/shop.db"); }).message, "must be sqlite:/PATH or postgresql://"));
}

TEST_CASE("a file that cannot be a source says why, and is never created") {
  ScratchDatabase database;
  const std::string folder = database.folder().string();
  const Refusal missing = refusal_of([&] { open("sqlite:" + folder + "/none.db"); });
  CHECK(missing.kind == ErrorKind::source);
  CHECK(contains(missing.message, "none.db does not exist"));
  CHECK_FALSE(std::filesystem::exists(folder + "/none.db"));
  CHECK(contains(refusal_of([&] { open("sqlite:" + folder); }).message, "is not a file"));
  std::ofstream(folder + "/notes.txt") << std::string(4096, 'x');
  CHECK(contains(refusal_of([&] { open("sqlite:" + folder + "/notes.txt"); }).message, "is not an SQLite database"));
  ::mkfifo((folder + "/pipe").c_str(), 0600);
  CHECK(contains(refusal_of([&] { open("sqlite:" + folder + "/pipe"); }).message, "is not a file"));
}

TEST_CASE("a locked database is waited for as long as the timeout allows, then named") {
  ScratchDatabase database;
  database.execute("CREATE TABLE t(v TEXT); BEGIN EXCLUSIVE; INSERT INTO t VALUES ('half')");
  const Refusal refusal = refusal_of([&] { open("sqlite:" + database.file().string(), 1s); });
  CHECK(refusal.kind == ErrorKind::source);
  CHECK(contains(refusal.message, "is locked by another program"));
  database.execute("COMMIT");
  CHECK(cell_of(*open(database), query("SELECT v FROM t")) == "half");
}

TEST_CASE("a damaged file is an error, not a crash") {
  ScratchDatabase database;
  database.execute(
      "CREATE TABLE t(v TEXT); INSERT INTO t WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) "
      "SELECT hex(randomblob(20)) FROM c");
  database.disconnect();
  const std::string sound = database.bytes();
  for (std::size_t at = 4096; at + 4096 < sound.size(); at += 12289) {
    std::string damaged = sound;
    for (std::size_t i = 0; i < 64; ++i) damaged[at + i * 61] = static_cast<char>(i * 37 + at);
    std::ofstream(database.file(), std::ios::binary | std::ios::trunc) << damaged;
    try {
      const auto source = open(database);
      const auto rows = source->open(query("SELECT v FROM t"));
      while (rows->next() != nullptr) {
      }
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::source);
    }
  }
}

TEST_CASE("a value beyond the limit ends the query instead of the memory") {
  const ScratchDatabase database;
  const auto source = open(database);
  CHECK(refusal_of([&] { cell_of(*source, query("SELECT hex(zeroblob(40000000)) AS v")); }).kind == ErrorKind::source);
  CHECK(cell_of(*source, query("SELECT length(printf('%.*c', 1000000, 'x')) AS v", ColumnType::integer)) == "1000000/0");
}

TEST_CASE("an anonymous parameter is refused") {
  const ScratchDatabase database;
  const auto source = open(database);
  for (const char* sql : {"SELECT ? AS v", "SELECT ?1 AS v"})
    CHECK(contains(refusal_of([&] { cell_of(*source, query(sql)); }).message, "without a name"));
}
