# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What every end-to-end test needs: a world of its own in a temporary directory, mail servers on loopback, and a runner.

  class Failures(e2e.Case):
      def test_a_refused_recipient_makes_the_run_partial(self): ...
  e2e.main()

The runner prints one line a test, `skipped: ` with the reason where a component is absent, and ends with `N passed, N failed[, N skipped]`.
"""
import asyncio, collections, contextlib, email, email.policy, io, json, logging, os, pathlib, shutil, socket, sqlite3, ssl, subprocess, sys, tempfile
import threading, time, traceback, unittest, warnings, zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import host_clock  # noqa: E402

REPORTCTL = os.path.abspath(os.environ.get("REPORTCTL", "reportctl"))
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MADE_AT = "2026-03-16T12:00:00Z"  # schedules are saved then
DUE_AT = "2026-03-17T05:00:00Z"  # a daily 05:00 UTC is due then, and covers 2026-03-16
NOW = "2026-03-17T05:02:00Z"
PATIENCE = 60.0  # seconds that nothing here may exceed
LONGEST_WAIT = 120.0  # until something happens that will; long enough for a machine that does much else


def scratch(name):
    """A new directory; in memory where that is possible, since these tests end processes and not the machine."""
    memory = "/dev/shm"
    return pathlib.Path(tempfile.mkdtemp(prefix=f"reportctl-{name}-", dir=memory if os.access(memory, os.W_OK | os.X_OK) else None))


Result = collections.namedtuple("Result", "code out err seconds")
Mail = collections.namedtuple("Mail", "sender recipients content message")


def forget_owner(state):
    """Whoever acts with this state file next owns it: tests copy it and put it back."""
    pathlib.Path(f"{state}-mark").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(state)) as database:
        database.execute("DELETE FROM facts WHERE name = 'path'")
        database.commit()


def read_mail(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def unpacked(content):
    """What has to be equal in two files of the same: of a workbook its parts, since libisal packs the same bytes in another way once in some thousand times."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return [(part.filename, workbook.read(part)) for part in workbook.infolist()]


def wait_until(condition, what, seconds=LONGEST_WAIT):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain until {what}")
        time.sleep(0.005)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for_port(port, seconds=LONGEST_WAIT):
    def answers():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    wait_until(answers, f"port {port} answers", seconds)


COMMERCE = """
CREATE TABLE customers (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL);
CREATE TABLE products (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, sku TEXT, name TEXT, price_cents INTEGER, currency TEXT, stock INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, number TEXT NOT NULL, customer_id TEXT, status TEXT NOT NULL,
                     currency TEXT NOT NULL, placed_at TEXT NOT NULL, total_cents INTEGER NOT NULL);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, line_no INTEGER NOT NULL, product_id TEXT, sku TEXT, name TEXT,
                          quantity INTEGER NOT NULL, unit_price_cents INTEGER NOT NULL, total_cents INTEGER NOT NULL);
INSERT INTO customers VALUES ('c1', 'shop', 'Łukasz "Zum Anker", Müller', 'l@example.net'), ('c2', 'shop', '鈴木 健太', 's@example.net'),
                             ('c9', 'other', 'Not Yours', 'n@example.net');
INSERT INTO products VALUES ('p1', 'shop', 'TEA-1', 'Grüner Tee', 450, 'EUR', 12), ('p2', 'shop', 'CUP-1', '=SUM(A1)', 1275, 'EUR', 3);
INSERT INTO orders VALUES (1, 'shop', '5001', 'c1', 'paid', 'EUR', '2026-03-16T08:00:00Z', 2175),
                          (2, 'shop', '5002', 'c2', 'shipped', 'EUR', '2026-03-16T23:59:59Z', 450),
                          (3, 'shop', '5003', 'c2', 'paid', 'EUR', '2026-03-17T00:00:00Z', 1275),
                          (4, 'shop', '5000', 'c1', 'paid', 'EUR', '2026-03-15T23:59:59Z', 900),
                          (9, 'other', '9', 'c9', 'paid', 'EUR', '2026-03-16T09:00:00Z', 99999);
INSERT INTO order_items VALUES (1, 1, 1, 'p1', 'TEA-1', 'Grüner Tee', 2, 450, 900), (2, 1, 2, 'p2', 'CUP-1', '=SUM(A1)', 1, 1275, 1275),
                               (3, 2, 1, 'p1', 'TEA-1', 'Grüner Tee', 1, 450, 450), (4, 3, 1, 'p2', 'CUP-1', '=SUM(A1)', 1, 1275, 1275),
                               (5, 4, 1, 'p1', 'TEA-1', 'Grüner Tee', 2, 450, 900), (9, 9, 1, 'p1', 'X', 'X', 1, 99999, 99999);
"""

# The same, whose orders take for ever to read.
SLOW_COMMERCE = COMMERCE + """
ALTER TABLE orders RENAME TO real_orders;
CREATE VIEW orders AS
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000)
  SELECT 1 AS id, 'shop' AS account_id, '5001' AS number, 'c1' AS customer_id, 'paid' AS status, 'EUR' AS currency,
         '2026-03-16T08:00:00Z' AS placed_at, (SELECT max(i) FROM n) AS total_cents;
"""

# The account every world has: an owner and an admin who are told of failures, and a viewer and a manager who are not.
ACCOUNT = """accounts:
  - id: shop
    name: Harbour Tea
    source: shop
    members:
      - {name: Ada Owner, email: ada@shop.example, role: owner}
      - {name: Tom Admin, email: tom@shop.example, role: admin}
      - {name: Vi Viewer, email: vi@shop.example, role: viewer}
      - {name: Max Manager, email: max@shop.example, role: manager, sites: ["depot:x"]}
"""
STEWARDS = {"ada@shop.example", "tom@shop.example"}


def schedule(name, to, report="sales", at="05:00", more=""):
    recipients = json.dumps(to if isinstance(to, list) else [to], ensure_ascii=False)
    return f'  - {{name: {name}, account: shop, report: {report}, cadence: daily, at: "{at}", to: {recipients}{more}}}\n'


class World:
    """A configuration, a state file, a source and an outbox, below one temporary directory."""

    clock = False  # True: commands find the clock of the host at `now`, instead of REPORTCTL_NOW

    # Every outcome is final, unless a test is about further attempts.
    def __init__(self, transport=None, mail="", policy="retries: 0", more="", clock=False):
        self.clock = clock
        self.path = scratch("world")
        self.source = self.path / "shop.db"
        self.state = self.path / "state" / "state.db"
        self.outbox = self.path / "outbox"
        self.config = self.path / "reportctl.yaml"
        self.environment = {}
        self.make_source(COMMERCE)
        self.configure(transport, mail, policy, more)
        (self.path / "state").mkdir(mode=0o700)
        self.must("init", now=MADE_AT)

    def configure(self, transport=None, mail="", policy="retries: 0", more=""):
        """`mail` and `policy` are the inside of the YAML maps of that name."""
        lines = [f"state: {self.state}", "mail:", f"  transport: {transport or 'maildir:' + str(self.outbox)}",
                 "  from: Reports <reports@shop.example>"]
        lines += ["  " + line for line in mail.strip().splitlines()]
        if transport and "tls:" not in mail:
            lines.append("  tls: none")
        lines += ["sources:", f'  shop: {{url: "sqlite:{self.source}", statement_timeout: 50s}}', f"artifacts: {{url: \"file:{self.path}/artifacts\"}}"]
        if policy:
            lines.append(f"policy: {{{policy}}}")
        self.config.write_text("\n".join(lines) + "\n" + more)
        self.config.chmod(0o644)

    def make_source(self, sql, path=None):
        path = path or self.source
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        database = sqlite3.connect(path)
        database.executescript(f"BEGIN;{sql};COMMIT;")
        database.close()

    def command_environment(self, now=NOW, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}
        kept.update(REPORTCTL_CONFIG=str(self.config), LC_ALL="C.UTF-8", TZ="UTC", **self.environment)
        if now:
            kept.update(host_clock.at(now) if self.clock else {"REPORTCTL_NOW": now})
        return {**kept, **{name: str(value) for name, value in more.items()}}

    def rehearsing(self, now, args):
        """Under another clock mail leaves only when that is asked for."""
        told = bool(now and not self.clock and args and args[0] != "__complete")
        return ["--really", *map(str, args)] if told else list(map(str, args))

    def run(self, *args, now=NOW, stdin=None, stdout=subprocess.PIPE, timeout=PATIENCE, prefix=(), env=None):
        start = time.monotonic()
        done = subprocess.run([*prefix, REPORTCTL, *self.rehearsing(now, args)], env=self.command_environment(now, **(env or {})),
                              input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                              timeout=timeout, cwd=self.path)
        told = done.stderr.decode("utf-8", "replace")
        for notice in (f"(clock replaced: {now})\n", f'{{"type":"notice","clock_replaced":"{now}"}}\n'):
            told = told.replace(notice, "")
        return Result(done.returncode, done.stdout, told, time.monotonic() - start)

    def start(self, *args, now=NOW, env=None, prefix=()):
        return subprocess.Popen([*prefix, REPORTCTL, *self.rehearsing(now, args)], env=self.command_environment(now, **(env or {})), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.path)

    def must(self, *args, code=0, **options):
        result = self.run(*args, **options)
        if result.code != code:
            raise AssertionError(f"{' '.join(map(str, args))}: exit {result.code}, expected {code}\n{result.err}\n{(result.out or b'')[:2000]}")
        return result

    def json(self, *args, **options):
        return json.loads(self.must(*args, "--json", **options).out)

    def apply(self, text, now=MADE_AT):
        self.must("apply", "-f", "-", stdin=text.encode(), now=now)

    def schedules(self, *entries, now=MADE_AT):
        """The account, and schedules as schedule() writes them."""
        self.apply(ACCOUNT + "schedules:\n" + "".join(entries), now=now)

    def runs(self, *filters):
        return self.json("runs", "list", "--limit", "10000", *filters)

    def only_run(self, *filters):
        """The one run there is, with its deliveries."""
        found = self.runs(*filters)
        if len(found) != 1:
            raise AssertionError(f"one run expected, not {[(run['schedule'], run['state']) for run in found]}")
        return self.json("runs", "show", found[0]["id"])

    def sql(self, statement, *values):
        database = sqlite3.connect(self.state)
        try:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows
        finally:
            database.close()

    def put_back(self, state):
        """The bytes of the state file as they were before, as if nothing had happened since."""
        self.state.write_bytes(state)
        forget_owner(self.state)

    def outbox_mails(self):
        return [read_mail(path.read_bytes()) for path in sorted((self.outbox / "new").glob("*"))]

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


class MailServer:
    """aiosmtpd on a free loopback port, in a thread of this process. `mails` is what it has answered for with 250.

    refuse: {address: reply to RCPT}; on_rcpt, on_data: coroutines that may sleep, or return a reply instead of the server's own; to drop the
    connection they return DROP. A mail is in `held` as soon as its bytes are complete, whatever the client is told afterwards.
    """

    DROP = object()

    def __init__(self, tls=None, login=None, size_limit=50_000_000):
        from aiosmtpd.smtp import SMTP, AuthResult

        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
        warnings.simplefilter("ignore", DeprecationWarning)
        self.held, self.refuse, self.sessions, self.logins = [], {}, 0, []
        self.on_rcpt = self.on_data = None
        self.connections = 0
        server = self
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)

        class Handler:
            async def handle_RCPT(self, smtp, session, envelope, address, options):
                reply = server.refuse.get(address)
                if reply is None and server.on_rcpt:
                    reply = await server.on_rcpt(address)
                if reply is MailServer.DROP:
                    smtp.transport.abort()
                    return "421 gone"
                if reply:
                    return reply
                envelope.rcpt_tos.append(address)
                return "250 2.1.5 ok"

            async def handle_DATA(self, smtp, session, envelope):
                mail = Mail(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content), read_mail(bytes(envelope.content)))
                server.held.append(mail)
                reply = await server.on_data(mail) if server.on_data else None
                if reply is MailServer.DROP:
                    smtp.transport.abort()
                    return "421 gone"
                if reply and not reply.startswith("2"):
                    server.held.remove(mail)
                return reply or "250 2.0.0 taken"

        def authenticate(smtp, session, envelope, mechanism, data):
            right = (data.login.decode(), data.password.decode()) == login
            server.logins.append(right)
            return AuthResult(success=right, handled=False)

        class Counted(SMTP):
            def connection_made(self, transport):
                if not getattr(self, "counted", False):
                    self.counted = True
                    server.connections += 1
                    server.sessions += 1
                super().connection_made(transport)

            def connection_lost(self, error):
                server.connections -= 1
                super().connection_lost(error)

        def protocol():
            security = dict(tls_context=context, require_starttls=True) if context else {}
            if login:
                security.update(authenticator=authenticate, auth_required=True)
            return Counted(Handler(), decode_data=False, data_size_limit=size_limit, loop=self.loop, hostname="mx.example", **security)

        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, context: None)  # connections that clients cut are part of the tests
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = listening.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.server = self.loop.run_until_complete(self.loop.create_server(protocol, sock=listening))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def quiet(self):
        """Waits until every connection is closed: what is held then is all there will be."""
        wait_until(lambda: self.connections <= 0, "the mail server is quiet")

    def recipients(self):
        return sorted(address for mail in self.held for address in mail.recipients)

    def close(self):
        def end():
            self.server.close()
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.05, self.loop.stop)

        self.loop.call_soon_threadsafe(end)
        self.thread.join(5)


class Authority:
    """A certificate authority made for one test, and a server certificate for 127.0.0.1 and localhost."""

    def __init__(self, directory, name="Test Authority"):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.ca, self.certificate, self.key = directory / "ca.pem", directory / "server.pem", directory / "server.key"
        self.directory = directory
        self.openssl("req", "-x509", *self.NEW_KEY, "-keyout", directory / "ca.key", "-out", self.ca, "-days", "30", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        self.sign("server", "serverAuth")

    NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def openssl(self, *args):
        subprocess.run(["openssl", *map(str, args)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)

    def sign(self, name, usage, names="IP:127.0.0.1,DNS:localhost"):
        """The certificate and the key of a new server or client."""
        certificate, key, request, extensions = (self.directory / (name + ending) for ending in (".pem", ".key", ".csr", ".extensions"))
        self.openssl("req", *self.NEW_KEY, "-keyout", key, "-out", request, "-subj", "/CN=localhost")
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.directory / "ca.key", "-CAcreateserial", "-out", certificate,
                     "-days", "30", "-extfile", extensions)
        return certificate, key


class Case(unittest.TestCase):
    def setUp(self):
        self._closing = contextlib.ExitStack()
        self.addCleanup(self._closing.close)

    def world(self, *args, **options):
        world = World(*args, **options)
        self._closing.callback(world.close)
        return world

    def server(self, *args, **options):
        server = MailServer(*args, **options)
        self._closing.callback(server.close)
        return server

    def closing(self, call, *args):
        self._closing.callback(call, *args)

    def states(self, run):
        return {delivery["address"]: delivery["state"] for delivery in run["deliveries"] if not delivery["notification"]}


def need(program):
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/postfix/sbin:/sbin")
    if not found:
        raise unittest.SkipTest(f"{program} is not installed")
    return found


def need_aiosmtpd():
    try:
        import aiosmtpd  # noqa: F401
    except ImportError:
        raise unittest.SkipTest("python3-aiosmtpd is not installed") from None


def attachment_of(message):
    parts = [part for part in message.walk() if part.get_content_disposition() == "attachment"]
    assert len(parts) == 1, f"{len(parts)} attachments"
    return parts[0].get_filename(), parts[0].get_payload(decode=True)


class _Lines(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def sentence(self, test):
        name = getattr(test, "_testMethodName", str(test))
        return name.removeprefix("test_").replace("_", " ")

    def line(self, word, test, text=""):
        print(f"{word:8} {self.sentence(test)}  ({time.monotonic() - getattr(self, 'started', time.monotonic()):.1f} s){text}", flush=True)

    def addSuccess(self, test):
        self.passed = getattr(self, "passed", 0) + 1
        self.line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skipped: {self.sentence(test)}: {reason}", flush=True)

    def failed(self, test, error):
        self.line("FAILED", test, "\n" + "".join(traceback.format_exception(*error)))

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.failed(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.failed(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            print(f"         {subtest._subDescription()}")
            self.failed(test, error)


def main():
    if not os.access(REPORTCTL, os.X_OK):
        print(f"there is no program {REPORTCTL}: set REPORTCTL\n0 passed, 1 failed")
        sys.exit(1)
    words = sys.argv[1:]  # only the tests that have one of them in their names
    suite = unittest.TestSuite(test for group in unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]) for test in group
                               if not words or any(word in test.id() for word in words))
    result = _Lines()
    suite.run(result)
    passed, failed, skipped = getattr(result, "passed", 0), len(result.failures) + len(result.errors), len(result.skipped)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.stdout.flush()
    os._exit(1 if failed or passed + skipped == 0 else 0)
