-- Schema 6: runs and exports record whether their report shows a moment (a snapshot) or days. For earlier ones the file name shows it: it
-- contains both days of a period, but only one day for a snapshot.
ALTER TABLE runs ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0 CHECK (snapshot IN (0, 1));
ALTER TABLE exports ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0 CHECK (snapshot IN (0, 1));
UPDATE runs SET snapshot = 1
 WHERE first_day <> '' AND artifact_name <> '' AND instr(artifact_name, '_' || first_day || '_' || last_day || '.') = 0;
UPDATE exports SET snapshot = 1
 WHERE first_day <> '' AND artifact_name <> '' AND instr(artifact_name, '_' || first_day || '_' || last_day || '.') = 0;
