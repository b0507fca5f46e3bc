#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""what a schedule mails is byte for byte what `reportctl run` gives for the same report, parameters, window and zone; of a workbook each part, unpacked. Without data
the mail still goes out, with a header alone, or is skipped where the schedule says so. Walks the catalog on the demo's data."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import demo_world
import e2e

DUE = "2026-11-17T12:00:00Z"  # a Tuesday, the 17th: five in the morning has passed everywhere
LATER = "2026-12-18T12:00:00Z"  # a month after the last reading


def windows(report):
    """(words for `run`, keys of a schedule) for every kind of period that the report knows."""
    window = report["window"]
    cadence = {"daily": {"cadence": "daily"}, "weekly": {"cadence": "weekly", "on": "tue"}, "monthly": {"cadence": "monthly", "day": 17}}
    first = cadence[report["cadences"][0]]
    found = []
    if window["kind"] == "lookback":
        for days in sorted({window["default_days"], 3, window["max_days"]}):
            found.append((["--lookback", str(days)], {**first, "lookback": days}))
    elif window["kind"] == "cadence":
        for name in report["cadences"]:
            found.append((["--cadence", name], cadence[name]))
    if window["kind"] in ("cadence", "range"):
        # since_previous begins at an occurrence, which nothing on demand has.
        found += [(["--window", name], {**first, "window": name}) for name in window["ranges"] if name != "since_previous"]
    found.append(([] if window["kind"] != "cadence" else ["--cadence", report["cadences"][0]], first))
    return found


def entry(number, case, keys, **more):
    lists = {parameter["name"] for parameter in case.report["parameters"] if parameter["type"] == "id_list"}
    fields = {"name": f"parity-{number}", "account": case.account, "scope": case.scope, "report": case.report["id"], "at": "05:00", **keys,
              "params": {name: values if name in lists else values[0] for name, values in case.parameters.items()},
              "to": [f"parity-{number}@example.com"], **more}
    return {key: value for key, value in fields.items() if value != {}}


class Parity(e2e.Case):
    def demo(self):
        world = demo_world.Demo()
        self.closing(world.close)
        return world

    def apply(self, world, entries):
        world.must("apply", "-f", "-", "--yes", stdin=json.dumps({"schedules": entries}, ensure_ascii=False).encode(), now=world.now)

    def mails(self, world):
        """Mail by its recipient, where a schedule of this test sent it."""
        found = {}
        for mail in world.outbox_mails():
            address = mail["To"].addresses[0].addr_spec
            if address.startswith("parity-"):
                self.assertNotIn(address, found, "one mail a recipient")
                found[address] = mail
        return found

    def test_every_report_is_mailed_as_it_runs_on_demand(self):
        world = self.demo()
        cases, seen = [], set()
        for case in world.cases("schedule"):
            kind = (case.report["id"], case.account, case.scope.split(":")[0])
            every_window = kind not in seen
            seen.add(kind)
            for at, (words, keys) in enumerate(windows(case.report)):
                if every_window or at == 0:
                    # JSON is on demand only. A document says when it was made, which is where `today` ends on demand.
                    cases += [(case, words, {**keys, "format": form}) for form in case.report["formats"]
                              if not form.startswith("json") and not ("today" in words and form in ("xlsx", "pdf"))]
            for filtered in world.filtered(case) if every_window else []:
                cases.append((filtered, *windows(case.report)[0]))
        covered = {case.report["id"] for case, _, _ in cases}
        self.assertEqual(covered, {report["id"] for report in world.reports if "schedule" in report["surfaces"]})
        self.apply(world, [entry(number, case, keys) for number, (case, _, keys) in enumerate(cases)])
        world.must("run-due", "--jobs", "2", now=DUE, timeout=300)
        mails = self.mails(world)
        runs = {run["schedule"]: run for run in world.runs() if run["schedule"].startswith("parity-")}
        rows = 0
        for number, (case, words, keys) in enumerate(cases):
            with self.subTest(report=case.report["id"], scope=f"{case.account}/{case.scope}", window=words, **case.parameters):
                run = runs[f"parity-{number}"]
                self.assertEqual(run["state"], "delivered", run)
                form = keys.get("format", case.report["formats"][0])
                made = DUE if form in ("xlsx", "pdf") else run["slot"]  # documents say when they were made
                wanted = world.must(*world.report_on(case, *words, "--format", form), now=made).out
                name, content = e2e.attachment_of(mails[f"parity-{number}@example.com"])
                self.assertEqual(*map(e2e.unpacked, (content, wanted)))
                self.assertTrue(name.startswith(case.report["id"]) and name.endswith("." + form), name)
                rows += run["rows"]
        print(f"         {len(cases)} schedules of {len(covered)} reports, {rows} rows", flush=True)
        self.assertEqual(len(mails), len(cases))
        self.assertGreater(rows, 10000)

    def test_without_data_the_mail_goes_out_with_a_header_alone_or_is_skipped(self):
        world = self.demo()
        cases, seen = [], set()
        for case in world.cases("schedule"):
            key = (case.report["id"], json.dumps({name: value for name, value in case.parameters.items() if case.report["variant_parameter"] == name}))
            if key not in seen:
                seen.add(key)
                cases.append(case)
        self.apply(world, [entry(f"{number}-{policy}", case, windows(case.report)[0][1], **{"no_data": policy})
                           for number, case in enumerate(cases) for policy in ("send", "skip")])
        world.must("run-due", now=LATER, timeout=300)
        mails = self.mails(world)
        runs = {}
        for run in world.runs():
            if run["schedule"].startswith("parity-") and run["state"] != "skipped":
                runs[run["schedule"]] = run
        empty = set()
        for number, case in enumerate(cases):
            with self.subTest(report=case.report["id"], scope=f"{case.account}/{case.scope}"):
                sent, skipped = runs[f"parity-{number}-send"], runs[f"parity-{number}-skip"]
                on_demand = world.must(*world.report_on(case, *windows(case.report)[0][0]), now=sent["slot"]).out
                _, content = e2e.attachment_of(mails[f"parity-{number}-send@example.com"])
                self.assertEqual(content, on_demand)
                self.assertEqual(sent["state"], "delivered")
                body = mails[f"parity-{number}-send@example.com"].get_body(("plain",)).get_content()
                if on_demand.count(b"\n") == 1:
                    empty.add(case.report["id"])
                    self.assertEqual((sent["rows"], skipped["rows"], skipped["state"]), (0, 0, "no_data"))
                    self.assertIn("There is no data for this period", body)
                    self.assertNotIn(f"parity-{number}-skip@example.com", mails)
                else:  # a report that lists what it has whatever happened: nobody's mail may be held back
                    self.assertNotIn("There is no data for this period", body)
                    self.assertEqual(skipped["state"], "delivered")
        self.assertGreaterEqual(len(empty), 10, "the period was meant to be empty")


if __name__ == "__main__":
    e2e.main()
