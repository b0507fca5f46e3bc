-- Schema 5: the facts from which a notification's mail is composed, so that its bytes are the same whenever it is sent.

ALTER TABLE notifications ADD COLUMN mail TEXT NOT NULL DEFAULT '';  -- JSON; '' if an older version queued it
