#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The fleet reports against figures that were worked out by hand (fleet.sql and the .csv files beside this).

REPORTCTL names the program; without it, build/reportctl.
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("REPORTCTL", str(HERE.parents[2] / "build" / "reportctl"))

CONFIG = """state: {0}/state.db
mail: {{transport: "maildir:{0}/mail", from: Reports <reports@example.com>}}
sources: {{fleet: {{url: "{1}"}}}}
artifacts: {{url: "file:{0}/artifacts"}}
"""
ACCOUNTS = """accounts:
  - {id: ours, name: Ours, timezone: Australia/Sydney, source: fleet, key: "1", features: [ocpp-logs]}
  - {id: theirs, name: Theirs, timezone: Australia/Sydney, source: fleet, key: "2"}
"""
SIXTH = "2026-04-05T20:00:00Z"  # 06:00 of 2026-04-06 in Sydney: yesterday was the day with 25 hours
ALEXANDRIA = ("--scope", "depot:10")
MOABIT = ("--scope", "depot:11")
EMPTY = ("--scope", "depot:12")
TEN_THOUSAND = range(100_001, 110_001)
ROLES = ["system_admin", "owner", "admin", "depot_admin", "manager"]
RULES = {  # scopes, longest lookback, roles, required, optional
    "site-power": (["depot"], 92, ROLES, [], []),
    "daily-ev-load": (["depot"], 92, ROLES, [], ["chargers"]),
    "charger-connectivity-log": (["depot"], 31, ROLES, [], ["chargers"]),
    "charger-ocpp-logs": (["depot"], 14, ROLES, ["chargers"], ["actions"]),
    "sensor-reads": (["depot"], 31, ROLES, ["sensors"], []),
    "circuit-capacity-allocation": (["depot"], 31, ROLES, ["circuits"], []),
    "user-access-log": (["account"], 92, ROLES[:2], ["users"], []),
    "charging-sessions": (["account", "depot"], 92, ROLES, [],
                          ["depots", "chargers", "vehicles", "vehicle_groups", "cost_centres", "users"]),
    "vehicle-charging-summary": (["account", "depot"], 92, ROLES, [], ["depots", "vehicles", "vehicle_groups", "cost_centres"]),
    "charger-performance": (["account", "depot"], 92, ROLES, [], ["depots", "chargers"]),
}
COLUMNS = {
    "site-power": "read_at,import_kw,export_kw,net_kw",
    "daily-ev-load": "date,energy_kwh,average_kw,peak_kw,peak_at",
    "charger-connectivity-log": "at,charger,status,reason,duration",
    "charger-performance": "charger,depot,model,sessions,energy_kwh,charging_time,utilisation_percent,availability_percent,faults,"
                           "average_session_kwh",
    "charging-sessions": "session_id,depot,charger,vehicle,registration,vehicle_group,cost_centre,user,started_at,ended_at,duration,"
                         "energy_kwh,peak_kw,cost,currency,stop_reason",
    "vehicle-charging-summary": "vehicle,registration,vehicle_group,cost_centre,sessions,energy_kwh,charging_time,cost,currency,"
                                "last_session_at",
}


def params(**given):
    return [word for name, value in given.items() for word in ("--param", f"{name}={value}")]


class Fleet(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        home = pathlib.Path(cls.folder.name)
        fleet = sqlite3.connect(home / "fleet.db")
        fleet.executescript((HERE / "fleet.sql").read_text(encoding="utf-8"))
        fleet.executemany("INSERT INTO vehicles VALUES (?, 1, 10, 'Fleet ' || ?, NULL, NULL, NULL)", [(i, i) for i in TEN_THOUSAND])
        fleet.commit()
        fleet.close()
        (home / "reportctl.yaml").write_text(CONFIG.format(home, cls.source_url(home / "fleet.db")))
        (home / "accounts.yaml").write_text(ACCOUNTS)
        cls.home = home
        for step in (("init",), ("apply", "-f", str(home / "accounts.yaml"), "--yes")):
            made = cls.call(*step)
            assert made.returncode == 0, made.stderr

    @classmethod
    def source_url(cls, file):
        return f"sqlite:{file}"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def call(cls, *arguments, now=SIXTH):
        environment = dict(os.environ, REPORTCTL_NOW=now, HOME=str(cls.home), LC_ALL="C.UTF-8")
        return subprocess.run([PROGRAM, "--config", str(cls.home / "reportctl.yaml"), *arguments], env=environment, capture_output=True,
                              text=True, encoding="utf-8", check=False)

    def output(self, report, *arguments, account="ours", **options):
        run = self.call("run", report, "--account", account, *arguments, **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def expect(self, file, report, *arguments, **options):
        self.assertEqual(self.output(report, *arguments, **options), (HERE / file).read_text(encoding="utf-8"))

    def expect_lines(self, file, numbers, report, *arguments, **options):
        """The file's lines with these numbers; 0 is the header, which always comes."""
        lines = (HERE / file).read_text(encoding="utf-8").splitlines(keepends=True)
        self.assertEqual(self.output(report, *arguments, **options), "".join(lines[i] for i in (0, *numbers)))

    def refuse(self, code, report, *arguments, account="ours", **options):
        run = self.call("run", report, "--account", account, *arguments, **options)
        self.assertEqual((run.returncode, run.stdout), (7, ""), run.stderr)
        self.assertIn(code, run.stderr)

    def test_site_power(self):
        """both half past twos of a day with 25 hours, in the depot's own zone; net of an unknown is unknown."""
        self.expect("site_power.csv", "site-power", *ALEXANDRIA)
        self.expect("site_power.csv", "SITE_POWER", *ALEXANDRIA, "--from", "2026-04-05", "--to", "2026-04-05", now="2026-05-01T00:00:00Z")

    def test_site_power_in_the_zone_of_another_depot(self):
        """a day with 23 hours in Berlin, though the account is at home in Sydney."""
        self.expect("site_power_berlin.csv", "site-power", *MOABIT, now="2026-03-30T04:00:00Z")
        shifted = self.output("site-power", *MOABIT, "--timezone", "UTC", now="2026-03-30T04:00:00Z")
        self.assertEqual(shifted.splitlines()[1:], ["2026-03-29T21:59:59+00:00,2.000,0.500,1.500", "2026-03-29T22:00:00+00:00,3.000,0.000,3.000"])

    def test_daily_ev_load(self):
        """power is added up per reading time first; of two equal peaks the earlier one counts."""
        self.expect("daily_ev_load.csv", "daily-ev-load", *ALEXANDRIA, "--lookback", "2")
        self.expect("daily_ev_load.csv", "daily-ev-load", *ALEXANDRIA, "--lookback", "2", *params(chargers="100,101"))
        self.expect("daily_ev_load_one_charger.csv", "daily-ev-load", *ALEXANDRIA, "--lookback", "2", *params(chargers="101"))

    def test_connectivity_log(self):
        """a state lasts until the charger's next event, or the end of the window."""
        self.expect("connectivity.csv", "charger-connectivity-log", *ALEXANDRIA)
        self.expect_lines("connectivity.csv", (3, 4, 5), "charger-connectivity-log", *ALEXANDRIA, *params(chargers="101"))
        self.expect_lines("connectivity.csv", (), "charger-connectivity-log", *ALEXANDRIA, *params(chargers="102,103"))

    def test_ocpp_logs(self):
        """chargers are required, actions may be chosen."""
        self.expect("ocpp_logs.csv", "charger-ocpp-logs", *ALEXANDRIA, *params(chargers="100,101"))
        self.expect_lines("ocpp_logs.csv", (1, 2), "charger-ocpp-logs", *ALEXANDRIA, *params(chargers="100"))
        self.expect_lines("ocpp_logs.csv", (3,), "charger-ocpp-logs", *ALEXANDRIA, *params(chargers="100,101", actions="MeterValues,Reset"))
        self.refuse("parameter_required", "charger-ocpp-logs", *ALEXANDRIA)

    def test_ocpp_logs_need_their_feature(self):
        self.refuse("feature_disabled", "charger-ocpp-logs", "--scope", "depot:20", *params(chargers="200"), account="theirs")

    def test_sensor_reads(self):
        """A unit of % comes with the guard against formulas, as every text that begins so."""
        self.expect("sensor_reads.csv", "sensor-reads", *ALEXANDRIA, *params(sensors="60,61"))
        self.expect_lines("sensor_reads.csv", (2,), "sensor-reads", *ALEXANDRIA, *params(sensors="60"))
        self.refuse("parameter_required", "sensor-reads", *ALEXANDRIA)

    def test_circuit_capacity_allocation(self):
        """headroom is capacity minus allocated; a share of nothing is empty."""
        self.expect("circuits.csv", "circuit-capacity-allocation", *ALEXANDRIA, *params(circuits="50,51"))
        self.expect_lines("circuits.csv", (2,), "circuit-capacity-allocation", *ALEXANDRIA, *params(circuits="51"))
        self.refuse("parameter_required", "circuit-capacity-allocation", *ALEXANDRIA)

    def test_user_access_log(self):
        """of some users or of all, and of an account only."""
        self.expect("access_log.csv", "user-access-log", *params(users="all"))
        self.expect("access_log.csv", "user-access-log", *params(users="2,4"))
        self.expect_lines("access_log.csv", (2,), "user-access-log", *params(users="1,4"))
        self.expect("access_log_other_account.csv", "user-access-log", *params(users="all"), account="theirs")
        self.refuse("parameter_required", "user-access-log")
        self.refuse("parameter_type", "user-access-log", *params(users="all,2"))
        self.refuse("scope_not_allowed", "user-access-log", *ALEXANDRIA, *params(users="all"))

    def test_charging_sessions(self):
        """of the account, of a depot, and of a depot in its own zone."""
        self.expect("sessions.csv", "charging-sessions")
        self.expect_lines("sessions.csv", (1, 2, 3, 4, 6), "charging-sessions", *ALEXANDRIA)
        self.expect("sessions_berlin.csv", "charging-sessions", *MOABIT, now="2026-04-06T04:00:00Z")

    def test_charging_sessions_by_every_filter(self):
        """full filter parity."""
        for given, lines in (({"chargers": "101"}, (1, 3, 4)), ({"chargers": "101,110"}, (1, 3, 4, 5)), ({"vehicles": "1"}, (2, 6)),
                             ({"vehicles": "2,3"}, (1, 5)), ({"vehicle_groups": "1"}, (2, 6)), ({"cost_centres": "2"}, (1,)),
                             ({"users": "2"}, (1, 5, 6)), ({"depots": "11"}, (5,)), ({"depots": "10,11"}, (1, 2, 3, 4, 5, 6)),
                             ({"depots": "12"}, ()), ({"vehicles": "1", "users": "2"}, (6,)), ({"users": "4"}, ())):
            with self.subTest(given):
                self.expect_lines("sessions.csv", lines, "charging-sessions", *params(**given))
        self.expect_lines("sessions.csv", (6,), "charging-sessions", *ALEXANDRIA,
                          *params(chargers="100", vehicles="1", vehicle_groups="1", cost_centres="1", users="2"))

    def test_depots_are_chosen_in_an_account_only(self):
        for report in ("charging-sessions", "vehicle-charging-summary", "charger-performance"):
            with self.subTest(report):
                run = self.call("run", report, "--account", "ours", *ALEXANDRIA, *params(depots="10"))
                self.assertEqual((run.returncode, run.stdout), (7, ""), run.stderr)

    def test_ten_thousand_vehicles(self):
        """lists may be long."""
        many = ",".join(str(i) for i in TEN_THOUSAND)
        self.expect_lines("sessions.csv", (1,), "charging-sessions", *params(vehicles=f"{many},2"))
        self.expect_lines("sessions.csv", (), "charging-sessions", *ALEXANDRIA, *params(vehicles=many))
        self.expect_lines("vehicles.csv", (4,), "vehicle-charging-summary", *params(vehicles=f"2,{many}"))

    def test_vehicle_charging_summary(self):
        """currencies are never added together; sessions without a known vehicle are not lost."""
        self.expect("vehicles.csv", "vehicle-charging-summary")
        self.expect("vehicles_two_days_depot.csv", "vehicle-charging-summary", *ALEXANDRIA, "--lookback", "2")
        for given, lines in (({"vehicles": "1"}, (2, 3)), ({"vehicle_groups": "1"}, (2, 3)), ({"cost_centres": "2"}, (4,)),
                             ({"depots": "11"}, (1,)), ({"depots": "12"}, ())):
            with self.subTest(given):
                self.expect_lines("vehicles.csv", lines, "vehicle-charging-summary", *params(**given))

    def test_charger_performance(self):
        """time is clipped to the window, sessions and faults are of those that started in it; every charger is listed."""
        self.expect("performance.csv", "charger-performance")
        self.expect_lines("performance.csv", (1, 2, 3, 4), "charger-performance", *ALEXANDRIA)
        self.expect_lines("performance.csv", (2, 5), "charger-performance", *params(chargers="101,110"))
        self.expect_lines("performance.csv", (5,), "charger-performance", *params(depots="11"))
        self.expect("performance_next_day.csv", "charger-performance", *ALEXANDRIA, now="2026-04-06T20:00:00Z")

    def test_charger_performance_in_the_zone_of_the_depot(self):
        """the day of Berlin begins at 22:00 UTC and has 24 hours, 16 of which are charging."""
        rows = self.output("charger-performance", *MOABIT, now="2026-04-06T04:00:00Z").splitlines()
        self.assertEqual(rows[1:], ["B1,Moabit,M-150,1,100.001,16:00:00,66.67,0.00,0,100.001"])

    def test_charger_performance_of_another_account(self):
        """The tenant wall; a charger without an event before the window is not online until one says so."""
        rows = self.output("charger-performance", account="theirs").splitlines()
        self.assertEqual(rows[1:], ["A1,Foreign,Spy-1,1,999.000,1:00:00,4.00,0.00,0,999.000"])

    def test_an_empty_depot(self):
        """the header alone."""
        for report, header in COLUMNS.items():
            with self.subTest(report):
                self.assertEqual(self.output(report, *EMPTY, "--lookback", "31"), header + "\n")

    def test_an_account_sees_nothing_of_another(self):
        """The tenant wall: ids that both accounts use, ids that only the other has, and the other's depot."""
        self.expect("sessions_other_account.csv", "charging-sessions", account="theirs")
        shown = "".join(self.output(report, "--lookback", "31") for report in ("charging-sessions", "vehicle-charging-summary"))
        for name in ("Spy", "Mole", "Eve", "Mallory", "Agents", "Ghosts", "Covert"):
            self.assertNotIn(name, shown)
        for report, (scopes, *_) in RULES.items():
            given = {"charger-ocpp-logs": {"chargers": "200"}, "sensor-reads": {"sensors": "63"}, "circuit-capacity-allocation": {"circuits": "53"}}
            if "depot" in scopes:
                with self.subTest(report):
                    self.refuse("scope_unknown", report, "--scope", "depot:20", *params(**given.get(report, {})))

    def test_selectors_of_other_accounts_and_depots_are_refused(self):
        """the charger exists and belongs to the depot."""
        for report, scope, given in (("daily-ev-load", ALEXANDRIA, {"chargers": "200"}), ("daily-ev-load", ALEXANDRIA, {"chargers": "100,110"}),
                                     ("charger-connectivity-log", MOABIT, {"chargers": "100"}), ("sensor-reads", ALEXANDRIA, {"sensors": "62"}),
                                     ("sensor-reads", ALEXANDRIA, {"sensors": "63"}), ("circuit-capacity-allocation", ALEXANDRIA, {"circuits": "53"}),
                                     ("circuit-capacity-allocation", ALEXANDRIA, {"circuits": "52"}), ("charger-ocpp-logs", MOABIT, {"chargers": "100"}),
                                     ("user-access-log", (), {"users": "7"}), ("charging-sessions", (), {"depots": "20"}),
                                     ("charging-sessions", (), {"chargers": "200"}), ("charging-sessions", (), {"vehicles": "7"}),
                                     ("charging-sessions", ALEXANDRIA, {"vehicles": "3"}), ("charging-sessions", (), {"vehicle_groups": "9"}),
                                     ("charging-sessions", (), {"cost_centres": "3"}), ("charging-sessions", (), {"users": "7"}),
                                     ("vehicle-charging-summary", (), {"vehicles": "7"}), ("charger-performance", (), {"chargers": "200"})):
            with self.subTest(report=report, given=given):
                self.refuse("parameter_not_found", report, *scope, *params(**given))

    def test_rules_of_the_modules(self):
        """what the catalog says, and that a longer lookback is refused."""
        for report, (scopes, most, roles, required, optional) in RULES.items():
            with self.subTest(report):
                shown = self.call("catalog", "show", report.upper().replace("-", "_")).stdout
                facts = dict(line.split(":", 1) for line in shown.split("Parameters\n")[0].split("Columns\n")[0].splitlines() if ":" in line)
                facts = {key: value.strip() for key, value in facts.items()}
                self.assertEqual(facts["Report"], report)
                self.assertEqual(facts["For"], "run, schedule, export")
                self.assertEqual(sorted(facts["Scope"].split(", ")), scopes)
                self.assertEqual(sorted(facts["Roles"].split(", ")), sorted(roles))
                self.assertEqual(facts["Period"], f"the last 1 to {most} complete days (1 when not given)")
                self.assertEqual((facts["Cadence"], facts["Formats"]), ("daily", "csv; on demand also xlsx"))
                table = shown.split("Parameters\n")[1].split("\n\n")[0].splitlines()[1:] if "Parameters\n" in shown else []
                self.assertEqual([row.split()[:3] for row in table],
                                 [[name, "id_list", "yes"] for name in required] + [[name, "id_list", "no"] for name in optional])
                scope = () if scopes == ["account"] else EMPTY
                needed = {"users": "all", "chargers": "1", "sensors": "1", "circuits": "1"}
                self.refuse("lookback_out_of_range", report, *scope, "--lookback", str(most + 1), *params(**{n: needed[n] for n in required}))

    def test_charge_point_is_hidden(self):
        """it can be neither run nor scheduled, and the refusal says why."""
        for name in ("charge-point", "CHARGE_POINT"):
            run = self.call("run", name, "--account", "ours", *ALEXANDRIA)
            self.assertEqual((run.returncode, run.stdout), (7, ""), run.stderr)
            self.assertIn("report_hidden", run.stderr)
            self.assertIn("not a user-facing report yet", " ".join(run.stderr.split()))
        add = self.call("schedule", "add", "points", "--report", "charge-point", "--account", "ours", *ALEXANDRIA, "--cadence", "daily", "--at",
                        "06:00", "--to", "a@example.com")
        self.assertEqual(add.returncode, 7, add.stderr)
        self.assertIn("report_hidden", add.stderr)

    def test_choices_are_those_of_account_and_scope(self):
        for report, name, scope, ids in (("charging-sessions", "depots", (), "10 11 12"), ("charging-sessions", "chargers", (), "100 101 102 103 110"),
                                         ("charging-sessions", "chargers", MOABIT, "110"), ("charging-sessions", "vehicles", MOABIT, "3"),
                                         ("charging-sessions", "vehicle_groups", (), "1"), ("charging-sessions", "cost_centres", (), "1 2"),
                                         ("user-access-log", "users", (), "1 2 4"), ("sensor-reads", "sensors", ALEXANDRIA, "60 61"),
                                         ("circuit-capacity-allocation", "circuits", ALEXANDRIA, "50 51")):
            with self.subTest(report=report, name=name, scope=scope):
                made = self.call("catalog", "choices", report, name, "--account", "ours", *scope)
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertEqual(sorted(line.split()[0] for line in made.stdout.splitlines()[1:]), ids.split())


def main(*cases):
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    outcome = unittest.TextTestRunner().run(unittest.TestSuite(load(case) for case in cases))
    failed = len(outcome.failures) + len(outcome.errors)
    for _, reason in outcome.skipped:
        print(f"skipped: {reason}")
    skipped = f", {len(outcome.skipped)} skipped" if outcome.skipped else ""
    print(f"{max(outcome.testsRun - failed, 0)} passed, {failed} failed{skipped}")
    sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun + len(outcome.skipped) > 0 else 1)


if __name__ == "__main__":
    main(Fleet)
