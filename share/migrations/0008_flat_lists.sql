-- Schema 8: what a mail is composed from leaves the row of its run, so that lists do not read it, and every list and every step of retention has
-- an index. Never edited once released.

CREATE TABLE run_mails (
  run INTEGER PRIMARY KEY REFERENCES runs (number) ON DELETE CASCADE,
  facts TEXT NOT NULL CHECK (facts <> '')                             -- JSON
) STRICT;
INSERT INTO run_mails (run, facts) SELECT number, mail FROM runs WHERE mail <> '';
ALTER TABLE runs DROP COLUMN mail;

CREATE INDEX runs_state ON runs (state);
CREATE INDEX runs_account_state ON runs (account, state);
CREATE INDEX exports_state ON exports (state);
CREATE INDEX exports_created ON exports (created_at);
CREATE INDEX exports_with_file ON exports (finished_at) WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL;
CREATE INDEX exports_expiring ON exports (expires_at) WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL;
CREATE INDEX notifications_account ON notifications (account);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (state);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id) WHERE due_at IS NOT NULL;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account);
CREATE INDEX audit_name ON audit (name);
CREATE INDEX schedules_by_name ON schedules (name);
