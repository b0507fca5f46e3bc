#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same figures of the outreach reports from PostgreSQL, where ids are numbers and days are dates.

REPORTCTL names the program; without it, build/reportctl. Skipped where PostgreSQL is not installed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import postgres
import test_outreach


class FromPostgresql(test_outreach.Outreach):

    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.close)
        cls.url = ""

    def source_url(self, file):
        if not self.url:
            type(self).url = self.server.copy_of(file, "outreach")
        return self.url


if __name__ == "__main__":
    test_outreach.main(FromPostgresql)
