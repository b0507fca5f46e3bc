# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What the suites in tests/faults share: a small world that has a bit of everything, ways to kill what works in it and to let its system calls fail, and
what must hold afterwards whatever was done: reportctl-delivery(7), against what the mail server and the endpoint really hold.

A suite takes a sample; with REPORTCTL_FAULTS=whole it takes everything and prints its figures, with REPORTCTL_FAULTS=3/8 the third of every eight places."""
import collections, contextlib, hashlib, json, os, pathlib, re, shutil, sqlite3

import e2e, host_clock
from receiver import Receiver

SHARE = os.environ.get("REPORTCTL_FAULTS", "")
WHOLE = bool(SHARE)
FIRST, EVERY = map(int, SHARE.split("/")) if "/" in SHARE else (1, 1)
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

LOADED = STOCK.replace("id: stock", "id: loaded").replace("columns:", "ready: SELECT complete AS data_until FROM loads WHERE account_id = :account\ncolumns:")
LIST = """\
id: people
kind: list
columns: [key, to]
query: SELECT key AS key, mail AS "to" FROM people WHERE account_id = :account ORDER BY key
"""


def people(*rows):
    """The table behind the list: (key, address); those of another account are nobody's business."""
    return "CREATE TABLE people (account_id TEXT, key TEXT, mail TEXT); INSERT INTO people VALUES ('other', 'z', 'z@example.org');" + "".join(
        f"INSERT INTO people VALUES ('shop', '{key}', {repr(mail) if mail else 'NULL'});" for key, mail in rows)


def loads(until):
    return f"CREATE TABLE loads (complete TEXT, account_id TEXT); INSERT INTO loads VALUES ('{until}', 'shop');"


PEOPLE = [("a", "a@example.org"), ("b", "b@example.org"), ("b", "bb@example.org"), ("c", None)]
RECIPIENTS = {name: [f"{name}-{i}@example.org" for i in range(2)] for name in ("one", "two", "sheet")}
FILED = ["filed@example.org", "first:in/2026/stock_shop_2026-03-17.csv", "second:stock_shop_2026-03-17.csv"]
EXPECTED = {**{name: ("delivered", to) for name, to in RECIPIENTS.items()}, "rejected": ("rejected", []), "broken": ("failed", []), "calm": ("quiet", []),
            "waits": ("delivered", ["w@example.org"]), "filed": ("delivered", FILED), "parts": ("delivered", []), "parts/a": ("delivered", ["a@example.org"]),
            "parts/b": ("delivered", ["b@example.org", "bb@example.org"]), "parts/c": ("skipped", [])}
# A kill matters at what leaves something behind: files, and what others were told.
CALLS = ["pwrite64", "write", "fsync", "fdatasync", "rename", "renameat2", "unlink", "linkat", "mkdir", "mkdirat", "ftruncate", "connect", "sendto", "recvfrom",
         "openat", "flock", "utimensat", "shutdown", "close"]


def chosen(count, sample):
    """Of the numbers 1 to count: all, our share, or so many spread over them."""
    if WHOLE or count <= sample:
        return range(FIRST, count + 1, EVERY)
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


class Places:
    """Directories that are destinations, seen as the mail server: what lies there was received."""

    def __init__(self, directory, names=("first", "second")):
        self.directories = {name: directory / name for name in names}
        for place in self.directories.values():
            place.mkdir(parents=True)

    def config(self):
        return "destinations:\n" + "".join(f'  {name}: {{url: "file:{place}", accounts: [shop]}}\n' for name, place in self.directories.items())

    def files(self):
        """{address: path}"""
        return {f"{name}:{path.relative_to(place)}": path for name, place in self.directories.items() for path in place.rglob("*") if path.is_file()}

    def forget(self):
        for place in self.directories.values():
            for path in place.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def held(self):
        return [(address, address) for address in self.files()]


class Stage:
    """A world whose state, as it is kept, is put back before each point; whose run-due is traced, killed, and let go on."""

    def __init__(self, case, transport="maildir", texts=(STOCK,), data=e2e.COMMERCE, more="", policy="retries: 0"):
        server = None
        if transport == "smtp":
            e2e.need_aiosmtpd()
            server = case.server()
        self.world = world = case.world()
        self.mailbox = Server(server) if server else Maildir(world.outbox)
        self.places = Places(world.path / "places")
        self.artifacts = world.path / "artifacts"
        self.prepared = world.path / "prepared"
        self.data, self.policy, self.url = data, policy, server and server.url
        self.more = modules(case, *texts) + self.places.config() + more
        self.configure()
        world.make_source(data)

    def configure(self, mail=""):
        self.world.configure(self.url, "response_timeout: 5s\nconnect_timeout: 5s\n" + mail, self.policy, self.more)

    def keep(self):
        """The state as it is now is what fresh() puts back."""
        shutil.rmtree(self.prepared, ignore_errors=True)
        shutil.copytree(self.world.state.parent, self.prepared)

    def fresh(self):
        shutil.rmtree(self.world.state.parent)
        shutil.copytree(self.prepared, self.world.state.parent)
        shutil.rmtree(self.artifacts, ignore_errors=True)
        self.mailbox.forget()
        self.places.forget()
        self.world.make_source(self.data)

    def held(self):
        """[(recipient, what names the message)] of everybody."""
        return self.mailbox.held() + self.places.held()

    def traced(self, calls, inject=None, **options):
        """A run-due under strace; (result, trace)."""
        trace = self.world.path / "trace"
        words = ["-f", "--seccomp-bpf", "-qq", "-o", trace, "-e", f"trace={calls}"] + (["-e", f"inject={inject}"] if inject else [])
        result = self.world.run("run-due", prefix=[e2e.need("strace"), *words], **options)
        return result, trace.read_text(errors="replace")

    def count(self, calls, **options):
        """{call: how often an undisturbed run-due makes it}."""
        self.fresh()
        _, trace = self.traced(",".join(calls), **options)
        return {call: len(re.findall(rf"^\d+ +{call}\(", trace, re.M)) for call in calls}

    def kills(self, sample, calls=CALLS, **options):
        """Kills a run-due at each of its calls, or at so many of each call: (where it died, what it had said)."""
        for call, count in self.count(calls, **options).items():
            for when in chosen(count, sample):
                self.fresh()
                killed = self.world.run("run-due", prefix=[host_clock.compiled("kill_at"), call, str(when)], **options)
                if killed.code in (-9, 137):  # its calls differ a little from those that were counted
                    yield f"killed at {call} {when} of {count}", killed.err

    def settle(self, problems, said="", day=17):
        """run-due, a minute later each time, until it is silent and every run has ended. The codes, and all that was said."""
        codes = []
        for minute in range(3, 11):
            done = self.world.run("run-due", now=f"2026-03-{day}T05:{minute:02d}:00Z")
            codes.append(done.code)
            said += done.err
            if done.code == 0 and not self.world.sql("SELECT 1 FROM runs WHERE finished_at IS NULL"):
                return codes, said
            if done.code not in CALM:
                problems.append(f"then run-due exits {done.code}: {done.err.strip()[:300]}")
        problems.append(f"not quiet after {codes}")
        return codes, said

    def check_state(self, problems):
        for command in (("audit", "verify"), ("state", "check")):
            result = self.world.run(*command)
            if result.code != 0:
                problems.append(f"{' '.join(command)} exits {result.code}: {result.err.strip()} {result.out[:300]!r}")


class Scenario(Stage):
    """Three schedules for two recipients each, one of them as XLSX; one with parts by a list, one whose file goes to two places and by mail, one that waits for
    data which have come; one whose condition does not hold; one that is rejected and one whose query fails; an export and a webhook."""

    def __init__(self, case, transport="maildir", policy="retries: 0"):
        self.hook = Receiver()
        case.closing(self.hook.close)
        secrets = e2e.scratch("secrets")
        case.closing(shutil.rmtree, secrets)
        (secrets / "shop").mkdir(mode=0o700)
        (secrets / "shop" / "hook").write_text("0123456789abcdef")
        (secrets / "shop" / "hook").chmod(0o600)
        more = f"webhooks: {{secret_dir: {secrets}, allow_private: [127.0.0.0/8, '::1/128']}}\n" + "retention: {runs: never, artifacts: never, exports: never}\n"
        data = e2e.COMMERCE + people(*PEOPLE)
        super().__init__(case, transport, (STOCK, BROKEN, LOADED, LIST), data + loads("2026-03-17T00:00:00Z"), more, policy)
        world = self.world
        world.make_source(data + loads("2026-03-16T00:00:00Z") + "CREATE TABLE gone AS SELECT * FROM products;")
        world.schedules(*[e2e.schedule(name, to, report="stock", more=", format: xlsx" if name == "sheet" else "") for name, to in RECIPIENTS.items()],
                        e2e.schedule("calm", "calm@example.org", report="stock", more=", send: count > 9"),
                        e2e.schedule("waits", "w@example.org", report="loaded", at="04:50", more=", wait: 1h"),
                        e2e.schedule("filed", ["filed@example.org", "first:in/{year}", "second:"], report="stock"),
                        '  - {name: parts, account: shop, report: stock, format: [csv, xlsx], cadence: daily, at: "05:00", recipients: {list: people}}\n',
                        e2e.schedule("rejected", "no@evil.example", report="stock"), e2e.schedule("broken", "b@example.org", report="broken"))
        world.must("webhook", "add", self.hook.url, "--account", "shop", "--secret-file", "hook", now=e2e.MADE_AT)
        world.must("run-due", now="2026-03-17T04:51:00Z")  # the data are not there yet
        world.must("export", "create", "stock", "--account", "shop", "--format", "csv", now="2026-03-17T04:52:00Z")
        self.configure("allowed_domains: [example.org, shop.example]\n")
        self.keep()

    def fresh(self):
        super().fresh()
        self.hook.requests.clear()

    def check(self, problems, codes, said, expected=EXPECTED, in_doubt=1):
        """Compares the ledger with the world. What is unknown, doubled where that is allowed, and left over."""
        facts = check_ledger(self.world, self.held(), problems, expected, in_doubt)
        self.check_words(problems, codes, said)
        facts["posts"] = self.check_posts(problems, waiting=expected is None)
        facts["orphans"] = self.check_files(problems)
        self.check_places(problems)
        self.check_state(problems)
        return facts

    def check_places(self, problems):
        """What lies there is what was made."""
        files = self.places.files()
        for address, told in self.world.sql("SELECT address, message_sha256 FROM deliveries WHERE destination <> '' AND state = 'accepted'"):
            if address in files and hashlib.sha256(files[address].read_bytes()).hexdigest() != told:
                problems.append(f"{address} holds something else than was sent")

    def check_words(self, problems, codes, said):
        """Whatever did not end well was told, with its exit code and what to do; by a run-due that could speak."""
        if said is None:
            return
        for name, part, run, state in self.world.sql("SELECT schedule_name, part, ifnull(parent, id), state FROM runs"):
            if state in ("delivered", "no_data", "quiet") or (part and state == "skipped"):
                continue
            line = rf"did not end well:.* {part}\b" if part else state.replace("_", " ")
            if not re.search(rf"shop/{name}: .*{line}", said):
                problems.append(f"{name} {part} ended {state}, and no line said so")
            if state == "unknown" and (14 not in codes or f"runs resend {run} --only unknown" not in said):
                problems.append(f"{name} is unknown, but the codes are {codes}, or no command was told")

    def check_posts(self, problems, waiting):
        """Every run and export was told to the endpoint, under one id always the same; or it waits for another attempt. How many were told twice."""
        whole = collections.defaultdict(list)
        for _, headers, body in self.hook.requests:
            if len(body) == int(headers["Content-Length"]):  # who sent less was killed meanwhile
                whole[headers["X-Reportctl-Delivery"]].append(body.decode())
        rows = self.world.sql("SELECT id, body, CASE WHEN due_at IS NULL THEN state ELSE 'waiting' END, ifnull(run_id, export_id) FROM webhook_deliveries")
        events = [one for (one,) in self.world.sql("SELECT id FROM runs WHERE parent IS NULL UNION ALL SELECT id FROM exports")]
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
        recorded = {one for (one,) in self.world.sql("SELECT artifact_sha256 FROM runs UNION SELECT artifact_sha256 FROM exports "
                                                        "UNION SELECT sha256 FROM run_files") if one}
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
        swept = list(self.world.state.parent.glob(".reportctl-*"))  # after an hour
        for path in swept:
            os.utime(path, (0, 0))
        if swept:
            self.world.must("run-due", now="2026-03-18T05:02:00Z", code=3)
        for path in self.world.state.parent.iterdir():
            if path.name not in ("state.db", "state.db-journal", "state.db-mark", "state.db-owners", "state.db-heartbeat"):
                problems.append(f"left over beside the state: {path.name}")
        return len(orphans)


def check_ledger(world, held, problems, expected=None, in_doubt=1):
    """`held`: [(recipient, Message-ID)], of places the address twice. `expected`: {schedule or schedule/part: (state, recipients)}; a delivery may be unknown
    instead of accepted, so many times."""
    arrived = collections.Counter(message for _, message in held)
    with contextlib.closing(sqlite3.connect(world.state)) as database:
        database.row_factory = sqlite3.Row
        runs = database.execute("SELECT * FROM runs ORDER BY number").fetchall()
        deliveries = database.execute("SELECT d.*, r.schedule_name, r.parent FROM deliveries d JOIN runs r ON r.id = d.run_id").fetchall()
        notices = collections.Counter(database.execute("SELECT run_id, member_id FROM notifications").fetchall())
        exports = database.execute("SELECT * FROM exports").fetchall()
        endings = collections.Counter(json.loads(payload)["runId"] for (payload,) in
                                      database.execute("SELECT payload FROM audit WHERE name IN ('ScheduledReportSent', 'ScheduledReportFailed', 'ScheduledReportSkipped')"))
        slots = database.execute("SELECT schedule_name, slot FROM runs WHERE trigger = 'scheduled' GROUP BY schedule_id, slot HAVING count(*) > 1").fetchall()
    problems.extend(f"{name} ran twice for {slot}" for name, slot in slots)
    missing = {run["parent"] for run in runs if run["state"] == "skipped"}  # an address: owners are told
    for run in runs:
        name, scheduled = run["schedule_name"] + ("/" + run["part"] if run["part"] else ""), run["trigger"] in ("scheduled", "part") and run["state"] != "skipped"
        if run["finished_at"] is None or run["owner_host"] is not None:
            problems.append(f"{name} is {run['state']} and owned by {run['owner_host']}")
        if scheduled and endings[run["id"]] != 1:
            problems.append(f"{name} has {endings[run['id']]} endings in the audit log")
        told = [count for (run_id, _), count in notices.items() if run_id == run["id"]]
        bad = scheduled and not run["part"] and run["state"] not in ("delivered", "no_data", "quiet")
        if told != [bad + (run["id"] in missing)] * 2 * (bad or run["id"] in missing):
            problems.append(f"{name} is {run['state']}, and its owner and admin have {told} notifications")
    if expected is not None:
        names = {run["id"]: run["schedule_name"] + ("/" + run["part"] if run["part"] else "") for run in runs}
        if sorted(names.values()) != sorted(expected):
            problems.append(f"runs of {sorted(names.values())}")
        for run in runs:
            name, letters = names[run["id"]], [one for one in deliveries if not one["notification_id"]]
            own = [one for one in letters if one["run_id"] == run["id"]]
            state, recipients = expected.get(name, ("never", []))
            in_parts = [one for one in letters if one["parent"] == run["id"]]
            if run["state"] != ("unknown" if any(one["state"] == "unknown" for one in own + in_parts) else state):
                problems.append(f"{name} ended {run['state']}: {run['reason']}")
            if sorted(one["address"] for one in own) != sorted(recipients):
                problems.append(f"{name} has deliveries to {[one['address'] for one in own]}")
        problems.extend(f"an export is {job['state']}: {job['reason']}" for job in exports if job["state"] != "completed")
    facts = collections.Counter(lost=0, doubled=0, unknown=0)
    for one in deliveries:
        count, notice = arrived.pop(one["message_id"] or one["address"], 0), bool(one["notification_id"])
        most = 2 if notice else 1  # a notice is sent until it is known to be accepted
        if one["state"] == "unknown" and not notice:
            facts["unknown"] += 1
        elif one["state"] == "accepted":
            facts["lost"] += count == 0
        elif one["state"] in ("queued", "handing_over"):
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
