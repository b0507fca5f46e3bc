#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports from a Distributed table of ClickHouse over three nodes: the bytes of SQLite, and no report where a node's rows are missing, whatever the login's profile
says of nodes that do not answer."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import clickhouse, clickhouse_nodes, e2e

ASKED = ("run", "sales", "--account", "shop", "--from", "2026-03-01", "--to", "2026-03-31")
# As servers of 2018 know the types. Its own engine is the database's today.
COLUMNS = "id Int64, account_id String, number String, customer_id String, status String, currency String, placed_at DateTime('UTC'), total_cents Int64"
LOGINS = {"reports": {"settings": {"skip_unavailable_shards": 1, "allow_push_predicate_ast_for_distributed_subqueries": 0}}}  # a node of 2018 takes no HAVING alone
BEHIND = 200_000


class Cluster(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.nodes = []
        for _ in range(3):
            cls.nodes.append(clickhouse_nodes.Node())
            cls.addClassCleanup(cls.nodes[-1].close)
        cls.server = clickhouse.Server(logins=LOGINS, nodes=[node.wire.port for node in cls.nodes])
        cls.addClassCleanup(cls.server.close)
        for node in cls.nodes:
            node.run(f"CREATE TABLE orders_here ({COLUMNS}) ENGINE = MergeTree ORDER BY (account_id, placed_at)")

    def shop(self):
        """A world whose orders lie on the nodes, a third each; everything else is on the server that is asked. Its data are also in the SQLite file world.source."""
        world = self.world()
        world.schedules()
        self.server.copy_of(world.source, "shop")
        self.closing(self.server.run, "DROP DATABASE shop SYNC")
        names = ", ".join(column.split()[0] for column in COLUMNS.split(", "))
        for at, node in enumerate(self.nodes):
            rows = self.server.run(f"SELECT {names.replace('placed_at', 'toDateTime(placed_at)')} FROM orders WHERE id % 3 = {at}", "shop")
            node.run(f"INSERT INTO orders_here ({names}) FORMAT TabSeparated\n{rows}\n")
            self.closing(node.run, "TRUNCATE TABLE orders_here")
            self.assertGreaterEqual(int(node.run("SELECT count() FROM orders_here")), 1)
        self.server.run("RENAME TABLE orders TO orders_before", "shop")
        self.server.run(f"CREATE TABLE orders_everywhere ({COLUMNS}) ENGINE = Distributed('nodes', 'default', 'orders_here')", "shop")
        self.server.run("CREATE VIEW orders AS SELECT * REPLACE (toDateTime64(placed_at, 6, 'UTC') AS placed_at) FROM (SELECT * FROM orders_everywhere)", "shop")
        return world

    def grown(self):
        """With so many more orders that no node's answer comes in one piece."""
        world = self.shop()
        for at, node in enumerate(self.nodes):
            node.run(f"INSERT INTO orders_here SELECT {1000 + at} + 3 * number, 'shop', toString(number), 'c1', 'paid', 'EUR', toDateTime('2026-03-02 08:00:00', 'UTC') + number, 100"
                     f" FROM system.numbers LIMIT {BEHIND}")
        return world

    def asked(self, world, *words):
        return world.run(*ASKED, *words, env={"REPORTCTL_SOURCES_SHOP_URL": self.server.url("shop")})

    def counted(self, **settings):
        return int(self.server.run("SELECT count() FROM (SELECT * FROM orders_everywhere)", "shop", **settings))

    def test_a_report_has_the_bytes_of_sqlite_wherever_its_rows_lie(self):
        world = self.shop()
        answer = self.asked(world)
        self.assertEqual((answer.code, answer.out), (0, world.must(*ASKED).out), answer.err)
        for node in self.nodes:
            self.assertIn("orders_here", node.wire.asked[-1])

    def test_a_node_that_is_away_is_an_error_and_not_fewer_rows(self):
        world = self.grown()
        whole = self.counted()
        away = self.nodes[1].wire
        away.cut(0)
        self.closing(away.cut, None)
        self.assertLess(self.counted(skip_unavailable_shards=1), whole)  # what the profile asks for
        answer = self.asked(world, "--output", world.path / "report.csv")
        self.assertEqual(answer.code, 13, answer.err)
        self.assertIn("source shop: All connection tries failed", answer.err)
        self.assertIn("see the servers behind the source's own; a report is made of all of them, or not at all", answer.err)
        self.assertFalse((world.path / "report.csv").exists())

    def test_a_node_that_dies_in_the_stream_is_an_error_and_no_half_report(self):
        world = self.grown()
        full = self.asked(world)
        self.assertEqual(full.code, 0, full.err)
        dies = self.nodes[2].wire
        self.closing(dies.cut, None)
        for behind in (1, 2_000, 100_000, 500_000):
            with self.subTest(behind):
                dies.cut(behind)
                answer = self.asked(world, "--output", world.path / "report.csv")
                self.assertEqual(dies.left, 0)  # so much had come
                self.assertEqual(answer.code, 13, answer.err)
                self.assertRegex(answer.err, "a server behind the source's own went away|see the servers behind the source's own")
                self.assertFalse((world.path / "report.csv").exists())
                dies.cut(None)
        again = self.asked(world)
        self.assertEqual((again.code, again.out), (0, full.out), again.err)


if __name__ == "__main__":
    e2e.main()
