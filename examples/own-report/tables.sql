-- The operator's own tables, with a few days of two accounts that share them.
CREATE TABLE teams (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE tickets (id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams (id), subject TEXT NOT NULL, opened_at TEXT NOT NULL,
                      answered_at TEXT);
INSERT INTO teams VALUES (1, 'acme', 'Billing'), (2, 'acme', 'Hardware'), (3, 'other', 'Night shift');
INSERT INTO tickets VALUES
  (1, 1, 'Invoice twice', '2026-05-04T21:30:00Z', '2026-05-04T22:00:00Z'),
  (2, 1, 'Wrong address', '2026-05-04T22:30:00Z', '2026-05-05T04:30:00Z'),
  (3, 1, 'Receipt, please', '2026-05-05T08:00:00Z', '2026-05-05T08:10:01Z'),
  (4, 2, 'Printer on fire', '2026-05-05T09:00:00Z', NULL),
  (5, 2, 'Lamp flickers', '2026-05-06T19:00:00Z', NULL),
  (6, 3, 'None of your business', '2026-05-05T10:00:00Z', '2026-05-05T10:30:00Z');
