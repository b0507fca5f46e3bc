#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Webhooks against a real HTTPS server: what is told, how it is signed, and what becomes of it when the other side does not behave."""
import hashlib, hmac, json, os, pathlib, subprocess, sys, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e
from receiver import Receiver

SECRET = "s3cr3t-of-the-hook"
AT = 1773723720  # 2026-03-17T05:02:00Z, e2e.NOW, by date -u -d
PERIOD = {"description": "2026-03-16", "snapshot": False, "first_day": "2026-03-16", "last_day": "2026-03-16", "timezone": "UTC"}


class Webhooks(e2e.Case):
    def make(self, more="", policy="retries: 0"):
        world = e2e.World(policy=policy)
        self.addCleanup(world.close)
        self.authority = e2e.Authority(world.path / "tls")
        secrets = world.path / "webhook-secrets"
        (secrets / "shop").mkdir(parents=True)
        self.secret = secrets / "shop" / "hook"
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        if "allow_private" not in more:
            more += ', allow_private: ["127.0.0.0/8", "::1/128"]'
        world.configure(policy=policy, more=f"webhooks: {{ca_file: {self.authority.ca}, secret_dir: {secrets}{more}}}\n")
        return world

    def receiver(self, tls=True):
        receiver = Receiver(self.authority if tls else None)
        self.addCleanup(receiver.close)
        return receiver

    def hook(self, world, url, *more):
        return world.json("webhook", "add", url, "--secret-file", "hook", *more, now=e2e.MADE_AT)["id"]

    def deliveries(self, world):
        return world.json("webhook", "deliveries")[::-1]  # in the order in which they were queued

    def one(self, world):
        found = self.deliveries(world)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def world_with_run(self, *hook, answer=204, more=""):
        world = self.make(more)
        world.schedules(e2e.schedule("morning", ["a@example.org", "b@example.org"]))
        receiver = self.receiver()
        receiver.answer = answer
        self.hook(world, receiver.url, *hook)
        return world, receiver

    def test_a_delivered_run_is_told_with_a_signature_that_python_agrees_with(self):
        world, receiver = self.world_with_run()
        result = world.must("run-due")
        self.assertEqual((result.out, result.err), (b"", ""))
        run = world.only_run()
        (path, headers, body), = receiver.requests
        self.assertEqual(path, "/hook")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertTrue(headers["User-Agent"].startswith("reportctl"))
        self.assertEqual(headers["X-Reportctl-Event"], "run")
        stamp, signature = headers["X-Reportctl-Signature"].split(",")
        self.assertLess(abs(int(stamp.removeprefix("t=")) - AT), 60)
        expected = hmac.new(SECRET.encode(), stamp.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(signature, "v1=" + expected)
        told = json.loads(body)
        self.assertEqual(told.pop("id"), headers["X-Reportctl-Delivery"])
        csv = world.must("runs", "save", run["id"]).out
        self.assertTrue(told.pop("created_at").startswith("2026-03-17T05:0"))
        self.assertTrue(told.pop("finished_at").startswith("2026-03-17T05:0"))
        self.assertEqual(told, {
            "event": "run", "account": "shop", "run_id": run["id"], "schedule_id": run["schedule_id"], "schedule": "morning", "trigger": "scheduled",
            "slot": e2e.DUE_AT, "report": "sales", "state": "delivered", "status": "ok", "reason": None, "condition": None, "parts": None,
            "data_until": None, "period": PERIOD, "format": "csv", "rows": run["rows"], "places": [],
            "bytes": len(csv), "sha256": hashlib.sha256(csv).hexdigest(),
            "files": [{"report": "sales", "format": "csv", "rows": run["rows"], "bytes": len(csv), "sha256": hashlib.sha256(csv).hexdigest()}]})
        self.assertEqual((self.one(world)["state"], self.one(world)["status"], self.one(world)["attempts"]), ("accepted", 204, 1))
        self.assertEqual([(one["endpoint"], one["state"]) for one in run["webhooks"]], [(f"https://localhost:{receiver.port}", "accepted")])
        self.assertEqual([one["name"] for one in world.json("audit", "list") if one["name"].startswith("WebhookDel")], ["WebhookDelivered"])
        world.must("run-due")
        self.assertEqual(len(receiver.requests), 1)

    def test_neither_recipients_nor_the_words_of_their_servers_are_told(self):
        e2e.need_aiosmtpd()
        world = self.make()
        server = self.server()
        server.refuse["b@example.org"] = "550 5.1.1 No such user <b@example.org> here"
        world.configure(server.url, more=f'webhooks: {{ca_file: {self.authority.ca}, secret_dir: {self.secret.parent.parent}, allow_private: ["127.0.0.0/8"]}}\n')
        world.schedules(e2e.schedule("morning", ["a@example.org", "b@example.org", "c@example.org"]))
        receiver = self.receiver()
        self.hook(world, receiver.url, "--outcomes", "failures")
        world.must("run-due", code=3)
        told, = receiver.bodies()
        self.assertEqual((told["state"], told["status"], told["reason"]), ("partial", "partial", "1 of 3 recipients did not get it"))
        body = receiver.requests[0][2].decode()
        for word in ("@", "No such user", "example.org"):
            self.assertNotIn(word, body)

    def test_a_status_of_2xx_is_the_answer_whatever_becomes_of_the_body(self):
        for headers, body in (({"Content-Encoding": "gzip"}, b"no gzip"), ({"Transfer-Encoding": "chunked"}, b"no chunks"), ({"Content-Length": "1000"}, b"cut")):
            with self.subTest(headers):
                world, receiver = self.world_with_run(answer=(200, headers, body))
                world.must("run-due")
                world.must("run-due", now="2026-03-17T08:00:00Z")
                self.assertEqual(self.one(world)["state"], "accepted")
                self.assertEqual(len(receiver.requests), 1)

    def test_the_recipe_of_the_manual_and_openssl_verify_what_is_signed_also_while_a_secret_is_changed(self):
        page = (pathlib.Path(__file__).resolve().parents[2] / "man" / "reportctl-webhook.1").read_text()
        recipe = page[page.index("parts = [part"):].split(".Ed")[0]
        world, receiver = self.world_with_run()
        world.must("run-due")
        previous = self.secret.with_name(self.secret.name + ".previous")
        self.secret.rename(previous)
        self.secret.write_text("the-new-one\n")
        self.secret.chmod(0o600)
        world.must("run-due", now="2026-03-18T05:02:00Z")
        previous.unlink()
        world.must("run-due", now="2026-03-19T05:02:00Z")

        def verified(request, secret):
            refused = []
            names = {"hmac": hmac, "hashlib": hashlib, "header": request[1]["X-Reportctl-Signature"], "body": request[2], "secret": secret.encode(),
                     "refuse": lambda: refused.append(True)}
            exec(recipe, names)  # as the manual has it
            return not refused

        def by_openssl(request, secret):
            stamp, *signatures = request[1]["X-Reportctl-Signature"].split(",")
            made = subprocess.run([e2e.need("openssl"), "dgst", "-sha256", "-hmac", secret], input=stamp[2:].encode() + b"." + request[2], capture_output=True, check=True)
            return "v1=" + made.stdout.decode().split("= ")[1].strip() in signatures

        self.assertEqual(len(receiver.requests), 3)
        for check in (verified, by_openssl):
            self.assertEqual([check(request, SECRET) for request in receiver.requests], [True, True, False])
            self.assertEqual([check(request, "the-new-one") for request in receiver.requests], [False, True, True])
            self.assertEqual([check(request, "another") for request in receiver.requests], [False, False, False])

    def test_a_receiver_that_gets_too_much_is_left_alone_for_as_long_as_it_asks_and_gets_everything(self):
        world = self.make()
        world.schedules(*[e2e.schedule(f"s{i}", "a@example.org") for i in range(30)])
        receiver = self.receiver()
        taken = []

        def six_a_time(request):
            if len(taken) >= 6:
                return 429, {"Retry-After": "600"}, b""
            taken.append(request[1]["X-Reportctl-Delivery"])
            return 204

        receiver.answer = six_a_time
        self.hook(world, receiver.url)
        world.must("run-due")
        self.assertEqual(len(receiver.requests), 7)
        seen = set(taken)
        for minute in range(15, 75, 15):
            taken.clear()
            world.must("run-due", now=f"2026-03-17T{5 + (2 + minute) // 60:02}:{(2 + minute) % 60:02}:00Z")
            seen |= set(taken)
        self.assertEqual(len(seen), 30)
        self.assertEqual({one["state"] for one in self.deliveries(world)}, {"accepted"})

    def test_only_failures_are_told_to_a_webhook_that_wants_no_more(self):
        world = self.make()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        everything, failures, exports = self.receiver(), self.receiver(), self.receiver()
        self.hook(world, everything.url)
        self.hook(world, failures.url, "--outcomes", "failures", "--event", "run")
        self.hook(world, exports.url, "--event", "export")
        world.must("run-due")
        self.assertEqual([len(one.requests) for one in (everything, failures, exports)], [1, 0, 0])
        world.source.rename(world.path / "away.db")
        world.must("run-due", now="2026-03-18T05:02:00Z", code=3)
        self.assertEqual([len(one.requests) for one in (everything, failures, exports)], [2, 1, 0])
        told, = failures.bodies()
        self.assertEqual((told["state"], told["status"], told["rows"], told["sha256"]), ("failed", "failed", None, None))
        self.assertIn("does not exist", told["reason"])

    def test_a_rejected_run_is_told_by_codes_and_missed_ones_as_skipped(self):
        world, receiver = self.world_with_run()
        world.must("run-due", now="2026-03-19T05:02:00Z")
        self.assertEqual(sorted((told["slot"], told["state"]) for told in receiver.bodies()),
                         [("2026-03-17T05:00:00Z", "skipped"), ("2026-03-18T05:00:00Z", "skipped"), ("2026-03-19T05:00:00Z", "delivered")])
        self.assertEqual(len(set(receiver.ids())), 3)
        receiver.requests.clear()
        world.must("account", "edit", "shop", "--allow-domain", "elsewhere.example")
        world.must("run-due", now="2026-03-20T05:02:00Z", code=3)
        told, = receiver.bodies()
        self.assertEqual(told["state"], "rejected")
        self.assertEqual(set(told["reason"].split(", ")), {"recipient_not_allowed"})

    def test_an_endpoint_in_trouble_is_asked_again_under_the_same_id_and_the_run_is_none_the_worse(self):
        world, receiver = self.world_with_run(answer=503)
        result = world.must("run-due")
        self.assertEqual(result.err, "")
        self.assertEqual(world.only_run()["state"], "delivered")
        waiting = self.one(world)
        self.assertEqual((waiting["state"], waiting["status"], waiting["next_attempt_at"]), ("deferred", 503, "2026-03-17T05:07:00Z"))
        world.must("run-due", now="2026-03-17T05:06:59Z")
        self.assertEqual(len(receiver.requests), 1)
        receiver.answer = 200
        world.must("run-due", now="2026-03-17T05:07:00Z")
        (_, first, body), (_, second, again) = receiver.requests
        self.assertEqual(first["X-Reportctl-Delivery"], second["X-Reportctl-Delivery"])
        self.assertEqual(body, again)
        self.assertNotEqual(first["X-Reportctl-Signature"], second["X-Reportctl-Signature"])  # of the time of each try
        done = self.one(world)
        self.assertEqual((done["state"], done["attempts"], done["next_attempt_at"]), ("accepted", 2, None))

    def test_it_is_given_up_after_five_further_tries_and_told_once(self):
        world, receiver = self.world_with_run(answer=500)
        world.must("run-due")
        moments = []
        for _ in range(5):
            due = self.one(world)["next_attempt_at"]
            moments.append(due[11:16])
            result = world.must("run-due", now=due)
        self.assertEqual(moments, ["05:07", "05:17", "05:37", "06:17", "07:24"])  # 5, 10, 20, 40, 67 minutes
        self.assertIn("500", result.err)
        self.assertIn("webhook deliveries", result.err)
        final = self.one(world)
        self.assertEqual((final["state"], final["attempts"], final["next_attempt_at"]), ("deferred", 6, None))
        world.must("run-due", now="2026-03-17T23:00:00Z")
        self.assertEqual(len(receiver.requests), 6)
        self.assertEqual(set(receiver.ids()), {final["id"]})
        self.assertIn("WebhookFailed", [one["name"] for one in world.json("audit", "list")])

    def test_a_429_says_when_to_come_back(self):
        # What was asked for, up to half a minute and a quarter of it more, and never longer than a day after the event.
        for header, first, last in (("1800", "2026-03-17T05:32:00Z", "2026-03-17T05:40:00Z"), ("60", "2026-03-17T05:03:00Z", "2026-03-17T05:03:45Z"),
                                    ("9999999", "2026-03-18T05:02:00Z", "2026-03-18T05:02:10Z")):
            with self.subTest(header):
                world, receiver = self.world_with_run(answer=(429, {"Retry-After": header}, b""))
                world.must("run-due")
                one = self.one(world)
                self.assertEqual((one["state"], one["attempts"]), ("deferred", 0))
                self.assertLessEqual(first, one["next_attempt_at"])
                self.assertLessEqual(one["next_attempt_at"], last)

    def test_a_no_is_final(self):
        for status in (400, 401, 404, 410, 422):
            with self.subTest(status):
                world, receiver = self.world_with_run(answer=status)
                result = world.must("run-due")
                self.assertIn(str(status), result.err)
                self.assertEqual((self.one(world)["state"], self.one(world)["next_attempt_at"]), ("refused", None))

    def test_other_answers_that_pass_are_deferred(self):
        for status in (408, 425, 500, 502, 504):
            with self.subTest(status):
                world, receiver = self.world_with_run(answer=status)
                world.must("run-due")
                self.assertEqual(self.one(world)["state"], "deferred")

    def test_redirects_are_not_followed(self):
        world = self.make()
        world.schedules()
        target, plain, receiver = self.receiver(), self.receiver(tls=False), self.receiver()
        hook = self.hook(world, receiver.url)
        places = (target.url, plain.url, f"//localhost:{target.port}/hook", "/elsewhere", "file:///etc/passwd", f"gopher://localhost:{plain.port}/_x",
                  f"https://user:secret@localhost:{target.port}/", "https://169.254.169.254/latest/meta-data")
        for status in (301, 302, 303, 307, 308):
            for place in places:
                with self.subTest(status=status, place=place):
                    receiver.answer = (status, {"Location": place, "Refresh": f"0; url={place}", "Alt-Svc": f'h2="localhost:{target.port}"', "Set-Cookie": "a=b"}, b"")
                    result = world.run("webhook", "test", hook)
                    self.assertEqual(result.code, 3, result.err)
                    self.assertIn(f"the endpoint answered {status}; redirects are not followed", result.out.decode() + result.err)
        self.assertEqual(len(receiver.requests), 5 * len(places))
        self.assertEqual({path for path, _, _ in receiver.requests}, {"/hook"})
        self.assertFalse(any("Cookie" in headers for _, headers, _ in receiver.requests))
        self.assertEqual((target.requests, plain.requests), ([], []))

    def test_a_dead_endpoint_stops_neither_the_others_nor_the_reports(self):
        world = self.make()
        world.schedules(*(e2e.schedule(f"s{i}", "a@example.org") for i in range(3)))
        living = self.receiver()
        self.hook(world, f"https://localhost:{e2e.free_port()}/dead")
        self.hook(world, living.url)
        world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), 3)
        self.assertEqual(len(living.requests), 3)
        dead = [one for one in self.deliveries(world) if one["endpoint"] != f"https://localhost:{living.port}"]
        self.assertEqual({one["state"] for one in dead}, {"deferred"})
        self.assertEqual(sum(one["answer"].startswith("not tried: ") for one in dead), 2)  # asked once for all

    def test_silence_is_waited_for_no_longer_than_the_timeout(self):
        world, receiver = self.world_with_run(more=", timeout: 1s")
        released = threading.Event()
        self.addCleanup(released.set)
        receiver.answer = lambda request: released.wait(30) and 204
        result = world.must("run-due")
        self.assertLess(result.seconds, 20)
        self.assertEqual((self.one(world)["state"], self.one(world)["reason_class"]), ("deferred", "timeout"))

    def test_a_closed_connection_is_no_answer(self):
        world, receiver = self.world_with_run(answer=lambda request: None)
        world.must("run-due")
        self.assertEqual((self.one(world)["state"], self.one(world)["status"]), ("deferred", None))

    def test_an_endless_answer_is_cut_off_and_its_status_counts(self):
        for headers, body in (({}, b"x" * 50_000_000), ({f"X-{i}": "y" * 60_000 for i in range(500)}, b"")):
            with self.subTest("body" if body else "headers"):
                world, receiver = self.world_with_run(answer=(200, headers, body))
                world.must("run-due")
                self.assertEqual(self.one(world)["state"], "accepted")
                e2e.wait_until(lambda: receiver.cut == 1, "the rest of the answer was not taken")

    def test_a_process_killed_between_sending_and_writing_it_down_sends_again_under_the_same_id(self):
        world, receiver = self.world_with_run()
        process = None

        def kill(request):
            process.kill()
            process.wait()

        receiver.answer = kill
        process = world.start("run-due")
        process.communicate(timeout=e2e.PATIENCE)
        self.assertEqual(process.returncode, -9)
        self.assertEqual(self.one(world)["state"], "sending")
        receiver.answer = 200
        world.must("run-due", now="2026-03-17T05:03:00Z")
        (_, first, body), (_, second, again) = receiver.requests
        self.assertEqual((first["X-Reportctl-Delivery"], body), (second["X-Reportctl-Delivery"], again))
        self.assertEqual((self.one(world)["state"], self.one(world)["attempts"]), ("accepted", 2))
        self.assertEqual(world.only_run()["state"], "delivered")

    def test_a_stop_while_an_endpoint_is_silent_puts_the_delivery_back_as_untried(self):
        world, receiver = self.world_with_run()
        released, asked = threading.Event(), threading.Event()
        self.addCleanup(released.set)

        def hold(request):
            asked.set()
            released.wait(30)

        receiver.answer = hold
        process = world.start("run-due")
        self.assertTrue(asked.wait(30))
        begun = time.monotonic()
        process.terminate()
        process.communicate(timeout=e2e.PATIENCE)
        self.assertLess(time.monotonic() - begun, 10)  # the timeout would be 30
        self.assertEqual((self.one(world)["state"], self.one(world)["attempts"], world.only_run()["state"]), ("queued", 0, "delivered"))
        receiver.answer = 204
        world.must("run-due")
        self.assertEqual(self.one(world)["state"], "accepted")
        self.assertEqual(len(set(receiver.ids())), 1)

    def test_many_processes_send_each_delivery_once(self):
        world = self.make()
        world.schedules(*(e2e.schedule(f"s{i:02}", "a@example.org") for i in range(12)))
        receiver = self.receiver()
        receiver.answer = lambda request: time.sleep(0.02) or 204
        self.hook(world, receiver.url)
        processes = [world.start("run-due") for _ in range(6)]
        for process in processes:
            _, err = process.communicate(timeout=e2e.PATIENCE)
            self.assertEqual((process.returncode, err), (0, f"(clock replaced: {e2e.NOW})\n".encode()))
        world.must("run-due")
        self.assertEqual(len(receiver.requests), 12)
        self.assertEqual(len(set(receiver.ids())), 12)
        self.assertEqual({one["state"] for one in self.deliveries(world)}, {"accepted"})

    def test_a_name_that_leads_to_this_host_or_a_private_network_is_refused_at_the_socket(self):
        # libcurl resolves every name below .localhost to the loopback interface: a name that was saved in good faith and leads inside now.
        world = self.make(", allow_private: []")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        receiver = self.receiver()
        self.hook(world, f"https://hooks.localhost:{receiver.port}/in")
        result = world.must("run-due")
        self.assertEqual((self.one(world)["state"], self.one(world)["reason_class"]), ("refused", "address"))
        self.assertIn("loopback", self.one(world)["answer"])
        self.assertIn("loopback", result.err)
        self.assertEqual(receiver.requests, [])

    def test_an_address_that_the_configuration_allows_no_more_is_refused_when_sent(self):
        world = self.make(", allow_private: [10.0.0.0/8]")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        self.hook(world, "https://10.1.2.3/in")
        world.configure(more=f"webhooks: {{ca_file: {self.authority.ca}}}\n")
        world.must("run-due")
        self.assertEqual((self.one(world)["state"], self.one(world)["reason_class"]), ("refused", "address"))

    def test_a_certificate_that_nobody_trusts_or_of_another_name_gets_nothing(self):
        world, receiver = self.world_with_run()
        world.configure(more=f'webhooks: {{secret_dir: {self.secret.parent.parent}, allow_private: ["127.0.0.0/8"]}}\n')  # without the authority
        world.must("run-due")
        self.assertEqual((self.one(world)["state"], self.one(world)["reason_class"]), ("deferred", "tls"))
        world = self.make()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        other = self.receiver()
        self.hook(world, f"https://127.0.0.2:{other.port}/in")  # the certificate is for 127.0.0.1 and localhost
        world.must("run-due")
        self.assertEqual(self.one(world)["state"], "deferred")
        self.assertEqual(receiver.requests + other.requests, [])

    def test_proxies_of_the_environment_are_not_used(self):
        world, receiver = self.world_with_run()
        dead = f"http://127.0.0.1:{e2e.free_port()}"
        world.must("run-due", env={"https_proxy": dead, "HTTPS_PROXY": dead, "ALL_PROXY": dead, "http_proxy": dead})
        self.assertEqual(self.one(world)["state"], "accepted")

    def test_plain_http_is_for_this_host(self):
        world = self.make()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        receiver = self.receiver(tls=False)
        self.hook(world, receiver.url)
        world.must("run-due")
        self.assertEqual((len(receiver.requests), self.one(world)["state"]), (1, "accepted"))
        self.assertEqual(world.run("webhook", "add", "http://hooks.example.com/", "--secret-file", "hook").code, 7)

    def test_a_secret_that_is_not_kept_safely_signs_nothing_until_it_is(self):
        world, receiver = self.world_with_run()
        self.secret.chmod(0o644)
        world.must("run-due")
        waiting = self.one(world)
        self.assertEqual((waiting["state"], waiting["reason_class"], receiver.requests), ("deferred", "config", []))
        self.secret.chmod(0o600)
        world.must("run-due", now=waiting["next_attempt_at"])
        self.assertEqual(self.one(world)["state"], "accepted")

    def test_a_secret_may_be_a_systemd_credential(self):
        world = self.make()
        credentials = world.path / "credentials"
        credentials.mkdir(mode=0o700)
        (credentials / "ops-hook").write_text("of the manager")
        (credentials / "ops-hook").chmod(0o400)
        receiver = self.receiver()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("webhook", "add", receiver.url, "--secret-credential", "ops-hook")
        world.must("run-due")
        self.assertEqual(self.one(world)["reason_class"], "config")
        world.must("run-due", now=self.one(world)["next_attempt_at"], env={"CREDENTIALS_DIRECTORY": credentials})
        (_, headers, body), = receiver.requests
        stamp, signature = headers["X-Reportctl-Signature"].split(",")
        self.assertEqual(signature[3:], hmac.new(b"of the manager", stamp[2:].encode() + b"." + body, hashlib.sha256).hexdigest())

    def test_the_secret_appears_nowhere(self):
        world, receiver = self.world_with_run(answer=404)
        said = [world.run("run-due", "-v").err.encode()]
        for command in (("webhook", "list"), ("webhook", "deliveries"), ("webhook", "test", receiver.url), ("runs", "show", world.runs()[0]["id"]),
                        ("audit", "list"), ("config", "show"), ("status",)):
            for form in ((), ("--json",)):
                result = world.run(*command, *form)
                said += [result.out, result.err.encode()]
        said += [world.state.read_bytes()] + [path.read_bytes() for path in (world.path / "outbox" / "new").glob("*")]
        for text in said:
            self.assertNotIn(SECRET.encode(), text)
        for _, headers, body in receiver.requests:
            self.assertNotIn(SECRET, json.dumps(headers) + body.decode())

    def test_webhook_test_sends_one_event_and_says_what_became_of_it(self):
        world = self.make()
        world.schedules()
        receiver = self.receiver()
        hook = self.hook(world, receiver.url)
        done = world.json("webhook", "test", hook)
        self.assertEqual((done["state"], done["event"], done["status"]), ("accepted", "test", 204))
        told, = receiver.bodies()
        self.assertEqual(set(told), {"id", "event", "created_at", "account"})
        receiver.answer = 500
        self.assertEqual(world.run("webhook", "test", hook).code, 75)
        receiver.answer = 404
        self.assertEqual(world.run("webhook", "test", hook).code, 3)
        self.assertEqual({one["next_attempt_at"] for one in self.deliveries(world)}, {None})
        world.must("run-due")
        self.assertEqual(len(receiver.requests), 3)

    def test_what_waits_for_a_webhook_that_is_removed_is_not_sent(self):
        world, receiver = self.world_with_run(answer=500)
        world.must("run-due")
        world.must("webhook", "remove", receiver.url, "--yes")
        self.assertEqual((self.one(world)["state"], self.one(world)["answer"]), ("refused", "the webhook was removed"))
        world.must("run-due", now="2026-03-17T06:00:00Z")
        self.assertEqual(len(receiver.requests), 1)

    def test_a_run_that_is_sent_again_is_told_again_under_another_id(self):
        world, receiver = self.world_with_run()
        world.must("run-due")
        world.must("runs", "resend", world.only_run()["id"], "--only", "all")
        world.must("run-due", now="2026-03-17T05:03:00Z")
        self.assertEqual([told["state"] for told in receiver.bodies()], ["delivered", "delivered"])
        self.assertEqual(len(set(receiver.ids())), 2)

    def test_exports_are_told_too_completed_cancelled_and_failed(self):
        world = self.make()
        world.schedules()
        receiver, failures, runs = self.receiver(), self.receiver(), self.receiver()
        self.hook(world, receiver.url, "--event", "export")
        self.hook(world, failures.url, "--outcomes", "failures")
        self.hook(world, runs.url, "--event", "run")
        made = world.json("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16")["id"]
        world.must("run-due")
        (_, headers, body), = receiver.requests
        told = json.loads(body)
        csv = world.must("export", "fetch", made).out
        self.assertEqual(headers["X-Reportctl-Event"], "export")
        self.assertEqual({key: told[key] for key in told if key not in ("id", "created_at", "finished_at", "rows")},
                         {"event": "export", "account": "shop", "export_id": made, "report": "sales", "state": "completed", "reason": None,
                          "period": PERIOD, "format": "csv",
                          "bytes": len(csv), "sha256": hashlib.sha256(csv).hexdigest()})
        self.assertEqual(told["rows"], csv.count(b"\n") - 1)
        gone = world.json("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16")["id"]
        world.must("export", "cancel", gone)
        late = world.json("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16")["id"]
        world.source.rename(world.path / "away.db")
        world.run("run-due", now="2026-03-17T05:03:00Z")
        self.assertEqual([(one["export_id"], one["state"]) for one in receiver.bodies()], [(made, "completed"), (gone, "cancelled"), (late, "failed")])
        self.assertEqual([one["export_id"] for one in failures.bodies()], [late])
        self.assertEqual(runs.requests, [])

    def test_workers_of_jobs_send_them_too(self):
        world, receiver = self.world_with_run()
        world.must("run-due", "--jobs", "3")
        self.assertEqual(len(receiver.requests), 1)


e2e.main()
