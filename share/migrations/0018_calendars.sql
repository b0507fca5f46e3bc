-- Schema 18: calendars with holidays and worked days, which accounts and schedules name. Never edited once released.

CREATE TABLE calendars (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,                                                 -- as it was given: a line for each day
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE accounts ADD COLUMN calendar TEXT NOT NULL DEFAULT '';

-- What the owners and admins of an account are told once, whichever run told it.
CREATE TABLE told_once (
  account TEXT NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (account, what)
) STRICT, WITHOUT ROWID;
