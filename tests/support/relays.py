# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Real mail servers on loopback, as relays that go away and come back: Postfix, Exim and OpenSMTPD; dma and msmtp, which are programs.

Debian installs only one mail server at a time, so `.ci/packages test` unpacks the others below build/unpacked. They run in a mount namespace, with
an /etc, a /var/lib and a /var/spool below the test's directory.
"""
import contextlib, http.server, json, os, pathlib, pwd, re, shutil, signal, socket, subprocess, threading, unittest, urllib.parse

import e2e

UNPACKED = e2e.ROOT / "build" / "unpacked"

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

POSTFIX = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
alias_maps =
alias_database =
{more}
"""

EXIM = """
spool_directory = {home}/exim
log_file_path = {home}/exim/%slog
pid_file_path = {home}/exim/pid
exim_path = {program}
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = {port}
primary_hostname = mx.example.org
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
begin routers
on:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = on
  self = send
begin transports
on:
  driver = smtp
  port = {onward}
  allow_localhost
begin retry
* * F,1h,1m
"""

OPENSMTPD = """
listen on 127.0.0.1 port {port} hostname mx.example.org
action onward relay host smtp://127.0.0.1:{onward} helo mx.example.org
match from any for any action onward
"""

DMA = """
SMARTHOST 127.0.0.1
PORT {onward}
MAILNAME reports.example.org
DEFER
"""

MSMTP = """
account default
host 127.0.0.1
port {onward}
domain reports.example.org
tls off
auth off
"""


def need_root():
    if os.geteuid() != 0:
        raise unittest.SkipTest("mail servers can only be started by root")


def unpacked(package, program):
    found = UNPACKED / package / program
    if not found.exists():
        raise unittest.SkipTest(f"{package} is not unpacked in {UNPACKED}: run .ci/packages test")
    return found


class Relay:
    """`onward` is the port that mails are passed on to; `transport` is what reportctl is configured with."""

    def __init__(self, home, onward):
        need_root()
        self.home, self.onward = pathlib.Path(home), onward
        self.process = None
        self.port = e2e.free_port()
        self.transport = f"smtp://127.0.0.1:{self.port}"
        self.home.mkdir()
        self.home.chmod(0o755)

    def write(self, name, text, mode=0o644):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def folder(self, name, owner="root", group="root", mode=0o755):
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True)
        shutil.chown(path, owner, group)
        path.chmod(mode)
        return path

    def apart(self, *users):
        """The words before a command that finds these users, and its files below /etc, /var/lib and /var/spool here."""
        if not (self.home / "etc").exists():
            for name in ("etc", "lib", "spool"):
                self.folder(name)
            for name in ("nsswitch.conf", "hosts", "resolv.conf", "services", "protocols", "ld.so.cache"):
                if os.path.exists("/etc/" + name):
                    shutil.copy("/etc/" + name, self.home / "etc")
            numbered = list(enumerate(users, 64001))
            for name, line in (("passwd", "{0}:x:{1}:{1}::/var/lib/{0}:/usr/sbin/nologin\n"), ("group", "{0}:x:{1}:\n")):
                ours = "".join(line.format(user, number) for number, user in numbered)
                self.write("etc/" + name, ours + pathlib.Path("/etc/" + name).read_text())  # the first of a name counts
        mounts = " && ".join(f'mount --rbind "$0/{name}" {place}' for name, place in (("etc", "/etc"), ("lib", "/var/lib"), ("spool", "/var/spool")))
        return ["unshare", "--mount", "sh", "-c", mounts + ' && exec "$@"', str(self.home)]

    def waiting(self):
        """Files of mails that it has taken and not yet passed on."""
        return sum(len(files) for folder in self.queues for _, _, files in os.walk(self.home / folder))  # they come and go meanwhile

    def start(self):
        with open(self.home / "output", "ab") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            e2e.wait_for_port(self.port)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(self.home / 'output').read_text()}") from None

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        self.process = None


class Postfix(Relay):
    """`more`: lines of main.cf, `{onward}` replaced."""

    queues = ("queue/incoming", "queue/active", "queue/deferred")
    more = "relayhost = [127.0.0.1]:{onward}"

    def __init__(self, home, onward=0, more=None):
        super().__init__(home, onward)
        self.program = e2e.need("postfix")
        try:
            pwd.getpwnam("postfix")
        except KeyError as error:
            raise unittest.SkipTest(f"there is no user for Postfix: {error}") from None
        for name in ("config", "queue"):
            self.folder(name)
        self.folder("data", "postfix", "postfix")
        self.write("config/master.cf", MASTER.format(port=self.port))
        self.write("config/main.cf", POSTFIX.format(home=self.home, more=(self.more if more is None else more).format(onward=onward)))

    def control(self, *words):
        return subprocess.run([self.program, "-c", str(self.home / "config"), *words], capture_output=True, text=True, timeout=e2e.PATIENCE)

    def start(self):
        started = self.control("start")
        if started.returncode != 0:
            log = self.home / "log"
            raise AssertionError(f"postfix start: {started.stderr}{log.read_text() if log.exists() else ''}")
        e2e.wait_for_port(self.port)

    def stop(self):
        self.control("stop")


class Exim(Relay):
    queues = ("exim/input",)

    def __init__(self, home, onward):
        super().__init__(home, onward)
        self.program = unpacked("exim4-daemon-light", "usr/sbin/exim4")
        self.before = self.apart("Debian-exim")
        self.folder("exim", 64001, 64001)
        self.write("exim.conf", EXIM.format(home=self.home, program=self.program, port=self.port, onward=onward))

    def command(self):
        return [*self.before, str(self.program), "-C", str(self.home / "exim.conf"), "-bdf"]


class OpenSmtpd(Relay):
    queues = ("spool/smtpd/queue",)

    def __init__(self, home, onward):
        super().__init__(home, onward)
        self.program = unpacked("opensmtpd", "usr/sbin/smtpd")
        self.before = self.apart("opensmtpd", "opensmtpq")
        self.folder("lib/opensmtpd/empty")
        self.folder("spool/smtpd", mode=0o711)
        self.write("smtpd.conf", OPENSMTPD.format(port=self.port, onward=onward), 0o600)

    def command(self):
        return [*self.before, str(self.program), "-d", "-f", str(self.home / "smtpd.conf")]


class Program(Relay):
    """A program that reportctl runs; it has no daemon that could go away, so it is its relay that does."""

    queues = ()

    def __init__(self, home, onward):
        super().__init__(home, onward)
        self.transport = f"sendmail:{self.home}/sendmail"

    def script(self, *command):
        self.write("sendmail", "#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in map(str, command)) + ' "$@"\n', 0o755)

    def start(self):
        pass

    def stop(self):
        pass


class Msmtp(Program):
    def __init__(self, home, onward):
        super().__init__(home, onward)
        program = shutil.which("msmtp") or unpacked("msmtp", "usr/bin/msmtp")
        self.script(program, "-C", self.write("msmtprc", MSMTP.format(onward=onward), 0o600))


class Dma(Program):
    """What goes away is its spool, a small disk: without it, it takes nothing."""

    def waiting(self):
        return len(list(self.home.glob("spool/dma/Q*")))  # the messages are beside them

    def __init__(self, home, onward):
        super().__init__(home, onward)
        self.program = unpacked("dma", "usr/sbin/dma")
        self.before = self.apart()
        self.write("etc/dma/dma.conf", DMA.format(onward=onward))
        self.write("etc/dma/auth.conf", "")
        self.script(*self.before, self.program)
        self.is_mounted = False

    def start(self, bytes=1 << 24):
        spool = self.folder("spool/dma")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={bytes},mode=777", "tmpfs", spool], check=True)
        self.is_mounted = True

    def stop(self):
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self.home / "spool/dma"], check=True)
            (self.home / "spool/dma").rmdir()
        self.is_mounted = False

    def flush(self, done):
        """dma tries again for days; `done` says when this try is over."""
        queue = subprocess.Popen([*self.before, str(self.program), "-D", "-q"], start_new_session=True)
        try:
            e2e.wait_until(done, "dma has passed on what it has")
        finally:
            os.killpg(queue.pid, signal.SIGKILL)
            queue.wait()


DOVECOT = """
protocols =
base_dir = {home}/run
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
  mechanisms = plain login cram-md5
}}
passdb {{
  driver = oauth2
  args = {home}/tokens.conf
  mechanisms = xoauth2 oauthbearer
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service auth {{
  unix_listener {queue}/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""
TOKENS = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/?token=
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """Logins for Postfix: passwords, and tokens that a server of ours vouches for."""

    def __init__(self, home, queue, mechanisms, passwords, token):
        self.program = e2e.need("dovecot")
        self.home, self.socket = home, queue / "private" / "auth"
        home.mkdir()
        (queue / "private").mkdir(parents=True, exist_ok=True)
        shutil.chown(queue / "private", "postfix")
        (home / "users").write_text("".join(f"{user}:{password}::::::\n" for user, password in passwords.items()), encoding="utf-8")
        user = next(iter(passwords))

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("token")
                body = json.dumps({"active": asked == [token], "username": user}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.tokens = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.tokens.serve_forever, daemon=True).start()
        (home / "tokens.conf").write_text(TOKENS.format(port=self.tokens.server_port))
        (home / "dovecot.conf").write_text(DOVECOT.format(home=home, queue=queue, mechanisms=mechanisms))

    def start(self):
        with open(self.home / "output", "wb") as output:
            self.process = subprocess.Popen([self.program, "-F", "-c", str(self.home / "dovecot.conf")], stdout=output, stderr=output)
        e2e.wait_until(self.socket.exists, f"Dovecot listens {(self.home / 'output').read_text()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.tokens.shutdown()


class Road:
    """The way to a port on loopback. It can be closed, and it can break when clients begin the Nth mail on it: `break_at`."""

    def __init__(self, onward):
        self.onward, self.port, self.break_at, self.listening, self.held = onward, e2e.free_port(), None, None, set()
        self.lock = threading.Lock()

    def open(self, break_at=None):
        self.break_at = break_at
        self.listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listening,), daemon=True).start()

    def close(self):
        if self.listening:
            self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()
        self.listening = None
        for end in list(self.held):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept(self, listening):
        while True:
            try:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self.onward))
            except OSError:
                return
            self.held |= {client, server}
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(source, target, source is client), daemon=True).start()

    def goes_on(self, data):
        with self.lock:  # of several clients nobody slips through while it breaks
            if self.break_at is not None:
                self.break_at -= len(re.findall(rb"^MAIL FROM:", data, re.M | re.I))
                if self.break_at <= 0:
                    self.close()
            return self.listening is not None

    def carry(self, source, target, from_client):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if from_client and not self.goes_on(data):
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
