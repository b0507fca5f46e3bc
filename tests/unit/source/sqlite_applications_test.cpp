// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// A report beside the application that owns the database. With another user's application: tests/e2e/sqlite_applications.py.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "../../contract/source/scratch_database.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/source/source.hpp"

using namespace reportctl;
using reportctl::testing::ScratchDatabase;
using rows::ColumnType;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<source::Source> reader(const fs::path& file) {
  return source::open_source({.name = "shop", .url = "sqlite:" + file.string(), .password = {}});
}

const rows::Query kNumbers{"SELECT v FROM t ORDER BY v", {}, {{.name = "v", .label = "v", .type = ColumnType::integer}}};

/// The number of rows, or what was refused.
std::string count_rest(rows::RowStream& rows) {
  try {
    int count = 0;
    while (rows.next() != nullptr) ++count;
    return std::to_string(count);
  } catch (const Error& error) {
    return error.what();
  }
}
std::string count(const fs::path& file) { return count_rest(*reader(file)->open(kNumbers)); }

std::string message(source::Source& source, const std::string& sql) {
  try {
    const auto rows = source.open({sql, {}, kNumbers.columns});
    rows->next();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "nothing was refused";
}

/// Name, owner, mode, content and time of everything in a folder, and the time of the folder, which every new or deleted file
/// changes.
std::string everything_in(const fs::path& folder) {
  std::ostringstream all;
  std::vector<fs::path> paths{folder};
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    all << path << ' ' << status.st_uid << ' ' << status.st_mode << ' ' << status.st_size << ' ' << status.st_mtim.tv_sec << '.'
        << status.st_mtim.tv_nsec << '\n';
    if (fs::is_regular_file(path)) all << std::ifstream(path, std::ios::binary).rdbuf() << '\n';
  }
  return all.str();
}

constexpr const char* kThousands =
    "INSERT INTO t WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) SELECT i, hex(zeroblob(50)) "
    "FROM c";

/// A database in WAL mode with 20,000 rows, which its application has closed.
class RestingDatabase : public ScratchDatabase {
 public:
  RestingDatabase() {
    execute("PRAGMA journal_mode = WAL; CREATE TABLE t(v INTEGER, filler TEXT)");
    execute(kThousands);
    disconnect();
    REQUIRE_FALSE(fs::exists(file().string() + "-wal"));
  }
};

/// Its application, opened anew.
class Application {
 public:
  explicit Application(const fs::path& file) { REQUIRE(sqlite3_open(file.c_str(), &connection_) == SQLITE_OK); }
  ~Application() { sqlite3_close(connection_); }
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  [[nodiscard]] int execute(const char* sql) { return sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr); }

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace

TEST_CASE("a database in WAL mode that nobody has open is read, and nothing beside it is touched") {
  RestingDatabase database;
  const std::string before = everything_in(database.folder());
  const auto source = reader(database.file());
  CHECK(count_rest(*source->open(kNumbers)) == "20000");
  source->prepare(kNumbers);
  CHECK(source->tables().size() == 1);
  const auto rows = source->open(kNumbers);
  REQUIRE(rows->next() != nullptr);
  CHECK(everything_in(database.folder()) == before);
}

TEST_CASE("an application that opens a resting database during a report writes as ever, and the report is of the beginning") {
  RestingDatabase database;
  const auto source = reader(database.file());
  const auto rows = source->open(kNumbers);
  for (int i = 0; i < 10; ++i) REQUIRE(rows->next() != nullptr);
  {
    Application application(database.file());
    REQUIRE(application.execute("UPDATE t SET v = v + 100000 WHERE v > 19000; DELETE FROM t WHERE v < 100") == SQLITE_OK);
  }
  CHECK(count_rest(*rows) == "19990");
  CHECK(count_rest(*source->open(kNumbers)) == "19901");  // from the log that it left
  Application again(database.file());
  CHECK(again.execute("INSERT INTO t(v) VALUES (1); PRAGMA journal_mode = DELETE") == SQLITE_OK);  // nobody holds a lock
}

TEST_CASE("a report under whose feet an application moves its log into the file fails") {
  RestingDatabase database;
  const auto source = reader(database.file());
  const auto rows = source->open(kNumbers);
  for (int i = 0; i < 10; ++i) REQUIRE(rows->next() != nullptr);
  Application application(database.file());
  REQUIRE(application.execute("UPDATE t SET v = v + 100000 WHERE v > 19000") == SQLITE_OK);
  REQUIRE(application.execute("PRAGMA wal_checkpoint(PASSIVE)") == SQLITE_OK);
  CHECK(count_rest(*rows) ==
        "source shop: an application opened " + database.file().string() + " and wrote to it while it was read");
  CHECK(count_rest(*source->open(kNumbers)) == "20000");
}

TEST_CASE("an application that has its database open may move its log at any time") {
  RestingDatabase database;
  Application application(database.file());
  REQUIRE(application.execute("INSERT INTO t(v) VALUES (20001)") == SQLITE_OK);
  for (const char* log : {"full", "empty"}) {
    CAPTURE(log);
    const auto source = reader(database.file());
    const auto rows = source->open(kNumbers);
    for (int i = 0; i < 10; ++i) REQUIRE(rows->next() != nullptr);
    REQUIRE(application.execute("DELETE FROM t WHERE v = 20000") == SQLITE_OK);
    REQUIRE(application.execute("PRAGMA wal_checkpoint(PASSIVE)") == SQLITE_OK);
    CHECK(count_rest(*rows) == (log == std::string("full") ? "19991" : "19990"));
    REQUIRE(application.execute("INSERT INTO t(v) VALUES (20000); DELETE FROM t WHERE v = 20001") == SQLITE_OK);
    REQUIRE(application.execute("PRAGMA wal_checkpoint(TRUNCATE)") == SQLITE_OK);
    REQUIRE(fs::file_size(database.file().string() + "-wal") == 0);
  }
}

TEST_CASE("a log without its index, as a backup or a killed program leaves it, is read without making one") {
  RestingDatabase database;
  const fs::path copy = database.folder() / "copy";
  fs::create_directory(copy);
  {
    Application application(database.file());
    REQUIRE(application.execute("DELETE FROM t WHERE v > 7") == SQLITE_OK);
    fs::copy_file(database.file(), copy / "shop.db");
    fs::copy_file(database.file().string() + "-wal", copy / "shop.db-wal");
  }
  const std::string before = everything_in(copy);
  CHECK(count(copy / "shop.db") == "7");
  CHECK(everything_in(copy) == before);
  // and with nothing in it yet
  fs::resize_file(copy / "shop.db-wal", 0);
  const std::string emptied = everything_in(copy);
  CHECK(count(copy / "shop.db") == "20000");
  CHECK(everything_in(copy) == emptied);
  // The application that opens it moves the log into the file under the report.
  fs::copy_file(database.file(), copy / "other.db");
  std::ofstream(copy / "other.db-wal").flush();
  const auto source = reader(copy / "other.db");
  const auto rows = source->open(kNumbers);
  REQUIRE(rows->next() != nullptr);
  Application application(copy / "other.db");
  REQUIRE(application.execute("INSERT INTO t(v) VALUES (8); PRAGMA wal_checkpoint(PASSIVE)") == SQLITE_OK);
  CHECK(count_rest(*rows).ends_with("and wrote to it while it was read"));
}

TEST_CASE("a source that is not being read keeps nobody waiting") {
  for (const char* mode : {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"}) {
    CAPTURE(mode);
    ScratchDatabase database;
    database.execute(mode);
    database.execute("CREATE TABLE t(v INTEGER); INSERT INTO t VALUES (1), (2)");
    const auto source = reader(database.file());
    CHECK(count_rest(*source->open(kNumbers)) == "2");
    database.execute("BEGIN EXCLUSIVE; INSERT INTO t VALUES (3); COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    database.execute("PRAGMA journal_mode = TRUNCATE");  // needs the database for itself
    CHECK(count_rest(*source->open(kNumbers)) == "3");
  }
}

TEST_CASE("a name in double quotes is a column and never a text, in a query as in a view") {
  ScratchDatabase database;
  database.execute("CREATE TABLE t(v INTEGER, state TEXT); INSERT INTO t VALUES (1, 'open'), (2, 'paid')");
  database.execute("CREATE VIEW unpaid AS SELECT v FROM t WHERE \"status\" <> 'paid'");
  database.execute("CREATE VIEW odd AS SELECT \"v\" FROM t WHERE \"state\" = 'paid'");
  const auto source = reader(database.file());
  for (const char* sql : {"SELECT \"amount\" AS v FROM t", "SELECT v FROM t WHERE \"tenant_id\" <> 'x'",
                          "SELECT sum(\"amount\") AS v FROM t", "SELECT v FROM unpaid"}) {
    CAPTURE(sql);
    CHECK(message(*source, sql).starts_with("source shop: no such column: "));
    CHECK(message(*source, sql).find("text is written in single quotes") != std::string::npos);
  }
  CHECK(message(*source, "SELECT \"v\" FROM t WHERE \"state\" = 'open'") == "nothing was refused");
  CHECK(message(*source, "SELECT \"v\" FROM odd") == "nothing was refused");
}
