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

-- The writer may end what the reader does for too long with a table that is to be replaced
GRANT :"reader" TO :"writer";

-- The portal's own records about tables, beside them so that one transaction writes both
CREATE SCHEMA IF NOT EXISTS hue AUTHORIZATION :"writer";
GRANT USAGE ON SCHEMA hue TO :"reader";

SET ROLE :"writer";

CREATE TABLE IF NOT EXISTS hue.table_version (
    resource_id text NOT NULL,
    version integer NOT NULL,
    table_oid oid NOT NULL,              -- another oid under the resource's name: made by other means since
    loaded timestamptz NOT NULL DEFAULT clock_timestamp(),
    rows bigint NOT NULL,
    added bigint,                        -- null without a key, or without an older version
    changed bigint,
    removed bigint,
    content_hash text NOT NULL,
    columns jsonb NOT NULL,              -- [{"id", "type", "source", "info": {…}}] in their order
    findings jsonb NOT NULL DEFAULT '[]',
    quarantined bigint NOT NULL DEFAULT 0,
    indexed boolean NOT NULL,            -- false while the full text is being built
    columns_indexed boolean NOT NULL,    -- false while the column indexes are being built
    edited boolean NOT NULL DEFAULT false,  -- written to since, by other means than loading
    profile jsonb,
    PRIMARY KEY (resource_id, version)
);
-- Columns that came later
ALTER TABLE hue.table_version ADD COLUMN IF NOT EXISTS columns_indexed boolean NOT NULL DEFAULT true;
COMMENT ON TABLE hue.table_version IS 'Each state in which a DataStore table was published';

CREATE TABLE IF NOT EXISTS hue.row_change (
    resource_id text NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('added', 'changed', 'removed')),
    key jsonb NOT NULL,
    before jsonb,
    after jsonb,
    FOREIGN KEY (resource_id, version) REFERENCES hue.table_version ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS row_change_version ON hue.row_change (resource_id, version);
COMMENT ON TABLE hue.row_change IS 'Which rows a version added, changed and removed, where a key tells';

CREATE TABLE IF NOT EXISTS hue.quarantined_row (
    resource_id text NOT NULL,
    version integer NOT NULL,
    row_number bigint NOT NULL,
    column_name text NOT NULL,
    value text,
    reason text NOT NULL,
    record jsonb NOT NULL,
    FOREIGN KEY (resource_id, version) REFERENCES hue.table_version ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS quarantined_row_version ON hue.quarantined_row (resource_id, version);
COMMENT ON TABLE hue.quarantined_row IS 'Rows that a version left out, with the reason';

CREATE TABLE IF NOT EXISTS hue.table_file (
    resource_id text NOT NULL,
    version integer NOT NULL,
    format text NOT NULL,
    location text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    written timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (resource_id, version, format),
    FOREIGN KEY (resource_id, version) REFERENCES hue.table_version ON DELETE CASCADE
);
COMMENT ON TABLE hue.table_file IS 'Files written of a version, in the file storage';

GRANT SELECT ON hue.table_version, hue.table_file, hue.row_change TO :"reader";

-- Whatever writes to a published table makes its files and its profile old
CREATE OR REPLACE FUNCTION hue.mark_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hue.table_version SET edited = true
        WHERE resource_id = TG_TABLE_NAME AND table_oid = TG_RELID AND NOT edited;
    RETURN NULL;
END
$$;

-- A big table is published before its full text is built from it: what is written between would be lost
CREATE OR REPLACE FUNCTION hue.refuse_writing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Bảng đang được lập chỉ mục, hãy ghi lại sau ít phút.' USING ERRCODE = 'object_in_use';
END
$$;

RESET ROLE;
