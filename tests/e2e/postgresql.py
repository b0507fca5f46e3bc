#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports from PostgreSQL: the same bytes as from SQLite, and no partial data when the server fails, stops or dies in the middle."""
import contextlib, csv, io, itertools, json, os, pathlib, signal, subprocess, sys, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, postgres

BIG = 300_000  # orders, so that a stream lasts
MORE_ORDERS = f"""
INSERT INTO orders SELECT i, 'shop', 'B' || i, 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z'::timestamptz + i * interval '0.1 s', i
FROM generate_series(1000, {BIG} + 999) i;
INSERT INTO order_items SELECT i, i, 1, 'p1', 'TEA-1', 'Grüner Tee', 1, i, i FROM generate_series(1000, {BIG} + 999) i; ANALYZE;
"""


class PostgreSql(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.postgres = postgres.Server(max_connections=40)
        cls.databases = itertools.count()

    @classmethod
    def tearDownClass(cls):
        cls.postgres.close()

    def shop(self, server=None, timeout="50s", **options):
        """A world whose source is in PostgreSQL; its data are also in the SQLite file world.source."""
        world = self.world(**options)
        world.database = f"shop{next(self.databases)}"
        self.use(world, (server or self.postgres).copy_of(world.source, world.database), timeout)
        return world

    def use(self, world, url, timeout="50s"):
        world.environment.update(REPORTCTL_SOURCES_SHOP_URL=url, REPORTCTL_SOURCES_SHOP_STATEMENT_TIMEOUT=timeout)

    def big(self, **options):
        """A shop with a daily schedule that reads a long stream."""
        world = self.shop(**options)
        self.postgres.psql(MORE_ORDERS, world.database)
        world.schedules(e2e.schedule("morning", "a@example.org", report="orders-export", more=", params: {mode: line-items}"))
        return world

    @contextlib.contextmanager
    def in_the_middle(self, world, running):
        """While the program is halted with rows on their way to it: the server's process that sends them."""
        def find(more):
            found[:] = self.postgres.psql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{world.database}' AND application_name = 'reportctl' "
                                          f"AND state = 'active' AND query LIKE '%order_items%' {more}").split()
            return found or running.poll() is not None

        found = []
        e2e.wait_until(lambda: find(""), "the query runs")
        running.send_signal(signal.SIGSTOP)
        try:
            e2e.wait_until(lambda: find("AND wait_event = 'ClientWrite'"), "rows are on their way")
            yield int(found[0])
        finally:
            running.send_signal(signal.SIGCONT)

    def assert_failed_without_mail(self, world, result, words):
        """One failed run, its reason, and a mail to the stewards that has no file."""
        self.assertEqual(result.code, 3, result.err)
        run = world.only_run()
        self.assertEqual((run["state"], run["status"]), ("failed", "failed"))
        self.assertIn("source shop: ", run["reason"])
        self.assertIn(words, run["reason"])
        self.assertIn(words, result.err)
        for mail in world.outbox_mails():
            self.assertIn(mail["To"].addresses[0].addr_spec, e2e.STEWARDS)
            self.assertEqual([part for part in mail.walk() if part.get_content_disposition() == "attachment"], [])
        self.assertEqual([path for path in (world.path / "artifacts").rglob("*") if path.is_file() and path.name != "reportctl-owner"], [])
        return run

    def test_a_scheduled_run_and_one_on_demand_are_the_same_bytes_and_those_of_sqlite(self):
        world = self.shop()
        world.schedules(e2e.schedule("morning", "a@example.org"), e2e.schedule("lines", "a@example.org", report="orders-export", more=", params: {mode: line-items}"))
        world.must("run-due")
        sent = {e2e.attachment_of(mail)[0].split("-2026")[0]: e2e.attachment_of(mail)[1] for mail in world.outbox_mails()}
        self.assertEqual(len(sent), 2, sent.keys())
        expected = {("sales",): 3, ("orders-export", "--param", "mode=line-items"): 4}  # lines of 2026-03-16 with the heading, counted by hand
        for words, lines in expected.items():
            asked = world.must("run", *words, "--account", "shop", "--window", "yesterday").out
            self.assertIn(asked, sent.values())
            self.assertEqual(asked.count(b"\n"), lines, asked)
            from_sqlite = world.must("run", *words, "--account", "shop", "--window", "yesterday", env={"REPORTCTL_SOURCES_SHOP_URL": f"sqlite:{world.source}"}).out
            self.assertEqual(asked, from_sqlite)

    def test_every_built_in_report_is_the_same_from_both_kinds_of_source(self):
        world = self.world()
        folder = world.path / "demo"
        folder.mkdir(mode=0o700)
        files = ("--config", folder / "reportctl.yaml", "--state", folder / "state.db")
        now = "2026-03-17T05:02:00Z"
        world.must("init", "--demo", *files, now=now)
        urls = {source["name"]: source["url"] for source in world.json("source", "list", *files, now=now)}
        self.assertTrue(urls)
        there = {f"REPORTCTL_SOURCES_{name.upper().replace('-', '_')}_URL": self.postgres.copy_of(url.removeprefix("sqlite:"), f"demo-{name}")
                 for name, url in urls.items()}
        self.assertIn('"why": ""', world.must("source", "check", "--json", *files, now=now, env=there).out.decode())
        accounts = world.json("account", "list", *files, now=now)
        seen, rows, different = set(), 0, []
        for report in world.json("catalog", "list", *files, now=now):
            if report["hidden"] or report["origin"] != "built in":
                continue
            for account in accounts:
                for words in self.ways_to_run(world, report, account, files, now):
                    here = world.run("run", *words, *files, now=now)
                    if here.code == 13:
                        break  # this account's source has other tables
                    other = world.run("run", *words, *files, now=now, env=there)
                    if here.code == 7 and (other.code, other.err) == (7, here.err):
                        continue  # a feature that the account does not have
                    if (here.code, other.code, other.out) != (0, 0, here.out):
                        different.append((words, here.code, here.err, other.code, other.err, *first_difference(here.out, other.out)))
                    seen.add(report["id"])
                    rows += here.out.count(b"\n") - 1
        self.assertEqual(different, [])
        built_in = {report["id"] for report in world.json("catalog", "list", *files, now=now) if not report["hidden"]}
        self.assertEqual(seen, built_in)
        self.assertGreater(rows, 1000)

    def ways_to_run(self, world, report, account, files, now):
        """The arguments of `run` for each scope and each variant of a report, with every required parameter given."""
        scopes = [("account",)] if "account" in report["scopes"] else []
        if set(report["scopes"]) - {"account"}:
            scopes += [(place["scope"],) for place in world.json("catalog", "scopes", "--account", account["id"], *files, now=now)
                       if place["kind"] in report["scopes"]][:3]
        for (scope,) in scopes:
            place = ("--account", account["id"], "--scope", scope)
            choices = []
            for parameter in report["parameters"]:
                if not parameter["required"]:
                    continue
                if parameter["type"] == "enum":
                    choices.append([f"{parameter['name']}={value}" for value in parameter["values"]])
                    continue
                found = world.run("catalog", "choices", report["id"], parameter["name"], *place, "--json", *files, now=now)
                values = [one["id"] for one in json.loads(found.out)] if found.code == 0 else []
                if not values:
                    break
                choices.append([f"{parameter['name']}={','.join(values[:3] if parameter['type'] == 'id_list' else values[:1])}"])
            else:
                window = ()
                if report["window"]["kind"] == "lookback":
                    window = ("--lookback", "7")
                elif report["window"]["kind"] != "snapshot":
                    window = ("--window", "last_30d")
                for chosen in itertools.product(*choices):
                    yield (report["id"], *place, *window, *(word for one in chosen for word in ("--param", one)))

    def test_a_server_that_is_down_is_source_unavailable_at_save_and_a_failed_run_later(self):
        world = self.shop()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        self.use(world, f"postgresql://postgres@127.0.0.1:{e2e.free_port()}/shop")
        asked = world.run("run", "sales", "--account", "shop", "--window", "yesterday", "--output", world.path / "sales.csv")
        self.assertEqual(asked.code, 13, asked.err)
        self.assertIn("source shop: cannot connect: ", asked.err)
        self.assertIn("Connection refused", asked.err)
        self.assertFalse((world.path / "sales.csv").exists())
        self.assertEqual(world.run("source", "check").code, 13)
        self.assert_failed_without_mail(world, world.run("run-due"), "cannot connect")

    def test_a_stream_whose_server_process_dies_is_a_failed_run_and_nothing_is_sent(self):
        world = self.big()
        running = world.start("run-due")
        with self.in_the_middle(world, running) as backend:
            os.kill(backend, signal.SIGKILL)  # the whole server restarts then
        out, err = running.communicate(timeout=e2e.PATIENCE)
        result = e2e.Result(running.returncode, out, err.decode(), 0)
        e2e.wait_until(lambda: not self.is_down(), "PostgreSQL has recovered")
        self.assert_failed_without_mail(world, result, "the connection was lost")
        # The next occurrence works, with the server's rest of the data.
        world.must("run", "orders-export", "--param", "mode=line-items", "--account", "shop", "--window", "yesterday")

    def is_down(self):
        with contextlib.suppress(AssertionError):
            return self.postgres.psql("SELECT 1") != "1"
        return True

    def test_output_that_is_cut_off_is_no_success_and_leaves_no_file(self):
        world = self.big()
        target = world.path / "orders.csv"
        running = world.start("run", "orders-export", "--param", "mode=line-items", "--account", "shop", "--window", "yesterday", "--output", target)
        with self.in_the_middle(world, running) as backend:
            self.postgres.psql(f"SELECT pg_terminate_backend({backend})")
        _, err = running.communicate(timeout=e2e.PATIENCE)
        self.assertEqual(running.returncode, 13, err)
        self.assertIn("source shop: the connection was lost: ", err.decode())
        self.assertFalse(target.exists())
        self.assertEqual([path.name for path in world.path.iterdir() if "orders" in path.name], [])

    def test_output_that_is_read_slowly_keeps_no_transaction_open(self):
        world = self.big()
        arguments = ["run", "orders-export", "--param", "mode=line-items", "--account", "shop", "--window", "yesterday"]
        whole = world.must(*arguments).out
        running = world.start(*arguments)
        first = running.stdout.read(1)
        e2e.wait_until(lambda: self.postgres.psql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{world.database}' AND state <> 'idle' "
                                                  "AND application_name = 'reportctl'") == "0", "the server is done", 40)
        self.assertIsNone(running.poll())  # it waits for us
        self.assertEqual(first + running.stdout.read(), whole)
        self.assertEqual(running.wait(e2e.PATIENCE), 0, running.stderr.read())
        running.stdout.close()
        running.stderr.close()

    def test_long_reports_of_one_server_run_side_by_side_as_many_as_may(self):
        world = self.shop(timeout="10m")
        world.environment.update(REPORTCTL_POLICY_MAX_RUNNING="4")
        world.schedules(*(e2e.schedule(f"s{i}", f"a{i}@example.org") for i in range(6)))
        # Every query waits at a gate, which this session keeps shut.
        self.postgres.psql("ALTER TABLE orders RENAME TO all_orders; "
                           "CREATE VIEW orders AS SELECT o.* FROM all_orders o, (SELECT pg_advisory_xact_lock_shared(7) OFFSET 0) gate", world.database)
        gate = subprocess.Popen([self.postgres.bin / "psql", "-XAtq", self.postgres.url(world.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.closing(lambda: (gate.kill(), gate.wait(), gate.stdin.close(), gate.stdout.close()))
        gate.stdin.write("SELECT pg_advisory_lock(7) IS NULL;\n")
        gate.stdin.flush()
        self.assertEqual(gate.stdout.readline(), "f\n")

        def at_the_gate():
            return int(self.postgres.psql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{world.database}' AND application_name = 'reportctl' "
                                          "AND wait_event = 'advisory'"))

        cron = []
        for minute in range(4):
            cron.append(world.start("run-due"))
            e2e.wait_until(lambda minute=minute: at_the_gate() == minute + 1, "one more report is made")
        for _ in range(2):  # the fifth and the sixth minute
            self.assertEqual(world.must("run-due").out, b"")
        self.assertEqual(at_the_gate(), 4)
        gate.stdin.close()  # psql ends, and its lock with it
        for running in cron:
            out, err = running.communicate(timeout=e2e.PATIENCE)
            self.assertEqual(running.returncode, 0, err)
        self.assertEqual([run["state"] for run in world.runs()], ["delivered"] * 6)
        self.assertEqual(sorted(mail["To"].addresses[0].addr_spec for mail in world.outbox_mails()), [f"a{i}@example.org" for i in range(6)])

    def test_a_server_that_stops_answering_is_left_at_the_time_limit(self):
        world = self.big(timeout="6s")
        running = world.start("run-due")
        with self.in_the_middle(world, running) as backend:
            os.kill(backend, signal.SIGSTOP)
            self.closing(os.kill, backend, signal.SIGCONT)
        out, err = running.communicate(timeout=e2e.PATIENCE)
        self.assert_failed_without_mail(world, e2e.Result(running.returncode, out, err.decode(), 0), "the server has stopped answering")

    def test_a_query_beyond_the_time_limit_is_a_failed_run_and_ends_on_the_server_too(self):
        world = self.shop(timeout="1s")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        self.postgres.psql("ALTER TABLE orders RENAME TO all_orders; CREATE VIEW orders AS SELECT o.* FROM all_orders o, pg_sleep(30)", world.database)
        self.assert_failed_without_mail(world, world.run("run-due"), "the query took longer than 1 s")
        asked = world.run("run", "sales", "--account", "shop", "--window", "yesterday")
        self.assertEqual((asked.code, asked.out), (13, b""), asked.err)
        self.assertIn("statement_timeout", asked.err)
        self.assertEqual(self.postgres.psql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{world.database}' AND state = 'active'"), "0")

    def test_a_query_that_gives_no_row_ends_long_before_the_limit_of_the_whole(self):
        world = self.shop(timeout="1h")
        world.environment.update(REPORTCTL_SOURCES_SHOP_SILENCE_TIMEOUT="1s")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run", "sales", "--account", "shop", "--window", "yesterday")
        self.postgres.psql("ALTER TABLE orders RENAME TO all_orders; CREATE VIEW orders AS SELECT o.* FROM all_orders o, pg_sleep(30)", world.database)
        asked = world.run("run", "sales", "--account", "shop", "--window", "yesterday")
        self.assertEqual((asked.code, asked.out), (13, b""), asked.err)
        self.assertIn("source shop: the query gave no row for 1 s", asked.err)
        self.assertIn("silence_timeout", asked.err)
        self.assertEqual(self.postgres.psql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{world.database}' AND state = 'active'"), "0")

    def test_sigterm_ends_the_run_and_the_query_on_the_server(self):
        world = self.big()
        running = world.start("run", "orders-export", "--param", "mode=line-items", "--account", "shop", "--window", "yesterday", "--output", world.path / "o.csv")
        with self.in_the_middle(world, running):
            running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=e2e.PATIENCE)
        self.assertEqual(running.returncode, 143, err)
        self.assertFalse((world.path / "o.csv").exists())
        e2e.wait_until(lambda: self.postgres.psql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{world.database}' AND backend_type = 'client backend'") == "0",
                       "the server is free")

    def test_a_password_comes_from_its_file_and_is_seen_nowhere(self):
        secret = "correct-horse-7f3c"
        server = postgres.Server(log_statement="all", log_connections="on", password_encryption="scram-sha-256")
        self.closing(server.close)
        world = self.shop(server=server)
        server.psql(f"CREATE ROLE reports LOGIN PASSWORD '{secret}'; GRANT pg_read_all_data TO reports", world.database)
        server.psql(f"GRANT CONNECT ON DATABASE {world.database} TO reports")
        (server.data / "pg_hba.conf").write_text("local all all trust\nhost all postgres 127.0.0.1/32 trust\nhost all reports 127.0.0.1/32 scram-sha-256\n")
        server.psql("SELECT pg_reload_conf()")
        file = world.path / "fleet-password"
        file.write_text(secret + "\n")
        file.chmod(0o600)
        self.use(world, server.url(world.database, "reports"))
        asked = ("run", "sales", "--account", "shop", "--window", "yesterday")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        e2e.wait_until(lambda: world.run(*asked).code == 13, "the server asks for a password")
        without = world.run(*asked)
        self.assertIn("password_file", without.err)
        world.environment["REPORTCTL_SOURCES_SHOP_PASSWORD_FILE"] = str(file)
        seen = []
        done = threading.Event()

        def look():
            while not done.is_set():
                for process in pathlib.Path("/proc").glob("[0-9]*"):
                    with contextlib.suppress(OSError):
                        if "reportctl" in (process / "comm").read_text():
                            seen.append((process / "cmdline").read_bytes() + (process / "environ").read_bytes())

        watcher = threading.Thread(target=look)
        watcher.start()
        results = [world.must(*asked), world.must("source", "list"), world.must("source", "check"), world.must("config", "show"), world.must("run-due")]
        wrong = world.path / "wrong-password"
        wrong.write_text("battery-staple-99\n")
        wrong.chmod(0o600)
        refused = world.run(*asked, env={"REPORTCTL_SOURCES_SHOP_PASSWORD_FILE": wrong})
        done.set()
        watcher.join()
        self.assertEqual(refused.code, 13, refused.err)
        self.assertIn('password authentication failed for user "reports"', refused.err)
        in_url = world.run(*asked, env={"REPORTCTL_SOURCES_SHOP_URL": server.url(world.database, f"reports:{secret}")})
        self.assertEqual(in_url.code, 78, in_url.err)
        self.assertIn("password_file", in_url.err)
        self.assertEqual(world.only_run()["state"], "delivered")
        self.assertTrue(seen)
        texts = seen + [result.out + result.err.encode() for result in [*results, refused, without, in_url]]
        texts += [path.read_bytes() for path in world.path.rglob("*") if path.is_file() and path not in (file, wrong)]
        log = server.log.read_bytes()
        texts.append(b"\n".join(line for line in log.splitlines() if b"CREATE ROLE" not in line))
        for text in texts:
            self.assertNotIn(secret.encode(), text)
            self.assertNotIn(b"battery-staple", text)

    def test_tls_is_as_the_url_asks(self):
        authority = e2e.Authority(e2e.scratch("tls"))
        self.closing(lambda: e2e.shutil.rmtree(authority.ca.parent, ignore_errors=True))
        server = postgres.Server(tls=(authority.certificate, authority.key))
        self.closing(server.close)
        world = self.shop(server=server)
        world.schedules()
        plain = world.must("run", "sales", "--account", "shop", "--window", "yesterday").out

        def run(more):
            self.use(world, server.url(world.database, more=more))
            return world.run("run", "sales", "--account", "shop", "--window", "yesterday", env={"HOME": world.path})

        required = run("?sslmode=require")
        self.assertEqual((required.code, required.out), (0, plain), required.err)
        known = run(f"?sslmode=verify-full&sslrootcert={authority.ca}")
        self.assertEqual((known.code, known.out), (0, plain), known.err)
        for more in ("?sslmode=verify-full", f"?sslmode=verify-full&sslrootcert={authority.certificate}"):
            unknown = run(more)
            self.assertEqual(unknown.code, 13, unknown.err)
            self.assertIn("certificate", unknown.err)
            self.assertIn("sslrootcert", unknown.err)
        self.use(world, self.postgres.url(more="?sslmode=require"))
        without = world.run("run", "sales", "--account", "shop", "--window", "yesterday")
        self.assertEqual(without.code, 13)
        self.assertIn("SSL", without.err)

    def test_saving_a_schedule_asks_the_source_for_its_choices_and_says_when_it_cannot(self):
        world = self.shop()
        module = world.path / "catalog.d" / "of-customer.yaml"
        module.parent.mkdir()
        module.write_text(MODULE)
        world.environment["REPORTCTL_CATALOG_DIRS"] = str(module.parent)
        world.schedules()
        add = ("schedule", "add", "mine", "--account", "shop", "--report", "of-customer", "--cadence", "daily", "--at", "05:00", "--to", "a@example.org",
               "--param", "customers=c1,c2")
        self.use(world, f"postgresql://postgres@127.0.0.1:{e2e.free_port()}/shop")
        down = world.run(*add)
        self.assertIn(down.code, (7, 13), down.err)
        self.assertIn("source shop: cannot connect", down.err)
        self.assertEqual(world.json("schedule", "list"), [])
        self.use(world, self.postgres.url(world.database))
        refused = world.run(*add[:-1], "customers=c9")
        self.assertEqual(refused.code, 7, refused.err)  # another account's
        world.must(*add, now=e2e.MADE_AT)
        world.must("run-due")
        _, data = e2e.attachment_of(world.outbox_mails()[0])
        self.assertEqual([row["order_number"] for row in csv.DictReader(io.StringIO(data.decode()))], ["5001", "5002"])

    def test_a_superuser_is_warned_of_and_a_reader_is_not(self):
        world = self.shop()
        self.assertIn("source shop: the login is a superuser of PostgreSQL", world.run("source", "check", "shop").err)
        self.postgres.psql("CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader")
        self.use(world, self.postgres.url(world.database, user="reader"))
        told = world.run("source", "check", "shop")
        self.assertIn(b"sales", told.out)
        self.assertNotIn("superuser", told.err)


def first_difference(left, right):
    pairs = itertools.zip_longest(left.decode().splitlines(), right.decode().splitlines())
    return next(((number, *pair) for number, pair in enumerate(pairs, 1) if pair[0] != pair[1]), ())


MODULE = """
id: of-customer
label: Orders of customers
family: shop
description: Orders of the chosen customers.
surfaces: [run, schedule]
scope: [account]
window: {kind: lookback, default_days: 1, max_days: 31}
cadences: [daily]
formats: [csv]
parameters:
  - name: customers
    label: Customers
    type: id_list
    required: true
    filter: o.customer_id
    choices: SELECT id, name FROM customers WHERE account_id = :account ORDER BY id
columns:
  - {name: order_number, label: Order, type: text}
  - {name: placed_at, label: Placed, type: timestamp}
query: |
  SELECT o.number AS order_number, o.placed_at AS placed_at FROM orders o
  WHERE o.account_id = :account AND o.placed_at >= :from AND o.placed_at < :to AND {{filters}}
  ORDER BY o.placed_at, o.id
"""


if __name__ == "__main__":
    e2e.main()
