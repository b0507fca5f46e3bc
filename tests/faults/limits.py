#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A run-due that has too little of something: memory, open files, size of files, room on the file system; and calls that move fewer bytes than they were given.
It ends in its own words, or as if nothing had happened, and the next run-due finds nothing lost, doubled or left. REPORTCTL_FAULTS=whole takes every place."""
import contextlib, os, pathlib, re, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults, host_clock

LIMITS = [("as", mb << 20) for mb in (24, 32, 40, 48, 56, 64, 80, 100, 150)] + [("nofile", n) for n in range(3, 26)] + [
    ("fsize", kb << 10) for kb in (0, 1, 4, 8, 16, 32, 64, 128, 256, 300, 400, 1000)] + [("stack", 128 << 10), ("stack", 256 << 10), ("memlock", 0), ("nproc", 1)]
SHORT = [("write", 3), ("pwrite64", 97), ("pread64", 17), ("read", 7), ("send", 5), ("recv", 5)]  # every how many calls


class Limits(e2e.Case):
    def settle(self, scenario, tally, where, result, problems, **allowed):
        codes, said = scenario.settle(problems, result.err)
        tally.add(where, problems, **scenario.check(problems, [result.code, *codes], said, **allowed))

    def test_a_limit_of_the_system_is_told_in_our_own_words_and_nothing_is_lost(self):
        prlimit = e2e.need("prlimit")
        scenario = faults.Scenario(self)
        tally = faults.Tally(self, "limits")
        for number in faults.chosen(len(LIMITS), 12):
            kind, limit = LIMITS[number - 1]
            scenario.fresh()
            result, problems = scenario.world.run("run-due", prefix=[prlimit, f"--{kind}={limit}"]), []
            ours = result.code in faults.EXITS and not re.search(r"internal error|\bstd::|bad_alloc|terminate called", result.err)
            loaders = result.code == 127 and "error while loading shared libraries" in result.err
            libxlsxwriters = result.code == -11 and "worksheet.c" in result.err  # it does not look whether it got the memory for a row
            if not (ours or loaders or libxlsxwriters):
                problems.append(f"exit {result.code}: {result.err[:300]}")
            self.settle(scenario, tally, f"{kind} {limit}", result, problems, expected=None, in_doubt=12)
        tally.close()

    def test_a_hint_names_the_limit_that_was_reached(self):
        scenario = faults.Scenario(self)
        for limit, hint in (("--nofile=4", "ulimit -n"), ("--fsize=65536", "ulimit -f"), ("--as=25165824", "ulimit -v")):
            scenario.fresh()
            self.assertIn(hint, scenario.world.run("run-due", prefix=[e2e.need("prlimit"), limit]).err)

    def test_calls_that_move_fewer_bytes_than_they_were_given_change_nothing(self):
        for transport in ("smtp", "maildir") if faults.WHOLE else ("smtp",):
            scenario = faults.Scenario(self, transport)
            tally = faults.Tally(self, f"short calls with {transport}")
            counts = scenario.count([{"send": "sendto", "recv": "recvfrom"}.get(call, call) for call, _ in SHORT])
            for (call, step), count in zip(SHORT, counts.values()):
                for mode, stride in (("once", step), ("eintr", step * 7), ("always", step * 7)):
                    for at in list(range(1, count + 1, stride))[faults.FIRST - 1 :: faults.EVERY] if faults.WHOLE else (1 + count // 2,):
                        scenario.fresh()
                        how = {"LD_PRELOAD": host_clock.compiled("short_calls", "-shared", "-fPIC"), "SHORT_CALL": call, "SHORT_MODE": mode, "SHORT_AT": at}
                        result, problems = scenario.world.run("run-due", env=how), []
                        if result.code != 3:
                            problems.append(f"exit {result.code}: {result.err[:300]}")
                        self.settle(scenario, tally, f"{call} {mode} {at}", result, problems, in_doubt=0)
            tally.close()

    def test_a_full_file_system_is_told_and_with_room_again_everything_goes_on(self):
        for which in ("artifacts", "state"):
            scenario = faults.Scenario(self, policy="retries: 1")
            scenario.fresh()
            place = {"artifacts": scenario.artifacts, "state": scenario.world.state.parent}[which]
            with self.small(place) as filler:
                result = scenario.world.run("run-due")
                self.assertEqual(result.code, {"artifacts": 3, "state": 12}[which], result.err)
                self.assertRegex(result.err, {"artifacts": rf"shop/one: deferred: cannot write a file in {place}: No space left", "state": "→ free space"}[which])
                filler.unlink()
                problems = []
                codes, said = scenario.settle(problems, result.err)
                scenario.check(problems, [result.code, *codes], said, expected=None)
                self.assertEqual(problems, [])

    @contextlib.contextmanager
    def small(self, place):
        """A file system of its own there, with what was there, and full but for one page."""
        kept = [(path.name, path.read_bytes()) for path in place.glob("*")]
        place.mkdir(mode=0o700, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", place], capture_output=True, check=False).returncode != 0:
            self.skipTest("only root may mount a file system")
        try:
            for name, content in kept:
                (place / name).write_bytes(content)
                (place / name).chmod(0o600)
            filler = place / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            os.truncate(filler, filler.stat().st_size - 4096)
            yield filler
        finally:
            subprocess.run(["umount", place], check=True)


if __name__ == "__main__":
    e2e.main()
