-- Schema 9: a run counts how often making its file, or mailing it, was put off, so that all its recipients are tried equally often; mails to owners
-- and admins are sent until they are accepted. Never edited once released.

ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

DROP INDEX deliveries_untold;
CREATE INDEX deliveries_untold ON deliveries (run_id)
  WHERE notification_id IS NOT NULL AND (state IN ('queued', 'sending', 'handing_over') OR next_attempt_at IS NOT NULL);
