-- Schema 2: pictures by their hash, and the logo of an account. A picture that was used is kept: mails of earlier runs are made with it again.
CREATE TABLE images (
  sha256 TEXT PRIMARY KEY,
  base64 TEXT NOT NULL CHECK (base64 <> '')
) STRICT;

ALTER TABLE accounts ADD COLUMN brand_logo TEXT NOT NULL DEFAULT '';    -- sha256 in images; '': none
