-- Schema 19: where the period of a claimed run begins if the occurrence before says so. Days of a period may have a time behind them
-- (2026-03-18 08:30), of periods that are not whole days. Never edited once released.

ALTER TABLE runs ADD COLUMN begins INTEGER;
