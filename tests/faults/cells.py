#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Values in the state that reportctl never wrote, and bytes that rotted: every command ends with an exit code that is documented and in its own words.
REPORTCTL_FAULTS=whole puts every value into every column."""
import contextlib, pathlib, random, shutil, sqlite3, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

NOW = "2026-03-19T05:02:00Z"
READ = [("runs", "list"), ("runs", "list", "--json"), ("runs", "show", "RUN"), ("runs", "show", "FAILED"), ("runs", "save", "RUN"), ("schedule", "list"),
        ("schedule", "show", "one"), ("schedule", "list", "--json"), ("schedule", "next", "one"), ("account", "list"), ("account", "show", "shop"),
        ("member", "list"), ("notifications", "list", "--all"), ("audit", "list"), ("audit", "verify"), ("status",), ("state", "check"), ("export", "list"),
        ("export", "show", "EXPORT"), ("webhook", "list"), ("webhook", "deliveries"), ("prune", "--dry-run"), ("run-due", "--dry-run"),
        ("run", "stock", "--account", "shop"), ("__complete", "schedule", "show", ""), ("schedule", "validate", "one"), ("source", "check"), ("config", "show")]
WRITE = [("run-due",), ("schedule", "pause", "one"), ("state", "backup", "BACKUP"), ("notifications", "ack", "--all"), ("runs", "resend", "RUN", "--only", "all")]
DOCUMENTED = faults.EXITS | {2, 4, 5, 6, 7}
TEXTS = ["", "x", "{", "[]", "null", "{}", '{"a":1}', "\ud83d", "a\x00b", "\x1b[31m", "9" * 400, "../../etc/passwd", "[[[[" * 2000, '"', "Mars/Olympus", "2026-99-99", "%s%n{}",
         "\u202e", "-1"]
NUMBERS = [-1, 0, 1, 2**31, 2**63 - 1, -2**63, 253402300800, 99999999999999]


class Cells(e2e.Case):
    def setUp(self):
        super().setUp()
        self.scenario = scenario = faults.Scenario(self)
        self.place = scenario.world
        for day in (17, 18):
            self.place.run("run-due", now=f"2026-03-{day}T05:02:00Z")
        runs = self.place.sql("SELECT id, state FROM runs ORDER BY number")
        self.names = {"RUN": next(run for run, state in runs if state == "delivered"), "FAILED": next(run for run, state in runs if state == "failed"),
                      "EXPORT": self.place.sql("SELECT id FROM exports")[0][0]}
        self.full = self.place.path / "full"
        shutil.copytree(self.place.state.parent, self.full)
        self.tally = faults.Tally(self, self._testMethodName[5:].replace("_", " "))
        self.turn = 0

    def damaged(self, damage):
        shutil.rmtree(self.place.state.parent)
        shutil.copytree(self.full, self.place.state.parent)
        damage(self.place.state)

    def try_commands(self, where, damage):
        """Every command in the whole; otherwise a few, others each time, and the three that look at most."""
        readers, writers = READ, WRITE
        if not faults.WHOLE:
            self.turn += 1
            readers = [("state", "check"), ("runs", "list", "--json"), *(READ[(self.turn * 5 + i) % len(READ)] for i in range(5))]
            writers = [("run-due",)]
        self.damaged(damage)
        for command in [*readers, *writers]:
            if command in WRITE:
                self.damaged(damage)
            backup = self.place.path / "backup.db"
            backup.unlink(missing_ok=True)
            words = [str(backup) if word == "BACKUP" else self.names.get(word, word) for word in command]
            result = self.place.run(*words, now=NOW)
            said, problems = result.err.strip(), []
            if result.code not in DOCUMENTED or "internal error" in said or (result.code not in faults.CALM and not said and not result.out.strip()):
                problems.append(f"exit {result.code}: {said[:300]!r}")
            self.tally.add(f"{where}: {' '.join(command)}", problems)

    def test_values_that_reportctl_never_wrote(self):
        with contextlib.closing(sqlite3.connect(self.full / "state.db")) as database:
            tables = [table for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
            columns = [(table, row[1], row[2]) for table in tables for row in database.execute(f"PRAGMA table_info({table})")]
        cells = [(table, column, value) for table, column, kind in columns for value in (TEXTS if kind == "TEXT" else NUMBERS)]
        for place in faults.chosen(len(cells), 12):
            table, column, value = cells[place - 1]

            def damage(path):
                with contextlib.closing(sqlite3.connect(path)) as database:
                    database.execute("PRAGMA ignore_check_constraints = ON")
                    for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                        database.execute(f"DROP TRIGGER {trigger}")
                    given = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
                    with contextlib.suppress(sqlite3.Error):  # a key that is taken, a row that others point to
                        database.execute(f"UPDATE OR IGNORE {table} SET {column} = {'CAST(? AS TEXT)' if isinstance(value, str) else '?'}"
                                         f"{' WHERE sequence = 3' if table == 'audit' else ''}", (given,))
                        database.commit()

            self.try_commands(f"{table}.{column} = {str(value)[:20]!r}", damage)
        self.tally.close()

    def test_bytes_that_rotted(self):
        good = (self.full / "state.db").read_bytes()
        for trial in faults.chosen(400, 4):
            thrown, rotten = random.Random(trial), bytearray(good)
            for _ in range((1, 4, 32, 1)[trial % 4]):
                rotten[16 + thrown.randrange(84) if trial % 4 == 3 else thrown.randrange(len(rotten))] = thrown.randrange(256)
            self.try_commands(f"trial {trial}", lambda path: path.write_bytes(rotten))
        self.tally.close()


if __name__ == "__main__":
    e2e.main()
