// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "labs.hpp"
#include "scratch_database.hpp"

namespace reportctl::testing {
namespace {

class SqliteLab final : public SourceLab {
 public:
  SqliteLab() { database_.execute("PRAGMA journal_mode = WAL"); }  // so that the owner can write while a report reads
  void execute(const std::string& sql) override { database_.execute(sql); }
  std::unique_ptr<source::Source> open(std::chrono::seconds timeout) override {
    return source::open_source(
        {.name = "lab", .url = "sqlite:" + database_.file().string(), .password = {}, .statement_timeout = timeout});
  }
  std::string fingerprint() override {
    database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return database_.bytes();
  }
  [[nodiscard]] std::string instant(const std::string& utc) const override { return "'" + utc + "'"; }
  [[nodiscard]] std::string day(const std::string& date) const override { return "'" + date + "'"; }
  [[nodiscard]] std::string truth(const std::string& word) const override { return word == "true" ? "1" : "0"; }
  [[nodiscard]] std::string in_list(const std::string& expression, const std::string& bind) const override {
    return expression + " IN (SELECT value FROM json_each(:" + bind + "))";
  }
  [[nodiscard]] std::vector<std::string> forbidden() const override {
    return {"ATTACH DATABASE '/tmp/reportctl-other.db' AS other",
            "DETACH DATABASE main",
            "PRAGMA user_version = 7",
            "PRAGMA query_only = OFF",
            "PRAGMA table_list",
            "SELECT name FROM pragma_table_info('t')",
            "SELECT name FROM pragma_database_list",
            "VACUUM",
            "VACUUM INTO '/tmp/reportctl-copy.db'",
            "REINDEX",
            "ANALYZE",
            "SAVEPOINT s",
            "REPLACE INTO t VALUES (1)",
            "INSERT INTO t VALUES (9) RETURNING n",
            "CREATE TEMP TABLE mine(n)",
            "CREATE VIRTUAL TABLE search USING fts5(body)",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t; END",
            "UPDATE sqlite_schema SET sql = ''",
            "SELECT load_extension('/tmp/reportctl-evil.so') AS n",
            "SELECT fts3_tokenizer('simple') AS n",
            "SELECT writefile('/tmp/reportctl-evil', 'x') AS n",
            "SELECT readfile('/etc/passwd') AS n",
            "SELECT random() AS n",
            "EXPLAIN SELECT n FROM t"};
  }
  [[nodiscard]] std::vector<std::string> forbidden_at_run() const override { return {}; }

 private:
  ScratchDatabase database_;
};

}  // namespace

std::unique_ptr<SourceLab> make_sqlite_lab() { return std::make_unique<SqliteLab>(); }

const std::vector<LabKind>& lab_kinds() {
  static const std::vector<LabKind> kKinds = {{"sqlite", make_sqlite_lab},
                                              {"postgresql", make_postgres_lab},
                                              {"duckdb", make_duckdb_lab},
                                              {"mariadb", make_mariadb_lab},
                                              {"clickhouse", make_clickhouse_lab}};
  return kKinds;
}

}  // namespace reportctl::testing
