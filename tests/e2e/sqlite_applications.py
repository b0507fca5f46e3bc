#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Reports from the SQLite database of an application that another user runs: nothing of the reader is ever in its way.

The application is the user `nobody`; reportctl runs as a user of its own, who may read, and in some tests could write as well.
"""
import os, pathlib, shutil, signal, sqlite3, subprocess, sys, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e  # noqa: E402

OWNER, READER, SHARED = 65534, 54321, 54322  # user ids; SHARED is a group
APPLICATION = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=1, isolation_level=None)
for line in sys.stdin:
    if line.strip() == "close":
        database.close()
    else:
        try:
            database.executescript(line)
        except sqlite3.Error as error:
            print(error, flush=True)
            continue
    print("done", flush=True)
"""
ORDER = ("INSERT INTO orders SELECT {id}, account_id, 'A-{id}', customer_id, status, currency, placed_at, total_cents FROM orders "
         "WHERE id = 1;")


class Application:
    """A process of the user nobody that has the database open."""

    def __init__(self, path):
        as_owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"]
        self.process = subprocess.Popen([*as_owner, "/usr/bin/python3", "-c", APPLICATION, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, cwd="/")

    def tries(self, sql):
        self.process.stdin.write(sql.replace("\n", " ") + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def does(self, sql):
        if (answer := self.tries(sql)) != "done":
            raise AssertionError(f"the application failed: {answer}")

    def leaves(self):
        self.does("close")
        self.ends()

    def is_killed(self):
        self.process.send_signal(signal.SIGKILL)
        self.ends()

    def ends(self):
        self.process.stdin.close()
        self.process.wait(e2e.PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


class Beside(e2e.Case):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root can be two other users")
        e2e.need("setpriv")

    def shop(self, directory_mode=0o755, database_mode=0o644, mode="WAL", reader=READER):
        """A world whose source belongs to nobody and is at rest."""
        world = self.world()
        world.schedules()
        self.place = world.path / "app"
        self.place.mkdir()
        self.file = self.place / "shop.db"
        shutil.copy(world.source, self.file)
        database = sqlite3.connect(self.file)
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.close()
        world.source = self.file
        world.configure()
        for path, bits in ((self.place, directory_mode), (self.file, database_mode)):
            os.chown(path, OWNER, OWNER)
            path.chmod(bits)
        world.path.chmod(0o755)
        for path in (world.path / "state").glob("**/*"):
            os.chown(path, reader, reader)
        os.chown(world.path / "state", reader, reader)
        return world

    def application(self):
        application = Application(self.file)
        self.closing(application.process.kill)
        return application

    def read(self, world, uid=READER, groups="--clear-groups"):
        return world.run("run", "sales", "--account", "shop", "--format", "csv", "--from", "2026-03-16", "--to", "2026-03-16",
                         prefix=["setpriv", f"--reuid={uid}", f"--regid={uid}", groups])

    def orders(self, world, **who):
        result = self.read(world, **who)
        self.assertEqual(result.code, 0, result.err)
        return sum(int(line.split(b",")[3]) for line in result.out.splitlines()[1:])

    def beside(self):
        """Everything that lies beside the database, with its owner and mode, and when the directory was last changed."""
        return [(path.name, path.stat().st_uid, path.stat().st_mode) for path in sorted(self.place.iterdir())], self.place.stat().st_mtime_ns

    def test_at_rest_it_is_read_without_a_trace_by_whoever_may_even_where_all_may_write(self):
        for directory_mode, uid in ((0o755, READER), (0o777, READER), (0o777, 0)):
            with self.subTest(mode=oct(directory_mode), uid=uid):
                world = self.shop(directory_mode, reader=uid)
                before, content = self.beside(), self.file.read_bytes()
                first = self.orders(world, uid=uid)
                self.assertEqual(self.beside(), before)
                self.assertEqual(self.file.read_bytes(), content)
                application = self.application()
                application.does(ORDER.format(id=101))
                application.leaves()
                self.assertEqual(self.orders(world, uid=uid), first + 1)
                self.assertEqual([name for name, _, _ in self.beside()[0]], ["shop.db"])

    def test_in_use_its_newest_rows_are_read_and_it_goes_on_writing(self):
        world = self.shop()
        first = self.orders(world)
        application = self.application()
        for more in (1, 2):
            application.does(ORDER.format(id=100 + more))
            before = self.beside()
            self.assertEqual(self.orders(world), first + more)
            self.assertEqual(self.beside(), before)
        application.does("PRAGMA wal_checkpoint(TRUNCATE)")
        application.does(ORDER.format(id=103))
        self.assertEqual(self.orders(world), first + 3)
        application.leaves()
        self.assertEqual([name for name, _, _ in self.beside()[0]], ["shop.db"])
        self.assertEqual(self.orders(world), first + 3)

    def test_killed_in_the_middle_it_is_read_with_all_it_had_committed_and_starts_again_as_ever(self):
        for index in ("left", "lost"):
            with self.subTest(index=index):
                world = self.shop(directory_mode=0o777)
                first = self.orders(world)
                application = self.application()
                application.does(ORDER.format(id=101))
                application.does("BEGIN; " + ORDER.format(id=102))
                application.is_killed()
                if index == "lost":
                    (self.place / "shop.db-shm").unlink()
                before = self.beside()
                self.assertEqual(self.orders(world), first + 1)
                self.assertEqual(self.beside(), before)
                application = self.application()
                application.does(ORDER.format(id=103))
                self.assertEqual(self.orders(world), first + 2)
                application.leaves()

    def test_a_reader_that_is_killed_leaves_nothing_either(self):
        world = self.shop(directory_mode=0o777)
        database = sqlite3.connect(self.file)  # as many rows as no pipe holds
        database.execute("INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, 'shop', 'B-' || i, "
                         "customer_id, status, currency, placed_at, total_cents FROM n, orders WHERE id = 1")
        database.commit()
        database.close()
        os.chown(self.file, OWNER, OWNER)
        reading = subprocess.Popen(["setpriv", f"--reuid={READER}", f"--regid={READER}", "--clear-groups", e2e.REPORTCTL, "run", "orders-export", "--account",
                                    "shop", "--param", "mode=summary", "--format", "csv", "--from", "2026-03-16", "--to", "2026-03-16"],
                                   env=world.command_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=world.path)
        self.assertTrue(reading.stdout.read(100))
        reading.kill()
        reading.stdout.close()
        reading.wait(e2e.PATIENCE)
        self.assertEqual([name for name, _, _ in self.beside()[0]], ["shop.db"])
        application = self.application()
        application.does(ORDER.format(id=101))
        application.leaves()

    def test_output_that_is_read_slowly_keeps_the_application_from_nothing(self):
        for mode in ("DELETE", "WAL"):
            with self.subTest(mode=mode):
                world = self.shop(mode=mode, reader=0)
                database = sqlite3.connect(self.file)
                database.execute("INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, 'shop', "
                                 "'B-' || i, customer_id, status, currency, placed_at, total_cents FROM n, orders WHERE id = 1")
                database.commit()
                database.close()
                os.chown(self.file, OWNER, OWNER)
                arguments = ["run", "orders-export", "--account", "shop", "--param", "mode=summary", "--format", "csv", "--from", "2026-03-16", "--to", "2026-03-16"]
                whole = world.must(*arguments).out
                reading = subprocess.Popen([e2e.REPORTCTL, *arguments], env=world.command_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                           cwd=world.path)
                self.closing(reading.kill)
                first = reading.stdout.read(1)
                application = self.application()  # its time-out is a second
                e2e.wait_until(lambda: "database is locked" not in application.tries(ORDER.format(id=101)), "the application can write")
                self.assertIsNone(reading.poll())  # it waits for us
                self.assertEqual(first + reading.stdout.read(), whole)
                reading.stdout.close()
                self.assertEqual(reading.wait(e2e.PATIENCE), 0)
                application.leaves()

    def test_files_that_the_reader_may_not_read_are_named_with_the_grant_that_helps(self):
        world = self.shop(directory_mode=0o755, database_mode=0o640)
        refused = self.read(world)
        self.assertEqual(refused.code, 13)
        self.assertIn(f"this user may not read {self.file}\n", refused.err)
        os.chown(self.file, OWNER, SHARED)
        group = f"--groups={SHARED}"
        first = self.orders(world, groups=group)
        application = self.application()
        application.does(ORDER.format(id=101))
        refused = self.read(world, groups=group)
        self.assertEqual(refused.code, 13)
        self.assertIn(f"this user may not read {self.file}-wal\n", refused.err)
        self.assertIn(f"chmod g+s {self.place}", refused.err)
        application.leaves()
        os.chown(self.place, OWNER, SHARED)  # what the hint says
        self.place.chmod(0o2755)
        application = self.application()
        application.does(ORDER.format(id=102))
        self.assertEqual(self.orders(world, groups=group), first + 2)
        application.leaves()
        self.place.chmod(0o700)
        refused = self.read(world, groups=group)
        self.assertEqual(refused.code, 13)
        self.assertIn("cannot be reached", refused.err)

    def test_in_rollback_mode_too_a_report_leaves_nothing_and_a_crashed_transaction_is_left_to_its_owner(self):
        for mode in ("DELETE", "PERSIST"):
            with self.subTest(mode=mode):
                world = self.shop(directory_mode=0o777, mode=mode)
                before = self.beside()
                first = self.orders(world)
                self.assertEqual(self.beside(), before)
                application = self.application()
                application.does(f"PRAGMA journal_mode = {mode}; " + ORDER.format(id=101))
                before = self.beside()
                self.assertEqual(self.orders(world), first + 1)
                self.assertEqual(self.beside(), before)
                # so much that pages go to the file before the commit
                application.does("PRAGMA cache_size = 10; PRAGMA cache_spill = 10; BEGIN; INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL "
                                 "SELECT i + 1 FROM n WHERE i < 3000) SELECT i, 'shop', 'B-' || i, customer_id, status, currency, placed_at, total_cents "
                                 "FROM n, orders WHERE id = 1;")
                application.is_killed()
                before = self.beside()
                refused = self.read(world)
                self.assertEqual(refused.code, 13)
                self.assertIn("let the program that owns the database open it once", refused.err)
                self.assertEqual(self.beside(), before)
                application = self.application()
                application.does("SELECT count(*) FROM orders")
                self.assertEqual(self.orders(world), first + 1)
                application.leaves()


if __name__ == "__main__":
    e2e.main()
