#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on PostgreSQL: on a server, and through a pooler that hands each transaction to another of its connections.

REPORTCTL names the program. Skipped where PostgreSQL, or pgbouncer, is not installed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import e2e
import parity_world
import postgres


class SameBytes(parity_world.Case):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.close)
        super().setUpClass()
        for file in cls.files:
            cls.server.copy_of(file, file.stem)

    def test_every_way_gives_the_bytes_of_sqlite(self):
        self.hold({file.name: {"url": self.server.url(file.stem)} for file in self.files}, "PostgreSQL")

    def test_every_way_gives_the_bytes_of_sqlite_behind_a_pooler_of_transactions(self):
        pooler = postgres.Pooler(self.server)
        self.closing(pooler.close)
        # The tables are found only where the setting arrives, and each transaction may have another connection of the server's.
        for file in self.files:
            self.server.psql("ALTER SCHEMA public RENAME TO facts; CREATE SCHEMA public", file.stem)
        self.hold({file.name: {"url": pooler.url(file.stem, "?options=-csearch_path%3Dfacts")} for file in self.files}, "pgbouncer")
        self.assertEqual(pooler.setting_left_behind("search_path", self.files[0].stem), '"$user", public')


if __name__ == "__main__":
    e2e.main()
