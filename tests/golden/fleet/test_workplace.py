#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real charging sessions that nobody here wrote, put into the source contract, against totals that Python takes from the file itself.

3,395 sessions of 85 drivers at 105 stations on 25 sites ("A Field Experiment on Workplace Norms and Electric Vehicle Charging Etiquette", Harvard
Dataverse). REPORTCTL names the program; without it, build/reportctl. REPORTCTL_TEST_DATA (or REPORTCTL_DATA) names the directory of
ev_workplace_sessions.csv; default: ../shared/data beside the repository. Without the file the test is skipped.
"""
import collections
import csv
import datetime
import decimal
import io
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

import test_fleet

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FOLDER = os.environ.get("REPORTCTL_TEST_DATA") or os.environ.get("REPORTCTL_DATA") or ROOT.parent / "shared" / "data"
DATA = pathlib.Path(FOLDER) / "ev_workplace_sessions.csv"

CONFIG = """state: {0}/state.db
mail: {{transport: "maildir:{0}/mail", from: Reports <reports@example.com>}}
sources: {{sites: {{url: "sqlite:{0}/sites.db"}}}}
artifacts: {{url: "file:{0}/artifacts"}}
"""
ACCOUNT = 'accounts: [{id: work, name: Workplaces, timezone: UTC, source: sites, key: "1"}]\n'
SCHEMA = """
CREATE TABLE depots (id INTEGER PRIMARY KEY, account_id INTEGER, name TEXT, timezone TEXT);
CREATE TABLE chargers (id INTEGER PRIMARY KEY, depot_id INTEGER, circuit_id INTEGER, name TEXT, model TEXT, max_kw REAL);
CREATE TABLE connectivity_events (id INTEGER PRIMARY KEY, charger_id INTEGER, at TEXT, status TEXT, reason TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, account_id INTEGER, name TEXT, email TEXT, role TEXT);
CREATE TABLE vehicle_groups (id INTEGER, account_id INTEGER, name TEXT);
CREATE TABLE cost_centres (id INTEGER, account_id INTEGER, name TEXT);
CREATE TABLE vehicles (id INTEGER PRIMARY KEY, account_id INTEGER, depot_id INTEGER, name TEXT, registration TEXT, vehicle_group_id INTEGER,
                       cost_centre_id INTEGER);
CREATE TABLE charging_sessions (id INTEGER PRIMARY KEY, charger_id INTEGER, vehicle_id INTEGER, user_id INTEGER, started_at TEXT, ended_at TEXT,
                                energy_wh INTEGER, peak_kw REAL, cost_cents INTEGER, currency TEXT, stop_reason TEXT);
"""
DAYS = 92  # the longest lookback; windows that follow each other cover every day once
FIRST = datetime.date(2014, 11, 18)
LAST = datetime.date(2015, 10, 5)
Session = collections.namedtuple("Session", "id station site user started ended wh cents")


def instant(text):
    """The years are written 0014 and 0015."""
    return datetime.datetime.strptime("20" + text[2:], "%Y-%m-%d %H:%M:%S")


def read_sessions():
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        return [Session(row["sessionId"], row["stationId"], row["locationId"], row["userId"], instant(row["created"]), instant(row["ended"]),
                        int(decimal.Decimal(row["kwhTotal"]) * 1000), int((decimal.Decimal(row["dollars"]) * 100).to_integral_value()))
                for row in csv.DictReader(file)]


def seconds(duration):
    hours, minutes, rest = map(int, duration.split(":"))
    return (hours * 60 + minutes) * 60 + rest


def thousandths(number):
    return int(decimal.Decimal(number) * 1000)


def hundredths(number):
    return int(decimal.Decimal(number) * 100)


def windows():
    """Pairs of the first day and the day after the last."""
    first = FIRST
    while first <= LAST:
        yield first, first + datetime.timedelta(days=DAYS)
        first += datetime.timedelta(days=DAYS)


class Workplace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not DATA.exists():
            raise unittest.SkipTest(f"{DATA} is absent; REPORTCTL_TEST_DATA names its directory")
        cls.sessions = read_sessions()
        cls.folder = tempfile.TemporaryDirectory()
        cls.home = pathlib.Path(cls.folder.name)
        cls.fill(sqlite3.connect(cls.home / "sites.db"))
        (cls.home / "reportctl.yaml").write_text(CONFIG.format(cls.home))
        (cls.home / "accounts.yaml").write_text(ACCOUNT)
        for step in (("init",), ("apply", "-f", str(cls.home / "accounts.yaml"), "--yes")):
            cls.call(*step)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def fill(cls, source):
        source.executescript(SCHEMA)
        source.executemany("INSERT INTO depots VALUES (?, 1, 'Site ' || ?, 'UTC')", {(s.site, s.site) for s in cls.sessions})
        source.executemany("INSERT INTO chargers VALUES (?, ?, NULL, ?, NULL, NULL)", {(s.station, s.site, s.station) for s in cls.sessions})
        drivers = {(s.user, s.user) for s in cls.sessions}
        source.executemany("INSERT INTO users VALUES (?, 1, ?, NULL, 'driver')", drivers)
        source.executemany("INSERT INTO vehicles VALUES (?, 1, NULL, ?, NULL, NULL, NULL)", drivers)
        source.executemany("INSERT INTO charging_sessions VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, 'USD', NULL)",
                           [(s.id, s.station, s.user, s.user, s.started.isoformat() + "Z", s.ended.isoformat() + "Z", s.wh, s.cents)
                            for s in cls.sessions])
        source.commit()
        source.close()

    @classmethod
    def call(cls, *arguments, now="2015-12-01T00:00:00Z"):
        environment = dict(os.environ, REPORTCTL_NOW=now, HOME=str(cls.home), LC_ALL="C.UTF-8")
        done = subprocess.run([test_fleet.PROGRAM, "--config", str(cls.home / "reportctl.yaml"), *arguments], env=environment, capture_output=True,
                              text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, report, after, *arguments):
        """What a report says of the 92 days before the day `after`."""
        text = self.call("run", report, "--account", "work", "--lookback", str(DAYS), *arguments, now=f"{after}T06:00:00Z")
        return list(csv.DictReader(io.StringIO(text)))

    def test_the_file_is_the_one_that_was_described(self):
        self.assertEqual(len(self.sessions), 3395)
        self.assertEqual([len({getattr(s, key) for s in self.sessions}) for key in ("user", "station", "site")], [85, 105, 25])
        self.assertEqual((min(s.started for s in self.sessions).date(), max(s.ended for s in self.sessions).date() < LAST), (FIRST, True))

    def test_charging_sessions(self):
        """every session once, over windows that follow each other."""
        rows = [row for _, after in windows() for row in self.rows("charging-sessions", after)]
        self.assertEqual([row["session_id"] for row in rows], [s.id for s in sorted(self.sessions, key=lambda s: (s.started, int(s.id)))])
        by_id = {s.id: s for s in self.sessions}
        for row in rows:
            s = by_id[row["session_id"]]
            self.assertEqual((row["depot"], row["charger"], row["vehicle"], row["user"]), (f"Site {s.site}", s.station, s.user, s.user))
            self.assertEqual((row["started_at"], row["ended_at"]), (s.started.isoformat() + "+00:00", s.ended.isoformat() + "+00:00"))
            self.assertEqual(seconds(row["duration"]), int((s.ended - s.started).total_seconds()))
            self.assertEqual((thousandths(row["energy_kwh"]), hundredths(row["cost"]), row["currency"]), (s.wh, s.cents, "USD"))
        self.assertEqual(sum(thousandths(row["energy_kwh"]) for row in rows), sum(s.wh for s in self.sessions))

    def test_vehicle_charging_summary(self):
        """sessions, energy, time and cost of each of 85 vehicles."""
        found = collections.defaultdict(lambda: [0, 0, 0, 0])
        for _, after in windows():
            for row in self.rows("vehicle-charging-summary", after):
                part = (int(row["sessions"]), thousandths(row["energy_kwh"]), seconds(row["charging_time"]), hundredths(row["cost"]))
                found[row["vehicle"]] = [a + b for a, b in zip(found[row["vehicle"]], part)]
        wanted = collections.defaultdict(lambda: [0, 0, 0, 0])
        for s in self.sessions:
            part = (1, s.wh, int((s.ended - s.started).total_seconds()), s.cents)
            wanted[s.user] = [a + b for a, b in zip(wanted[s.user], part)]
        self.assertEqual(dict(found), dict(wanted))

    def test_charger_performance(self):
        """all 105 stations in every window; time is clipped, so that the parts of a session over two windows add up to the whole."""
        found = collections.defaultdict(lambda: [0, 0, 0])
        for first, after in windows():
            start, end = (datetime.datetime.combine(day, datetime.time()) for day in (first, after))
            rows = self.rows("charger-performance", after)
            self.assertEqual(len(rows), 105)
            for row in rows:
                inside = [s for s in self.sessions if s.station == row["charger"] and s.started < end and s.ended > start]
                clipped = sum(int((min(s.ended, end) - max(s.started, start)).total_seconds()) for s in inside)
                self.assertEqual(seconds(row["charging_time"]), clipped)
                share = (decimal.Decimal(clipped) * 100 / (DAYS * 86400)).quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP)
                self.assertEqual((row["utilisation_percent"], row["availability_percent"], row["faults"]), (str(share), "", "0"))
                part = (int(row["sessions"]), thousandths(row["energy_kwh"]), seconds(row["charging_time"]))
                found[row["charger"]] = [a + b for a, b in zip(found[row["charger"]], part)]
        wanted = collections.defaultdict(lambda: [0, 0, 0])
        for s in self.sessions:
            wanted[s.station] = [a + b for a, b in zip(wanted[s.station], (1, s.wh, int((s.ended - s.started).total_seconds())))]
        self.assertEqual(dict(found), dict(wanted))

    def test_sites(self):
        """what the 25 depots show on their own is what the account shows."""
        first, after = list(windows())[2]
        whole = self.rows("charging-sessions", after)
        self.assertEqual(len(whole), sum(first <= s.started.date() < after for s in self.sessions))
        parts = []
        for site in sorted({s.site for s in self.sessions}):
            rows = self.rows("charging-sessions", after, "--scope", f"depot:{site}")
            self.assertLessEqual({row["depot"] for row in rows}, {f"Site {site}"})
            parts += rows
        self.assertEqual(sorted(row["session_id"] for row in parts), sorted(row["session_id"] for row in whole))


if __name__ == "__main__":
    test_fleet.main(Workplace)
