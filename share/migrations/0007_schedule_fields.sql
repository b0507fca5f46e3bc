-- Schema 7: schedules are kept by the names and texts that files have for their fields, and their columns and csv are fields of their own.

CREATE TEMP TABLE rewritten (old TEXT PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;

-- The patch leaves out what is null.
INSERT INTO rewritten
  SELECT old, json_patch('{}', json_object(
    'description', json(nullif(old -> '$.description', '""')),
    'scope', CASE WHEN old ->> '$.scope[1]' = '' THEN old ->> '$.scope[0]' ELSE (old ->> '$.scope[0]') || ':' || (old ->> '$.scope[1]') END,
    'cadence', old ->> '$.cadence',
    'on', CASE old ->> '$.weekday' WHEN 1 THEN 'mon' WHEN 2 THEN 'tue' WHEN 3 THEN 'wed' WHEN 4 THEN 'thu' WHEN 5 THEN 'fri' WHEN 6 THEN 'sat'
          WHEN 7 THEN 'sun' END,
    'day', nullif(old ->> '$.day_of_month', 0),
    'at', CASE WHEN old ->> '$.at' IS NOT NULL THEN printf('%02d:%02d', old ->> '$.at[0]', old ->> '$.at[1]') END,
    'timezone', nullif(old ->> '$.timezone', ''),
    'window', old ->> '$.range',
    'lookback', old ->> '$.lookback_days',
    'format', old ->> '$.format',
    'columns', json(extra -> '$.columns'),
    'csv', json(nullif(extra -> '$.csv', '{}')),
    'params', json(nullif(old -> '$.parameters', '{}')),
    'extra', nullif(CASE WHEN extra -> '$.columns' IS NULL AND extra -> '$.csv' IS NULL THEN extra ELSE json_remove(extra, '$.columns', '$.csv') || '' END, '{}'),
    'to', (SELECT json_group_array(CASE WHEN display = '' THEN address
                                        ELSE '"' || replace(replace(display, '\', '\\'), '"', '\"') || '" <' || address || '>' END)
             FROM (SELECT value ->> '$[0]' AS display, value ->> '$[1]' AS address FROM json_each(old, '$.recipients') ORDER BY key)),
    'subject', json(nullif(old -> '$.subject', '""')),
    'no_data', old ->> '$.no_data'))
  FROM (SELECT old, nullif(old ->> '$.extra', '') AS extra
          FROM (SELECT definition AS old FROM schedules UNION SELECT definition FROM runs WHERE definition IS NOT NULL)
         WHERE json_valid(old) AND json_type(old, '$.scope') = 'array');

UPDATE schedules SET definition = (SELECT new FROM rewritten WHERE old = definition) WHERE definition IN (SELECT old FROM rewritten);
UPDATE runs SET definition = (SELECT new FROM rewritten WHERE old = definition) WHERE definition IN (SELECT old FROM rewritten);
DROP TABLE rewritten;
