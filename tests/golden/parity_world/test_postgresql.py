#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on PostgreSQL: on a server, and through a pooler that hands each transaction to another of its connections.

REPORTCTL names the program. Skipped where PostgreSQL, or pgbouncer, is not installed.
"""
import contextlib
import pathlib
import random
import shutil
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import demo_world
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

    def test_parallel_workers_add_reals_to_the_same_bytes_every_time(self):
        """150,000 readings whose sum as binary numbers depends on who adds what first."""
        file = self.demo.path / "many.db"
        shutil.copyfile(self.demo.path / "demo-fleet.db", file)
        draw = random.Random(7)
        with contextlib.closing(sqlite3.connect(file)) as database:
            depot, = database.execute("SELECT id FROM depots ORDER BY id LIMIT 1").fetchone()
            account, = database.execute("SELECT account_id FROM depots WHERE id = ?", (depot,)).fetchone()
            chargers = [charger for (charger,) in database.execute("SELECT id FROM chargers WHERE depot_id = ?", (depot,))]
            database.execute("DELETE FROM charger_power")
            times = [at for (at,) in database.execute(
                "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?) SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '2026-11-10T00:00:00Z', (i * 9) || ' seconds') FROM c",
                (150_000 // len(chargers),))]
            database.executemany("INSERT INTO charger_power VALUES (?, ?, ?, ?)",
                                 ((charger, at, round(draw.uniform(0, 50), 3), round(draw.uniform(0, 1), 6)) for at in times for charger in chargers))
            database.commit()
        words = ["run", "daily-ev-load", "--account", next(name for name, one in self.demo.accounts.items() if one["key"] == account), "--scope", f"depot:{depot}",
                 "--lookback", "7"]
        files = {one.name: {"url": f"sqlite:{file}" if one.stem == "demo-fleet" else f"sqlite:{one}"} for one in self.files}
        wanted = self.demo.must("--config", self.configured(files, "many-sqlite"), *words, now=demo_world.NOW).out
        self.assertGreater(wanted.count(b"\n"), 4)
        server = postgres.Server(shared_preload_libraries="auto_explain", **{"auto_explain.log_min_duration": 0, "auto_explain.log_analyze": "on"})
        self.closing(server.close)
        server.copy_of(file, "many")
        self.assertEqual(server.psql("SELECT sum(kw)::text = sum(kw::numeric)::text FROM charger_power", "many"), "f")
        options = "%20".join(f"-c{name}%3D{value}" for name, value in {"parallel_setup_cost": 0, "parallel_tuple_cost": 0, "min_parallel_table_scan_size": 0,
                                                                      "max_parallel_workers_per_gather": 2}.items())
        files["demo-fleet.db"] = {"url": server.url("many", more="?options=" + options)}
        config = self.configured(files, "many-postgresql")
        for _ in range(8):
            self.assertEqual(self.demo.must("--config", config, *words, now=demo_world.NOW).out, wanted)
        self.assertGreaterEqual(server.log.read_text(encoding="utf-8").count("Workers Launched: 2"), 8)


if __name__ == "__main__":
    e2e.main()
