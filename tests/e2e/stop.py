#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""SIGTERM in each phase of a run-due: it ends soon with 143, and the next run-due finishes what was begun."""
import asyncio, pathlib, signal, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

SOON = 12.0  # seconds; generous because the machine may be busy. A reply that is awaited is given a short grace.


class Stop(e2e.Case):
    def setUp(self):
        super().setUp()
        e2e.need_aiosmtpd()

    def stop(self, process, number=signal.SIGTERM):
        start = time.monotonic()
        process.send_signal(number)
        try:
            out, err = process.communicate(timeout=SOON)
        except Exception:
            process.kill()
            process.communicate()
            raise
        self.assertEqual(process.returncode, 128 + number, err)
        return time.monotonic() - start

    def test_sigterm_while_a_slow_query_runs(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", "a@example.org"), e2e.schedule("two", "b@example.org"))
        world.make_source(e2e.SLOW_COMMERCE)
        process = world.start("run-due")
        e2e.wait_until(lambda: world.runs("--outcome", "triggered"), "a run is claimed")
        self.assertLess(self.stop(process), SOON)
        self.assertEqual(server.held, [])
        self.assertEqual({run["state"] for run in world.runs()}, {"triggered"})
        world.make_source(e2e.COMMERCE)
        world.must("run-due")
        self.assertEqual(server.recipients(), ["a@example.org", "b@example.org"])
        self.assertEqual({run["state"] for run in world.runs()}, {"delivered"})

    def test_a_stop_is_no_crash_and_uses_up_none_of_the_three_resumes(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", "a@example.org"))
        world.make_source(e2e.SLOW_COMMERCE)
        for _ in range(5):
            process = world.start("run-due")
            e2e.wait_until(lambda: world.sql("SELECT 1 FROM runs WHERE owner_pid = ?", process.pid), "the run is taken")
            self.stop(process)
        world.make_source(e2e.COMMERCE)
        world.must("run-due")
        self.assertEqual(server.recipients(), ["a@example.org"])

    def test_sigterm_while_the_server_thinks_about_a_recipient(self):
        server = self.server()
        waiting = []

        async def think(address):
            waiting.append(address)
            await asyncio.sleep(30)

        server.on_rcpt = think
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", ["a@example.org", "b@example.org"]), e2e.schedule("two", "c@example.org"))
        process = world.start("run-due")
        e2e.wait_until(lambda: waiting, "the server is asked")
        self.stop(process)
        self.assertEqual(server.held, [])
        server.on_rcpt = None
        world.must("run-due")
        self.assertEqual(server.recipients(), ["a@example.org", "b@example.org", "c@example.org"])
        self.assertEqual({run["state"] for run in world.runs()}, {"delivered"})

    def test_sigterm_between_two_recipients_sends_each_of_them_once(self):
        server = self.server()
        world = self.world(server.url)
        everybody = [f"r{i:02d}@example.org" for i in range(60)]
        world.schedules(e2e.schedule("many", everybody))
        process = world.start("run-due")
        e2e.wait_until(lambda: len(server.held) >= 10, "ten mails have arrived")
        self.stop(process)
        server.quiet()
        world.run("run-due")
        run = world.only_run()
        unknown = {address for address, state in self.states(run).items() if state == "unknown"}
        self.assertLessEqual(len(unknown), 1)  # the one whose reply was awaited
        self.assertEqual(len(server.recipients()), len(set(server.recipients())))
        self.assertEqual(set(server.recipients()) | unknown, set(everybody))

    def awaiting_a_reply(self, seconds):
        """A run-due for two recipients; the server has the first one's mail and says nothing for so long, then cuts the connection."""
        server = self.server()

        async def think(mail):
            if mail.recipients == ["a@example.org"]:
                await asyncio.sleep(seconds)
                return server.DROP

        server.on_data = think
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", ["a@example.org", "b@example.org"]))
        process = world.start("run-due")
        e2e.wait_until(lambda: server.held, "the server has all of it")
        return server, world, process

    def assert_first_is_unknown_and_second_arrives(self, server, world):
        server.on_data = None
        self.assertEqual(world.run("run-due").code, 14)
        self.assertEqual([address for address in server.recipients() if address not in e2e.STEWARDS], ["a@example.org", "b@example.org"])
        run = world.only_run()
        self.assertEqual(self.states(run), {"a@example.org": "unknown", "b@example.org": "accepted"})
        self.assertEqual(run["state"], "unknown")

    def test_sigterm_while_a_reply_is_awaited_that_is_then_lost_loses_and_doubles_nothing(self):
        server, world, process = self.awaiting_a_reply(2)
        self.stop(process)
        self.assert_first_is_unknown_and_second_arrives(server, world)

    def test_a_second_sigterm_does_not_wait_for_the_reply(self):
        server, world, process = self.awaiting_a_reply(40)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SOON)
        self.assertLess(time.monotonic() - start, SOON)
        self.assertIn(process.returncode, (128 + signal.SIGTERM, -signal.SIGTERM))
        self.assert_first_is_unknown_and_second_arrives(server, world)

    def test_sigterm_while_the_reply_is_awaited_still_takes_a_reply_that_comes_at_once(self):
        server = self.server()

        async def think(mail):
            await asyncio.sleep(1.0)

        server.on_data = think
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", "a@example.org"))
        process = world.start("run-due")
        e2e.wait_until(lambda: server.held, "the server has all of it")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SOON)
        server.on_data = None
        world.must("run-due")
        run = world.only_run()
        self.assertEqual((run["state"], self.states(run)), ("delivered", {"a@example.org": "accepted"}))
        self.assertEqual(server.recipients(), ["a@example.org"])

    def test_sigterm_reaches_every_process_of_jobs(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(*[e2e.schedule(f"s{i}", f"r{i}@example.org") for i in range(8)])
        world.make_source(e2e.SLOW_COMMERCE)
        process = world.start("run-due", "--jobs", "3")
        e2e.wait_until(lambda: len(world.runs("--outcome", "triggered")) == 3, "three runs are claimed")
        self.stop(process)
        world.make_source(e2e.COMMERCE)
        world.must("run-due", "--jobs", "3")
        self.assertEqual(server.recipients(), [f"r{i}@example.org" for i in range(8)])


if __name__ == "__main__":
    e2e.main()
