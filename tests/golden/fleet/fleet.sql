-- SPDX-License-Identifier: MIT
-- Two accounts, 1 and 2. Vehicles, users, vehicle groups and cost centres have ids that both accounts use, and some that only the other has.
-- The day of the tests is 2026-04-05 in Sydney, which has 25 hours: from 2026-04-04T13:00:00Z (00:00+11:00) over 16:00Z (the clock goes from
-- 03:00+11:00 back to 02:00+10:00) to 2026-04-05T14:00:00Z (next day, 00:00+10:00). In Berlin 2026-03-29 has 23 hours.
CREATE TABLE depots (id INTEGER PRIMARY KEY, account_id INTEGER, name TEXT, timezone TEXT);
CREATE TABLE circuits (id INTEGER PRIMARY KEY, depot_id INTEGER, name TEXT, capacity_kw REAL);
CREATE TABLE chargers (id INTEGER PRIMARY KEY, depot_id INTEGER, circuit_id INTEGER, name TEXT, model TEXT, max_kw REAL);
CREATE TABLE site_power (depot_id INTEGER, read_at TEXT, import_kw REAL, export_kw REAL, PRIMARY KEY (depot_id, read_at));
CREATE TABLE charger_power (charger_id INTEGER, read_at TEXT, kw REAL, kwh REAL, PRIMARY KEY (charger_id, read_at));
CREATE TABLE connectivity_events (id INTEGER PRIMARY KEY, charger_id INTEGER, at TEXT, status TEXT, reason TEXT);
CREATE TABLE ocpp_messages (id INTEGER PRIMARY KEY, charger_id INTEGER, at TEXT, direction TEXT, action TEXT, message_id TEXT, payload TEXT);
CREATE TABLE sensors (id INTEGER PRIMARY KEY, depot_id INTEGER, name TEXT, kind TEXT, unit TEXT);
CREATE TABLE sensor_reads (sensor_id INTEGER, read_at TEXT, value REAL);
CREATE TABLE circuit_allocations (circuit_id INTEGER, at TEXT, allocated_kw REAL, used_kw REAL);
CREATE TABLE users (id INTEGER, account_id INTEGER, name TEXT, email TEXT, role TEXT, PRIMARY KEY (account_id, id));
CREATE TABLE access_events (id INTEGER PRIMARY KEY, user_id INTEGER, at TEXT, event TEXT, outcome TEXT, ip TEXT, user_agent TEXT);
CREATE TABLE vehicle_groups (id INTEGER, account_id INTEGER, name TEXT, PRIMARY KEY (account_id, id));
CREATE TABLE cost_centres (id INTEGER, account_id INTEGER, name TEXT, PRIMARY KEY (account_id, id));
CREATE TABLE vehicles (id INTEGER, account_id INTEGER, depot_id INTEGER, name TEXT, registration TEXT, vehicle_group_id INTEGER,
                       cost_centre_id INTEGER, PRIMARY KEY (account_id, id));
CREATE TABLE charging_sessions (id INTEGER PRIMARY KEY, charger_id INTEGER, vehicle_id INTEGER, user_id INTEGER, started_at TEXT, ended_at TEXT,
                                energy_wh INTEGER, peak_kw REAL, cost_cents INTEGER, currency TEXT, stop_reason TEXT);
CREATE INDEX connectivity_events_at ON connectivity_events (charger_id, at);
CREATE INDEX charging_sessions_at ON charging_sessions (charger_id, started_at);

INSERT INTO depots VALUES (10, 1, 'Alexandria', 'Australia/Sydney'), (11, 1, 'Moabit', 'Europe/Berlin'), (12, 1, 'Empty', 'Australia/Sydney'),
                          (20, 2, 'Foreign', 'Australia/Sydney');
INSERT INTO circuits VALUES (50, 10, 'Main', 200), (51, 10, 'Zero', 0), (52, 11, 'Hof', 100), (53, 20, 'Main', 400);
INSERT INTO chargers VALUES (100, 10, 50, 'A1', 'M-50', 50), (101, 10, 50, 'A2', 'M-50', 50), (102, 10, 51, 'A3', NULL, 22),
                            (103, 10, 51, 'A4', 'M-22', 22), (110, 11, 52, 'B1', 'M-150', 150), (200, 20, 53, 'A1', 'Spy-1', 50);

INSERT INTO site_power VALUES
  (10, '2026-04-04T12:59:59Z', 100, 0),         -- the last second of the 4th
  (10, '2026-04-04T13:00:00Z', 10, 0), (10, '2026-04-04T15:30:00Z', 12.5, 2.25), (10, '2026-04-04T16:30:00Z', 3, 8.125),
  (10, '2026-04-05T13:59:59Z', NULL, 1),        -- the last second of the 5th
  (10, '2026-04-05T14:00:00Z', 99, 0),
  (11, '2026-04-04T15:30:00Z', 77, 0), (11, '2026-03-28T23:00:00Z', 1, 0), (11, '2026-03-29T21:59:59Z', 2, 0.5), (11, '2026-03-29T22:00:00Z', 3, 0),
  (20, '2026-04-04T15:30:00Z', 666, 0);

INSERT INTO charger_power VALUES
  (100, '2026-04-04T12:45:00Z', 40, 10), (101, '2026-04-04T12:45:00Z', 20, 5),          -- 23:45 of the 4th
  (100, '2026-04-04T13:00:00Z', 30, 7.5), (101, '2026-04-04T13:00:00Z', 30, 7.5),
  (100, '2026-04-04T15:30:00Z', 50, 12.5), (101, '2026-04-04T15:30:00Z', 25, 6.25),     -- 75 together, 02:30 for the first time
  (100, '2026-04-04T16:30:00Z', 75, 18.75),                                             -- 75 again, 02:30 for the second time
  (101, '2026-04-05T13:45:00Z', 0, 0.1), (100, '2026-04-05T14:00:00Z', 99, 99),
  (110, '2026-04-04T15:30:00Z', 500, 125), (200, '2026-04-04T15:30:00Z', 600, 150);

INSERT INTO connectivity_events VALUES
  (1, 100, '2026-04-04T10:00:00Z', 'online', 'boot'), (2, 100, '2026-04-04T14:00:00Z', 'offline', 'timeout'),
  (3, 100, '2026-04-04T15:00:00Z', 'online', NULL), (4, 101, '2026-04-05T01:00:00Z', 'online', 'flap'),
  (5, 101, '2026-04-05T01:00:00Z', 'offline', 'power, lost'), (6, 101, '2026-04-05T04:15:00Z', 'online', NULL),
  (7, 100, '2026-04-05T13:00:00Z', 'offline', NULL), (8, 101, '2026-04-05T15:00:00Z', 'offline', NULL),     -- 8: after the day
  (9, 103, '2026-04-01T00:00:00Z', 'online', NULL), (10, 110, '2026-03-01T00:00:00Z', 'offline', NULL),
  (11, 200, '2026-04-05T01:00:00Z', 'offline', 'secret');

INSERT INTO ocpp_messages VALUES
  (1, 100, '2026-04-04T13:00:00Z', 'CALL', 'BootNotification', 'm1', '{"model":"M-50","ok":true}'),
  (2, 100, '2026-04-05T00:00:00Z', 'CALLRESULT', 'BootNotification', 'm1', NULL), (3, 101, '2026-04-05T00:00:00Z', 'CALL', 'MeterValues', 'm2', '{}'),
  (4, 102, '2026-04-05T00:00:00Z', 'CALL', 'MeterValues', 'm3', '{}'), (5, 100, '2026-04-05T14:00:00Z', 'CALL', 'Heartbeat', 'm4', '{}'),
  (6, 200, '2026-04-05T00:00:00Z', 'CALL', 'MeterValues', 'm2', '{"secret":1}');

INSERT INTO sensors VALUES (60, 10, 'Hall', 'humidity', '%'), (61, 10, 'Ambient', 'temperature', '°C'), (62, 11, 'Hof', 'temperature', '°C'),
                           (63, 20, 'Ambient', 'temperature', '°C');
INSERT INTO sensor_reads VALUES (60, '2026-04-04T13:00:00Z', 55), (61, '2026-04-04T13:00:00Z', 21.5), (61, '2026-04-05T13:59:59Z', -3.25),
                                (61, '2026-04-04T12:59:59Z', 1), (61, '2026-04-05T14:00:00Z', 2), (62, '2026-04-04T13:00:00Z', 8),
                                (63, '2026-04-04T13:00:00Z', 9);

INSERT INTO circuit_allocations VALUES (50, '2026-04-04T13:00:00Z', 150, 120.5), (51, '2026-04-04T13:00:00Z', 5, 0),
                                       (50, '2026-04-05T01:00:00Z', 66.666, NULL), (50, '2026-04-05T13:00:00Z', 250, 180),
                                       (50, '2026-04-05T14:00:00Z', 1, 1), (52, '2026-04-05T01:00:00Z', 2, 2), (53, '2026-04-05T01:00:00Z', 3, 3);

INSERT INTO users VALUES (1, 1, 'Ada', 'ada@example.com', 'driver'), (2, 1, 'Bo', 'bo@example.com', 'admin'), (4, 1, 'Di', NULL, 'driver'),
                         (1, 2, 'Eve', 'eve@example.net', 'driver'), (7, 2, 'Mallory', 'mallory@example.net', 'admin');
INSERT INTO access_events VALUES
  (1, 2, '2026-04-04T12:59:59Z', 'login', 'success', '10.0.0.1', 'Firefox'), (2, 2, '2026-04-04T13:00:00Z', 'login', 'success', '10.0.0.1', 'UA "x", 1'),
  (3, 4, '2026-04-05T13:59:59Z', 'login', 'failure', NULL, NULL), (4, 2, '2026-04-05T14:00:00Z', 'logout', 'success', '10.0.0.1', 'Firefox'),
  (5, 7, '2026-04-05T00:00:00Z', 'login', 'success', '10.0.0.66', 'curl');

INSERT INTO vehicle_groups VALUES (1, 1, 'Trucks'), (1, 2, 'Agents'), (9, 2, 'Ghosts');
INSERT INTO cost_centres VALUES (1, 1, 'Roads'), (2, 1, 'Post'), (1, 2, 'Covert');
INSERT INTO vehicles VALUES (1, 1, 10, 'Truck 1', 'AB-1', 1, 1), (2, 1, 10, 'Van, 2', 'AB-2', NULL, 2),
                            (3, 1, 11, 'Bus 3', 'CD-3', 9, NULL),       -- group 9 exists in the other account only
                            (1, 2, 20, 'Spy', 'SPY-1', 1, 1), (7, 2, 20, 'Mole', 'MOLE-7', 9, 1);
INSERT INTO charging_sessions VALUES
  (1, 100, 1, 1, '2026-04-04T12:59:59Z', '2026-04-04T14:00:00Z', 5000, 11, 100, 'AUD', 'local'),      -- starts on the 4th, one hour of it on the 5th
  (2, 100, 1, 1, '2026-04-04T15:30:00Z', '2026-04-04T16:30:00Z', 7250, 11, 215, 'AUD', 'local'),      -- 02:30 to 02:30
  (3, 100, 1, 2, '2026-04-05T13:00:00Z', '2026-04-05T16:00:00Z', 33333, 22, 1000, 'EUR', 'local'),    -- over midnight and out of the window
  (4, 101, 7, 7, '2026-04-05T01:00:00Z', NULL, 500, 3.7, NULL, NULL, NULL),                           -- runs; vehicle and user of the other account
  (5, 101, NULL, NULL, '2026-04-05T00:00:00Z', '2026-04-05T00:30:00Z', 0, NULL, 0, 'EUR', 'fault'),
  (6, 110, 3, 2, '2026-04-05T06:00:00Z', '2026-04-06T07:05:00Z', 100001, 50, 12345, 'EUR', 'local'),
  (7, 200, 1, 1, '2026-04-05T02:00:00Z', '2026-04-05T03:00:00Z', 999000, 150, 99900, 'EUR', 'local'), -- the other account
  (8, 100, 2, 2, '2026-04-05T14:00:00Z', '2026-04-05T15:00:00Z', 1, 1, 1, 'AUD', 'fault'),            -- the first second of the 6th
  (9, 100, 2, 2, '2026-04-04T10:00:00Z', '2026-04-04T13:00:00Z', 20000, 7.4, 400, 'AUD', 'fault'),    -- ends where the 5th begins
  (10, 101, 2, 2, '2026-04-04T13:00:00Z', '2026-04-04T13:20:00Z', 1500, 7.4, 30, 'AUD', 'remote');    -- starts where the 5th begins
