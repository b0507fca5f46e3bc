-- Schema 5: the facts that the mail of a notification is composed from, so that its bytes are the same whenever it is sent.

ALTER TABLE notifications ADD COLUMN mail TEXT NOT NULL DEFAULT '';  -- JSON; '' for those of older versions
