-- SPDX-License-Identifier: MIT
-- Two accounts, 1 and 2, whose customers and products have the same ids, SKUs and order numbers. The zone of the tests is Europe/Berlin, where
-- 2026-03-29 has 23 hours: from 2026-03-28T23:00:00Z (00:00+01:00) to 2026-03-29T22:00:00Z (next day, 00:00+02:00).
CREATE TABLE customers (id INTEGER, account_id INTEGER, name TEXT, email TEXT, PRIMARY KEY (account_id, id));
CREATE TABLE products (id INTEGER, account_id INTEGER, sku TEXT, name TEXT, price_cents INTEGER, currency TEXT, stock INTEGER,
                       PRIMARY KEY (account_id, id));
CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id INTEGER, number TEXT, customer_id INTEGER, status TEXT, currency TEXT, placed_at TEXT,
                     total_cents INTEGER);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER, line_no INTEGER, product_id INTEGER, sku TEXT, name TEXT, quantity INTEGER,
                          unit_price_cents INTEGER, total_cents INTEGER);

INSERT INTO customers VALUES (1, 1, 'Ann', 'ann@example.com'), (2, 1, 'Bé "B" Müller', 'b@example.com'), (1, 2, 'Otto', 'otto@example.com'),
                             (9, 2, 'Nina', 'nina@example.com');
INSERT INTO products VALUES (1, 1, 'S3', '茶', 100, 'JPY', 7), (2, 1, 'S1', 'Nut', 143, 'EUR', 10), (3, 1, 'S2', 'Widget, large', 400, 'EUR', 0),
                            (4, 1, 'S4', 'Dates', 1250, 'KWD', 3), (1, 2, 'S1', 'Other nut', 99900, 'EUR', 1);
INSERT INTO orders VALUES
  (1, 1, '1001', 1, 'paid', 'EUR', '2026-03-28T22:59:59Z', 500),        -- the last second of the 28th
  (2, 1, '1002', 1, 'paid', 'EUR', '2026-03-28T23:00:00Z', 1000),       -- the first of the 29th
  (3, 1, '1003', 2, 'paid', 'EUR', '2026-03-29T21:59:59Z', 1001),       -- the last of the 29th
  (4, 1, '1004', 1, 'refunded', 'EUR', '2026-03-29T01:00:00Z', -1000),
  (5, 1, '1005', 2, 'refunded', 'EUR', '2026-03-29T02:00:00Z', -1001),
  (6, 1, '1006', 1, 'paid', 'JPY', '2026-03-29T10:00:00Z', 100),
  (7, 1, '1007', 2, 'paid', 'JPY', '2026-03-29T10:00:00Z', 101),
  (8, 1, '1008', 9, 'paid', 'JPY', '2026-03-29T10:00:00Z', 101),        -- a customer whose record is gone (9 exists in the other account)
  (9, 1, '1009', NULL, 'pending', 'KWD', '2026-03-29T12:00:00Z', 10),   -- no customer
  (10, 1, '1010', 1, 'pending', 'KWD', '2026-03-29T12:30:00Z', 11),
  (11, 1, '1011', 1, 'paid', 'EUR', '2026-03-29T22:00:00Z', 700),       -- the first second of the 30th
  (12, 2, '1002', 1, 'paid', 'EUR', '2026-03-29T10:00:00Z', 99900);
INSERT INTO order_items VALUES
  (101, 2, 2, 3, 'S2', 'Widget, large', 1, 571, 571), (102, 2, 1, 2, 'S1', 'Nut', 3, 143, 429), (103, 3, 1, 2, 'S1', 'Nut', 7, 143, 1001),
  (104, 6, 1, 1, 'S3', '茶', 1, 100, 100), (105, 12, 1, 1, 'S1', 'Other nut', 1, 99900, 99900), (106, 10, 1, 4, 'S4', 'Dates', 1, 11, 11);
