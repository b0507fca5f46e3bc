# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Mails: a schedule with many recipients, each with a durable ledger, against Postfix's smtp-source, both into smtp-sink over loopback; and many
schedules that are due at once."""
import contextlib
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from bench import NOW, Row, Skipped, run

TOOLS = "/usr/sbin"
LATER = "2026-04-01T06:05:00Z"  # a day after NOW, when all are due


class Sink:
    def __init__(self):
        if not os.access(f"{TOOLS}/smtp-sink", os.X_OK):
            raise Skipped("postfix")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([f"{TOOLS}/smtp-sink", *user, f"127.0.0.1:{self.port}", "100"], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("smtp-sink does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait()


def due(world, name, schedules, recipients, parts=0):
    """One run-due under a clock a day ahead of the schedules."""
    to = "to: [" + ", ".join(f"r{i}@example.com" for i in range(recipients)) + "]"
    if parts:
        to = "recipients: [" + ", ".join(f"{{key: p{i}, to: r{i}@example.com}}" for i in range(parts)) + "]"
    text = "".join(f"  - {{name: {name}-{i}, report: bench, cadence: daily, at: \"06:00\", format: csv, {to}}}\n" for i in range(schedules))
    (world.path / "schedules.yaml").write_text(f"accounts: [{{id: shop, name: Shop, source: shop}}]\nschedules:\n{text.replace('{name', '{account: shop, name')}",
                                               encoding="utf-8")
    before = dict(world.environment, REPORTCTL_NOW=NOW)
    subprocess.run(world.command("apply", "-f", world.path / "schedules.yaml", "--yes", "--prune"), env=before, check=True, stdout=subprocess.DEVNULL)
    ended = run(world.command("--really", "run-due"), dict(world.environment, REPORTCTL_NOW=LATER))
    with contextlib.closing(sqlite3.connect(world.path / "state.db")) as state:
        sent, = state.execute("SELECT count(*) FROM deliveries WHERE state = 'accepted'").fetchone()
    wanted = schedules * (parts or recipients)
    if sent != wanted:
        raise SystemExit(f"{sent} of {wanted} mails were accepted")
    return ended


def mails(world, options):
    number = 100 if options.quick else 1000
    world.fill(100)
    sink = Sink()
    try:
        world.configure(f"sqlite:{world.source}", f"smtp://127.0.0.1:{sink.port}")
        ours = due(world, "wide", 1, number)
        peer = run([f"{TOOLS}/smtp-source", "-d", "-s", "1", "-m", number, "-l", 20000, "-f", "a@example.com", "-t", "b@example.com", f"127.0.0.1:{sink.port}"])
        yield Row(f"a schedule of {number:,} recipients: wall", ours.wall, peer_name="smtp-source, 20 KB", peer=peer.wall, memory=ours.memory)
        many = due(world, "many", number, 1)
        yield Row(f"{number:,} schedules due at once: wall", many.wall, bar=2.5 * number / 1000, memory=many.memory)
        parts = 5 * number
        divided = due(world, "divided", 1, 1, parts)
        yield Row(f"a schedule of {parts:,} parts: wall", divided.wall, bar=3 * parts / 1000, memory=divided.memory, memory_bar=100)
    finally:
        sink.close()


BENCHES = {"mails": mails}
