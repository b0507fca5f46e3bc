#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The parity world on examples/sharded-postgresql: three servers, the facts spread over all of them.

REPORTCTL names the program. Skipped where PostgreSQL is not installed.
"""
import json
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
SCOPE_COLUMNS = {table: columns.split(", ")
                 for table, columns in re.findall(r"^ {9}(\w+): \[(.*)\]$", (EXAMPLE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)}
OF_DEPOT = "JOIN depots o ON o.id = "
OWNERS = {"order_items": "JOIN orders o ON o.id = f.order_id", "access_events": "JOIN users o ON o.id = f.user_id", "site_power": OF_DEPOT + "f.depot_id",
          "sensor_reads": f"JOIN sensors s ON s.id = f.sensor_id {OF_DEPOT} s.depot_id", "leads": "JOIN workspaces o ON o.id = f.workspace_id",
          "circuit_allocations": f"JOIN circuits c ON c.id = f.circuit_id {OF_DEPOT} c.depot_id",
          "campaign_daily": "JOIN campaigns c ON c.id = f.campaign_id JOIN workspaces o ON o.id = c.workspace_id",
          "domain_daily": "JOIN sending_domains d ON d.id = f.domain_id JOIN workspaces o ON o.id = d.workspace_id"}
OF_CHARGER = f"JOIN chargers c ON c.id = f.charger_id {OF_DEPOT} c.depot_id"


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
            more = SCOPE_COLUMNS.get(fact, [])
            owner = OWNERS.get(fact, OF_CHARGER).replace("JOIN orders", "JOIN loaded.orders") if more else ""
            values = ", ".join([f"f.{column}" for column in columns.split(", ")] + ["o.account_id" if column == "account_id" else "o.id" for column in more])
            coordinator.psql(f"INSERT INTO {fact} ({', '.join([columns, *more])}) SELECT {values} FROM loaded.{fact} f {owner}", file.stem)
        coordinator.psql("DROP SCHEMA loaded CASCADE; ANALYZE;" + "".join(f"ANALYZE {fact};" for fact in moved), file.stem)

    def sources(self, scope_columns=SCOPE_COLUMNS):
        return {file.name: {"url": self.servers[0].url(file.stem, "reports"), "password_file": self.password_file, "scope_columns": scope_columns}
                for file in self.files}

    def test_every_way_gives_the_bytes_of_sqlite_whether_shards_are_skipped_or_not(self):
        self.assertEqual(set(SCOPE_COLUMNS), set(FACTS) - {"orders"})
        self.hold(self.sources(), "three shards with scope columns")
        self.hold(self.sources({}), "three shards")
        for server in self.servers:
            self.assertGreater(int(server.psql("SELECT count(*) FROM facts.charger_power", "demo-fleet-facts")), 1000, "each has its part")
        self.assertIn("Async Foreign Scan", self.servers[0].psql("EXPLAIN SELECT sum(kwh::numeric) FROM charger_power", "demo-fleet"))

    def fetched(self, config, words):
        """What the coordinator fetched for a report: rows of facts, and the schemas of the shards that it asked."""
        coordinator = self.servers[0]
        before = coordinator.log.stat().st_size
        self.demo.must("--config", config, *words, now=demo_world.NOW)
        e2e.wait_until(lambda: b"Plan" in coordinator.log.read_bytes()[before:], "the plan is in the log")
        log = coordinator.log.read_bytes()[before:].decode()
        rows, shards = 0, set()
        waiting = [json.JSONDecoder().raw_decode(log, found.end())[0]["Plan"] for found in re.finditer(r"plan:\s+(?=\{)", log)]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", [])
            if node["Node Type"] == "Foreign Scan":
                rows += round(node["Actual Rows"] * node["Actual Loops"])
                shards.add(node["Schema"])
        return rows, shards

    def test_the_report_of_a_depot_reads_one_shard_and_the_rows_of_that_depot(self):
        for setting in ("session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on",
                        "auto_explain.log_verbose = on", "auto_explain.log_format = json"):
            self.servers[0].psql(f"ALTER ROLE reports SET {setting}")
        self.addCleanup(self.servers[0].psql, "ALTER ROLE reports RESET session_preload_libraries")
        every, own = self.configured(self.sources({}), "every-shard"), self.configured(self.sources(), "own-shard")
        for report, table in (("daily-ev-load", "charger_power"), ("charging-sessions", "charging_sessions"), ("charger-performance", None)):
            words = next(words for words in self.ways if words[1] == report and "depot:kewdale" in words)
            rows, shards = self.fetched(own, words)
            all_rows, all_shards = self.fetched(every, words)
            print(f"         {report} of a depot: {rows} rows fetched from {len(shards)} shard, {all_rows} from {len(all_shards)} without scope columns", flush=True)
            self.assertEqual((len(shards), len(all_shards)), (1, 3))
            if table:
                mine = int(self.servers[0].psql(f"SELECT count(*) FROM {table} f {OF_CHARGER} WHERE o.id = 'kewdale'", "demo-fleet"))
                self.assertLessEqual(rows, mine)
            self.assertGreater(all_rows, rows)

    def test_rows_that_say_another_depot_stop_the_reports_that_would_leave_them_out(self):
        config = self.configured(self.sources(), "wrong-depot")
        place = self.servers[0].psql("SELECT DISTINCT tableoid::regclass FROM sensor_reads WHERE depot_id = 'kewdale'", "demo-fleet")
        shard = self.servers[int(place.removeprefix("shard").split(".")[0]) - 1]
        shard.psql("UPDATE facts.sensor_reads SET depot_id = 'nowhere' "
                   "WHERE ctid IN (SELECT ctid FROM facts.sensor_reads WHERE depot_id = 'kewdale' LIMIT 3)", "demo-fleet-facts")
        self.addCleanup(shard.psql, "UPDATE facts.sensor_reads SET depot_id = 'kewdale' WHERE depot_id = 'nowhere'", "demo-fleet-facts")
        found = self.demo.must("--config", config, "source", "check", "fleet", "--json", now=demo_world.NOW, code=13)
        stopped = {record["report"]: record["why"] for record in json.loads(found.out) if not record["missing"] and record["why"]}
        self.assertEqual(set(stopped), {"sensor-reads"})
        self.assertRegex(stopped["sensor-reads"], r"^sensor_reads\.depot_id is NULL or differs from what the joined tables say in 3 of \d+ rows")

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
