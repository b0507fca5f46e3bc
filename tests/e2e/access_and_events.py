#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The seven events with their payloads, three different endings, and access that is asked again at every run."""
import getpass, json, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

FLEET = """
CREATE TABLE depots (id TEXT, account_id TEXT, name TEXT, timezone TEXT);
CREATE TABLE site_power (depot_id TEXT, read_at TEXT, import_kw REAL, export_kw REAL);
CREATE TABLE users (id TEXT, account_id TEXT, name TEXT, email TEXT, role TEXT);
CREATE TABLE access_events (id INTEGER, user_id TEXT, at TEXT, event TEXT, outcome TEXT, ip TEXT, user_agent TEXT);
INSERT INTO depots VALUES ('north', 'shop', 'North', 'Australia/Sydney'), ('south', 'shop', 'South', 'Europe/Berlin'), ('far', 'other', 'Far', 'UTC');
INSERT INTO site_power VALUES ('north', '2026-03-16T08:00:00Z', 12.5, 0), ('north', '2026-03-16T08:15:00Z', 13, 1),
                              ('far', '2026-03-16T08:00:00Z', 666, 0);
INSERT INTO users VALUES ('u1', 'shop', 'Uma', 'uma@shop.example', 'driver');
INSERT INTO access_events VALUES (1, 'u1', '2026-03-16T07:00:00Z', 'login', 'ok', '192.0.2.1', 'curl');
"""
MEMBERS = """accounts:
  - id: shop
    name: Harbour Fleet
    source: shop
    members:
      - {name: Ada Owner, email: ada@shop.example, role: owner, login: ada}
      - {name: Tom Admin, email: tom@shop.example, role: admin}
      - {name: Max Manager, email: max@shop.example, role: manager, sites: ["depot:north"], login: max}
"""
POWER = ["--account", "shop", "--report", "site-power", "--cadence", "daily", "--at", "05:00", "--timezone", "UTC", "--to", "r@example.org"]


class AccessAndEvents(e2e.Case):
    def fleet(self, **options):
        world = self.world(**options)
        world.make_source(FLEET)
        world.must("member", "add", "Root", "--role", "system_admin", "--login", getpass.getuser(), now=e2e.MADE_AT)
        world.apply(MEMBERS)
        return world

    def events(self, world, name):
        return [event for event in world.json("audit", "list", "--limit", "1000") if event["name"] == name]

    def payload(self, world, name):
        found = self.events(world, name)
        self.assertEqual(len(found), 1, name)
        return found[0]["payload"]

    def test_a_schedule_that_is_configured_triggered_generated_and_delivered_leaves_its_four_events(self):
        """names and payloads of reportctl-audit(1)."""
        world = self.fleet(clock=True)
        world.must("schedule", "add", "power", *POWER, "--scope", "depot:north", "--lookback", "2", now=e2e.MADE_AT)
        world.must("run-due")
        schedule = world.json("schedule", "show", "power")
        configured = self.payload(world, "ScheduledReportConfigured")
        self.assertEqual({key: configured[key] for key in ("scheduledReportId", "reportType", "scope", "lookback", "reportParams", "recipientCount")},
                         {"scheduledReportId": schedule["id"], "reportType": "site-power", "scope": "depot:north", "lookback": 2,
                          "reportParams": {}, "recipientCount": 1})
        self.assertEqual(self.payload(world, "ScheduledRunTriggered"), {"scheduledReportId": schedule["id"], "runAt": e2e.NOW})
        self.assertEqual(self.payload(world, "ScheduledReportGenerated"),
                         {"scheduledReportId": schedule["id"], "reportType": "site-power", "rowCount": 2})
        delivered = self.payload(world, "ScheduledReportDelivered")
        self.assertEqual((delivered["scheduledReportId"], delivered["recipientCount"]), (schedule["id"], 1))
        self.assertRegex(delivered["deliveredAt"], r"^2026-03-17T05:0[2-9]:\d\dZ$")
        self.assertEqual(set(delivered), {"scheduledReportId", "recipientCount", "deliveredAt"})
        self.assertFalse(self.events(world, "ScheduledRunRejected") or self.events(world, "ScheduledReportDeliveryFailed"))

    def test_a_refused_configuration_is_recorded_with_reason_and_actor(self):
        """by every door: add, edit, apply."""
        world = self.fleet()
        world.must("--as", "max", "schedule", "add", "logins", "--account", "shop", "--report", "user-access-log", "--scope", "depot:north", "--cadence",
                   "daily", "--at", "05:00", "--param", "users=all", "--to", "r@example.org", code=7, now=e2e.MADE_AT)
        rejected = self.payload(world, "ScheduledReportConfigurationRejected")
        self.assertEqual((rejected["reportType"], rejected["scope"]), ("user-access-log", "depot:north"))
        self.assertIn("scope_not_allowed", [reason["code"] for reason in rejected["rejectionReason"]])
        self.assertIn("max", self.events(world, "ScheduledReportConfigurationRejected")[0]["actor"])
        world.must("schedule", "add", "power", *POWER, "--scope", "depot:north", now=e2e.MADE_AT)
        world.must("schedule", "edit", "power", "--lookback", "93", code=7)
        world.must("apply", "-f", "-", stdin=b'schedules:\n  - {name: more, account: shop, scope: depot:atlantis, report: site-power, cadence: daily, at: "05:00", '
                   b'to: [r@example.org]}\n', code=7)
        codes = [reason["code"] for event in self.events(world, "ScheduledReportConfigurationRejected")
                 for reason in event["payload"]["rejectionReason"]]
        self.assertEqual(sorted(codes), ["lookback_out_of_range", "role_not_permitted", "scope_not_allowed", "scope_unknown"])

    def endings(self):
        """A rejected, a failed and an undelivered schedule, all due."""
        e2e.need_aiosmtpd()
        server = self.server()
        server.refuse["r@example.org"] = "550 5.1.1 No such user here"
        world = self.fleet(transport=server.url)
        world.must("schedule", "add", "undelivered", *POWER, "--scope", "depot:north", now=e2e.MADE_AT)
        world.must("schedule", "add", "rejected", *POWER, "--scope", "depot:south", now=e2e.MADE_AT)
        world.must("schedule", "add", "failed", "--account", "shop", "--report", "user-access-log", "--param", "users=all", "--cadence", "daily", "--at",
                   "05:00", "--to", "s@example.org", now=e2e.MADE_AT)
        world.make_source(FLEET.replace("('south', 'shop'", "('south', 'other'").replace("'192.0.2.1'", "CAST(x'c328' AS TEXT)"))  # no UTF-8
        return server, world

    def test_rejected_failed_and_delivery_failed_are_three_different_endings_everywhere(self):
        """in the ledger, in JSON, in the schedule, in the events, in the mails to owners and admins; no data goes out."""
        server, world = self.endings()
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        runs = {run["schedule"]: run for run in world.runs()}
        self.assertEqual({name: run["state"] for name, run in runs.items()},
                         {"undelivered": "delivery_failed", "rejected": "rejected", "failed": "failed"})
        for name, word in (("undelivered", "No such user here"), ("rejected", 'no depot "south"'), ("failed", "source shop")):
            self.assertIn(word, runs[name]["reason"], name)
            self.assertIn(word, result.err, name)
        self.assertEqual(self.payload(world, "ScheduledRunRejected")["rejectionReason"][0]["code"], "scope_unknown")
        self.assertIn("No such user here", self.payload(world, "ScheduledReportDeliveryFailed")["failureReason"])
        self.assertEqual(len(self.events(world, "ScheduledReportGenerated")), 1)
        self.assertFalse([mail for mail in server.held if mail.recipients[0] in ("r@example.org", "s@example.org")])
        told = {mail.message["subject"] for mail in server.held}
        self.assertEqual(told, {"Harbour Fleet: undelivered not delivered", "Harbour Fleet: rejected rejected", "Harbour Fleet: failed failed"})
        self.assertEqual({mail.recipients[0] for mail in server.held}, e2e.STEWARDS)
        for mail in server.held:
            text = mail.message.get_body(("plain",)).get_content()
            self.assertNotIn("SELECT", text)

    def test_each_ending_of_a_single_run_has_its_own_exit_code(self):
        """7 rejected, 1 failed, 3 not delivered."""
        _, world = self.endings()
        world.must("schedule", "test", "undelivered", "--to", "r@example.org", code=3)
        world.must("schedule", "test", "rejected", "--to", "s@example.org", code=7)
        world.must("schedule", "test", "failed", "--to", "s@example.org", code=1)
        world.must("run", "site-power", "--account", "shop", "--scope", "depot:south", code=7)
        world.must("run", "user-access-log", "--account", "shop", "--param", "users=all", code=13)

    def rejection(self, change, *, as_login="max", scope="depot:north"):
        """The reason why a schedule that held is rejected at its next run, after `change(world)`."""
        world = self.fleet()
        world.must("--as", as_login, "schedule", "add", "power", *POWER, "--scope", scope, now=e2e.MADE_AT)
        change(world)
        world.must("run-due", code=3)
        run = world.only_run()
        self.assertEqual(run["state"], "rejected")
        self.assertFalse([mail for mail in world.outbox_mails() if "r@example.org" in mail["to"]])
        return run["reason"]

    def test_an_owner_who_left_the_account_ends_what_runs_in_their_name(self):
        reason = self.rejection(lambda world: world.must("member", "remove", "Max Manager", "--account", "shop", "--yes"))
        self.assertIn("has left the account", reason)
        self.assertIn("role_not_permitted", reason)

    def test_an_owner_who_lost_the_role_or_the_site_ends_it_too(self):
        reason = self.rejection(lambda world: world.must("member", "edit", "Max Manager", "--account", "shop", "--role", "viewer"))
        self.assertIn("Max Manager, on whose behalf it runs, is viewer and may not keep schedules of depot:north any more", reason)
        reason = self.rejection(lambda world: world.must("member", "edit", "Max Manager", "--account", "shop", "--site", "depot:south"))
        self.assertIn("may not keep schedules of depot:north any more", reason)

    def test_a_report_for_owners_is_not_run_for_one_who_is_admin_now(self):
        """the module's roles, with the roles of today."""
        world = self.fleet()
        world.must("--as", "ada", "schedule", "add", "logins", "--account", "shop", "--report", "user-access-log", "--param", "users=u1", "--cadence",
                   "daily", "--at", "05:00", "--to", "r@example.org", now=e2e.MADE_AT)
        world.must("member", "edit", "Ada Owner", "--account", "shop", "--role", "admin")
        world.must("run-due", code=3)
        self.assertIn("user-access-log is for the role", world.only_run()["reason"])

    def test_recipients_given_by_a_member_who_has_gone_get_nothing_whoever_the_owner_is(self):
        for case in ("edited", "given"):
            with self.subTest(case):
                world = self.fleet()
                who = "ada" if case == "edited" else "max"
                world.must("--as", who, "schedule", "add", "power", *POWER, "--scope", "depot:north", now=e2e.MADE_AT)
                if case == "edited":
                    world.must("--as", "max", "schedule", "edit", "power", "--account", "shop", "--to", "m@evil.example", now=e2e.MADE_AT)
                else:
                    world.must("--as", "max", "schedule", "reassign", "power", "--account", "shop", "--to", "Ada Owner", now=e2e.MADE_AT)
                world.must("schedule", "validate", "--all")
                world.must("member", "remove", "Max Manager", "--account", "shop", "--yes")
                world.must("run-due", code=3)
                run, = world.runs()
                self.assertEqual(run["state"], "rejected")
                self.assertIn("who gave it its recipients has left the account", run["reason"])
                self.assertEqual([mail for mail in world.outbox_mails() if "evil" in str(mail["To"])], [])
                world.must("--as", "ada", "schedule", "reassign", "power", "--account", "shop", "--to", "Ada Owner")  # she has looked at it
                world.must("schedule", "validate", "--all")

    def test_recipients_given_by_a_member_who_has_another_role_now_get_nothing_either(self):
        world = self.fleet()
        world.must("--as", "ada", "schedule", "add", "power", *POWER, "--scope", "depot:north", now=e2e.MADE_AT)
        world.must("--as", "max", "schedule", "edit", "power", "--account", "shop", "--at", "05:01", now=e2e.MADE_AT)  # not its recipients
        world.must("--as", "max", "schedule", "edit", "power", "--account", "shop", "--at", "05:00", now=e2e.MADE_AT)
        world.must("member", "edit", "Max Manager", "--account", "shop", "--role", "viewer")
        world.must("schedule", "validate", "--all")
        world.must("member", "edit", "Max Manager", "--account", "shop", "--role", "manager", "--site", "depot:north")
        world.must("--as", "max", "schedule", "edit", "power", "--account", "shop", "--add-to", "m@evil.example", now=e2e.MADE_AT)
        world.must("--as", "ada", "schedule", "edit", "power", "--account", "shop", "--remove-to", "r@example.org", now=e2e.MADE_AT)  # gives nobody anything
        world.must("member", "edit", "Max Manager", "--account", "shop", "--role", "viewer")
        world.must("run-due", code=3)
        self.assertIn("Max Manager, who gave it its recipients, is viewer and may not keep schedules of depot:north any more", world.only_run()["reason"])

    def test_a_mail_that_waits_for_another_attempt_is_not_sent_once_nobody_stands_behind_it(self):
        for change in ("left", "role", "domain"):
            with self.subTest(change):
                world = self.fleet()
                world.must("--as", "max", "schedule", "add", "power", *POWER, "--scope", "depot:north", "--retries", "3", now=e2e.MADE_AT)
                works = world.config.read_text()
                world.config.write_text(works.replace(f"maildir:{world.outbox}", f"smtp://127.0.0.1:{e2e.free_port()}\n  tls: none"))
                world.must("run-due", code=75)
                self.assertEqual([one["state"] for one in world.only_run()["deliveries"]], ["deferred"])
                world.config.write_text(works)
                if change == "left":
                    world.must("member", "remove", "Max Manager", "--account", "shop", "--yes")
                elif change == "role":
                    world.must("member", "edit", "Max Manager", "--account", "shop", "--role", "viewer")
                else:
                    world.config.write_text(works.replace("mail:\n", "mail:\n  allowed_domains: [shop.example]\n"))
                world.must("run-due", now="2026-03-17T06:00:00Z", code=3)
                run = world.only_run()
                self.assertEqual(run["state"], "delivery_failed")
                self.assertIn("recipient_not_allowed" if change == "domain" else "role_not_permitted", json.dumps(run))
                self.assertEqual([mail for mail in world.outbox_mails() if "r@example.org" in str(mail["To"])], [])
                self.assertTrue(world.outbox_mails())  # owners are told

    def test_a_reassigned_schedule_runs_again_in_the_name_of_its_new_owner(self):
        world = self.fleet()
        world.must("--as", "max", "schedule", "add", "power", *POWER, "--scope", "depot:north", now=e2e.MADE_AT)
        world.must("member", "remove", "Max Manager", "--account", "shop", "--yes")
        self.assertEqual(world.run("schedule", "validate", "--all").code, 7)
        world.must("schedule", "reassign", "power", "--account", "shop", "--to", "Ada Owner")
        world.must("schedule", "validate", "--all")
        world.must("run-due")
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_a_site_has_its_own_zone_and_a_schedule_keeps_it(self):
        """north is in Sydney: its 16 March is 13:00Z on the 15th to 13:00Z on the 16th."""
        world = self.fleet()
        told = world.must("run", "site-power", "--account", "shop", "--scope", "depot:north", now="2026-03-17T05:02:00Z").out.decode()
        self.assertIn("2026-03-16T19:00:00+11:00,12.5", told)
        without_zone = [word for word in POWER if word not in ("--timezone", "UTC")]
        world.must("schedule", "add", "power", *without_zone, "--scope", "depot:north", now=e2e.MADE_AT)
        shown = world.json("schedule", "show", "power")
        self.assertEqual(shown["timezone"], "Australia/Sydney")
        self.assertEqual(shown["next_run_at"], "2026-03-16T18:00:00Z")

    def test_a_manager_sees_and_runs_only_what_belongs_to_their_site(self):
        """another site's schedules and runs are neither listed nor shown, and its data is not given out."""
        world = self.fleet()
        for name in ("north", "south"):
            world.must("schedule", "add", name, *POWER, "--scope", "depot:" + name, now=e2e.MADE_AT)
        world.must("run-due")
        self.assertEqual([schedule["name"] for schedule in world.json("--as", "max", "schedule", "list")], ["north"])
        self.assertEqual({run["schedule"] for run in world.json("--as", "max", "runs", "list")}, {"north"})
        south = next(run for run in world.runs() if run["schedule"] == "south")
        for words in (["runs", "show", south["id"]], ["runs", "save", south["id"], "-o", "x.csv"], ["schedule", "show", "south"], ["schedule", "preview", "south"]):
            world.must("--as", "max", *words, code=5)
        for words in (["run", "site-power", "--account", "shop", "--scope", "depot:south"], ["catalog", "choices", "daily-ev-load", "chargers", "--account", "shop",
                                                                                         "--scope", "depot:south"]):
            world.must("--as", "max", *words, code=4)
        scopes = [entry["scope"] for entry in world.json("--as", "max", "catalog", "scopes", "--account", "shop")]
        self.assertEqual(scopes, ["depot:north"])


if __name__ == "__main__":
    e2e.main()
