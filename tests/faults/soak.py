#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Hourly run-due over simulated time in five time zones, with kills, stops, a host that is down, clocks that go back, and two at once: every local day's
occurrence has one run with one ending, and every accepted delivery one mail. Four days; with REPORTCTL_FAULTS=whole four quarters.

The seed is printed; REPORTCTL_SEED repeats it."""
import collections, datetime, os, pathlib, random, signal, sys, time, zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

UTC = datetime.timezone.utc
HOUR, MINUTE, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("hours", "minutes", "days"))
START = datetime.datetime(2026, 3, 24, tzinfo=UTC)  # the clocks of Europe and of Lord Howe change within the fortnight
MADE = "2026-03-23T23:59:00Z"
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
SEED = int(os.environ.get("REPORTCTL_SEED", time.time_ns() % 1_000_000))


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def occurrence(day, at, zone):
    """The instant of a local time; where the clock leaps over it, the first instant after the leap."""
    local = datetime.datetime.combine(day, at, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    offset = (instant - 3 * HOUR).astimezone(zone).utcoffset()
    probe = (instant - 3 * HOUR).replace(second=0)
    while probe.astimezone(zone).utcoffset() == offset:
        probe += MINUTE
    return probe


class Soak(e2e.Case):
    def soak(self, seed, days):
        thrown = random.Random(seed)
        policy = f"retries: 0, missed: {'all' if seed % 2 == 0 else 'coalesce'}"
        world = self.world(policy=policy)
        world.configure(policy=policy, more=faults.modules(self, faults.STOCK, faults.BROKEN) + "retention: {runs: never, artifacts: never}\n")
        world.make_source(e2e.COMMERCE + "CREATE TABLE gone AS SELECT * FROM products;")
        plan = {}
        for hour in range(24):
            zone, at = ZONES[hour % 5], datetime.time(hour, 30 if hour % 7 == 2 else 0)
            plan[f"h{hour:02d}"] = (zone, at, [f"h{hour:02d}-{i}@example.org" for i in range(1 + hour % 3)])
        world.schedules(*[e2e.schedule(name, to, report="broken" if name == "h13" else "stock", at=at.strftime("%H:%M"), more=f", timezone: {zone}")
                          for name, (zone, at, to) in plan.items()], now=MADE)
        world.make_source(e2e.COMMERCE)
        counts, odd, tick = collections.Counter(), [], START
        while tick < START + days * DAY:
            tick += HOUR
            if thrown.random() < 0.02:
                tick += thrown.randrange(2, 30) * HOUR
                counts["times down"] += 1
            now = stamp(tick + 2 * MINUTE)
            if thrown.random() < 0.10:
                process = world.start("run-due", now=now)
                time.sleep(thrown.random() * 0.05)
                number = signal.SIGKILL if thrown.random() < 0.8 else signal.SIGTERM
                if process.poll() is None:
                    process.send_signal(number)
                    counts[number.name] += 1
                process.communicate()
                if thrown.random() < 0.5:
                    continue  # the next tick finds it
            if thrown.random() < 0.05:
                counts["clocks back"] += 1
                world.run("run-due", now=stamp(tick - thrown.randrange(1, 60) * HOUR))
            if thrown.random() < 0.05:
                counts["two at once"] += 1
                for process in [world.start("run-due", now=now) for _ in range(2)]:
                    process.communicate()
                continue
            result = world.run("run-due", now=now)
            if result.code not in faults.CALM:
                odd.append((now, result.code, result.err[:200]))
        for _ in range(5):
            tick += MINUTE
            world.run("run-due", now=stamp(tick))
        where, problems = f"seed {seed}", []
        facts = faults.check_ledger(world, faults.Maildir(world.outbox).held(), problems, in_doubt=counts["SIGKILL"] + counts["SIGTERM"])
        self.assertEqual((odd, problems), ([], []), where)
        expected = set()
        for name, (zone, at, _) in plan.items():
            day = (START - 2 * DAY).date()
            while day <= tick.date() + 2 * DAY:
                instant = occurrence(day, at, zoneinfo.ZoneInfo(zone))
                if START - MINUTE < instant <= tick:
                    expected.add((name, int(instant.timestamp())))
                day += DAY
        actual = {(name, slot): state for name, slot, state in world.sql("SELECT schedule_name, slot, state FROM runs")}
        self.assertEqual(set(actual) ^ expected, set(), where)
        for (name, slot), state in actual.items():
            self.assertIn(state, ("failed", "skipped") if name == "h13" else ("delivered", "unknown", "skipped"), (where, name, slot))
        for command in (("audit", "verify"), ("state", "check")):
            world.must(*command)
        counts.update(facts)
        print(f"         {where}: {days} days, {len(expected)} occurrences, {', '.join(f'{value} {name}' for name, value in counts.items())}", flush=True)

    def test_no_occurrence_is_lost_and_none_runs_twice(self):
        if faults.WHOLE:
            for seed in range(1, 5):
                self.soak(seed, 92)
        else:
            self.soak(SEED, 4)


if __name__ == "__main__":
    e2e.main()
