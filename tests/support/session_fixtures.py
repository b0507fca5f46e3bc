# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What sessions find in their home directory: `% fixture NAME`."""
import os
import shutil
import sqlite3
import subprocess

NOW = '2026-03-17T12:00:00Z'  # a Tuesday

# Two accounts share the tables. Berlin is one hour ahead of UTC on these days: s4 is placed on 16 March in UTC and on 17 March in Berlin.
SHOP_SQL = """
CREATE TABLE customers (id TEXT, account_id TEXT, name TEXT, email TEXT);
CREATE TABLE products (id TEXT, account_id TEXT, sku TEXT, name TEXT, price_cents INTEGER, currency TEXT, stock INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id TEXT, number TEXT, customer_id TEXT, status TEXT, currency TEXT, placed_at TEXT,
                     total_cents INTEGER);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER, line_no INTEGER, product_id TEXT, sku TEXT, name TEXT,
                          quantity INTEGER, unit_price_cents INTEGER, total_cents INTEGER);
INSERT INTO customers VALUES ('c1', 'shop', 'Ada, Ltd', 'ada@example.com'), ('c2', 'shop', 'Bo', 'bo@example.com'),
                             ('c1', 'kiosk', 'Someone else', 'else@example.net');
INSERT INTO products VALUES ('p1', 'shop', 'TEA', 'Tea', 250, 'EUR', 4), ('p2', 'shop', 'CUP', 'Cup "blue"', 999, 'EUR', 0),
                            ('p1', 'kiosk', 'TEA', 'Secret tea', 777, 'EUR', 7);
INSERT INTO orders VALUES (1, 'shop', 's1', 'c1', 'paid', 'EUR', '2026-03-15T23:00:00Z', 1000),
                          (2, 'shop', 's2', 'c2', 'paid', 'EUR', '2026-03-16T10:00:00Z', 501),
                          (3, 'shop', 's3', 'c1', 'cancelled', 'EUR', '2026-03-16T11:00:00Z', 250),
                          (4, 'shop', 's4', 'c2', 'paid', 'EUR', '2026-03-16T23:00:00Z', 999),
                          (5, 'kiosk', 'k1', 'c1', 'paid', 'EUR', '2026-03-16T10:00:00Z', 77777);
INSERT INTO order_items VALUES (1, 1, 1, 'p1', 'TEA', 'Tea', 4, 250, 1000), (2, 2, 1, 'p1', 'TEA', 'Tea', 2, 250, 501),
                               (3, 3, 1, 'p1', 'TEA', 'Tea', 1, 250, 250), (4, 4, 1, 'p2', 'CUP', 'Cup "blue"', 1, 999, 999),
                               (5, 5, 1, 'p1', 'TEA', 'Secret tea', 1, 77777, 77777);
CREATE TABLE depots (id TEXT, account_id TEXT, name TEXT, timezone TEXT);
CREATE TABLE gates (id TEXT, account_id TEXT, depot_id TEXT, name TEXT);
CREATE TABLE visits (id INTEGER PRIMARY KEY, gate_id TEXT, at TEXT);
INSERT INTO depots VALUES ('north', 'shop', 'North', 'Europe/Berlin'), ('south', 'shop', 'South', NULL), ('far', 'kiosk', 'Far', NULL);
INSERT INTO gates VALUES ('g1', 'shop', 'north', 'Gate 1'), ('g2', 'shop', 'south', 'Gate 2'), ('g9', 'kiosk', 'far', 'Gate 9');
INSERT INTO visits VALUES (1, 'g1', '2026-03-16T08:00:00Z'), (2, 'g1', '2026-03-16T09:00:00Z'), (3, 'g2', '2026-03-16T08:00:00Z'),
                          (4, 'g9', '2026-03-16T08:00:00Z');
"""

CONFIG = """state: {home}/state.db
mail:
  transport: maildir:{home}/outbox
  from: Reports <reports@example.com>
sources:
  shop: {{url: "sqlite:{home}/shop.db"}}
artifacts: {{url: "file:{home}/artifacts"}}
catalog: {{dirs: ["{home}/catalog.d"]}}
"""

ACCOUNT = """accounts:
  - id: shop
    name: Shop Ltd
    timezone: Europe/Berlin
    source: shop
    members:
      - {name: Ann, email: ann@example.com, role: owner}
      - {name: Bo, email: bo@example.com, role: viewer}
"""

# An operator's module with every rule that the commerce reports do not have.
GATES = """id: gate-visits
aliases: [GATES]
label: Gate visits
family: own
description: Visits of a depot's gates.
surfaces: [run, schedule]
scope: [depot]
roles: [system_admin, owner]
feature: gates
window: {kind: lookback, default_days: 1, max_days: 31}
cadences: [daily]
formats: [csv]
parameters:
  - name: gates
    label: Gates
    type: id_list
    required: true
    filter: g.id
    choices: SELECT id, name FROM gates WHERE account_id = :account AND (:depot IS NULL OR depot_id = :depot)
  - {name: least, label: Least number, type: integer}
columns:
  - {name: gate, label: Gate, type: text}
  - {name: visits, label: Visits, type: integer, total: sum}
query: |
  SELECT g.name AS gate, count(*) AS visits
  FROM visits v JOIN gates g ON g.id = v.gate_id
  WHERE g.account_id = :account AND (:depot IS NULL OR g.depot_id = :depot)
    AND v.at >= :from AND v.at < :to AND (:least IS NULL OR 1) AND {{filters}}
  GROUP BY g.name ORDER BY g.name
"""

SECRET = """id: old-visits
label: Old visits
family: own
description: What visits were before gates.
visibility: hidden
reason: it counts nothing any more; use gate-visits
scope: [depot]
window: {kind: snapshot}
"""

ONLY_RUN = """id: gate-list
label: Gates
family: own
description: The gates that there are.
surfaces: [run]
scope: [account]
window: {kind: snapshot}
columns:
  - {name: id, label: Id, type: text}
  - {name: gate, label: Gate, type: text}
query: SELECT id AS id, name AS gate FROM gates WHERE account_id = :account ORDER BY id
"""


def write(world, name, text, mode=0o644):
    path = os.path.join(world.home, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)


def reportctl(world, *arguments):
    done = subprocess.run(['reportctl', *arguments], cwd=world.home, env=world.env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise SystemExit(f'fixture: reportctl {" ".join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}')


def configured(world):
    """A source and a configuration; no state file."""
    database = sqlite3.connect(world.home + '/shop.db')
    database.executescript(SHOP_SQL)
    database.close()
    write(world, 'reportctl.yaml', CONFIG.format(home=world.home))
    os.makedirs(world.home + '/catalog.d')


def shop(world):
    """The account `shop` with the owner Ann and the viewer Bo."""
    configured(world)
    reportctl(world, 'init')
    write(world, 'shop.yaml', ACCOUNT)
    reportctl(world, 'apply', '-f', 'shop.yaml')


def gates(world):
    """The shop, with modules of its operator and the feature that one of them needs."""
    configured(world)
    write(world, 'catalog.d/gate-visits.yaml', GATES)
    write(world, 'catalog.d/old-visits.yaml', SECRET)
    write(world, 'catalog.d/gate-list.yaml', ONLY_RUN)
    reportctl(world, 'init')
    write(world, 'shop.yaml', ACCOUNT.replace('    members:', '    features: [gates]\n    members:'))
    reportctl(world, 'apply', '-f', 'shop.yaml')


def daily(world):
    """The shop with a schedule `daily-sales`, every day at seven in Berlin."""
    shop(world)
    reportctl(world, 'schedule', 'add', 'daily-sales', '--report', 'sales', '--cadence', 'daily', '--at', '07:00', '--to', 'ops@example.com')


def sent(world):
    """`daily-sales` ran on the 18th at 06:05 UTC and was delivered."""
    daily(world)
    world.now('2026-03-18T06:05:00Z')
    reportctl(world, 'run-due')
    world.now(NOW)


# What the fleet and outreach reports look up when a schedule is saved.
LEGACY_SQL = """
CREATE TABLE depots (id TEXT, account_id TEXT, name TEXT, timezone TEXT);
INSERT INTO depots VALUES ('north', 'acme', 'North', 'Australia/Sydney'), ('south', 'acme', 'South', NULL), ('far', 'beta-key', 'Far', NULL);
CREATE TABLE chargers (id TEXT, depot_id TEXT, circuit_id TEXT, name TEXT, model TEXT, max_kw REAL);
INSERT INTO chargers VALUES ('ch1', 'north', 'ci1', 'Charger 1', 'X', 50), ('ch2', 'south', 'ci2', 'Charger 2', 'X', 50);
CREATE TABLE site_power (depot_id TEXT, read_at TEXT, import_kw REAL, export_kw REAL);
INSERT INTO site_power VALUES ('north', '2026-03-16T20:00:00Z', 12.5, 0);
CREATE TABLE charger_power (charger_id TEXT, read_at TEXT, kw REAL, kwh REAL);
CREATE TABLE workspaces (id TEXT, account_id TEXT, name TEXT);
INSERT INTO workspaces VALUES ('w1', 'acme', 'Emea'), ('w2', 'beta-key', 'Beta');
CREATE TABLE campaigns (id TEXT, workspace_id TEXT, name TEXT, status TEXT, created_at TEXT, started_at TEXT);
CREATE TABLE campaign_daily (campaign_id TEXT, day TEXT, sent INTEGER, delivered INTEGER, opened INTEGER, clicked INTEGER, replied INTEGER,
                             bounced INTEGER, unsubscribed INTEGER, spam_reports INTEGER);
CREATE TABLE circuits (id TEXT, depot_id TEXT, name TEXT, capacity_kw REAL);
CREATE TABLE circuit_allocations (circuit_id TEXT, at TEXT, allocated_kw REAL, used_kw REAL);
CREATE TABLE connectivity_events (id INTEGER, charger_id TEXT, at TEXT, status TEXT, reason TEXT);
CREATE TABLE ocpp_messages (id INTEGER, charger_id TEXT, at TEXT, direction TEXT, action TEXT, message_id TEXT, payload TEXT);
CREATE TABLE sensors (id TEXT, depot_id TEXT, name TEXT, kind TEXT, unit TEXT);
CREATE TABLE sensor_reads (sensor_id TEXT, read_at TEXT, value REAL);
CREATE TABLE users (id TEXT, account_id TEXT, name TEXT, email TEXT, role TEXT);
CREATE TABLE access_events (id INTEGER, user_id TEXT, at TEXT, event TEXT, outcome TEXT, ip TEXT, user_agent TEXT);
CREATE TABLE vehicle_groups (id TEXT, account_id TEXT, name TEXT);
CREATE TABLE cost_centres (id TEXT, account_id TEXT, name TEXT);
CREATE TABLE vehicles (id TEXT, account_id TEXT, depot_id TEXT, name TEXT, registration TEXT, vehicle_group_id TEXT, cost_centre_id TEXT);
CREATE TABLE charging_sessions (id TEXT, charger_id TEXT, vehicle_id TEXT, user_id TEXT, started_at TEXT, ended_at TEXT, energy_wh INTEGER,
                                peak_kw REAL, cost_cents INTEGER, currency TEXT, stop_reason TEXT);
CREATE TABLE sending_domains (id TEXT, workspace_id TEXT, domain TEXT);
CREATE TABLE domain_daily (domain_id TEXT, day TEXT, sent INTEGER, delivered INTEGER, hard_bounces INTEGER, soft_bounces INTEGER,
                           spam_reports INTEGER, inbox INTEGER, spam_folder INTEGER);
CREATE TABLE leads (id TEXT, workspace_id TEXT, campaign_id TEXT, email TEXT, first_name TEXT, last_name TEXT, company TEXT, status TEXT,
                    created_at TEXT, updated_at TEXT);
"""

LEGACY_ACCOUNTS = """accounts:
  - id: acme
    name: Acme Ltd
    timezone: Australia/Sydney
    source: fleet
    members:
      - {name: Ann, email: ann@example.com, role: owner}
      - {name: Cy, email: cy@example.com, role: admin}
      - {name: Bo, email: bo@example.com, role: manager, sites: ["depot:north"]}
      - {name: Vi, email: vi@example.com, role: viewer}
  - {id: beta, name: Beta Ltd, timezone: Europe/Berlin, source: fleet, key: beta-key}
"""

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'examples')


def legacy(world):
    """The accounts `acme` (depots north and south, workspace w1) and `beta`, and the files of examples/legacy."""
    database = sqlite3.connect(world.home + '/fleet.db')
    database.executescript(LEGACY_SQL)
    database.close()
    write(world, 'reportctl.yaml', CONFIG.format(home=world.home).replace('shop: {url', 'fleet: {url').replace('shop.db', 'fleet.db'))
    os.makedirs(world.home + '/catalog.d')
    reportctl(world, 'init')
    write(world, 'accounts.yaml', LEGACY_ACCOUNTS)
    reportctl(world, 'apply', '-f', 'accounts.yaml')
    for name in ('fleet-schedules.json', 'scheduled_reports.json'):
        shutil.copy(os.path.join(EXAMPLES, 'legacy', name), world.home)


# Prints what has arrived since the last time, mail by mail: when it was made, for whom, its subject, answers, files, and their lines.
MAILS = """#!/usr/bin/python3
import email, email.policy, email.utils, io, os, re, sys, zipfile
made = []
def sheets(content):
    book = zipfile.ZipFile(io.BytesIO(content))
    names = re.findall('<sheet name="([^"]*)"', book.read('xl/workbook.xml').decode())
    for number, name in enumerate(names[:-1] if len(names) > 2 else [], 1):
        rows = re.findall('<row [^>]*>(.*?)</row>', book.read('xl/worksheets/sheet%d.xml' % number).decode())
        print('    ' + name + ':', *[','.join(re.findall('<(?:t|v)[^>]*>([^<]*)<', row)) for row in rows[1:]], sep=' | ')
for name in os.listdir('outbox/new'):
    with open('outbox/new/' + name, 'rb') as file:
        made.append((email.message_from_binary_file(file, policy=email.policy.default), name))
    os.rename('outbox/new/' + name, 'outbox/cur/' + name)
for mail, name in sorted(made, key=lambda one: (email.utils.parsedate_to_datetime(one[0]['Date']).replace(second=0), one[0]['To'], one[0]['Subject'])):
    when = email.utils.parsedate_to_datetime(mail['Date']).strftime('%m-%d %H:%M')
    print(when, mail['To'], '|', mail['Subject'], *(['| answers to ' + mail['Reply-To']] if mail['Reply-To'] else []))
    for text in mail.get_body(('plain',)).get_content().splitlines():
        if any(word in text for word in sys.argv[1:]):
            print('  ' + text)
    for file in mail.iter_attachments():
        if file.get_filename() and file.get_content_type() == 'text/csv':
            print('  ' + file.get_filename() + ':', *file.get_content().splitlines()[1:])
        elif file.get_filename() and file.get_content_disposition() == 'attachment':
            print('  ' + file.get_filename())
            if file.get_filename().endswith('.xlsx'):
                sheets(file.get_content())
"""


def jobs(world):
    """A source, a configuration, an empty state, and `./mails`."""
    configured(world)
    reportctl(world, 'init')
    write(world, 'mails', MAILS, 0o755)


# Three stores of one account and one of another: s01 in Berlin, s02 in London, s03 without an address.
STORES_SQL = """
CREATE TABLE stores (id TEXT, account_id TEXT, name TEXT, mail TEXT, boss TEXT, zone TEXT);
INSERT INTO stores VALUES ('s01', 'shop', 'Mitte', 'ada@example.com', 'Ada', NULL), ('s02', 'shop', 'Soho', 'bob@example.com', 'Bob', 'Europe/London'),
                          ('s03', 'shop', 'Wedding', NULL, NULL, NULL), ('k01', 'kiosk', 'Secret', 'eve@example.net', 'Eve', NULL);
CREATE TABLE takings (id INTEGER PRIMARY KEY, account_id TEXT, store_id TEXT, at TEXT, orders INTEGER);
INSERT INTO takings VALUES (1, 'shop', 's01', '2026-03-16T09:00:00Z', 11), (2, 'shop', 's01', '2026-03-21T09:00:00Z', 12),
                           (3, 'shop', 's02', '2026-03-16T09:00:00Z', 21), (4, 'shop', 's03', '2026-03-17T09:00:00Z', 31),
                           (5, 'kiosk', 'k01', '2026-03-16T09:00:00Z', 999);
"""

STORE_SALES = """id: store-sales
label: Store sales
family: own
description: Orders of one store.
scope: [account]
window: {kind: cadence}
cadences: [daily, weekly]
formats: [csv, xlsx, pdf]
parameters:
  - name: store
    label: Store
    type: id
    required: true
    filter: t.store_id
    choices: SELECT id, name FROM stores WHERE account_id = :account
columns: [{name: at, label: At, type: timestamp}, {name: orders, label: Orders, type: integer, total: sum}]
summary: [{label: Orders, value: total(orders)}]
query: SELECT t.at AS at, t.orders AS orders FROM takings t WHERE t.account_id = :account AND {{in_period(t.at)}} AND {{filters}} ORDER BY t.id
"""

STORE_MANAGERS = """id: store-managers
kind: list
columns: [key, to, name, store, timezone]
query: SELECT id AS key, mail AS "to", boss AS name, id AS store, zone AS timezone FROM stores WHERE account_id = :account ORDER BY id
"""


def stores(world):
    """As jobs, with the stores of two accounts, a report of one store, and the list of its managers."""
    jobs(world)
    database = sqlite3.connect(world.home + '/shop.db')
    database.executescript(STORES_SQL)
    database.close()
    write(world, 'catalog.d/store-sales.yaml', STORE_SALES)
    write(world, 'catalog.d/store-managers.yaml', STORE_MANAGERS)
    write(world, 'shop.yaml', ACCOUNT)
    reportctl(world, 'apply', '-f', 'shop.yaml')


FIXTURES = {'stores': stores, 'configured': configured, 'shop': shop, 'gates': gates, 'daily': daily, 'sent': sent, 'legacy': legacy, 'jobs': jobs}
