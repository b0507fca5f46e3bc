-- Schema 14: accounts have a language of their mails and documents. Never edited once released.

ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT '';
