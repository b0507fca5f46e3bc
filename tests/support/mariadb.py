# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A MariaDB server of a test's own, and the data of SQLite files in it.

  server = mariadb.Server()                         # new data on loopback, root without a password, gone with close()
  url = server.copy_of("shop.db", "shop")           # a database with every table of the file, in MariaDB's types
"""
import contextlib, os, pathlib, pwd, shutil, sqlite3, struct, subprocess, tempfile, unittest, zoneinfo

import e2e, postgres

PROGRAM = pathlib.Path("/usr/sbin/mariadbd")
SCRIPTS = pathlib.Path("/usr/share/mysql")
TYPES = {"timestamptz": "timestamp(6) null", "double precision": "double", "text": "longtext"}


class Server:
    """`zones`: fill the time zone tables, which are empty after an installation; tls is a pair of files, certificate and key."""

    def __init__(self, zones=True, tls=None):
        if not PROGRAM.exists() or not shutil.which("mariadb"):
            raise unittest.SkipTest("mariadb-server-core or mariadb-client-core is not installed")
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-mariadb-"))
        (self.path / "data").mkdir()
        self.port = e2e.free_port()
        self.socket = self.path / "socket"
        self.log = self.path / "server.log"
        self.owner = {}
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("mysql" if "mysql" in names else "nobody")
            for place in (self.path, self.path / "data"):
                os.chown(place, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        settings = {"datadir": self.path / "data", "tmpdir": self.path, "innodb-buffer-pool-size": "64M", "innodb-log-file-size": "16M", "innodb-data-file-path": "ibdata1:4M:autoextend",
                    "innodb-flush-log-at-trx-commit": 0, "innodb-flush-method": "nosync"}
        self.words = [str(PROGRAM), "--no-defaults", *(f"--{name}={value}" for name, value in settings.items())]
        self.options = []
        for kind, source in zip(("cert", "key"), tls or ()):
            own = self.path / f"server.{kind}"
            shutil.copyfile(source, own)
            own.chmod(0o600)
            if self.owner:
                os.chown(own, self.owner["user"], self.owner["group"])
            self.options.append(f"--ssl-{kind}={own}")
        self.process = None
        try:
            script = "CREATE DATABASE mysql;\nUSE mysql;\n" + "".join(
                (SCRIPTS / name).read_text(encoding="utf-8") for name in ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"))
            with open(self.log, "wb") as log:
                subprocess.run([*self.words, "--bootstrap"], input=script.encode(), stdout=log, stderr=log, check=True, cwd="/", timeout=e2e.PATIENCE, **self.owner)
            self.start()
            if zones:
                self.run(zone_tables(sorted(zoneinfo.available_timezones())), "mysql")
        except BaseException:
            self.close()
            raise

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.words, f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
                                             f"--pid-file={self.path / 'pid'}", f"--secure-file-priv={self.path}", *self.options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd="/", preexec_fn=postgres._die_with_parent, start_new_session=True, **self.owner)
        e2e.wait_until(lambda: self.client("SELECT 1").returncode == 0, "MariaDB answers")

    def stop(self):
        """At once, as in a crash."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(e2e.PATIENCE)

    def close(self):
        self.stop()
        shutil.rmtree(self.path, ignore_errors=True)

    def url(self, database="", user="root", more="", host="127.0.0.1"):
        return f"mysql://{user}@{host}:{self.port}/{database}{more}"

    def client(self, sql, database=""):
        words = ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch", "--skip-column-names", "--default-character-set=utf8mb4", "--local-infile=1"]
        prelude = "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0, autocommit = 1;\n"
        return subprocess.run([*words, *([database] if database else [])], input=(prelude + sql).encode(), capture_output=True, cwd="/", timeout=e2e.PATIENCE)

    def run(self, sql, database=""):
        """The answer as text: a line a row, columns separated by tabs."""
        done = self.client(sql, database)
        if done.returncode:
            raise AssertionError(f"mariadb: {done.stderr.decode()}\n{sql[:500]}")
        return done.stdout.decode().strip()

    def copy_of(self, file, database):
        """A new database with the tables and views' contents of an SQLite file; its url. Texts have MariaDB's own collation, which takes a for A."""
        self.run(f"CREATE DATABASE {postgres.quoted(database)} CHARACTER SET utf8mb4")
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            for (table,) in source.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'").fetchall():
                columns, rows = postgres.typed(source, table)
                types = ", ".join(f"{postgres.quoted(name)} {TYPES.get(kind, kind)}" for name, kind in columns)
                instants = [kind == "timestamptz" for _, kind in columns]
                data = self.path / "table.tsv"
                data.write_text("".join("\t".join(written(value, instant) for value, instant in zip(row, instants)) + "\n" for row in rows), encoding="utf-8")
                data.chmod(0o644)
                self.run(f"CREATE TABLE {postgres.quoted(table)} ({types}); SET sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'; "
                         f"LOAD DATA INFILE '{data}' INTO TABLE {postgres.quoted(table)} CHARACTER SET utf8mb4", database)
        return self.url(database)


def written(value, instant):
    """In the text form of LOAD DATA, which is that of COPY."""
    text = postgres.copy_text(value)
    return text if not instant or value is None else text.replace("T", " ").rstrip("Z")


def zone_tables(names):
    """What mysql_tzinfo_to_sql makes, which Debian keeps in a package with a service."""
    rows = {"time_zone": [], "time_zone_name": [], "time_zone_transition": [], "time_zone_transition_type": []}
    for number, name in enumerate(names, 1):
        file = next((pathlib.Path(root) / name for root in zoneinfo.TZPATH if (pathlib.Path(root) / name).is_file()), None)
        if file is None:
            continue
        times, kinds, types = transitions(file.read_bytes())
        rows["time_zone"].append(f"({number}, 'N')")
        rows["time_zone_name"].append(f"('{name}', {number})")
        rows["time_zone_transition"] += [f"({number}, {at}, {kind})" for at, kind in zip(times, kinds)]
        rows["time_zone_transition_type"] += [f"({number}, {kind}, {offset}, {summer}, '')" for kind, (offset, summer) in enumerate(types)]
    return "".join(f"INSERT INTO {table} VALUES {','.join(values[at:at + 20000])};\n" for table, values in rows.items()
                   for at in range(0, len(values), 20000)).replace("INTO time_zone VALUES", "INTO time_zone (Time_zone_id, Use_leap_seconds) VALUES")


def transitions(data):
    """Of a file in TZif (RFC 8536): the 64-bit block; what a rule says of later years is written out until 2037, as zic -b fat does."""
    def block(at, size):
        isut, isstd, leap, times, types, chars = struct.unpack(">6l", data[at + 20:at + 44])
        return at + 44, times, types, chars, at + 44 + times * (size + 1) + types * 6 + chars + leap * (size + 4) + isstd + isut
    _, _, _, _, second = block(0, 4)
    start, times, types, _, _ = block(second, 8)
    at = list(struct.unpack(f">{times}q", data[start:start + times * 8]))
    kinds = list(data[start + times * 8:start + times * 9])
    places = start + times * 9
    return at, kinds, [struct.unpack(">lb", data[places + i * 6:places + i * 6 + 5]) for i in range(types)]
