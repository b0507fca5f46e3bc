#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of a run-due that divides an occurrence into parts and mails them: the list is asked until its parts are recorded and never after,
no part is lost, none is mailed twice, and the occurrence ends once over all of them. REPORTCTL_FAULTS=whole kills at every call."""
import collections, pathlib, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

CALLS = ["pwrite64", "fdatasync", "write", "fsync", "rename", "linkat", "connect", "sendto", "recvfrom", "openat", "close"]
LIST = """\
id: people
kind: list
columns: [key, to]
query: SELECT key AS key, mail AS "to" FROM people WHERE account_id = :account ORDER BY key
"""
PEOPLE = "CREATE TABLE people (account_id TEXT, key TEXT, mail TEXT); INSERT INTO people VALUES ('other', 'z', 'z@example.org');"
BEFORE = e2e.COMMERCE + PEOPLE + "INSERT INTO people VALUES ('shop', 'a', 'a@example.org'), ('shop', 'b', 'b@example.org'), ('shop', 'b', 'bb@example.org'), ('shop', 'c', NULL);"
AFTER = e2e.COMMERCE + PEOPLE + "INSERT INTO people VALUES ('shop', 'a', 'new@example.org');"
OLD, NEW = ["a@example.org", "b@example.org", "bb@example.org"], ["new@example.org"]


class Parts(e2e.Case):
    def prepare(self, transport):
        server = None
        if transport == "smtp":
            e2e.need_aiosmtpd()
            server = self.server()
        self.place = place = self.world(server and server.url, "response_timeout: 5s\nconnect_timeout: 5s\n", more=faults.modules(self, faults.STOCK, LIST))
        self.mailbox = faults.Server(server) if server else faults.Maildir(place.outbox)
        place.make_source(BEFORE)
        place.schedules('  - {name: parts, account: shop, report: stock, format: [csv, xlsx], cadence: daily, at: "05:00", recipients: {list: people}}\n')
        self.prepared = place.path / "prepared"
        shutil.copytree(place.state.parent, self.prepared)

    def fresh(self):
        shutil.rmtree(self.place.state.parent)
        shutil.copytree(self.prepared, self.place.state.parent)
        shutil.rmtree(self.place.path / "artifacts", ignore_errors=True)
        self.mailbox.forget()
        self.place.make_source(BEFORE)

    def traced(self, calls, inject=None):
        trace = self.place.path / "trace"
        words = ["-f", "-qq", "-o", trace, "-e", f"trace={calls}"] + (["-e", f"inject={inject}"] if inject else [])
        return self.place.run("run-due", prefix=[e2e.need("strace"), *words]), trace.read_text(errors="replace")

    def settle(self, problems):
        for minute in range(3, 11):
            if self.place.run("run-due", now=f"2026-03-17T05:{minute:02d}:00Z").code == 0:
                return
        problems.append("run-due is never quiet")

    def check(self, problems, expected):
        place = self.place
        ledger = place.sql("SELECT d.address, d.state, d.message_id, r.part FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE d.notification_id IS NULL")
        held = collections.Counter(message for address, message in self.mailbox.held() if address in OLD + NEW + ["z@example.org"])
        unknown = sum(state == "unknown" for _, state, _, _ in ledger)
        if sorted(address for address, _, _, _ in ledger) != expected:
            problems.append(f"letters to {ledger}")
        for address, state, message, _ in ledger:
            count = held.pop(message, 0)
            if state not in ("accepted", "unknown") or count > 1 or (state == "accepted" and count == 0):
                problems.append(f"{address} is {state} and arrived {count} times")
        if held or unknown > 1:
            problems.append(f"{len(held)} letters that no ledger has, {unknown} unknown")
        open_ones = place.sql("SELECT part, state FROM runs WHERE finished_at IS NULL OR owner_host IS NOT NULL")
        twice = place.sql("SELECT part FROM runs WHERE parent IS NOT NULL GROUP BY parent, part HAVING count(*) > 1")
        whole = place.sql("SELECT state FROM runs WHERE parent IS NULL")
        if open_ones or twice or whole != [("unknown" if unknown else "delivered",)]:
            problems.append(f"open {open_ones}, twice {twice}, ended {whole}")
        for command in (("audit", "verify"), ("state", "check")):
            if place.run(*command).code != 0:
                problems.append(f"{' '.join(command)} fails")
        return unknown

    def kill(self, transport, sample):
        self.prepare(transport)
        self.fresh()
        result, trace = self.traced(",".join(CALLS))
        self.assertEqual(result.code, 0, result.err)
        tally = faults.Tally(self, f"kills of parts with {transport}")
        for call in CALLS:
            count = sum(f" {call}(" in line for line in trace.splitlines())
            for when in faults.chosen(count, sample):
                self.fresh()
                killed, _ = self.traced(call, f"{call}:signal=KILL:when={when}")
                if killed.code not in (-9, 137):  # its calls differ a little from those that were counted
                    continue
                problems = []
                recorded = self.place.sql("SELECT count(*) FROM runs WHERE parent IS NOT NULL")[0][0]
                self.place.make_source(AFTER)
                self.settle(problems)
                tally.add(f"killed at {call} {when} of {count}", problems, recorded=recorded > 0,
                          unknown=self.check(problems, OLD if recorded else NEW))
        tally.close()
        self.assertGreater(tally.figures["recorded"], 0)
        self.assertGreater(tally.figures["points"], tally.figures["recorded"])

    def test_a_kill_at_any_call_neither_loses_nor_doubles_a_part_with_a_mail_server(self):
        self.kill("smtp", 4)

    def test_a_kill_at_any_call_neither_loses_nor_doubles_a_part_with_a_maildir(self):
        self.kill("maildir", 4)


if __name__ == "__main__":
    e2e.main()
