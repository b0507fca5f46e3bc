#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""`apply` of many accounts that is stopped, interrupted or killed at its system calls: everything was applied or nothing, the exit code and the words say which, and
applying it again ends as one that nothing disturbed. REPORTCTL_FAULTS=whole takes every call."""
import pathlib, re, shutil, signal, struct, sys, zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

CALLS = ["openat", "pread64", "pwrite64", "fdatasync", "unlink", "write"]
HOW = {"TERM": 128 + signal.SIGTERM, "INT": 128 + signal.SIGINT, "KILL": None}


def png(pixel):
    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", 20, 20, 8, 2, 0, 0, 0)) + part(b"IDAT", zlib.compress((b"\0" + pixel * 20) * 20)) + part(b"IEND", b"")


def account(number, zone):
    return (f"  - {{id: a{number:03d}, name: Account {number}, timezone: {zone}, source: shop, key: k{number}, members: [{{name: Ann, login: ann{number}, role: owner}}],\n"
            f"     brand: {{logo: logo{number % 3}.png}}}}\n")


def schedule(number):
    return f"  - {{name: morning, account: a{number:03d}, report: sales, cadence: daily, at: '06:00', to: [a{number}@example.org]}}\n"


class Apply(e2e.Case):
    def setUp(self):
        super().setUp()
        self.world = e2e.World()
        self.addCleanup(self.world.close)
        for number, colour in enumerate((b"\x00\x00\x00", b"\xff\x00\x00", b"\x00\xff\x00")):
            (self.world.path / f"logo{number}.png").write_bytes(png(colour))
        self.write("before.yaml", range(40), "UTC")
        self.world.must("apply", "-f", "before.yaml")
        self.write("after.yaml", range(120), "Europe/Berlin")  # some of it is new, some changes, with the next runs
        self.kept = self.world.path / "kept"
        shutil.copytree(self.world.state.parent, self.kept)

    def write(self, name, numbers, zone):
        (self.world.path / name).write_text("accounts:\n" + "".join(account(one, zone) for one in numbers) + "schedules:\n" +
                                            "".join(schedule(one) for one in numbers))

    def fresh(self):
        shutil.rmtree(self.world.state.parent)
        shutil.copytree(self.kept, self.world.state.parent)

    def holds(self):
        """What the state says of accounts, members and schedules, and how many changes the audit log knows."""
        return [self.world.sql(query) for query in
                ("SELECT id, timezone FROM accounts ORDER BY id", "SELECT account, name FROM members ORDER BY account, name",
                 "SELECT account, name, next_run_at FROM schedules ORDER BY account, name", "SELECT name, count(*) FROM audit GROUP BY name ORDER BY name")]

    def traced(self, inject=None):
        trace = self.world.path / "trace"
        words = ["-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS)] + (["-e", f"inject={inject}"] if inject else [])
        return self.world.run("apply", "-f", "after.yaml", prefix=[e2e.need("strace"), *words]), trace.read_text(errors="replace")

    def test_everything_is_applied_or_nothing_and_the_exit_code_says_which(self):
        nothing = self.holds()
        result, trace = self.traced()
        self.assertEqual(result.code, 0, result.err)
        everything = self.holds()
        self.assertNotEqual(nothing, everything)
        counts = {call: len(re.findall(rf"^\d+ +{call}\(", trace, re.M)) for call in CALLS}
        seen = {}
        for name, code in HOW.items():
            for call, count in counts.items():
                for when in faults.chosen(count, 3):
                    with self.subTest(signal=name, call=call, when=when, of=count):
                        self.fresh()
                        result, _ = self.traced(f"{call}:signal={name}:when={when}")
                        held = self.holds()
                        self.assertIn(held, (nothing, everything))
                        ended = result.code
                        if held == everything and code is not None:
                            self.assertEqual((ended, result.err), (0, ""))
                        elif code is not None and ended > 0:  # else it came before the program was ready for it
                            self.assertEqual((ended, result.err), (code, f"reportctl: stopped by SIG{name}\n"))
                        seen[name, ended, held == everything] = seen.get((name, ended, held == everything), 0) + 1
                        self.world.must("state", "check")
                        self.world.must("audit", "verify")
                        self.world.must("apply", "-f", "after.yaml")
                        self.assertEqual(self.holds()[:3], everything[:3])
        # Signals came before it and after it, so that neither is by chance.
        for name in HOW:
            self.assertEqual({all_of_it for one, _, all_of_it in seen if one == name}, {False, True}, seen)
        print("apply stopped:", ", ".join(f"{name} → {code} ({'everything' if all_of_it else 'nothing'}): {count}"
                                          for (name, code, all_of_it), count in sorted(seen.items(), key=str)))


if __name__ == "__main__":
    e2e.main()
