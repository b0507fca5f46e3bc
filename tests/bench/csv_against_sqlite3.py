#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""CSV from SQLite against its peer, `sqlite3 -csv` of the same query, interleaved A B A B in one run.

    ninja -C BUILD bench_csv && tests/bench/csv_against_sqlite3.py BUILD/tests/bench/bench_csv

Prints medians, ratio and peak memory. Absolute times mean nothing; the bar is a ratio of 3 at a million rows of ten columns, and memory
that stays flat below 64 MB. No time is asserted.
"""
import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROWS = """
CREATE TABLE orders(id INTEGER PRIMARY KEY, number TEXT NOT NULL, placed_at TEXT NOT NULL, customer TEXT NOT NULL, email TEXT,
                    status TEXT NOT NULL, currency TEXT NOT NULL, lines INTEGER NOT NULL, weight_kg REAL, discount REAL,
                    total_cents INTEGER NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO orders
SELECT i,
       'SO-' || printf('%08d', i),
       strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + i * 17, 'unixepoch'),
       CASE i % 10 WHEN 0 THEN 'Kowalski, Łukasz' WHEN 1 THEN 'The "Corner" Shop' ELSE 'Customer ' || (i * 7919 % 50000) END,
       CASE i % 13 WHEN 0 THEN NULL ELSE 'customer' || (i * 7919 % 50000) || '@example.com' END,
       CASE i % 4 WHEN 0 THEN 'paid' WHEN 1 THEN 'shipped' WHEN 2 THEN 'open' ELSE 'refunded' END,
       CASE i % 3 WHEN 0 THEN 'EUR' WHEN 1 THEN 'AUD' ELSE 'JPY' END,
       1 + i % 9,
       round((i * 7919 % 1000000) / 997.0, 4),
       CASE i % 5 WHEN 0 THEN NULL ELSE (i % 4000) / 100.0 END,
       i * 104729 % 10000000
FROM n;
"""
QUERY = ("SELECT number AS order_number, placed_at, customer, email, status, currency, lines, weight_kg, discount, total_cents AS total "
         "FROM orders ORDER BY id")
COLUMNS = ["order_number:text", "placed_at:timestamp", "customer:text", "email:text", "status:text", "currency:text", "lines:integer",
           "weight_kg:decimal:3", "discount:percent", "total:money"]


def build(path, rows):
    subprocess.run(["sqlite3", path], input=ROWS.format(rows=rows), text=True, check=True)


def measure(command, out):
    """Wall and CPU seconds of one run."""
    with open(out, "wb") as stream:
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=stream)
        _, status, usage = os.wait4(child.pid, 0)
        elapsed = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} failed with {child.returncode}")
    return elapsed, usage.ru_utime + usage.ru_stime


def peak_kilobytes(command):
    """The high-water mark of resident memory, looked at until the end (ru_maxrss would count this interpreter before exec)."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            try:
                with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                    lines = dict(line.split(":", 1) for line in status)
            except (FileNotFoundError, ProcessLookupError):
                break
            if os.path.basename(command[0]).startswith(lines["Name"].strip()):
                peak = max(peak, int(lines.get("VmHWM", "0 kB").split()[0]))
            time.sleep(0.005)
    return peak


def check_same(ours, theirs, rows):
    """Both outputs must tell the same texts and numbers, or the race means nothing."""
    with open(ours, newline="", encoding="utf-8") as a, open(theirs, newline="", encoding="utf-8") as b:
        mine, other = csv.reader(a), csv.reader(b)
        next(mine)
        count = 0
        for left, right in zip(mine, other, strict=True):
            count += 1
            if count % 97 and count != rows:
                continue
            digits = 0 if right[5] == "JPY" else 2
            assert left[0] == right[0] and left[2:7] == right[2:7], (left, right)
            assert round(float(left[9]) * 10 ** digits) == int(right[9]), (left, right)
            assert abs(float(left[7]) - float(right[7])) <= 0.00051, (left, right)
        assert count == rows, count


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="the built bench_csv")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--zone", default="Australia/Sydney")
    arguments.add_argument("--directory", default="/dev/shm", help="where database and outputs go")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        database = os.path.join(directory, "orders.db")
        build(database, options.rows)
        ours, theirs = os.path.join(directory, "ours.csv"), os.path.join(directory, "theirs.csv")
        contestants = {
            "reportctl": ([options.program, database, QUERY, options.zone, *COLUMNS], ours),
            "sqlite3 -csv": (["sqlite3", "-csv", database, QUERY], theirs),
        }
        results = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, (command, out) in contestants.items():
                results[name].append(measure(command, out))
        check_same(ours, theirs, options.rows)
        print(f"{options.rows} rows x {len(COLUMNS)} columns, {options.rounds} rounds, interleaved")
        print(f"{'':14}{'median s':>10}{'min s':>10}{'cpu s':>10}{'peak MB':>10}{'out MB':>10}")
        for name, runs in results.items():
            command, out = contestants[name]
            wall, cpu = zip(*runs)
            print(f"{name:14}{statistics.median(wall):10.3f}{min(wall):10.3f}{statistics.median(cpu):10.3f}"
                  f"{peak_kilobytes(command) / 1024:10.1f}{os.path.getsize(out) / 1e6:10.1f}")
        ours, theirs = (list(zip(*results[name])) for name in contestants)
        print(f"ratio: {statistics.median(theirs[0]) / statistics.median(ours[0]):.2f} of median wall time, "
              f"{min(theirs[0]) / min(ours[0]):.2f} of least wall time, {statistics.median(theirs[1]) / statistics.median(ours[1]):.2f} of median CPU time")


if __name__ == "__main__":
    main()
