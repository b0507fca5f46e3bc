-- Schema 3: export jobs, and what was pruned. Never edited once released.

CREATE TABLE exports (
  number INTEGER PRIMARY KEY,                                         -- grows: the oldest is worked off first
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  account TEXT NOT NULL,
  scope TEXT NOT NULL,                                                -- as `depot:north`
  report TEXT NOT NULL,
  format TEXT NOT NULL,
  request TEXT NOT NULL,                                              -- what was asked for, as a JSON object; read against created_at
  requested_by TEXT NOT NULL,
  member TEXT NOT NULL,                                               -- on whose behalf it runs; '': an operator's
  state TEXT NOT NULL CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  expires_at INTEGER,                                                 -- of the file
  file_pruned_at INTEGER,
  fence INTEGER NOT NULL,
  resumed INTEGER NOT NULL DEFAULT 0,
  cancel_asked INTEGER NOT NULL DEFAULT 0 CHECK (cancel_asked IN (0, 1)),
  owner_host TEXT,                                                    -- the five are NULL together: owned by no process
  owner_boot TEXT,
  owner_pid INTEGER,
  owner_start INTEGER,
  lease_until INTEGER,
  first_day TEXT NOT NULL DEFAULT '',
  last_day TEXT NOT NULL DEFAULT '',
  timezone TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  violations TEXT NOT NULL DEFAULT '',
  row_count INTEGER,
  bytes INTEGER,
  generation_ms INTEGER,
  artifact_sha256 TEXT NOT NULL DEFAULT '',
  artifact_name TEXT NOT NULL DEFAULT '',
  CHECK ((finished_at IS NULL) = (state IN ('pending', 'processing'))),
  CHECK ((state = 'processing') = (owner_host IS NOT NULL)),
  CHECK ((state = 'completed') = (artifact_sha256 <> ''))
) STRICT;
CREATE INDEX exports_account ON exports (account);
CREATE INDEX exports_unfinished ON exports (number) WHERE finished_at IS NULL;
CREATE INDEX exports_finished ON exports (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX exports_measured ON exports (account, report) WHERE generation_ms IS NOT NULL;
CREATE INDEX exports_file ON exports (artifact_sha256) WHERE artifact_sha256 <> '';

ALTER TABLE runs ADD COLUMN file_pruned_at INTEGER;
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_with_file ON runs (finished_at) WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL;
CREATE INDEX runs_measured ON runs (account, report) WHERE generation_ms IS NOT NULL;
CREATE INDEX runs_file ON runs (artifact_sha256) WHERE artifact_sha256 <> '';
CREATE INDEX notifications_acknowledged ON notifications (created_at) WHERE acknowledged_at IS NOT NULL;

-- The head of what was cut off the beginning of the audit log: the chain goes on from it. It only ever moves forward.
CREATE TABLE audit_cut (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER audit_cut_forward BEFORE UPDATE ON audit_cut WHEN NEW.sequence <= OLD.sequence
  BEGIN SELECT RAISE(ABORT, 'the audit log is only cut further'); END;
CREATE TRIGGER audit_cut_kept BEFORE DELETE ON audit_cut BEGIN SELECT RAISE(ABORT, 'the audit log has been cut'); END;
DROP TRIGGER audit_not_deleted;
CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
  WHEN OLD.sequence > ifnull((SELECT sequence FROM audit_cut), 0)
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
