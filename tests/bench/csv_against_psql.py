#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""CSV from PostgreSQL against its peer, `psql --csv` of the same query on the same server, interleaved A B A B in one run.

    ninja -C BUILD bench_csv && tests/bench/csv_against_psql.py BUILD/tests/bench/bench_csv

Starts a server of its own on loopback. Prints medians, ratio and peak memory. Absolute times mean nothing; the bar is at most 0.65 of psql's wall
time at a million rows of ten columns, and memory that is the same at any number of rows. No time is asserted.
"""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import csv_against_sqlite3 as peer  # noqa: E402
import postgres  # noqa: E402

ROWS = """
CREATE TABLE orders(id bigint PRIMARY KEY, number text NOT NULL, placed_at timestamptz NOT NULL, customer text NOT NULL, email text, status text NOT NULL,
                    currency text NOT NULL, lines integer NOT NULL, weight_kg double precision, discount double precision, total_cents bigint NOT NULL);
INSERT INTO orders
SELECT i,
       'SO-' || lpad(i::text, 8, '0'),
       to_timestamp(1700000000 + i * 17),
       CASE i % 10 WHEN 0 THEN 'Kowalski, Łukasz' WHEN 1 THEN 'The "Corner" Shop' ELSE 'Customer ' || (i * 7919 % 50000) END,
       CASE i % 13 WHEN 0 THEN NULL ELSE 'customer' || (i * 7919 % 50000) || '@example.com' END,
       CASE i % 4 WHEN 0 THEN 'paid' WHEN 1 THEN 'shipped' WHEN 2 THEN 'open' ELSE 'refunded' END,
       CASE i % 3 WHEN 0 THEN 'EUR' WHEN 1 THEN 'AUD' ELSE 'JPY' END,
       1 + i % 9,
       round((i * 7919 % 1000000) / 997.0, 4),
       CASE i % 5 WHEN 0 THEN NULL ELSE (i % 4000) / 100.0 END,
       i * 104729 % 10000000
FROM generate_series(1::bigint, {rows}) i;
VACUUM ANALYZE orders;
"""


def contestants(server, program, database, zone, directory):
    url = server.url(database)
    psql = [str(server.bin / "psql"), "-X", "--csv", "-t", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-d", database, "-c", peer.QUERY]
    return {"reportctl": ([program, url, peer.QUERY, zone, *peer.COLUMNS], os.path.join(directory, "ours.csv")),
            "psql --csv": (psql, os.path.join(directory, "theirs.csv"))}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="the built bench_csv")
    arguments.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--zone", default="Australia/Sydney")
    arguments.add_argument("--directory", default="/dev/shm", help="where the outputs go")
    options = arguments.parse_args()
    server = postgres.Server(shared_buffers="512MB")
    try:
        for rows in options.rows:
            database = f"rows{rows}"
            server.psql(f"CREATE DATABASE {database}")
            for statement in ROWS.format(rows=rows).split(";\n")[:3]:
                server.psql(statement, database)
            with tempfile.TemporaryDirectory(dir=options.directory) as directory:
                compare(contestants(server, options.program, database, options.zone, directory), rows, options.rounds)
    finally:
        server.close()


def compare(runners, rows, rounds):
    results = {name: [] for name in runners}
    for _ in range(rounds):
        for name, (command, out) in runners.items():
            results[name].append(peer.measure(command, out))
    peer.check_same(*(out for _, out in runners.values()), rows)
    print(f"{rows} rows x {len(peer.COLUMNS)} columns, {rounds} rounds, interleaved")
    print(f"{'':14}{'median s':>10}{'min s':>10}{'cpu s':>10}{'peak MB':>10}{'out MB':>10}")
    for name, runs in results.items():
        command, out = runners[name]
        wall, cpu = zip(*runs)
        print(f"{name:14}{statistics.median(wall):10.3f}{min(wall):10.3f}{statistics.median(cpu):10.3f}"
              f"{peer.peak_kilobytes(command) / 1024:10.1f}{os.path.getsize(out) / 1e6:10.1f}")
    ours, theirs = (list(zip(*runs)) for runs in results.values())
    print(f"ratio: {statistics.median(ours[0]) / statistics.median(theirs[0]):.2f} of psql's median wall time, "
          f"{min(ours[0]) / min(theirs[0]):.2f} of its least, {statistics.median(ours[1]) / statistics.median(theirs[1]):.2f} of its median CPU time\n")


if __name__ == "__main__":
    main()
