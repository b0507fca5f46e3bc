# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""ClickHouse's engine, which Debian has only in a version of 2018 and npm as a library (npm.py), behind its HTTP interface (clickhouse_server.py); the data of SQLite
files in it.

  server = clickhouse.Server()                      # new data on loopback, gone with close()
  url = server.copy_of("shop.db", "shop")           # a database with every table of the file, in the types of the source contract

`clickhouse.py library` prints the path of the library, for other languages.
"""
import base64, contextlib, json, pathlib, shutil, sqlite3, subprocess, ssl, sys, tempfile, unittest, urllib.error, urllib.parse, urllib.request

import npm, postgres

PACKAGE, VERSION = "@chdb/lib-linux-x64-gnu", "26.7.3-stable.1"  # 178 MB to fetch, 566 MB on the disk
TYPES = {"timestamptz": "DateTime64(6, 'UTC')", "double precision": "Float64", "text": "String", "bigint": "Int64", "date": "Date32"}
OWNER = {"settings": {"default_table_engine": "MergeTree", "create_table_empty_primary_key_by_default": 1, "mutations_sync": 2, "lightweight_deletes_sync": 2,
                      "data_type_default_nullable": 1, "max_recursive_cte_evaluation_depth": 4294967295}}


def library():
    return npm.packages("clickhouse", {PACKAGE: VERSION}) / "node_modules" / PACKAGE / "libchdb.so"


class Server:
    """`logins` beside `owner`, who may do everything, and `reports`, whose profile is read-only. `nodes`: ports of the cluster of that name (clickhouse_nodes.py)."""

    def __init__(self, logins=None, tls=None, nodes=()):
        import clickhouse_nodes
        import e2e
        engine = library()
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-clickhouse-"))
        self.port = e2e.free_port()
        self.tls = tls is not None
        everybody = {"owner": OWNER, "reports": {"settings": {"readonly": 2}}, **(logins or {})}
        if nodes:
            (self.path / "config.xml").write_text(clickhouse_nodes.cluster(nodes))
        with open(self.path / "log", "wb") as log:
            self.process = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("clickhouse_server.py"), engine, self.path / "data", str(self.port),
                                             json.dumps(everybody), *map(str, tls or ())], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                            preexec_fn=postgres._die_with_parent, start_new_session=True)
        try:
            e2e.wait_for_port(self.port)
        except BaseException:
            self.close()
            raise

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.path, ignore_errors=True)

    def url(self, database="", user="reports", more="", host="127.0.0.1"):
        return f"clickhouse+http{'s' if self.tls else ''}://{user}@{host}:{self.port}/{database}{more}"

    def run(self, sql, database="default", **settings):
        """As the owner; the answer as text: a line a row, columns separated by tabs."""
        place = f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/?" + urllib.parse.urlencode({"database": database, "wait_end_of_query": 1, **settings})
        request = urllib.request.Request(place, data=sql.encode(), headers={"Authorization": "Basic " + base64.b64encode(b"owner:").decode()})
        context = ssl._create_unverified_context() if self.tls else None
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as answer:
                return answer.read().decode().strip()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.read().decode()}\n{sql[:500]}") from error

    def copy_of(self, file, database):
        """A new database with the tables and views' contents of an SQLite file; its url. Columns without a null are of types without nulls, as most are in ClickHouse."""
        self.run(f'CREATE DATABASE "{database}"')
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            for (table,) in source.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'").fetchall():
                columns, rows = postgres.typed(source, table)
                types = []
                for at, (name, kind) in enumerate(columns):
                    nullable = not rows or any(row[at] is None for row in rows)
                    types.append(f"{postgres.quoted(name)} {TYPES[kind]}{'' if nullable else ' NOT NULL'}")
                self.run(f"CREATE TABLE {postgres.quoted(table)} ({', '.join(types)}) ENGINE = MergeTree ORDER BY tuple()", database)
                if rows:
                    instants = [kind == "timestamptz" for _, kind in columns]
                    lines = ("\t".join(written(value, instant) for value, instant in zip(row, instants)) + "\n" for row in rows)
                    self.run(f"INSERT INTO {postgres.quoted(table)} FORMAT TabSeparated\n{''.join(lines)}", database)
        return self.url(database)


def written(value, instant):
    text = postgres.copy_text(value)
    return text if not instant or value is None else text.replace("T", " ").rstrip("Z")


if __name__ == "__main__":
    try:
        print(library())
    except unittest.SkipTest as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
