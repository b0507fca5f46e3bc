#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""kill -9 at the system calls of a run-due that decides a condition and mails it: the alert is neither lost nor told twice, the run that is resumed goes by
what was decided whatever the rows are by then, and what is remembered is never ahead of what was told. REPORTCTL_FAULTS=whole kills at every call."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

READY = faults.STOCK.replace("columns:", "ready: SELECT max('2026-04-01T00:00:00Z') AS data_until FROM products WHERE account_id = :account\ncolumns:")
TO = ["a@example.org", "b@example.org"]
NEXT_DAY, THIRD_DAY = "2026-03-18T05:02:00Z", "2026-03-19T05:02:00Z"
MANY = e2e.COMMERCE
FEW = e2e.COMMERCE + "DELETE FROM products WHERE id = 'p2';"


class Alerts(e2e.Case):
    def prepare(self, transport):
        self.stage = stage = faults.Stage(self, transport, (READY,), MANY)
        self.place, self.mailbox = stage.world, stage.mailbox
        self.place.schedules(e2e.schedule("alert", TO, report="stock", more=", send: count > 1, again: once, all_clear: true, wait: 30m"))
        stage.keep()

    def memory(self):
        """(raised since, last told) as remembered, and how many letters of which run may have arrived."""
        rows = self.place.sql("SELECT raised_since, last_sent_slot FROM watch")
        return rows[0] if rows else (None, None)

    def told(self, slot=None):
        return self.place.sql("SELECT count(*) FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE d.notification_id IS NULL "
                              "AND d.state IN ('accepted', 'unknown') AND r.finished_at IS NOT NULL AND (?1 IS NULL OR r.slot = ?1)", slot)[0][0]

    def check_memory(self, problems, when):
        raised, last = self.memory()
        if raised is not None and (self.told(raised) == 0 or self.told(last) == 0):
            problems.append(f"{when}: remembered as told, and nobody was")

    def letters(self):
        """{recipient: [Message-ID]} of reports."""
        held = {address: [] for address in TO}
        for address, message in self.mailbox.held():
            held.setdefault(address, []).append(message)
        return held

    def check_alert(self, problems):
        """Everybody once; what nobody knows is shown as unknown, and at most one was in doubt."""
        ledger = self.place.sql("SELECT address, state, message_id FROM deliveries WHERE notification_id IS NULL ORDER BY number")
        held = self.letters()
        doubt = 0
        if sorted(address for address, _, _ in ledger) != TO:
            problems.append(f"letters to {ledger}")
        for address, state, message in ledger:
            doubt += state == "unknown"
            if held[address] not in ([message],) + (([],) if state == "unknown" else ()):
                problems.append(f"{address} is {state} and got {held[address]}")
        if doubt > 1:
            problems.append(f"{doubt} letters are unknown")
        return doubt

    def kill(self, transport, sample):
        self.prepare(transport)
        tally = faults.Tally(self, f"kills of an alert with {transport}")
        for where, _ in self.stage.kills(sample):
            problems = []
            self.check_memory(problems, "after the kill")
            decided = self.place.sql("SELECT count(*) FROM runs WHERE decision <> ''")[0][0]
            if decided:  # it goes by that, and not by the rows of now
                self.place.make_source(FEW)
            self.stage.settle(problems)
            self.check_memory(problems, "settled")
            doubt = self.check_alert(problems)
            if self.memory()[0] is None:
                problems.append("told, and not remembered")
            self.place.make_source(MANY)  # it goes on holding: nothing more of it
            self.place.must("run-due", now=NEXT_DAY)
            if self.place.sql("SELECT state FROM runs ORDER BY slot")[-1][0] != "quiet":
                problems.append(f"the next day ended {self.place.sql('SELECT slot, state, reason FROM runs')}")
            self.check_alert(problems)
            tally.add(where, problems, decided=decided, unknown=doubt)
        tally.close()
        self.assertGreater(tally.figures["decided"], 0)  # some kills came between the decision and the end

    def test_a_kill_at_any_call_neither_loses_nor_doubles_an_alert_with_a_mail_server(self):
        self.kill("smtp", 3)

    def test_a_kill_at_any_call_neither_loses_nor_doubles_an_alert_with_a_maildir(self):
        self.kill("maildir", 2)

    def test_a_kill_at_any_call_of_the_all_clear_tells_it_once_and_the_next_alert_again(self):
        self.prepare("maildir")
        self.place.must("run-due")
        self.assertEqual({len(got) for got in self.letters().values()}, {1})
        self.stage.keep()
        self.stage.data = FEW
        tally = faults.Tally(self, "kills of an all-clear")
        for where, _ in self.stage.kills(3, ["pwrite64", "fdatasync", "linkat", "write"], now=NEXT_DAY):
            problems = []
            self.stage.settle(problems, day=18)
            if self.memory()[0] is not None:
                problems.append("still raised")
            if any(len(got) > 1 for got in self.letters().values()) or not any(self.letters().values()):
                problems.append(f"the all-clear came {self.letters()}")
            self.mailbox.forget()
            self.place.make_source(MANY)
            self.place.must("run-due", now=THIRD_DAY)
            if {len(got) for got in self.letters().values()} != {1}:
                problems.append(f"the next alert came {self.letters()}")
            tally.add(where, problems)
        tally.close()


if __name__ == "__main__":
    e2e.main()
