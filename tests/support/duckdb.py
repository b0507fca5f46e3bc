# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""DuckDB's library, which Debian lacks and npm has (npm.py), and the data of SQLite files in databases and Parquet files.

  duckdb.library()                                   # the path of libduckdb.so; skips the test where it cannot be had
  with duckdb.Database(path) as database:            # to write; path None: in memory
      database.copy_of("shop.db")                    # every table of the file, in the types of the source contract
      database.run("COPY orders TO '…/orders.parquet'")

`duckdb.py library` prints the path, for other languages.
"""
import contextlib, csv, ctypes, functools, sqlite3, sys, tempfile, unittest

import npm, postgres

PACKAGE, VERSION = "@duckdb/node-bindings-linux-x64", "1.5.6-r.1"


def library():
    return npm.packages("duckdb", {PACKAGE: VERSION}) / "node_modules" / PACKAGE / "libduckdb.so"


class _Result(ctypes.Structure):
    _fields_ = [("unused", ctypes.c_void_p * 5), ("data", ctypes.c_void_p)]


@functools.cache
def _functions():
    api = ctypes.CDLL(str(library()))
    api.duckdb_open.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    api.duckdb_connect.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    api.duckdb_query.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    api.duckdb_result_error.restype = ctypes.c_char_p
    return api


class Database:
    def __init__(self, path=None):
        self.api = _functions()
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.api.duckdb_open(str(path).encode() if path else None, ctypes.byref(self.database)):
            raise AssertionError(f"DuckDB cannot open {path}")
        self.api.duckdb_connect(self.database, ctypes.byref(self.connection))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.api.duckdb_disconnect(ctypes.byref(self.connection))
        self.api.duckdb_close(ctypes.byref(self.database))

    def run(self, sql):
        result = _Result()
        failed = self.api.duckdb_query(self.connection, sql.encode(), ctypes.byref(result))
        words = self.api.duckdb_result_error(ctypes.byref(result)).decode() if failed else ""
        self.api.duckdb_destroy_result(ctypes.byref(result))
        if failed:
            raise AssertionError(f"{words}\n{sql[:500]}")

    def copy_of(self, file):
        """The names of the tables."""
        self.run("SET TimeZone = 'UTC'")
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            tables = [name for (name,) in source.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'")]
            for table in tables:
                columns, rows = postgres.typed(source, table)
                self.run(f"CREATE TABLE {postgres.quoted(table)} ({', '.join(f'{postgres.quoted(name)} {kind}' for name, kind in columns)})")
                with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as written:
                    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["\\N" if value is None else repr(value) if isinstance(value, float) else value for value in row]
                                                                         for row in rows])
                    written.flush()
                    self.run(f"COPY {postgres.quoted(table)} FROM '{written.name}' (FORMAT csv, HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"', DELIMITER ',')")
        return tables


if __name__ == "__main__":
    try:
        print(library())
    except unittest.SkipTest as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
