#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every report on the demo's data gives the same bytes from PostgreSQL as from SQLite: the whole catalog, in every scope, with every selector.

REPORTCTL names the program. Skipped where PostgreSQL is not installed.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import demo_world
import e2e
import postgres


class SameBytes(e2e.Case):
    def test_every_report_gives_the_same_bytes_from_both(self):
        server = postgres.Server()
        self.closing(server.close)
        world = demo_world.Demo()
        self.closing(world.close)
        cases = [variant for case in world.cases("run") for variant in [case, *world.filtered(case)]]
        files = sorted(world.path.glob("demo-*.db"))
        here = world.config.read_text(encoding="utf-8")
        there = here
        for file in files:
            there = there.replace(f"'sqlite:{file}'", f"'{server.copy_of(file, file.stem)}'")
        self.assertEqual(there.count("postgresql://"), len(files))
        elsewhere = world.path / "postgresql.yaml"
        elsewhere.write_text(there, encoding="utf-8")
        rows, reports = 0, set()
        for case in cases:
            window = case.report["window"]
            words = {"lookback": ["--lookback", str(min(31, window.get("max_days") or 0))], "snapshot": []}.get(window["kind"], ["--window", "last_90d"])
            with self.subTest(words=world.report_on(case, *words)):
                wanted = world.must(*world.report_on(case, *words), now=demo_world.NOW).out
                given = world.must("--config", elsewhere, *world.report_on(case, *words), now=demo_world.NOW).out
                for line, (ours, theirs) in enumerate(zip(wanted.splitlines(), given.splitlines())):
                    self.assertEqual(ours, theirs, f"line {line}")
                self.assertEqual(wanted, given)
                rows += wanted.count(b"\n") - 1
                reports.add(case.report["id"])
        self.assertEqual(reports, {report["id"] for report in world.reports if "run" in report["surfaces"]})
        self.assertGreater(rows, 30000)
        print(f"         {len(cases)} runs of {len(reports)} reports, {rows} rows", flush=True)


if __name__ == "__main__":
    e2e.main()
