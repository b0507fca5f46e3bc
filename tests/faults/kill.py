#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of a run-due, each followed by run-due until it is silent: nothing is lost, nothing is doubled, nothing stays, and what nobody
can know is told with its exit code and a command. REPORTCTL_FAULTS=whole kills at every call."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults


class Kill(e2e.Case):
    def kill(self, transport, sample):
        scenario = faults.Scenario(self, transport)
        tally = faults.Tally(self, f"kills with {transport}")
        for where, said in scenario.kills(sample):
            problems = []
            facts = scenario.check(problems, *scenario.settle(problems, said))
            tally.add(where, problems, **facts)
        tally.close()

    def test_a_kill_at_any_call_with_a_mail_server_loses_and_doubles_nothing(self):
        self.kill("smtp", 2)

    def test_a_kill_at_any_call_with_a_maildir_loses_and_doubles_nothing(self):
        self.kill("maildir", 1)


if __name__ == "__main__":
    e2e.main()
