#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports from MariaDB: the same bytes as from SQLite, TLS as the url asks, and no report from a server that cannot give the right one."""
import json, pathlib, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, mariadb

ASKED = ("run", "sales", "--account", "shop", "--window", "yesterday")
LAST_ORDERS = """id: last-orders
label: Last orders
description: When each customer ordered last.
family: own
scope: account
surfaces: [run]
window: {kind: snapshot}
columns:
  - {name: customer, label: Customer, type: text}
  - {name: last_order_at, label: Last order, type: timestamp}
query: |
  SELECT o.customer_id AS customer, max({{instant(o.placed_at)}}) AS last_order_at
  FROM orders o
  WHERE o.account_id = :account
  GROUP BY o.customer_id
  ORDER BY o.customer_id
"""


class MariaDb(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.server_without_tls = mariadb.Server()
        cls.addClassCleanup(cls.server_without_tls.close)

    def shop(self, server):
        """A world whose source is in MariaDB; its data are also in the SQLite file world.source."""
        world = self.world()
        world.schedules()
        server.copy_of(world.source, "shop")
        self.closing(server.run, "DROP DATABASE shop")
        return world

    def asked(self, world, url, *words, **environment):
        return world.run(*(words or ASKED), env={"REPORTCTL_SOURCES_SHOP_URL": url, **environment})

    def test_tls_is_as_the_url_asks(self):
        authority = e2e.Authority(e2e.scratch("tls"))
        self.closing(lambda: e2e.shutil.rmtree(authority.ca.parent, ignore_errors=True))
        server = mariadb.Server(tls=(authority.certificate, authority.key))
        self.closing(server.close)
        world = self.shop(server)
        wanted = world.must(*ASKED).out
        server.run("CREATE USER reports@'127.0.0.1' REQUIRE SSL; GRANT SELECT ON shop.* TO reports@'127.0.0.1'")
        for more in ("", "?sslmode=prefer", "?sslmode=require", f"?sslmode=verify-full&sslrootcert={authority.ca}",
                     f"?sslmode=verify-full&sslrootcert={authority.ca}&ssl_min_protocol_version=TLSv1.3"):
            answer = self.asked(world, server.url("shop", "reports", more))
            self.assertEqual((answer.code, answer.out), (0, wanted), more + answer.err)
        for more in ("?sslmode=disable", "?sslmode=verify-full", f"?sslmode=verify-full&sslrootcert={authority.certificate}"):
            answer = self.asked(world, server.url("shop", "reports", more))
            self.assertEqual(answer.code, 13, more + answer.err)
            self.assertIn("source shop: cannot connect", answer.err)
        self.assertEqual(self.asked(world, server.url("shop", more="?sslmode=verify-ca")).code, 78)

        other = mariadb.Server(tls=authority.sign("other", "serverAuth", "DNS:db.example.com"))
        self.closing(other.close)
        other.copy_of(world.source, "shop")
        self.assertEqual(self.asked(world, other.url("shop", more="?sslmode=require")).code, 0)
        answer = self.asked(world, other.url("shop", more=f"?sslmode=verify-full&sslrootcert={authority.ca}"))
        self.assertEqual(answer.code, 13, "the certificate is another server's")
        self.assertIn("sslrootcert", answer.err)

    def test_tls_that_was_asked_for_is_never_left_out(self):
        world = self.shop(self.server_without_tls)
        self.assertEqual(self.asked(world, self.server_without_tls.url("shop")).code, 0)
        for mode in ("require", "verify-full"):
            answer = self.asked(world, self.server_without_tls.url("shop", more=f"?sslmode={mode}"))
            self.assertEqual(answer.code, 13, mode)
            self.assertIn("sslmode", answer.err)
            self.assertEqual(answer.out, b"")

    def test_a_server_without_time_zones_is_refused_before_any_report(self):
        server = mariadb.Server(zones=False)
        self.closing(server.close)
        world = self.shop(server)
        for words in (ASKED, ("source", "check")):
            answer = self.asked(world, server.url("shop"), *words)
            self.assertEqual(answer.code, 13, answer.err)
            self.assertIn("time zone tables are empty", answer.err + answer.out.decode())
        self.assertIn("mysql_tzinfo_to_sql", self.asked(world, server.url("shop")).err)

    def test_a_password_is_read_from_its_file_and_never_shown(self):
        world = self.shop(self.server_without_tls)
        secret = "correct-horse-77"
        self.server_without_tls.run(f"CREATE USER reports@'127.0.0.1' IDENTIFIED BY '{secret}'; GRANT SELECT ON shop.* TO reports@'127.0.0.1'")
        self.closing(self.server_without_tls.run, "DROP USER reports@'127.0.0.1'")
        file = world.path / "password"
        texts = []
        for written, code in ((secret, 0), ("battery-staple-99", 13)):
            file.write_text(written + "\n")
            file.chmod(0o600)
            answer = self.asked(world, self.server_without_tls.url("shop", "reports"), REPORTCTL_SOURCES_SHOP_PASSWORD_FILE=file)
            self.assertEqual(answer.code, code, answer.err)
            texts.append(answer.err + answer.out.decode())
        self.assertIn("Access denied for user 'reports'", texts[1])
        self.assertIn("password_file", texts[1])
        in_url = self.asked(world, self.server_without_tls.url("shop", f"reports:{secret}"))
        self.assertEqual(in_url.code, 78)
        for text in [*texts, in_url.err]:
            self.assertNotIn(secret, text)
            self.assertNotIn("battery", text)

    def test_source_check_names_keys_that_are_compared_loosely_and_fails_where_two_are_one(self):
        world = self.shop(self.server_without_tls)
        url = self.server_without_tls.url("shop")
        answer = self.asked(world, url, "source", "check", "--json")
        self.assertIn("orders.account_id (utf8mb4_general_ci)", answer.err)
        self.assertIn("FILE or SUPER", answer.err)
        self.assertEqual([row for row in json.loads(answer.out) if not row["report"]], [])
        self.server_without_tls.run("INSERT INTO customers SELECT 'C1', account_id, name, email FROM customers WHERE id = 'c1'", "shop")
        answer = self.asked(world, url, "source", "check", "--json")
        self.assertEqual(answer.code, 13, answer.err)
        self.assertIn("customers.id holds different keys", " ".join(row["why"] for row in json.loads(answer.out)))

    def restarted(self, server, *options):
        server.run("SHUTDOWN")
        server.process.wait(e2e.PATIENCE)
        server.options += options
        server.start()

    def test_a_node_that_is_not_part_of_its_cluster_gives_no_report_and_the_next_of_the_url_is_read(self):
        provider = pathlib.Path("/usr/lib/galera/libgalera_smm.so")
        if not provider.exists():
            self.skipTest("galera-4 is not installed")
        node = mariadb.Server()
        self.closing(node.close)
        world = self.shop(self.server_without_tls)
        node.copy_of(world.source, "shop")
        listen = f"tcp://127.0.0.1:{e2e.free_port()}"
        self.restarted(node, "--wsrep-on=ON", f"--wsrep-provider={provider}", "--wsrep-cluster-address=gcomm://", "--wsrep-node-address=127.0.0.1", "--binlog-format=ROW",
                       f"--wsrep-provider-options=gmcast.listen_addr={listen}")
        wanted = world.must(*ASKED).out
        answer = self.asked(world, node.url("shop"))
        self.assertEqual((answer.code, answer.out), (0, wanted), answer.err)
        node.run("SET GLOBAL wsrep_dirty_reads = ON, GLOBAL wsrep_cluster_address = ''")
        for words in (ASKED, ("source", "check")):
            answer = self.asked(world, node.url("shop"), *words)
            self.assertEqual(answer.code, 13, answer.err)
            self.assertIn("the server is not part of its cluster", answer.err + answer.out.decode())
        answer = self.asked(world, f"mysql://root@127.0.0.1:{node.port},127.0.0.1:{self.server_without_tls.port}/shop")
        self.assertEqual((answer.code, answer.out), (0, wanted), answer.err)

    def test_tables_on_several_servers_of_spider_give_the_same_report_and_one_that_is_down_ends_it(self):
        plugin = e2e.ROOT / "build" / "unpacked" / "mariadb-plugin-spider" / "usr" / "lib" / "mysql" / "plugin" / "ha_spider.so"
        if not plugin.exists():
            self.skipTest("mariadb-plugin-spider is not unpacked: run .ci/packages test")
        front, shard = mariadb.Server(), mariadb.Server()
        self.closing(front.close)
        self.closing(shard.close)
        world = self.world()
        (world.path / "catalog").mkdir()
        (world.path / "catalog" / "last-orders.yaml").write_text(LAST_ORDERS)
        world.config.write_text(f"{world.config.read_text()}catalog: {{dirs: [{world.path}/catalog]}}\n")
        world.schedules()
        front.copy_of(world.source, "shop")
        shutil.copy(plugin, front.path)
        self.restarted(front, f"--plugin-dir={front.path}", "--plugin-load-add=ha_spider.so")
        shard.run("CREATE USER spider@'127.0.0.1' IDENTIFIED BY 'spider'; GRANT SELECT, INSERT ON *.* TO spider@'127.0.0.1'")
        columns = front.run("SHOW CREATE TABLE orders", "shop").split("\t", 1)[1].replace("\\n", "\n").replace("longtext", "varchar(99)").rpartition(")")[0] + ")"
        parts = []
        for rest in (0, 1):
            shard.run(f"CREATE DATABASE shard{rest}; USE shard{rest}; {columns}")
            front.run(f"CREATE SERVER shard{rest} FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1', PORT {shard.port}, USER 'spider', PASSWORD 'spider', "
                      f"DATABASE 'shard{rest}')")
            parts.append(f"""PARTITION p{rest} VALUES IN ({rest}) COMMENT = 'srv "shard{rest}"'""")
        front.run(f"""RENAME TABLE orders TO whole; {columns} ENGINE = SPIDER COMMENT = 'wrapper "mysql", table "orders"' PARTITION BY LIST (id % 2) ({", ".join(parts)});
                  INSERT INTO orders SELECT * FROM whole""", "shop")
        self.assertEqual(shard.run("SELECT count(*) FROM shard0.orders"), "2")
        asked = ("run", "last-orders", "--account", "shop")
        wanted = world.must(*asked).out
        answer = self.asked(world, front.url("shop"), *asked)
        self.assertEqual((answer.code, answer.out), (0, wanted), answer.err)
        shard.stop()
        front.run("SET GLOBAL spider_error_read_mode = 1")
        answer = self.asked(world, front.url("shop"), *asked)
        self.assertEqual((answer.code, answer.out), (13, b""))
        self.assertIn("foreign data source: shard", answer.err)


if __name__ == "__main__":
    e2e.main()
