// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "labs.hpp"
#include "mariadb_server.hpp"

namespace reportctl::testing {
namespace {

/// A database of its own in the program's server; the reader is a login that may do everything in it, so that only reportctl
/// keeps it from writing.
class MariadbLab final : public SourceLab {
 public:
  explicit MariadbLab(MariadbServer& server) : server_(server) {
    static int count = 0;
    name_ = "lab" + std::to_string(++count);
    server_.execute(
        "CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4; CREATE USER " + name_ + "@'127.0.0.1'; GRANT ALL ON " + name_ +
        ".* TO " + name_ + "@'127.0.0.1'; GRANT FILE ON *.* TO " + name_ + "@'127.0.0.1'; USE " + name_ +
        "; CREATE SEQUENCE numbers; SELECT nextval(numbers);"
        "CREATE TABLE called(n INTEGER); CREATE FUNCTION writes() RETURNS INTEGER NOT DETERMINISTIC MODIFIES SQL DATA BEGIN "
        "INSERT INTO called VALUES (1); RETURN 1; END");
  }
  ~MariadbLab() override {
    try {
      server_.execute("DROP DATABASE " + name_ + "; DROP USER " + name_ + "@'127.0.0.1'");
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
  void execute(const std::string& sql) override { server_.execute("USE " + name_ + "; " + sql); }
  std::unique_ptr<source::Source> open(std::chrono::seconds timeout) override {
    return source::open_source({.name = "lab", .url = server_.url(name_, name_), .password = {}, .statement_timeout = timeout});
  }
  std::string fingerprint() override {
    return server_.execute("SELECT table_name, table_type, create_time FROM information_schema.tables WHERE table_schema = '" +
                           name_ + "' ORDER BY table_name; SELECT n FROM " + name_ + ".t; SELECT n FROM " + name_ +
                           ".called; SELECT next_not_cached_value FROM " + name_ + ".numbers");
  }
  [[nodiscard]] std::string instant(const std::string& utc) const override {
    return "TIMESTAMP '" + utc.substr(0, 10) + " " + utc.substr(11, 8) + "'";
  }
  [[nodiscard]] std::string day(const std::string& date) const override { return "DATE '" + date + "'"; }
  [[nodiscard]] std::string truth(const std::string& word) const override { return word; }
  [[nodiscard]] std::string in_list(const std::string& expression, const std::string& bind) const override {
    return "CAST(" + expression + " AS binary) IN (SELECT CAST(value AS binary) FROM JSON_TABLE(:" + bind +
           ", '$[*]' COLUMNS (value longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) AS list)";
  }
  [[nodiscard]] std::string long_text() const override { return "LONGTEXT"; }
  [[nodiscard]] std::string endless() const override { return "SELECT seq AS n FROM seq_1_to_9223372036854775806"; }
  [[nodiscard]] std::vector<std::string> own_tables() const override { return {"called", "numbers"}; }
  [[nodiscard]] std::vector<std::string> forbidden() const override {
    const std::string file = (server_.folder() / "evil").string();
    return {"INSERT INTO t VALUES (9) RETURNING n",
            "DELETE FROM t RETURNING n",
            "REPLACE INTO t VALUES (9) RETURNING n",
            "SELECT n FROM t INTO OUTFILE '" + file + "'",
            "SELECT n FROM t LIMIT 1 INTO DUMPFILE '" + file + "'",
            "SELECT n INTO OUTFILE '" + file + "' FROM t",
            "SELECT n INTO @n FROM t",
            "SELECT @n := 1 AS n",
            "SELECT @@version AS n",
            "SELECT LOAD_FILE('/etc/passwd') AS n",
            "SELECT \"load_file\"('/etc/passwd') AS n",
            "SELECT `sleep`(10) AS n",
            "SELECT `GET_LOCK`('a', 0) AS n",
            "SELECT wsrep_sync_wait_upto_gtid('0-1-1', 9) AS n",
            "SELECT n FROM t LIMIT ROWS EXAMINED 1",
            "SELECT n FROM t FOR UPDATE",
            "SELECT n FROM t LOCK IN SHARE MODE",
            "SELECT n FROM t PROCEDURE ANALYSE()",
            "SELECT nextval(numbers) AS n",
            "SELECT NEXT VALUE FOR numbers AS n",
            "SELECT setval(numbers, 99) AS n",
            "SELECT GET_LOCK('a', 0) AS n",
            "SELECT RELEASE_LOCK('a') AS n",
            "SELECT SLEEP(10) AS n",
            "SELECT BENCHMARK(1000000000, 1) AS n",
            "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
            "HANDLER t OPEN",
            "SET SESSION TRANSACTION READ WRITE",
            "SET GLOBAL max_connections = 1",
            "START TRANSACTION READ WRITE",
            "SHOW TABLES",
            "DESCRIBE t",
            "EXPLAIN SELECT n FROM t",
            "CALL writes()",
            "DO 1",
            "USE mysql",
            "LOCK TABLES t WRITE",
            "FLUSH TABLES",
            "TRUNCATE t",
            "PREPARE p FROM 'DELETE FROM t'",
            "BEGIN NOT ATOMIC DELETE FROM t; END",
            "SELECT 1 AS n # FROM t",
            "SELECT ? AS n",
            "/*! DELETE FROM t */",
            "/*M! SELECT 1 AS n INTO OUTFILE '" + file + "' */"};
  }
  [[nodiscard]] std::vector<std::string> forbidden_at_run() const override {
    return {"SELECT writes() AS n", "SELECT 1 AS n FROM t WHERE writes() = 1", "SELECT lastval(numbers) + writes() AS n"};
  }

 private:
  MariadbServer& server_;
  std::string name_;
};

}  // namespace

std::unique_ptr<SourceLab> make_mariadb_lab() {
  MariadbServer* const server = MariadbServer::shared();
  return server == nullptr ? nullptr : std::make_unique<MariadbLab>(*server);
}

}  // namespace reportctl::testing
