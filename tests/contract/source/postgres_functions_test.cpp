// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Functions of PostgreSQL that do more than a transaction that is read-only and rolled back can hold.
#include <doctest/doctest.h>

#include "asking.hpp"
#include "postgres_server.hpp"

using namespace reportctl;
using namespace reportctl::testing;

namespace {

struct Attempt {
  const char* sql;
  const char* problem;
};
constexpr Attempt kAttempts[] = {
    {"SELECT query_to_xml('SELECT v FROM secrets', true, true, '')::text AS v", "runs SQL that stands in a text"},
    {"SELECT \"query_to_xml\" ('SELECT v FROM secrets', true, true, '')::text AS v", "runs SQL"},
    {"SELECT Pg_Catalog . QUERY_TO_XML/**/('SELECT v FROM secrets', true, true, '')::text AS v", "runs SQL"},
    {"SELECT (xpath('//v/text()', query_to_xml('SELECT v FROM secrets', true, true, '')))[1]::text AS v", "runs SQL"},
    {"SELECT query_to_xml_and_xmlschema('SELECT v FROM secrets', true, true, '')::text AS v", "runs SQL"},
    {"SELECT table_to_xml('secrets', true, true, '')::text AS v", "runs SQL"},
    {"SELECT schema_to_xml('public', true, true, '')::text AS v", "runs SQL"},
    {"SELECT database_to_xml(true, true, '')::text AS v", "runs SQL"},
    {"SELECT (SELECT string_agg(word, ' ') FROM ts_stat('SELECT to_tsvector(v) FROM secrets')) AS v", "runs SQL"},
    {"SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, to_tsquery(v) FROM secrets')::text AS v", "runs SQL"},
    {"SELECT dblink_exec('dbname=postgres', 'DELETE FROM secrets') AS v", "reaches for other connections"},
    {"SELECT v FROM dblink('dbname=postgres', 'SELECT v FROM secrets') AS t(v text)", "reaches for other connections"},
    {"SELECT pg_create_restore_point('x')::text AS v", "changes something of the server"},
    {"SELECT pg_read_file('/etc/passwd') AS v", "files of the server"},
    {"SELECT convert_from(pg_read_binary_file('/etc/passwd'), 'UTF8') AS v", "files of the server"},
    {"SELECT pg_ls_dir('.') AS v", "files of the server"},
    {"SELECT (pg_stat_file('postgresql.conf')).size::text AS v", "files of the server"},
    {"SELECT pg_file_write('evil', 'x', false)::text AS v", "files of the server"},
    {"SELECT lo_import('/etc/passwd')::text AS v", "large objects"},
    {"SELECT lo_export(1, '/tmp/reportctl-evil')::text AS v", "large objects"},
    {"SELECT lo_put(1, 0, 'x')::text AS v", "large objects"},
    {"SELECT lo_from_bytea(0, 'x')::text AS v", "large objects"},
    {"SELECT convert_from(lo_get(1), 'UTF8') AS v", "large objects"},
    {"SELECT set_config('search_path', 'other', true) AS v", "changes a setting"},
    {"SELECT set_config('app.tenant', 'b', true) AS v", "changes a setting"},
    {"SELECT set_config('role', 'postgres', false) AS v", "changes a setting"},
    {"SELECT set_config('session_authorization', 'postgres', false) AS v", "changes a setting"},
    {"SELECT set_config('transaction_read_only', 'off', false) AS v", "changes a setting"},
    {"SELECT set_config('statement_timeout', '0', false) AS v", "changes a setting"},
    {"SELECT v FROM (SELECT set_config('app.tenant', 'b', true) AS v) t", "changes a setting"},
    {"SELECT pg_sleep(30)::text AS v", "waits"},
    {"SELECT pg_sleep_until('infinity')::text AS v", "waits"},
    {"SELECT (30::float8).pg_sleep::text AS v", "waits"},
    {"SELECT (ARRAY[30::float8])[1] . \"pg_sleep\"::text AS v", "waits"},
    {"SELECT ('SELECT to_tsvector(v) FROM secrets'::text).ts_stat::text AS v", "runs SQL"},
    {"SELECT pg_advisory_lock(1)::text AS v", "a lock"},
    {"SELECT pg_try_advisory_lock(1)::text AS v", "a lock"},
    {"SELECT pg_advisory_unlock_all()::text AS v", "a lock"},
    {"SELECT nextval('numbers')::text AS v", "changes something of the server"},
    {"SELECT setval('numbers', 99)::text AS v", "changes something of the server"},
    {"SELECT pg_notify('channel', 'x')::text AS v", "changes something of the server"},
    {"SELECT pg_terminate_backend(pid)::text AS v FROM pg_stat_activity", "changes something of the server"},
    {"SELECT pg_cancel_backend(pid)::text AS v FROM pg_stat_activity", "changes something of the server"},
    {"SELECT pg_reload_conf()::text AS v", "changes something of the server"},
    {"SELECT pg_rotate_logfile()::text AS v", "changes something of the server"},
    {"SELECT pg_switch_wal()::text AS v", "changes something of the server"},
    {"SELECT pg_stat_reset()::text AS v", "changes something of the server"},
    {"SELECT pg_export_snapshot() AS v", "changes something of the server"},
};

}  // namespace

TEST_CASE("PostgreSQL: functions that act beyond the transaction are refused by their names, whatever the login may do") {
  PostgresServer* const server = PostgresServer::shared();
  if (server == nullptr) return;
  server->execute(
      "RESET ROLE; SET search_path = public; DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP ROLE IF EXISTS worker;"
      "CREATE ROLE worker LOGIN; GRANT USAGE ON SCHEMA public TO worker;"
      "CREATE TABLE secrets(v text); INSERT INTO secrets VALUES ('of another account'); CREATE SEQUENCE numbers;"
      "GRANT ALL ON secrets, numbers TO worker");
  for (const char* login : {"postgres", "worker"}) {
    const auto source = connect(server->url(login));
    for (const Attempt& attempt : kAttempts) {
      CAPTURE(login);
      CAPTURE(attempt.sql);
      for (const auto& problem :
           {refused([&] { source->prepare(asking(attempt.sql)); }), refused([&] { cells(*source, asking(attempt.sql)); })}) {
        CHECK(problem.kind == ErrorKind::source);
        CHECK_MESSAGE(holds(problem.message, attempt.problem), problem.message);
        CHECK(problem.hint == "a report may only read");
      }
    }
    // Names are no calls, and calls of other functions are none of these.
    CHECK(cells(*source, asking("SELECT pg_sleep AS v FROM (SELECT v AS pg_sleep FROM secrets) t")) == "of another account");
    CHECK(cells(*source, asking("SELECT lower('pg_sleep(30)') AS v")) == "pg_sleep(30)");
    CHECK(cells(*source, asking("SELECT t.lo_price AS v FROM (SELECT v AS lo_price FROM secrets) t")) == "of another account");
  }
  CHECK(server->execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
  CHECK(server->execute("SELECT is_called FROM numbers") == "f");
  server->execute("DROP OWNED BY worker; DROP ROLE worker");
}
