-- Schema 12: a person can send a run's report to further addresses, and have it made anew as a correction. Never edited once released.

ALTER TABLE deliveries ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1));
ALTER TABLE runs ADD COLUMN corrects TEXT NOT NULL DEFAULT '';
