#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Processor time, wall time and peak memory of a PDF of 20,000 rows × 8 columns against reportlab's canvas (python3-reportlab), which draws the same
texts without measuring, summary or totals. The bar: at most 0.35 of its processor time, below 64 MB, and as much memory for ten times the rows.

usage: pdf_against_reportlab.py [--program reportctl] [--rows 20000] [--rounds 5]
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
formats: [csv, pdf]
columns:
  - {name: number, label: Order, type: text}
  - {name: placed_at, label: Placed at, type: timestamp}
  - {name: customer, label: Customer, type: text}
  - {name: email, label: Email, type: text}
  - {name: status, label: Status, type: text}
  - {name: currency, label: Currency, type: text}
  - {name: quantity, label: Quantity, type: integer, total: sum}
  - {name: total, label: Total, type: money, total: sum}
query: SELECT number, placed_at, customer, email, status, currency, quantity, total FROM orders WHERE account_id = :account ORDER BY id
"""

PEER = """
import sqlite3, sys
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen import canvas
pdfmetrics.registerFont(ttfonts.TTFont('F', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'))
drawing = canvas.Canvas(sys.argv[2], pagesize=A4)
y = 0
rows = 'SELECT number, placed_at, customer, email, status, currency, quantity, total FROM orders ORDER BY id'
for row in sqlite3.connect(sys.argv[1]).execute(rows):
    if y < 42:
        if y:
            drawing.showPage()
        drawing.setFont('F', 8)
        for at, label in enumerate('Order|Placed at|Customer|Email|Status|Currency|Quantity|Total'.split('|')):
            drawing.drawString(36 + 65 * at, 800, label)
        y = 785
    for at, text in enumerate((*row[:6], f'{row[6]:,}', f'{row[7] / 100:,.2f}')):
        (drawing.drawRightString if at > 5 else drawing.drawString)(36 + 65 * at + (60 if at > 5 else 0), y, text)
    y -= 15
drawing.save()
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
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        (home / "catalog").mkdir()
        (home / "catalog" / "bench.yaml").write_text(MODULE, encoding="utf-8")
        (home / "accounts.yaml").write_text("accounts: [{id: shop, name: Shop, source: shop}]\n")
        (home / "reportctl.yaml").write_text(f"state: {home}/state.db\nmail: {{transport: \"maildir:{home}/mail\", from: a@example.com}}\n"
                                             f"sources: {{shop: {{url: \"sqlite:{home}/shop.db\", statement_timeout: 1h}}}}\ncatalog: {{dirs: [{home}/catalog]}}\npdf: {{max_rows: 0}}\n")

        def fill(rows):
            (home / "shop.db").unlink(missing_ok=True)
            shop = sqlite3.connect(home / "shop.db")
            shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id, number, placed_at, customer, email, status, currency, quantity, "
                         "total)")
            shop.executemany("INSERT INTO orders VALUES (?, 'shop', ?, ?, ?, ?, ?, 'EUR', ?, ?)",
                             ((i, f"10{i}", f"2026-03-{i % 28 + 1:02}T{i % 24:02}:{i % 60:02}:00Z", f"Customer Näme {i % 977}",
                               f"user{i % 977}@example.com", "paid" if i % 3 else "shipped", i % 9 + 1, i * 7919 % 900_000 + 100)
                              for i in range(rows)))
            shop.commit()
            shop.close()

        environment = dict(os.environ, REPORTCTL_NOW="2026-03-31T06:00:00Z", HOME=folder)
        program = [os.path.abspath(options.program), "--config", str(home / "reportctl.yaml")]
        fill(options.rows)
        for step in (["init"], ["apply", "-f", str(home / "accounts.yaml"), "--yes"]):
            subprocess.run([*program, *step], env=environment, check=True, capture_output=True)
        ours = [*program, "--quiet", "run", "bench", "--account", "shop", "--format", "pdf"]
        peer = ["/usr/bin/python3", "-c", PEER, str(home / "shop.db"), str(home / "peer.pdf")]
        found = {"reportctl": [], "reportlab": []}
        for _ in range(options.rounds):
            found["reportctl"].append(timed(ours, environment))
            found["reportlab"].append(timed(peer, environment))
        (busy, _), (peer_busy, _) = (told(name, options.rows, runs) for name, runs in found.items())
        fill(10 * options.rows)
        _, memory = told("reportctl", 10 * options.rows, [timed(ours, environment)])
        print(f"ratio {busy / peer_busy:.2f} (bar 0.35); machine load {os.getloadavg()[0]:.1f}")
        sys.exit(busy / peer_busy > 0.35 or memory > 64)


if __name__ == "__main__":
    main()
