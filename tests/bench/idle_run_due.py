#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""An idle `run-due` (nothing due) on a large state file and a small one, against `sqlite3 state.db 'select 1'`, interleaved.

    tests/bench/idle_run_due.py build/release/reportctl [SCHEDULES [RUNS]]

Prints medians and ratios; asserts nothing. Peak memory: `/usr/bin/time -v` (a child of Python inherits Python's own peak). Bars: at most twice sqlite3's wall time and 8 MB at 100,000 schedules and a million runs; at
most 1.1 times the small file.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
SCHEDULES = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
ROUNDS = 41
PEER = "sqlite3 'select 1'"

FILL = """
PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
BEGIN;
INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) VALUES ('bench', 'Bench', 'UTC', 'shop', '', '[]', '', '', '[]');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {schedules})
INSERT INTO schedules SELECT printf('%016x', i), 'bench', 'schedule-' || i, 'sales', 1, '{{}}', 'bench', '', 0, 0, 4000000000 + i, NULL, '', '', 0, 1, '' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence)
SELECT printf('%016x', i), printf('%016x', 1 + i % {schedules}), 'schedule', 'bench', 'sales', 'scheduled', 'delivered', unixepoch() - i, unixepoch() - i, unixepoch() - i, 1 FROM n;
COMMIT;
"""


def world(root, name, schedules, runs):
    home = os.path.join(root, name)
    os.makedirs(home)
    environment = dict(os.environ, REPORTCTL_CONFIG=os.path.join(home, "reportctl.yaml"), REPORTCTL_STATE=os.path.join(home, "state.db"))
    subprocess.run([PROGRAM, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    state = environment["REPORTCTL_STATE"]
    subprocess.run(["sqlite3", state], input=FILL.format(schedules=schedules, runs=runs), text=True, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([PROGRAM, "run-due"], env=environment, check=True)  # the heartbeat is fresh afterwards
    return environment, state


def once(command, environment):
    started = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, _ = os.wait4(child.pid, 0)
    elapsed = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} failed with {child.returncode}")
    return elapsed * 1000


with tempfile.TemporaryDirectory() as root:
    large, state = world(root, "large", SCHEDULES, RUNS)
    small, _ = world(root, "small", 100, 1000)
    rows = {"run-due, large": [], "run-due, small": [], PEER: []}
    for _ in range(ROUNDS):
        rows["run-due, large"].append(once([PROGRAM, "run-due"], large))
        rows[PEER].append(once(["sqlite3", state, "select 1"], os.environ))
        rows["run-due, small"].append(once([PROGRAM, "run-due"], small))
    print(f"{SCHEDULES} schedules, {RUNS} runs; {ROUNDS} rounds\n{'':22}{'median ms':>10}{'min ms':>9}")
    medians = {}
    for name, values in rows.items():
        medians[name] = statistics.median(values)
        print(f"{name:22}{medians[name]:10.2f}{min(values):9.2f}")
    print(f"against sqlite3: {medians['run-due, large'] / medians[PEER]:.2f}")
    print(f"large against small: {medians['run-due, large'] / medians['run-due, small']:.2f}")
