#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The outreach reports against figures that were worked out by hand (outreach.sql and the .csv files beside this).

REPORTCTL names the program; without it, build/reportctl.
"""
import email
import email.policy
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("REPORTCTL", str(HERE.parents[2] / "build" / "reportctl"))

CONFIG = """state: {0}/state.db
mail: {{transport: "maildir:{0}/mail", from: Reports <reports@example.com>}}
sources: {{outreach: {{url: "{1}"}}}}
artifacts: {{url: "file:{0}/artifacts"}}
"""
ACCOUNTS = """accounts:
  - {id: acme, name: Acme, timezone: Europe/Berlin, source: outreach}
  - {id: rival, name: Rival, timezone: Europe/Berlin, source: outreach}
"""
MONTH_END = ["--from", "2026-02-28", "--to", "2026-03-01"]
LAST_DAYS_OF_FEBRUARY = ["--from", "2026-02-27", "--to", "2026-02-28"]


class Outreach(unittest.TestCase):
    def source_url(self, file):
        return f"sqlite:{file}"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        source = sqlite3.connect(self.home / "outreach.db")
        source.executescript((HERE / "outreach.sql").read_text(encoding="utf-8"))
        source.close()
        (self.home / "reportctl.yaml").write_text(CONFIG.format(self.home, self.source_url(self.home / "outreach.db")))
        (self.home / "accounts.yaml").write_text(ACCOUNTS)
        self.must("init")
        self.must("apply", "-f", str(self.home / "accounts.yaml"), "--yes")

    def call(self, *arguments, now="2026-03-05T06:00:00Z"):
        environment = dict(os.environ, REPORTCTL_NOW=now, HOME=str(self.home), LC_ALL="C.UTF-8")
        return subprocess.run([PROGRAM, "--config", str(self.home / "reportctl.yaml"), *arguments], env=environment, capture_output=True,
                              text=True, encoding="utf-8", check=False)

    def must(self, *arguments, **options):
        done = self.call(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def expect(self, file, *arguments, account="acme", **options):
        self.assertEqual(self.must("run", *arguments, "--account", account, **options), (HERE / file).read_text(encoding="utf-8"))

    def test_campaigns_with_their_rates(self):
        """half a hundredth of a percent is rounded up; a rate of nothing is empty."""
        self.expect("campaign.csv", "campaign", *LAST_DAYS_OF_FEBRUARY)
        self.expect("campaign_one_day.csv", "CAMPAIGN", "--from", "2026-03-01", "--to", "2026-03-01")

    def test_days_are_the_sources_in_every_zone(self):
        for zone in ("Pacific/Auckland", "America/Los_Angeles", "UTC"):
            self.expect("campaign.csv", "campaign", *LAST_DAYS_OF_FEBRUARY, "--timezone", zone)

    def test_a_workspace_sees_its_own_campaigns(self):
        self.expect("campaign_workspace.csv", "campaign", *MONTH_END, "--scope", "workspace:1")

    def test_an_account_sees_nothing_of_another(self):
        self.expect("rival_campaign.csv", "campaign", *LAST_DAYS_OF_FEBRUARY, account="rival")

    def test_deliverability(self):
        """soft and hard bounces together; inbox over the placements that were seen."""
        self.expect("deliverability.csv", "deliverability", *MONTH_END)

    def test_the_summary_lists_silent_workspaces(self):
        """leads count by the local day, a campaign is active when it sent something."""
        self.expect("workspace_summary.csv", "WORKSPACE_SUMMARY", *MONTH_END)
        everything = (HERE / "workspace_summary.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        for workspace, line in (("1", 1), ("4", 2), ("2", 3)):
            alone = self.must("run", "workspace-summary", "--account", "acme", "--scope", f"workspace:{workspace}", *MONTH_END)
            self.assertEqual(alone, everything[0] + everything[line])

    def test_the_export_of_campaigns_lists_those_that_sent_nothing(self):
        """until the end of the period, by creation."""
        self.expect("campaigns.csv", "campaigns", "--from", "2026-03-01", "--to", "2026-03-02")

    def test_the_export_of_leads_and_its_filters(self):
        """a campaign of another workspace or another account is not named."""
        self.expect("leads.csv", "leads", *MONTH_END)
        self.expect("leads_new.csv", "leads", "--from", "2026-02-28", "--to", "2026-03-02", "--param", "status=new")
        lines = (HERE / "leads.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        for parameters, wanted in ((["campaigns=10"], lines[1]), (["campaigns=12"], lines[4]), (["campaigns=10,12", "status=bounced,replied"], lines[4])):
            given = [word for parameter in parameters for word in ("--param", parameter)]
            self.assertEqual(self.must("run", "leads", "--account", "acme", *MONTH_END, *given), lines[0] + wanted)

    def test_the_export_of_metrics_and_its_filter(self):
        self.expect("metrics.csv", "metrics", *MONTH_END)
        lines = (HERE / "metrics.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        self.assertEqual(self.must("run", "metrics", "--account", "acme", *MONTH_END, "--param", "campaigns=10"), lines[0] + lines[1] + lines[3])

    def test_campaigns_and_statuses_of_others_are_unknown(self):
        """what another account has does not exist here."""
        for report, parameter in (("leads", "campaigns=20"), ("metrics", "campaigns=20"), ("leads", "status=secret-status"),
                                  ("campaigns", "status=secret-status")):
            done = self.call("run", report, "--account", "acme", *MONTH_END, "--param", parameter)
            self.assertEqual((done.returncode, done.stdout), (7, ""), done.stderr)
            self.assertIn("parameter_not_found", done.stderr)
        done = self.call("run", "metrics", "--account", "acme", "--scope", "workspace:2", *MONTH_END, "--param", "campaigns=10")
        self.assertEqual((done.returncode, done.stdout), (7, ""), done.stderr)

    def test_exports_cannot_be_scheduled(self):
        """run and export only."""
        for report in ("campaigns", "leads", "metrics"):
            done = self.call("schedule", "add", "x", "--account", "acme", "--report", report, "--cadence", "daily", "--at", "06:00",
                             "--to", "a@example.com")
            self.assertEqual(done.returncode, 7)
            self.assertIn("surface_not_allowed", done.stderr)

    def test_the_31st_fires_on_the_last_day_of_a_shorter_month(self):
        """Day 1 to 31, clamped: February has one too, and its range is counted from that day."""
        self.must("schedule", "add", "month-end", "--account", "acme", "--report", "campaign", "--cadence", "monthly", "--day", "31", "--at",
                  "06:00", "--window", "this_month", "--to", "ops@example.com", now="2026-01-31T12:00:00Z")
        table = self.must("schedule", "next", "month-end", "-n", "4", "--csv", now="2026-01-31T12:00:00Z")
        self.assertEqual(re.findall(r"^([^,]*),", table, re.MULTILINE)[1:],
                         ["2026-02-28T06:00:00+01:00", "2026-03-31T06:00:00+02:00", "2026-04-30T06:00:00+02:00", "2026-05-31T06:00:00+02:00"])
        self.must("run-due", now="2026-02-28T05:00:00Z")
        mails = list((self.home / "mail" / "new").iterdir())
        self.assertEqual(len(mails), 1)
        message = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
        attachments = [part for part in message.walk() if part.get_content_disposition() == "attachment"]
        self.assertEqual([part.get_filename() for part in attachments], ["campaign_acme_2026-02-01_2026-02-27.csv"])
        lines = (HERE / "campaign.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        self.assertEqual(attachments[0].get_payload(decode=True).decode(), lines[0] + lines[3])

    def test_the_default_is_the_last_seven_days(self):
        """until yesterday, local days."""
        by_default = self.must("run", "metrics", "--account", "acme", now="2026-03-07T22:59:59Z")
        self.assertEqual(by_default, (HERE / "metrics.csv").read_text(encoding="utf-8"))
        a_second_later = self.must("run", "metrics", "--account", "acme", now="2026-03-07T23:00:00Z")
        self.assertNotIn("2026-02-28", a_second_later)

    def test_a_period_without_figures_gives_the_header_alone(self):
        for report in ("campaign", "deliverability", "metrics", "leads"):
            self.assertEqual(self.must("run", report, "--account", "acme", "--from", "2025-01-01", "--to", "2025-01-31").count("\n"), 1)


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
    main(Outreach)
