"""Harvest sources, their tables, jobs and the items of a job."""

from __future__ import annotations

from alembic import op

revision = "001_harvest"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("hue_harvest_item", "hue_harvest_job", "hue_harvest_table", "hue_harvest_source")


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_harvest_source (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
            title text NOT NULL,
            kind text NOT NULL,
            url text NOT NULL,
            token text NOT NULL DEFAULT '',
            allow_private_host boolean NOT NULL DEFAULT false,
            created timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE hue_harvest_source IS 'Where tables are harvested from';

        CREATE TABLE hue_harvest_table (
            source_id uuid NOT NULL REFERENCES hue_harvest_source ON DELETE CASCADE,
            remote_id text NOT NULL,
            dataset_id uuid NOT NULL,
            fingerprint text NOT NULL,
            dataset_hash text NOT NULL,
            content_hashes jsonb NOT NULL,
            published boolean NOT NULL,
            index_pending boolean NOT NULL,
            changed timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (source_id, remote_id)
        );
        COMMENT ON TABLE hue_harvest_table IS 'What is known of each table of a source';
        COMMENT ON COLUMN hue_harvest_table.fingerprint IS 'Hash of the listing entry that was published';
        COMMENT ON COLUMN hue_harvest_table.dataset_hash IS 'Hash of the metadata that was written';
        COMMENT ON COLUMN hue_harvest_table.content_hashes IS 'Resource id to hash of the rows';
        COMMENT ON COLUMN hue_harvest_table.index_pending IS 'Written, but not yet known to be in Solr';
        CREATE INDEX ON hue_harvest_table (source_id) WHERE index_pending;

        CREATE TABLE hue_harvest_job (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            source_id uuid NOT NULL REFERENCES hue_harvest_source ON DELETE CASCADE,
            state text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'finished', 'failed', 'interrupted')),
            message text NOT NULL DEFAULT '',
            listed integer,
            unchanged integer,
            created timestamptz NOT NULL DEFAULT now(),
            started timestamptz,
            finished timestamptz
        );
        COMMENT ON COLUMN hue_harvest_job.message IS 'Why the job as a whole failed, in Vietnamese';
        CREATE INDEX ON hue_harvest_job (source_id, created);

        CREATE TABLE hue_harvest_item (
            job_id uuid NOT NULL REFERENCES hue_harvest_job ON DELETE CASCADE,
            position integer NOT NULL,
            remote_id text NOT NULL,
            action text NOT NULL CHECK (action IN ('new', 'changed', 'closed', 'gone')),
            state text NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'done', 'unchanged', 'failed', 'reported')),
            entry jsonb,
            rows bigint,
            message text NOT NULL DEFAULT '',
            PRIMARY KEY (job_id, remote_id)
        );
        CREATE INDEX ON hue_harvest_item (job_id, (action <> 'closed'), position) WHERE state = 'waiting';
        COMMENT ON TABLE hue_harvest_item IS 'What a job has to do, table by table, and its report';
    """)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
