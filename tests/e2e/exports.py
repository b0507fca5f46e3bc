#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Export jobs: the bytes are those of `run` for every report of the export surface, in every format; one process makes each, however many try; nobody
sees another tenant's; what expires goes, and what a younger one shares stays."""
import collections, contextlib, datetime, hashlib, json, os, pathlib, pty, pwd, shutil, signal, sqlite3, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import demo_world, e2e

REQUESTS, PROCESSES = 60, 12
OPERATOR = ["--as", pwd.getpwuid(os.getuid()).pw_name]  # once members have logins, the owner of the state file has to say so


def later(days):
    return f"2026-03-{17 + days:02d}T05:02:00Z"


def created(world, *words, **options):
    return world.json("export", "create", *words, **options)


def age_files(world, seconds=7200):
    """As if the stored files had lain there for so long."""
    then = datetime.datetime.fromisoformat(e2e.NOW.replace("Z", "+00:00")).timestamp() - seconds
    for path in (world.path / "artifacts").rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def stored_files(world):
    return sorted(path.name for path in (world.path / "artifacts").rglob("*") if path.is_file() and path.name != "reportctl-owner")


MEMBERS = """accounts:
  - id: shop
    name: Harbour Tea
    source: shop
    members:
      - {name: Ada, role: owner, login: ada}
      - {name: Vi, role: viewer, login: vi}
      - {name: Max, role: manager, sites: ["depot:x"], login: max}
  - id: other
    name: Other
    source: shop
    members:
      - {name: Oz, role: owner, login: oz}
"""


ENDLESS = """CREATE VIEW numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000)
SELECT 'shop' AS account_id, i AS number FROM n;"""
ENDLESS_MODULE = """id: endless
label: Endless
family: own
description: Numbers that nobody waits for.
surfaces: [export]
scope: [account]
window: {kind: snapshot}
formats: [csv, json]
columns: [{name: number, label: Number, type: integer}]
query: SELECT number AS number FROM numbers WHERE account_id = :account
"""


class Exports(e2e.Case):
    def endless_report(self):
        """A directory with a module that never ends."""
        directory = e2e.scratch("modules")
        self.closing(shutil.rmtree, directory)
        (directory / "endless.yaml").write_text(ENDLESS_MODULE)
        return directory

    def shop(self, **options):
        world = self.world(**options)
        world.schedules()
        return world

    def test_every_report_of_the_export_surface_gives_the_bytes_of_run_in_every_format(self):
        demo = demo_world.Demo()
        self.closing(demo.close)
        wanted, seen = {}, set()
        for case in demo.cases("export"):
            kind = (case.report["id"], case.scope.split(":")[0])
            if kind in seen:  # other accounts and sites: parity.py
                continue
            forms = case.report["formats"] if case.report["id"] not in {report for report, _ in seen} else case.report["formats"][:1]
            seen.add(kind)
            for form in forms:
                words = demo.report_on(case, "--format", form)
                plain = demo.run(*words, "--output", demo.path / "wanted", now=demo.now)
                if plain.code != 0:  # a report that this account cannot have today; then it cannot export it either
                    self.assertEqual(demo.run("export", "create", *words[1:], now=demo.now).code, plain.code, words)
                    continue
                job = created(demo, *words[1:], now=demo.now)
                wanted[job["id"]] = (words, (demo.path / "wanted").read_bytes())
        self.assertGreater(len(wanted), 60)
        self.assertEqual({words[words.index("--format") + 1] for words, _ in wanted.values()}, {"csv", "xlsx", "pdf", "json", "jsonl"})
        reports = {words[1] for words, _ in wanted.values()}
        self.assertEqual(reports, {report["id"] for report in demo.reports if "export" in report["surfaces"]})
        # Many are made on the next day: the period is that of the day on which they were asked for. Documents say when they were made,
        # and a snapshot is of that moment: these are made at once.
        snapshots = {report["id"] for report in demo.reports if report["window"]["kind"] == "snapshot"}
        same = [number for number, (words, _) in sorted(wanted.items())
                if words[1] not in snapshots and words[words.index("--format") + 1] in ("csv", "json", "jsonl")]
        self.assertGreater(len(same), 30)
        half = [number for number in wanted if number not in same[::2]]
        demo.must("export", "run", *half, now=demo.now)
        demo.must("export", "run", now="2026-11-17T09:00:00Z")
        jobs = {job["id"]: job for job in demo.json("export", "list", "--limit", "10000", now=demo.now)}
        for number, (words, content) in wanted.items():
            self.assertEqual(jobs[number]["state"], "completed", " ".join(map(str, words)))
            stored = next((demo.path / "artifacts").rglob(jobs[number]["sha256"])).read_bytes()
            self.assertEqual(*map(e2e.unpacked, (stored, content)), " ".join(map(str, words)))
        for number in half[:5]:
            fetched = demo.must("export", "fetch", number, now=demo.now).out
            self.assertEqual(hashlib.sha256(fetched).hexdigest(), jobs[number]["sha256"])
        demo.must("audit", "verify", now=demo.now)

    def test_parameters_columns_and_dialect_are_those_of_run_under_either_name(self):
        world = self.shop()
        run = world.must("run", "orders-export", "--account", "shop", "--param", "mode=line-items", "--columns", "sku,order_number", "--from", "2026-03-15",
                         "--to", "2026-03-16", "--delimiter", "semicolon", "--crlf")
        for words in (["--filter", "mode=line-items", "--fields", "sku,order_number"], ["--param", "mode=line-items", "--columns", "sku,order_number"]):
            job = created(world, "orders-export", *words, "--from", "2026-03-15", "--to", "2026-03-16", "--delimiter", "semicolon", "--crlf", "--wait")
            self.assertEqual(job["state"], "completed", job["reason"])
            self.assertEqual(world.must("export", "fetch", job["id"]).out, run.out)
        self.assertIn(b"sku;order_number\r\n", run.out)

    def test_a_request_that_breaks_rules_is_refused_with_all_of_them_and_not_kept(self):
        world = self.shop()
        refused = world.run("export", "create", "sales", "--range", "last_decade", "--fields", "nope", "--format", "gif", "--json")
        self.assertEqual(refused.code, 7)
        codes = {violation["code"] for violation in json.loads(refused.err.splitlines()[-1] if refused.out == b"" else refused.out)["violations"]}
        self.assertLessEqual({"range_not_allowed", "column_unknown", "format_not_allowed"}, codes)
        self.assertEqual(world.json("export", "list"), [])

    def test_a_rule_that_is_broken_later_is_a_visible_failure(self):
        world = self.world()
        world.apply(MEMBERS)
        job = created(world, "sales", "--account", "shop", "--as", "ada")
        ada = [member["id"] for member in world.json("member", "list", "--account", "shop", *OPERATOR) if member["name"] == "Ada"][0]
        world.must("member", "remove", ada, "--yes", *OPERATOR)
        self.assertEqual(world.run("export", "run", job["id"], *OPERATOR).code, 3)
        shown = world.json("export", "show", job["id"], *OPERATOR)
        self.assertEqual((shown["state"], [one["code"] for one in shown["violations"]]), ("failed", ["role_not_permitted"]))
        self.assertEqual(world.run("export", "fetch", job["id"], *OPERATOR).code, 5)

    def test_many_processes_make_each_export_once(self):
        world = self.shop()
        for number in range(REQUESTS):
            created(world, "orders-export", "--filter", "mode=summary", "--from", "2026-03-15", "--to", f"2026-03-{15 + number % 2}", "--format",
                    "json" if number % 3 else "csv")
        verbs = [("export", "run"), ("run-due",), ("run-due", "--jobs", "2")]
        processes = [world.start(*verbs[number % 3]) for number in range(PROCESSES)]
        ends = [(process.communicate(timeout=e2e.PATIENCE)[1].decode(), process.returncode) for process in processes]
        self.assertEqual([end for end in ends if end[1] != 0], [])
        jobs = world.json("export", "list", "--limit", "1000")
        self.assertEqual(collections.Counter((job["state"], job["resumed"]) for job in jobs), {("completed", 0): REQUESTS})
        events = dict(world.sql("SELECT name, count(*) FROM audit WHERE name LIKE 'Export%' GROUP BY name"))
        self.assertEqual(events, {"ExportRequested": REQUESTS, "ExportCompleted": REQUESTS})
        self.assertEqual(world.sql("SELECT max(fence), min(fence) FROM exports"), [(2, 2)])  # taken exactly once
        self.assertEqual(set(stored_files(world)), {job["sha256"] for job in jobs})
        world.must("audit", "verify")

    def test_nobody_learns_of_another_tenants_export(self):
        world = self.world()
        world.apply(MEMBERS)
        mine = created(world, "sales", "--account", "shop", "--as", "ada", "--wait")["id"]
        unknown = "0123456789abcdef"
        for verb in ("show", "fetch", "link", "cancel", "run"):
            for login in ("oz", "max"):
                said = []
                for number in (mine, mine[:8], unknown):
                    result = world.run("export", verb, number, "--as", login)
                    self.assertEqual(result.code, 4, f"{verb} {number} as {login}: {result.err}")
                    said.append((result.out.replace(number.encode(), b"ID"), result.err.replace(number, "ID")))
                self.assertEqual(len(set(said)), 1, said)
        self.assertEqual(world.json("export", "list", "--as", "oz"), [])
        self.assertEqual(world.json("export", "list", "--as", "max"), [])
        self.assertEqual([job["id"] for job in world.json("export", "list", "--as", "vi")], [mine])
        self.assertEqual(world.run("export", "create", "sales", "--account", "shop", "--as", "oz").code, 5)  # as of an account that is not there
        self.assertEqual(world.run("export", "create", "sales", "--account", "shop", "--as", "vi").code, 4 if self.viewer_may_not_run(world) else 0)
        self.assertEqual(world.run("export", "prune", "--as", "ada").code, 4)
        self.assertEqual(world.run("prune", "--as", "ada").code, 4)
        self.assertEqual(world.run("export", "show", unknown, *OPERATOR).code, 5)  # a system admin is told

    def viewer_may_not_run(self, world):
        return world.run("run", "sales", "--account", "shop", "--as", "vi").code == 4

    def test_a_pending_export_is_cancelled_at_once_and_one_that_ended_is_not(self):
        world = self.shop()
        job = created(world, "sales")["id"]
        self.assertEqual(world.json("export", "cancel", job)["state"], "cancelled")
        self.assertEqual(world.run("export", "cancel", job).code, 6)
        world.must("run-due")
        self.assertEqual(world.json("export", "show", job)["state"], "cancelled")

    def test_files_are_stored_where_there_are_no_hard_links(self):
        strace = e2e.need("strace")
        for more in ([], ["-e", "inject=renameat2:error=EINVAL"]):  # FUSE may lack that too
            world = self.shop()
            without = [strace, "-f", "-qq", "-o", world.path / "trace", "-e", "trace=link,linkat,renameat2", "-e", "inject=link,linkat:error=EPERM", *more]
            for _ in range(2):  # the second one is stored already
                job = json.loads(world.must("export", "create", "sales", "--from", "2026-03-16", "--to", "2026-03-16", "--wait", "--json", prefix=without).out)
            self.assertEqual(len(list((world.path / "artifacts").glob("??/*"))), 1)
            self.assertEqual(list((world.path / "artifacts").rglob(".reportctl-*")), [])
            self.assertIn(b"21.75", world.must("export", "fetch", job["id"]).out)

    def test_an_export_that_is_worked_on_is_cancelled_by_its_process(self):
        strace = e2e.need("strace")
        rows = "".join(f"INSERT INTO orders VALUES ({100 + i}, 'shop', 'x{i}', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', {i});" for i in range(12000))
        for call, stored in (("write", 0), ("linkat", 1)):  # in the middle of its rows; and when nothing is left but to record it
            world = self.shop()
            world.make_source(e2e.COMMERCE + rows)
            world.must("prune", now=None)  # what is written once for every state file and its files is there
            job = created(world, "orders-export", "--filter", "mode=summary", "--format", "json")["id"]
            trace = world.path / "trace"
            worker = subprocess.Popen([strace, "-f", "-o", trace, "-e", f"trace={call}", "-e", f"inject={call}:signal=STOP:when=1", e2e.REPORTCTL, "export", "run", job,
                                       "--json"], env=world.command_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            e2e.wait_until(lambda: trace.exists() and "stopped by SIGSTOP" in trace.read_text(), f"the export stops at its first {call}")
            asked = world.must("export", "cancel", job)
            self.assertIn("was told to stop", asked.out.decode())
            shown = world.json("export", "show", job)
            self.assertEqual((shown["state"], shown["cancel_asked"], shown["interrupted"]), ("processing", True, False))
            self.assertIn("processing, to be cancelled", world.must("export", "list").out.decode())
            self.assertEqual(world.run("export", "fetch", job).code, 5)
            time.sleep(0.35)  # it looks no more often
            os.kill(world.sql("SELECT owner_pid FROM exports")[0][0], signal.SIGCONT)
            out, error = worker.communicate(timeout=e2e.PATIENCE)
            self.assertEqual((worker.returncode, [one["state"] for one in json.loads(out)]), (0, ["cancelled"]), error)
            self.assertEqual(len(stored_files(world)), stored, call)
            events = [name for name, in world.sql("SELECT name FROM audit WHERE subject = ? ORDER BY sequence", job)]
            self.assertEqual(events, ["ExportRequested", "ExportCancelRequested", "ExportCancelled"])
            world.must("run-due")
            self.assertEqual(world.json("export", "show", job)["state"], "cancelled")

    def test_waiting_shows_progress_on_a_terminal_and_nothing_in_a_pipe(self):
        world = self.shop(more=f"catalog: {{dirs: [{self.endless_report()}]}}\n")
        world.make_source(e2e.COMMERCE + ENDLESS)
        child, terminal = pty.fork()
        if child == 0:
            os.execve(e2e.REPORTCTL, [e2e.REPORTCTL, "export", "create", "endless", "--wait", "--format", "json"], world.command_environment(TERM="xterm"))
        shown = b""
        while shown.count(b"B/s") < 2:
            shown += os.read(terminal, 4096)
        self.assertRegex(shown.decode(), r"\r[0-9,]{5,} rows, [0-9.]+ [kM]B, [0-9.]+ [kM]B/s\x1b\[K")
        self.assertEqual([job["state"] for job in world.json("export", "list")], ["processing"])
        os.write(terminal, b"\x03")  # Ctrl-C
        with contextlib.suppress(OSError):  # the end of a terminal
            while more := os.read(terminal, 4096):
                shown += more
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 130)
        job, = world.json("export", "list")
        self.assertEqual((job["state"], job["resumed"], stored_files(world)), ("pending", 0, []))
        self.assertIn(f"stopped by SIGINT; export {job['id']} is pending again", shown.decode())
        world.must("export", "cancel", job["id"])
        quiet = world.start("export", "create", "endless", "--wait", now=None)
        e2e.wait_until(lambda: world.json("export", "list")[0]["state"] == "processing", "it works")
        time.sleep(0.8)  # after half a second a terminal would have seen something
        quiet.terminate()
        out, error = quiet.communicate(timeout=e2e.PATIENCE)
        self.assertEqual((quiet.returncode, out, error.decode().splitlines()[0].split(";")[0]), (143, b"", "reportctl: stopped by SIGTERM"))

    def test_the_estimate_comes_from_what_was_measured(self):
        world = self.shop()
        first = created(world, "sales", "--wait")
        self.assertEqual((first["estimated_ms"], first["estimated_from"]), (None, 0))
        world.sql("UPDATE exports SET generation_ms = 90000")
        for cost in (10000, 20000):
            job = created(world, "sales", "--wait")["id"]
            world.sql("UPDATE exports SET generation_ms = ? WHERE id = ?", cost, job)
        said = created(world, "sales")
        self.assertEqual((said["estimated_ms"], said["estimated_from"]), (20000, 3))  # the median of 10, 20 and 90 s
        self.assertIn("about 20 s", world.must("export", "create", "sales").out.decode())

    def test_an_expired_file_is_refused_and_then_removed_while_a_shared_one_stays(self):
        world = self.shop(clock=True)
        old = created(world, "sales", "--from", "2026-03-15", "--to", "2026-03-16", "--wait")
        new = created(world, "sales", "--from", "2026-03-15", "--to", "2026-03-16", "--wait", now=later(5))
        alone = created(world, "inventory-valuation", "--wait")
        self.assertEqual(old["sha256"], new["sha256"])
        age_files(world)
        self.assertEqual(world.run("export", "fetch", old["id"], now=later(7)).code, 5)
        wanted = (world.path / "artifacts" / alone["sha256"][:2] / alone["sha256"]).stat().st_size
        said = world.json("prune", "--dry-run", now=later(8))
        self.assertEqual((said["export_files"], said["files"], said["bytes"]), (2, 1, wanted))
        self.assertEqual(len(stored_files(world)), 2)
        listed = said.pop("rows")
        self.assertEqual([(row["kind"], row["id"], row["about"], row["bytes"]) for row in listed],
                         [("export file", job["id"], job["report"], job["bytes"]) for job in (old, alone)])
        done = world.json("prune", now=later(8))
        self.assertEqual({**done, "dry_run": True}, said)
        self.assertEqual(stored_files(world), [new["sha256"]])
        world.must("export", "fetch", new["id"], now=later(8))
        gone = world.run("export", "fetch", old["id"], now=later(8))
        self.assertEqual(gone.code, 5)
        self.assertIn(f"was pruned at {later(8)}", gone.err)
        self.assertEqual(world.json("prune", now=later(8))["files"], 0)

    def test_a_link_ends_with_the_file_that_it_opens(self):
        world = self.shop()
        secret = world.path / "link-secret"
        secret.write_text("0123456789abcdef" * 2)
        secret.chmod(0o600)
        world.environment.update(REPORTCTL_ARTIFACTS_LINK_BASE="https://reports.example.com/files", REPORTCTL_ARTIFACTS_LINK_SECRET_FILE=str(secret))
        job = created(world, "sales", "--wait")
        self.assertEqual(job["expires_at"], later(7))
        self.assertEqual(world.json("export", "link", job["id"], now="2026-03-24T04:00:00Z")["ends"], "2026-03-24T05:00:00Z")  # an hour
        link = world.json("export", "link", job["id"], now="2026-03-24T04:30:00Z")
        self.assertEqual(link["ends"], later(7))
        self.assertTrue(link["url"].endswith("&expires=1774328520"), link["url"])  # date -d 2026-03-24T05:02:00Z +%s
        self.assertEqual(world.run("export", "link", job["id"], now=later(7)).code, 5)

    def test_nobody_learns_of_an_export_of_another_site(self):
        demo = demo_world.Demo()
        self.closing(demo.close)
        for name, site in (("nora", "red-hook"), ("sam", "lichtenberg")):
            demo.must("member", "add", name.title(), "--account", "kurier", "--role", "manager", "--site", f"depot:{site}", "--login", name, *OPERATOR, now=demo.now)
        asked = demo.json("export", "create", "charging-sessions", "--account", "kurier", "--scope", "depot:red-hook", "--as", "nora", now=demo.now)["id"]
        made = demo.json("export", "create", "charging-sessions", "--account", "kurier", "--scope", "depot:red-hook", "--wait", "--as", "nora", now=demo.now)["id"]
        for verb in ("show", "fetch", "link", "cancel", "run"):
            said = set()
            for number in (asked, made, "0123456789abcdef"):
                result = demo.run("export", verb, number, "--as", "sam", now=demo.now)
                said.add((result.code, result.out.replace(number.encode(), b"ID"), result.err.replace(number, "ID")))
            self.assertEqual([code for code, _, _ in said], [4], f"{verb}: {said}")
        self.assertEqual(demo.json("export", "list", "--as", "sam", now=demo.now), [])
        self.assertEqual(demo.json("export", "run", "--as", "sam", now=demo.now), [])
        self.assertEqual(demo.run("export", "create", "charging-sessions", "--account", "kurier", "--scope", "depot:red-hook", "--as", "sam", now=demo.now).code, 4)
        self.assertEqual([job["id"] for job in demo.json("export", "run", "--as", "nora", now=demo.now)], [asked])
        self.assertEqual({job["id"] for job in demo.json("export", "list", "--as", "nora", now=demo.now)}, {asked, made})

    def test_run_due_prunes_once_a_day_and_a_run_says_that_its_file_went(self):
        world = self.world(clock=True)
        world.schedules(e2e.schedule("daily", "a@example.org"))
        world.must("run-due")
        run = world.only_run()
        age_files(world)
        world.must("schedule", "pause", "daily")
        for day in range(2, 31, 2):  # two days a day are removed at most
            world.must("run-due", now=(datetime.datetime.fromisoformat(e2e.NOW[:-1]) + datetime.timedelta(days=day)).isoformat() + "Z")
        self.assertIn(run["sha256"], stored_files(world))  # not yet 30 days old
        world.must("run-due", now="2026-04-17T05:02:00Z")
        self.assertEqual(stored_files(world), [])
        shown = world.json("runs", "show", run["id"])
        self.assertEqual(shown["file_pruned_at"], "2026-04-17T05:02:00Z")
        for verb in (("save",), ("resend", "--only", "all")):
            result = world.run("runs", verb[0], run["id"], *verb[1:], now="2026-04-17T06:00:00Z")
            self.assertEqual(result.code, 5)
            self.assertIn("was pruned at 2026-04-17T05:02:00Z", result.err)
        self.assertEqual(world.sql("SELECT count(*) FROM audit WHERE name = 'RetentionApplied'"), [(1,)])
        world.must("run-due", now="2026-04-17T07:00:00Z")
        self.assertEqual(world.sql("SELECT value FROM facts WHERE name = 'last_prune_at'"), [("2026-04-17T05:02:00Z",)])

    def test_a_file_that_a_run_and_an_export_share_goes_when_neither_keeps_it(self):
        world = self.world(clock=True, more="retention: {artifacts: 1d, exports: 3d, audit: never}\n")
        world.schedules(e2e.schedule("daily", "a@example.org"))
        world.must("run-due")
        run = world.only_run()
        job = created(world, "sales", "--wait")
        self.assertEqual((job["sha256"], stored_files(world)), (run["sha256"], [run["sha256"]]))
        self.assertEqual((run["file_expires_at"], job["expires_at"]), (later(1), later(3)))
        self.assertEqual(((world.path / "artifacts").stat().st_mode & 0o777, (world.path / "artifacts" / run["sha256"][:2] / run["sha256"]).stat().st_mode & 0o777), (0o700, 0o600))
        age_files(world)
        done = world.json("prune", now=later(2))
        self.assertEqual((done["run_files"], done["export_files"], done["files"]), (1, 0, 0))
        self.assertEqual(world.run("runs", "save", run["id"], now=later(2)).code, 5)
        self.assertEqual(hashlib.sha256(world.must("export", "fetch", job["id"], now=later(2)).out).hexdigest(), run["sha256"])
        done = world.json("prune", now=later(4))
        self.assertEqual((done["run_files"], done["export_files"], done["files"], done["bytes"]), (0, 1, 1, job["bytes"]))
        self.assertEqual(stored_files(world), [])
        copy = sqlite3.connect(f"file:{world.state}?mode=ro", uri=True)  # another process sees it: it is committed
        self.closing(copy.close)
        self.assertEqual(copy.execute("SELECT (SELECT count(*) FROM runs WHERE file_pruned_at IS NULL), (SELECT count(*) FROM exports WHERE file_pruned_at IS NULL)").fetchall(),
                         [(0, 0)])

    def test_a_run_that_would_not_fit_onto_the_disk_fails_before_it_begins(self):
        world = self.world()
        world.schedules(e2e.schedule("daily", "a@example.org"))
        world.must("run-due")
        disk = os.statvfs(world.path)
        world.sql("UPDATE runs SET bytes = ?", disk.f_bavail * disk.f_frsize)  # it fits once, and not twice
        told = world.run("run-due", now="2026-03-18T05:02:00Z")
        self.assertEqual(told.code, 3)
        failed, = world.runs("--outcome", "failed")
        self.assertRegex(failed["reason"], r"artifacts: [0-9.]+ [MG]B are free, and this report needs about [0-9.]+ [MG]B: its last file had [0-9.]+ [MG]B")
        self.assertIn(failed["reason"], told.err)
        self.assertEqual({mail["To"].addresses[0].addr_spec for mail in world.outbox_mails()}, e2e.STEWARDS | {"a@example.org"})
        self.assertEqual(len([mail for mail in world.outbox_mails() if mail["To"].addresses[0].addr_spec == "a@example.org"]), 1)  # the day before
        world.sql("UPDATE runs SET bytes = 1000 WHERE bytes IS NOT NULL")
        world.must("run-due", now="2026-03-19T05:02:00Z")

    def test_the_policy_block_is_obeyed_and_a_pruned_audit_log_stays_sound(self):
        world = self.world(clock=True, more="retention: {runs: 10d, artifacts: never, notifications: never, audit: 5d}\n")
        world.schedules(e2e.schedule("daily", "a@example.org"))
        world.must("run-due")
        head = world.json("audit", "verify")["head"]
        late = "2026-03-28T05:02:00Z"
        world.must("schedule", "pause", "daily", now=late)
        said = world.json("prune", "--dry-run", now=late)
        self.assertEqual((said["runs"], said["run_files"]), (1, 0))
        done = world.json("prune", now=late)
        self.assertEqual((done["runs"], done["audit_records"]), (said["runs"], said["audit_records"]))
        self.assertEqual(world.runs(), [])
        verdict = world.json("audit", "verify")
        self.assertEqual((verdict["sound"], verdict["pruned"]), (True, done["audit_records"]))
        self.assertEqual(world.sql("SELECT hash FROM audit_cut"), [(head,)])
        world.must("audit", "verify", "--expect-head", head)
        world.must("state", "check")

    def test_a_file_that_nobody_recorded_goes_after_a_week(self):
        world = self.shop(clock=True)
        created(world, "sales", "--wait")
        orphan = world.path / "artifacts" / "ab" / ("ab" + "0" * 62)
        orphan.parent.mkdir(mode=0o700, exist_ok=True)
        orphan.write_bytes(b"left behind")
        age_files(world, 0)
        self.assertEqual(world.json("prune")["files"], 0)
        age_files(world, 6 * 86400)
        self.assertEqual(world.json("prune")["files"], 0)
        age_files(world, 7 * 86400 + 60)
        said = world.json("prune")
        self.assertEqual((said["files"], said["bytes"], orphan.exists()), (1, 11, False))
        self.assertEqual(len(stored_files(world)), 1)


if __name__ == "__main__":
    e2e.main()
