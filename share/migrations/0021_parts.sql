-- Schema 21: an occurrence may have parts, each of them a run. A list in a CHECK cannot be changed, so the table is made anew; foreign keys are
-- off meanwhile. What is remembered for a condition is remembered for each part. Never edited once released.

CREATE TABLE runs_anew (
  number INTEGER PRIMARY KEY,                                         -- grows: newest first is the order of the table
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  schedule_id TEXT REFERENCES schedules (id) ON DELETE CASCADE,
  schedule_name TEXT NOT NULL,
  account TEXT NOT NULL,
  report TEXT NOT NULL,
  trigger TEXT NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'test', 'part')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'triggered', 'generated', 'delivered', 'partial', 'delivery_failed', 'unknown', 'no_data',
                                       'quiet', 'rejected', 'failed', 'skipped')),
  slot INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  fence INTEGER NOT NULL,
  resumed INTEGER NOT NULL DEFAULT 0,
  reopened INTEGER NOT NULL DEFAULT 0,                                -- how often a person had it sent again
  attempts INTEGER NOT NULL DEFAULT 0,                                -- how often making its file, or then mailing it, was put off
  owner_host TEXT,                                                    -- the four are NULL together: owned by no process
  owner_boot TEXT,
  owner_pid INTEGER,
  owner_start INTEGER,
  lease_until INTEGER,
  resume_at INTEGER,
  wait_until INTEGER,                                                 -- its data have to be complete by then; NULL: it does not look
  data_until INTEGER,                                                 -- they were, up to there; NULL with wait_until: not in time
  definition TEXT,                                                    -- the schedule's, as claimed; NULL where it was rejected
  decision TEXT NOT NULL DEFAULT '',                                  -- JSON: what its condition was found to be; '': it has none
  corrects TEXT NOT NULL DEFAULT '',
  first_day TEXT NOT NULL DEFAULT '',
  last_day TEXT NOT NULL DEFAULT '',
  snapshot INTEGER NOT NULL DEFAULT 0 CHECK (snapshot IN (0, 1)),
  timezone TEXT NOT NULL DEFAULT '',
  format TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  violations TEXT NOT NULL DEFAULT '',
  row_count INTEGER,
  bytes INTEGER,
  generation_ms INTEGER,
  artifact_sha256 TEXT NOT NULL DEFAULT '',
  artifact_name TEXT NOT NULL DEFAULT '',
  file_pruned_at INTEGER,
  settled_at INTEGER,
  begins INTEGER,
  parent TEXT REFERENCES runs (id) ON DELETE CASCADE,                 -- of a part: the occurrence
  part TEXT NOT NULL DEFAULT '',                                      -- its key; of a test too
  CHECK ((finished_at IS NULL) = (state IN ('waiting', 'triggered', 'generated'))),
  CHECK (state <> 'waiting' OR wait_until IS NOT NULL),
  CHECK ((trigger = 'part') = (parent IS NOT NULL)),
  CHECK (parent IS NULL OR part <> ''),
  CHECK (trigger <> 'scheduled' OR (schedule_id IS NOT NULL AND slot IS NOT NULL))
) STRICT;
INSERT INTO runs_anew (number, id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, resumed, reopened,
  attempts, owner_host, owner_boot, owner_pid, owner_start, lease_until, resume_at, wait_until, data_until, definition, decision, corrects, first_day,
  last_day, snapshot, timezone, format, reason, violations, row_count, bytes, generation_ms, artifact_sha256, artifact_name, file_pruned_at, settled_at,
  begins)
  SELECT number, id, schedule_id, schedule_name, account, report, trigger, state, slot, created_at, finished_at, fence, resumed, reopened,
  attempts, owner_host, owner_boot, owner_pid, owner_start, lease_until, resume_at, wait_until, data_until, definition, decision, corrects, first_day,
  last_day, snapshot, timezone, format, reason, violations, row_count, bytes, generation_ms, artifact_sha256, artifact_name, file_pruned_at, settled_at,
  begins FROM runs;
DROP TABLE runs;
ALTER TABLE runs_anew RENAME TO runs;

CREATE UNIQUE INDEX runs_slot ON runs (schedule_id, slot) WHERE trigger = 'scheduled';
CREATE INDEX runs_schedule ON runs (schedule_id);
CREATE INDEX runs_account ON runs (account);
CREATE INDEX runs_created ON runs (created_at, state);
CREATE INDEX runs_unfinished ON runs (resume_at) WHERE finished_at IS NULL;
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_with_file ON runs (finished_at) WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL;
CREATE INDEX runs_measured ON runs (account, report) WHERE generation_ms IS NOT NULL;
CREATE INDEX runs_file ON runs (artifact_sha256) WHERE artifact_sha256 <> '';
CREATE INDEX runs_state ON runs (state);
CREATE INDEX runs_account_state ON runs (account, state);
CREATE INDEX runs_waiting ON runs (schedule_id, slot)
  WHERE settled_at IS NULL AND trigger = 'scheduled' AND state IN ('partial', 'delivery_failed', 'unknown', 'rejected', 'failed');
CREATE INDEX runs_owned ON runs (number) WHERE finished_at IS NOT NULL AND owner_host IS NOT NULL;
CREATE UNIQUE INDEX runs_parts ON runs (parent, part) WHERE parent IS NOT NULL;
CREATE INDEX runs_open_parts ON runs (parent) WHERE parent IS NOT NULL AND finished_at IS NULL;

CREATE TABLE watch_anew (
  schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  part TEXT NOT NULL,                                                 -- key; '': the schedule has no parts
  decided_slot INTEGER NOT NULL,                                      -- of the newest occurrence that is remembered here
  raised_since INTEGER,                                               -- slots; NULL: the condition is not raised, or was never told
  last_sent_slot INTEGER,
  fingerprint TEXT NOT NULL,                                          -- of the rows that were last sent
  PRIMARY KEY (schedule_id, part)
) STRICT, WITHOUT ROWID;
INSERT INTO watch_anew SELECT schedule_id, '', decided_slot, raised_since, last_sent_slot, fingerprint FROM watch;
DROP TABLE watch;
ALTER TABLE watch_anew RENAME TO watch;
