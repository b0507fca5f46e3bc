#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""`run-due` (idle, and with the daily retention) and `prune` on a state file of hourly runs that grows older, each run with a stored file.

    tests/bench/aged_state.py build/release/reportctl [MONTHS…]

MONTHS: 3, 12 and 36 by default. Runs are kept for ever here and files for 30 days, so that only the history grows: all columns should be flat.
Also the memory of `runs list` for a member who sees nothing. Prints medians; asserts nothing.
"""
import getpass
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
MONTHS = [int(word) for word in sys.argv[2:]] or [3, 12, 36]
KEPT_DAYS = 30
ROUNDS = 7
HOUR = 3600

DEFINITION = '{"scope":"account","cadence":"daily","at":"06:00","format":"csv","to":["ann@example.com"]}'
FILL = """
PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
BEGIN;
INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) VALUES ('bench', 'Bench', 'UTC', 'shop', '', '[]', '', '', '[]');
INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, allowed_domains) VALUES ('other', 'Other', 'UTC', 'shop', '', '[]', '', '', '[]');
INSERT INTO members (id, account, name, role, sites, login) VALUES ('m1', 'other', 'Nobody', 'owner', '[]', 'nobody');
INSERT INTO schedules (id, account, name, report, is_active, definition, created_by, owner, created_at, updated_at, next_run_at, last_run_status, last_run_error, failure_count, revision)
VALUES ('s', 'bench', 'hourly', 'sales', 1, '{definition}', 'bench', '', 0, 0, 4000000000, '', '', 0, 1);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
INSERT INTO runs (id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, row_count, bytes, generation_ms, artifact_sha256, artifact_name, file_pruned_at)
SELECT printf('%016x', i), 's', 'hourly', 'bench', 'sales', 'scheduled', 'delivered', {now} - ({runs} - i) * 3600, {now} - ({runs} - i) * 3600, {now} - ({runs} - i) * 3600, 1, 1, 1, 1,
       printf('%064x', i), 'sales.csv', CASE WHEN {runs} - i >= {files} THEN {now} END FROM n;
INSERT INTO run_mails (run, facts) SELECT number, printf('%.*c', 20000, 'x') FROM runs;
INSERT INTO deliveries (id, run_id, recipient, address, state, message_id, message_date, message_sha256, message_bytes, sent_at)
SELECT 'd' || id, id, 'ann@example.com', 'ann@example.com', 'accepted', id, created_at, 'h', 1, created_at FROM runs;
COMMIT;
"""


def aged(root, months):
    home = os.path.join(root, str(months))
    os.makedirs(home)
    environment = dict(os.environ, REPORTCTL_CONFIG=os.path.join(home, "reportctl.yaml"), REPORTCTL_STATE=os.path.join(home, "state.db"))
    subprocess.run([PROGRAM, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    environment["REPORTCTL_ARTIFACTS_URL"] = f"file://{home}/files"
    environment["REPORTCTL_RETENTION_RUNS"], environment["REPORTCTL_RETENTION_ARTIFACTS"] = "never", f"{KEPT_DAYS}d"
    runs, files, now = months * 730, KEPT_DAYS * 24 - 24, int(time.time()) - HOUR
    state = environment["REPORTCTL_STATE"]
    script = FILL.format(runs=runs, files=files, now=now, definition=DEFINITION)
    subprocess.run(["sqlite3", state], input=script, text=True, check=True, stdout=subprocess.DEVNULL)
    for i in range(max(1, runs - files + 1), runs + 1):
        name = f"{i:064x}"
        path = os.path.join(home, "files", name[:2])
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, name), "w", encoding="utf-8") as file:
            file.write("x")
        os.utime(os.path.join(path, name), (now - 2 * HOUR, now - 2 * HOUR))
    return environment, state, runs, min(runs, files)


def once(arguments, environment):
    started = time.perf_counter()
    done = subprocess.run([PROGRAM, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    elapsed = (time.perf_counter() - started) * 1000
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed with {done.returncode}: {done.stderr}")
    return elapsed


def daily(environment, state):
    subprocess.run(["sqlite3", state, "DELETE FROM facts WHERE name = 'last_prune_at'"], check=True)
    return once(["run-due"], environment)


def peak_kilobytes(arguments, environment):
    report = subprocess.run(["/usr/bin/time", "-f", "%M", PROGRAM, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return int(report.stderr.split()[-1])


with tempfile.TemporaryDirectory() as root:
    print(f"{'months':>6} {'runs':>7} {'files':>6} {'idle ms':>9} {'daily ms':>9} {'prune ms':>9} {'list ms':>8} {'list KB':>8}")
    for months in MONTHS:
        environment, state, runs, files = aged(root, months)
        daily(environment, state)
        rounds = ROUNDS if daily(environment, state) < 2000 else 1
        nobody = ["--as", "nobody", "runs", "list"]
        medians = [statistics.median(measure() for _ in range(rounds))
                   for measure in (lambda: once(["run-due"], environment), lambda: daily(environment, state), lambda: once(["--as", getpass.getuser(), "prune"], environment), lambda: once(nobody, environment))]
        peak = peak_kilobytes(nobody, environment) if os.path.exists("/usr/bin/time") else 0
        print(f"{months:6} {runs:7} {files:6} {medians[0]:9.1f} {medians[1]:9.1f} {medians[2]:9.1f} {medians[3]:8.1f} {peak:8}")
