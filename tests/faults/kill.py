#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of a run-due, each followed by run-due until it is silent: nothing is lost, nothing is doubled, nothing stays, and what nobody
can know is told with its exit code and a command. REPORTCTL_FAULTS=whole kills at every call."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

CALLS = ["pwrite64", "write", "fsync", "fdatasync", "rename", "unlink", "linkat", "mkdir", "ftruncate", "connect", "sendto", "recvfrom", "openat", "flock",
         "utimensat", "shutdown", "close"]


class Kill(e2e.Case):
    def kill(self, transport, sample):
        scenario = faults.Scenario(self, transport)
        tally = faults.Tally(self, f"kills with {transport}")
        for call, count in scenario.count(CALLS).items():
            for when in faults.chosen(count, sample):
                scenario.fresh()
                killed, _ = scenario.traced(call, f"{call}:signal=KILL:when={when}")
                if killed.code not in (-9, 137):  # its calls differ a little from those that were counted
                    continue
                problems = []
                facts = scenario.check(problems, *scenario.settle(problems, killed.err))
                tally.add(f"killed at {call} {when} of {count}", problems, **facts)
        tally.close()

    def test_a_kill_at_any_call_with_a_mail_server_loses_and_doubles_nothing(self):
        self.kill("smtp", 2)

    def test_a_kill_at_any_call_with_a_maildir_loses_and_doubles_nothing(self):
        self.kill("maildir", 1)


if __name__ == "__main__":
    e2e.main()
