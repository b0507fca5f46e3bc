# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Databases beside their own programs: all rows as CSV, and sums by customer. DuckDB's peer is its own COPY … TO (the library, called from Python: npm has no program),
MariaDB's is `mariadb --quick`; ClickHouse's engine is behind a front in Python, whose time is in ours, and has none."""
import contextlib
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import clickhouse
import duckdb
import mariadb
from bench import COLUMNS, SUMS, Row, Skipped, in_turn, middle

STEP = 500_000  # rows that are made at a time
ROWS = f"SELECT {COLUMNS} FROM orders ORDER BY id"
# The rows of bench.orders(), made where they are to lie.
ORDER = """i, 'shop', {number}, {placed_at}, {customer}, {email}, CASE WHEN i % 3 <> 0 THEN 'paid' ELSE 'shipped' END, 'EUR', i % 9 + 1, i * 7919 % 900000 + 100,
           i % 5000 / 8.0, {shipped}"""


def joined(word):
    return {"number": word("'10'", "i"), "customer": word("'Customer Näme '", "i % 977"), "email": word("'user'", "i % 977", "'@example.com'")}


def names(types):
    return ", ".join(f"{name} {kind}" for name, kind in zip(("id", "account_id", *COLUMNS.split(", ")), types))


def table(text, whole, moment, real, day):
    return names((whole, text, text, moment, text, text, text, text, whole, whole, real, day))


def steps(rows):
    return [(first, min(rows, first + STEP)) for first in range(0, rows, STEP)]


def race(world, options, engine, name, peers=None, memory_bar=64):
    """peers: what → its command."""
    for what, report, bar in (("CSV", "bench", 1.3), ("Sums", "sums", 1.3)):
        ours = world.path / f"{report}.csv"
        contestants = {"ours": (world.command("run", report, "--account", "shop", "--format", "csv"), world.rehearsal(), ours)}
        if peers:
            contestants["peer"] = (peers[report], dict(os.environ), world.path / f"{report}-peer.csv")
        found = in_turn(options.rounds, contestants)
        yield Row(f"{what}, {options.rows:,} rows of {engine}: wall", middle(found["ours"], "wall"), memory=max(one.memory for one in found["ours"]), memory_bar=memory_bar,
                  **({"peer_name": name, "peer": middle(found["peer"], "wall"), "bar": bar} if peers else {}))


@contextlib.contextmanager
def skipping(what):
    try:
        yield
    except unittest.SkipTest as missing:
        raise Skipped(f"{what}: {missing}") from missing


def of_duckdb(world, options):
    with skipping("DuckDB"):
        library = duckdb.library()
    file = world.path / "shop.duckdb"
    order = ORDER.format(placed_at="TIMESTAMPTZ '2026-03-01 00:00:00+00' + to_days(CAST(i % 28 AS int)) + to_hours(i % 24) + to_minutes(i % 60)",
                         shipped="DATE '2026-03-01' + CAST(i % 28 AS int)", **joined(lambda *words: " || ".join(f"({word})" for word in words)))
    with duckdb.Database(file) as database:
        database.run("SET TimeZone = 'UTC'")
        database.run(f"CREATE TABLE orders ({table('text', 'bigint', 'timestamptz', 'double', 'date')})")
        for first, end in steps(options.rows):
            database.run(f"INSERT INTO orders SELECT {order} FROM range({first}, {end}) AS n(i)")
    world.configure(f"duckdb:{file}", more=f", library: {library}")
    copy = f"import sys; sys.path.insert(0, {str(pathlib.Path(duckdb.__file__).parent)!r}); import duckdb; duckdb.Database(sys.argv[1]).run(sys.argv[2])"
    peers = {report: ["/usr/bin/python3", "-c", copy, file, f"COPY ({query}) TO '{world.path}/{report}-copy.csv' (HEADER)"] for report, query in (("bench", ROWS), ("sums", SUMS))}
    yield from race(world, options, "DuckDB", "COPY … TO of DuckDB", peers, 300)


def of_mariadb(world, options):
    with skipping("MariaDB"):
        server = mariadb.Server()
    try:
        order = ORDER.format(placed_at="TIMESTAMP '2026-03-01 00:00:00' + INTERVAL (i % 28 * 1440 + i % 24 * 60 + i % 60) MINUTE",
                             shipped="DATE '2026-03-01' + INTERVAL (i % 28) DAY", **joined(lambda *words: f"concat({', '.join(words)})"))
        server.run("CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        server.run(f"CREATE TABLE orders ({table('varchar(60)', 'bigint', 'timestamp null', 'double', 'date')}, PRIMARY KEY (id))", "shop")
        for first, end in steps(options.rows):
            server.run(f"INSERT INTO orders SELECT {order} FROM (SELECT seq AS i FROM seq_{first}_to_{end - 1}) AS n", "shop")
        world.configure(server.url("shop"))
        client = ["mariadb", "--no-defaults", f"--socket={server.socket}", "--user=root", "--batch", "--quick", "--default-character-set=utf8mb4", "shop", "--execute"]
        yield from race(world, options, "MariaDB", "mariadb --quick", {"bench": [*client, ROWS], "sums": [*client, SUMS]})
    finally:
        server.close()


def of_clickhouse(world, options):
    with skipping("ClickHouse"):
        server = clickhouse.Server()
    try:
        order = ORDER.format(placed_at="toDateTime64('2026-03-01 00:00:00', 0, 'UTC') + toIntervalMinute(i % 28 * 1440 + i % 24 * 60 + i % 60)",
                             shipped="toDate('2026-03-01') + i % 28", **joined(lambda *words: f"concat({', '.join(f'toString({word})' for word in words)})"))
        server.run("CREATE DATABASE shop")
        server.run(f"CREATE TABLE orders ({table('String', 'Int64', clickhouse.TYPES['timestamptz'], 'Float64', 'Date')}) ENGINE = MergeTree ORDER BY id", "shop",
                   data_type_default_nullable=0)
        for first, end in steps(options.rows):
            server.run(f"INSERT INTO orders SELECT {order} FROM (SELECT number AS i FROM numbers({first}, {end - first}))", "shop")
        world.configure(server.url("shop"))
        yield from race(world, options, "ClickHouse", "")
    finally:
        server.close()


BENCHES = {"duckdb": of_duckdb, "mariadb": of_mariadb, "clickhouse": of_clickhouse}
