-- Schema 1. Never edited once released: the next change is 0002.
-- Instants are whole seconds since 1970 UTC; days are text. NULL means "not yet" or "none"; texts without such a meaning are ''.

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  features TEXT NOT NULL,                                             -- JSON array of names
  brand_name TEXT NOT NULL,
  brand_color TEXT NOT NULL,
  allowed_domains TEXT NOT NULL                                       -- JSON array, in the order given
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  account TEXT REFERENCES accounts (id) ON DELETE CASCADE,            -- NULL: of no account (system_admin)
  name TEXT NOT NULL,
  email TEXT,
  role TEXT NOT NULL CHECK (role IN ('system_admin', 'owner', 'admin', 'depot_admin', 'manager', 'viewer')),
  sites TEXT NOT NULL,                                                -- JSON array of [kind, site]
  login TEXT CHECK (login <> '')
) STRICT;
CREATE UNIQUE INDEX members_email ON members (ifnull(account, ''), email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX members_login ON members (login, ifnull(account, '')) WHERE login IS NOT NULL;
CREATE INDEX members_account ON members (account);

CREATE TABLE schedules (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  account TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  report TEXT NOT NULL,
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
  definition TEXT NOT NULL,                                           -- every other field a person decides, as a JSON object
  created_by TEXT NOT NULL,
  owner TEXT NOT NULL,                                                -- member id, or ''
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  next_run_at INTEGER,
  last_run_at INTEGER,
  last_run_status TEXT NOT NULL,
  last_run_error TEXT NOT NULL,
  failure_count INTEGER NOT NULL CHECK (failure_count >= 0),
  revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX schedules_name ON schedules (account, name);
CREATE INDEX schedules_due ON schedules (next_run_at, id) WHERE is_active = 1;

CREATE TABLE runs (
  number INTEGER PRIMARY KEY,                                         -- grows: newest first is the order of the table
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  schedule_id TEXT REFERENCES schedules (id) ON DELETE CASCADE,
  schedule_name TEXT NOT NULL,
  account TEXT NOT NULL,
  report TEXT NOT NULL,
  trigger TEXT NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'test')),
  state TEXT NOT NULL CHECK (state IN ('triggered', 'generated', 'delivered', 'partial', 'delivery_failed', 'unknown', 'no_data',
                                       'rejected', 'failed', 'skipped')),
  slot INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  fence INTEGER NOT NULL,
  resumed INTEGER NOT NULL DEFAULT 0,
  reopened INTEGER NOT NULL DEFAULT 0,                                -- how often a person had it sent again
  owner_host TEXT,                                                    -- the four are NULL together: owned by no process
  owner_boot TEXT,
  owner_pid INTEGER,
  owner_start INTEGER,
  lease_until INTEGER,
  resume_at INTEGER,
  definition TEXT,                                                    -- the schedule's, as claimed; NULL once finished
  first_day TEXT NOT NULL DEFAULT '',
  last_day TEXT NOT NULL DEFAULT '',
  timezone TEXT NOT NULL DEFAULT '',
  format TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  violations TEXT NOT NULL DEFAULT '',
  row_count INTEGER,
  bytes INTEGER,
  generation_ms INTEGER,
  artifact_sha256 TEXT NOT NULL DEFAULT '',
  artifact_name TEXT NOT NULL DEFAULT '',
  mail TEXT NOT NULL DEFAULT '',
  CHECK ((finished_at IS NULL) = (state IN ('triggered', 'generated'))),
  CHECK (trigger <> 'scheduled' OR (schedule_id IS NOT NULL AND slot IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX runs_slot ON runs (schedule_id, slot) WHERE trigger = 'scheduled';
CREATE INDEX runs_schedule ON runs (schedule_id);
CREATE INDEX runs_account ON runs (account);
CREATE INDEX runs_created ON runs (created_at, state);
CREATE INDEX runs_unfinished ON runs (resume_at) WHERE finished_at IS NULL;

CREATE TABLE notifications (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  account TEXT NOT NULL,
  member_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notifications_run ON notifications (run_id);
CREATE INDEX notifications_open ON notifications (account) WHERE acknowledged_at IS NULL;

CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  notification_id TEXT REFERENCES notifications (id) ON DELETE CASCADE,   -- NULL: carries the report
  recipient TEXT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'handing_over', 'accepted', 'deferred', 'refused', 'unknown')),
  message_id TEXT NOT NULL,
  message_date INTEGER NOT NULL,
  message_sha256 TEXT NOT NULL,
  message_bytes INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  handed_over INTEGER NOT NULL DEFAULT 0 CHECK (handed_over IN (0, 1)),   -- these bytes may be with the server: their id is spent
  in_doubt INTEGER NOT NULL DEFAULT 0 CHECK (in_doubt IN (0, 1)),         -- an attempt ended unknown and nobody has settled it
  answer TEXT NOT NULL DEFAULT '',
  reason_class TEXT NOT NULL DEFAULT '',
  sent_at INTEGER,
  next_attempt_at INTEGER,
  CHECK (state <> 'accepted' OR sent_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX deliveries_recipient ON deliveries (run_id, address, ifnull(notification_id, ''));
CREATE INDEX deliveries_notification ON deliveries (notification_id) WHERE notification_id IS NOT NULL;
CREATE INDEX deliveries_untold ON deliveries (run_id) WHERE notification_id IS NOT NULL AND state IN ('queued', 'sending', 'handing_over');
CREATE INDEX deliveries_unknown ON deliveries (run_id) WHERE state = 'unknown';

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  account TEXT NOT NULL,
  subject TEXT NOT NULL,
  actor TEXT NOT NULL,
  payload TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject);

-- The insert trigger also closes the way round the delete trigger that INSERT OR REPLACE would be.
CREATE TRIGGER audit_in_sequence BEFORE INSERT ON audit
  WHEN NEW.sequence IS NOT (SELECT ifnull(max(sequence), 0) + 1 FROM audit)
  BEGIN SELECT RAISE(ABORT, 'the audit log has no gaps'); END;
CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
