#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""a report is one file. Follows examples/own-report/README.md to the letter, and compares with figures worked out by hand."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

EXAMPLE = e2e.ROOT / "examples" / "own-report"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
NOW = "2026-05-07T06:00:00Z"  # a Thursday
HARDWARE = """day,team,tickets,answered,first_reply,late,late_percent
2026-05-05,Hardware,1,0,,1,100.00
2026-05-06,Hardware,1,0,,1,100.00
"""
# Monday 11 May: the seven days from 4 to 10 May. By then the lamp has flickered for four days.
MAILED = """day,team,tickets,answered,first_reply,late,late_percent
2026-05-04,Billing,1,1,0:30:00,0,0.00
2026-05-05,Billing,2,2,3:05:00,1,50.00
2026-05-05,Hardware,1,0,,1,100.00
2026-05-06,Hardware,1,0,,1,100.00
"""


class OwnReport(e2e.Case):
    def setUp(self):
        super().setUp()
        self.home = e2e.scratch("own-report") / "example"
        self.closing(shutil.rmtree, self.home.parent)
        shutil.copytree(EXAMPLE, self.home)
        script = re.search(r"```sh\n(.*?)```", README, re.DOTALL).group(1)
        done = self.sh(f"set -e\n{script}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stdout + done.stderr

    def sh(self, script, now=NOW):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}
        tools = self.home.parent / "bin"
        tools.mkdir(exist_ok=True)
        if not (tools / "reportctl").exists():
            (tools / "reportctl").symlink_to(e2e.REPORTCTL)
        environment.update(PATH=f"{tools}:{environment['PATH']}", REPORTCTL_NOW=now, LC_ALL="C.UTF-8", HOME=str(self.home))
        return subprocess.run(["sh", "-c", script], cwd=self.home, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=e2e.PATIENCE, check=False)

    def reportctl(self, words, **options):
        return self.sh(f"REPORTCTL_CONFIG=$PWD/reportctl.yaml reportctl {words}", **options)

    def test_the_recipe_gives_the_figures_that_it_promises(self):
        promised = re.search(r"`response.csv`:\n\n```\n(.*?)```", README, re.DOTALL).group(1)
        self.assertEqual((self.home / "response.csv").read_text(encoding="utf-8"), promised)
        self.assertEqual((self.home / "hardware.csv").read_text(encoding="utf-8"), HARDWARE)
        self.assertIn("the module is sound", self.said)
        self.assertIn("Billing", self.said)
        self.assertNotIn("Night shift", self.said)

    def test_the_schedule_mails_the_same_report(self):
        done = self.reportctl("run-due", now="2026-05-11T06:00:00Z")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", "(clock replaced: 2026-05-11T06:00:00Z)\n"))
        mails = [e2e.read_mail(path.read_bytes()) for path in (self.home / "state" / "outbox" / "new").iterdir()]
        self.assertEqual(len(mails), 1)
        name, content = e2e.attachment_of(mails[0])
        self.assertEqual((name, content.decode()), ("ticket-response_acme_target-2_2026-05-04_2026-05-10.csv", MAILED))
        on_demand = self.reportctl("run ticket-response --param target=2", now="2026-05-11T05:00:00Z")
        self.assertEqual(on_demand.stdout, MAILED)

    def test_it_is_held_to_its_own_rules(self):
        for words, code in (("run ticket-response --param teams=3", "parameter_not_found"), ("run ticket-response --lookback 93", "lookback_out_of_range"),
                            ("run ticket-response --param target=soon", "parameter_type"), ("run TICKETS --format pdf", "format_not_allowed"),
                            ("schedule add x --report ticket-response --cadence monthly --day 1 --at 06:00 --to a@example.com", "cadence_not_allowed")):
            done = self.reportctl(words)
            self.assertEqual((done.returncode, done.stdout), (7, ""), words)
            self.assertIn(code, done.stderr)

    def test_it_stands_in_the_catalog_with_its_file(self):
        report = json.loads(self.reportctl("catalog show ticket-response --json").stdout)
        self.assertEqual(report["origin"], str(self.home / "catalog.d" / "ticket-response.yaml"))
        listed = {entry["id"] for entry in json.loads(self.reportctl("catalog list --json").stdout)}
        self.assertLess({"ticket-response", "sales"}, listed)

    def test_a_query_that_forgets_the_account_is_refused_with_file_and_line(self):
        module = self.home / "catalog.d" / "ticket-response.yaml"
        module.write_text(module.read_text(encoding="utf-8").replace("WHERE t.account_id = :account AND", "WHERE"), encoding="utf-8")
        done = self.reportctl("catalog lint catalog.d/ticket-response.yaml")
        self.assertEqual(done.returncode, 7)
        self.assertIn("the tenant wall", done.stdout + done.stderr)
        self.assertEqual(self.reportctl("run ticket-response").returncode, 7)
        self.assertEqual(self.reportctl("run sales --account acme").returncode, 13, "the others go on: this source has no orders")


if __name__ == "__main__":
    e2e.main()
