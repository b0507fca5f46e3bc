#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Exports of a million leads, to XLSX and JSON, on disk and on S3, beside `reportctl run` of the same rows.

    REPORTCTL=BUILD/reportctl /usr/bin/python3 tests/bench/export_million_leads.py

Prints seconds and peak memory (a tenth of the rows first: memory has to stay the same), and stops where bytes differ from those of `run` or where
a link does not end. The S3 server is the tests' own, on loopback. No time is asserted.
"""
import argparse
import collections
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import s3  # noqa: E402

FORMATS = ("json", "xlsx")
LEADS = """
CREATE TABLE workspaces (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE campaigns (id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL,
                        started_at TEXT);
CREATE TABLE leads (id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, campaign_id INTEGER, email TEXT NOT NULL, first_name TEXT, last_name TEXT,
                    company TEXT, status TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX leads_by_workspace_and_time ON leads (workspace_id, created_at);
INSERT INTO workspaces VALUES ('uk', 'quill', 'Quill UK'), ('de', 'quill', 'Büro Köln'), ('x', 'rival', 'Not yours');
INSERT INTO campaigns VALUES (1, 'uk', 'Finance directors, spring', 'active', '2026-01-01T00:00:00Z', NULL),
                             (2, 'de', 'Rückruf "2. Welle"', 'active', '2026-01-01T00:00:00Z', NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO leads
SELECT i, CASE i % 3 WHEN 0 THEN 'de' ELSE 'uk' END, CASE i % 3 WHEN 0 THEN 2 WHEN 1 THEN 1 END, 'lead' || i || '@company' || (i * 7919 % 50000) || '.example',
       CASE i % 10 WHEN 0 THEN 'Łukasz' WHEN 1 THEN '최' ELSE 'First' || (i * 31 % 900) END, 'Last' || (i * 104729 % 9000),
       CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 'The "Corner" Shop, Ltd' ELSE 'Company ' || (i * 7919 % 50000) END,
       CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'contacted' WHEN 2 THEN 'replied' ELSE 'bounced' END,
       strftime('%Y-%m-%dT%H:%M:%SZ', 1767225600 + i * 17 % 20000000, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', 1787225600 + i % 1000, 'unixepoch')
FROM n;
INSERT INTO leads SELECT {rows} + id, workspace_id, campaign_id, email, first_name, last_name, company, 'unsubscribed', created_at, updated_at
FROM leads WHERE id <= {rows} / 100;
INSERT INTO leads SELECT 2 * {rows} + id, 'x', NULL, email, first_name, last_name, company, status, created_at, updated_at FROM leads WHERE id <= {rows} / 100;
"""
REQUEST = ["leads", "--account", "quill", "--from", "2026-01-01", "--to", "2026-10-31", "--param", "status=new,contacted,replied,bounced", "--columns",
           "email,lead_id,first_name,last_name,company,status,campaign,workspace,created_at,updated_at"]
LINK_SECONDS, LINK_LEFT = 3600, 3  # a link lives an hour; it is made by a clock that stands so that this is left of it

Cost = collections.namedtuple("Cost", "seconds megabytes")


class Bench:
    def __init__(self, directory, rows):
        self.path, self.rows, self.now = directory, rows, int(time.time())
        source = directory / "outreach.db"
        subprocess.run(["sqlite3", source], input=f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN; {LEADS.format(rows=rows)} COMMIT;", text=True,
                       check=True, stdout=subprocess.DEVNULL)
        (directory / "reportctl.yaml").write_text(f"state: {directory}/state.db\nsources: {{outreach: {{url: 'sqlite:{source}'}}}}\n")
        self.artifacts = {}
        self.call("init")
        self.call("account", "add", "quill", "--source", "outreach")

    def environment(self, late=0):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL_")}
        now = datetime.datetime.fromtimestamp(self.now - late, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**kept, **self.artifacts, "REPORTCTL_CONFIG": str(self.path / "reportctl.yaml"), "REPORTCTL_NOW": now}

    def call(self, *words, late=0):
        done = subprocess.run([self.program(), *words], env=self.environment(late), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.returncode} {done.stderr.decode()}")
        return done.stdout

    @staticmethod
    def program():
        return os.path.abspath(os.environ.get("REPORTCTL", "reportctl"))

    def measured(self, *words):
        """What it prints, and what it cost. The high-water mark is looked at until the end: ru_maxrss would count this interpreter before exec."""
        begin, peak = time.monotonic(), 0
        with subprocess.Popen([self.program(), *words], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            while child.poll() is None:
                try:
                    with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                        lines = dict(line.split(":", 1) for line in status)
                except (FileNotFoundError, ProcessLookupError):
                    break
                if lines["Name"].strip() == "reportctl":
                    peak = max(peak, int(lines.get("VmHWM", "0 kB").split()[0]))
                time.sleep(0.005)
            out, error = child.communicate()
        if child.returncode:
            sys.exit(f"{' '.join(words)}: {child.returncode} {error.decode()}")
        return json.loads(out), Cost(time.monotonic() - begin, peak / 1024)


def same(what, path, sha256):
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{what}: {found} where run gave {sha256}")


def curl(url, target):
    """The status that the server answers."""
    done = subprocess.run(["curl", "--silent", "--show-error", "--output", target, "--write-out", "%{http_code}", url], capture_output=True, text=True, check=True)
    return int(done.stdout)


def check_link(bench, job, sha256):
    """It gives the very bytes, and an hour later it does not."""
    bench.now = int(time.time())
    url = json.loads(bench.call("export", "link", job, "--json", late=LINK_SECONDS - LINK_LEFT))["url"]
    ends = bench.now + LINK_LEFT
    got = bench.path / "linked"
    if curl(url, got) != 200:
        sys.exit("the link does not open")
    same("the file behind the link", got, sha256)
    while time.time() < ends + 1:
        time.sleep(0.05)
    status = curl(url, got)
    if status not in (403, 410):
        sys.exit(f"the link that ended answers {status}")
    return status


def line(what, cost, size, note=""):
    print(f"{what:32}{cost.seconds:9.2f}{cost.megabytes:10.1f}{size / 1e6:10.1f}  {note}", flush=True)


def measure_all(bench, server, links):
    places = {"disk": {"REPORTCTL_ARTIFACTS_URL": f"file:{bench.path}/artifacts"}}
    if server:
        places["S3"] = {"REPORTCTL_ARTIFACTS_URL": f"s3://{s3.BUCKET}/exports", "REPORTCTL_ARTIFACTS_ENDPOINT": server.endpoint,
                        "REPORTCTL_ARTIFACTS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": s3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": s3.SECRET_KEY}
    for form in FORMATS:
        wanted = bench.path / f"run.{form}"
        bench.artifacts = places["disk"]
        bench.now = int(time.time())
        made, cost = bench.measured("run", *REQUEST, "--format", form, "--output", str(wanted), "--json")
        if made["rows"] != bench.rows:
            sys.exit(f"{made['rows']} rows, not {bench.rows}")
        line(f"run, {form}", cost, made["bytes"])
        for name, place in places.items():
            bench.artifacts = place
            job, cost = bench.measured("export", "create", *REQUEST, "--format", form, "--wait", "--json")
            if (job["state"], job["rows"], job["sha256"]) != ("completed", bench.rows, made["sha256"]):
                sys.exit(f"the export is not what run gave: {job}")
            line(f"export, {form}, {name}", cost, job["bytes"], "the bytes of run")
            fetched = bench.path / "fetched"
            _, cost = bench.measured("export", "fetch", job["id"], "--output", str(fetched), "--json")
            same("what fetch wrote", fetched, made["sha256"])
            line(f"export fetch, {form}, {name}", cost, job["bytes"], "the bytes of run")
            if links and name == "S3":
                print(f"  its link gave the bytes of run; after its end: {check_link(bench, job['id'], made['sha256'])}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--directory", help="where everything goes; a temporary directory by default")
    arguments.add_argument("--no-s3", action="store_true", help="on disk only")
    options = arguments.parse_args()
    server = None if options.no_s3 else s3.Server()
    try:
        for rows in (options.rows // 10, options.rows):
            directory = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-leads-", dir=options.directory))
            try:
                begin = time.monotonic()
                bench = Bench(directory, rows)
                print(f"{rows} leads (made in {time.monotonic() - begin:.1f} s), ten columns\n{'':32}{'seconds':>9}{'peak MB':>10}{'file MB':>10}")
                measure_all(bench, server, links=rows == options.rows)
            finally:
                shutil.rmtree(directory, ignore_errors=True)
    finally:
        if server:
            server.close()


if __name__ == "__main__":
    main()
