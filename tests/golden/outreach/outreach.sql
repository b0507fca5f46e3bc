-- Two accounts share the tables. Berlin is one hour ahead of UTC on all of these days. Figures are small and chosen so that
-- percentages round: 1 of 800 is 0.125, and must become 0.13.
CREATE TABLE workspaces (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE campaigns (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL,
                        started_at TEXT);
CREATE TABLE campaign_daily (campaign_id INTEGER NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL,
                             opened INTEGER NOT NULL, clicked INTEGER NOT NULL, replied INTEGER NOT NULL, bounced INTEGER NOT NULL,
                             unsubscribed INTEGER NOT NULL, spam_reports INTEGER NOT NULL, PRIMARY KEY (campaign_id, day));
CREATE TABLE sending_domains (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, domain TEXT NOT NULL);
CREATE TABLE domain_daily (domain_id INTEGER NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL,
                           hard_bounces INTEGER NOT NULL, soft_bounces INTEGER NOT NULL, spam_reports INTEGER NOT NULL, inbox INTEGER NOT NULL,
                           spam_folder INTEGER NOT NULL, PRIMARY KEY (domain_id, day));
CREATE TABLE leads (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, campaign_id INTEGER, email TEXT NOT NULL, first_name TEXT, last_name TEXT,
                    company TEXT, status TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);

INSERT INTO workspaces VALUES (1, 'acme', 'Beta'), (2, 'acme', 'Álfa'), (3, 'rival', 'Beta'), (4, 'acme', 'Silent');
INSERT INTO campaigns VALUES
  (10, 1, 'Frühling "Sale", 1', 'active', '2026-01-05T09:00:00Z', '2026-01-06T08:00:00Z'),
  (11, 1, '春の便り', 'paused', '2026-02-27T15:00:00Z', NULL),
  (12, 2, 'Привет', 'active', '2026-02-10T00:00:00Z', '2026-02-11T00:00:00Z'),
  (13, 2, '=HYPERLINK("x")', 'draft', '2026-03-01T23:30:00Z', NULL),
  (20, 3, 'Secret of the rival', 'active', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
INSERT INTO campaign_daily VALUES
  (10, '2026-02-28', 100, 97, 40, 10, 3, 3, 1, 0),
  (10, '2026-03-01', 203, 199, 81, 20, 7, 4, 0, 1),
  (11, '2026-02-28', 0, 0, 0, 0, 0, 0, 0, 0),
  (12, '2026-02-27', 800, 800, 1, 0, 0, 0, 0, 0),
  (12, '2026-03-01', 7, 0, 0, 0, 0, 7, 0, 0),
  (20, '2026-02-28', 999, 998, 997, 996, 995, 1, 0, 0);
INSERT INTO sending_domains VALUES (1, 1, 'mail.beta.example'), (2, 2, 'alfa.example'), (3, 3, 'rival.example');
INSERT INTO domain_daily VALUES
  (1, '2026-02-27', 9999, 9999, 0, 0, 0, 0, 0),
  (1, '2026-02-28', 1000, 960, 25, 15, 2, 45, 5),
  (1, '2026-03-01', 500, 490, 4, 6, 1, 0, 0),
  (2, '2026-02-28', 0, 0, 0, 0, 0, 3, 0),
  (3, '2026-02-28', 77, 77, 0, 0, 0, 1, 0);
INSERT INTO leads VALUES
  (1, 1, 10, 'anna@x.example', 'Anna', 'Müller', 'Müller & Söhne', 'new', '2026-02-27T23:00:00Z', '2026-02-28T10:00:00Z'),
  (2, 1, 10, 'bo@x.example', 'Bo', NULL, NULL, 'replied', '2026-02-27T22:59:59Z', '2026-02-28T10:00:00Z'),
  (3, 2, 12, 'chu@x.example', '楚', '李', '株式会社 みなと', 'bounced', '2026-03-01T22:59:59Z', '2026-03-01T22:59:59Z'),
  (4, 2, NULL, 'dina@x.example', 'دينا', 'حداد', '=cmd|x', 'new', '2026-03-01T23:00:00Z', '2026-03-01T23:00:00Z'),
  (5, 2, 20, 'eve@x.example', 'Eve', '', 'ACME "West", Ltd', 'replied', '2026-02-28T12:00:00Z', '2026-03-05T12:00:00Z'),
  (6, 3, 20, 'fay@rival.example', 'Rival', 'Lead', NULL, 'secret-status', '2026-02-28T12:00:00Z', '2026-02-28T12:00:00Z'),
  (7, 1, 12, 'gus@x.example', 'Gus', 'Øster', NULL, 'new', '2026-02-28T12:00:00Z', '2026-02-28T12:00:00Z');
