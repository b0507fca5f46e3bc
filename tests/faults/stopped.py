#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A run-due that is stopped (SIGSTOP) in the middle while another one works, and then goes on: nothing is in doubt, and whoever meets its lock is told of it.
REPORTCTL_FAULTS=whole stops it at every call."""
import contextlib, os, pathlib, re, signal, sqlite3, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

NAME = pathlib.Path(e2e.REPORTCTL).name[:15]  # as the kernel has it
CALLS = ["sendto", "recvfrom", "connect", "linkat", "fdatasync", "pwrite64"]


class Stopped(e2e.Case):
    def start(self, world, call, when):
        """A run-due that stops itself there: (strace, pid), or (strace, None) where it came to its end."""
        trace = world.path / "trace"
        trace.write_text("")
        strace = world.start("run-due", prefix=["strace", "-f", "-qq", "-o", trace, "-e", f"trace={call}", "-e", f"inject={call}:signal=STOP:when={when}"])
        end = time.monotonic() + e2e.PATIENCE
        while strace.poll() is None:
            self.assertLess(time.monotonic(), end, "neither stopped nor ended")
            stopped = re.search(r"^(\d+) +--- stopped by SIGSTOP ---", trace.read_text(errors="replace"), re.M)
            if stopped:
                return strace, int(stopped[1])
            time.sleep(0.005)
        return strace, None

    def go_on(self, strace, pid):
        """SIGCONT, again where it came before the stop was complete."""
        for _ in range(20):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            with contextlib.suppress(Exception):
                return strace.communicate(timeout=2)[1].decode()
        strace.kill()
        self.fail("it does not go on")

    def is_locked(self, world):
        try:
            with contextlib.closing(sqlite3.connect(world.state, timeout=0, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
            return False
        except sqlite3.OperationalError:
            return True

    def test_an_owner_that_is_stopped_and_goes_on_loses_nothing_and_is_named_where_it_holds_the_lock(self):
        e2e.need("strace")
        scenario = faults.Scenario(self, "smtp")
        tally = faults.Tally(self, "stopped owners")
        world, met = scenario.world, 0
        for call, count in scenario.count(CALLS).items():
            for when in faults.chosen(count, 2)[:: 24 if call == "pwrite64" and faults.WHOLE else 1]:
                scenario.fresh()
                strace, pid = self.start(world, call, when)
                if pid is None:
                    strace.communicate()
                    continue
                problems, locked = [], self.is_locked(world)
                other, said = None, ""
                if not locked or met < (20 if faults.WHOLE else 1):  # each takes the ten seconds for which a command waits
                    other = world.run("run-due")
                    said = other.err
                    if locked and other.code == 0:
                        locked = False  # nothing was left that had to be written
                    met += locked
                    if locked and (other.code != 11 or f"process {pid} ({NAME}), which is stopped," not in said or f"kill -CONT {pid}" not in said):
                        problems.append(f"met the lock, exit {other.code}: {said}")
                    if not locked and other.code not in faults.CALM:
                        problems.append(f"the other exits {other.code}: {said}")
                said += self.go_on(strace, pid)
                if strace.returncode not in faults.CALM:
                    problems.append(f"went on, exit {strace.returncode}: {said[-300:]}")
                facts = scenario.check(problems, *scenario.settle(problems, said), in_doubt=0)
                tally.add(f"stopped at {call} {when} of {count}", problems, locked=locked, **facts)
        self.assertGreater(met, 0)
        tally.close()


if __name__ == "__main__":
    e2e.main()
