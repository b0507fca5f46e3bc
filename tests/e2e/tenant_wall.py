#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The tenant wall, walked over the whole catalog on the demo's data, where accounts share tables and ids, with rows added that point across the
wall: nothing that only another account has ever appears in a report, in a list of choices or in an answer to a member."""
import csv
import getpass
import io
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import demo_world
import e2e

NOW = demo_world.NOW
DUE = "2026-11-17T12:00:00Z"

# Words that stand nowhere else, in rows that belong to one account and are pointed at by rows of another.
HOSTILE = {
    "shop": """
      INSERT INTO customers (account_id, id, name, email) VALUES ('kissa', 'x-kissa', 'Zyzzkissa', 'zyzzkissa@mail.example');
      INSERT INTO orders VALUES (990001, 'shop', 'X-1', 'x-kissa', 'paid', 'EUR', '2026-11-15T10:00:00Z', 1234);
      INSERT INTO order_items VALUES (9900011, 990001, 1, 'p17', 'X-SKU', 'Crossing the wall', 1, 1234, 1234);
      INSERT INTO products VALUES ('x-p', 'kissa', 'TEA-000', 'Zyzzproduct', 1, 'JPY', 1);""",
    "fleet": """
      INSERT INTO vehicle_groups VALUES ('x-g', 'kurier', 'Zyzzgroup');
      INSERT INTO cost_centres VALUES ('x-cc', 'kurier', 'Zyzzcentre');
      INSERT INTO vehicles VALUES ('x-v', 'kurier', 'lichtenberg', 'Zyzzvan', 'ZYZZ 1', 'x-g', 'x-cc'),
                                  ('x-mixed', 'coaches', 'alexandria', 'Mixed bus', 'MX 1', 'x-g', 'x-cc'),
                                  ('x-stray', 'coaches', 'lichtenberg', 'Zyzzstray', 'SY 1', NULL, NULL);
      INSERT INTO charging_sessions VALUES
        (990001, 'alx-1', 'x-v', 'u201', '2026-11-15T10:00:00Z', '2026-11-15T11:00:00Z', 1000, 1, 1, 'AUD', 'local'),
        (990002, 'alx-1', 'x-mixed', 'u102', '2026-11-15T11:00:00Z', '2026-11-15T12:00:00Z', 1000, 1, 1, 'AUD', 'local'),
        (990003, 'lbg-1', 'x-mixed', 'u102', '2026-11-15T11:00:00Z', '2026-11-15T12:00:00Z', 1000, 1, 1, 'EUR', 'local');
      INSERT INTO circuits VALUES ('x-circuit', 'lichtenberg', 'Zyzzcircuit', 10);
      INSERT INTO chargers VALUES ('x-charger', 'alexandria', 'x-circuit', 'ALX 9', 'AC-22', 22);
      INSERT INTO circuit_allocations VALUES ('x-circuit', '2026-11-15T10:00:00Z', 1, 1);""",
    "outreach": """
      INSERT INTO campaigns VALUES (9901, 'hanabi-tokyo', 'Zyzzcampaign', 'zyzzstatus', '2026-11-01T00:00:00Z', NULL);
      INSERT INTO campaign_daily VALUES (9901, '2026-11-15', 10, 9, 8, 7, 6, 1, 0, 0);
      INSERT INTO leads VALUES (990001, 'quill-uk', 9901, 'crossing@mail.example', 'Cross', 'Ing', NULL, 'new', '2026-11-15T10:00:00Z', '2026-11-15T10:00:00Z');
      INSERT INTO sending_domains VALUES (99, 'hanabi-tokyo', 'zyzz.example');""",
}
OWNERS = {"Zyzzkissa": "kissa", "zyzzkissa@mail.example": "kissa", "Zyzzproduct": "kissa", "Zyzzgroup": "kurier", "Zyzzcentre": "kurier", "Zyzzvan": "kurier",
          "ZYZZ 1": "kurier", "Zyzzstray": "coaches", "Zyzzcircuit": "kurier", "Zyzzcampaign": "hanabi", "zyzzstatus": "hanabi", "zyzz.example": "hanabi"}
# Whose a row is, where it does not say so itself: the first of these columns that it has.
PARENTS = (("charger_id", "chargers"), ("depot_id", "depots"), ("circuit_id", "circuits"), ("sensor_id", "sensors"), ("workspace_id", "workspaces"),
           ("campaign_id", "campaigns"), ("domain_id", "sending_domains"), ("order_id", "orders"), ("user_id", "users"))
WORD = re.compile(r"(?!\d{4}-\d\d-\d\d)(?!-?\d+$)")  # neither instants nor numbers, which accounts share by chance


class Wall(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.world = demo_world.Demo(now=NOW)
        for source, script in HOSTILE.items():
            cls.world.change(source, f"BEGIN; {script} COMMIT;")
        cls.foreign_words = {name: cls.others(account) for name, account in cls.world.accounts.items()}

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    @classmethod
    def others(cls, account):
        """(texts, ids) that rows of other accounts in the same source hold and no row of this account does."""
        world, source = cls.world, account["source"]
        tables = {table: world.rows(source, f"SELECT * FROM {table}") for table in world.tables(source)}
        by_id = {table: {row["id"]: row for row in rows if "id" in row} for table, rows in tables.items()}

        def owner(row):
            if "account_id" in row:
                return row["account_id"]
            for column, table in PARENTS:
                if column in row and table in by_id:
                    return owner(by_id[table][row[column]])
            raise AssertionError(f"whose is {row}?")

        own, foreign, own_ids, foreign_ids = set(), set(), set(), set()
        for rows in tables.values():
            for row in rows:
                mine = owner(row) == account["key"]
                (own if mine else foreign).update(value for value in row.values() if isinstance(value, str) and WORD.match(value))
                ids = {str(value) for column, value in row.items() if mine and column.endswith("_id") or column == "id"}
                (own_ids if mine else foreign_ids).update(ids)
        return foreign - own, foreign_ids - own_ids

    def check_output(self, account, out, where):
        text = out.decode()
        table = list(csv.reader(io.StringIO(text)))
        words, ids = self.foreign_words[account]
        for row in table[1:]:
            for column, cell in zip(table[0], row):
                self.assertFalse(cell in words, f"{where}: {column} {cell}")
                self.assertFalse(column.endswith("_id") and cell in ids, f"{where}: {column} {cell}")
        for word, owner in OWNERS.items():
            if owner != account:
                self.assertNotIn(word, text, where)
        return len(table) - 1

    def test_no_report_shows_what_another_account_has(self):
        world, rows, runs, covered = self.world, 0, 0, set()
        for case in world.cases("run"):
            widest = {"lookback": ["--lookback", str(case.report["window"].get("max_days"))], "snapshot": [],
                      "cadence": ["--window", "last_30d"], "range": ["--window", "last_90d"]}[case.report["window"]["kind"]]
            for variant in [case, *world.filtered(case)]:
                found = self.check_output(case.account, world.must(*world.report_on(variant, *widest), now=NOW).out, world.report_on(variant))
                rows, runs = rows + found, runs + 1
                covered.add(case.report["id"])
        self.assertEqual(covered, {report["id"] for report in world.reports if "run" in report["surfaces"]})
        self.assertGreater(rows, 50000)
        print(f"         {runs} runs of {len(covered)} reports, {rows} rows", flush=True)

    def test_the_check_itself_would_see_a_leak(self):
        """Each account's own report, judged as if another account had got it, is full of leaks."""
        for account, reader, report in (("kurier", "coaches", "charging-sessions"), ("hanabi", "quill", "leads"), ("kissa", "shop", "customer-spend")):
            out = self.world.must("run", report, "--account", account, "--from", "2026-11-10", "--to", "2026-11-16", now=NOW).out
            with self.assertRaises(AssertionError):
                self.check_output(reader, out, report)

    def test_rows_that_point_across_the_wall_keep_their_own_figures(self):
        """A session of a foreign vehicle stays a session, without the vehicle; an order of a foreign customer stays an order."""
        out = self.world.must("run", "charging-sessions", "--account", "coaches", "--lookback", "7", now=NOW).out.decode()
        rows = {row["session_id"]: row for row in csv.DictReader(io.StringIO(out))}
        self.assertEqual((rows["990001"]["vehicle"], rows["990001"]["user"], rows["990001"]["energy_kwh"]), ("", "", "1.000"))
        self.assertEqual((rows["990002"]["vehicle"], rows["990002"]["vehicle_group"], rows["990002"]["cost_centre"]), ("Mixed bus", "", ""))
        self.assertNotIn("990003", rows)
        out = self.world.must("run", "leads", "--account", "quill", now=NOW).out.decode()
        lead = next(row for row in csv.DictReader(io.StringIO(out)) if row["lead_id"] == "990001")
        self.assertEqual((lead["campaign"], lead["workspace"]), ("", "Quill UK"))

    def test_selectors_of_others_are_refused_like_ones_that_do_not_exist(self):
        """and a depot's report takes no selector of a sister depot."""
        world, tried = self.world, 0
        for case in world.cases("run"):
            for parameter in world.offered(case.report, case.scope):
                if not parameter["has_choices"]:
                    continue
                own = set(world.choices(case.account, case.report, parameter, case.scope))
                elsewhere = set()
                for account in world.accounts_for(case.report):
                    for scope in world.scopes(account, case.report):
                        if parameter in world.offered(case.report, scope):
                            elsewhere |= set(world.choices(account, case.report, parameter, scope))
                refusals = set()
                for value in [*sorted(elsewhere - own)[:2], "no-such-thing"]:
                    given = case._replace(parameters={**case.parameters, parameter["name"]: [value]})
                    with self.subTest(words=world.report_on(given)):
                        done = world.run(*world.report_on(given), now=NOW)
                        self.assertEqual((done.code, done.out), (7, b""))
                        self.assertIn("parameter_not_found", done.err)
                        refusals.add(done.err.replace(value, "…"))
                        tried += 1
                self.assertEqual(len(refusals), 1, refusals)
        self.assertGreater(tried, 100)

    def test_sites_of_others_are_refused_like_ones_that_do_not_exist(self):
        world, tried = self.world, 0
        for report in world.reports:
            for kind in report["scopes"]:
                if kind == "account":
                    continue
                for account in world.accounts_for(report):
                    foreign = [site for other in world.accounts for site in world.sites(other, kind) if other != account]
                    own = next(scope for scope in world.scopes(account, report) if scope.startswith(kind))
                    needed = demo_world.options(world.required(account, report, own)[0])
                    refusals = set()
                    for site in [*foreign, "no-such-site"]:
                        for words in (["run", report["id"]], ["schedule", "add", "x", "--report", report["id"], "--cadence", "daily", "--at", "06:00",
                                                             "--to", "x@example.com"]):
                            if words[0] == "schedule" and "schedule" not in report["surfaces"]:
                                continue
                            done = world.run(*words, "--account", account, "--scope", f"{kind}:{site}", *needed, now=NOW)
                            with self.subTest(report=report["id"], account=account, site=site, words=words[0]):
                                self.assertEqual((done.code, done.out), (7, b""))
                                self.assertIn("scope_unknown", done.err)
                            refusals.add((words[0], done.err.replace(site, "…")))
                            tried += 1
                    self.assertEqual(len(refusals), len({first for first, _ in refusals}), refusals)
        self.assertGreater(tried, 50)

    def test_choices_offer_nothing_of_others(self):
        world, listed = self.world, 0
        for case in world.cases("run"):
            for parameter in world.offered(case.report, case.scope):
                if not parameter["has_choices"]:
                    continue
                words, _ = self.foreign_words[case.account]
                for choice in world.json("catalog", "choices", case.report["id"], parameter["name"], "--account", case.account, "--scope", case.scope, now=NOW):
                    self.assertFalse({choice["id"], choice["name"]} & words, (case.report["id"], case.account, case.scope, parameter["name"], choice))
                    listed += 1
        self.assertGreater(listed, 100)


class Changing(e2e.Case):
    """What changes the world has one of its own."""

    def setUp(self):
        super().setUp()
        self.world = demo_world.Demo(now=NOW)
        self.closing(self.world.close)

    def test_a_depot_that_changes_hands_takes_no_report_along(self):
        """FR: scope and selectors are asked again at every run; what was allowed yesterday is rejected, and nothing is sent."""
        self.world.must("run-due", now=NOW)
        before = {mail["Message-ID"] for mail in self.world.outbox_mails()}
        self.world.change("fleet", "UPDATE depots SET account_id = 'kurier' WHERE id = 'kewdale';")
        done = self.world.run("run-due", now=DUE)
        self.assertEqual(done.code, 3, done.err)
        ended = {run["schedule"]: run for run in self.world.runs() if run["slot"] > NOW}
        for schedule in ("kewdale-connectivity", "kewdale-switchboard"):
            self.assertEqual(ended[schedule]["state"], "rejected")
            self.assertIn("scope_unknown", json.dumps(ended[schedule]["violations"]))
        after = [mail for mail in self.world.outbox_mails() if mail["Message-ID"] not in before]
        told = [mail for mail in after if "kewdale" in str(mail["Subject"]).lower()]  # the stewards, of the rejection
        self.assertEqual([part for mail in told for part in mail.walk() if part.get_content_disposition() == "attachment"], [])
        self.assertEqual([mail for mail in after if mail["To"].addresses[0].addr_spec == "workshop@southern-coaches.example"], [])

    def test_a_member_sees_one_account_alone(self):
        """Schedules, runs, notifications, audit, choices: neither listed nor shown, and in the words for what does not exist."""
        world = self.world
        world.must("run-due", now=NOW)
        world.change("shop", "DROP TABLE order_items;")
        world.run("run-due", now=DUE)  # failures, so that there are notifications
        schedules, runs = world.json("schedule", "list"), world.runs()
        people = {"coaches": "Aroha Ngata", "kurier": "Jürgen Weiß", "quill": "Imogen Hart", "hanabi": "中村 遥", "kissa": "佐藤 美咲", "shop": "Ada Lindqvist"}
        for at, (account, person) in enumerate(people.items()):
            actor = ["--as", getpass.getuser()] if at else []  # the first login ends the time in which everybody may do everything
            world.must(*actor, "member", "edit", person, "--account", account, "--login", f"member-of-{account}", now=DUE)
        for account in people:
            login = ["--as", f"member-of-{account}"]
            mine = {schedule["name"] for schedule in schedules if schedule["account"] == account}
            strangers = [other for other in world.accounts.values() if other["id"] != account]
            secrets = {other["name"] for other in strangers}
            secrets |= {schedule["id"] for schedule in schedules if schedule["account"] != account} | {run["id"] for run in runs if run["account"] != account}
            secrets |= {person for other, person in people.items() if other != account}
            for words in (["schedule", "list"], ["runs", "list", "--limit", "1000"], ["notifications", "list", "--all"], ["audit", "list", "--limit", "1000"],
                          ["account", "list"], ["member", "list"]):
                done = world.must(*login, *words, "--json", now=DUE)
                text = done.out.decode() + done.err
                for secret in secrets:
                    self.assertNotIn(secret, text, (account, words))
                found = json.loads(done.out)
                self.assertLessEqual({entry.get("account", account) for entry in found} - {None}, {account}, words)
                if words[0] == "schedule":
                    self.assertEqual({entry["name"] for entry in found}, mine)
                if words[0] in ("runs", "audit"):
                    self.assertTrue(found, words)
            for words in (["metrics"], ["status"], ["check", "--json"], ["run-due", "--dry-run"], ["schedule", "validate", "--all"], ["webhook", "list"], ["export", "list"]):
                done = world.run(*login, *words, now=DUE)
                self.assertIn(done.code, (0, 1, 2, 7, 13), words)
                for secret in secrets | {f'account="{other["id"]}"' for other in strangers} | {f'{other["id"]}/' for other in strangers}:
                    self.assertNotIn(secret, done.out.decode() + done.err, (account, words))
            stranger = strangers[0]["id"]
            theirs = next(schedule for schedule in schedules if schedule["account"] == stranger)
            their_run = next(run for run in runs if run["account"] == stranger)
            for words, key, nothing in ((["schedule", "show"], theirs["id"], "ffffffffffffffff"), (["runs", "show"], their_run["id"], "ffffffffffffffff"),
                                        (["runs", "save"], their_run["id"], "ffffffffffffffff"), (["account", "show"], stranger, "nobody"),
                                        (["run", theirs["report"], "--account"], stranger, "nobody"), (["audit", "list", "--account"], stranger, "nobody"),
                                        (["schedule", "list", "--account"], stranger, "nobody"), (["notifications", "list", "--account"], stranger, "nobody"),
                                        (["catalog", "choices", "user-access-log", "users", "--account"], stranger, "nobody")):
                shown, absent = (world.run(*login, *words, one, now=DUE) for one in (key, nothing))
                with self.subTest(account=account, words=words):
                    self.assertIn(shown.code, (2, 4, 5))
                    self.assertEqual((shown.code, shown.err.replace(key, "…")), (absent.code, absent.err.replace(nothing, "…")))
                    self.assertEqual(shown.out, b"")


if __name__ == "__main__":
    e2e.main()
