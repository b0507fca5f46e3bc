-- The demo's source of the outreach reports: eight months of campaigns in five workspaces of two accounts, up to now. {{now}} is the
-- moment of `reportctl init --demo`; everything else follows from it by arithmetic, so the same moment gives the same data.
BEGIN;

CREATE TABLE workspaces (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE campaigns (id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL,
                        started_at TEXT);
CREATE TABLE campaign_daily (campaign_id INTEGER NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL,
                             opened INTEGER NOT NULL, clicked INTEGER NOT NULL, replied INTEGER NOT NULL, bounced INTEGER NOT NULL,
                             unsubscribed INTEGER NOT NULL, spam_reports INTEGER NOT NULL, PRIMARY KEY (campaign_id, day)) WITHOUT ROWID;
CREATE TABLE sending_domains (id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, domain TEXT NOT NULL);
CREATE TABLE domain_daily (domain_id INTEGER NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL, delivered INTEGER NOT NULL,
                           hard_bounces INTEGER NOT NULL, soft_bounces INTEGER NOT NULL, spam_reports INTEGER NOT NULL, inbox INTEGER NOT NULL,
                           spam_folder INTEGER NOT NULL, PRIMARY KEY (domain_id, day)) WITHOUT ROWID;
CREATE TABLE leads (id INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, campaign_id INTEGER, email TEXT NOT NULL, first_name TEXT, last_name TEXT,
                    company TEXT, status TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);

INSERT INTO workspaces VALUES
  ('quill-uk', 'quill', 'Quill UK'), ('quill-mena', 'quill', 'Quill الشرق الأوسط'), ('quill-labs', 'quill', 'Labs (new)'),
  ('hanabi-tokyo', 'hanabi', '東京チーム'), ('hanabi-seoul', 'hanabi', '서울팀');
INSERT INTO sending_domains VALUES
  (1, 'quill-uk', 'mail.quill-partners.example'), (2, 'quill-uk', 'hello.quill-partners.example'), (3, 'quill-mena', 'me.quill-partners.example'),
  (4, 'hanabi-tokyo', 'news.hanabi-growth.example'), (5, 'hanabi-seoul', 'kr.hanabi-growth.example');

-- first and last are days before today; pace is mails on a working day.
CREATE TEMP TABLE plans (id INTEGER, workspace_id TEXT, name TEXT, status TEXT, first INTEGER, last INTEGER, pace INTEGER, warmth INTEGER);
INSERT INTO plans VALUES
  (301, 'quill-uk', 'Finance directors, spring', 'completed', 236, 150, 180, 5), (302, 'quill-uk', 'Webinar "Closing the books"', 'completed', 140, 118, 320, 8),
  (303, 'quill-uk', 'Reactivation, 2nd wave', 'active', 95, 0, 140, 3), (304, 'quill-uk', 'Partners: Łódź & Kraków', 'active', 31, 0, 90, 7),
  (305, 'quill-mena', 'مدراء المشتريات', 'active', 120, 0, 110, 6), (306, 'quill-mena', 'Procurement, Gulf', 'paused', 80, 12, 150, 4),
  (307, 'quill-uk', 'Newsletter relaunch', 'draft', 3, 4, 0, 0),
  (308, 'hanabi-tokyo', '花火大会スポンサー', 'completed', 200, 110, 240, 7), (309, 'hanabi-tokyo', '中小企業向け 秋の提案', 'active', 74, 0, 260, 5),
  (310, 'hanabi-tokyo', 'Follow-up: 展示会', 'active', 21, 0, 60, 9), (311, 'hanabi-seoul', '스타트업 대표', 'active', 130, 0, 170, 6),
  (312, 'hanabi-seoul', 'Série A – fondateurs', 'paused', 60, 25, 75, 4);

INSERT INTO campaigns
SELECT id, workspace_id, name, status, strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', 'start of day', '-' || (first + 2) || ' days', (id * 977 % 32400) || ' seconds'),
       CASE WHEN status <> 'draft' THEN strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', 'start of day', '-' || first || ' days', '7 hours') END
FROM plans;

-- Working days only; nine mails of ten arrive, a tenth to a half of these are opened, few are answered. `r` is a number from 0 to 1008 that
-- looks random.
INSERT INTO campaign_daily
WITH RECURSIVE days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < 243),
thrown AS (
  SELECT p.*, day, (day * day * 31 + day * 7919 + p.id * p.id * 577 + p.id * 271) % 1009 AS r FROM plans p, days
  WHERE day BETWEEN last AND first AND strftime('%w', '{{now}}', '-' || day || ' days') NOT IN ('0', '6')),
sent AS (SELECT *, pace * (70 + r % 61) / 100 AS sent FROM thrown),
arrived AS (SELECT *, sent * (12 + r % 31) / 1000 AS bounced FROM sent),
read AS (SELECT *, sent - bounced AS delivered, (sent - bounced) * (220 + 25 * warmth + r % 97) / 1000 AS opened FROM arrived)
SELECT id, date('{{now}}', '-' || day || ' days'), sent, delivered, opened, opened * (60 + 8 * warmth + r % 41) / 1000,
       delivered * (4 * warmth + r % 23) / 1000, bounced, delivered * (r % 9) / 1000, (r % 53 = 9) + (r % 211 = 5)
FROM read;

-- A workspace's domains share what its campaigns send. Placement is seen through twenty test mailboxes a day.
INSERT INTO domain_daily
SELECT id, day, sent, sent - bounced, bounced - bounced / 3, bounced / 3, spam, 20 - away, away
FROM (SELECT m.id, d.day, (sum(d.sent) + m.nth) / m.many AS sent, (sum(d.bounced) + m.nth) / m.many AS bounced,
             (sum(d.spam_reports) + m.nth) / m.many AS spam, (m.id * 3 + CAST(strftime('%j', d.day) AS INTEGER) * 7) % 11 / 3 AS away
      FROM (SELECT *, row_number() OVER (PARTITION BY workspace_id ORDER BY id) - 1 AS nth, count(*) OVER (PARTITION BY workspace_id) AS many
            FROM sending_domains) m
      JOIN campaigns c ON c.workspace_id = m.workspace_id
      JOIN campaign_daily d ON d.campaign_id = c.id
      GROUP BY m.id, d.day);

CREATE TEMP TABLE people (nth INTEGER, account_id TEXT, first_name TEXT, last_name TEXT, mailbox TEXT);
INSERT INTO people VALUES
  (0, 'quill', 'Priya', 'Raman', 'priya.raman'), (1, 'quill', 'Owen', 'Llewellyn', 'owen'), (2, 'quill', 'Zoë', 'Fairfax', 'zoe.fairfax'),
  (3, 'quill', 'ليلى', 'منصور', 'layla.mansour'), (4, 'quill', 'Łukasz', 'Wójcik', 'l.wojcik'), (5, 'quill', 'Conor', 'O''Dwyer', 'conor'),
  (6, 'quill', 'خالد', 'العتيبي', 'khalid'), (7, 'quill', 'Beatrix', NULL, 'beatrix'), (0, 'hanabi', '美咲', '小林', 'misaki'),
  (1, 'hanabi', '翔太', '山田', 'shota.yamada'), (2, 'hanabi', '지훈', '박', 'jihoon.park'), (3, 'hanabi', '서연', '최', 'seoyeon'),
  (4, 'hanabi', 'Daniel', 'Kowalczyk', 'daniel'), (5, 'hanabi', '葵', '松本', 'aoi');

INSERT INTO leads (workspace_id, campaign_id, email, first_name, last_name, company, status, created_at, updated_at)
WITH RECURSIVE days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < 243), turns(turn) AS (VALUES (0), (1), (2), (3)),
thrown AS (SELECT w.id AS workspace_id, w.account_id, w.n, day, turn, (day * day * 31 + day * 7919 + turn * turn * 577 + w.n * 4649 + turn * 97) % 1009 AS r
           FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM workspaces) w, days, turns WHERE w.id <> 'quill-labs'),
found AS (
  SELECT t.*, strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', 'start of day', '-' || day || ' days', (turn * 21600 + r * 21) || ' seconds') AS created_at,
         (SELECT max(p.id) FROM plans p WHERE p.workspace_id = t.workspace_id AND p.first >= t.day AND p.last <= t.day AND (p.id + r) % 3 > 0) AS campaign_id
  FROM thrown t WHERE r % 5 < 2)
SELECT f.workspace_id, f.campaign_id, p.mailbox || '.' || (f.day * 4 + f.turn) || '@' || CASE f.r % 4 WHEN 0 THEN 'northgate' WHEN 1 THEN 'aurelia' WHEN 2 THEN 'kestrel' ELSE 'umi' END
         || '.' || f.account_id || '-leads.example', p.first_name, p.last_name,
       CASE WHEN f.r % 13 = 1 THEN NULL WHEN f.account_id = 'quill' THEN CASE f.r % 4 WHEN 0 THEN 'Northgate & Sons' WHEN 1 THEN 'Aurelia "Rose" Ltd' WHEN 2 THEN 'Kestrel plc' ELSE 'مجموعة أومي' END
            ELSE CASE f.r % 4 WHEN 0 THEN '北門商事' WHEN 1 THEN 'アウレリア株式会社' WHEN 2 THEN '(주)케스트럴' ELSE '海 Umi, Inc.' END END,
       CASE WHEN f.day < 2 THEN 'new' WHEN f.r % 17 = 0 THEN 'bounced' WHEN f.r % 11 < 2 THEN 'replied' WHEN f.r % 19 = 3 THEN 'unsubscribed' ELSE 'contacted' END,
       f.created_at, min('{{now}}', strftime('%Y-%m-%dT%H:%M:%SZ', f.created_at, (f.r % 6) || ' days'))
FROM found f JOIN people p ON p.account_id = f.account_id AND p.nth = (f.r + f.day) % CASE f.account_id WHEN 'quill' THEN 8 ELSE 6 END
WHERE f.created_at < '{{now}}'
ORDER BY f.created_at, f.workspace_id;

CREATE INDEX leads_by_workspace_and_time ON leads (workspace_id, created_at);
CREATE INDEX campaigns_by_workspace ON campaigns (workspace_id);
COMMIT;
