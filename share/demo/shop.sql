-- The demo's source: the commerce tables of the source contract, four months of plausible trade up to now. {{now}} is the moment of
-- `reportctl init --demo`; everything else follows from it by arithmetic, so the same moment gives the same data. Two accounts share the
-- tables, with the same customer ids, product ids, SKUs and order numbers: what keeps them apart is account_id and nothing else.
BEGIN;

CREATE TABLE customers (id TEXT NOT NULL, account_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (account_id, id));
CREATE TABLE products (id TEXT NOT NULL, account_id TEXT NOT NULL, sku TEXT NOT NULL, name TEXT NOT NULL, price_cents INTEGER NOT NULL,
                       currency TEXT NOT NULL, stock INTEGER NOT NULL, PRIMARY KEY (account_id, id));
CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, number TEXT NOT NULL, customer_id TEXT, status TEXT NOT NULL,
                     currency TEXT NOT NULL, placed_at TEXT NOT NULL, total_cents INTEGER NOT NULL);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), line_no INTEGER NOT NULL, product_id TEXT,
                          sku TEXT NOT NULL, name TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price_cents INTEGER NOT NULL,
                          total_cents INTEGER NOT NULL);

INSERT INTO customers (account_id, id, name, email) VALUES
  ('shop', 'c01', 'Anna Müller', 'anna.mueller@mail.example'),
  ('shop', 'c02', 'Łukasz Żółtowski', 'lukasz@zoltowski.example'),
  ('shop', 'c03', 'Ελένη Παπαδοπούλου', 'eleni.p@mail.example'),
  ('shop', 'c04', 'Дмитрий Соколов', 'd.sokolov@mail.example'),
  ('shop', 'c05', 'ليلى حداد', 'layla@haddad.example'),
  ('shop', 'c06', 'José Núñez Ibáñez', 'jose.nunez@mail.example'),
  ('shop', 'c07', 'Siobhán O''Brien', 'siobhan@obrien.example'),
  ('shop', 'c08', 'Café "Zum Anker", Kiel', 'bestellung@zum-anker.example'),
  ('shop', 'c09', 'Nguyễn Thị Hoa', 'hoa.nguyen@mail.example'),
  ('shop', 'c10', 'Åsa Sjöberg', 'asa@sjoberg.example'),
  ('shop', 'c11', 'François Lefèvre', 'f.lefevre@mail.example'),
  ('shop', 'c12', 'נועה לוי', 'noa.levi@mail.example'),
  ('kissa', 'c01', '鈴木 健太', 'kenta.suzuki@mail.example'),
  ('kissa', 'c02', '高橋 さくら', 'sakura@takahashi.example'),
  ('kissa', 'c03', '김민준', 'minjun.kim@mail.example'),
  ('kissa', 'c04', '王芳', 'fang.wang@mail.example'),
  ('kissa', 'c05', '田中商店 株式会社', 'order@tanaka-shoten.example'),
  ('kissa', 'c06', 'Emily Carter', 'emily.carter@mail.example'),
  ('kissa', 'c07', '伊藤 大輔', 'daisuke.ito@mail.example'),
  ('kissa', 'c08', 'สมชาย ใจดี', 'somchai@mail.example');

INSERT INTO products (account_id, id, sku, name, price_cents, currency, stock) VALUES
  ('shop', 'p01', 'TEA-001', 'Darjeeling First Flush, 100 g', 1490, 'EUR', 86),
  ('shop', 'p02', 'TEA-002', 'Assam TGFOP, 250 g', 1290, 'EUR', 142),
  ('shop', 'p03', 'TEA-003', 'Ostfriesenmischung, 500 g', 1150, 'EUR', 310),
  ('shop', 'p04', 'TEA-004', 'Earl Grey Bergamotte, 100 g', 690, 'EUR', 205),
  ('shop', 'p05', 'TEA-005', 'Rooibos natur, 250 g', 840, 'EUR', 97),
  ('shop', 'p06', 'POT-001', 'Teapot, cast iron, 0.8 l', 4995, 'EUR', 18),
  ('shop', 'p07', 'POT-002', 'Glass teapot with infuser, 1.2 l', 3250, 'EUR', 0),
  ('shop', 'p08', 'CUP-001', 'Cup and saucer, porcelain', 1675, 'EUR', 64),
  ('shop', 'p09', 'CUP-002', 'Tasting set "Klönschnack", 6 cups', 5900, 'EUR', 11),
  ('shop', 'p10', 'SUG-001', 'Kandis, white, 1 kg', 425, 'EUR', 260),
  ('kissa', 'p01', 'TEA-001', '宇治抹茶 40g', 2160, 'JPY', 75),
  ('kissa', 'p02', 'TEA-002', '玉露 100g', 3240, 'JPY', 40),
  ('kissa', 'p03', 'TEA-003', 'ほうじ茶 200g', 1080, 'JPY', 180),
  ('kissa', 'p04', 'TEA-004', '玄米茶 200g', 864, 'JPY', 155),
  ('kissa', 'p05', 'POT-001', '急須 常滑焼', 6480, 'JPY', 12),
  ('kissa', 'p06', 'CUP-001', '湯呑み 二個組', 3850, 'JPY', 33),
  ('kissa', 'p07', 'BRW-001', '茶筅 百本立', 2750, 'JPY', 27);

-- A hundred and twenty days with sixteen moments each; a day's number of orders depends on the day, Sundays are slow. `r` is a number from 0 to
-- 1008 that looks random.
CREATE TEMP TABLE moments AS
WITH RECURSIVE
  days(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM days WHERE day < 120),
  slots(slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < 15),
  accounts(account_id, busy, opens) AS (VALUES ('shop', 6, 6 * 3600), ('kissa', 3, -1 * 3600)),
  thrown AS (
    SELECT account_id, busy, opens, day, slot, (day * day * 31 + day * 7919 + slot * slot * 577 + slot * 271 + busy * 4649 + 97) % 1009 AS r,
           (day * day * 13 + day * 211 + busy * 53) % 1009 % 7 AS mood
    FROM accounts, days, slots)
SELECT account_id, r,
       strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', 'start of day', '-' || day || ' days', (opens + slot * 2700 + r * 2) || ' seconds') AS placed_at
FROM thrown
WHERE slot < busy + mood - 3 * (strftime('%w', '{{now}}', '-' || day || ' days') = '0');

INSERT INTO orders (id, account_id, number, customer_id, status, currency, placed_at, total_cents)
SELECT CASE account_id WHEN 'shop' THEN 100000 ELSE 200000 END + n, account_id, CAST(5000 + n AS text),
       CASE account_id WHEN 'shop' THEN printf('c%02d', 1 + (r * r / 7 + n) % 12) ELSE printf('c%02d', 1 + (r * r / 7 + n) % 8) END,
       CASE WHEN r % 23 = 0 THEN 'cancelled' WHEN r % 31 = 0 THEN 'refunded'
            WHEN placed_at >= strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', '-1 days') THEN 'paid'
            WHEN placed_at >= strftime('%Y-%m-%dT%H:%M:%SZ', '{{now}}', '-4 days') THEN 'shipped' ELSE 'delivered' END,
       CASE WHEN account_id = 'shop' THEN CASE WHEN r % 7 = 3 THEN 'GBP' WHEN r % 11 = 5 THEN 'CHF' ELSE 'EUR' END
            WHEN r % 9 = 4 THEN 'USD' ELSE 'JPY' END,
       placed_at, 0
FROM (SELECT account_id, r, placed_at, row_number() OVER (PARTITION BY account_id ORDER BY placed_at, r) AS n
      FROM moments WHERE placed_at < '{{now}}');

-- One to four lines an order. Prices are the shop's, in the order's currency at a round rate; yen have no smaller unit.
INSERT INTO order_items (id, order_id, line_no, product_id, sku, name, quantity, unit_price_cents, total_cents)
WITH
  line(line_no) AS (VALUES (1), (2), (3), (4)),
  numbered AS (SELECT p.*, row_number() OVER (PARTITION BY account_id ORDER BY id) - 1 AS nth, count(*) OVER (PARTITION BY account_id) AS many
               FROM products p),
  chosen AS (
    SELECT o.id AS order_id, line_no, p.id AS product_id, p.sku, p.name, 1 + (o.id * 3 + line_no * 5) % 11 % 4 AS quantity,
           CASE o.currency WHEN 'GBP' THEN (p.price_cents * 86 + 50) / 100 WHEN 'CHF' THEN (p.price_cents * 96 + 50) / 100
                           WHEN 'USD' THEN (p.price_cents * 100 + 75) / 150 ELSE p.price_cents END AS unit_price_cents
    FROM orders o
    JOIN line ON line_no <= 1 + (o.id * 7) % 13 % 4
    JOIN numbered p ON p.account_id = o.account_id AND p.nth = (o.id * 37 + o.id / 7 + line_no * 3) % p.many)
SELECT order_id * 10 + line_no, order_id, line_no, product_id, sku, name, quantity, unit_price_cents, quantity * unit_price_cents FROM chosen;

UPDATE orders SET total_cents = (SELECT sum(i.total_cents) FROM order_items i WHERE i.order_id = orders.id);

CREATE INDEX orders_by_account_and_time ON orders (account_id, placed_at);
CREATE INDEX order_items_by_order ON order_items (order_id);
COMMIT;
