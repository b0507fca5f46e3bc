#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Databases whose applications keep times in their own forms: the built-in reports give the figures that Python's zoneinfo gives, day by day over
clock changes in three zones, where the form is declared, and are refused by name where it is not.

REPORTCTL names the program. The half about PostgreSQL is skipped where it is not installed.
"""
import collections, datetime, json, pathlib, shutil, sqlite3, sys, zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import e2e
import postgres

UTC = datetime.timezone.utc
# Zone, first and last local day of the period: a clock change lies within. Lord Howe moves by half an hour.
PERIODS = [("Europe/Berlin", "2026-03-27", "2026-03-30"), ("Europe/Berlin", "2026-10-24", "2026-10-26"), ("America/New_York", "2026-03-07", "2026-03-09"),
           ("America/New_York", "2026-10-31", "2026-11-02"), ("Australia/Lord_Howe", "2026-04-03", "2026-04-06"), ("Australia/Lord_Howe", "2026-10-02", "2026-10-05")]
NOW = "2026-12-01T12:00:00Z"


def local(moment, zone):
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def epoch(moment):
    return int(moment.timestamp())


# How an application writes a moment, and the declaration; None: nothing to declare.
SQLITE = {
    "with a Z": (lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ"), None),
    "with milliseconds": (lambda m: m.strftime("%Y-%m-%dT%H:%M:%S.000Z"), None),
    "with +00:00": (lambda m: m.strftime("%Y-%m-%d %H:%M:%S+00:00"), None),
    "with an offset": (lambda m: m.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30))).isoformat(), "offset-text"),
    "with a blank": (lambda m: m.strftime("%Y-%m-%d %H:%M:%S"), "sql-text UTC"),
    "with a blank and microseconds": (lambda m: m.strftime("%Y-%m-%d %H:%M:%S.000000"), "sql-text UTC"),
    "in seconds": (epoch, "epoch"),
    "in seconds with a fraction": (lambda m: m.timestamp() + 0.25, "epoch"),
    "in milliseconds": (lambda m: epoch(m) * 1000, "epoch-ms"),
    "in microseconds": (lambda m: epoch(m) * 1000000, "epoch-us"),
    "in Julian days": (lambda m: m.timestamp() / 86400 + 2440587.5, "julian-day"),
}
POSTGRESQL = {
    "timestamptz": (lambda m: m.isoformat(), "timestamptz", None),
    "timestamp in UTC": (lambda m: m.strftime("%Y-%m-%d %H:%M:%S"), "timestamp", "timestamp UTC"),
    "timestamp in Tokyo": (lambda m: local(m, "Asia/Tokyo").isoformat(), "timestamp(3)", "timestamp Asia/Tokyo"),
    "bigint of seconds": (epoch, "bigint", "epoch"),
    "bigint of milliseconds": (lambda m: epoch(m) * 1000, "bigint", "epoch-ms"),
    "double of seconds": (lambda m: m.timestamp() + 0.25, "double precision", "epoch"),
}
TABLES = """
CREATE TABLE customers (id text, account_id text, name text, email text);
CREATE TABLE order_items (id integer, order_id integer, line_no integer, product_id text, sku text, name text, quantity integer,
                          unit_price_cents integer, total_cents integer);
CREATE TABLE orders (id integer PRIMARY KEY, account_id text, number text, customer_id text, status text, currency text, placed_at {type},
                     total_cents integer);
CREATE INDEX orders_by_time ON orders (account_id, placed_at);
"""


def moments(zone, first, last):
    """Around every local midnight of the period and its neighbours, and every half hour of it."""
    there = zoneinfo.ZoneInfo(zone)
    day = datetime.date.fromisoformat(first) - datetime.timedelta(days=1)
    found = set()
    while day <= datetime.date.fromisoformat(last) + datetime.timedelta(days=2):
        midnight = datetime.datetime.combine(day, datetime.time(), there).astimezone(UTC)
        found |= {midnight + datetime.timedelta(seconds=s) for s in (-3600, -1, 0, 1, 3600)}
        found |= {midnight + datetime.timedelta(minutes=30 * n) for n in range(0, 50, 7)}
        day += datetime.timedelta(days=1)
    return sorted(found)


def expected(zone, first, last):
    """date -> (orders, total), of the moments that lie in the local days."""
    days = collections.defaultdict(lambda: [0, 0])
    for number, moment in enumerate(moments(zone, first, last)):
        day = local(moment, zone).date().isoformat()
        if first <= day <= last:
            days[day][0] += 1
            days[day][1] += 100 + number
    return "".join(f"{day},paid,EUR,{n},{cents // 100}.{cents % 100:02}\n" for day, (n, cents) in sorted(days.items()))


class Foreign(e2e.Case):
    def setUp(self):
        super().setUp()
        self.home = self.world()
        self.home.apply("accounts:\n  - {id: shop, name: Shop, timezone: UTC, source: shop}\n")
        self.plain = self.home.config.read_text(encoding="utf-8")

    def place(self, url, declared):
        """The world with that source; `declared` as YAML."""
        source = f'  shop: {{url: "{url}"{f", instants: {declared}" if declared else ""}}}'
        lines = [source if line.startswith("  shop: ") else line for line in self.plain.splitlines()]
        self.home.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.home

    def sales(self, world, zone, first, last):
        return world.run("run", "sales", "--account", "shop", "--timezone", zone, "--from", first, "--to", last,
                         "--columns", "date,status,currency,orders,gross_revenue", now=NOW)

    def check_all(self, place, declared):
        """Declared, every figure is right; undeclared, nothing comes out and the message says what to declare."""
        for zone, first, last in PERIODS:
            with self.subTest(zone=zone, first=first):
                given = self.sales(place(zone, first, last, declared), zone, first, last)
                self.assertEqual(given.code, 0, given.err)
                self.assertEqual(given.out.decode().split("\n", 1)[1], expected(zone, first, last))
        if declared is None:
            return
        zone, first, last = PERIODS[0]
        refused = self.sales(place(zone, first, last, None), zone, first, last)
        self.assertEqual((refused.code, refused.out), (13, b""), refused.err)
        self.assertIn("orders.placed_at", refused.err)
        self.assertIn(f"orders.placed_at: {declared.split()[0].split('-')[0]}", refused.err)
        checks = {entry["report"]: entry for entry in json.loads(self.home.run("source", "check", "--all", "--json", now=NOW).out)}
        for report in ("sales", "customer-spend", "orders-export"):
            self.assertFalse(checks[report]["ok"])
            self.assertIn("orders.placed_at: expected a timestamp, found", checks[report]["why"])

    def sqlite(self, write, zone, first, last):
        path = e2e.scratch("foreign") / "shop.db"
        self.closing(shutil.rmtree, path.parent)
        with sqlite3.connect(path) as shop:
            shop.executescript(TABLES.format(type=""))
            shop.executemany("INSERT INTO orders VALUES (?, 'shop', ?, NULL, 'paid', 'EUR', ?, ?)",
                             [(n, str(n), write(moment), 100 + n) for n, moment in enumerate(moments(zone, first, last))])
        shop.close()
        return f"sqlite:{path}"

    def test_sqlite_every_form_gives_the_days_that_zoneinfo_gives(self):
        for name, (write, declared) in SQLITE.items():
            with self.subTest(form=name):
                self.check_all(lambda zone, first, last, how, write=write: self.place(self.sqlite(write, zone, first, last), how), declared)

    def test_sqlite_a_table_and_a_column_may_differ_from_the_rest(self):
        zone, first, last = PERIODS[0]
        url = self.sqlite(lambda m: epoch(m) * 1000, zone, first, last)
        for declared in ("{default: sql-text UTC, orders: epoch-ms}", "{orders: epoch, ORDERS.Placed_At: epoch-ms}"):
            with self.subTest(declared=declared):
                given = self.sales(self.place(url, declared), zone, first, last)
                self.assertEqual(given.code, 0, given.err)
                self.assertEqual(given.out.decode().split("\n", 1)[1], expected(zone, first, last))

    def test_sqlite_one_stray_value_is_refused_wherever_it_lies(self):
        zone, first, last = PERIODS[0]
        for stray, words in (("2026-03-28 12:00:00", "a time without a time zone"), (1774699200, "an integer"), ("2026-03-28", "a day without a time"),
                             ("2026-03-28T12:00:00+02:00", "a time with an offset"), ("n/a", "other text")):
            with self.subTest(stray=stray):
                url = self.sqlite(SQLITE["with a Z"][0], zone, first, last)
                with sqlite3.connect(url.removeprefix("sqlite:")) as shop:
                    shop.execute("UPDATE orders SET placed_at = ? WHERE id = (SELECT max(id) / 2 FROM orders)", (stray,))
                shop.close()
                refused = self.sales(self.place(url, None), zone, first, last)
                self.assertEqual((refused.code, refused.out), (13, b""), refused.err)
                self.assertIn(f"orders.placed_at: expected a timestamp, found {words}", refused.err)

    def test_sqlite_views_of_the_source_stand_for_tables(self):
        zone, first, last = PERIODS[0]
        url = self.sqlite(lambda m: epoch(m) * 1000, zone, first, last)
        with sqlite3.connect(url.removeprefix("sqlite:")) as shop:
            shop.executescript("ALTER TABLE orders RENAME TO sale; ALTER TABLE sale RENAME COLUMN account_id TO shop; CREATE TABLE orders (x);")
        shop.close()
        views = self.home.path / "views.yaml"
        columns = "id, number, customer_id, status, currency, placed_at, total_cents"
        for text, tenant in ((f"orders: SELECT shop AS account_id, {columns} FROM sale", "several"),
                             (f"Orders: SELECT :account AS account_id, {columns} FROM sold\nsold: SELECT * FROM sale -- all of them", "single")):
            with self.subTest(tenant=tenant):
                views.write_text(text, encoding="utf-8")
                world = self.place(url, f"{{orders.placed_at: epoch-ms}}, views: {views}, tenant: {tenant}")
                given = self.sales(world, zone, first, last)
                self.assertEqual(given.code, 0, given.err)
                self.assertEqual(given.out.decode().split("\n", 1)[1], expected(zone, first, last))
                checks = {entry["report"]: entry["ok"] for entry in json.loads(world.run("source", "check", "--all", "--json", now=NOW).out)}
                self.assertTrue(checks["sales"])
        for text, words in (("orders: SELECT :account AS account_id FROM sale", "tenant: single"), ("orders: DELETE FROM sale", "must start with SELECT"),
                            ("orders: [1]", "must be a SELECT"), ("a b: SELECT 1", "is not a name for a view"), ("orders: SELECT (", "never closed")):
            with self.subTest(text=text):
                views.write_text(text, encoding="utf-8")
                refused = self.sales(self.place(url, f"epoch-ms, views: {views}"), zone, first, last)
                self.assertEqual((refused.code, refused.out), (78, b""), refused.err)
                self.assertIn(words, refused.err)

    # What applications keep: euros, yen and dinars as decimals. 0.1 + 0.2 is not 0.3 in binary.
    DECIMALS = [("EUR", "0.10"), ("EUR", "0.20"), ("EUR", "1234567.89"), ("EUR", "-0.30"), ("JPY", "3000"), ("JPY", "1.00"), ("KWD", "1.005"), ("KWD", "0.1"),
                ("PTS", "12"), ("PTS", "30.0")]
    SUMS = "paid,EUR,4,1234567.89\npaid,JPY,2,3001\npaid,KWD,2,1.105\npaid,PTS,2,42\n"
    VIEW = ("orders: SELECT id, account_id, number, customer_id, status, currency, placed_at, {{money(total, currency)}} AS total_cents FROM sale")

    def check_decimals(self, url, make):
        (self.home.path / "views.yaml").write_text(self.VIEW, encoding="utf-8")
        world = self.place(url, "{}, views: %s/views.yaml, currencies: {PTS: 0}" % self.home.path)
        given = self.sales(world, "UTC", "2026-05-04", "2026-05-04")
        self.assertEqual(given.code, 0, given.err)
        self.assertEqual(given.out.decode().split("\n", 1)[1].replace("2026-05-04,", ""), self.SUMS)
        for currency, amount in (("EUR", "0.005"), ("JPY", "0.5"), ("EUR", "n/a"), ("XXX", "1"), ("eur ", "1"), ("PTS", "0.1")):
            with self.subTest(currency=currency, amount=amount):
                if not make(currency, amount):
                    continue
                refused = self.sales(world, "UTC", "2026-05-04", "2026-05-04")
                self.assertEqual((refused.code, refused.out), (13, b""), refused.err)

    def test_sqlite_decimal_amounts_are_exact_or_refused(self):
        for kind in ("text", "real", "decimal"):
            with self.subTest(kind=kind):
                path = e2e.scratch("foreign") / "shop.db"
                self.closing(shutil.rmtree, path.parent)
                shop = sqlite3.connect(path, isolation_level=None)
                self.closing(shop.close)
                shop.execute(f"CREATE TABLE sale (id integer PRIMARY KEY, account_id, number, customer_id, status, currency, placed_at, total {kind})")
                add = "INSERT INTO sale (account_id, status, currency, placed_at, total) VALUES ('shop', 'paid', ?, '2026-05-04T12:00:00Z', ?)"
                shop.executemany(add, self.DECIMALS)

                def make(currency, amount):
                    shop.execute("DELETE FROM sale WHERE id > ?", (len(self.DECIMALS),))
                    shop.execute(add, (currency, amount))
                    return True

                self.check_decimals(f"sqlite:{path}", make)

    def test_postgresql_decimal_amounts_are_exact_or_refused(self):
        server = postgres.Server()
        self.closing(server.close)
        for kind in ("numeric(12,3)", "text", "double precision"):
            with self.subTest(kind=kind):
                name = f"decimals{len(kind)}"
                server.psql(f"CREATE DATABASE {name}")
                server.psql("CREATE TABLE sale (id serial, account_id text, number text, customer_id text, status text, currency text, "
                            f"placed_at timestamptz, total {kind})", name)
                add = "INSERT INTO sale (account_id, status, currency, placed_at, total) VALUES ('shop', 'paid', '{}', '2026-05-04T12:00:00Z', '{}')"
                for row in self.DECIMALS:
                    server.psql(add.format(*row), name)

                def make(currency, amount):
                    if amount == "n/a" and kind != "text":
                        return False
                    server.psql(f"DELETE FROM sale WHERE id > {len(self.DECIMALS)}; ALTER SEQUENCE sale_id_seq RESTART {len(self.DECIMALS) + 1}", name)
                    server.psql(add.format(currency, amount), name)
                    return True

                self.check_decimals(server.url(name), make)

    def test_postgresql_names_in_capitals_and_of_another_schema_are_looked_at_as_they_are_written(self):
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE prisma")
        server.psql('CREATE SCHEMA "Shop"; CREATE TABLE "Shop"."Order" (id int, "accountId" text, "createdAt" timestamp(3)); '
                    "INSERT INTO \"Shop\".\"Order\" VALUES (1, 'shop', '2026-03-28 22:59:59'), (2, 'shop', '2026-03-28 23:00:00')", "prisma")
        modules = self.home.path / "modules"
        modules.mkdir()
        (modules / "placed.yaml").write_text(
            "id: placed\nlabel: Placed\nfamily: own\ndescription: By day.\nscope: [account]\nwindow: {kind: lookback, default_days: 1, max_days: 31}\n"
            "cadences: [daily]\ncolumns: [{name: day, label: Day, type: date}, {name: n, label: N, type: integer}]\nquery: |\n"
            '  SELECT {{local_date(o."createdAt")}} AS day, count(*) AS n FROM "Shop"."Order" AS o\n'
            '  WHERE o."accountId" = :account AND {{in_period(o."createdAt")}} GROUP BY 1\n', encoding="utf-8")
        for declared, code in ((None, 13), ("{order.createdat: timestamp UTC}", 0), ("{Order.createdAt: timestamp UTC}", 0)):
            with self.subTest(declared=declared):
                world = self.place(server.url("prisma"), declared)
                world.config.write_text(world.config.read_text(encoding="utf-8") + f"catalog: {{dirs: [{modules}]}}\n", encoding="utf-8")
                given = world.run("run", "placed", "--account", "shop", "--timezone", "Europe/Berlin", "--from", "2026-03-28", "--to", "2026-03-28", now=NOW)
                self.assertEqual(given.code, code, given.err)
                self.assertEqual(given.out, b"" if code else b"day,n\n2026-03-28,1\n")  # 23:59:59 and midnight in Berlin
                checks = {entry["report"]: entry for entry in json.loads(world.run("source", "check", "--json", now=NOW).out)}
                self.assertEqual(checks["placed"]["ok"], code == 0, checks["placed"]["why"])

    def test_postgresql_days_are_the_days_of_the_database(self):
        """Northwind keeps days: no time zone may move them."""
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE days")
        server.psql(TABLES.format(type="date") + "INSERT INTO orders SELECT n, 'shop', n, NULL, 'paid', 'EUR', date '2026-03-27' + n / 3, 100 FROM generate_series(0, 14) n",
                    "days")
        for zone in ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            with self.subTest(zone=zone):
                given = self.sales(self.place(server.url("days"), "{orders.placed_at: day}"), zone, "2026-03-28", "2026-03-30")
                self.assertEqual(given.code, 0, given.err)
                self.assertEqual(given.out.decode().split("\n", 1)[1], "".join(f"2026-03-{day},paid,EUR,3,3.00\n" for day in (28, 29, 30)))

    MODULE = ("id: {id}\nlabel: {id}\nfamily: own\ndescription: Own.\nscope: [account]\nwindow: {{kind: snapshot}}\ncadences: [daily]\n"
              "columns: [{{name: v, label: V, type: {type}}}]\nquery: |\n  SELECT {sql}\n")

    def own(self, url, modules, declared=None, more=""):
        """Outputs of modules given as name -> (type, sql), without the header, or what was said instead."""
        directory = self.home.path / "modules"
        directory.mkdir(exist_ok=True)
        for name, (kind, sql) in modules.items():
            (directory / f"{name}.yaml").write_text(self.MODULE.format(id=name, type=kind, sql=sql), encoding="utf-8")
        world = self.place(url, declared)
        config = world.config.read_text(encoding="utf-8").replace(f'url: "{url}"', f'url: "{url}"{more}')
        world.config.write_text(config + f"catalog: {{dirs: [{directory}]}}\n", encoding="utf-8")
        given = {name: world.run("run", name, "--account", "shop", now=NOW) for name in modules}
        return {name: one.out.decode().split("\n", 1)[1].strip() if one.code == 0 else one.err for name, one in given.items()}

    def test_postgresql_binary_sums_are_refused_wherever_a_cast_stands(self):
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE sums")
        server.psql("CREATE TABLE m (account_id text, d double precision, r real, n numeric, i int, t interval);"
                    "INSERT INTO m SELECT 'shop', 0.1, 0.1, 0.1, 1, '1 minute' FROM generate_series(1, 10)", "sums")
        ask = "{} AS v FROM m WHERE account_id = :account"
        kind = "decimal, scale: 3"
        refused = ["round(CAST(sum(d) AS numeric), 2)", "CAST(avg(r) AS numeric)", "sum(d)::numeric", "sum(d * 2) + 0.0", "(SELECT sum(m2.d) FROM m m2 WHERE "
                   "m2.account_id = :account)::numeric", "sum(CASE WHEN i > 0 THEN d END)::numeric(9,2)"]
        right = {"sum({{decimal(d)}})": "1.000", "sum(n)": "1.000", "sum(i) / 4.0": "2.500", "avg(n * 3)": "0.300", "extract(epoch FROM sum(t))": "600.000",
                 "sum(DISTINCT n)": "0.100", "sum(d::numeric) FILTER (WHERE i = 1)": "1.000"}
        queries = dict(enumerate([*refused, *right]))
        given = self.own(server.url("sums"), {f"q{n}": (kind, ask.format(sql)) for n, sql in queries.items()})
        for n, sql in queries.items():
            with self.subTest(sql=sql):
                if sql in right:
                    self.assertEqual(given[f"q{n}"], right[sql])
                else:
                    self.assertIn("adds up binary numbers", given[f"q{n}"])

    def test_postgresql_binary_calculations_are_refused_and_others_stay_as_they_are(self):
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE rows")
        server.psql("CREATE TABLE m (account_id text, d double precision, r real, n numeric, i int, s timestamptz, e timestamptz, t interval, day date, f double precision[]);"
                    "INSERT INTO m VALUES ('shop', 1000000.015, 0.1, 0.015, 3, '2026-03-17 06:00Z', '2026-03-17 07:30Z', '1 minute', '2026-03-17', '{2.5}')", "rows")
        ask = "{} AS v FROM m WHERE account_id = :account"
        # As doubles: d - 1000000 is 0.01499999990686774, and round() takes the even number.
        refused = ["d - 1000000", "CAST(d - 1000000 AS numeric)", "CASE WHEN i > 0 THEN r * 2 END", "round(d)::numeric", "(d + i)::numeric", "d::int", "CAST(d AS bigint)",
                   "floor(r)::integer", "coalesce((m.d - 1000000)::numeric, 0)", "f[1] * 2", "(SELECT m2.d / 3 FROM m m2 WHERE m2.account_id = :account)",
                   "(e - s) * r = t AND d + 1 > 0", "n + d"]
        right = {"d": "1000000.015", "{{difference(d, 1000000)}}": "0.015", "{{decimal(d)}} * 2": "2000000.030", "n * 3": "0.045", "i / 2": "1.000", "i / 2.0": "1.500",
                 "round(n, 2)": "0.020", "extract(epoch FROM e - s) / 60": "90.000", "extract(epoch FROM (e - s) * r)": "540.000", "day - date '2026-03-10'": "7.000",
                 "extract(epoch FROM s + t - s)": "60.000", "{{seconds_between(s, e)}} / 60.0": "90.000", "round({{decimal(f[1])}})": "3.000", "abs(d)": "1000000.015",
                 "-d": "-1000000.015", "max(d)": "1000000.015"}
        queries = dict(enumerate([*refused, *right]))
        given = self.own(server.url("rows"), {f"q{n}": ("boolean" if " AND " in sql else "decimal, scale: 3", ask.format(sql)) for n, sql in queries.items()})
        for n, sql in queries.items():
            with self.subTest(sql=sql):
                if sql in right:
                    self.assertEqual(given[f"q{n}"], right[sql])
                else:
                    self.assertIn("calculates with binary numbers (double precision), which is not exact", given[f"q{n}"])

    def test_sqlite_text_and_numbers_are_not_compared(self):
        """paid = 1 over a column that keeps 't': refused by the run and by source check, with the literal that fits right; an index changes neither."""
        path = e2e.scratch("foreign") / "flags.db"
        self.closing(shutil.rmtree, path.parent)
        with sqlite3.connect(path) as shop:
            shop.executescript("CREATE TABLE o (account_id text, paid boolean); CREATE INDEX o_paid ON o (account_id, paid);"
                               "INSERT INTO o VALUES ('shop', 't'), ('shop', 'f'), ('shop', 't'), ('shop', NULL)")
        shop.close()
        ask = "count(*) AS v FROM o WHERE account_id = :account AND {}"
        right = {"paid = 't'": "2", "paid <> 't'": "1", "{{truth(paid)}}": "2", "paid IN ('t', 'f')": "3"}
        queries = dict(enumerate(["paid = 1", "paid <> 0", "0 < paid", "paid IN (1, 0)", "paid IS 1", "paid IS NOT 0", "coalesce(paid, 0) IS NOT 1", *right]))
        given = self.own(f"sqlite:{path}", {f"q{n}": ("integer", ask.format(sql)) for n, sql in queries.items()}, more=", booleans: {o.paid: t/f}")
        for n, sql in queries.items():
            with self.subTest(sql=sql):
                if sql in right:
                    self.assertEqual(given[f"q{n}"], right[sql])
                else:
                    self.assertRegex(given[f"q{n}"], r"paid(, 0\))? is the text '[tf]', compared with [01]")

    def test_an_id_is_found_on_either_side(self):
        """Numbers as ids, behind expressions, on both kinds of source."""
        where = {"x = :account": "3", ":account = x": "3", "x IN (:account)": "3", "x IN (0, :account)": "3", "(x) = :account": "3",
                 ":account = (x)": "3", "NOT x <> :account": "3"}
        sql = "count(*) AS v FROM (SELECT {} AS x FROM o) s WHERE {}"
        modules = {f"q{n}": ("integer", sql.format("coalesce(shop, 0)", condition) + (" AND s.x = :account" if "NOT" in condition or "0" in condition else ""))
                   for n, condition in enumerate(where)}
        path = e2e.scratch("foreign") / "ids.db"
        self.closing(shutil.rmtree, path.parent)
        with sqlite3.connect(path) as shop:
            shop.executescript("CREATE TABLE o (shop integer); INSERT INTO o VALUES (7), (7), (8), (7)")
        shop.close()
        self.home.must("account", "edit", "shop", "--key", "7", now=NOW)
        self.assertEqual(list(self.own(f"sqlite:{path}", modules).values()), list(where.values()))
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE ids")
        server.psql("CREATE TABLE o (shop integer); INSERT INTO o VALUES (7), (7), (8), (7)", "ids")
        self.assertEqual(list(self.own(server.url("ids"), modules).values()), list(where.values()))

    # How applications keep booleans: the words, the column's type on PostgreSQL, and the declaration; None: nothing to declare.
    BOOLEANS = {"numbers": (1, 0, "integer", None), "minus one": (-1, 0, "smallint", "-1/0"), "letters": ("Y", "N", "char(1)", "Y/N"),
                "PostgreSQL's own": ("t", "f", "text", "t/f"), "words": ("true", "false", "varchar(5)", "true/false"), "an X": ("X", "", "text", "X/")}
    FLAGS = [True, False, True, None, False, True]
    ASK = {"bare": ("integer", "count(*) AS v FROM f WHERE account_id = :account AND {{truth(f.paid)}}"),
           "against": ("integer", "count(*) AS v FROM f WHERE account_id = :account AND NOT {{truth(paid)}}"),
           "shown": ("boolean", "{{truth(f.paid)}} AS v FROM f WHERE account_id = :account ORDER BY n")}
    SEEN = {"bare": "3", "against": "2", "shown": "true\nfalse\ntrue\n\nfalse\ntrue"}

    def check_booleans(self, url_of, execute):
        for name, (yes, no, kind, form) in self.BOOLEANS.items():
            with self.subTest(kept=name):
                words = {True: yes, False: no, None: None}
                rows = ", ".join(f"('shop', {n}, {'NULL' if flag is None else repr(words[flag])})" for n, flag in enumerate(self.FLAGS))
                url = url_of(f"CREATE TABLE f (account_id text, n integer, paid {kind}); INSERT INTO f VALUES {rows}")
                for declared in ([f", booleans: '{form}'", f", booleans: {{f.paid: '{form}'}}", f", booleans: {{default: 1/0, F: '{form}'}}"] if form else [""]):
                    given = self.own(url, self.ASK, more=declared)
                    self.assertEqual({ask: text.replace('""', "") for ask, text in given.items()}, self.SEEN, declared)
                if form:
                    for text in self.own(url, self.ASK).values():
                        self.assertIn("f.paid: expected a boolean (1/0), found \"", text)
                        self.assertIn(f"booleans: {{f.paid: {form}}}", text)
                    checks = {entry["report"]: entry for entry in json.loads(self.home.run("source", "check", "--json", now=NOW).out)}
                    self.assertFalse(checks["bare"]["ok"])
                    self.assertIn("f.paid: expected a boolean", checks["bare"]["why"])

    def test_sqlite_booleans_are_declared_or_refused(self):
        def database(sql):
            path = e2e.scratch("foreign") / "flags.db"
            self.closing(shutil.rmtree, path.parent)
            with sqlite3.connect(path) as made:
                made.executescript(sql)
            made.close()
            return f"sqlite:{path}"

        self.check_booleans(database, None)
        url = database("CREATE TABLE f (account_id text, n integer, paid text); INSERT INTO f VALUES ('shop', 1, 't')")
        for condition in ("paid", "NOT paid", "paid IS TRUE", "n > 0 AND f.paid"):
            with self.subTest(condition=condition):
                said = self.own(url, {"bare": ("integer", "count(*) AS v FROM f WHERE account_id = :account AND " + condition)})["bare"]
                self.assertIn("paid is the text 't', not a boolean", said)
                self.assertIn("{{truth(x)}}", said)

    def test_postgresql_booleans_are_declared_or_refused(self):
        server = postgres.Server()
        self.closing(server.close)
        made = iter(range(1000))

        def database(sql):
            name = f"flags{next(made)}"
            server.psql(f"CREATE DATABASE {name}")
            server.psql(sql, name)
            return server.url(name)

        self.check_booleans(database, None)
        own_type = database("CREATE TABLE f (account_id text, n integer, paid boolean); INSERT INTO f VALUES "
                            "('shop', 0, true), ('shop', 1, false), ('shop', 2, true), ('shop', 3, NULL), ('shop', 4, false), ('shop', 5, true)")
        for declared in ("", ", booleans: Y/N"):
            given = self.own(own_type, self.ASK, more=declared)
            self.assertEqual({ask: text.replace('""', "") for ask, text in given.items()}, self.SEEN)

    def test_infinity_is_empty_where_the_module_says_so(self):
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE odd")
        server.psql("CREATE TABLE o (account_id text, n int, d double precision, m numeric, at timestamptz, day date);"
                    "INSERT INTO o VALUES ('shop', 1, 'NaN', 'NaN', 'infinity', 'infinity'), ('shop', 2, '-Infinity', 'Infinity', '-infinity', '0044-03-15 BC'),"
                    " ('shop', 3, 1.5, 2, '2026-03-17 06:00Z', '2026-03-17')", "odd")
        right = {"d": ("decimal, scale: 1", "1.5"), "m": ("integer", "2"), "at": ("timestamp", "2026-03-17T06:00:00+00:00"), "day": ("date", "2026-03-17")}
        ask = "{} AS v FROM o WHERE account_id = :account ORDER BY n"
        url = server.url("odd")
        self.assertEqual(self.own(url, {name: (kind + ", infinity: empty", ask.format(name)) for name, (kind, _) in right.items()}),
                         {name: f'""\n""\n{value}' for name, (_, value) in right.items()})
        for name, said in self.own(url, {name: (kind, ask.format(name)) for name, (kind, _) in right.items()}).items():
            self.assertIn("column v: expected", said)
            self.assertTrue("found NaN" in said or "found infinity" in said, said)
        path = e2e.scratch("foreign") / "odd.db"
        self.closing(shutil.rmtree, path.parent)
        with sqlite3.connect(path) as odd:
            odd.executescript("CREATE TABLE o (account_id text, n integer, d real); INSERT INTO o VALUES ('shop', 1, 9e999), ('shop', 2, -9e999), ('shop', 3, 1.5)")
        odd.close()
        url = f"sqlite:{path}"
        self.assertEqual(self.own(url, {"d": ("decimal, scale: 1, infinity: empty", ask.format("d"))}), {"d": '""\n""\n1.5'})
        self.assertIn("found a number too large", self.own(url, {"d": ("decimal, scale: 1", ask.format("d"))})["d"])

    def test_source_check_looks_at_rows_between_the_ends(self):
        """The first and the last 250 of 20,000 orders are right, what lies between is in euros; and one value alone is the greatest."""
        middle = "CASE WHEN n BETWEEN 250 AND 19750 THEN '12.34' ELSE 1234 END"
        for change, name in ((middle, "total_cents"), ("CASE WHEN n = 10000 THEN 'n/a' ELSE 1 END", "total_cents")):
            with self.subTest(change=change):
                path = e2e.scratch("foreign") / "shop.db"
                self.closing(shutil.rmtree, path.parent)
                with sqlite3.connect(path) as shop:
                    shop.executescript(TABLES.format(type="text") +
                                       "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) INSERT INTO orders SELECT n, 'shop', n, "
                                       f"NULL, 'paid', 'EUR', '2026-05-04T12:00:00Z', {change} FROM c")
                shop.close()
                checks = {entry["report"]: entry for entry in json.loads(self.place(f"sqlite:{path}", None).run("source", "check", "--all", "--json", now=NOW).out)}
                self.assertIn(f"orders.{name}: expected an integer", checks["sales"]["why"])
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE middle")
        server.psql(TABLES.format(type="timestamptz").replace("currency text", "currency char(4)") +
                    "INSERT INTO orders SELECT n, 'shop', n, NULL, 'paid', CASE WHEN n BETWEEN 250 AND 19750 THEN 'EURO' ELSE 'EUR' END, "
                    "'2026-05-04T12:00:00Z', 1 FROM generate_series(1, 20000) n; ANALYZE", "middle")
        checks = {entry["report"]: entry for entry in json.loads(self.place(server.url("middle"), None).run("source", "check", "--all", "--json", now=NOW).out)}
        self.assertIn("\"EURO\" in column orders.currency is no currency", checks["sales"]["why"])

    def test_postgresql_what_row_level_security_leaves_is_said(self):
        server = postgres.Server()
        self.closing(server.close)
        server.psql("CREATE DATABASE guarded")
        server.psql(TABLES.format(type="timestamptz") + "INSERT INTO orders SELECT n, CASE WHEN n % 4 = 0 THEN 'shop' ELSE 'other' END, n, NULL, 'paid', 'EUR', now(), 1 "
                    "FROM generate_series(1, 1000) n; ANALYZE; ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON orders USING (account_id = 'shop');"
                    "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "guarded")
        url = server.url("guarded", "reader")
        told = self.place(url, None).run("source", "check", now=NOW).err
        self.assertIn("row-level security decides what this login sees", told)
        self.assertIn("orders shows 250 of about 1000 rows", told)

    def test_a_database_of_one_company_needs_no_account_and_has_no_second(self):
        modules = self.home.path / "modules"
        modules.mkdir()
        (modules / "count.yaml").write_text("id: count\nlabel: Count\nfamily: own\ndescription: All of them.\nscope: [account]\ntenant: single\n"
                                            "window: {kind: snapshot}\ncadences: [daily]\ncolumns: [{name: n, label: N, type: integer}]\n"
                                            "query: SELECT count(*) AS n FROM orders\n", encoding="utf-8")
        world = self.place(f"sqlite:{self.home.source}", None)
        plain = world.config.read_text(encoding="utf-8") + f"catalog: {{dirs: [{modules}]}}\n"
        world.config.write_text(plain, encoding="utf-8")
        refused = world.run("run", "count", "--account", "shop", now=NOW)
        self.assertEqual((refused.code, refused.out), (78, b""), refused.err)
        told = world.run("source", "check", now=NOW).out.decode()
        self.assertIn("report count is for a database of one account", told)  # an own report that no source serves is shown without --all
        self.assertIn("tenant: single", refused.err)
        world.must("account", "add", "second", "--source", "shop", "--timezone", "UTC", now=NOW)
        world.config.write_text(plain.replace('.db"}', '.db", tenant: single}'), encoding="utf-8")
        two = world.run("run", "count", "--account", "shop", now=NOW)
        self.assertEqual((two.code, two.out), (78, b""), two.err)
        self.assertIn("second", two.err)
        world.must("account", "remove", "second", "--yes", now=NOW)
        self.assertEqual(world.must("run", "count", "--account", "shop", now=NOW).out, b"n\n5\n")
        again = world.run("account", "add", "second", "--source", "shop", "--timezone", "UTC", now=NOW)
        self.assertIn("belongs to account shop", again.err)

    def test_a_schedule_whose_query_the_source_cannot_prepare_is_refused_and_found(self):
        add = ("schedule", "add", "daily", "--account", "shop", "--report", "sales", "--cadence", "daily", "--at", "07:00", "--to", "a@example.com")
        self.home.must(*add, now=NOW)
        with sqlite3.connect(self.home.source) as shop:
            shop.execute("ALTER TABLE orders RENAME COLUMN total_cents TO total")
        shop.close()
        found = self.home.run("schedule", "validate", "--all", now=NOW)
        self.assertEqual(found.code, 13, found.out)
        self.assertIn(b"total_cents", found.out)
        refused = self.home.run(*add[:2], "second", *add[3:], now=NOW)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("total_cents", refused.err)

    def test_sqlite_the_index_is_used_whatever_the_form(self):
        e2e.need("strace")
        zone, first, last = PERIODS[0]
        for name in ("with a Z", "with an offset", "with a blank", "in milliseconds", "in Julian days"):
            write, declared = SQLITE[name]
            with self.subTest(form=name):
                url = self.sqlite(write, zone, first, last)
                with sqlite3.connect(url.removeprefix("sqlite:")) as shop:
                    shop.executemany("INSERT INTO orders VALUES (?, 'shop', 'long ago', NULL, 'paid', 'EUR', ?, 1)",
                                     [(1000 + n, write(datetime.datetime(2001, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=n))) for n in range(200000)])
                    pages = shop.execute("PRAGMA page_count").fetchone()[0]
                shop.close()
                trace = self.home.path / "trace"
                done = self.place(url, declared).run("run", "sales", "--account", "shop", "--timezone", zone, "--from", first, "--to", last, now=NOW,
                                                     prefix=("strace", "-f", "-e", "trace=pread64", "-o", trace))
                self.assertEqual(done.code, 0, done.err)
                self.assertGreater(pages, 3000)
                self.assertLess(trace.read_text().count("pread64("), pages / 6)  # most of it what the looks at the column cost

    def test_postgresql_every_form_gives_the_days_that_zoneinfo_gives(self):
        server = postgres.Server()
        self.closing(server.close)
        made = iter(range(1000))

        def database(write, column_type, zone, first, last):
            name = f"foreign{next(made)}"
            server.psql(f"CREATE DATABASE {name}")
            rows = ",".join(f"({n}, 'shop', '{n}', NULL, 'paid', 'EUR', '{write(moment)}', {100 + n})" for n, moment in enumerate(moments(zone, first, last)))
            server.psql(TABLES.format(type=column_type) + f"INSERT INTO orders VALUES {rows};", name)
            return server.url(name)

        for name, (write, column_type, declared) in POSTGRESQL.items():
            with self.subTest(form=name):
                self.check_all(lambda zone, first, last, how, write=write, column_type=column_type:
                               self.place(database(write, column_type, zone, first, last), how), declared)


if __name__ == "__main__":
    e2e.main()
