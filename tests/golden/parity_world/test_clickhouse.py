#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on ClickHouse's engine, behind a front of ours that speaks its HTTP interface.

REPORTCTL names the program. Skipped where the engine's library cannot be had.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import clickhouse
import e2e
import parity_world


class SameBytes(parity_world.Case):
    @classmethod
    def setUpClass(cls):
        cls.server = clickhouse.Server()
        cls.addClassCleanup(cls.server.close)
        super().setUpClass()
        for file in cls.files:
            cls.server.copy_of(file, file.stem)

    def test_every_way_gives_the_bytes_of_sqlite(self):
        self.hold({file.name: {"url": self.server.url(file.stem)} for file in self.files}, "ClickHouse")


if __name__ == "__main__":
    e2e.main()
