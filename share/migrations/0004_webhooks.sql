-- Schema 4: where an account's endings are told to other programs, and the ledger of what was sent there.

CREATE TABLE webhooks (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  url TEXT NOT NULL CHECK (url <> ''),
  events TEXT NOT NULL,                                               -- JSON array of 'run' and 'export'
  outcomes TEXT NOT NULL CHECK (outcomes IN ('all', 'failures')),
  secret_file TEXT NOT NULL,                                          -- one of the two is ''; never the secret itself
  secret_credential TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CHECK ((secret_file = '') <> (secret_credential = ''))
) STRICT;
CREATE UNIQUE INDEX webhooks_url ON webhooks (account, url);

CREATE TABLE webhook_deliveries (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  webhook_id TEXT NOT NULL,                                           -- stays when the webhook goes
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  endpoint TEXT NOT NULL,                                             -- scheme, host and port: paths may be secrets of their own
  event TEXT NOT NULL CHECK (event IN ('run', 'export', 'test')),
  run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
  export_id TEXT REFERENCES exports (id) ON DELETE CASCADE,
  body TEXT NOT NULL,                                                 -- the JSON that is sent, the same at every try
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'deferred', 'refused')),
  attempts INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  due_at INTEGER,                                                     -- NULL: settled
  status INTEGER NOT NULL DEFAULT 0,                                  -- of the last answer; 0: none
  answer TEXT NOT NULL DEFAULT '',
  reason_class TEXT NOT NULL DEFAULT '',
  sent_at INTEGER,
  owner_host TEXT,                                                    -- the four are NULL together: nobody is sending it
  owner_boot TEXT,
  owner_pid INTEGER,
  owner_start INTEGER,
  lease_until INTEGER,
  CHECK (due_at IS NOT NULL OR state IN ('accepted', 'deferred', 'refused')),
  CHECK (state <> 'accepted' OR sent_at IS NOT NULL)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_account ON webhook_deliveries (account);
CREATE INDEX webhook_deliveries_run ON webhook_deliveries (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX webhook_deliveries_export ON webhook_deliveries (export_id) WHERE export_id IS NOT NULL;
