#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on DuckDB: in a database, and in Parquet files.

REPORTCTL names the program. Skipped where DuckDB's library cannot be had.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import duckdb
import e2e
import parity_world


class SameBytes(parity_world.Case):
    @classmethod
    def setUpClass(cls):
        cls.library = duckdb.library()
        super().setUpClass()
        for file in cls.files:
            with duckdb.Database(file.with_suffix(".duckdb")) as database:
                directory = file.with_suffix(".facts")
                directory.mkdir()
                for table in database.copy_of(file):
                    database.run(f"COPY {table} TO '{directory}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd)")

    def test_every_way_gives_the_bytes_of_sqlite_from_a_database(self):
        self.hold({file.name: {"url": f"duckdb:{file.with_suffix('.duckdb')}", "library": self.library} for file in self.files}, "DuckDB")

    def test_every_way_gives_the_bytes_of_sqlite_from_parquet_files(self):
        self.hold({file.name: {"url": f"duckdb:?parquet={file.with_suffix('.facts')}/*.parquet", "library": self.library} for file in self.files}, "Parquet")


if __name__ == "__main__":
    e2e.main()
