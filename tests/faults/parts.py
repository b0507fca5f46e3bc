#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of a run-due that divides an occurrence into parts and mails them, while the list changes: it is asked until its parts are recorded
and never after, no part is lost, none is mailed twice, and the occurrence ends once over all of them. REPORTCTL_FAULTS=whole kills at every call."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

AFTER = [("d", "new@example.org")]
OLD = {name: what for name, what in faults.EXPECTED.items() if name.startswith("parts")}
NEW = {"parts": ("delivered", []), "parts/d": ("delivered", ["new@example.org"])}


class Parts(e2e.Case):
    def stage(self, transport):
        stage = faults.Stage(self, transport, (faults.STOCK, faults.LIST), e2e.COMMERCE + faults.people(*faults.PEOPLE))
        stage.world.schedules('  - {name: parts, account: shop, report: stock, format: [csv, xlsx], cadence: daily, at: "05:00", recipients: {list: people}}\n')
        stage.keep()
        return stage

    def kill(self, transport, sample):
        stage = self.stage(transport)
        tally = faults.Tally(self, f"kills of parts with {transport}")
        for where, said in stage.kills(sample):
            problems = []
            recorded = stage.world.sql("SELECT count(*) FROM runs WHERE parent IS NOT NULL")[0][0]
            stage.world.make_source(e2e.COMMERCE + faults.people(*AFTER))
            stage.settle(problems, said)
            stage.check_state(problems)
            tally.add(where, problems, recorded=recorded > 0, **faults.check_ledger(stage.world, stage.held(), problems, OLD if recorded else NEW))
        tally.close()
        self.assertGreater(tally.figures["recorded"], 0)
        self.assertGreater(tally.figures["points"], tally.figures["recorded"])

    def test_a_kill_at_any_call_neither_loses_nor_doubles_a_part_with_a_mail_server(self):
        self.kill("smtp", 3)

    def test_a_kill_at_any_call_neither_loses_nor_doubles_a_part_with_a_maildir(self):
        self.kill("maildir", 3)

    def test_an_error_while_the_end_of_all_parts_is_recorded_is_not_the_outcome_of_the_occurrence(self):
        stage = self.stage("maildir")
        met = 0
        for when in range(1, stage.count(["getrandom"])["getrandom"] + 1):
            stage.fresh()
            result, _ = stage.traced("getrandom", f"getrandom:error=ENOSYS:when={when}")
            if stage.world.sql("SELECT part, state FROM runs WHERE parent IS NOT NULL ORDER BY part") != [("a", "delivered"), ("b", "delivered"), ("c", "skipped")]:
                continue
            problems = []
            stage.settle(problems, result.err)
            faults.check_ledger(stage.world, stage.held(), problems, OLD)
            self.assertEqual((when, problems), (when, []))
            met += "shop/parts: deferred: cannot get random bytes" in result.err
        self.assertGreater(met, 0)


if __name__ == "__main__":
    e2e.main()
