# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A PostgreSQL server of a test's own, and the data of SQLite files in it.

  server = postgres.Server()                        # a new cluster on loopback, trusted logins, gone with close()
  url = server.copy_of("shop.db", "shop")           # a database with every table of the file, in PostgreSQL's types
  pooler = postgres.Pooler(server)                  # pgbouncer before it, which gives out connections for one transaction
"""
import ctypes, os, pathlib, pwd, re, shutil, signal, sqlite3, subprocess, tempfile, unittest

import e2e

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def programs():
    """The directory of the newest server programs; skips the test where there are none."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise unittest.SkipTest("postgresql is not installed")
    return found[-1].parent


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG: an immediate shutdown when the test is killed


class Server:
    """`options` are server parameters; tls is a pair of files, certificate and key; the logins of `with_password` are asked for theirs."""

    def __init__(self, tls=None, with_password=(), **options):
        self.bin = programs()
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-pg-"))
        self.data = self.path / "data"
        self.port = e2e.free_port()
        self.owner = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.path, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.log = self.path / "server.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        self.environment = {**environment, "LC_ALL": "C"}
        self.process = None
        try:
            subprocess.run([self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], check=True,
                           stdout=subprocess.DEVNULL, env=self.environment, cwd="/", timeout=e2e.PATIENCE, **self.owner)
            access = self.data / "pg_hba.conf"
            access.write_text("".join(f"host all {login} all scram-sha-256\n" for login in with_password) + access.read_text())
            settings = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0, **options}
            if tls:
                for kind, source in zip(("cert", "key"), tls):
                    own = self.data / f"server.{kind}"
                    shutil.copyfile(source, own)
                    own.chmod(0o600)
                    if self.owner:
                        os.chown(own, self.owner["user"], self.owner["group"])
                    settings[f"ssl_{kind}_file"] = own
                settings["ssl"] = "on"
            self.settings = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.bin / "postgres", "-D", self.data, "-k", self.path, "-h", "127.0.0.1", "-p", str(self.port), *self.settings],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, cwd="/", preexec_fn=_die_with_parent,
                                            start_new_session=True, **self.owner)
        e2e.wait_until(lambda: subprocess.run([self.bin / "pg_isready", "-q", "-h", self.path, "-p", str(self.port)], cwd="/").returncode == 0,
                       "PostgreSQL answers", 30)

    def stop(self):
        """At once, as in a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(e2e.PATIENCE)

    def close(self):
        self.stop()
        shutil.rmtree(self.path, ignore_errors=True)

    def url(self, database="postgres", user="postgres", more=""):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"

    def psql(self, sql, database="postgres", stdin=None):
        """The answer as text: a line a row, columns separated by |."""
        words = [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.path), "-p", str(self.port), "-U", "postgres",
                 "-d", database, "-c", sql]
        done = subprocess.run(words, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL, capture_output=True, env=self.environment,
                              cwd="/", timeout=e2e.PATIENCE)
        if done.returncode:
            raise AssertionError(f"psql: {done.stderr.decode()}\n{sql[:500]}")
        return done.stdout.decode().strip()

    def script(self, file, database, **variables):
        words = [str(self.bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.path), "-p", str(self.port), "-U", "postgres", "-d", database, "-f", "-",
                 *(word for name, value in variables.items() for word in ("-v", f"{name}={value}"))]
        done = subprocess.run(words, input=file.read_bytes(), capture_output=True, env=self.environment, cwd="/", timeout=e2e.PATIENCE)
        if done.returncode:
            raise AssertionError(f"psql {file.name}: {done.stderr.decode()}")

    def make_database(self, name):
        # sorted as people sort, which is not how SQLite does: what reports rely on must not depend on it
        self.psql(f'CREATE DATABASE "{name}" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE \'en-US\'')

    def copy_of(self, file, database):
        """A new database with the tables and views' contents of an SQLite file; its url."""
        self.make_database(database)
        source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        tables = [name for (name,) in source.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'")]
        for table in tables:
            columns, rows = typed(source, table)
            self.psql(f'CREATE TABLE {quoted(table)} ({", ".join(f"{quoted(name)} {kind}" for name, kind in columns)})', database)
            lines = "".join("\t".join(map(copy_text, row)) + "\n" for row in rows)
            self.psql(f"COPY {quoted(table)} FROM STDIN", database, stdin=lines.encode())
        self.psql("ANALYZE", database)
        source.close()
        return self.url(database)


class Pooler:
    """As few connections of the server as can be, so that those who ask take turns on them."""

    def __init__(self, server):
        program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if program is None:
            raise unittest.SkipTest("pgbouncer is not installed")
        self.server = server
        self.port = e2e.free_port()
        self.log = server.path / "pgbouncer.log"
        settings = server.path / "pgbouncer.ini"
        settings.write_text(f"""[databases]
* = host=127.0.0.1 port={server.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
""")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, settings], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", preexec_fn=_die_with_parent,
                                            start_new_session=True, **server.owner)
        e2e.wait_for_port(self.port)

    def url(self, database, more=""):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}{more}"

    def setting_left_behind(self, name, database):
        """What the next one to take the connection would find."""
        words = [str(self.server.bin / "psql"), "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return subprocess.run([*words, "-c", f"SHOW {name}"], stdin=subprocess.DEVNULL, capture_output=True, env=self.server.environment, cwd="/",
                              timeout=e2e.PATIENCE, check=True).stdout.decode().strip()

    def close(self):
        self.process.kill()
        self.process.wait(e2e.PATIENCE)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def typed(source, table):
    """The columns of an SQLite table with their types elsewhere, and its rows."""
    columns = [(row[1], row[2]) for row in source.execute(f"PRAGMA table_info({quoted(table)})")]
    rows = source.execute(f"SELECT * FROM {quoted(table)}").fetchall()
    return [(name, column_type(name, declared, [row[at] for row in rows])) for at, (name, declared) in enumerate(columns)], rows


def column_type(name, declared, values):
    """The source contract: instants are timestamptz, days are date, the rest by what is stored."""
    values = [value for value in values if value is not None]
    if name == "at" or name.endswith("_at") or (values and all(isinstance(value, str) and INSTANT.fullmatch(value) for value in values)):
        return "timestamptz"
    if name == "day" or (values and all(isinstance(value, str) and DAY.fullmatch(value) for value in values)):
        return "date"
    if values and all(isinstance(value, int) for value in values) or (not values and "INT" in declared.upper()):
        return "double precision" if declared.upper() == "REAL" else "bigint"
    if values and all(isinstance(value, (int, float)) for value in values) or (not values and declared.upper() == "REAL"):
        return "double precision"
    return "text"


def copy_text(value):
    """In the text form of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, float):
        return repr(value)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
