// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb_files.hpp"
#include "labs.hpp"

namespace reportctl::testing {
namespace {

class DuckdbLab final : public SourceLab {
 public:
  DuckdbLab() { database_.execute("CREATE SEQUENCE numbers"); }
  void execute(const std::string& sql) override { database_.execute(sql); }
  std::unique_ptr<source::Source> open(std::chrono::seconds timeout) override {
    return source::open_source({.name = "lab",
                                .url = "duckdb:" + database_.file().string(),
                                .password = {},
                                .library = duckdb_library(),
                                .statement_timeout = timeout});
  }
  std::string fingerprint() override { return database_.fingerprint(); }
  [[nodiscard]] std::string instant(const std::string& utc) const override { return "TIMESTAMPTZ '" + utc + "'"; }
  [[nodiscard]] std::string day(const std::string& date) const override { return "DATE '" + date + "'"; }
  [[nodiscard]] std::string truth(const std::string& word) const override { return word; }
  [[nodiscard]] std::string in_list(const std::string& expression, const std::string& bind) const override {
    return expression + " = ANY(:" + bind + ")";
  }
  [[nodiscard]] std::vector<std::string> forbidden() const override {
    return {"INSERT INTO t VALUES (9) RETURNING n",
            "UPDATE t SET n = 0 RETURNING n",
            "DELETE FROM t RETURNING n",
            "COPY t TO '/tmp/reportctl-evil.csv'",
            "COPY (SELECT 1 AS n) TO '/tmp/reportctl-evil.csv'",
            "EXPORT DATABASE '/tmp/reportctl-evil'",
            "ATTACH '/tmp/reportctl-evil.duckdb' AS other",
            "DETACH facts",
            "USE memory",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET threads = 1",
            "RESET memory_limit",
            "PRAGMA enable_profiling",
            "CALL pragma_version()",
            "CHECKPOINT",
            "VACUUM",
            "ANALYZE",
            "EXPLAIN SELECT n FROM t",
            "DESCRIBE t",
            "CREATE TEMP TABLE mine(n INTEGER)",
            "CREATE MACRO m() AS 1",
            "CREATE SECRET s (TYPE s3)",
            "PREPARE p AS DELETE FROM t",
            "FROM t",
            "WITH gone AS (DELETE FROM t RETURNING n) SELECT n FROM gone",
            "SELECT n FROM read_csv('/etc/passwd')",
            "SELECT content AS n FROM read_text('/etc/passwd')",
            "SELECT file AS n FROM glob('/etc/*')",
            "SELECT * FROM '/etc/passwd'",
            "SELECT n FROM read_parquet('https://example.com/x.parquet')",
            "SELECT $1 AS n",
            "SELECT ? AS n"};
  }
  [[nodiscard]] std::vector<std::string> forbidden_at_run() const override {
    return {"SELECT nextval('numbers') AS n", "SELECT n FROM query('DELETE FROM t')"};
  }

 private:
  DuckdbFile database_;
};

}  // namespace

std::unique_ptr<SourceLab> make_duckdb_lab() { return duckdb_library().empty() ? nullptr : std::make_unique<DuckdbLab>(); }

}  // namespace reportctl::testing
