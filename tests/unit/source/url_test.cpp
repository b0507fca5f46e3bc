// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "url.hpp"

#include <doctest/doctest.h>

#include "duckdb/duckdb_url.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/source/source.hpp"

using namespace reportctl;

namespace {

/// `keyword=value` in order, or the problem.
std::string read(std::string_view url) {
  const source::ServerUrl parsed = source::parse_postgres_url(url);
  if (!parsed.problem.empty()) return "refused: " + parsed.problem;
  std::string all;
  for (const auto& [keyword, value] : parsed.parameters) all += (all.empty() ? "" : " ") + keyword + "=" + value;
  return all;
}

}  // namespace

TEST_CASE("a PostgreSQL url is read as libpq reads it") {
  // The right sides are what PQconninfoParse() of libpq 15 gives for these urls.
  CHECK(read("postgresql://reports@db.example.com:5433/fleet?sslmode=verify-full") ==
        "user=reports host=db.example.com port=5433 dbname=fleet sslmode=verify-full");
  CHECK(read("postgres://db/fleet") == "host=db dbname=fleet");
  CHECK(read("postgresql:///fleet") == "dbname=fleet");
  CHECK(read("postgresql://") == "");
  CHECK(read("postgresql://db") == "host=db");
  CHECK(read("postgresql://db?dbname=fleet&user=ann") == "host=db dbname=fleet user=ann");
  CHECK(read("postgresql://ann@[2001:db8::7]:5433/f") == "user=ann host=2001:db8::7 port=5433 dbname=f");
  CHECK(read("postgresql://[::1]/f") == "host=::1 dbname=f");
  CHECK(read("postgresql://h1:1,h2,h3:3/f?target_session_attrs=any") ==
        "host=h1,h2,h3 port=1,,3 dbname=f target_session_attrs=any");
  CHECK(read("postgresql://h1,h2/f") == "host=h1,h2 dbname=f");
  CHECK(read("postgresql://%2Frun%2Fpostgresql/f") == "host=/run/postgresql dbname=f");
  CHECK(read("postgresql:///f?host=/run/postgresql&port=5433") == "dbname=f host=/run/postgresql port=5433");
  CHECK(read("postgresql://a%40b@db/f%2Fg") == "user=a@b host=db dbname=f/g");
  CHECK(read("postgresql://db:/f?") == "host=db dbname=f");
  CHECK(read("postgresql://@db/f?connect_timeout=3&") == "host=db dbname=f connect_timeout=3");
}

TEST_CASE("a ClickHouse url says whether what is sent can be read on the way") {
  const auto parts = [](const std::string& url) {
    const source::ServerUrl parsed = source::parse_clickhouse_url(url);
    if (!parsed.problem.empty()) return "refused: " + parsed.problem;
    std::string all;
    for (const auto& [keyword, value] : parsed.parameters) all += (all.empty() ? "" : " ") + keyword + "=" + value;
    return all;
  };
  CHECK(parts("clickhouse+https://reports@db.example.com:9443/shop") ==
        "user=reports host=db.example.com port=9443 dbname=shop sslmode=verify-full");
  CHECK(parts("clickhouse+http://[::1]/shop") == "host=::1 dbname=shop sslmode=disable");
  CHECK(parts("clickhouse+http://localhost,127.0.0.2/") == "host=localhost,127.0.0.2 sslmode=disable");
  CHECK(parts("clickhouse+http://db.example.com/shop?sslmode=disable") == "host=db.example.com dbname=shop sslmode=disable");
  CHECK(parts("clickhouse+http://localhost,db.example.com/shop").starts_with("refused: clickhouse+http sends passwords"));
  CHECK(parts("clickhouse+http://localhost/shop?sslmode=verify-full").starts_with("refused: sslmode in the url goes with"));
  CHECK(parts("clickhouse+https://db.example.com/shop?sslmode=disable").starts_with("refused: sslmode=disable in the url"));
  CHECK(parts("clickhouse+https:///shop") == "refused: the url names no host");
  CHECK(parts("clickhouse+https://reports:secret@db.example.com/shop").starts_with("refused: the url must not hold a password"));
  CHECK(parts("clickhouse+https://db.example.com/shop?options=x").starts_with("refused: the url has a parameter"));
}

TEST_CASE("a MariaDB url has the same form, and the words that libmariadb can keep") {
  const auto parts = [](std::string_view url) {
    const source::ServerUrl parsed = source::parse_mariadb_url(url);
    if (!parsed.problem.empty()) return "refused: " + parsed.problem;
    std::string all;
    for (const auto& [keyword, value] : parsed.parameters) all += (all.empty() ? "" : " ") + keyword + "=" + value;
    return all;
  };
  CHECK(parts("mysql://reports@db.example.com:3307/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem") ==
        "user=reports host=db.example.com port=3307 dbname=shop sslmode=verify-full sslrootcert=/etc/ca.pem");
  CHECK(parts("mariadb://h1:1,h2/shop") == "host=h1,h2 port=1, dbname=shop");
  CHECK(parts("mysql://%2Frun%2Fmysqld%2Fmysqld.sock/shop") == "host=/run/mysqld/mysqld.sock dbname=shop");
  CHECK(parts("mysql://ann:secret@db/shop").find("secret") == std::string::npos);
  CHECK(parts("mysql://db/shop?sslmode=verify-ca") ==
        "refused: sslmode in the url must be one of disable, prefer, require, verify-full");
  CHECK(parts("mysql://db/shop?options=-cx%3D1").starts_with("refused: the url has a parameter that is not allowed: options"));
  CHECK(parts("mysql://db/shop?password=x").starts_with("refused: the url must not hold a password"));
}

TEST_CASE("options of a url are settings of the server, as its command line has them") {
  const auto settings = [](const std::string& options) {
    const auto url = source::parse_postgres_url("postgresql://db/f?options=" + options);
    if (!url.problem.empty()) return url.problem;
    CHECK(url.parameters.size() == 2);  // host and dbname: a pooler takes no options
    std::string text;
    for (const auto& [name, value] : url.settings) text += name + "=" + value + ";";
    return text;
  };
  CHECK(settings("-csearch_path%3Dx") == "search_path=x;");
  CHECK(settings("-c%20search_path%3Da,%5C%20b%20%20--work-mem%3D8MB") == "search_path=a, b;work_mem=8MB;");
  CHECK(settings("-capp.tenant%3Da%3Db%5C%5Cc") == "app.tenant=a=b\\c;");
  CHECK(settings("") == "");
  for (const char* other : {"-d5", "search_path%3Dx", "-c", "-csearch_path", "-c%3Dx"}) {
    CAPTURE(other);
    CHECK(settings(other).starts_with("options in the url must be settings of the server, as in options=-csearch_path%3D"));
  }
}

TEST_CASE("a PostgreSQL url holds no password, and a message never quotes one") {
  for (const char* url : {"postgresql://ann:hunter2@db/f", "postgresql://:hunter2@db/f", "postgresql://ann:hunt/er2@db/f",
                          "postgresql://ann:hunt?er2@db/f", "postgresql://ann:a@hunter2@db/f",
                          "postgresql://db/f?password=hunter2", "postgresql://db/f?sslmode=require&sslpassword=hunter2",
                          "postgresql://db/f?passfile=/hunter2", "postgresql:ann:hunter2@db/f"}) {
    CAPTURE(url);
    const std::string said = source::url_problem(url);
    CHECK_FALSE(said.empty());
    CHECK(said.find("er2") == std::string::npos);
    try {
      source::open_source({.name = "fleet", .url = url, .password = {}});
      FAIL("it was accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK(std::string(error.what()) == "source fleet: " + said);
      CHECK(error.hint().find("er2") == std::string::npos);
    }
  }
  CHECK(source::url_problem("postgresql://ann:hunter2@db/f").find("password_file") != std::string::npos);
}

TEST_CASE("a PostgreSQL url that is none says why") {
  const auto problem = [](std::string_view url) { return source::parse_postgres_url(url).problem; };
  CHECK(problem("postgresql:db/f") == "the url has no // after its scheme");
  CHECK(problem("postgresql://db/f?a") == "the url has a parameter without =");
  CHECK(problem("postgresql://[::1/f") == "the url has a [ without its ]");
  CHECK(problem("postgresql://[::1]x/f") == "the url has something between a ] and the port");
  for (const char* port : {"0", "65536", "-1", "5432x", "1e3"})
    CHECK(problem("postgresql://db:" + std::string(port) + "/f") == "the url's port is not a number from 1 to 65535");
  for (const char* escape : {"%zz", "%4", "%", "%00"})
    CHECK(problem("postgresql://db/f" + std::string(escape)) ==
          "the url has a % that is not followed by two hex digits (a % itself is %25)");
  CHECK(problem("postgresql://db/f?sslmod=require") ==
        "the url has a parameter that is not allowed: sslmod (did you mean \"sslmode\"?)");
  for (const char* keyword : {"service", "client_encoding", "replication", "fallback_application_name", "\x1b[31m"}) {
    const std::string said = problem("postgresql://db/f?" + std::string(keyword) + "=x");
    CHECK(said.starts_with("the url has a parameter that is not allowed"));
    CHECK(said.find('\x1b') == std::string::npos);
  }
  CHECK(problem("postgresql://db/f?sslmode=verify_full") ==
        "sslmode in the url must be one of disable, allow, prefer, require, verify-ca, verify-full");
  CHECK(
      problem("postgresql://db/f?target_session_attrs=primary%20").starts_with("target_session_attrs in the url must be one of"));
}

TEST_CASE("a url in the form of another tool is refused, and nothing of it is repeated") {
  for (const char* url : {"host=127.0.0.1 dbname=x user=r password=hunter2",
                          "postgresql+psycopg2://r:hunter2@127.0.0.1/x",
                          "jdbc:postgresql://127.0.0.1/x?user=r&password=hunter2",
                          "mysql://r:hunter2@127.0.0.1/x",
                          "pgsql://r:hunter2@h/x",
                          "postgresql:r:hunter2@h/x",
                          "postgresql:/r:hunter2@h/x",
                          "postgresql://r@h/x?sslpassword=hunter2",
                          "postgresql://r@h/x?sslmode=require;password=hunter2",
                          "postgresql://r@h/x?application_name=a;Password=hunter2",
                          "postgresql://r@h/x?Password=hunter2",
                          "postgresql://r@h/x?pwd=hunter2",
                          "postgresql://r@h/x?a%3Dhunter2=b",
                          "postgresql://r@h:hunter2/x",
                          "sqlite:/srv/x.db?key=hunter2",
                          "POSTGRESQL://r:hunter2@h/x",
                          " postgresql://r:hunter2@h/x",
                          "hunter2",
                          "hunter2:x",
                          "sqlite://r:hunter2@h/x"}) {
    CAPTURE(url);
    const std::string said = source::url_problem(url);
    CHECK_FALSE(said.empty());
    CHECK(said.find("hunter2") == std::string::npos);
  }
  CHECK(source::url_problem("sqlite:/srv/odd?.db").empty());
  CHECK(source::url_problem("PostgreSQL://r@h/x").empty());
}

TEST_CASE("a DuckDB url names a database or Parquet files, and how much memory they may take") {
  const auto read = [](std::string_view rest) {
    const source::DuckdbUrl url = source::parse_duckdb_url(rest);
    return url.problem.empty() ? url.path + "|" + url.parquet + "|" + url.memory_limit + "|" + url.threads
                               : "refused: " + url.problem;
  };
  CHECK(read("/srv/a%20b.duckdb") == "/srv/a b.duckdb||160MB|");
  CHECK(read("///srv/facts.duckdb?threads=2") == "///srv/facts.duckdb||160MB|2");
  CHECK(read("?parquet=/srv/facts/*.parquet&memory_limit=1.5GB") == "|/srv/facts/*.parquet|1.5GB|");
  for (const auto& [rest, why] : {std::pair("", "the url names either a database"),
                                  {"?memory_limit=1GB", "the url names either a database"},
                                  {"/srv/x?parquet=/srv/*.parquet", "the url names either a database"},
                                  {"//host/x", "the url names a host"},
                                  {"x.duckdb", "must be duckdb:/PATH, with an absolute path"},
                                  {"/srv/%zz", "the url has a % that"},
                                  {"?parquet=/srv/facts.parquet", "with a * for the name of the table"},
                                  {"?parquet=facts/*", "must be an absolute path"},
                                  {"/srv/x?memory_limit=much", "memory_limit in the url must be"},
                                  {"/srv/x?memory_limit=80%25", "memory_limit in the url must be"},
                                  {"/srv/x?threads=0", "threads in the url must be"},
                                  {"/srv/x?password=1", "do not take"},
                                  {"/srv/x?threads", "without ="}}) {
    CAPTURE(rest);
    CHECK_MESSAGE(read(rest).find(why) != std::string::npos, read(rest));
  }
}
