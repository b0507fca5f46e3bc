# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What the benches share: a world with orders in it, pairs of commands run in turn (A B A B), and the rows of the table that comes out.

A race compares processor time or wall time of two commands; medians of all rounds. Absolute times mean nothing: other work of the machine and its
speed are in them, and in both sides of a ratio. No time is asserted.
"""
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import threading
import time

import sqlite3

COLUMNS = "number, placed_at, customer, email, status, currency, quantity, total, weight, shipped"
TABLE = f"CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id TEXT, {COLUMNS})"
MODULE = f"""id: bench
label: Bench
family: bench
description: Orders.
surfaces: [run, schedule]
scope: [account]
window: {{kind: snapshot}}
cadences: [daily]
formats: [csv, xlsx, pdf, json]
columns:
  - {{name: number, label: Order, type: text}}
  - {{name: placed_at, label: Placed at, type: timestamp}}
  - {{name: customer, label: Customer, type: text}}
  - {{name: email, label: Email, type: text}}
  - {{name: status, label: Status, type: text}}
  - {{name: currency, label: Currency, type: text}}
  - {{name: quantity, label: Quantity, type: integer, total: sum}}
  - {{name: total, label: Total, type: money, total: sum}}
  - {{name: weight, label: Weight, type: decimal, scale: 3}}
  - {{name: shipped, label: Shipped, type: date}}
query: SELECT {COLUMNS} FROM orders WHERE account_id = :account ORDER BY id
"""
SUMS = "SELECT customer, count(*) AS orders, sum(total) AS total FROM orders GROUP BY customer ORDER BY customer"
SUMS_MODULE = f"""id: sums
label: Sums
family: bench
description: Orders by customer.
surfaces: [run]
scope: [account]
window: {{kind: snapshot}}
columns:
  - {{name: customer, label: Customer, type: text}}
  - {{name: orders, label: Orders, type: integer}}
  - {{name: total, label: Total, type: integer}}
query: {SUMS.replace("GROUP", "WHERE account_id = :account GROUP")}
"""
NOW = "2026-03-31T06:00:00Z"


class Skipped(Exception):
    """A peer that this machine lacks."""


@dataclasses.dataclass
class Row:
    """One line of the table. `ratio` is ours divided by the peer's; without a peer, what is compared with the bar."""
    what: str
    ours: float
    unit: str = "s"
    peer_name: str = ""
    peer: float = 0.0
    bar: float = 0.0
    memory: float = 0.0  # of ours, megabytes
    memory_bar: float = 0.0

    @property
    def ratio(self):
        return self.ours / self.peer if self.peer else self.ours

    @property
    def missed(self):
        return bool(self.bar and self.ratio > self.bar) or bool(self.memory_bar and self.memory > self.memory_bar)


@dataclasses.dataclass
class Run:
    wall: float
    busy: float
    memory: float


def run(command, environment=None, out=os.devnull, memory=True):
    """One run. Memory is the high-water mark of the process itself, looked at until it ends: what the kernel tells of a child has Python's in it."""
    peak = [0]
    with open(out, "wb") as stream:
        start = time.monotonic()
        child = subprocess.Popen([str(word) for word in command], env=environment, stdout=stream, stderr=subprocess.PIPE if memory else subprocess.DEVNULL)

        def watch():
            while True:
                try:
                    with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                        for line in status:
                            if line.startswith("VmHWM"):
                                peak[0] = max(peak[0], int(line.split()[1]))
                except OSError:
                    return
                if child.returncode is not None:
                    return
                time.sleep(0.02)
        watcher = threading.Thread(target=watch)
        if memory:
            watcher.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if memory:
            watcher.join()
            complaint = child.stderr.read().decode(errors="replace")
            child.stderr.close()
            if child.returncode:
                raise SystemExit(f"{command[0]} failed with {child.returncode}: {complaint}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peak[0] / 1024)


class World:
    """A state, a source with orders, and the program under test."""

    def __init__(self, directory, options):
        self.path, self.options = pathlib.Path(directory), options
        (self.path / "catalog").mkdir()
        (self.path / "catalog" / "bench.yaml").write_text(MODULE, encoding="utf-8")
        (self.path / "catalog" / "sums.yaml").write_text(SUMS_MODULE, encoding="utf-8")
        (self.path / "accounts.yaml").write_text("accounts: [{id: shop, name: Shop, source: shop}]\n", encoding="utf-8")
        self.source = self.path / "shop.db"
        self.configure(f"sqlite:{self.source}")
        self.environment = dict({name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}, HOME=str(self.path), TZ="UTC")
        self.must("init")
        self.must("apply", "-f", self.path / "accounts.yaml", "--yes")

    def configure(self, url, transport=None, more=""):
        (self.path / "reportctl.yaml").write_text(
            f"state: {self.path}/state.db\nmail: {{transport: \"{transport or f'maildir:{self.path}/mail'}\", from: a@example.com, tls: none}}\n"
            f"sources: {{shop: {{url: \"{url}\", statement_timeout: 1h{more}}}}}\ncatalog: {{dirs: [{self.path}/catalog]}}\npdf: {{max_rows: 0}}\n",
            encoding="utf-8")

    def command(self, *words):
        return [self.options.program, "--config", self.path / "reportctl.yaml", "--quiet", *words]

    def report(self, form):
        return self.command("run", "bench", "--account", "shop", "--format", form)

    def rehearsal(self):
        return dict(self.environment, REPORTCTL_NOW=NOW)

    def must(self, *words):
        subprocess.run(self.command(*words), env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def fill(self, rows):
        """As many orders, of a thousand customers and a month."""
        self.source.unlink(missing_ok=True)
        shop = sqlite3.connect(self.source)
        shop.execute(TABLE)
        shop.executemany("INSERT INTO orders VALUES (?, 'shop', ?, ?, ?, ?, ?, 'EUR', ?, ?, ?, ?)", orders(rows))
        shop.commit()
        shop.close()


def orders(rows):
    for i in range(rows):
        day = f"2026-03-{i % 28 + 1:02}"
        yield (i, f"10{i}", f"{day}T{i % 24:02}:{i % 60:02}:00Z", f"Customer Näme {i % 977}", f"user{i % 977}@example.com", "paid" if i % 3 else "shipped",
               i % 9 + 1, i * 7919 % 900_000 + 100, i % 5000 / 8, day)


def in_turn(rounds, contestants):
    """{name: (command, environment, out)} → {name: [Run]}, A B A B."""
    found = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (command, environment, out) in contestants.items():
            found[name].append(run(command, environment, out))
    return found


def middle(runs, measure):
    return statistics.median(getattr(one, measure) for one in runs)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), os.uname().machine)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} x {model}, {memory:.0f} GB, Linux {os.uname().release}"


def table(rows, older):
    """`older`: what and beside whom → ratio of an older run; a ratio that is worse by more than a tenth is marked."""
    lines = [f"{'':46}{'ours':>12}{'peer':>12}{'ratio':>8}{'bar':>7}{'MB':>6}  peer"]
    for row in rows:
        marks = (" MISSED" if row.missed else "") + (f" WORSE (was {older[row.what, row.peer_name]:.2f})" if row.ratio > 1.1 * older.get((row.what, row.peer_name), float("inf")) else "")
        peer = f"{row.peer:10.3f} {row.unit}" if row.peer else ""
        lines.append(f"{row.what:46}{row.ours:10.3f} {row.unit:<1}{peer:>12}{f'{row.ratio:.2f}' if row.peer else '':>8}{f'{row.bar:g}' if row.bar else '':>7}"
                     f"{f'{row.memory:.0f}' if row.memory else '':>6}  {row.peer_name}{marks}")
    return "\n".join(lines)


def save(path, rows, options):
    record = {"machine": machine(), "program": str(options.program), "rows": options.rows, "rounds": options.rounds,
              "load": os.getloadavg()[0], "results": [dict(dataclasses.asdict(row), ratio=row.ratio, missed=row.missed) for row in rows]}
    pathlib.Path(path).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def load(path):
    return {(one["what"], one["peer_name"]): one["ratio"] for one in json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["results"]}
