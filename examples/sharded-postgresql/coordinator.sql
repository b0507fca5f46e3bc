-- On the server that reportctl asks, in the database with the small tables (depots, chargers, customers and the like), as its owner:
--   psql -d shop -v host1=db1 -v port1=5432 -v host2=db2 -v port2=5432 -v host3=db3 -v port3=5432 -v facts=facts
--        -v password='…' -v loader_password='…' -f coordinator.sql
CREATE EXTENSION postgres_fdw;
CREATE SERVER shard1 FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host :'host1', port :'port1', dbname :'facts', async_capable 'true', fetch_size '10000', batch_size '1000');
CREATE SERVER shard2 FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host :'host2', port :'port2', dbname :'facts', async_capable 'true', fetch_size '10000', batch_size '1000');
CREATE SERVER shard3 FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host :'host3', port :'port3', dbname :'facts', async_capable 'true', fetch_size '10000', batch_size '1000');

SELECT 'CREATE ROLE reports LOGIN' WHERE to_regrole('reports') IS NULL \gexec
ALTER ROLE reports PASSWORD :'password';
ALTER ROLE reports SET default_transaction_read_only = on;
SELECT format('CREATE USER MAPPING FOR reports SERVER %s OPTIONS (user ''reports'', password %L)', srvname, :'password') FROM pg_foreign_server \gexec
SELECT format('CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (user ''loader'', password %L)', srvname, :'loader_password')
FROM pg_foreign_server \gexec

-- Each fact is a partitioned table, whose partitions are the tables of the shards. The key, a site or an account, decides where a row lies.
DO $$
DECLARE
  fact record;
BEGIN
  FOR shard IN 1..3 LOOP
    EXECUTE format('CREATE SCHEMA shard%s', shard);
    EXECUTE format('IMPORT FOREIGN SCHEMA facts FROM SERVER shard%1$s INTO shard%1$s', shard);
  END LOOP;
  FOR fact IN
    SELECT * FROM (VALUES
      ('orders', 'account_id'), ('order_items', 'account_id'),
      ('site_power', 'depot_id'), ('charger_power', 'depot_id'), ('connectivity_events', 'depot_id'), ('ocpp_messages', 'depot_id'),
      ('sensor_reads', 'depot_id'), ('circuit_allocations', 'depot_id'), ('access_events', 'account_id'), ('charging_sessions', 'depot_id'),
      ('campaign_daily', 'workspace_id'), ('domain_daily', 'workspace_id'), ('leads', 'workspace_id')) AS facts (name, key)
  LOOP
    EXECUTE format('CREATE TABLE public.%1$I (LIKE shard1.%1$I) PARTITION BY HASH (%2$I)', fact.name, fact.key);
    FOR shard IN 1..3 LOOP
      EXECUTE format('ALTER TABLE public.%1$I ATTACH PARTITION shard%2$s.%1$I FOR VALUES WITH (MODULUS 3, REMAINDER %3$s)', fact.name, shard, shard - 1);
    END LOOP;
  END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reports;
