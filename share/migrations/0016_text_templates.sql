-- Schema 16: every brace in a subject or title belongs to a variable; what used to stay as it was written is doubled, so that mails
-- read as before. Never edited once released.

UPDATE schedules SET definition = json_set(definition, '$.subject', replace(replace(replace(replace(replace(replace(replace(
  definition ->> '$.subject', '{', '{{'), '}', '}}'), '{{report}}', '{report}'), '{{filters}}', '{filters}'), '{{period}}', '{period}'),
  '{{account}}', '{account}'), '{{name}}', '{name}'))
WHERE CASE WHEN json_valid(definition) THEN definition ->> '$.subject' GLOB '*[{}]*' END;
UPDATE runs SET definition = json_set(definition, '$.subject', replace(replace(replace(replace(replace(replace(replace(
  definition ->> '$.subject', '{', '{{'), '}', '}}'), '{{report}}', '{report}'), '{{filters}}', '{filters}'), '{{period}}', '{period}'),
  '{{account}}', '{account}'), '{{name}}', '{name}'))
WHERE CASE WHEN json_valid(definition) THEN definition ->> '$.subject' GLOB '*[{}]*' END;

UPDATE schedules SET definition = json_set(definition, '$.title', replace(replace(definition ->> '$.title', '{', '{{'), '}', '}}'))
WHERE CASE WHEN json_valid(definition) THEN definition ->> '$.title' GLOB '*[{}]*' END;
UPDATE runs SET definition = json_set(definition, '$.title', replace(replace(definition ->> '$.title', '{', '{{'), '}', '}}'))
WHERE CASE WHEN json_valid(definition) THEN definition ->> '$.title' GLOB '*[{}]*' END;
UPDATE exports SET request = json_set(request, '$.title', replace(replace(request ->> '$.title', '{', '{{'), '}', '}}'))
WHERE CASE WHEN json_valid(request) THEN request ->> '$.title' GLOB '*[{}]*' END;
