-- The demo's source of the fleet reports: eight months of charging at four depots in four time zones, up to now. {{now}} is the moment of
-- `reportctl init --demo`; everything else follows from it by arithmetic, so the same moment gives the same data. Two accounts share the
-- tables, with the same ids of vehicles, vehicle groups and cost centres. Readings every quarter of an hour are kept for the last four
-- weeks and for the days around the last daylight saving change.
BEGIN;

CREATE TABLE depots (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, timezone TEXT NOT NULL);
CREATE TABLE circuits (id TEXT PRIMARY KEY, depot_id TEXT NOT NULL, name TEXT NOT NULL, capacity_kw REAL NOT NULL);
CREATE TABLE chargers (id TEXT PRIMARY KEY, depot_id TEXT NOT NULL, circuit_id TEXT NOT NULL, name TEXT NOT NULL, model TEXT NOT NULL,
                       max_kw REAL NOT NULL);
CREATE TABLE site_power (depot_id TEXT NOT NULL, read_at TEXT NOT NULL, import_kw REAL NOT NULL, export_kw REAL NOT NULL,
                         PRIMARY KEY (depot_id, read_at)) WITHOUT ROWID;
CREATE TABLE charger_power (charger_id TEXT NOT NULL, read_at TEXT NOT NULL, kw REAL NOT NULL, kwh REAL NOT NULL,
                            PRIMARY KEY (charger_id, read_at)) WITHOUT ROWID;
CREATE TABLE connectivity_events (id INTEGER PRIMARY KEY, charger_id TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL, reason TEXT);
CREATE TABLE ocpp_messages (id INTEGER PRIMARY KEY, charger_id TEXT NOT NULL, at TEXT NOT NULL, direction TEXT NOT NULL, action TEXT NOT NULL,
                            message_id TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE sensors (id TEXT PRIMARY KEY, depot_id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL);
CREATE TABLE sensor_reads (sensor_id TEXT NOT NULL, read_at TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (sensor_id, read_at)) WITHOUT ROWID;
CREATE TABLE circuit_allocations (circuit_id TEXT NOT NULL, at TEXT NOT NULL, allocated_kw REAL NOT NULL, used_kw REAL NOT NULL,
                                  PRIMARY KEY (circuit_id, at)) WITHOUT ROWID;
CREATE TABLE users (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE access_events (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, at TEXT NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL, ip TEXT,
                            user_agent TEXT);
CREATE TABLE vehicle_groups (id TEXT NOT NULL, account_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account_id, id));
CREATE TABLE cost_centres (id TEXT NOT NULL, account_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account_id, id));
CREATE TABLE vehicles (id TEXT NOT NULL, account_id TEXT NOT NULL, depot_id TEXT, name TEXT NOT NULL, registration TEXT, vehicle_group_id TEXT,
                       cost_centre_id TEXT, PRIMARY KEY (account_id, id));
CREATE TABLE charging_sessions (id INTEGER PRIMARY KEY, charger_id TEXT NOT NULL, vehicle_id TEXT, user_id TEXT, started_at TEXT NOT NULL,
                                ended_at TEXT, energy_wh INTEGER NOT NULL, peak_kw REAL, cost_cents INTEGER, currency TEXT, stop_reason TEXT);

INSERT INTO depots VALUES
  ('alexandria', 'coaches', 'Alexandria', 'Australia/Sydney'),
  ('kewdale', 'coaches', 'Kewdale', 'Australia/Perth'),
  ('lichtenberg', 'kurier', 'Betriebshof Lichtenberg', 'Europe/Berlin'),
  ('red-hook', 'kurier', 'Red Hook Yard', 'America/New_York');
INSERT INTO circuits VALUES
  ('alx-a', 'alexandria', 'Bus hall A', 250), ('alx-b', 'alexandria', 'Bus hall B', 140),
  ('kew-a', 'kewdale', 'Main yard', 250), ('kew-b', 'kewdale', 'Workshop', 60),
  ('lbg-a', 'lichtenberg', 'Halle Süd', 180), ('lbg-b', 'lichtenberg', 'Rampe', 66),
  ('rhk-a', 'red-hook', 'Dock', 180), ('rhk-b', 'red-hook', 'Fence line', 66);
INSERT INTO chargers VALUES
  ('alx-1', 'alexandria', 'alx-a', 'ALX 1', 'HPC-150', 150), ('alx-2', 'alexandria', 'alx-a', 'ALX 2', 'DC-60', 60),
  ('alx-3', 'alexandria', 'alx-b', 'ALX 3', 'DC-60', 60), ('alx-4', 'alexandria', 'alx-b', 'ALX 4', 'DC-60', 60),
  ('kew-1', 'kewdale', 'kew-a', 'KEW 1', 'HPC-150', 150), ('kew-2', 'kewdale', 'kew-a', 'KEW 2', 'DC-60', 60),
  ('kew-3', 'kewdale', 'kew-b', 'KEW 3', 'AC-22', 22),
  ('lbg-1', 'lichtenberg', 'lbg-a', 'LBG 1', 'HPC-150', 150), ('lbg-2', 'lichtenberg', 'lbg-b', 'LBG 2', 'AC-22', 22),
  ('lbg-3', 'lichtenberg', 'lbg-b', 'LBG 3', 'AC-22', 22), ('lbg-4', 'lichtenberg', 'lbg-b', 'LBG 4 "Tor"', 'AC-22', 22),
  ('rhk-1', 'red-hook', 'rhk-a', 'RHK 1', 'DC-60', 60), ('rhk-2', 'red-hook', 'rhk-b', 'RHK 2', 'AC-22', 22),
  ('rhk-3', 'red-hook', 'rhk-b', 'RHK 3', 'AC-22', 22);
INSERT INTO sensors VALUES
  ('alx-t', 'alexandria', 'Hall A, ceiling', 'temperature', '°C'), ('alx-h', 'alexandria', 'Hall A, ceiling', 'humidity', 'RH %'),
  ('kew-t', 'kewdale', 'Main yard, switchboard', 'temperature', '°C'), ('lbg-t', 'lichtenberg', 'Trafostation', 'temperature', '°C'),
  ('lbg-h', 'lichtenberg', 'Trafostation', 'humidity', 'RH %'), ('rhk-t', 'red-hook', 'Dock, transformer', 'temperature', '°C');
INSERT INTO vehicle_groups VALUES
  ('g1', 'coaches', 'City line'), ('g2', 'coaches', 'Charter'), ('g1', 'kurier', 'Transporter'), ('g2', 'kurier', 'Lastenräder & Kleinwagen');
INSERT INTO cost_centres VALUES
  ('cc1', 'coaches', '4100 Public transport'), ('cc2', 'coaches', '4200 Tours'), ('cc1', 'kurier', '710 Zustellung Ost'), ('cc2', 'kurier', '720 New York');
INSERT INTO vehicles VALUES
  ('v01', 'coaches', 'alexandria', 'Bus 101', 'CX 41 KD', 'g1', 'cc1'), ('v02', 'coaches', 'alexandria', 'Bus 102', 'CX 42 KD', 'g1', 'cc1'),
  ('v03', 'coaches', 'alexandria', 'Bus 103', 'CX 47 KE', 'g1', 'cc1'), ('v04', 'coaches', 'alexandria', 'Coach "Waratah"', 'TV 9081', 'g2', 'cc2'),
  ('v05', 'coaches', 'alexandria', 'Coach "Jacaranda"', 'TV 9082', 'g2', 'cc2'), ('v06', 'coaches', 'kewdale', 'Bus 201', '1HGT 204', 'g1', 'cc1'),
  ('v07', 'coaches', 'kewdale', 'Bus 202', '1HGT 205', 'g1', 'cc1'), ('v08', 'coaches', 'kewdale', 'Coach "Quokka"', '1HKA 771', 'g2', 'cc2'),
  ('v09', 'coaches', 'kewdale', 'Service ute', '1GZP 118', NULL, NULL),
  ('v01', 'kurier', 'lichtenberg', 'Sprinter Ost 1', 'B-NK 1101E', 'g1', 'cc1'), ('v02', 'kurier', 'lichtenberg', 'Sprinter Ost 2', 'B-NK 1102E', 'g1', 'cc1'),
  ('v03', 'kurier', 'lichtenberg', 'Sprinter Süd', 'B-NK 1103E', 'g1', 'cc1'), ('v04', 'kurier', 'lichtenberg', 'Kleinwagen „Spatz“', 'B-NK 2201E', 'g2', 'cc1'),
  ('v05', 'kurier', 'lichtenberg', 'Kangoo, Ersatz', 'B-NK 2202E', 'g2', NULL), ('v06', 'kurier', 'red-hook', 'Van 1', 'NY 84213-EV', 'g1', 'cc2'),
  ('v07', 'kurier', 'red-hook', 'Van 2', 'NY 84214-EV', 'g1', 'cc2'), ('v08', 'kurier', 'red-hook', 'Van 3', 'NY 84215-EV', 'g1', 'cc2'),
  ('v09', 'kurier', 'red-hook', 'Pool car', NULL, 'g2', NULL);
INSERT INTO users VALUES
  ('u101', 'coaches', 'Aroha Ngata', 'aroha@southern-coaches.example', 'owner'),
  ('u102', 'coaches', '陈伟', 'wei.chen@southern-coaches.example', 'depot_admin'),
  ('u103', 'coaches', 'Siobhán O''Connor', 'siobhan@southern-coaches.example', 'manager'),
  ('u104', 'coaches', 'Nguyễn Minh', 'minh@southern-coaches.example', 'driver'),
  ('u201', 'kurier', 'Jürgen Weiß', 'juergen@nordlicht-kurier.example', 'owner'),
  ('u202', 'kurier', 'Łucja Nowak', 'lucja@nordlicht-kurier.example', 'depot_admin'),
  ('u203', 'kurier', 'Дмитрий Орлов', 'dmitri@nordlicht-kurier.example', 'driver'),
  ('u204', 'kurier', 'Ayşe Yılmaz', 'ayse@nordlicht-kurier.example', 'driver'),
  ('u205', 'kurier', 'Maya Rivera', 'maya@nordlicht-kurier.example', 'manager');

-- Daylight saving rules, as instants: SQLite has no time zones. Seconds since 1970 throughout, until rows are stored.
CREATE TEMP TABLE clocks AS
WITH years(year) AS (SELECT strftime('%Y', '{{now}}') - 2 UNION ALL SELECT year + 1 FROM years WHERE year < strftime('%Y', '{{now}}') + 0),
changes(timezone, since, ahead) AS (
  SELECT 'Europe/Berlin', strftime('%s', year || '-03-25', 'weekday 0') + 3600, 7200 FROM years
  UNION ALL SELECT 'Europe/Berlin', strftime('%s', year || '-10-25', 'weekday 0') + 3600, 3600 FROM years
  UNION ALL SELECT 'America/New_York', strftime('%s', year || '-03-08', 'weekday 0') + 25200, -14400 FROM years
  UNION ALL SELECT 'America/New_York', strftime('%s', year || '-11-01', 'weekday 0') + 21600, -18000 FROM years
  UNION ALL SELECT 'Australia/Sydney', strftime('%s', year || '-04-01', 'weekday 0') - 28800, 36000 FROM years
  UNION ALL SELECT 'Australia/Sydney', strftime('%s', year || '-10-01', 'weekday 0') - 28800, 39600 FROM years
  UNION ALL SELECT 'Australia/Perth', strftime('%s', year || '-04-01', 'weekday 0') - 28800, 28800 FROM years)
SELECT timezone, since, lead(since, 1, 9e18) OVER (PARTITION BY timezone ORDER BY since) AS until, ahead FROM changes;

CREATE TEMP TABLE moment AS SELECT CAST(strftime('%s', '{{now}}') AS INTEGER) AS now;

CREATE TEMP TABLE places AS
SELECT c.id AS charger_id, c.depot_id, c.circuit_id, c.max_kw, c.model, d.account_id, d.timezone,
       row_number() OVER (ORDER BY c.id) AS n, row_number() OVER (PARTITION BY c.depot_id ORDER BY c.id) - 1 AS nth,
       (SELECT count(*) FROM vehicles v WHERE v.account_id = d.account_id AND v.depot_id = d.id) AS fleet,
       CASE d.account_id WHEN 'coaches' THEN 'AUD' WHEN 'kurier' THEN CASE d.id WHEN 'red-hook' THEN 'USD' ELSE 'EUR' END END AS currency,
       CASE d.id WHEN 'red-hook' THEN 24 WHEN 'lichtenberg' THEN 34 ELSE 31 END AS cents_a_kwh
FROM chargers c JOIN depots d ON d.id = c.depot_id;

-- Every vehicle charges at night where it lives, fast chargers also serve the noon break, few drive on Sundays. `r` is a number from 0
-- to 1008 that looks random.
CREATE TEMP TABLE plans AS
WITH RECURSIVE
  days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < 243),
  turns(turn) AS (VALUES (0), (1)),
  thrown AS (
    SELECT p.*, day, turn, (SELECT now FROM moment) / 86400 * 86400 - day * 86400 AS midnight,
           (day * day * 31 + day * 7919 + n * n * 577 + n * 2711 + turn * 331 + 97) % 1009 AS r
    FROM places p, days, turns
    WHERE turn = 0 OR p.max_kw > 22),
  timed AS (
    SELECT *, midnight + CASE turn WHEN 0 THEN 66600 + r * 10 ELSE 34200 + r * 12 END AS local_start,
           CASE WHEN r % 29 = 7 THEN 240 + r % 7 * 60
                WHEN turn = 1 THEN 1500 + r % 13 * 150
                WHEN max_kw > 22 THEN 9000 + r % 17 * 500 ELSE 7200 + r % 19 * 450 END AS seconds,
           max_kw * (5500 + r % 31 * 100) / 10000 / CASE WHEN max_kw > 100 AND turn = 0 THEN 2 ELSE 1 END AS kw
    FROM thrown
    WHERE strftime('%w', midnight, 'unixepoch') <> '0' OR r % 4 = 0)
SELECT t.*, t.local_start - c.ahead AS start
FROM timed t
JOIN clocks c ON c.timezone = t.timezone AND t.local_start - c.ahead >= c.since AND t.local_start - c.ahead < c.until
WHERE r % 9 > turn * 4;

-- For six tenths of a session the power is 115 % of the average; then it tapers off.
CREATE TEMP TABLE sessions AS
SELECT row_number() OVER (ORDER BY start, n) + 40000 AS id, *, min(start + seconds, now) AS seen, start + seconds <= now AS over
FROM plans, moment WHERE start < now;

CREATE TEMP TABLE parked AS
SELECT *, row_number() OVER (PARTITION BY account_id, depot_id ORDER BY id) - 1 AS nth FROM vehicles;

INSERT INTO charging_sessions
SELECT id, charger_id,
       CASE WHEN r % 37 <> 11 THEN (SELECT p.id FROM parked p WHERE p.account_id = s.account_id AND p.depot_id = s.depot_id
                                                                AND p.nth = (s.nth + s.day) % s.fleet) END,
       CASE WHEN r % 5 = 1 THEN NULL WHEN account_id = 'coaches' THEN printf('u10%d', 2 + r % 3)
            WHEN depot_id = 'red-hook' THEN 'u205' ELSE printf('u20%d', 2 + r % 3) END,
       strftime('%Y-%m-%dT%H:%M:%SZ', start, 'unixepoch'), CASE WHEN over THEN strftime('%Y-%m-%dT%H:%M:%SZ', seen, 'unixepoch') END,
       CAST(round(kw * seconds / 3.6 * min(1.15 * (seen - start) / seconds, 0.69 + 0.775 * ((seen - start) * 1.0 / seconds - 0.6))) AS INTEGER),
       round(kw * 1.15, 2),
       CAST(round(kw * seconds / 3600 * min(1.15 * (seen - start) / seconds, 0.69 + 0.775 * ((seen - start) * 1.0 / seconds - 0.6))
                  * cents_a_kwh) AS INTEGER),
       currency,
       CASE WHEN NOT over THEN NULL WHEN r % 29 = 7 THEN 'fault' WHEN turn = 1 THEN 'local' WHEN r % 6 = 0 THEN 'remote' ELSE 'ev_full' END
FROM sessions s;

-- The quarter hours that have readings.
CREATE TEMP TABLE quarters AS
WITH RECURSIVE
  steps(step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM steps WHERE step < 28 * 96 - 1),
  changed AS (SELECT d.id AS depot_id, max(c.since) / 86400 * 86400 AS day FROM depots d JOIN clocks c ON c.timezone = d.timezone, moment
              WHERE c.since < now - 86400 GROUP BY d.id),
  dense AS (SELECT d.id AS depot_id, now / 900 * 900 - 900 - step * 900 AS at FROM depots d, moment, steps
            UNION SELECT depot_id, day - 86400 + step * 900 FROM changed, steps, moment WHERE step < 4 * 96 AND day - 86400 + step * 900 < now / 900 * 900)
SELECT q.depot_id, q.at, strftime('%Y-%m-%dT%H:%M:%SZ', q.at, 'unixepoch') AS read_at,
       (q.at + c.ahead) % 86400 / 3600.0 AS hour, (q.at / 900 * 37 + q.at / 86400 * 211) % 101 / 100.0 AS noise
FROM dense q
JOIN depots d ON d.id = q.depot_id
JOIN clocks c ON c.timezone = d.timezone AND q.at >= c.since AND q.at < c.until;
CREATE UNIQUE INDEX temp.quarters_by_depot ON quarters (depot_id, at);

CREATE TEMP TABLE drawn AS
WITH RECURSIVE
  parts(id, charger_id, depot_id, at, start, seen, seconds, kw) AS (
    SELECT id, charger_id, depot_id, start / 900 * 900, start, seen, seconds, kw FROM sessions
    UNION ALL SELECT id, charger_id, depot_id, at + 900, start, seen, seconds, kw FROM parts WHERE at + 900 < seen),
  bounds AS (
    SELECT p.*, (max(start, p.at) - start) * 1.0 / seconds AS since, (min(seen, p.at + 900) - start) * 1.0 / seconds AS until
    FROM parts p JOIN quarters q ON q.depot_id = p.depot_id AND q.at = p.at)
SELECT charger_id, at,
       sum(kw * seconds / 3600 * (min(1.15 * until, 0.69 + 0.775 * (until - 0.6)) - min(1.15 * since, 0.69 + 0.775 * (since - 0.6)))) AS kwh
FROM bounds GROUP BY charger_id, at;
CREATE UNIQUE INDEX temp.drawn_by_charger ON drawn (charger_id, at);

INSERT INTO charger_power
SELECT c.id, q.read_at, round(coalesce(d.kwh, 0) * 4, 3), round(coalesce(d.kwh, 0), 4)
FROM chargers c JOIN quarters q ON q.depot_id = c.depot_id LEFT JOIN drawn d ON d.charger_id = c.id AND d.at = q.at;

CREATE TEMP TABLE used AS
SELECT c.depot_id, c.circuit_id, d.at, sum(d.kwh) * 4 AS kw FROM drawn d JOIN chargers c ON c.id = d.charger_id GROUP BY c.depot_id, c.circuit_id, d.at;
CREATE UNIQUE INDEX temp.used_by_circuit ON used (circuit_id, at);
CREATE TEMP TABLE taken AS SELECT depot_id, at, sum(kw) AS kw FROM used GROUP BY depot_id, at;
CREATE UNIQUE INDEX temp.taken_by_depot ON taken (depot_id, at);

-- The site draws what the chargers and the buildings need, minus what the roof produces.
INSERT INTO site_power
SELECT depot_id, read_at, round(max(net, 0), 2), round(max(-net, 0), 2)
FROM (SELECT q.depot_id, q.read_at,
             coalesce(t.kw, 0) + 6 + 2 * noise + max(0, 9 - abs(hour - 12))
             - CASE q.depot_id WHEN 'red-hook' THEN 0 ELSE 70 * max(0, 1 - (hour - 12.5) * (hour - 12.5) / 36) * (0.35 + 0.6 * (q.at / 86400 * 7 % 5) / 4)
               END AS net
      FROM quarters q LEFT JOIN taken t ON t.depot_id = q.depot_id AND t.at = q.at);

INSERT INTO circuit_allocations
SELECT k.id, q.read_at, min(k.capacity_kw, CAST(coalesce(u.kw, 0) * 1.15 / 5 AS INTEGER) * 5.0 + 10), round(coalesce(u.kw, 0), 2)
FROM circuits k JOIN quarters q ON q.depot_id = k.depot_id LEFT JOIN used u ON u.circuit_id = k.id AND u.at = q.at;

INSERT INTO sensor_reads
SELECT s.id, q.read_at,
       round(CASE s.kind WHEN 'temperature' THEN 19 + length(s.depot_id) - abs(hour - 15) * 0.7 + 3 * noise + q.at / 86400 * 5 % 7
                         ELSE 48 + abs(hour - 15) * 1.6 + 6 * noise - q.at / 86400 * 5 % 7 END, 1)
FROM sensors s JOIN quarters q ON q.depot_id = s.depot_id WHERE q.at % 1800 = 0;

-- Chargers drop off the network now and then; the newest has never reported.
INSERT INTO connectivity_events (charger_id, at, status, reason)
SELECT charger_id, strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), status, reason
FROM (SELECT charger_id, now / 86400 * 86400 - 244 * 86400 AS at, 'online' AS status, 'commissioned' AS reason, now FROM places, moment
      WHERE charger_id <> 'kew-3'
      UNION ALL
      SELECT charger_id, start - 3000 - r, 'offline', CASE r % 4 WHEN 0 THEN 'power' WHEN 1 THEN 'reboot' ELSE 'network' END, now
      FROM sessions WHERE turn = 0 AND r % 7 = 2 AND charger_id <> 'kew-3'
      UNION ALL
      SELECT charger_id, start - 3000 - r + 180 + r % 23 * 120, 'online', NULL, now FROM sessions WHERE turn = 0 AND r % 7 = 2 AND charger_id <> 'kew-3')
WHERE at < now ORDER BY at, charger_id, status;

-- Messages between charger and server, for two weeks.
INSERT INTO ocpp_messages (charger_id, at, direction, action, message_id, payload)
SELECT charger_id, strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), direction, action, printf('%08x', (at * 31 + n * 7919) % 4294967296), payload
FROM (SELECT s.charger_id, s.n, s.start - 20 AS at, 'in' AS direction, 'StatusNotification' AS action,
             '{"connectorId":1,"errorCode":"NoError","status":"Preparing"}' AS payload, now FROM sessions s WHERE s.day < 15
      UNION ALL SELECT s.charger_id, s.n, s.start, 'in', 'StartTransaction',
             printf('{"connectorId":1,"idTag":"%04X","meterStart":%d}', s.r * 41 % 65536, s.id * 37), now FROM sessions s WHERE s.day < 15
      UNION ALL SELECT s.charger_id, s.n, s.start + 1, 'out', 'StartTransaction',
             printf('{"idTagInfo":{"status":"Accepted"},"transactionId":%d}', s.id), now FROM sessions s WHERE s.day < 15
      UNION ALL SELECT s.charger_id, s.n, s.start + s.seconds / 2, 'in', 'MeterValues',
             printf('{"transactionId":%d,"meterValue":[{"sampledValue":[{"unit":"W","value":"%d"}]}]}', s.id, s.kw * 1150), now FROM sessions s WHERE s.day < 15
      UNION ALL SELECT s.charger_id, s.n, s.start + s.seconds, 'in', 'StopTransaction',
             printf('{"transactionId":%d,"reason":"%s"}', s.id, CASE WHEN s.r % 29 = 7 THEN 'Other' ELSE 'EVDisconnected' END), now FROM sessions s WHERE s.day < 15
      UNION ALL SELECT p.charger_id, p.n, q.at + p.n * 13, 'in', 'Heartbeat', '{}', now
      FROM places p JOIN quarters q ON q.depot_id = p.depot_id, moment WHERE q.at % 7200 = 0 AND q.at >= now - 15 * 86400)
WHERE at < now ORDER BY at, n, action, direction;

-- People sign in on working days; now and then a password is wrong.
INSERT INTO access_events (user_id, at, event, outcome, ip, user_agent)
SELECT user_id, strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), event, outcome, printf('203.0.113.%d', 10 + nth), agent
FROM (SELECT u.id AS user_id, u.nth, d.day, t.turn, now / 86400 * 86400 - d.day * 86400 - CASE u.account_id WHEN 'coaches' THEN 10 ELSE -1 END * 3600
             + 28800 + (d.day * d.day * 31 + d.day * 211 + u.nth * 977) % 1009 * 4 + t.turn * CASE t.turn WHEN 2 THEN 14000 ELSE 25 END AS at,
             CASE t.turn WHEN 2 THEN 'logout' ELSE 'login' END AS event, CASE t.turn WHEN 0 THEN 'failure' ELSE 'success' END AS outcome,
             CASE WHEN u.role = 'driver' THEN 'ChargeApp/4.2 (Android 14)' ELSE 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' END AS agent,
             now
      FROM (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM users) u,
           (WITH RECURSIVE days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < 243) SELECT day FROM days) d,
           (SELECT 0 AS turn UNION ALL SELECT 1 UNION ALL SELECT 2) t, moment
      WHERE strftime('%w', now - d.day * 86400, 'unixepoch') NOT IN ('0', '6') AND (u.nth + d.day) % 3 <> 0
        AND (t.turn > 0 OR (u.nth * 7 + d.day * 5) % 11 = 0))
WHERE at < (SELECT now FROM moment) ORDER BY at, user_id, event;

CREATE INDEX sessions_by_charger_and_time ON charging_sessions (charger_id, started_at);
CREATE INDEX connectivity_by_charger_and_time ON connectivity_events (charger_id, at);
CREATE INDEX ocpp_by_charger_and_time ON ocpp_messages (charger_id, at);
CREATE INDEX access_by_user_and_time ON access_events (user_id, at);
COMMIT;
