#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Schedules that wait for complete data, from PostgreSQL and DuckDB: `ready` is asked there, and a mail leaves when it says so or in time."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import duckdb, e2e, postgres

MODULE = """id: loaded
label: Loaded orders
family: own
description: Orders of a day, once they are loaded.
scope: [account]
window: {kind: cadence}
cadences: [daily]
columns: [{name: number, label: Number, type: text}]
ready: SELECT max(l.loaded_at) AS data_until FROM load_log l WHERE l.account_id = :account
query: SELECT o.number AS number FROM orders o WHERE o.account_id = :account AND {{in_period(o.placed_at)}} ORDER BY o.id
"""
LOG = "CREATE TABLE load_log (account_id TEXT, loaded_at TEXT); INSERT INTO load_log VALUES ('shop', '2026-03-16T21:00:00Z'), ('other', '2026-03-18T00:00:00Z');"
LOADED = "INSERT INTO load_log VALUES ('shop', '2026-03-17T04:30:00Z')"


class Ready(e2e.Case):
    def waiting(self, use):
        """A world whose source `use` has made of its SQLite file, and whose schedule has looked once in vain."""
        world = self.world()
        (world.path / "catalog").mkdir()
        (world.path / "catalog" / "loaded.yaml").write_text(MODULE)
        world.configure(more=f'catalog: {{dirs: ["{world.path}/catalog"]}}\n')
        world.make_source(e2e.COMMERCE + LOG)
        use(world)
        world.schedules(e2e.schedule("night", "ops@shop.example", report="loaded", more=', wait: 2h, late: send, subject: "Until {data_until}"'))
        world.must("run-due", now="2026-03-17T05:00:10Z")
        run = world.only_run()
        self.assertEqual((run["state"], run["wait_until"], run["resume_at"]), ("waiting", "2026-03-17T07:00:00Z", "2026-03-17T05:05:10Z"))
        self.assertIn("data until 2026-03-16T21:00:00+00:00", run["reason"])
        self.assertEqual(world.outbox_mails(), [])
        return world

    def arrived(self, world, now, subject, warning):
        world.must("run-due", now=now)
        mail, = world.outbox_mails()
        self.assertEqual((mail["To"], mail["Subject"]), ("ops@shop.example", subject))
        self.assertEqual("complete" in mail.get_body(("plain",)).get_content(), warning)
        csv, = (part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "text/csv")
        self.assertEqual(csv.split(), ["number", "5001", "5002"])
        return world.only_run()

    def postgresql(self):
        server = postgres.Server()
        self.closing(server.close)
        return server, lambda world: world.environment.update(REPORTCTL_SOURCES_SHOP_URL=server.copy_of(world.source, "shop"))

    def test_postgresql_says_when_the_data_are_complete(self):
        server, use = self.postgresql()
        world = self.waiting(use)
        server.psql(LOADED, "shop")
        run = self.arrived(world, "2026-03-17T05:05:10Z", "Until 2026-03-17 04:30 (UTC)", warning=False)
        self.assertEqual((run["state"], run["data_until"]), ("delivered", "2026-03-17T04:30:00Z"))

    def test_in_time_it_is_sent_and_says_that_postgresql_is_late(self):
        world = self.waiting(self.postgresql()[1])
        run = self.arrived(world, "2026-03-17T07:00:10Z", "Until 2026-03-16 21:00 (UTC)", warning=True)
        self.assertEqual((run["state"], run["data_until"]), ("delivered", None))

    def duckdb(self, world):
        self.file = world.path / "shop.duckdb"
        with duckdb.Database(self.file) as database:
            database.copy_of(world.source)
        world.environment.update(REPORTCTL_SOURCES_SHOP_URL=f"duckdb:{self.file}", REPORTCTL_SOURCES_SHOP_LIBRARY=str(duckdb.library()))

    def test_duckdb_says_when_the_data_are_complete(self):
        world = self.waiting(self.duckdb)
        with duckdb.Database(self.file) as database:
            database.run(LOADED)
        run = self.arrived(world, "2026-03-17T05:05:10Z", "Until 2026-03-17 04:30 (UTC)", warning=False)
        self.assertEqual((run["state"], run["data_until"]), ("delivered", "2026-03-17T04:30:00Z"))

    def test_in_time_it_is_sent_and_says_that_duckdb_is_late(self):
        world = self.waiting(self.duckdb)
        run = self.arrived(world, "2026-03-17T07:00:10Z", "Until 2026-03-16 21:00 (UTC)", warning=True)
        self.assertEqual((run["state"], run["data_until"]), ("delivered", None))


if __name__ == "__main__":
    e2e.main()
