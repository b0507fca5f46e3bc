-- SPDX-License-Identifier: MIT
-- Copyright the reportctl authors
--
-- The Northwind company as a source for the commerce reports: views with the tables and columns that they expect, over tables that have
-- different names. For your own shop, copy this file and edit it; README.md shows how to use it.
--
--   sqlite3 northwind.db < views.sql
--   reportctl source check
--
-- What has to be decided, here and in most shops:
--
--   account   One company owns everything: its id is a constant. A database of many tenants gives the tenant's own column instead; it must never
--             be a constant there, since it is what keeps the tenants apart.
--   money     The contract has whole numbers of the currency's minor unit; these prices are decimals in dollars. Every price and every line is
--             rounded once, to the cent, and a total is the sum of the rounded lines, so that an order adds up on paper. ROUND is half away
--             from zero; the small push counters binary fractions such as 1.005, which are a hair below what they say.
--   discount  A part of the line's price, 0.15 for 15 %. It belongs to the line, so the unit price stays the list price.
--   instants  UTC, YYYY-MM-DDTHH:MM:SSZ. Northwind knows days only; an order is taken to be placed at midnight UTC.
--   status    Northwind has none: an order with a shipping date is shipped, any other is open.
--   names     Three tables of the company are named like tables of the contract (SQLite does not mind upper case), and a view cannot share a
--             name with a table. So these are renamed first, and the company's own views follow by themselves: do this to a copy that is
--             made for reports, not under the feet of an application that uses the old names. Without such a clash, views are enough.

ALTER TABLE Customers RENAME TO NorthwindCustomers;
ALTER TABLE Products RENAME TO NorthwindProducts;
ALTER TABLE Orders RENAME TO NorthwindOrders;

CREATE VIEW customers AS
SELECT CustomerID AS id, 'northwind' AS account_id, CompanyName AS name,
       NULL AS email                                      -- Northwind has telephone numbers only
FROM NorthwindCustomers;

CREATE VIEW products AS
SELECT ProductID AS id, 'northwind' AS account_id,
       CAST(ProductID AS TEXT) AS sku, ProductName AS name,
       CAST(ROUND(UnitPrice * 100 + 1e-6) AS INTEGER) AS price_cents, 'USD' AS currency, UnitsInStock AS stock
FROM NorthwindProducts;

CREATE VIEW order_items AS
SELECT d.OrderID * 1000 + d.ProductID AS id, d.OrderID AS order_id,
       ROW_NUMBER() OVER (PARTITION BY d.OrderID ORDER BY d.ProductID) AS line_no,
       d.ProductID AS product_id, CAST(d.ProductID AS TEXT) AS sku, p.ProductName AS name, d.Quantity AS quantity,
       CAST(ROUND(d.UnitPrice * 100 + 1e-6) AS INTEGER) AS unit_price_cents,
       CAST(ROUND(d.UnitPrice * d.Quantity * (1 - d.Discount) * 100 + 1e-6) AS INTEGER) AS total_cents
FROM "Order Details" d
LEFT JOIN NorthwindProducts p ON p.ProductID = d.ProductID;

CREATE VIEW orders AS
SELECT o.OrderID AS id, 'northwind' AS account_id, CAST(o.OrderID AS TEXT) AS number, o.CustomerID AS customer_id,
       CASE WHEN o.ShippedDate IS NULL THEN 'open' ELSE 'shipped' END AS status, 'USD' AS currency,
       strftime('%Y-%m-%dT%H:%M:%SZ', o.OrderDate) AS placed_at,
       (SELECT COALESCE(SUM(CAST(ROUND(d.UnitPrice * d.Quantity * (1 - d.Discount) * 100 + 1e-6) AS INTEGER)), 0)
        FROM "Order Details" d WHERE d.OrderID = o.OrderID) AS total_cents
FROM NorthwindOrders o;
