-- What the portal needs in the DataStore's database, beyond CKAN's own "datastore set-permissions".
-- Run by a superuser inside that database, as often as one likes:
--   psql -v ON_ERROR_STOP=1 -v writer=datastore_writer -v reader=datastore_reader -d datastore -f datastore.sql

SET client_min_messages = warning;

-- Accent-free search: "Le Loi" finds "Lê Lợi" (unaccent also turns đ into d)
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_ts_config WHERE cfgname = 'hue_vi' AND cfgnamespace = 'public'::regnamespace
    ) THEN
        CREATE TEXT SEARCH CONFIGURATION public.hue_vi (COPY = pg_catalog.simple);
        ALTER TEXT SEARCH CONFIGURATION public.hue_vi
            ALTER MAPPING FOR word, hword, hword_part, numword, numhword, hword_numpart
            WITH public.unaccent, pg_catalog.simple;
    END IF;
END
$$;

-- CKAN's full-text trigger names no configuration, so the database's default decides
ALTER DATABASE :"DBNAME" SET default_text_search_config = 'public.hue_vi';

-- The role behind every anonymous query: it only reads, and never for long
ALTER ROLE :"reader" SET statement_timeout = '15s';
ALTER ROLE :"reader" SET default_transaction_read_only = on;
ALTER ROLE :"reader" SET idle_in_transaction_session_timeout = '60s';
