#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Twenty run-due at once over two hundred due schedules: every recipient exactly one mail, in the mail server's own count."""
import collections, email.utils, glob, os, pathlib, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

SCHEDULES, PROCESSES = 200, 20


class Parallel(e2e.Case):
    def twenty_at_once(self, world, *options):
        world.schedules(*[e2e.schedule(f"s{i:03d}", f"r{i:03d}@example.org") for i in range(SCHEDULES)])
        processes = [world.start("run-due", "-q", *options) for _ in range(PROCESSES)]
        ends = [(process.communicate(timeout=e2e.PATIENCE)[1].decode(), process.returncode) for process in processes]
        self.assertEqual([end for end in ends if end != ("", 0)], [])
        runs = world.runs()
        self.assertEqual(len(runs), SCHEDULES)
        self.assertEqual({run["state"] for run in runs}, {"delivered"})
        self.assertEqual(len({run["schedule"] for run in runs}), SCHEDULES)
        self.assertEqual(world.sql("SELECT count(*), count(DISTINCT address), count(DISTINCT message_id), min(attempts), max(attempts) FROM deliveries"),
                         [(SCHEDULES, SCHEDULES, SCHEDULES, 1, 1)])
        world.must("audit", "verify")
        owners = world.sql("SELECT name, count(*) FROM audit WHERE name IN ('ScheduledRunTriggered', 'ScheduledReportDelivered') GROUP BY name")
        self.assertEqual(sorted(owners), [("ScheduledReportDelivered", SCHEDULES), ("ScheduledRunTriggered", SCHEDULES)])

    def test_twenty_run_due_send_every_recipient_one_mail_by_the_count_of_aiosmtpd(self):
        e2e.need_aiosmtpd()
        server = self.server()
        world = self.world(server.url)
        self.twenty_at_once(world)
        server.quiet()
        self.assertEqual(server.recipients(), [f"r{i:03d}@example.org" for i in range(SCHEDULES)])
        ids = collections.Counter(mail.message["Message-ID"] for mail in server.held)
        self.assertEqual((len(ids), set(ids.values())), (SCHEDULES, {1}))
        self.assertEqual({len(mail.recipients) for mail in server.held}, {1})
        ledger = dict(world.sql("SELECT address, message_id FROM deliveries"))
        self.assertEqual({mail.recipients[0]: mail.message["Message-ID"].strip("<>") for mail in server.held}, ledger)

    def test_twenty_run_due_send_every_recipient_one_mail_by_the_count_of_smtp_sink(self):
        program = e2e.need("smtp-sink")
        world = self.world()
        dump = world.path / "dump"
        dump.mkdir(mode=0o777)
        dump.chmod(0o777)
        world.path.chmod(0o755)
        port = e2e.free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        sink = subprocess.Popen([program, *user, "-R", str(dump), "-d", "%M.", f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
        self.closing(sink.wait, 10)
        self.closing(sink.terminate)
        e2e.wait_for_port(port)
        world.configure(f"smtp://127.0.0.1:{port}")
        self.twenty_at_once(world)
        mails = [e2e.read_mail(open(path, "rb").read()) for path in glob.glob(str(dump / "*"))]
        mails = [mail for mail in mails if mail["Message-ID"]]  # the probe of the port left an empty one
        self.assertEqual(sorted(email.utils.parseaddr(mail["X-Rcpt-Args"])[1] for mail in mails), [f"r{i:03d}@example.org" for i in range(SCHEDULES)])
        self.assertEqual(len({mail["Message-ID"] for mail in mails}), SCHEDULES)

    def test_twenty_run_due_of_three_jobs_each_send_every_recipient_one_mail(self):
        e2e.need_aiosmtpd()
        server = self.server()
        world = self.world(server.url)
        self.twenty_at_once(world, "--jobs", "3")
        self.assertEqual(server.recipients(), [f"r{i:03d}@example.org" for i in range(SCHEDULES)])


if __name__ == "__main__":
    e2e.main()
