# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What the suites in tests/faults share: a small world that has a bit of everything, ways to kill what works in it and to let its system calls fail, and
what must hold afterwards whatever was done: reportctl-delivery(7), against what the mail server and the endpoint really hold.

A suite takes a sample; with REPORTCTL_FAULTS=whole it takes everything and prints its figures."""
import collections, contextlib, hashlib, json, os, pathlib, re, shutil, sqlite3

import e2e
from receiver import Receiver

WHOLE = os.environ.get("REPORTCTL_FAULTS") == "whole"
CALM = {0, 3, 14}  # what a run-due may end with that nothing disturbs
EXITS = CALM | {1, 11, 12, 13, 74, 75, 78}  # and one that something does

STOCK = """\
id: stock
label: Stock
description: What is in stock.
family: commerce
surfaces: [run, schedule, export]
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv, xlsx]
columns: [{name: sku, label: SKU, type: text}, {name: stock, label: Stock, type: integer}]
query: SELECT sku AS sku, stock AS stock FROM products WHERE account_id = :account ORDER BY sku
"""
BROKEN = STOCK.replace("id: stock", "id: broken").replace("FROM products", "FROM gone")

RECIPIENTS = {name: [f"{name}-{i}@example.org" for i in range(2)] for name in ("one", "two", "sheet")}
EXPECTED = {**{name: ("delivered", to) for name, to in RECIPIENTS.items()}, "rejected": ("rejected", []), "broken": ("failed", []), "calm": ("quiet", [])}


def chosen(count, sample):
    """Of the numbers 1 to count: all, or so many spread over them."""
    if WHOLE or count <= sample:
        return range(1, count + 1)
    return sorted({1 + round(step * (count - 1) / max(1, sample - 1)) for step in range(sample)})


class Maildir:
    """A Maildir, seen as the mail server that it replaces."""

    def __init__(self, directory):
        self.directory = directory

    def forget(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def held(self):
        """[(recipient, Message-ID)], one for each mail."""
        heads = [path.read_bytes().split(b"\r\n\r\n", 1)[0].decode() for path in (self.directory / "new").glob("*")]
        return [(re.search(r"^To: (?:.*<)?([^<>\s]+@[^<>\s]+)", head, re.M).group(1), re.search(r"^Message-ID:\s*<([^>]+)>", head, re.M).group(1))
                for head in heads]


class Server:
    def __init__(self, server):
        self.server = server

    def forget(self):
        self.server.held.clear()

    def held(self):
        self.server.quiet()
        return [(mail.recipients[0], mail.message["Message-ID"].strip("<>")) for mail in self.server.held]


def modules(case, *texts):
    """A directory of report modules, as a line of the configuration."""
    directory = e2e.scratch("modules")
    case.closing(shutil.rmtree, directory)
    for text in texts:
        (directory / (re.search(r"^id: (\S+)", text, re.M).group(1) + ".yaml")).write_text(text)
    return f"catalog: {{dirs: [{directory}]}}\n"


class Scenario:
    """Three schedules for two recipients each, one of them as XLSX; one whose condition does not hold; one schedule that is rejected and one whose query
    fails; an export and a webhook."""

    def __init__(self, case, transport="maildir", policy="retries: 0"):
        server = None
        if transport == "smtp":
            e2e.need_aiosmtpd()
            server = case.server()
        self.hook = Receiver()
        case.closing(self.hook.close)
        self.world = world = case.world()
        secrets = world.path / "secrets" / "shop"
        secrets.mkdir(parents=True, mode=0o700)
        (secrets / "hook").write_text("0123456789abcdef")
        (secrets / "hook").chmod(0o600)
        more = modules(case, STOCK, BROKEN) + f"webhooks: {{secret_dir: {secrets.parent}, allow_private: [127.0.0.0/8, '::1/128']}}\n" + \
            "retention: {runs: never, artifacts: never, exports: never}\n"
        mail = "response_timeout: 5s\nconnect_timeout: 5s\n"
        world.configure(server and server.url, mail, policy, more)
        self.mailbox = Server(server) if server else Maildir(world.outbox)
        world.make_source(e2e.COMMERCE + "CREATE TABLE gone AS SELECT * FROM products;")
        world.schedules(*[e2e.schedule(name, to, report="stock", more=", format: xlsx" if name == "sheet" else "") for name, to in RECIPIENTS.items()],
                        e2e.schedule("calm", "calm@example.org", report="stock", more=", send: count > 9"),
                        e2e.schedule("rejected", "no@evil.example", report="stock"), e2e.schedule("broken", "b@example.org", report="broken"))
        world.make_source(e2e.COMMERCE)
        world.must("webhook", "add", self.hook.url, "--account", "shop", "--secret-file", "hook", now=e2e.MADE_AT)
        world.must("export", "create", "stock", "--account", "shop", "--format", "csv", now=e2e.MADE_AT)
        world.configure(server and server.url, mail + "allowed_domains: [example.org, shop.example]\n", policy, more)
        self.prepared = world.path / "prepared"
        shutil.copytree(world.state.parent, self.prepared)
        self.artifacts = world.path / "artifacts"

    def fresh(self):
        shutil.rmtree(self.world.state.parent)
        shutil.copytree(self.prepared, self.world.state.parent)
        shutil.rmtree(self.artifacts, ignore_errors=True)
        self.mailbox.forget()
        self.hook.requests.clear()

    def traced(self, calls, inject=None, **options):
        """A run-due under strace; (result, trace)."""
        trace = self.world.path / "trace"
        words = ["-f", "-qq", "-o", trace, "-e", f"trace={calls}"] + (["-e", f"inject={inject}"] if inject else [])
        result = self.world.run("run-due", prefix=[e2e.need("strace"), *words], **options)
        return result, trace.read_text(errors="replace")

    def count(self, calls):
        """{call: how often an undisturbed run-due makes it}."""
        self.fresh()
        _, trace = self.traced(",".join(calls))
        return {call: len(re.findall(rf"^\d+ +{call}\(", trace, re.M)) for call in calls}

    def settle(self, problems, said=""):
        """run-due, a minute later each time, until it is silent. The codes, and all that was said."""
        codes = []
        for minute in range(3, 11):
            done = self.world.run("run-due", now=f"2026-03-17T05:{minute:02d}:00Z")
            codes.append(done.code)
            said += done.err
            if done.code == 0:
                return codes, said
            if done.code not in CALM:
                problems.append(f"then run-due exits {done.code}: {done.err.strip()[:300]}")
        problems.append(f"not quiet after {codes}")
        return codes, said

    def check(self, problems, codes, said, expected=EXPECTED, in_doubt=1):
        """Compares the ledger with the world. What is unknown, doubled where that is allowed, and left over."""
        facts = check_ledger(self.world, self.mailbox.held(), problems, expected, in_doubt)
        self.check_words(problems, codes, said)
        facts["posts"] = self.check_posts(problems, waiting=expected is None)
        facts["orphans"] = self.check_files(problems)
        for command in (("audit", "verify"), ("state", "check")):
            result = self.world.run(*command)
            if result.code != 0:
                problems.append(f"{' '.join(command)} exits {result.code}: {result.err.strip()} {result.out[:300]!r}")
        return facts

    def check_words(self, problems, codes, said):
        """Whatever did not end well was told, with its exit code and what to do."""
        for name, run, state in self.world.sql("SELECT schedule_name, id, state FROM runs"):
            if state in ("delivered", "no_data", "quiet"):
                continue
            if f"shop/{name}: {state.replace('_', ' ')}" not in said:
                problems.append(f"{name} ended {state}, and no line said so")
            if state == "unknown" and (14 not in codes or f"runs resend {run} --only unknown" not in said):
                problems.append(f"{name} is unknown, but the codes are {codes}, or no command was told")

    def check_posts(self, problems, waiting):
        """Every run and export was told to the endpoint, under one id always the same; or it waits for another attempt. How many were told twice."""
        whole = collections.defaultdict(list)
        for _, headers, body in self.hook.requests:
            if len(body) == int(headers["Content-Length"]):  # who sent less was killed meanwhile
                whole[headers["X-Reportctl-Delivery"]].append(body.decode())
        rows = self.world.sql("SELECT id, body, CASE WHEN due_at IS NULL THEN state ELSE 'waiting' END, ifnull(run_id, export_id) FROM webhook_deliveries")
        events = [one for (one,) in self.world.sql("SELECT id FROM runs UNION ALL SELECT id FROM exports")]
        if sorted(one[3] for one in rows) != sorted(events):
            problems.append("not every run and export has one webhook delivery")
        twice = 0
        for identity, body, state, _ in rows:
            posts = whole.pop(identity, [])
            twice += max(0, len(posts) - 1)
            if set(posts) - {body} or (state, bool(posts)) != ("accepted", True) and not (waiting and state == "waiting"):
                problems.append(f"a webhook is {state} and was posted {len(posts)} times, with {len(set(posts) | {body}) - 1} other bodies")
        if whole:
            problems.append("posts that no ledger has")
        return twice

    def files(self):
        return [path for path in self.artifacts.rglob("*") if path.is_file() and path.name != "reportctl-owner"]

    def check_files(self, problems):
        """Stored whole, and everything that was recorded; the rest is swept after a day, of which this is the test. How many there were."""
        recorded = {one for (one,) in self.world.sql("SELECT artifact_sha256 FROM runs UNION SELECT artifact_sha256 FROM exports") if one}
        for path in self.files():
            if not path.name.startswith(("tmp.", ".reportctl-")) and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
                problems.append(f"half a file is stored: {path.name}")
        orphans = [path for path in self.files() if path.name not in recorded]
        for path in orphans:
            os.utime(path, (0, 0))
        if orphans:
            self.world.must("prune", now=None)
        left = {path.name for path in self.files()}
        if left != recorded:
            problems.append(f"{len(recorded - left)} recorded files are not stored, and {len(left - recorded)} others stay")
        for path in self.world.state.parent.glob(".reportctl-*"):  # swept after an hour
            os.utime(path, (0, 0))
            self.world.must("run-due", now="2026-03-18T05:02:00Z", code=3)
        for path in self.world.state.parent.iterdir():
            if path.name not in ("state.db", "state.db-journal", "state.db-mark", "state.db-owners", "state.db-heartbeat"):
                problems.append(f"left over beside the state: {path.name}")
        return len(orphans)


def check_ledger(world, held, problems, expected=None, in_doubt=1):
    """`held`: [(recipient, Message-ID)]. `expected`: {schedule: (state, recipients)}; a delivery may be unknown instead of accepted, so many times."""
    arrived = collections.Counter(message for _, message in held)
    with contextlib.closing(sqlite3.connect(world.state)) as database:
        database.row_factory = sqlite3.Row
        runs = database.execute("SELECT * FROM runs ORDER BY number").fetchall()
        deliveries = database.execute("SELECT d.*, r.schedule_name FROM deliveries d JOIN runs r ON r.id = d.run_id").fetchall()
        notices = collections.Counter(database.execute("SELECT run_id, member_id FROM notifications").fetchall())
        exports = database.execute("SELECT * FROM exports").fetchall()
        endings = collections.Counter(json.loads(payload)["runId"] for (payload,) in
                                      database.execute("SELECT payload FROM audit WHERE name IN ('ScheduledReportSent', 'ScheduledReportFailed', 'ScheduledReportSkipped')"))
        slots = database.execute("SELECT schedule_name, slot FROM runs WHERE trigger = 'scheduled' GROUP BY schedule_id, slot HAVING count(*) > 1").fetchall()
    problems.extend(f"{name} ran twice for {slot}" for name, slot in slots)
    for run in runs:
        name, scheduled = run["schedule_name"], run["trigger"] == "scheduled" and run["state"] != "skipped"
        if run["finished_at"] is None or run["owner_host"] is not None:
            problems.append(f"{name} is {run['state']} and owned by {run['owner_host']}")
        if scheduled and endings[run["id"]] != 1:
            problems.append(f"{name} has {endings[run['id']]} endings in the audit log")
        told = [count for (run_id, _), count in notices.items() if run_id == run["id"]]
        bad = scheduled and run["state"] not in ("delivered", "no_data", "quiet")
        if told != ([1, 1] if bad else []):
            problems.append(f"{name} is {run['state']}, and its owner and admin have {told} notifications")
    if expected is not None:
        if sorted(run["schedule_name"] for run in runs) != sorted(expected):
            problems.append(f"runs of {sorted(run['schedule_name'] for run in runs)}")
        for run in runs:
            own = [one for one in deliveries if one["run_id"] == run["id"] and not one["notification_id"]]
            state, recipients = expected[run["schedule_name"]]
            if run["state"] != ("unknown" if any(one["state"] == "unknown" for one in own) else state):
                problems.append(f"{run['schedule_name']} ended {run['state']}: {run['reason']}")
            if sorted(one["address"] for one in own) != sorted(recipients):
                problems.append(f"{run['schedule_name']} has deliveries to {[one['address'] for one in own]}")
        problems.extend(f"an export is {job['state']}: {job['reason']}" for job in exports if job["state"] != "completed")
    facts = collections.Counter(lost=0, doubled=0, unknown=0)
    for one in deliveries:
        count, notice = arrived.pop(one["message_id"], 0), bool(one["notification_id"])
        most = 2 if notice else 1  # a notice is sent until it is known to be accepted
        if one["state"] == "unknown" and not notice:
            facts["unknown"] += 1
        elif one["state"] == "accepted":
            facts["lost"] += count == 0
        elif one["state"] in ("queued", "sending", "handing_over"):
            problems.append(f"{one['schedule_name']}: {one['address']} is {one['state']}")
        elif one["state"] in ("refused", "deferred") and not notice:
            most = 0
            if expected is not None:
                problems.append(f"{one['schedule_name']}: {one['address']} is {one['state']}: {one['answer']}")
        facts["doubled"] += max(0, count - most)
    facts["lost"] += len(arrived)  # mails that no ledger has
    if facts["lost"] or facts["doubled"]:
        problems.append(f"{facts['lost']} lost, {facts['doubled']} doubled")
    if facts["unknown"] > in_doubt:
        problems.append(f"{facts['unknown']} deliveries are unknown")
    return facts


class Tally:
    """What a suite found; a line at the end of each test, which fails at the first trouble of a sample or at the end of the whole."""

    def __init__(self, case, what):
        self.case, self.what, self.figures, self.bad = case, what, collections.Counter(), []

    def add(self, where, problems, **figures):
        self.figures["points"] += 1
        self.figures.update({name: int(value) for name, value in figures.items()})
        if problems:
            self.bad.append(f"{where}: {'; '.join(problems[:4])}")
            if WHOLE:
                print(f"         {self.bad[-1]}", flush=True)
            else:
                self.case.fail(self.bad[-1])

    def close(self):
        figures = ", ".join(f"{value} {name}" for name, value in self.figures.items() if name != "points")
        print(f"         {self.what}: {self.figures['points']} points, {len(self.bad)} bad{', ' + figures if figures else ''}", flush=True)
        self.case.assertGreater(self.figures["points"], 0)
        self.case.assertEqual(self.bad[:20], [])
