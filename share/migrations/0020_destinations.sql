-- Schema 20: files that go to a destination of the configuration instead of a mailbox; their address is `NAME:PATH`. Never edited once released.

ALTER TABLE deliveries ADD COLUMN destination TEXT NOT NULL DEFAULT '';                -- its name; '': a mail
