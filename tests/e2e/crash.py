#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at random moments of a run-due over 200 schedules, each time followed by another run-due. What the ledger says is compared with what the
mailbox or mail server really holds: nothing is lost, and nothing is doubled or in doubt except what was being handed over at that moment, shown as
unknown.

The seed is printed; REPORTCTL_SEED repeats it, REPORTCTL_KILLS changes the number of moments."""
import collections, os, pathlib, random, shutil, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

KILLS = int(os.environ.get("REPORTCTL_KILLS", "50"))
SEED = int(os.environ.get("REPORTCTL_SEED", time.time_ns() % 1_000_000))

kDue = ("run-due",)


class Crash(e2e.Case):
    def fresh(self, name):
        """A copy of the prepared state for one attempt; the environment that names it."""
        directory = self.place.path / f"attempt-{name}"
        directory.mkdir(mode=0o700)
        shutil.copy2(self.prepared, directory / "state.db")
        e2e.forget_owner(directory / "state.db")
        self.place.state = directory / "state.db"
        return {"REPORTCTL_STATE": directory / "state.db", "REPORTCTL_ARTIFACTS_URL": f"file:{directory}/artifacts"}

    def kill_and_compare(self, number, moment):
        self.mailbox.forget()
        env = self.fresh(number)
        process = self.place.start(*self.command, *self.jobs, env=env)
        time.sleep(moment)
        process.kill()
        process.wait(e2e.PATIENCE)
        process.stdout.close()
        process.stderr.close()
        if self.jobs:  # its workers are asked to stop when it dies, and finish the letter they are at
            e2e.wait_until(lambda: not self.workers_of(env), "the workers have ended")
        arrived = len(self.mailbox.held())
        done = self.place.run("run-due", *self.jobs, env=env)
        if self.command != kDue:  # what it had not begun
            self.place.must(*self.command, env=env)
        where = f"seed {SEED}, kill {number} at {moment * 1000:.0f} ms"

        ledger = {address: (state, message_id) for address, state, message_id in
                  self.place.sql("SELECT address, state, message_id FROM deliveries WHERE notification_id IS NULL")}
        held = collections.defaultdict(list)
        for address, message_id in self.mailbox.held():
            if address not in e2e.STEWARDS:
                held[address].append(message_id)
        unknown = {address for address, (state, _) in ledger.items() if state == "unknown"}
        self.assertEqual(set(ledger), {f"r{i:03d}@example.org" for i in range(self.count)}, where)
        self.assertEqual({state for state, _ in ledger.values()} - {"accepted", "unknown"}, set(), where)
        for address, (state, message_id) in ledger.items():
            wanted = ([message_id],) if state == "accepted" else ([], [message_id])
            self.assertIn(held.get(address, []), wanted, f"{where}: {address} is {state}")
        self.assertLessEqual(len(unknown), int(self.jobs[1]) if self.jobs else 1, where)

        runs = self.place.json("runs", "list", "--limit", "10000", env=env)
        self.assertEqual(sorted(run["schedule"] for run in runs), [f"s{i:03d}" for i in range(self.count)], where)
        for run in runs:
            address = "r" + run["schedule"][1:] + "@example.org"
            self.assertEqual(run["state"], "unknown" if address in unknown else "delivered", where)
            if address in unknown:  # the operator sees it, and what to do
                shown = self.place.json("runs", "show", run["id"], env=env)
                self.assertEqual([one["state"] for one in shown["deliveries"] if not one["notification"]], ["unknown"], where)
                if not self.jobs:
                    self.assertIn(f"runs resend {run['id']} --only unknown", done.err, where)
        if not self.jobs:  # with jobs a worker may have ended its unknown run by itself
            self.assertEqual(done.code, 14 if unknown else 0, f"{where}\n{done.err}")
        shutil.rmtree(self.place.state.parent)
        return len(unknown), arrived

    def workers_of(self, env):
        needle = f"REPORTCTL_STATE={env['REPORTCTL_STATE']}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if needle in path.read_bytes():
                    found.append(path.parent.name)
            except OSError:
                pass
        return found

    def prepare(self, transport=None):
        """Most schedules are of a report without a chart: to draw one takes longer than all else of such a small run together."""
        self.place = self.world(transport, more=faults.modules(self, faults.STOCK))

    def one_schedule(self, i):
        return e2e.schedule(f"s{i:03d}", f"r{i:03d}@example.org", report="sales" if i % 10 == 0 else "stock")

    def spread(self, mailbox, count, kills, jobs=(), command=kDue):
        self.mailbox, self.count, self.jobs, self.command = mailbox, count, jobs, command
        self.place.schedules(*[self.one_schedule(i) for i in range(count)])
        if command != kDue:
            self.fail_all()
        self.prepared = self.place.state
        mailbox.forget()
        whole = self.place.must(*command, *jobs, env=self.fresh("whole")).seconds
        self.assertEqual(sum(address not in e2e.STEWARDS for address, _ in mailbox.held()), count)
        thrown = random.Random(f"{SEED} {count} {jobs}")
        slices = thrown.sample(range(kills), kills)  # one kill in each slice of the whole time, in any order
        unknown, progress = 0, []
        for number, at in enumerate(slices):
            moment = whole * (at + thrown.random()) / kills
            doubt, arrived = self.kill_and_compare(number, moment)
            unknown += doubt
            progress.append(arrived)
            # What else the machine does makes a run take longer or shorter than the one that was measured.
            if arrived == count:
                whole = moment
            elif arrived == 0 and at > kills / 2:
                whole *= 1.5
        between = sum(0 < one < count for one in progress)
        print(f"         {kills} kills over {whole * 1000:.0f} ms, seed {SEED}: {unknown} deliveries unknown, {between} kills between the first mail "
              "and the last", flush=True)
        if kills >= 10:
            self.assertGreater(between, kills // 5)  # else the moments missed the work

    def test_fifty_kills_of_a_run_due_of_two_hundred_schedules_lose_nothing_and_double_nothing(self):
        self.prepare()
        self.spread(faults.Maildir(self.place.outbox), 200, KILLS)

    def test_kills_of_a_run_due_that_talks_to_a_mail_server_lose_nothing_and_double_nothing(self):
        e2e.need_aiosmtpd()
        server = self.server()
        self.prepare(server.url)
        self.spread(faults.Server(server), 60, max(1, KILLS // 5))

    def fail_all(self):
        """The source is away, and every run ends without a file."""
        away = self.place.source.with_suffix(".away")
        self.place.source.rename(away)
        self.place.must("run-due", code=3)
        away.rename(self.place.source)

    def test_kills_of_a_retry_of_runs_that_failed_lose_nothing_and_double_nothing(self):
        self.prepare()
        self.spread(faults.Maildir(self.place.outbox), 60, max(1, KILLS // 3), command=("runs", "retry", "--failed"))

    def test_kills_of_a_run_due_with_jobs_lose_nothing_and_double_nothing(self):
        self.prepare()
        self.spread(faults.Maildir(self.place.outbox), 100, max(1, KILLS // 10), ("--jobs", "3"))


if __name__ == "__main__":
    e2e.main()
