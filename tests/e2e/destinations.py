#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports that are stored where other programs fetch them, against OpenSSH's own server: ledger, troubles, and every moment at which a run-due can die."""
import json, os, pathlib, re, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, sftp_server  # noqa: E402
from receiver import Receiver  # noqa: E402

FILE = "sales_shop_2026-03-16.csv"


def config(server, port=None, more=""):
    return (f"destinations:\n  partner: {{url: \"{server.url(port=port)}\", key_file: {server.key}, known_hosts: {server.known_hosts}, accounts: [shop]"
            f"{more}}}\n")


class Destinations(e2e.Case):
    def sftp(self, **options):
        server = sftp_server.Server(**options)
        self.closing(server.close)
        return server

    def partner_world(self, server, port=None, policy="retries: 0", more="", to=("partner:in/{year}",), extra=""):
        world = self.world()
        world.configure(policy=policy, more=config(server, port, more) + extra)
        world.schedules(e2e.schedule("sales", list(to)))
        return world

    def proxied(self, server):
        """The server behind something that can break; its key is known there too."""
        proxy = sftp_server.Proxy(server.port)
        self.closing(proxy.close)
        with server.known_hosts.open("a") as known:
            known.write(server.known_hosts.read_text().replace(f":{server.port} ", f":{proxy.port} "))
        return proxy

    def delivery(self, world):
        run = world.only_run()
        self.assertEqual(len([one for one in run["deliveries"] if not one["notification"]]), 1)
        return run, run["deliveries"][0]

    def test_a_file_is_stored_on_a_server_and_has_its_ledger_row(self):
        server = self.sftp()
        world = self.partner_world(server)
        world.must("run-due")
        run, delivery = self.delivery(world)
        self.assertEqual((run["state"], delivery["state"], delivery["destination"], delivery["address"]),
                         ("delivered", "accepted", "partner", f"partner:in/2026/{FILE}"))
        self.assertIsNone(delivery["message_id"])
        self.assertEqual(server.files(), {f"in/2026/{FILE}": world.must("runs", "save", run["id"], "-o", "-").out})
        self.assertEqual(delivery["message_sha256"], run["sha256"])
        self.assertEqual(world.outbox_mails(), [])

    def test_mail_and_places_go_side_by_side_and_doctor_reaches_them(self):
        server = self.sftp()
        world = self.partner_world(server, to=("rec@example.com", "partner:", "partner:{month}/"))
        world.must("run-due")
        self.assertEqual(sorted(server.files()), [f"2026-03/{FILE}", FILE])
        self.assertEqual([mail["To"] for mail in world.outbox_mails()], ["rec@example.com"])
        checks = {check["check"]: check for check in json.loads(world.run("doctor", "--json").out)["checks"]}
        self.assertTrue(checks["destination partner"]["ok"] and checks["reaching partner"]["ok"], checks)
        self.assertEqual(sorted(server.files()), [f"2026-03/{FILE}", FILE])

    def test_a_name_that_is_taken_is_refused_told_and_sent_again_once_it_is_free(self):
        server = self.sftp()
        world = self.partner_world(server, to=("partner:",))
        (server.home / FILE).write_text("theirs")
        result = world.run("run-due")
        self.assertEqual(result.code, 3, result.err)
        run, delivery = self.delivery(world)
        self.assertEqual((run["state"], delivery["state"], delivery["reason_class"]), ("delivery_failed", "refused", "exists"))
        self.assertEqual(server.files(), {FILE: b"theirs"})
        self.assertIn(f"partner:{FILE}", world.outbox_mails()[0].get_body(("plain",)).get_content())
        (server.home / FILE).unlink()
        world.must("runs", "resend", run["id"])
        self.assertEqual(world.only_run()["state"], "delivered")
        self.assertEqual(list(server.files()), [FILE])

    def test_a_server_with_another_key_gets_nothing(self):
        server = self.sftp()
        world = self.partner_world(server)
        server.known_hosts.write_text(server.known_hosts.read_text().split()[0] + " " + (server.path / "user.pub").read_text())
        result = world.run("run-due")
        run, delivery = self.delivery(world)
        self.assertEqual((run["state"], delivery["state"], delivery["reason_class"]), ("delivery_failed", "deferred", "config"))
        self.assertIn("the key of the server is not in", delivery["answer"])
        self.assertEqual(server.files(), {})
        self.assertNotIn("Accepted publickey", (server.path / "log").read_text())

    def test_a_directory_that_may_not_be_written_is_tried_again_until_it_may(self):
        server = self.sftp()
        world = self.partner_world(server, policy="retries: 5", to=("partner:",))
        server.home.chmod(0o555)
        world.must("run-due", code=75)
        run, delivery = self.delivery(world)
        self.assertEqual((run["state"], delivery["state"]), ("generated", "deferred"))
        self.assertIn("ermission denied", delivery["answer"])
        server.home.chmod(0o755)
        world.must("run-due", now="2026-03-17T05:08:00Z")
        self.assertEqual(world.only_run()["state"], "delivered")
        self.assertEqual(list(server.files()), [FILE])

    def test_a_directory_that_is_missing_is_said_and_not_made(self):
        server = self.sftp()
        world = self.world()
        world.configure(more=config(server).replace(str(server.home).lstrip("/"), str(server.home).lstrip("/") + "/nowhere"))
        world.schedules(e2e.schedule("sales", "partner:"))
        world.run("run-due")
        _, delivery = self.delivery(world)
        self.assertEqual(delivery["state"], "deferred")
        self.assertIn("No such file or directory", delivery["answer"])
        self.assertFalse((server.home / "nowhere").exists())

    def test_a_full_disk_leaves_nothing_behind(self):
        server = self.sftp(largest=100)
        world = self.partner_world(server, to=("partner:",))
        world.run("run-due")
        _, delivery = self.delivery(world)
        self.assertEqual(delivery["state"], "deferred", delivery)
        self.assertEqual(server.files(), {})

    def test_a_server_that_breaks_off_at_any_moment_gets_the_file_once(self):
        server = self.sftp()
        proxy = self.proxied(server)
        world = self.partner_world(server, port=proxy.port, policy="retries: 5", to=("partner:",))
        kept = world.state.read_bytes()
        world.must("run-due")
        sent = 6000
        outcomes = set()
        for limit in range(200, sent, 211):
            for path in server.home.iterdir():
                path.unlink()
            world.put_back(kept)
            proxy.bytes_left = limit
            first = world.run("run-due")
            proxy.bytes_left = None
            outcomes.add(first.code)
            for minute in (8, 19, 40):
                world.run("run-due", now=f"2026-03-17T05:{minute:02d}:00Z")
            run, delivery = self.delivery(world)
            self.assertEqual((run["state"], delivery["state"]), ("delivered", "accepted"), (limit, delivery))
            self.assertEqual(list(server.files()), [FILE], limit)
        self.assertEqual(outcomes, {0, 75})

    def test_a_run_due_that_is_killed_at_any_write_stores_the_file_once(self):
        server = self.sftp()
        strace = e2e.need("strace")
        places = {"sftp": (server.home, self.partner_world(server, to=("partner:in",)))}
        local = e2e.scratch("place")
        self.closing(shutil.rmtree, local)
        world = self.world()
        world.configure(more=f'destinations: {{partner: {{url: "file:{local}", accounts: [shop]}}}}\n')
        world.schedules(e2e.schedule("sales", "partner:in"))
        places["file"] = (local, world)
        for kind, (directory, world) in places.items():
            kept = world.state.read_bytes()
            calls = "fsync,fdatasync,pwrite64,renameat2,sendto,write" if kind == "file" else "fsync,fdatasync,pwrite64,sendto"

            def run(inject=None):
                for path in directory.iterdir():
                    shutil.rmtree(path)
                world.put_back(kept)
                words = [strace, "-f", "-qq", "-o", world.path / "trace", "-e", f"trace={calls}"]
                return world.run("run-due", prefix=words + (["-e", f"inject={calls}:signal=KILL:when={inject}"] if inject else []))

            self.assertEqual(run().code, 0)
            count = len(re.findall(r"^\d+ +\w+\(", (world.path / "trace").read_text(), re.M))
            self.assertGreater(count, 20)
            killed = 0
            for nth in range(1, count + 1, max(1, count // 20)):  # of the nth of each call
                killed += run(nth).code != 0
                for minute in (3, 4, 5):
                    world.run("run-due", now=f"2026-03-17T05:{minute:02d}:00Z")
                run_, delivery = self.delivery(world)
                self.assertEqual((run_["state"], delivery["state"]), ("delivered", "accepted"), (kind, nth, delivery))
                files = [str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()]
                self.assertEqual(files, [f"in/{FILE}"], (kind, nth))
            self.assertGreater(killed, 10, kind)

    def test_a_file_that_got_its_name_by_a_link_is_stored_once_though_the_run_due_was_killed_before_the_other_name_was_gone(self):
        local = e2e.scratch("place")  # as on NFS, where RENAME_NOREPLACE is not known
        self.closing(shutil.rmtree, local)
        world = self.world()
        world.configure(more=f'destinations: {{partner: {{url: "file:{local}", accounts: [shop]}}}}\n')
        world.schedules(e2e.schedule("sales", "partner:in"))
        inject = ["-e", "inject=renameat2:error=EINVAL", "-e", "inject=unlinkat:signal=KILL:when=1"]
        killed = world.run("run-due", prefix=[e2e.need("strace"), "-f", "-qq", "-o", world.path / "trace", "-e", "trace=renameat2,unlinkat", *inject])
        self.assertNotEqual(killed.code, 0)
        self.assertEqual(len(list(local.rglob("*.csv*"))), 2)
        world.must("run-due", now="2026-03-17T05:03:00Z")
        run, delivery = self.delivery(world)
        self.assertEqual((run["state"], delivery["state"]), ("delivered", "accepted"), delivery)
        self.assertEqual([str(path.relative_to(local)) for path in local.rglob("*") if path.is_file()], [f"in/{FILE}"])

    def test_webhooks_name_the_places(self):
        server = self.sftp()
        hook = Receiver()
        self.closing(hook.close)
        world = self.world()
        secrets = world.path / "secrets" / "shop"
        secrets.mkdir(parents=True, mode=0o700)
        (secrets / "hook").write_text("0123456789abcdef")
        (secrets / "hook").chmod(0o600)
        world.configure(more=config(server) + f"webhooks: {{secret_dir: {secrets.parent}, allow_private: [127.0.0.0/8, '::1/128']}}\n")
        world.schedules(e2e.schedule("sales", "partner:in"))
        world.must("webhook", "add", hook.url, "--account", "shop", "--secret-file", "hook", now=e2e.MADE_AT)
        world.must("run-due")
        self.assertEqual(json.loads(hook.requests[0][2])["places"], [{"destination": "partner", "path": f"in/{FILE}", "state": "accepted"}])

    def test_rehearsals_send_nothing_to_another_host(self):
        server = self.sftp()
        world = self.partner_world(server)
        done = world.run("run-due", now=None, env={"REPORTCTL_NOW": e2e.NOW})
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("no file is sent to destination partner", done.err)
        self.assertEqual(server.files(), {})


e2e.main()
