#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The same night on five mail servers: the relay is away when the report is due, comes back, breaks off in the middle, goes away again, and is back in
the morning. Everyone has the mail once, and owners hear of what was late for good."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, relays

TO = ["ann@example.org", "bo@example.org", "ce@example.org", "dan@example.org"]


class Night(e2e.Case):
    """`self.boxes` has what came through to people; `self.road` is the way of reportctl to a server, or of a program to its relay."""

    def begin(self, kind):
        e2e.need_aiosmtpd()
        world = self.world(policy="")
        world.path.chmod(0o755)
        self.boxes = self.server()
        if issubclass(kind, relays.Program):
            self.road = relays.Road(self.boxes.port)
            relay = kind(world.path / "relay", self.road.port)
            transport = relay.transport
        else:
            relay = kind(world.path / "relay", self.boxes.port)
            self.road = relays.Road(relay.port)
            transport = f"smtp://127.0.0.1:{self.road.port}"
        self.closing(self.road.close)
        self.closing(relay.stop)
        world.configure(transport, policy="")
        return world, relay

    def mails(self):
        return sorted((to, mail.message["Subject"].split(" – ")[0]) for mail in self.boxes.held for to in mail.recipients)

    def settled(self, relay, mails):
        """A server that is stopped while it passes on a mail may do so again."""
        e2e.wait_until(lambda: len(self.boxes.held) >= mails and relay.waiting() == 0, f"{mails} mails are passed on")

    def night_of_a_relay_that_tells_what_it_takes(self, kind):
        world, relay = self.begin(kind)
        world.schedules(e2e.schedule("morning", TO))

        # 05:00: it is away.
        self.assertEqual(world.run("run-due", now="2026-03-17T05:00:30Z").code, 75)
        self.assertEqual(set(self.states(world.only_run()).values()), {"deferred"})

        # 05:05: it is back, and breaks off when the third mail begins.
        relay.start()
        self.road.open(break_at=3)
        self.assertEqual(world.run("run-due", now="2026-03-17T05:05:30Z").code, 75)
        self.assertEqual(sorted(self.states(world.only_run()).values()), ["accepted", "accepted", "deferred", "deferred"])

        # 05:15: it is away again; 05:35: it is back.
        self.settled(relay, 2)
        relay.stop()
        self.assertEqual(world.run("run-due", now="2026-03-17T05:15:30Z").code, 75)
        relay.start()
        self.road.open()
        self.assertEqual(world.must("run-due", now="2026-03-17T05:35:30Z").err, "")
        self.assertEqual(set(self.states(world.only_run()).values()), {"accepted"})
        self.settled(relay, len(TO))
        self.assertEqual(self.mails(), [(to, "Sales") for to in TO])
        self.assertEqual(world.json("notifications", "list"), [])  # nobody has to do anything

        # The next day it is away for longer than reports are retried: owners are told when it is back, once.
        self.road.close()
        relay.stop()
        for now in ("05:00:30", "05:05:30", "05:15:30", "05:35:30", "06:15:30"):
            self.assertEqual(world.run("run-due", now=f"2026-03-18T{now}Z").code, 75, now)
        self.assertEqual(world.run("run-due", now="2026-03-18T07:22:30Z").code, 3)
        relay.start()
        self.road.open()
        world.must("run-due", now="2026-03-18T09:00:00Z")
        world.must("run-due", now="2026-03-18T12:00:00Z")
        failed, = [run for run in world.runs() if run["state"] != "delivered"]
        world.must("runs", "resend", failed["id"], now="2026-03-18T12:01:00Z")
        wanted = sorted([(to, "Sales") for to in TO] * 2 + [(owner, "Harbour Tea: morning not delivered") for owner in e2e.STEWARDS])
        self.settled(relay, len(wanted))
        relay.stop()
        self.assertEqual(self.mails(), wanted)
        ids = [mail.message["Message-ID"] for mail in self.boxes.held]
        self.assertEqual(len(set(ids)), len(ids))

    def test_postfix(self):
        self.night_of_a_relay_that_tells_what_it_takes(relays.Postfix)

    def test_exim(self):
        self.night_of_a_relay_that_tells_what_it_takes(relays.Exim)

    def test_opensmtpd(self):
        self.night_of_a_relay_that_tells_what_it_takes(relays.OpenSmtpd)

    def test_msmtp(self):
        self.night_of_a_relay_that_tells_what_it_takes(relays.Msmtp)

    def test_dma_which_keeps_what_its_relay_does_not_take(self):
        world, dma = self.begin(relays.Dma)
        world.schedules(e2e.schedule("morning", TO))

        # 05:00: its disk is full, so it takes nothing.
        dma.start(bytes=16384)
        self.assertEqual(world.run("run-due", now="2026-03-17T05:00:30Z").code, 75)
        self.assertEqual(set(self.states(world.only_run()).values()), {"deferred"})
        dma.stop()

        # 05:05: it takes all, while its own relay is away; that one breaks off when the first mail begins, and is back.
        dma.start()
        self.assertEqual(world.must("run-due", now="2026-03-17T05:05:30Z").err, "")
        self.assertEqual(dma.waiting(), len(TO))
        self.road.open(break_at=1)
        dma.flush(lambda: not self.road.listening)
        self.assertEqual((dma.waiting(), self.mails()), (len(TO), []))
        self.road.open()
        dma.flush(lambda: dma.waiting() == 0)
        self.assertEqual(self.mails(), [(to, "Sales") for to in TO])
        self.assertEqual(world.json("notifications", "list"), [])

        # The next day it has no spool for longer than reports are retried.
        dma.stop()
        for now in ("05:00:30", "05:05:30", "05:15:30", "05:35:30", "06:15:30", "07:22:30"):
            world.run("run-due", now=f"2026-03-18T{now}Z")
        dma.start()
        world.must("run-due", now="2026-03-18T09:00:00Z")
        world.must("run-due", now="2026-03-18T12:00:00Z")
        dma.flush(lambda: dma.waiting() == 0)
        told = [(owner, "Harbour Tea: morning not delivered") for owner in e2e.STEWARDS]
        self.assertEqual(self.mails(), sorted([(to, "Sales") for to in TO] + told))


if __name__ == "__main__":
    e2e.main()
