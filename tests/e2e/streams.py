#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Where bytes go that a shell asks for, and how a reader or a signal ends it."""
import json, os, pathlib, signal, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

SOON = 12.0  # seconds; generous because the machine may be busy
PERIOD = ["--from", "2026-03-16", "--to", "2026-03-16"]
# More than every pipe holds: 3 MB.
LONG = e2e.COMMERCE + """
INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  SELECT 100 + i, 'shop', printf('%0100d', i), 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', i FROM n;
"""


class Streams(e2e.Case):
    def setUp(self):
        super().setUp()
        self.made = self.world()
        self.made.apply(e2e.ACCOUNT)
        self.rows = self.made.must("run", "sales", *PERIOD).out

    def shell(self, script, code=0):
        environment = self.made.command_environment(RC=e2e.REPORTCTL)
        done = subprocess.run(["bash", "-c", script], env=environment, cwd=self.made.path, capture_output=True, timeout=e2e.PATIENCE)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout

    def events(self, name):
        return [event["payload"] for event in self.made.json("audit", "list") if event["name"] == name]

    def test_a_stream_gets_the_rows_and_nothing_else(self):
        run = '"$RC" run sales --from 2026-03-16 --to 2026-03-16 -o '
        self.assertEqual(self.shell(run + "/dev/stdout | cat"), self.rows)
        self.assertEqual(self.shell(run + "/dev/fd/1"), self.rows)
        self.assertEqual(self.shell(run + "/dev/fd/7 7>seven; cat seven"), self.rows)
        self.assertEqual(self.shell("echo head >file; " + run + "/dev/stdout >>file; cat file"), b"head\n" + self.rows)
        self.assertEqual(self.shell("mkfifo pipe; cat pipe & " + run + "pipe; wait"), self.rows)
        self.assertEqual(self.shell(run + ">(cat >sub); while [ ! -s sub ]; do :; done; cat sub"), self.rows)
        self.assertEqual(self.shell(run + "/dev/null"), b"")
        self.assertEqual(json.loads(self.shell(run + "/dev/stdout --json"))[0]["date"], "2026-03-16")
        self.assertTrue(os.path.islink("/dev/stdout"))

    def test_stored_files_go_to_streams_alone_too(self):
        self.made.must("export", "create", "sales", "--range", "yesterday", "--wait", "-q")
        job = self.made.json("export", "list")[0]
        self.assertEqual(self.shell(f'"$RC" export fetch {job["id"]} -o /dev/stdout | cat'), self.rows)
        self.made.schedules(e2e.schedule("daily", "a@example.org"))
        self.made.must("run-due", now=e2e.NOW)
        run = self.made.only_run()
        self.assertEqual(self.shell(f'"$RC" runs save {run["id"]} -o /dev/stdout | cat'), self.rows)
        self.made.must("runs", "save", run["id"], "-o", "file")
        self.assertEqual([event["complete"] for event in self.events("ExportFetched")], [True])
        self.assertEqual([(event["runId"], event["complete"]) for event in self.events("RunSaved")], [(run["id"], True)] * 2)

    def test_a_link_stays_and_its_target_is_replaced(self):
        self.shell("mkdir real; echo old >real/today.csv; chmod 640 real/today.csv; ln -s real/today.csv latest; ln -s latest again")
        before = (self.made.path / "real/today.csv").stat().st_ino
        self.made.must("run", "sales", *PERIOD, "-o", "again")
        target = self.made.path / "real/today.csv"
        self.assertEqual(target.read_bytes(), self.rows)
        self.assertEqual(target.stat().st_mode & 0o777, 0o640)
        self.assertNotEqual(target.stat().st_ino, before)
        self.assertEqual((os.readlink(self.made.path / "latest"), os.readlink(self.made.path / "again")), ("real/today.csv", "latest"))
        self.shell("ln -s made-by-it dangling; ln -s two one; ln -s one two")
        self.made.must("run", "sales", *PERIOD, "-o", "dangling")
        self.assertEqual((self.made.path / "made-by-it").read_bytes(), self.rows)
        self.assertIn("Too many levels of symbolic links", self.made.must("run", "sales", *PERIOD, "-o", "one", code=74).err)

    def test_a_file_without_a_name_is_refused(self):
        for arguments in (["-o", ""], ["--output="]):
            self.assertIn("--output needs the name of a file", self.made.must("run", "sales", *arguments, code=2).err)
        self.assertIn("a backup is a file", self.made.must("state", "backup", "-", code=2).err)

    def test_input_may_be_a_pipe(self):
        self.shell('"$RC" apply -f <(echo "schedules: []"); "$RC" --config <(cat reportctl.yaml) account list >list')
        self.assertIn(b"shop", (self.made.path / "list").read_bytes())
        module = self.made.must("catalog", "lint", "-", stdin=b"id: x\n", code=7, now=None).out
        self.assertIn(b"/dev/stdin", module)

    def test_a_signal_ends_the_wait_for_a_reader(self):
        self.made.make_source(LONG)
        run = [e2e.REPORTCTL, "run", "orders-export", "--param", "mode=summary", *PERIOD]
        environment = self.made.command_environment()
        errors = open(self.made.path / "errors", "wb")
        self.closing(errors.close)
        process = subprocess.Popen(run, env=environment, stdout=subprocess.PIPE, stderr=errors)
        process.stdout.read(1)
        time.sleep(0.2)
        self.end(process)
        os.mkfifo(self.made.path / "nobody")
        for arguments in (["-o", self.made.path / "nobody"], []):
            both = subprocess.Popen([*run, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            time.sleep(0.5)
            self.end(both)

    def end(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        self.assertEqual(process.wait(SOON), 128 + number)
        process.stdout.close()

    def test_what_is_stopped_leaves_nothing_behind(self):
        self.made.make_source(LONG)
        for number in ("TERM", "KILL"):
            for after in ("0.05", "0.1", "0.2"):
                self.shell(f'timeout -s {number} {after} "$RC" run orders-export --param mode=summary --from 2026-03-16 --to 2026-03-16 -o out.csv; true')
        self.assertEqual([path.name for path in self.made.path.iterdir() if path.name.startswith(".")], [])

    def test_a_reader_that_left_early_is_recorded(self):
        self.made.make_source(LONG)
        self.shell('"$RC" run orders-export --param mode=summary --from 2026-03-16 --to 2026-03-16 | head -c 100000 >part; [ ${PIPESTATUS[0]} = 74 ]')
        self.assertEqual(self.completeness(), [False])
        self.made.must("run", "orders-export", "--param", "mode=summary", *PERIOD, "-o", "whole")
        self.assertEqual(sorted(self.completeness()), [False, True])

    def completeness(self):
        return [event["complete"] for event in self.events("ReportRun") if event["reportType"] == "orders-export"]

    def test_two_dashes_before_the_command_change_nothing(self):
        self.assertEqual(self.made.must("--", "run", "sales", *PERIOD).out, self.rows)
        self.assertIn(b"Usage: reportctl run", self.made.must("--", "help", "run").out)

    def test_home(self):
        nowhere = {"REPORTCTL_CONFIG": "", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "HOME": "rel"}
        result = self.made.run("account", "list", env=nowhere)
        self.assertEqual(result.code, 78)
        self.assertIn('HOME is "rel", not an absolute path', result.err)

    def test_quiet_says_nothing_where_all_is_well(self):
        for command in (["config", "check"], ["source", "check"], ["schedule", "validate", "--all"], ["state", "check"], ["run-due"]):
            result = self.made.must("-q", *command)
            self.assertEqual((result.out, result.err), (b"", ""), command)
        os.chmod(self.made.path / "artifacts", 0o755)
        self.made.source.unlink()
        self.assertIn(b"source shop", self.made.must("-q", "config", "check", code=78).out)
        self.assertNotIn(b"state file", self.made.must("-q", "config", "check", code=78).out)


if __name__ == "__main__":
    e2e.main()
