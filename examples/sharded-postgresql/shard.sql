-- On each of the three servers, in a database for its third of the facts:
--   psql -d facts -v password='…' -v loader_password='…' -f shard.sql
CREATE SCHEMA facts;
SET search_path = facts;

-- Beside what reports read, each row says whose it is (scope_columns in the configuration).
CREATE TABLE orders (id bigint NOT NULL, account_id text NOT NULL, number text NOT NULL, customer_id text, status text NOT NULL,
                     currency text NOT NULL, placed_at timestamptz NOT NULL, total_cents bigint NOT NULL);
CREATE TABLE order_items (account_id text NOT NULL, id bigint NOT NULL, order_id bigint NOT NULL, line_no bigint NOT NULL, product_id text, sku text,
                          name text, quantity bigint NOT NULL, unit_price_cents bigint NOT NULL, total_cents bigint NOT NULL);
CREATE TABLE site_power (account_id text NOT NULL, depot_id text NOT NULL, read_at timestamptz NOT NULL, import_kw double precision,
                         export_kw double precision);
CREATE TABLE charger_power (account_id text NOT NULL, depot_id text NOT NULL, charger_id text NOT NULL, read_at timestamptz NOT NULL,
                            kw double precision, kwh double precision);
CREATE TABLE connectivity_events (account_id text NOT NULL, depot_id text NOT NULL, id bigint NOT NULL, charger_id text NOT NULL,
                                  at timestamptz NOT NULL, status text NOT NULL, reason text);
CREATE TABLE ocpp_messages (account_id text NOT NULL, depot_id text NOT NULL, id bigint NOT NULL, charger_id text NOT NULL, at timestamptz NOT NULL,
                            direction text NOT NULL, action text NOT NULL, message_id text NOT NULL, payload text NOT NULL);
CREATE TABLE sensor_reads (account_id text NOT NULL, depot_id text NOT NULL, sensor_id text NOT NULL, read_at timestamptz NOT NULL,
                           value double precision);
CREATE TABLE circuit_allocations (account_id text NOT NULL, depot_id text NOT NULL, circuit_id text NOT NULL, at timestamptz NOT NULL,
                                  allocated_kw double precision, used_kw double precision);
CREATE TABLE access_events (account_id text NOT NULL, id bigint NOT NULL, user_id text NOT NULL, at timestamptz NOT NULL, event text NOT NULL,
                            outcome text NOT NULL, ip text, user_agent text);
CREATE TABLE charging_sessions (account_id text NOT NULL, depot_id text NOT NULL, id bigint NOT NULL, charger_id text NOT NULL, vehicle_id text,
                                user_id text, started_at timestamptz NOT NULL, ended_at timestamptz, energy_wh bigint NOT NULL,
                                peak_kw double precision, cost_cents bigint, currency text, stop_reason text);
CREATE TABLE campaign_daily (account_id text NOT NULL, workspace_id text NOT NULL, campaign_id bigint NOT NULL, day date NOT NULL,
                             sent bigint NOT NULL, delivered bigint NOT NULL, opened bigint NOT NULL, clicked bigint NOT NULL,
                             replied bigint NOT NULL, bounced bigint NOT NULL, unsubscribed bigint NOT NULL, spam_reports bigint NOT NULL);
CREATE TABLE domain_daily (account_id text NOT NULL, workspace_id text NOT NULL, domain_id bigint NOT NULL, day date NOT NULL, sent bigint NOT NULL,
                           delivered bigint NOT NULL, hard_bounces bigint NOT NULL, soft_bounces bigint NOT NULL, spam_reports bigint NOT NULL,
                           inbox bigint NOT NULL, spam_folder bigint NOT NULL);
CREATE TABLE leads (account_id text NOT NULL, id bigint NOT NULL, workspace_id text NOT NULL, campaign_id bigint, email text NOT NULL,
                    first_name text, last_name text, company text, status text NOT NULL, created_at timestamptz NOT NULL,
                    updated_at timestamptz NOT NULL);

CREATE INDEX ON orders (account_id, placed_at);
CREATE INDEX ON order_items (order_id);
CREATE INDEX ON site_power (depot_id, read_at);
CREATE INDEX ON charger_power (account_id, depot_id, read_at);
CREATE INDEX ON connectivity_events (account_id, depot_id, charger_id, at);
CREATE INDEX ON ocpp_messages (account_id, depot_id, at);
CREATE INDEX ON sensor_reads (account_id, depot_id, read_at);
CREATE INDEX ON circuit_allocations (account_id, depot_id, at);
CREATE INDEX ON access_events (account_id, at);
CREATE INDEX ON charging_sessions (account_id, depot_id, started_at);
CREATE INDEX ON campaign_daily (account_id, workspace_id, day);
CREATE INDEX ON domain_daily (account_id, workspace_id, day);
CREATE INDEX ON leads (account_id, workspace_id, created_at);

-- PostgreSQL below version 19 does not tell a shard that the transaction is read-only, so the shard's own login is.
SELECT 'CREATE ROLE reports LOGIN' WHERE to_regrole('reports') IS NULL \gexec
SELECT 'CREATE ROLE loader LOGIN' WHERE to_regrole('loader') IS NULL \gexec
ALTER ROLE reports PASSWORD :'password';
ALTER ROLE reports SET default_transaction_read_only = on;
ALTER ROLE loader PASSWORD :'loader_password';
GRANT USAGE ON SCHEMA facts TO reports, loader;
GRANT SELECT ON ALL TABLES IN SCHEMA facts TO reports, loader;
GRANT INSERT, DELETE ON ALL TABLES IN SCHEMA facts TO loader;
