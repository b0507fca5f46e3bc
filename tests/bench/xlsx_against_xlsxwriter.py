#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Processor time, wall time and peak memory of an XLSX of 1,000,000 rows × 10 columns against Python's XlsxWriter (python3-xlsxwriter) with
constant_memory, which writes the same cells without widths, summary or totals. The bar: at most 0.08 of its processor time, below 64 MB.

usage: xlsx_against_xlsxwriter.py [--program reportctl] [--rows 1000000] [--rounds 3]
"""
import argparse
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

MODULE = """id: bench
label: Bench
family: bench
description: Orders.
surfaces: [run]
scope: [account]
window: {kind: snapshot}
formats: [csv, xlsx]
columns:
  - {name: number, label: Order, type: text}
  - {name: placed_at, label: Placed at, type: timestamp}
  - {name: customer, label: Customer, type: text}
  - {name: email, label: Email, type: text}
  - {name: status, label: Status, type: text}
  - {name: currency, label: Currency, type: text}
  - {name: quantity, label: Quantity, type: integer, total: sum}
  - {name: total, label: Total, type: money, total: sum}
  - {name: weight, label: Weight, type: decimal, scale: 3}
  - {name: shipped, label: Shipped, type: date}
query: SELECT number, placed_at, customer, email, status, currency, quantity, total, weight, shipped FROM orders WHERE account_id = :account ORDER BY id
"""

PEER = """
import datetime, sqlite3, sys
import xlsxwriter
book = xlsxwriter.Workbook(sys.argv[2], {'constant_memory': True})
sheet = book.add_worksheet('Data')
instant, day = book.add_format({'num_format': 'yyyy-mm-dd hh:mm:ss'}), book.add_format({'num_format': 'yyyy-mm-dd'})
money, weight = book.add_format({'num_format': '#,##0.00'}), book.add_format({'num_format': '#,##0.000'})
for at, label in enumerate('Order|Placed at|Customer|Email|Status|Currency|Quantity|Total|Weight|Shipped'.split('|')):
    sheet.write_string(0, at, label)
rows = 'SELECT number, placed_at, customer, email, status, currency, quantity, total, weight, shipped FROM orders ORDER BY id'
for at, row in enumerate(sqlite3.connect(sys.argv[1]).execute(rows), 1):
    sheet.write_string(at, 0, row[0])
    sheet.write_datetime(at, 1, datetime.datetime.fromisoformat(row[1][:19]), instant)
    for column in (2, 3, 4, 5):
        sheet.write_string(at, column, row[column])
    sheet.write_number(at, 6, row[6])
    sheet.write_number(at, 7, row[7] / 100, money)
    sheet.write_number(at, 8, row[8], weight)
    sheet.write_datetime(at, 9, datetime.datetime.fromisoformat(row[9]), day)
book.close()
"""


def timed(words, environment):
    """Wall time and processor time in seconds, and peak memory in megabytes."""
    start = time.monotonic()
    child = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{words[0]} failed")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def told(name, rows, runs):
    """Says how fast it was; gives the median processor time, which other work of the machine disturbs less than wall time."""
    wall, busy, memory = statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs), max(run[2] for run in runs)
    print(f"{name}: {rows} rows, wall {wall:.2f} s, processor {busy:.2f} s ({rows / busy:,.0f} rows/s), peak {memory:.0f} MB", flush=True)
    return busy, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.environ.get("REPORTCTL", "build/reportctl"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        (home / "catalog").mkdir()
        (home / "catalog" / "bench.yaml").write_text(MODULE, encoding="utf-8")
        (home / "accounts.yaml").write_text("accounts: [{id: shop, name: Shop, source: shop}]\n")
        (home / "reportctl.yaml").write_text(f"state: {home}/state.db\nmail: {{transport: \"maildir:{home}/mail\", from: a@example.com}}\n"
                                             f"sources: {{shop: {{url: \"sqlite:{home}/shop.db\", statement_timeout: 1h}}}}\ncatalog: {{dirs: [{home}/catalog]}}\n")

        def fill(rows):
            (home / "shop.db").unlink(missing_ok=True)
            shop = sqlite3.connect(home / "shop.db")
            shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id, number, placed_at, customer, email, status, currency, quantity, "
                         "total, weight, shipped)")
            shop.executemany("INSERT INTO orders VALUES (?, 'shop', ?, ?, ?, ?, ?, 'EUR', ?, ?, ?, ?)",
                             ((i, f"10{i}", f"2026-03-{i % 28 + 1:02}T{i % 24:02}:{i % 60:02}:00Z", f"Customer Näme {i % 977}",
                               f"user{i % 977}@example.com", "paid" if i % 3 else "shipped", i % 9 + 1, i * 7919 % 900_000 + 100,
                               i % 5000 / 8, f"2026-03-{i % 28 + 1:02}")
                              for i in range(rows)))
            shop.commit()
            shop.close()

        environment = dict(os.environ, REPORTCTL_NOW="2026-03-31T06:00:00Z", HOME=folder)
        program = [os.path.abspath(options.program), "--config", str(home / "reportctl.yaml")]
        fill(options.rows)
        for step in (["init"], ["apply", "-f", str(home / "accounts.yaml"), "--yes"]):
            subprocess.run([*program, *step], env=environment, check=True, capture_output=True)
        ours = [*program, "--quiet", "run", "bench", "--account", "shop", "--format", "xlsx"]
        peer = ["/usr/bin/python3", "-c", PEER, str(home / "shop.db"), str(home / "peer.xlsx")]
        found = {"reportctl": [], "XlsxWriter": []}
        for _ in range(options.rounds):
            found["reportctl"].append(timed(ours, environment))
            found["XlsxWriter"].append(timed(peer, environment))
        (busy, memory), (peer_busy, _) = (told(name, options.rows, runs) for name, runs in found.items())
        print(f"ratio {busy / peer_busy:.2f} (bar 0.08); machine load {os.getloadavg()[0]:.1f}")
        sys.exit(busy / peer_busy > 0.08 or memory > 64)


if __name__ == "__main__":
    main()
