#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 of an export at every kind of system call that changes something, and at random moments; a full or broken disk at every one that writes. Each time the
export ends completed with the right bytes, or failed and visible; it is never lost, never half, never made twice.

The seed is printed; REPORTCTL_SEED repeats it, REPORTCTL_KILLS changes the number of random moments."""
import hashlib, os, pathlib, random, re, shutil, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

KILLS = int(os.environ.get("REPORTCTL_KILLS", "20"))
SEED = int(os.environ.get("REPORTCTL_SEED", time.time_ns() % 1_000_000))
STEPS = ["write", "pwrite64", "fsync", "fdatasync", "linkat", "openat", "unlink", "ftruncate", "mkdir", "flock"]
MOST_OF_A_KIND = 8  # spread over all that there are
ROWS = 3000


class ExportCrash(e2e.Case):
    def setUp(self):
        super().setUp()
        self.place = self.world()
        self.place.schedules()
        more = "".join(f"INSERT INTO orders VALUES ({100 + i}, 'shop', 'x{i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(ROWS))
        self.place.make_source(e2e.COMMERCE + more)
        self.wanted = self.place.must("run", "orders-export", "--param", "mode=summary", "--format", "json").out
        self.job = self.place.json("export", "create", "orders-export", "--filter", "mode=summary", "--format", "json")["id"]
        self.place.must("run-due")  # the daily pruning is done, so that only the export is left ... and is made
        self.assertEqual(self.place.json("export", "show", self.job)["state"], "completed")
        self.place.sql("DELETE FROM exports")
        shutil.rmtree(self.place.path / "artifacts")
        self.job = self.place.json("export", "create", "orders-export", "--filter", "mode=summary", "--format", "json")["id"]
        self.prepared = self.place.state

    def fresh(self, name):
        directory = self.place.path / f"attempt-{name}"
        directory.mkdir(mode=0o700)
        shutil.copy2(self.prepared, directory / "state.db")
        e2e.forget_owner(directory / "state.db")
        self.place.state = directory / "state.db"
        return {"REPORTCTL_STATE": directory / "state.db", "REPORTCTL_ARTIFACTS_URL": f"file:{directory}/artifacts"}

    def stored(self, env):
        root = pathlib.Path(env["REPORTCTL_ARTIFACTS_URL"][5:])
        return [path for path in root.rglob("*") if path.is_file() and path.name != "reportctl-owner"]

    def settle(self, env, where, allowed=("completed",)):
        """What the next run-due makes of it."""
        done = self.place.run("run-due", env=env)
        job = self.place.json("export", "show", self.job, env=env)
        self.assertIn(job["state"], allowed, f"{where}: {done.err}")
        self.assertEqual(self.place.json("export", "list", env=env)[0]["id"], self.job, where)
        if job["state"] == "completed":
            self.assertEqual(self.place.must("export", "fetch", self.job, env=env).out, self.wanted, where)
            self.assertEqual([path.name for path in self.stored(env)], [job["sha256"]], where)
            ends = [("ExportCompleted", 1)]
        else:
            self.assertTrue(job["reason"], where)
            self.assertEqual(done.code, 0 if done.err == "" else 3, where)
            for path in self.stored(env):  # stored whole and not recorded: pruning takes it in a day
                self.assertEqual(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), where)
            ends = [("ExportFailed", 1)]
        self.assertEqual(self.place.sql("SELECT name, count(*) FROM audit WHERE name IN ('ExportCompleted', 'ExportFailed') AND subject = ? GROUP BY name",
                                        self.job), ends, where)
        self.place.must("audit", "verify", env=env)
        self.place.must("state", "check", env=env)
        shutil.rmtree(self.place.state.parent)
        return job

    def traced(self, env, inject=None, calls=None):
        strace = e2e.need("strace")
        trace = self.place.path / "trace"
        words = ["-f", "-o", str(trace), "-e", f"trace={calls or ','.join(STEPS)}"] + (["-e", f"inject={inject}"] if inject else [])
        result = self.place.run("export", "run", prefix=[strace, *words], env=env)
        return result, trace.read_text(errors="replace")

    def moments(self):
        """{kind: how often a whole export makes such a call}."""
        env = self.fresh("count")
        result, trace = self.traced(env)
        self.assertEqual(result.code, 0, result.err)
        shutil.rmtree(self.place.state.parent)
        return {kind: sum(bool(re.match(rf"\d+ +{kind}\(", line)) for line in trace.splitlines()) for kind in STEPS}

    def spread(self, count):
        return sorted({1 + round(step * (count - 1) / (MOST_OF_A_KIND - 1)) for step in range(MOST_OF_A_KIND)}) if count else []

    def test_a_kill_at_any_call_that_changes_something_leaves_an_export_that_is_made_whole(self):
        resumed = kills = 0
        for kind, count in self.moments().items():
            for when in self.spread(count):
                where = f"killed at {kind} {when} of {count}"
                env = self.fresh(f"{kind}-{when}")
                result, _ = self.traced(env, f"{kind}:signal=KILL:when={when}", kind)
                self.assertIn(result.code, (-9, 137), where)
                kills += 1
                resumed += self.settle(env, where)["resumed"]
        print(f"         {kills} kills, {resumed} while it was worked on", flush=True)
        self.assertGreater(resumed, 10)

    def test_a_full_or_broken_disk_at_any_write_leaves_a_failed_export_or_one_that_is_made_whole(self):
        counts = self.moments()
        failed = tries = 0
        for kind in ("write", "pwrite64", "fsync", "fdatasync", "linkat"):
            for when in self.spread(counts[kind]):
                error, words = (("ENOSPC", "No space left on device"), ("EIO", "Input/output error"))[tries % 2]
                where = f"{error} at {kind} {when} of {counts[kind]}"
                env = self.fresh(f"full-{kind}-{when}")
                result, _ = self.traced(env, f"{kind}:error={error}:when={when}", kind)
                tries += 1
                job = self.settle(env, f"{where}: exit {result.code} {result.err}", ("completed", "failed"))
                if job["state"] == "failed":
                    failed += 1
                    self.assertIn(words, job["reason"], where)
                    self.assertEqual(result.code, 3, where)
        print(f"         {tries} full or broken disks, {failed} of them failed exports", flush=True)
        self.assertGreater(failed, 1)

    def test_random_kills_and_the_third_takeover_is_the_last(self):
        env = self.fresh("whole")
        whole = self.place.must("export", "run", env=env).seconds
        shutil.rmtree(self.place.state.parent)
        thrown = random.Random(SEED)
        for number in range(KILLS):
            env = self.fresh(number)
            process = self.place.start("export", "run", env=env)
            time.sleep(whole * (number + thrown.random()) / KILLS)
            process.kill()
            process.communicate(timeout=e2e.PATIENCE)
            self.settle(env, f"seed {SEED}, kill {number}")
        env = self.fresh("often")
        self.place.must("prune", env=env, now=None)  # what is written once for every state file and its files is there
        for number in range(5):  # made, and taken over three times; the fifth finds it hopeless
            result, _ = self.traced(env, "linkat:signal=KILL:when=1", "linkat")
            self.assertEqual(result.code in (-9, 137), number < 4, f"{number}: {result.err}")
        job = self.settle(env, "taken over too often", ("failed",))
        self.assertEqual(job["resumed"], 4)
        self.assertIn("interrupted 4 times", job["reason"])

    def test_a_stop_gives_the_export_back(self):
        env = self.fresh("stop")
        result, _ = self.traced(env, "pwrite64:signal=TERM:when=1", "pwrite64")  # while it is claimed; noticed after some rows
        self.assertEqual(result.code, 143, result.err)
        self.assertEqual(self.place.json("export", "show", self.job, env=env)["state"], "pending")
        job = self.settle(env, "stopped")
        self.assertEqual(job["resumed"], 0)

    def test_a_full_disk_is_told_before_a_large_export_begins(self):
        if not os.path.ismount("/dev/shm"):
            self.skipTest("no file system of known size")
        env = self.fresh("space")
        self.place.must("export", "run", env=env)
        free = os.statvfs(self.place.path)
        self.place.sql("UPDATE exports SET bytes = ?", free.f_bavail * free.f_frsize)
        job = self.place.json("export", "create", "orders-export", "--filter", "mode=summary", "--format", "json", env=env)["id"]
        self.assertEqual(self.place.run("export", "run", env=env).code, 3)
        failed = self.place.json("export", "show", job, env=env)
        self.assertEqual(failed["state"], "failed")
        self.assertRegex(failed["reason"], r"[MG]B are free, and this report needs about [0-9.]+ [MG]B")
        self.place.must("export", "create", "orders-export", "--filter", "mode=summary", "--format", "csv", "--wait", env=env)  # of another format there is no such file yet


if __name__ == "__main__":
    e2e.main()
