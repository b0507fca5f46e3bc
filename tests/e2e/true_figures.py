#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Figures from data that are not as the program's own: exact sums, text among numbers, amounts and currencies kept otherwise, ids of other types,
snapshots that come late. What is right is worked out here with Python's decimals; everything else has to be refused, and nothing delivered."""
import csv, decimal, io, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, postgres

D = decimal.Decimal
DAY = ("--from", "2026-03-16", "--to", "2026-03-16")
FLEET = """
CREATE TABLE depots (id TEXT, account_id TEXT, name TEXT, timezone TEXT); INSERT INTO depots VALUES ('d', 'shop', 'Depot', 'UTC');
CREATE TABLE chargers (id TEXT, depot_id TEXT, circuit_id TEXT, name TEXT, model TEXT, max_kw REAL);
INSERT INTO chargers VALUES ('c1', 'd', 'k', 'C1', 'M', 22), ('c2', 'd', 'k', 'C2', 'M', 22);
CREATE TABLE charger_power (charger_id TEXT, read_at TEXT, kw REAL, kwh REAL);
CREATE TABLE connectivity_events (id INTEGER, charger_id TEXT, at TEXT, status TEXT, reason TEXT);
CREATE TABLE vehicle_groups (id TEXT, account_id TEXT, name TEXT); CREATE TABLE cost_centres (id TEXT, account_id TEXT, name TEXT);
CREATE TABLE vehicles (id TEXT, account_id TEXT, depot_id TEXT, name TEXT, registration TEXT, vehicle_group_id TEXT, cost_centre_id TEXT);
CREATE TABLE users (id TEXT, account_id TEXT, name TEXT, email TEXT, role TEXT);
CREATE TABLE charging_sessions (id INTEGER, charger_id TEXT, vehicle_id TEXT, user_id TEXT, started_at TEXT, ended_at TEXT, energy_wh, peak_kw, cost_cents,
                                currency TEXT, stop_reason TEXT);
"""
SESSION = "INSERT INTO charging_sessions VALUES (1, 'c1', NULL, NULL, '2026-03-16T08:00:00Z', '2026-03-16T09:00:00Z', {wh}, 11, 100, 'EUR', 'local');"
ONE = """id: own
label: Own
family: own
description: Own.
scope: [account]
window: {{kind: snapshot}}
cadences: [daily, weekly]
formats: [csv, pdf]
columns: {columns}
query: |
  {query}
"""


def rounded(value, digits=3):
    return str(value.quantize(D(1).scaleb(-digits), decimal.ROUND_HALF_UP))


class TrueFigures(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def of(self, sql="", **options):
        """A world with this data beside the shop's, in SQLite."""
        world = self.world(**options)
        world.make_source(e2e.COMMERCE + sql)
        world.apply(e2e.ACCOUNT)
        return world

    def both(self, sql, name):
        """The same data in SQLite, and in a database of PostgreSQL."""
        lite, big = self.of(sql), self.of(sql)
        big.environment.update(REPORTCTL_SOURCES_SHOP_URL=self.server.copy_of(big.source, name))
        return lite, big

    def own(self, world, query, columns="[{name: n, label: N, type: integer}]", name="own"):
        folder = world.path / "catalog"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(ONE.format(columns=columns, query=query).replace("id: own", f"id: {name}"), encoding="utf-8")
        if "catalog:" not in world.config.read_text():
            world.config.write_text(world.config.read_text() + f'catalog: {{dirs: ["{folder}"]}}\n')

    def rows(self, world, *args, **options):
        return list(csv.DictReader(io.StringIO(world.must("run", *args, "--account", "shop", "--format", "csv", **options).out.decode())))

    def refused(self, world, *args, code=13, **options):
        result = world.must("run", *args, "--account", "shop", "--format", "csv", code=code, **options)
        self.assertEqual(result.out, b"")
        return result.err

    def test_sums_and_averages_of_readings_are_exact_and_the_same_everywhere(self):
        readings = [(D(i * 7919 % 10007) / 10000 + D("0.0001") * (i % 3), D(i * 104729 % 20011) / 1000) for i in range(96)]
        readings[-1] = (readings[-1][0] + D("0.0005") - sum(kwh for kwh, _ in readings) % D("0.001"), readings[-1][1])  # the sum is a tie
        self.assertEqual(sum(kwh for kwh, _ in readings) % D("0.001"), D("0.0005"))
        sql = FLEET + "".join(f"INSERT INTO charger_power VALUES ('c{1 + i % 2}', '2026-03-16T{i // 4:02}:{i % 4 * 15:02}:00Z', {kw}, {kwh});"
                              for i, (kwh, kw) in enumerate(readings))
        wanted = {"date": "2026-03-16", "energy_kwh": rounded(sum(kwh for kwh, _ in readings)), "average_kw": rounded(sum(kw for _, kw in readings) / 96),
                  "peak_kw": rounded(max(kw for _, kw in readings))}
        for world in self.both(sql, "readings"):
            row = self.rows(world, "daily-ev-load", "--scope", "depot:d", *DAY)[0]
            self.assertEqual({name: row[name] for name in wanted}, wanted)

    def test_text_among_numbers_is_refused_with_its_place_by_every_report_that_calculates_with_it(self):
        world = self.of(FLEET + SESSION.format(wh="'lots'"))
        for report, options in (("charging-sessions", ()), ("charger-performance", ()), ("vehicle-charging-summary", ())):
            self.assertIn("s.energy_wh is the text 'lots', not a number", self.refused(world, report, *options, *DAY))
        world.make_source(e2e.COMMERCE + FLEET + SESSION.format(wh="12345"))
        self.assertEqual([row["energy_kwh"] for row in self.rows(world, "charging-sessions", *DAY)], ["12.345"])

    def test_text_and_fractions_among_amounts_are_refused_by_sales(self):
        for written, found in (("'123,400'", "the text '123,400', not a number"), ("'n/a'", "the text 'n/a', not a number"), ("12.34", "is 22"), ("12.0", "is 22")):
            world = self.of(f"ALTER TABLE orders RENAME TO o; CREATE VIEW orders AS SELECT id, account_id, number, customer_id, status, currency, placed_at, "
                            f"CASE id WHEN 1 THEN {written} ELSE total_cents END AS total_cents FROM o;")
            error = self.refused(world, "sales", "--window", "last_7d")
            self.assertIn(found if found.startswith("the text") else "sum(o.total_cents) is ", error)

    def test_amounts_in_numeric_euros_are_refused_by_postgresql_reports_also_where_they_have_no_cents(self):
        for name, amount in (("cents", "12.34"), ("whole", "12.00")):
            _, world = self.both("", f"euros_{name}")
            self.server.psql(f"ALTER TABLE orders ALTER total_cents TYPE numeric(10,2) USING {amount}", f"euros_{name}")
            error = self.refused(world, "sales", "--window", "last_7d")
            self.assertIn("a value that must be whole is", error)
            self.assertIn("amounts are integers of minor units", error)
            self.assertIn("expected an integer of minor units, found a real number", self.refused(world, "orders-export", "--window", "last_7d", "--param", "mode=summary"))

    def test_a_currency_is_a_code_of_iso_4217_or_declared_or_the_run_fails(self):
        columns = "[{name: currency, label: C, type: text}, {name: a, label: A, type: money, total: sum}]"
        lite, big = self.both("", "currencies")
        for world in (lite, big):
            self.own(world, "SELECT 'JPY ' AS currency, 123456 AS a WHERE :account = 'shop'", columns)
            self.assertIn('row 1, column a: "JPY " in column currency is no currency: a space stands beside the code', self.refused(world, "own"))
            self.own(world, "SELECT 'PTS' AS currency, 1234 AS a WHERE :account = 'shop'", columns)
            self.assertIn('"PTS" in column currency is no currency', self.refused(world, "own"))
            world.config.write_text(world.config.read_text().replace("statement_timeout: 50s", "statement_timeout: 50s, currencies: {PTS: 0, BTC: 8}"))
            self.assertEqual(self.rows(world, "own"), [{"currency": "PTS", "a": "1234"}])
            self.own(world, "SELECT 'BTC' AS currency, 150000000 AS a WHERE :account = 'shop'", columns)
            self.assertEqual(self.rows(world, "own"), [{"currency": "BTC", "a": "1.50000000"}])
        self.own(big, "SELECT CAST('JPY' AS char(5)) AS currency, 123456 AS a WHERE :account = 'shop'", columns)
        self.assertEqual(self.rows(big, "own"), [{"currency": "JPY", "a": "123456"}])

    def test_binary_numbers_are_not_added_on_postgresql(self):
        _, world = self.both("CREATE TABLE reads (account_id TEXT, v REAL); INSERT INTO reads VALUES ('shop', 0.1), ('shop', 0.2);", "binary")
        columns = "[{name: v, label: V, type: decimal, scale: 2}]"
        self.own(world, "SELECT avg(v) AS v FROM reads WHERE account_id = :account", columns)
        self.assertIn("avg(v) adds up binary numbers (double precision), which is not exact", self.refused(world, "own"))
        self.own(world, "SELECT avg({{decimal(v)}}) AS v FROM reads WHERE account_id = :account", columns)
        self.assertEqual(self.rows(world, "own"), [{"v": "0.15"}])

    def test_integer_ids_are_found_behind_expressions_and_views(self):
        world = self.of("CREATE TABLE t (company, n INTEGER); INSERT INTO t VALUES (7, 1), ('7', 2), (8, 4); "
                        "CREATE VIEW v AS SELECT coalesce(company, 0) AS account_id, n FROM t;")
        world.apply("accounts:\n  - {id: '7', name: Seven, timezone: UTC, source: shop}\n")
        self.own(world, "SELECT sum(n) AS n FROM v WHERE account_id = :account")
        self.assertEqual(world.must("run", "own", "--account", "7", "--format", "csv").out, b"n\n3\n")

    def test_accounts_that_a_source_may_take_for_one_are_refused(self):
        world = self.of()
        world.must("account", "add", "7", "--timezone", "UTC", "--source", "shop")
        for other in ("07", "7.0", "SHOP", "Shop"):
            self.assertIn("each would read the rows of the other", world.must("account", "add", other, "--timezone", "UTC", "--source", "shop", code=7).err)
        self.assertIn("the id of account 7", world.must("account", "edit", "shop", "--key", "007", code=7).err)
        error = world.must("apply", "-f", "-", stdin=b"accounts:\n  - {id: A1, name: A, source: shop}\n  - {id: a1, name: B, source: shop}\n", code=7).err
        self.assertIn("the id of account A1", error)
        world.must("account", "add", "77", "--timezone", "UTC", "--source", "shop")

    def test_a_snapshot_is_of_the_moment_it_is_made(self):
        world = self.of(policy="missed: all")
        world.schedules(e2e.schedule("stock", "a@example.org", report="inventory-valuation", more=", format: csv"))
        world.must("run-due", now="2026-03-20T08:00:00Z")
        mails = world.outbox_mails()
        self.assertEqual(len(mails), 1)
        self.assertIn("as of 2026-03-20", mails[0]["Subject"] + mails[0].get_body(("plain",)).get_content())
        self.assertIn("2026-03-20", next(mails[0].iter_attachments()).get_filename())
        self.assertEqual(sorted(run["state"] for run in world.runs()), ["delivered", "skipped", "skipped", "skipped"])

    def test_rows_that_row_level_security_hides_are_told_apart_from_none(self):
        _, world = self.both("", "guarded")
        self.server.psql("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ALTER TABLE orders ENABLE ROW LEVEL SECURITY; "
                         "CREATE POLICY own ON orders USING (account_id = current_setting('app.tenant', true))", "guarded")
        for more, hidden in (("", True), ("?options=-capp.tenant%3Dshop", False)):
            world.environment.update(REPORTCTL_SOURCES_SHOP_URL=self.server.url("guarded", "reader", more))
            result = world.must("run", "sales", "--account", "shop", "--format", "csv", *DAY)
            self.assertEqual(len(result.out.splitlines()) == 1, hidden)
            self.assertEqual("row-level security hides every row of orders from this login" in result.err, hidden, result.err)
        result = world.must("run", "sales", "--account", "shop", "--format", "csv", "--from", "2026-01-01", "--to", "2026-01-01")  # really none
        self.assertNotIn("row-level security", result.err)
        # A policy of a table that the report never reads fails, as current_setting() does without its second argument.
        self.server.psql("CREATE TABLE elsewhere (x int); INSERT INTO elsewhere VALUES (1); GRANT SELECT ON elsewhere TO reader; "
                         "ALTER TABLE elsewhere ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON elsewhere USING (current_setting('app.none') = 'x')", "guarded")
        self.assertEqual(len(world.must("run", "sales", "--account", "shop", "--format", "csv", "--from", "2026-01-01", "--to", "2026-01-01").out.splitlines()), 1)

    def test_a_session_that_never_ended_is_open_and_adds_no_charging_time(self):
        for started, wanted in (("2026-02-10T08:00:00Z", "0:00:00"), ("2026-03-16T20:00:00Z", "4:00:00")):
            world = self.of(FLEET + SESSION.format(wh=1000).replace("2026-03-16T08:00:00Z", started).replace("'2026-03-16T09:00:00Z'", "NULL"))
            self.assertEqual([row["charging_time"] for row in self.rows(world, "charger-performance", *DAY)], [wanted, "0:00:00"])

    def test_faults_are_told_in_the_words_of_the_source(self):
        sessions = "".join(SESSION.format(wh=1000).replace("(1, 'c1'", f"({number}, 'c1'").replace("'local'", f"'{reason}'")
                           for number, reason in enumerate(("fault", "EmergencyStop", "GroundFailure", "Remote", "SoftReset")))
        for world in self.both(FLEET + sessions, "words"):
            self.assertEqual([row["faults"] for row in self.rows(world, "charger-performance", *DAY)], ["3", "0"])
            world.config.write_text(world.config.read_text().replace("statement_timeout: 50s", "statement_timeout: 50s, words: {fault: [SoftReset, remote]}"))
            self.assertEqual([row["faults"] for row in self.rows(world, "charger-performance", *DAY)], ["2", "0"])

    def test_full_text_and_r_tree_tables_can_be_read(self):
        world = self.of("CREATE VIRTUAL TABLE f USING fts5(title, body); INSERT INTO f VALUES ('Rechnung', 'Text über Strom'), ('Angebot', 'Wasser');"
                        "CREATE VIRTUAL TABLE r USING rtree(id, minx, maxx); INSERT INTO r VALUES (1, 0.5, 2.25);")
        columns = "[{name: v, label: V, type: text}]"
        self.own(world, "SELECT title AS v FROM f WHERE :account = 'shop' AND f MATCH 'strom'", columns)
        self.assertEqual(self.rows(world, "own"), [{"v": "Rechnung"}])
        self.own(world, "SELECT id AS n FROM r WHERE :account = 'shop' AND maxx > 2")
        self.assertEqual(self.rows(world, "own"), [{"n": "1"}])


if __name__ == "__main__":
    e2e.main()
