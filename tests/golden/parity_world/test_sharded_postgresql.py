#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on examples/sharded-postgresql: three servers, the facts spread over all of them.

REPORTCTL names the program. Skipped where PostgreSQL is not installed.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import demo_world
import e2e
import parity_world
import postgres

EXAMPLE = e2e.ROOT / "examples" / "sharded-postgresql"
PASSWORD = "words of the reports' login"
FACTS = re.findall(r"\('(\w+)', '\w+'\)", (EXAMPLE / "coordinator.sql").read_text(encoding="utf-8"))


class SameBytes(parity_world.Case):
    @classmethod
    def setUpClass(cls):
        cls.servers = []
        for _ in range(3):
            cls.servers.append(postgres.Server(with_password=["reports", "loader"]))
            cls.addClassCleanup(cls.servers[-1].close)
        super().setUpClass()
        cls.password_file = cls.demo.path / "password"
        cls.password_file.write_text(PASSWORD)
        cls.password_file.chmod(0o600)
        for file in cls.files:
            cls.spread(file)

    @classmethod
    def spread(cls, file):
        """As the README says, with the data of a file."""
        passwords = {"password": PASSWORD, "loader_password": "of the loader"}
        coordinator = cls.servers[0]
        coordinator.copy_of(file, file.stem)
        present = set(coordinator.psql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace", file.stem).split())
        moved = [fact for fact in FACTS if fact in present]
        coordinator.psql("CREATE SCHEMA loaded;" + "".join(f"ALTER TABLE {fact} SET SCHEMA loaded;" for fact in moved), file.stem)
        places = {}
        for number, server in enumerate(cls.servers, 1):
            server.make_database(f"{file.stem}-facts")
            server.script(EXAMPLE / "shard.sql", f"{file.stem}-facts", **passwords)
            places |= {f"host{number}": "127.0.0.1", f"port{number}": server.port}
        coordinator.script(EXAMPLE / "coordinator.sql", file.stem, facts=f"{file.stem}-facts", **places, **passwords)
        for fact in moved:
            columns = coordinator.psql(f"SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'loaded.{fact}'::regclass AND attnum > 0", file.stem)
            coordinator.psql(f"INSERT INTO {fact} ({columns}) SELECT {columns} FROM loaded.{fact}", file.stem)
        coordinator.psql("DROP SCHEMA loaded CASCADE; ANALYZE", file.stem)

    def sources(self):
        return {file.name: {"url": self.servers[0].url(file.stem, "reports"), "password_file": self.password_file} for file in self.files}

    def test_every_way_gives_the_bytes_of_sqlite(self):
        self.hold(self.sources(), "three shards")
        for server in self.servers:
            self.assertGreater(int(server.psql("SELECT count(*) FROM facts.charger_power", "demo-fleet-facts")), 1000, "each has its part")
        self.assertIn("Async Foreign Scan", self.servers[0].psql("EXPLAIN SELECT sum(kwh::numeric) FROM charger_power", "demo-fleet"))

    def test_a_shard_does_not_write_for_a_report(self):
        account, key = next((name, account["key"]) for name, account in self.demo.accounts.items() if account["source"] == "shop")
        self.servers[1].psql("SET search_path = facts; CREATE TABLE seen (n int); CREATE FUNCTION note() RETURNS int SECURITY DEFINER LANGUAGE sql AS "
                             f"'INSERT INTO facts.seen VALUES (1) RETURNING n'; CREATE VIEW noted AS SELECT '{key}'::text AS account_id, note() AS n; "
                             "GRANT SELECT ON noted TO reports", "demo-shop-facts")
        self.servers[0].psql("IMPORT FOREIGN SCHEMA facts LIMIT TO (noted) FROM SERVER shard2 INTO public; GRANT SELECT ON noted TO reports", "demo-shop")
        module = self.demo.path / "catalog.d"
        module.mkdir()
        (module / "noted.yaml").write_text("id: noted\nlabel: Noted\nfamily: own\ndescription: It tries to write.\nsurfaces: [run]\nscope: [account]\nroles: [system_admin]\n"
                                           "window: {kind: snapshot}\nformats: [csv]\ncolumns: [{name: n, label: N, type: integer}]\n"
                                           "query: SELECT n AS n FROM noted WHERE account_id = :account\n")
        config = self.configured(self.sources(), "writing")
        config.write_text(config.read_text() + f"catalog: {{dirs: ['{module}']}}\n")
        result = self.demo.must("--config", config, "run", "noted", "--account", account, "--format", "csv", code=13)
        self.assertIn("cannot execute INSERT in a read-only transaction", result.err)
        self.assertEqual(self.servers[1].psql("SELECT count(*) FROM facts.seen", "demo-shop-facts"), "0")

    def test_a_shard_that_is_down_fails_the_run_by_its_name(self):
        words = next(words for words in self.ways if words[1] == "user-access-log")
        config = self.configured(self.sources(), "down")
        self.servers[2].stop()
        try:
            result = self.demo.must("--config", config, *words, code=13, now=demo_world.NOW)
            self.assertIn('a server behind the source\'s own cannot be reached: could not connect to server "shard3"', result.err)
            self.assertEqual(result.out, b"")
        finally:
            self.servers[2].start()


if __name__ == "__main__":
    e2e.main()
