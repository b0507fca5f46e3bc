// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "labs.hpp"
#include "postgres_server.hpp"

namespace reportctl::testing {
namespace {

/// A schema of its own in the program's server; the reader is a login that owns everything in it, so that only reportctl keeps it
/// from writing.
class PostgresLab final : public SourceLab {
 public:
  explicit PostgresLab(PostgresServer& server) : server_(server) {
    static int count = 0;
    schema_ = "lab" + std::to_string(++count);
    server_.execute("CREATE ROLE " + schema_ + " LOGIN; CREATE SCHEMA " + schema_ + " AUTHORIZATION " + schema_);
    server_.execute(
        "SET ROLE " + schema_ + "; SET search_path = " + schema_ +
        "; CREATE SEQUENCE numbers; SELECT nextval('numbers');"
        "CREATE FUNCTION counts() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''numbers''); END';"
        "CREATE FUNCTION writes() RETURNS integer LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (8); RETURN 1; END'");
  }
  ~PostgresLab() override {
    try {
      server_.execute("RESET ROLE; DROP SCHEMA " + schema_ + " CASCADE; DROP ROLE " + schema_);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
  void execute(const std::string& sql) override {
    server_.execute("SET ROLE " + schema_ + "; SET search_path = " + schema_ + ", pg_temp; " + sql);
  }
  std::unique_ptr<source::Source> open(std::chrono::seconds timeout) override {
    return source::open_source({.name = "lab",
                                .url = server_.url(schema_, "?options=-csearch_path%3D" + schema_),
                                .password = {},
                                .statement_timeout = timeout});
  }
  std::string fingerprint() override {
    const std::string objects =
        server_.execute("SELECT c.oid, c.relname, c.relkind, c.relfilenode FROM pg_class c WHERE relnamespace = '" + schema_ +
                        "'::regnamespace ORDER BY c.oid");
    return objects + server_.execute("SELECT xmin, ctid, t.* FROM " + schema_ + ".t ORDER BY ctid") + " " +
           server_.execute("SELECT last_value, is_called FROM " + schema_ + ".numbers") + " " +
           server_.execute("SELECT count(*) FROM pg_largeobject_metadata");
  }
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
            "SELECT n INTO u FROM t",
            "SELECT n FROM t FOR UPDATE; COMMIT",
            "TRUNCATE t",
            "COPY t TO STDOUT",
            "COPY t TO PROGRAM 'cat > /tmp/reportctl-evil'",
            "COPY (SELECT 1 AS n) TO '/tmp/reportctl-evil'",
            "SET transaction_read_only = off",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
            "SET ROLE postgres",
            "RESET ALL",
            "SHOW server_version",
            "EXPLAIN ANALYZE DELETE FROM t",
            "DO 'BEGIN DELETE FROM t; END'",
            "PREPARE p AS DELETE FROM t",
            "DECLARE n CURSOR FOR SELECT 1 AS n",
            "LISTEN n",
            "NOTIFY n",
            "LOCK TABLE t",
            "DISCARD ALL",
            "VACUUM",
            "CLUSTER",
            "ANALYZE t",
            "START TRANSACTION READ WRITE",
            "SAVEPOINT s",
            "CREATE TEMP TABLE mine(n int)",
            "GRANT ALL ON t TO public",
            "SELECT nextval('numbers') AS n",
            "SELECT pg_catalog.\"setval\"('numbers', 99) AS n",
            "SELECT set_config('transaction_read_only', 'off', false) = '' AS n",
            "SELECT pg_read_file('/etc/passwd') AS n",
            "SELECT lo_import('/etc/passwd') AS n",
            "SELECT pg_reload_conf() AS n",
            "SELECT query_to_xml('DELETE FROM t', true, true, '') AS n",
            "$$",
            "/* /* */ SELECT 1 AS n",
            "SELECT $1::int AS n"};
  }
  [[nodiscard]] std::vector<std::string> forbidden_at_run() const override {
    return {"WITH gone AS (DELETE FROM t RETURNING n) SELECT n FROM gone",
            "WITH more AS (INSERT INTO t VALUES (7) RETURNING n) SELECT n FROM more", "SELECT n FROM t FOR UPDATE",
            "SELECT counts() AS n", "SELECT writes() AS n"};
  }

 private:
  PostgresServer& server_;
  std::string schema_;
};

}  // namespace

std::unique_ptr<SourceLab> make_postgres_lab() {
  PostgresServer* const server = PostgresServer::shared();
  return server == nullptr ? nullptr : std::make_unique<PostgresLab>(*server);
}

}  // namespace reportctl::testing
