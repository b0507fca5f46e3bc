#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same figures of the fleet reports from PostgreSQL: with ids that are numbers there, and with ids that are text.

REPORTCTL names the program; without it, build/reportctl. Skipped where PostgreSQL is not installed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import postgres
import test_fleet


class NumbersAsIds(test_fleet.Fleet):

    @classmethod
    def source_url(cls, file):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.close)
        return cls.server.copy_of(file, "fleet")


class TextAsIds(test_fleet.Fleet):

    @classmethod
    def source_url(cls, file):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.close)
        url = cls.server.copy_of(file, "fleet")
        ids = cls.server.psql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
                              "AND (column_name = 'id' OR column_name LIKE '%\\_id') AND data_type = 'bigint'", "fleet")
        for line in ids.splitlines():
            table, column = line.split("|")
            cls.server.psql(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text", "fleet")
        return url

    def test_ids_are_text_there(self):
        types = self.server.psql("SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public' "
                                 "AND (column_name = 'id' OR column_name LIKE '%\\_id')", "fleet")
        self.assertEqual(types, "text")


if __name__ == "__main__":
    test_fleet.main(NumbersAsIds, TextAsIds)
