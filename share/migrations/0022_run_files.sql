-- Schema 22: the further files of runs that make several. Never edited once released.

CREATE TABLE run_files (
  run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position > 1),                       -- the first file stands with its run
  report TEXT NOT NULL,
  format TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (sha256 <> ''),
  "rows" INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_files_file ON run_files (sha256);
