-- Schema 15: runs that ended and whose process died before it told so, found without a scan. Never edited once released.

CREATE INDEX runs_owned ON runs (number) WHERE finished_at IS NOT NULL AND owner_host IS NOT NULL;
