-- Schema 13: a run that ended badly waits for a person until its schedule succeeds again or somebody acknowledges it; schedules know their last
-- success; runs are counted as they end, so that the counts survive retention. Never edited once released.

ALTER TABLE runs ADD COLUMN settled_at INTEGER;
ALTER TABLE schedules ADD COLUMN last_success_at INTEGER;

CREATE TEMP TABLE last_good (schedule_id TEXT PRIMARY KEY, slot INTEGER NOT NULL, finished_at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO last_good
  SELECT schedule_id, max(slot), finished_at FROM runs
  WHERE trigger = 'scheduled' AND state IN ('delivered', 'no_data') GROUP BY schedule_id;
UPDATE schedules SET last_success_at = (SELECT finished_at FROM last_good WHERE schedule_id = schedules.id);
UPDATE runs SET settled_at = finished_at
  WHERE trigger = 'scheduled' AND state IN ('partial', 'delivery_failed', 'rejected', 'failed')
    AND slot < (SELECT slot FROM last_good WHERE schedule_id = runs.schedule_id);
DROP TABLE last_good;

CREATE INDEX runs_waiting ON runs (schedule_id, slot)
  WHERE settled_at IS NULL AND trigger = 'scheduled' AND state IN ('partial', 'delivery_failed', 'unknown', 'rejected', 'failed');

CREATE TABLE run_totals (
  account TEXT NOT NULL,
  state TEXT NOT NULL,
  runs INTEGER NOT NULL,                                              -- scheduled ones that ended so
  generated INTEGER NOT NULL,                                         -- those of them that made a file
  generation_ms INTEGER NOT NULL,                                     -- which took so long together
  PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;
INSERT INTO run_totals
  SELECT account, state, count(*), count(generation_ms), ifnull(sum(generation_ms), 0) FROM runs
  WHERE trigger = 'scheduled' AND finished_at IS NOT NULL GROUP BY account, state;

CREATE INDEX deliveries_address ON deliveries (address COLLATE NOCASE) WHERE notification_id IS NULL;

-- Addresses that get no scheduled report: of one schedule, of an account, or of any.
CREATE TABLE suppressions (
  number INTEGER PRIMARY KEY,
  address TEXT NOT NULL COLLATE NOCASE,
  account TEXT REFERENCES accounts (id) ON DELETE CASCADE,            -- NULL: every account
  schedule_id TEXT REFERENCES schedules (id) ON DELETE CASCADE,       -- NULL: every schedule
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX suppressions_address ON suppressions (address, ifnull(account, ''), ifnull(schedule_id, ''));
CREATE INDEX suppressions_account ON suppressions (account) WHERE account IS NOT NULL;
CREATE INDEX suppressions_schedule ON suppressions (schedule_id) WHERE schedule_id IS NOT NULL;
