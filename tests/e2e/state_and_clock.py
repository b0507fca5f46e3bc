#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The state file that is somewhere else, read-only, broken or newer; a clock that leaps; a standard output that is full."""
import datetime, os, pathlib, pwd, shutil, sqlite3, subprocess, sys, time, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

MADE_AT, MORNING = e2e.MADE_AT, e2e.NOW


class Clock(e2e.Case):
    def test_a_clock_set_back_makes_nothing_due_and_nothing_twice(self):
        world = self.world()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due", now="2026-03-17T05:02:00Z")
        for earlier in ("2026-03-17T04:59:00Z", "2026-03-16T05:00:00Z", "2026-01-01T05:00:00Z"):
            self.assertEqual(world.must("run-due", now=earlier).err, "")
        world.must("run-due", now="2026-03-17T05:03:00Z")
        self.assertEqual(len(world.outbox_mails()), 1)
        self.assertEqual(world.only_run()["slot"], "2026-03-17T05:00:00Z")

    def test_a_clock_forty_days_ahead_is_refused_with_12_until_it_is_accepted(self):
        world = self.world(clock=True)
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due", now="2026-03-16T12:30:00Z")
        refused = world.run("run-due", now="2026-04-25T12:30:00Z")
        self.assertEqual(refused.code, 12)
        self.assertIn("--accept-clock", refused.err)
        self.assertEqual((world.outbox_mails(), world.runs()), ([], []))
        world.must("run-due", "--accept-clock", now="2026-04-25T12:30:00Z")
        self.assertEqual(len(world.outbox_mails()), 1)
        world.must("run-due", now="2026-04-25T12:31:00Z")

    def test_a_replaced_clock_is_neither_accepted_nor_does_it_remove_anything(self):
        world = self.world(more="retention: {runs: 1h, audit: 1h}\n")
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due")
        records = world.sql("SELECT count(*) FROM audit")
        for words in (("run-due", "--accept-clock"), ("run-due", "--accept-clock", "--jobs", "2"), ("prune",), ("export", "prune")):
            refused = world.run(*words, now="2029-06-01T00:00:00Z")
            self.assertEqual(refused.code, 2, words)
            self.assertIn("REPORTCTL_NOW", refused.err)
        world.must("run-due", now="2026-03-17T23:00:00Z")
        self.assertEqual((len(world.runs()), world.sql("SELECT count(*) FROM audit")), (1, records))

    def test_a_record_has_the_time_of_the_host_and_the_one_that_replaced_it(self):
        world = self.world()
        before = int(time.time())
        world.schedules(e2e.schedule("morning", "a@example.org"))
        told = subprocess.run([e2e.REPORTCTL, "run-due"], env=world.command_environment(), capture_output=True, text=True, check=True)
        self.assertEqual(told.stderr, f"(clock replaced: {e2e.NOW})\n")
        records = world.json("audit", "list", "--limit", "1000", now=None)
        for record in records:
            at = datetime.datetime.fromisoformat(record["at"].replace("Z", "+00:00")).timestamp()
            self.assertTrue(before <= at <= time.time(), record)
            self.assertIn(record["payload"]["clock"][:15], (e2e.MADE_AT[:15], e2e.NOW[:15]))
        me = pwd.getpwuid(os.getuid()).pw_name
        self.assertEqual({record["actor"] for record in records if record["name"] == "ScheduledReportSent"}, {f"run-due by {me}"})
        world.must("audit", "verify")

    def test_a_clock_thirty_four_days_ahead_is_taken_for_a_long_rest(self):
        world = self.world()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due", now="2026-03-16T12:30:00Z")
        world.must("run-due", now="2026-04-19T12:30:00Z")
        self.assertEqual(len(world.outbox_mails()), 1)


class StateFile(e2e.Case):
    def assert_refused(self, world, *words, prefix=(), code=12):
        result = world.run("run-due", prefix=prefix)
        self.assertEqual(result.code, code, result.err)
        for word in ("state.db", *words):
            self.assertIn(word, result.err)
        self.assertEqual(world.outbox_mails(), [])

    def due(self, world):
        world.schedules(e2e.schedule("morning", "a@example.org"))

    def test_a_state_of_another_host_sends_nothing_until_it_is_adopted(self):
        world = self.world()
        self.due(world)
        world.sql("UPDATE facts SET value = 'another-host' WHERE name = 'host'")
        self.assert_refused(world, "state adopt")
        world.must("state", "adopt", "--yes")
        world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), 1)
        self.assertIn("StateAdopted", {record["name"] for record in world.json("audit", "list")})

    def test_a_state_copied_into_another_container_sends_nothing_from_there(self):
        inside = ("unshare", "--pid", "--fork", "--mount-proc")
        if os.geteuid() != 0 or not shutil.which("unshare") or subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            raise unittest.SkipTest("no process namespace can be made here")
        world = self.world()
        self.due(world)
        self.assert_refused(world, "state adopt", prefix=inside)
        world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), 1)

    def acting(self, world, run):
        """Every command that sends, stores or removes."""
        return (["run-due"], ["run-due", "--jobs", "2"], ["runs", "resend", run, "--only", "all"],
                ["schedule", "test", "morning", "--account", "shop", "--to", "x@example.org"], ["export", "run"],
                ["export", "create", "sales", "--account", "shop", "--wait"], ["prune"], ["export", "prune"],
                ["webhook", "test", "https://hooks.example.com/in", "--account", "shop"])

    def sent_world(self):
        world = self.world()
        self.due(world)
        secret = world.path / "webhooks.d" / "shop"
        secret.mkdir(parents=True, mode=0o700)
        secret.parent.chmod(0o700)
        (secret / "hook").write_text("0123456789abcdef0123456789abcdef\n")
        (secret / "hook").chmod(0o600)
        world.configure(more=f"webhooks: {{secret_dir: {secret.parent}}}\n")
        world.must("webhook", "add", "https://hooks.example.com/in", "--account", "shop", "--secret-file", "hook")
        world.must("run-due", now=MORNING)
        world.must("export", "create", "sales", "--account", "shop")
        return world, world.runs()[0]["id"]

    def assert_does_nothing(self, world, run, *words):
        held = sorted(path.name for path in (world.path / "artifacts").rglob("*"))
        mails, records = len(world.outbox_mails()), world.sql("SELECT count(*) FROM audit")
        for command in self.acting(world, run):
            refused = world.run(*command, now=None if "prune" in command else "2026-03-18T05:02:00Z")
            self.assertEqual(refused.code, 12, (command, refused.err))
            for word in words:
                self.assertIn(word, refused.err, command)
        self.assertEqual((len(world.outbox_mails()), world.sql("SELECT count(*) FROM audit")), (mails, records))
        self.assertEqual(sorted(path.name for path in (world.path / "artifacts").rglob("*")), held)
        world.must("runs", "list")  # reading is free
        world.must("prune", "--dry-run")

    def test_what_another_machine_left_unfinished_goes_on_after_it_is_declared_off(self):
        server = self.server()
        world = self.world(server.url)
        world.schedules(e2e.schedule("one", "a@example.org"))
        world.make_source(e2e.SLOW_COMMERCE)
        process = world.start("run-due")
        e2e.wait_until(lambda: world.sql("SELECT 1 FROM runs WHERE owner_pid = ?", process.pid), "the run is taken")
        process.kill()
        process.communicate()
        world.make_source(e2e.COMMERCE)
        with e2e.contextlib.closing(e2e.sqlite3.connect(world.state)) as database:  # as if it had been the other host of a pair
            database.execute("UPDATE runs SET owner_host = 'other', owner_boot = 'other'")
            database.commit()
        world.must("run-due")
        self.assertEqual(server.recipients(), [])
        self.assertIn("add --yes", world.run("state", "adopt").err)
        world.must("state", "adopt", "--yes")
        world.must("run-due")
        self.assertEqual(server.recipients(), ["a@example.org"])
        self.assertEqual(world.json("state", "adopt", "--yes")["adopted"], False)

    def test_a_copy_elsewhere_on_the_same_host_sends_stores_and_removes_nothing_until_it_is_adopted(self):
        world, run = self.sent_world()
        original = world.state
        world.state = world.path / "state" / "staging.db"
        shutil.copy(original, world.state)
        world.configure(more=f"webhooks: {{secret_dir: {world.path}/webhooks.d}}\n")
        self.assert_does_nothing(world, run, "staging.db", str(original), "state adopt")
        self.assertEqual(world.json("state", "adopt", "--yes")["adopted"], True)
        self.assertEqual(world.json("state", "adopt", "--yes")["adopted"], False)
        world.must("runs", "resend", run, "--only", "all")
        self.assertEqual(len(world.outbox_mails()), 2)

    def test_a_backup_that_is_copied_back_does_not_send_what_was_sent_since(self):
        world = self.world()
        self.due(world)
        world.must("state", "backup", world.path / "backup.db", now=MADE_AT)
        world.must("run-due")
        run = world.only_run()["id"]
        newer = world.state.read_bytes()
        shutil.copy(world.path / "backup.db", world.state)
        refused = world.run("run-due")
        self.assertEqual(refused.code, 12)
        for word in ("older", "state restore"):
            self.assertIn(word, refused.err)
        self.assertIn("state restore", world.must("state", "adopt", "--yes", code=6).err)
        self.assertEqual(len(world.outbox_mails()), 1)
        world.state.write_bytes(newer)
        world.must("run-due")
        self.assertEqual((len(world.outbox_mails()), world.only_run()["id"]), (1, run))

    def test_a_backup_that_was_copied_back_by_hand_is_restored_where_it_lies_and_mails_nothing_twice(self):
        world = self.world()
        self.due(world)
        world.must("state", "backup", world.path / "backup.db", now=MADE_AT)
        world.must("run-due")
        shutil.copy(world.path / "backup.db", world.state)
        told = world.json("state", "restore", world.state, "--yes")
        self.assertEqual((told["unknown_slots"], told["unknown_runs"]), (1, 0))
        world.must("run-due")
        world.must("runs", "retry", "--failed")
        self.assertEqual(len(world.outbox_mails()), 1)
        self.assertEqual(world.only_run()["state"], "unknown")

    def test_a_restore_that_is_killed_anywhere_is_done_again_by_the_same_command(self):
        strace = shutil.which("strace")
        if not strace:
            raise unittest.SkipTest("strace is not installed")
        for call in ("rename", "unlink", "fsync", "fdatasync"):
            for number in range(1, 6):
                world = self.world()
                self.due(world)
                world.must("state", "backup", world.path / "backup.db", now=MADE_AT)
                world.must("run-due")
                world.run("state", "restore", world.path / "backup.db", "--yes",
                          prefix=(strace, "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={number}"))
                world.must("state", "restore", world.path / "backup.db", "--yes")
                world.must("run-due")
                self.assertEqual(len(world.outbox_mails()), 1, f"{call} {number}")
                self.assertEqual(world.only_run()["state"], "unknown", f"{call} {number}")
                self.assertFalse([path.name for path in world.state.parent.glob("*.restoring*")], f"{call} {number}")

    def test_a_read_only_state_is_refused_with_12(self):
        world = self.world()
        self.due(world)
        directory, prefix = world.state.parent, ()
        if os.geteuid() == 0:  # nothing is read-only to root
            if not shutil.which("setpriv"):
                raise unittest.SkipTest("setpriv is not installed")
            nobody = pwd.getpwnam("nobody")
            prefix = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
            if subprocess.run([*prefix, e2e.REPORTCTL, "--version"], capture_output=True).returncode != 0:
                raise unittest.SkipTest("nobody may not start the program under test")
            world.path.chmod(0o755)
            for path in (world.path, *world.path.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        world.state.chmod(0o400)
        directory.chmod(0o500)
        self.closing(directory.chmod, 0o700)
        self.assert_refused(world, prefix=prefix)

    def test_a_corrupt_state_is_refused_with_12_and_left_as_it_is(self):
        world = self.world()
        self.due(world)
        data = bytearray(world.state.read_bytes())
        for at in range(100, len(data) - 64, 512):  # the header stays; every page is damaged
            data[at:at + 64] = b"\xa5" * 64
        world.state.write_bytes(data)
        self.assert_refused(world)
        self.assertEqual(world.state.read_bytes(), bytes(data))

    def test_a_file_that_is_no_database_is_refused_with_12(self):
        world = self.world()
        world.state.write_bytes(b"these are my tax records\n" * 200)
        self.assert_refused(world)
        self.assertTrue(world.state.read_bytes().startswith(b"these are my tax records"))

    def test_a_state_of_a_newer_schema_is_refused_with_12(self):
        world = self.world()
        self.due(world)
        world.sql("PRAGMA user_version = 9999")
        self.assert_refused(world, "9999")
        self.assertEqual(world.sql("PRAGMA user_version"), [(9999,)])

    def test_a_state_that_is_held_by_another_process_is_busy_with_11_and_nothing_is_lost(self):
        world = self.world()
        self.due(world)
        holder = sqlite3.connect(world.state, isolation_level=None)
        self.closing(holder.close)
        holder.execute("BEGIN EXCLUSIVE")
        self.assert_refused(world, "busy", code=11)
        holder.execute("ROLLBACK")
        world.must("run-due")
        self.assertEqual(len(world.outbox_mails()), 1)

    def test_a_missing_state_is_refused_with_12_and_says_init(self):
        world = self.world()
        world.state.unlink()
        self.assert_refused(world, "init")


class FullOutput(e2e.Case):
    def test_what_could_not_be_printed_is_never_reported_as_success(self):
        world = self.world()
        world.schedules(e2e.schedule("morning", "a@example.org"))
        world.must("run-due")
        run = world.only_run()["id"]
        commands = [["run", "sales", "--account", "shop", "--from", "2026-03-16", "--to", "2026-03-16"], ["runs", "save", run], ["runs", "list"],
                    ["runs", "show", run], ["schedule", "list"], ["schedule", "show", "morning"], ["schedule", "next", "morning"],
                    ["account", "list"], ["account", "show", "shop"], ["member", "list"], ["catalog", "list"], ["catalog", "show", "sales"],
                    ["source", "list"], ["source", "check"], ["audit", "list"], ["audit", "verify"], ["notifications", "list", "--all"], ["status"],
                    ["config", "show"], ["crontab"], ["completion", "bash"], ["run-due", "--dry-run"], ["run-due", "--json"], ["--help"],
                    ["--version"]]
        self.maxDiff = None
        wrong, checked = {}, 0
        with open("/dev/full", "wb", buffering=0) as full:
            for command in commands:
                plain_only = command[0] in ("run", "completion", "crontab") or command[-1].startswith("--")
                for style in ([],) if plain_only else ([], ["--json"]):
                    if not world.run(*command, *style).out:
                        continue  # an empty list is a remark on standard error
                    checked += 1
                    result = world.run(*command, *style, stdout=full)
                    if result.code != 74 or not result.err.strip():
                        wrong[" ".join(command + style)] = (result.code, result.err)
        self.assertEqual(wrong, {})
        self.assertGreaterEqual(checked, 35)

    def test_a_pipe_that_closes_early_is_not_success_either(self):
        world = self.world()
        rows = "".join(f"INSERT INTO orders VALUES ({1000 + i}, 'shop', 'N{1000 + i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(20000))
        world.make_source(e2e.COMMERCE + rows)
        world.schedules()
        process = world.start("run", "orders-export", "--param", "mode=summary", "--from", "2026-03-16", "--to", "2026-03-16")
        process.stdout.read(10)
        process.stdout.close()
        error = process.stderr.read()
        process.stderr.close()
        self.assertIn(process.wait(e2e.PATIENCE), (74, 128 + 13), error)


if __name__ == "__main__":
    e2e.main()
