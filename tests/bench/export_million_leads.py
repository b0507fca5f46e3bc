#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Exports of a million leads, to XLSX and JSON, on disk and on S3, beside `reportctl run` of the same rows.

    REPORTCTL=BUILD/reportctl /usr/bin/python3 tests/bench/export_million_leads.py

Prints seconds and peak memory (a tenth of the rows first: memory has to stay the same), and stops where bytes differ from those of `run`, or where
a link gives other bytes or outlives its end. S3 is the tests' own server, the links of the directory are nginx's with the site of examples/nginx, all
on loopback. No time is asserted.
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
import nginx  # noqa: E402
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
LINK_SECONDS = 3600

Cost = collections.namedtuple("Cost", "seconds megabytes")


class Different(Exception):
    """What ends the race: something is not what it must be."""


class Place:
    """A source with that many leads to ask for (and some that nobody asked for), an account that has them, and where files are kept."""

    def __init__(self, directory, rows):
        self.path, self.rows, self.environment = directory, rows, {}
        self.tick()
        source = directory / "outreach.db"
        subprocess.run(["sqlite3", source], input=f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN; {LEADS.format(rows=rows)} COMMIT;", text=True,
                       check=True, stdout=subprocess.DEVNULL)
        (directory / "reportctl.yaml").write_text(f"state: {directory}/state.db\nsources: {{outreach: {{url: 'sqlite:{source}'}}}}\n")
        self.call("init")
        self.call("account", "add", "quill", "--source", "outreach")

    def tick(self):
        """What is asked for from now on is meant at one moment, as the bytes of XLSX hold it."""
        self.now = int(time.time())

    def variables(self, late=0):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL_")}
        now = datetime.datetime.fromtimestamp(self.now - late, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**kept, **self.environment, "REPORTCTL_CONFIG": str(self.path / "reportctl.yaml"), "REPORTCTL_NOW": now}

    def call(self, *words, late=0):
        done = subprocess.run([program(), *words], env=self.variables(late), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise Different(f"{' '.join(words)}: {done.returncode} {done.stderr.decode()}")
        return done.stdout

    def measured(self, *words):
        """What it prints, and what it cost. The high-water mark is looked at until the end: ru_maxrss would count this interpreter before exec."""
        begin, peak = time.monotonic(), 0
        with subprocess.Popen([program(), *words], env=self.variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
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
            raise Different(f"{' '.join(words)}: {child.returncode} {error.decode()}")
        return json.loads(out), Cost(time.monotonic() - begin, peak / 1024)


class Disk(Place):
    def __init__(self, directory, rows):
        super().__init__(directory, rows)
        self.site = nginx.Site(self)

    def get(self, url):
        return self.site.curl(url)

    def close(self):
        self.site.close()


class Bucket(Place):
    def __init__(self, directory, rows):
        super().__init__(directory, rows)
        self.server = s3.Server()
        self.environment = {"REPORTCTL_ARTIFACTS_URL": f"s3://{s3.BUCKET}/exports", "REPORTCTL_ARTIFACTS_ENDPOINT": self.server.endpoint,
                            "REPORTCTL_ARTIFACTS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": s3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": s3.SECRET_KEY}

    def get(self, url):
        return nginx.curl(url, path=self.path)

    def close(self):
        self.server.close()


PLACES = {"disk": Disk, "S3": Bucket}


def program():
    return os.path.abspath(os.environ.get("REPORTCTL", "reportctl"))


def same(what, content, sha256):
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise Different(f"{what}: {found} where run gave {sha256}")


def check_link(place, job, left):
    """It gives the very bytes, and once it ended it gives nothing. With `left` it is made by a clock that stands so that it ends in so many seconds of the
    real one, and waited for; without, one that ended is signed."""
    place.tick()
    ends = place.now + left
    url = json.loads(place.call("export", "link", job["id"], "--json", late=LINK_SECONDS - left if left else 0))["url"]
    answer = place.get(url)
    if answer.status != 200:
        raise Different(f"the link answers {answer.status}")
    same("what the link gives", answer.body, job["sha256"])
    while left and time.time() <= ends + 1:
        time.sleep(0.05)
    if not left:
        url = json.loads(place.call("export", "link", job["id"], "--json", late=LINK_SECONDS + 1))["url"]
    answer = place.get(url)
    if answer.status not in (403, 410) or len(answer.body) > 2000:
        raise Different(f"the link that ended answers {answer.status}")
    return answer.status


def line(what, cost, size, note=""):
    print(f"{what:32}{cost.seconds:9.2f}{cost.megabytes:10.1f}{size / 1e6:10.1f}  {note}", flush=True)


def measure_all(name, place, left):
    """Every format: run, export, fetch and link, all with the same bytes."""
    for form in FORMATS:
        wanted, fetched = place.path / "wanted", place.path / "fetched"
        place.tick()
        made, cost = place.measured("run", *REQUEST, "--format", form, "--output", str(wanted), "--json")
        if made["rows"] != place.rows:
            raise Different(f"{made['rows']} rows, not {place.rows}")
        line(f"run, {form}", cost, made["bytes"])
        job, cost = place.measured("export", "create", *REQUEST, "--format", form, "--wait", "--json")
        if (job["state"], job["rows"], job["sha256"]) != ("completed", place.rows, made["sha256"]):
            raise Different(f"the export is not what run gave: {job}")
        line(f"export, {form}, {name}", cost, job["bytes"], "the bytes of run")
        _, cost = place.measured("export", "fetch", job["id"], "--output", str(fetched), "--json")
        same("what fetch wrote", fetched.read_bytes(), made["sha256"])
        line(f"export fetch, {form}, {name}", cost, job["bytes"], "the bytes of run")
        print(f"  its link: the bytes of run, and once it ended {check_link(place, job, left)}", flush=True)


def race(rows, left, directory=None):
    for name, kind in PLACES.items():
        path = pathlib.Path(tempfile.mkdtemp(prefix="reportctl-leads-", dir=directory))
        try:
            begin = time.monotonic()
            place = kind(path, rows)
            try:
                print(f"{name}: {rows} leads (made in {time.monotonic() - begin:.1f} s), ten columns\n{'':32}{'seconds':>9}{'peak MB':>10}{'file MB':>10}")
                measure_all(name, place, left)
            finally:
                place.close()
        finally:
            shutil.rmtree(path, ignore_errors=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--directory", help="where everything goes; by default a temporary directory")
    options = arguments.parse_args()
    try:
        for rows in (options.rows // 10, options.rows):
            race(rows, 3, options.directory)
    except Different as difference:
        sys.exit(str(difference))


if __name__ == "__main__":
    main()
