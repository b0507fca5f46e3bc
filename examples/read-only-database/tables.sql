-- As a Django shop keeps its orders: one company, times in UTC without a zone, prices as decimals.
CREATE TABLE shop_customer (id integer PRIMARY KEY, name varchar(80) NOT NULL, email varchar(254) NOT NULL);
CREATE TABLE shop_order (id integer PRIMARY KEY, number varchar(20) NOT NULL, customer_id bigint, state varchar(10) NOT NULL,
                         currency varchar(3) NOT NULL, created datetime NOT NULL, total decimal NOT NULL);
CREATE INDEX shop_order_created ON shop_order (created);
INSERT INTO shop_customer VALUES (1, 'Ada Lovelace', 'ada@example.com'), (2, 'Jörg Müller', 'joerg@example.com');
INSERT INTO shop_order VALUES (1, 'A-1', 1, 'paid', 'EUR', '2026-05-03 21:59:59.999999', '10.00'),
                              (2, 'A-2', 2, 'paid', 'EUR', '2026-05-03 22:00:00', '12.34'),
                              (3, 'A-3', 1, 'paid', 'EUR', '2026-05-04 12:00:00.5', '12.34'),
                              (4, 'A-4', 2, 'open', 'JPY', '2026-05-04 21:59:59', '3000'),
                              (5, 'A-5', 1, 'paid', 'EUR', '2026-05-04 22:00:00.000001', '0.10');
