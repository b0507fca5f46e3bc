// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse_server.hpp"
#include "labs.hpp"

namespace reportctl::testing {
namespace {

/// A database of its own in the program's server; the reader is a login that may do everything, so that only reportctl keeps it
/// from writing.
class ClickhouseLab final : public SourceLab {
 public:
  explicit ClickhouseLab(ClickhouseServer& server) : server_(server) {
    static int count = 0;
    name_ = "lab" + std::to_string(++count);
    (void)server_.execute("default", "CREATE DATABASE " + name_);
  }
  ~ClickhouseLab() override {
    try {
      (void)server_.execute("default", "DROP DATABASE " + name_ + " SYNC");
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
  void execute(const std::string& sql) override { (void)server_.execute(name_, backslashed(sql)); }
  std::unique_ptr<source::Source> open(std::chrono::seconds timeout) override {
    return source::open_source(
        {.name = "lab", .url = server_.url("writer", name_), .password = {}, .statement_timeout = timeout});
  }
  std::string fingerprint() override {
    return server_.execute(name_,
                           "SELECT name, create_table_query, total_rows FROM system.tables WHERE database = currentDatabase()"
                           " ORDER BY name") +
           server_.execute(name_, "SELECT n FROM t ORDER BY n");
  }
  [[nodiscard]] std::string instant(const std::string& utc) const override {
    return "toDateTime64('" + utc.substr(0, 10) + " " + utc.substr(11, 8) + "', 3, 'UTC')";
  }
  [[nodiscard]] std::string day(const std::string& date) const override { return "CAST('" + date + "' AS date)"; }
  [[nodiscard]] std::string truth(const std::string& word) const override { return word; }
  [[nodiscard]] std::string in_list(const std::string& expression, const std::string& bind) const override {
    return expression + " IN :" + bind;
  }
  [[nodiscard]] std::string counting() const override { return "(SELECT number + 1 AS i FROM numbers(20000)) counting"; }
  [[nodiscard]] std::vector<std::string> forbidden() const override {
    return {"INSERT INTO t SELECT 9 AS n",
            "SELECT n FROM t INTO OUTFILE '/tmp/reportctl-evil'",
            "SELECT n FROM t SETTINGS readonly = 0",
            "SELECT n FROM t SETTINGS skip_unavailable_shards = 1",
            "SELECT n FROM t FORMAT CSV",
            "SELECT line AS n FROM file('/etc/passwd', 'LineAsString', 'line String')",
            "SELECT line AS n FROM \"file\"('/etc/passwd', 'LineAsString', 'line String')",
            "SELECT \"file\"('/etc/passwd') AS n",
            "SELECT path AS n FROM filesystem('/etc')",
            "SELECT n FROM deltaLakeLocal('/srv')",
            "SELECT \"Sleep\"(3) AS n",
            "SELECT n FROM url('http://127.0.0.1:1/', 'CSV', 'n Int64')",
            "SELECT n FROM s3('http://127.0.0.1:1/x.csv', 'CSV', 'n Int64')",
            "SELECT n FROM remote('127.0.0.1:1', default.t)",
            "SELECT n FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
            "SELECT n FROM executable('x', 'CSV', 'n Int64')",
            "SELECT sleep(3) AS n",
            "SELECT sleepEachRow(1) AS n FROM t",
            "SELECT {n:Int64} AS n",
            "SELECT $1 AS n",
            "SELECT ? AS n",
            "SELECT $a$1$a$ AS n",
            "SELECT 1 AS `n`",
            "SELECT 1 AS n # FROM t",
            "SELECT \u20181\u2019 AS n",
            "SET readonly = 0",
            "USE default",
            "SHOW TABLES",
            "DESCRIBE t",
            "EXPLAIN SELECT n FROM t",
            "EXISTS t",
            "KILL QUERY WHERE 1",
            "OPTIMIZE TABLE t",
            "RENAME TABLE t TO u",
            "TRUNCATE TABLE t",
            "SYSTEM STOP MERGES",
            "GRANT SELECT ON *.* TO writer",
            "CREATE TEMPORARY TABLE mine(n INTEGER)",
            "ATTACH TABLE u",
            "DETACH TABLE t",
            "EXCHANGE TABLES t AND t"};
  }
  [[nodiscard]] std::vector<std::string> forbidden_at_run() const override { return {}; }

 private:
  /// The suite's literals have no escapes.
  static std::string backslashed(const std::string& sql) {
    std::string out;
    for (const char c : sql) out.append(c == '\\' ? 2 : 1, c);
    return out;
  }
  ClickhouseServer& server_;
  std::string name_;
};

}  // namespace

std::unique_ptr<SourceLab> make_clickhouse_lab() {
  ClickhouseServer* const server = ClickhouseServer::shared();
  return server == nullptr ? nullptr : std::make_unique<ClickhouseLab>(*server);
}

}  // namespace reportctl::testing
