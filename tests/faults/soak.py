#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Hourly run-due over simulated time in five time zones, with kills, stops, a host that is down, clocks that go back, and two at once: every local day's
occurrence has one run with one ending, and every accepted delivery one mail or one file. Schedules with a condition tell each alert once, those that wait are
made when the data are there, or are late as they should be, and those with a list have a part for each row that there was. Four days; with REPORTCTL_FAULTS=whole four quarters.

The seed is printed; REPORTCTL_SEED repeats it."""
import collections, datetime, os, pathlib, random, signal, sys, time, zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

UTC = datetime.timezone.utc
HOUR, MINUTE, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("hours", "minutes", "days"))
START = datetime.datetime(2026, 3, 24, tzinfo=UTC)  # the clocks of Europe and of Lord Howe change within the fortnight
MADE = "2026-03-23T23:59:00Z"
HOURLY = [datetime.time(hour, 40) for hour in range(24)]
LEVEL = faults.STOCK.replace("id: stock", "id: level").replace(
    "SELECT sku AS sku, stock AS stock FROM products WHERE account_id = :account ORDER BY sku",
    "SELECT CAST(id AS TEXT) AS sku, id AS stock FROM levels WHERE account_id = :account ORDER BY id")
ALERTS = {"once": "send: count > 1, again: once, all_clear: true", "every": "send: count > 1", "change": "send: changed", "later": "send: count > 1, again: 3h"}
WAITS = {"fail": "wait: 2h30m, late: fail", "send": "wait: 2h30m, late: send"}
PARTS = {"parts": "report: stock, ", "watched": "report: level, send: count > 1, again: once, "}
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


class Data:
    """What the source holds: so many rows for the alerts, the day up to which a nightly load has come, which may be late or fail, and who is on the list.
    `levels`, `complete` and `people` are all values that there were, each with the time from which on; `back` is (time, level, complete, people) as seen by clocks
    that were set back."""

    def __init__(self, world, thrown):
        self.world, self.thrown, self.levels, self.complete, self.back = world, thrown, [(START - DAY, 0)], [(START - DAY, START - DAY)], []
        self.people = [(START - DAY, ("a", "b"))]
        self.write("CREATE TABLE gone AS SELECT * FROM products;")

    def write(self, more=""):
        self.world.make_source(e2e.COMMERCE + more + "CREATE TABLE levels (id INTEGER, account_id TEXT); CREATE TABLE loads (complete TEXT, account_id TEXT);"
                               + "".join(f"INSERT INTO levels VALUES ({one}, 'shop');" for one in range(self.levels[-1][1]))
                               + f"INSERT INTO loads VALUES ('{stamp(self.complete[-1][1])}', 'shop');"
                               + faults.people(*((key, f"{key}@example.org") for key in self.people[-1][1])))

    def go_on(self, tick):
        if self.thrown.random() < 0.3:
            self.levels.append((tick, self.thrown.randrange(4)))
        if self.thrown.random() < 0.12:
            self.complete.append((tick, tick))
        if self.thrown.random() < 0.1:
            self.people.append((tick, tuple(sorted(self.thrown.sample("abcdef", self.thrown.randrange(1, 5))))))
        self.write()

    def clock_back(self, now):
        self.back.append((now, self.levels[-1][1], self.complete[-1][1], self.people[-1][1]))

    def between(self, one, other):
        """[{level}, {complete}, {people}] that there were in that time."""
        first, last = sorted(datetime.datetime.fromtimestamp(seconds, UTC) for seconds in (one, other))
        values = []
        for number, kept in enumerate((self.levels, self.complete, self.people), 1):
            before = [value for since, value in kept if since <= first]
            values.append({before[-1], *(value for since, value in kept if first < since <= last),
                           *(seen[number] for seen in self.back if first <= seen[0] <= last)})
        return values


def check_alerts(world, name, data, problems):
    """Each decision is the one that the rows of that run and the mails before it make; how many were raised, and how many cleared."""
    counts, raised, told_at, sent = collections.Counter(), False, None, None
    for slot, state, rows, why, created, finished in world.sql(
            "SELECT slot, state, row_count, decision, created_at, finished_at FROM runs WHERE schedule_name = ? AND state <> 'skipped' ORDER BY slot", name):
        if rows not in data.between(created, finished)[0]:
            problems.append(f"{name} {slot}: {rows} rows, which the source did not have then")
        holds, clears = rows > 1, False
        if name == "change":
            mails = holds = rows != sent
        elif name == "every":
            mails = holds
        elif name == "later":
            mails = holds and not (raised and slot - told_at < 3 * 3600)
        else:
            clears = raised and not holds
            mails = clears or (holds and not raised)
        if (state in ("delivered", "unknown")) != mails:
            problems.append(f"{name} {slot}: {state} of {rows} rows, {'raised' if raised else 'not raised'} before, told {told_at}: {why}")
        counts["alerts" if holds else "all clears" if clears else "quiet"] += mails or not holds
        raised = holds
        if mails:
            told_at, sent = slot, rows
    return counts


def check_waits(world, name, zone, data, problems):
    """No run is made of data that are not complete unless it is late, and none fails that had them in time."""
    counts = collections.Counter()
    for slot, state, reason, wait_until, data_until, finished in world.sql(
            "SELECT slot, state, reason, wait_until, data_until, finished_at FROM runs WHERE schedule_name = ? AND state <> 'skipped' ORDER BY slot", name):
        day = datetime.datetime.fromtimestamp(slot, UTC).astimezone(zone).replace(hour=0, minute=0).astimezone(UTC)
        seen = data.between(slot, finished)[1]
        if data_until is not None:
            good = state in ("delivered", "unknown") and datetime.datetime.fromtimestamp(data_until, UTC) in seen and data_until >= day.timestamp()
            counts["waited for" if finished > slot + 3600 else "ready"] += 1
        else:
            good = finished >= wait_until and min(seen) < day and (
                state in ("delivered", "unknown") if name == "send" else state == "failed" and reason.startswith("data_not_ready"))
            counts["late"] += 1
        if not good:
            problems.append(f"{name} {slot} is {state}, wait until {wait_until}, data until {data_until}, ended {finished}, {reason}")
    return counts


def check_parts(world, name, data, problems):
    """Each occurrence was divided once, by a list that there was, and each part has one ending."""
    counts = collections.Counter()
    for run, slot, state, created, finished in world.sql(
            "SELECT id, slot, state, created_at, finished_at FROM runs WHERE schedule_name = ? AND parent IS NULL AND state <> 'skipped'", name):
        parts = dict(world.sql("SELECT part, state FROM runs WHERE parent = ?", run))
        if tuple(sorted(parts)) not in data.between(created, finished)[2]:
            problems.append(f"{name} {slot} has the parts {sorted(parts)}, which were never on the list together")
        if set(parts.values()) - {"delivered", "unknown", *(["quiet"] * (name == "watched"))}:
            problems.append(f"{name} {slot} is {state}: {parts}")
        if (state == "unknown") != ("unknown" in parts.values()):
            problems.append(f"{name} {slot} is {state} over {parts}")
        counts["parts"] += len(parts)
    return counts


class Soak(e2e.Case):
    def soak(self, seed, days):
        thrown = random.Random(seed)
        policy = f"retries: 0, missed: {'all' if seed % 2 == 0 else 'coalesce'}"
        world = self.world(policy=policy)
        places = faults.Places(world.path / "places")
        world.configure(policy=policy, more=faults.modules(self, faults.STOCK, faults.BROKEN, LEVEL, faults.LOADED, faults.LIST) + places.config() + "retention: {runs: never, artifacts: never}\n")
        data = Data(world, thrown)
        plan = {}  # name: its zone, its times, and what else the schedule has
        for hour in range(24):
            plan[f"h{hour:02d}"] = (ZONES[hour % 5], [datetime.time(hour, 30 if hour % 7 == 2 else 0)], "broken" if hour == 13 else "stock", "")
        plan.update({name: ("UTC", HOURLY, "level", ", " + more) for name, more in ALERTS.items()})
        plan.update({name: ("Europe/Berlin", [datetime.time(4, 30)], "loaded", ", " + more) for name, more in WAITS.items()})
        world.schedules(*[e2e.schedule(name, [f"{name}-{i}@example.org" for i in range(1 + number % 3)], report=report,
                                       at=", ".join(at.strftime("%H:%M") for at in times), more=f", timezone: {zone}{more}")
                          for number, (name, (zone, times, report, more)) in enumerate(plan.items())],
                        *[f'  - {{name: {name}, account: shop, {more}cadence: daily, at: "06:10, 18:10", recipients: {{list: people}}}}\n' for name, more in PARTS.items()],
                        e2e.schedule("filed", ["filed@example.org", "first:{year}/{month}", "second:"], report="stock", at="07:20", more=", file_name: \"stock_{slot_day}\""), now=MADE)
        plan.update({name: ("UTC", [datetime.time(6, 10), datetime.time(18, 10)], "", "") for name in PARTS}, filed=("UTC", [datetime.time(7, 20)], "", ""))
        counts, odd, tick = collections.Counter(), [], START
        while tick < START + days * DAY:
            tick += HOUR
            if thrown.random() < 0.02:
                tick += thrown.randrange(2, 30) * HOUR
                counts["times down"] += 1
            data.go_on(tick)
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
                before = tick - thrown.randrange(1, 60) * HOUR
                data.clock_back(before)
                world.run("run-due", now=stamp(before))
            if thrown.random() < 0.05:
                counts["two at once"] += 1
                for process in [world.start("run-due", now=now) for _ in range(2)]:
                    process.communicate()
                continue
            result = world.run("run-due", now=now)
            if result.code not in faults.CALM:
                odd.append((now, result.code, result.err[:200]))
        data.complete.append((tick, tick + DAY))
        data.write()
        for _ in range(5):
            tick += 6 * MINUTE
            world.run("run-due", now=stamp(tick))
        where, problems = f"seed {seed}", []
        facts = faults.check_ledger(world, faults.Maildir(world.outbox).held() + places.held(), problems, in_doubt=counts["SIGKILL"] + counts["SIGTERM"])
        self.assertEqual((odd, problems), ([], []), where)
        expected = set()
        for name, (zone, times, _, _) in plan.items():
            for day in ((START + count * DAY).date() for count in range(-2, (tick - START).days + 3)):
                instants = {occurrence(day, at, zoneinfo.ZoneInfo(zone)) for at in times}
                expected |= {(name, int(instant.timestamp())) for instant in instants if START - MINUTE < instant <= tick}
        actual = {(name, slot): state for name, slot, state in world.sql("SELECT schedule_name, slot, state FROM runs WHERE parent IS NULL")}
        self.assertEqual(set(actual) ^ expected, set(), where)
        for (name, slot), state in actual.items():
            fits = ("failed", "skipped") if name == "h13" else ("delivered", "unknown", "skipped", *(["quiet"] * (name in [*ALERTS, "watched"])),
                                                                *(["failed"] * (name == "fail")))
            self.assertIn(state, fits, (where, name, slot))
        for name in ALERTS:
            counts.update(check_alerts(world, name, data, problems))
        for name in WAITS:
            counts.update(check_waits(world, name, zoneinfo.ZoneInfo("Europe/Berlin"), data, problems))
        for name in PARTS:
            counts.update(check_parts(world, name, data, problems))
        self.assertEqual(problems, [], where)
        for command in (("audit", "verify"), ("state", "check")):
            world.must(*command)
        counts.update(facts)
        print(f"         {where}: {days} days, {len(expected)} occurrences, {', '.join(f'{value} {name}' for name, value in counts.items())}", flush=True)

    def test_no_occurrence_is_lost_and_none_runs_twice(self):
        if faults.WHOLE:
            for seed in faults.chosen(4, 0):
                self.soak(seed, 92)
        else:
            self.soak(SEED, 4)


if __name__ == "__main__":
    e2e.main()
