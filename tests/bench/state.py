# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""A state with as many finished runs as `--rows` says, each with a delivery, the facts of its mail and a record of the audit log: an idle `run-due`
against `sqlite3 'select 1'` and against itself on a small state; lists, checks, and retention of everything."""
import hashlib
import sqlite3
import time

from bench import Row, World, in_turn, middle, run

SCHEDULE = """
INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, next_run_at, last_run_status, last_run_error,
                       failure_count, revision)
VALUES ('s', 'shop', 'daily', 'bench', 1, '{"scope":"account","cadence":"daily","at":"06:00","format":"csv","to":["ann@example.com"]}', 'bench', '', 0, 0,
        4000000000, '', '', 0, 1)
"""
# A minute apart; all of them ended more than 400 days ago.
RUNS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :runs)
INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, row_count, bytes, generation_ms,
                  first_day, last_day, timezone, format)
SELECT printf('%016x', i), 's', 'daily', 'shop', 'bench', 'scheduled', 'delivered', at, at, at, 1, 1, 1, 1, '2026-03-17', '2026-03-17', 'UTC', 'csv'
FROM (SELECT i, :newest - (:runs - i) * 60 AS at FROM n)
"""
MAILS = "INSERT INTO run_mails (run, facts) SELECT number, json_object('rows', 1, 'text', printf('%.*c', 200, 'x')) FROM runs"
DELIVERIES = """
INSERT INTO deliveries (id, run_id, recipient, address, state, message_id, message_date, message_sha256, message_bytes, sent_at)
SELECT 'd' || id, id, 'ann@example.com', 'ann@example.com', 'accepted', id, created_at, 'h', 1, created_at FROM runs
"""


def records(runs, last, at):
    """A chain as reportctl-audit(1) describes it."""
    sequence, previous = last
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    for i in range(runs):
        sequence += 1
        fields = ("ScheduledReportDelivered", "shop", f"{i:016x}", "run-due", f'{{"recipients":1,"rows":{i}}}')
        text = f"{previous}\n" + "".join(f"{len(field.encode())}:{field}" for field in (str(sequence), moment, *fields))
        previous = hashlib.sha256(text.encode()).hexdigest()
        yield (sequence, at, *fields, previous)


def fill(world, runs):
    now = int(time.time())
    state = sqlite3.connect(world.path / "state.db")
    state.execute("PRAGMA synchronous = OFF")
    state.execute(SCHEDULE)
    state.execute(RUNS, {"runs": runs, "newest": now - 400 * 86400})
    state.execute(MAILS)
    state.execute(DELIVERIES)
    last = state.execute("SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1").fetchone() or (0, "0" * 64, 0)
    state.executemany("INSERT INTO audit (sequence, at, name, account, subject, actor, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      records(runs, last[:2], max(now, last[2])))
    state.commit()
    state.close()


def state_of_runs(world, options):
    runs = options.rows
    (world.path / "small").mkdir()
    small = World(world.path / "small", options)
    fill(small, 1000)
    fill(world, runs)
    for one in (world, small):
        with open(one.path / "reportctl.yaml", "a", encoding="utf-8") as config:
            config.write("retention: {runs: never, audit: never, notifications: never}\n")
        one.must("run-due")  # the heartbeat is fresh afterwards
    found = in_turn(max(options.rounds, 11), {"ours": (world.command("run-due"), world.environment, "/dev/null"),
                                              "peer": (["sqlite3", world.path / "state.db", "select 1"], None, "/dev/null"),
                                              "small": (small.command("run-due"), small.environment, "/dev/null")})
    idle = middle(found["ours"], "wall") * 1000
    yield Row(f"idle run-due, {runs:,} runs", idle, "ms", "sqlite3 'select 1'", middle(found["peer"], "wall") * 1000, bar=1.1)
    yield Row(f"idle run-due, {runs:,} runs", idle, "ms", "the same, 1,000 runs", middle(found["small"], "wall") * 1000, bar=1.1)
    for what, words, bar in (("runs list, the newest 50", ("runs", "list", "--limit", "50"), 0.01 * 1000), ("audit verify", ("audit", "verify"), 0),
                             ("state check", ("state", "check"), 5)):
        rounds = [run(world.command(*words), world.environment) for _ in range(options.rounds if what.startswith("runs") else 1)]
        unit = "ms" if what.startswith("runs") else "s"
        yield Row(f"{what}, {runs:,} runs", middle(rounds, "wall") * (1000 if unit == "ms" else 1), unit, bar=bar, memory=max(one.memory for one in rounds))
    config = (world.path / "reportctl.yaml").read_text(encoding="utf-8")
    (world.path / "reportctl.yaml").write_text(config.replace("runs: never", "runs: 30d"), encoding="utf-8")
    all_gone = run(world.command("prune"), world.environment)
    yield Row(f"prune of all, {runs:,} runs", all_gone.wall, bar=5, memory=all_gone.memory, memory_bar=64)


BENCHES = {"state": state_of_runs}
