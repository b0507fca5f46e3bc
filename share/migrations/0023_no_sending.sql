-- Schema 23: a delivery is written when its last bytes are about to go and not also when its attempt begins, since whatever was found in
-- `sending` went back into the queue. Never edited once released.

UPDATE deliveries SET state = 'queued' WHERE state = 'sending';
DROP INDEX deliveries_untold;
CREATE INDEX deliveries_untold ON deliveries (run_id)
  WHERE notification_id IS NOT NULL AND (state IN ('queued', 'handing_over') OR next_attempt_at IS NOT NULL);
