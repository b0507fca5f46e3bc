-- Schema 11: a schedule knows the member who last gave it recipients: what that member may no longer do, it no longer does. Never edited once
-- released.

ALTER TABLE schedules ADD COLUMN given_by TEXT NOT NULL DEFAULT '';
UPDATE schedules SET given_by = owner;
