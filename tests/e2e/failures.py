#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What goes wrong between the source and the recipient, what is written down, who is told, and what mends it."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

THREE = ["a@example.org", "b@example.org", "c@example.org"]


class Failures(e2e.Case):
    def setUp(self):
        super().setUp()
        e2e.need_aiosmtpd()

    def told(self, server):
        """Who got a SCHEDULED_REPORT_FAILED mail: the mails without an attachment."""
        return sorted(mail.recipients[0] for mail in server.held if not any(part.get_content_disposition() == "attachment" for part in mail.message.walk()))

    def reports(self, server):
        return sorted(mail.recipients[0] for mail in server.held if any(part.get_content_disposition() == "attachment" for part in mail.message.walk()))

    def test_one_refused_recipient_of_three_makes_the_run_partial_and_only_owners_and_admins_are_told(self):
        server = self.server()
        server.refuse["b@example.org"] = "550 5.1.1 No such user here"
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", THREE))
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        self.assertIn("reportctl runs resend", result.err)
        run = world.only_run()
        self.assertEqual(run["state"], "partial")
        self.assertEqual(self.states(run), {"a@example.org": "accepted", "b@example.org": "refused", "c@example.org": "accepted"})
        refused = next(one for one in run["deliveries"] if one["address"] == "b@example.org")
        self.assertIn("No such user here", refused["answer"])
        self.assertEqual(self.reports(server), ["a@example.org", "c@example.org"])
        self.assertEqual(self.told(server), sorted(e2e.STEWARDS))
        for mail in server.held:
            if mail.recipients[0] in e2e.STEWARDS:
                self.assertIn("No such user here", mail.message.get_body(("plain",)).get_content())
                self.assertIn("b@example.org", mail.message.get_body(("plain",)).get_content())
            else:
                self.assertNotIn("No such user", mail.content.decode())
        kinds = {note["kind"] for note in world.json("notifications", "list")}
        self.assertEqual(kinds, {"SCHEDULED_REPORT_FAILED"})
        schedule = world.json("schedule", "show", "morning")
        self.assertEqual((schedule["last_run_status"], schedule["failure_count"]), ("partial", 1))

    def test_resend_only_failed_sends_just_the_refused_recipient(self):
        server = self.server()
        server.refuse["b@example.org"] = "550 5.1.1 No such user here"
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", THREE))
        world.must("run-due", code=3)
        before = world.only_run()
        server.refuse.clear()
        server.held.clear()
        world.must("runs", "resend", before["id"], "--only", "failed")
        self.assertEqual(server.recipients(), ["b@example.org"])
        after = world.only_run()
        self.assertEqual(after["state"], "delivered")
        self.assertEqual(set(self.states(after).values()), {"accepted"})
        _, data = e2e.attachment_of(server.held[0].message)
        self.assertEqual(data, world.must("runs", "save", before["id"]).out)
        self.assertEqual(world.run("runs", "resend", before["id"], "--only", "failed").code, 6)

    def test_a_server_that_is_down_makes_a_delivery_failed_that_resend_mends(self):
        port = e2e.free_port()
        world = self.world(f"smtp://127.0.0.1:{port}")
        world.schedules(e2e.schedule("morning", THREE[:2]))
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        run = world.only_run()
        self.assertEqual((run["state"], run["status"]), ("delivery_failed", "failed"))
        self.assertEqual(set(self.states(run).values()), {"deferred"})
        server = self.server()
        world.configure(server.url)
        world.must("runs", "resend", run["id"])
        self.assertEqual(self.reports(server), ["a@example.org", "b@example.org"])
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_with_retries_a_server_that_is_down_defers_with_75_and_the_retry_delivers(self):
        port = e2e.free_port()
        world = self.world(f"smtp://127.0.0.1:{port}", policy="retries: 2")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        self.assertEqual(world.run("run-due").code, 75)
        run = world.only_run()
        self.assertEqual(run["state"], "generated")
        self.assertEqual(run["deliveries"][0]["next_attempt_at"], "2026-03-17T05:07:00Z")  # five minutes later
        server = self.server()
        world.configure(server.url, policy="retries: 2")
        world.must("run-due", now="2026-03-17T05:06:59Z")
        self.assertEqual(server.held, [])
        world.must("run-due", now="2026-03-17T05:07:00Z")
        self.assertEqual(server.recipients(), ["a@example.org"])
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_a_reply_lost_after_the_dot_is_unknown_with_14_and_is_not_sent_again_by_itself(self):
        server = self.server()

        async def drop(mail):
            return server.DROP if mail.recipients == ["b@example.org"] else None

        server.on_data = drop
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", THREE))
        result = world.run("run-due")
        self.assertEqual(result.code, 14, result.err)
        run = world.only_run()
        self.assertEqual(run["state"], "unknown")
        self.assertEqual(self.states(run), {"a@example.org": "accepted", "b@example.org": "unknown", "c@example.org": "accepted"})
        world.must("run-due", now="2026-03-17T05:30:00Z")
        self.assertEqual(self.reports(server), THREE)

    def test_resend_only_unknown_sends_it_under_the_same_message_id(self):
        server = self.server()

        async def drop(mail):
            return server.DROP if mail.recipients == ["b@example.org"] else None

        server.on_data = drop
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", THREE))
        world.must("run-due", code=14)
        run = world.only_run()
        first = next(mail for mail in server.held if mail.recipients == ["b@example.org"])
        server.on_data = None
        server.held.clear()
        world.must("runs", "resend", run["id"], "--only", "unknown")
        self.assertEqual(server.recipients(), ["b@example.org"])
        self.assertEqual(server.held[0].message["Message-ID"], first.message["Message-ID"])
        self.assertEqual(server.held[0].content, first.content)
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_a_source_that_is_gone_fails_the_run_with_3_and_nobody_but_owners_and_admins_is_mailed(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", THREE))
        world.source.rename(world.path / "away.db")
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        run = world.only_run()
        self.assertEqual(run["state"], "failed")
        self.assertIn("shop.db", run["reason"])
        self.assertEqual(server.recipients(), sorted(e2e.STEWARDS))
        (world.path / "away.db").rename(world.source)
        world.must("run-due", now="2026-03-18T05:00:00Z")
        self.assertEqual(self.reports(server), THREE)
        self.assertEqual(world.json("schedule", "show", "morning")["failure_count"], 0)

    def test_a_failing_report_never_stops_the_others(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(*[e2e.schedule(f"s{i}", f"r{i}@example.org") for i in range(4)],
                        e2e.schedule("stock", "x@example.org", report="inventory-valuation"))
        world.make_source(e2e.COMMERCE + "UPDATE products SET price_cents = 'dear' WHERE id = 'p1';")
        self.assertEqual(world.run("run-due").code, 3)
        self.assertEqual({run["schedule"]: run["state"] for run in world.runs()},
                         {"s0": "delivered", "s1": "delivered", "s2": "delivered", "s3": "delivered", "stock": "failed"})
        self.assertEqual(self.reports(server), [f"r{i}@example.org" for i in range(4)])

    def test_no_data_is_mailed_with_a_header_only_file_that_says_so(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.make_source(e2e.COMMERCE + "DELETE FROM orders;")
        world.must("run-due")
        run = world.only_run()
        self.assertEqual((run["state"], run["rows"]), ("delivered", 0))
        _, data = e2e.attachment_of(server.held[0].message)
        self.assertEqual(data, b"date,status,currency,orders,gross_revenue,average_order_value\n")
        self.assertRegex(server.held[0].message.get_body(("plain",)).get_content().lower(), r"no (data|rows|orders)|nothing")

    def test_no_data_skip_mails_nobody_and_is_an_outcome_of_its_own(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", "a@example.org", more=", no_data: skip"))
        world.make_source(e2e.COMMERCE + "DELETE FROM orders;")
        world.must("run-due")
        self.assertEqual(server.held, [])
        run = world.only_run()
        self.assertEqual((run["state"], run["status"], run["deliveries"]), ("no_data", "ok", []))

    def test_missed_occurrences_are_coalesced_and_visible_as_skipped(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due", now="2026-03-20T08:00:00Z")
        self.assertEqual(server.recipients(), ["a@example.org"])
        runs = {run["slot"]: run["state"] for run in world.runs()}
        self.assertEqual(runs, {"2026-03-17T05:00:00Z": "skipped", "2026-03-18T05:00:00Z": "skipped", "2026-03-19T05:00:00Z": "skipped",
                                "2026-03-20T05:00:00Z": "delivered"})
        newest = next(run for run in world.runs() if run["state"] == "delivered")
        self.assertEqual(newest["period"]["first_day"], "2026-03-19")  # from the slot, not from now
        self.assertEqual(world.json("schedule", "show", "morning")["next_run_at"], "2026-03-21T05:00:00Z")

    def test_missed_all_makes_up_for_each_of_them(self):
        server = self.server()
        world = self.world(server.url, policy="missed: all")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due", now="2026-03-19T08:00:00Z")
        self.assertEqual(sorted(run["period"]["first_day"] for run in world.runs()), ["2026-03-16", "2026-03-17", "2026-03-18"])
        self.assertEqual(len(server.held), 3)

    def test_a_message_larger_than_the_limit_is_refused_as_attachment_too_large_and_visible(self):
        server = self.server()
        world = self.world(server.url, mail="max_message_bytes: 20000")
        lines = "".join(f"INSERT INTO orders VALUES ({1000 + i}, 'shop', 'N{1000 + i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(500))
        world.make_source(e2e.COMMERCE + lines)
        world.schedules(e2e.schedule("big", "a@example.org", report="orders-export", more=", params: {mode: summary}"))
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        self.assertIn("attachment_too_large", result.err)
        run = world.only_run()
        self.assertEqual((run["state"], run["rows"]), ("delivery_failed", 502))
        mine = next(one for one in run["deliveries"] if one["address"] == "a@example.org")
        self.assertEqual((mine["state"], mine["reason_class"]), ("refused", "too_large"))
        self.assertGreater(mine["message_bytes"], 20000)
        self.assertEqual(server.recipients(), sorted(e2e.STEWARDS))
        self.assertEqual(world.must("runs", "save", run["id"]).out.count(b"\n"), 503)  # the file is kept

    def test_a_message_larger_than_the_servers_announced_size_is_refused_and_visible(self):
        server = self.server(size_limit=15000)
        world = self.world(server.url)
        lines = "".join(f"INSERT INTO orders VALUES ({1000 + i}, 'shop', 'N{1000 + i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(500))
        world.make_source(e2e.COMMERCE + lines)
        world.schedules(e2e.schedule("big", "a@example.org", report="orders-export", more=", params: {mode: summary}"))
        self.assertEqual(world.run("run-due").code, 3)
        run = world.only_run()
        self.assertEqual(run["state"], "delivery_failed")
        mine = next(one for one in run["deliveries"] if one["address"] == "a@example.org")
        self.assertEqual((mine["state"], mine["reason_class"]), ("refused", "too_large"))

    def test_a_rule_broken_since_it_was_saved_rejects_the_run_with_its_code(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.configure(server.url, mail="allowed_domains: [example.com]")
        self.assertEqual(world.run("run-due").code, 3)
        run = world.only_run()
        self.assertEqual(run["state"], "rejected")
        self.assertEqual([violation["code"] for violation in run["violations"]], ["recipient_not_allowed"])
        self.assertEqual(self.reports(server), [])


if __name__ == "__main__":
    e2e.main()
