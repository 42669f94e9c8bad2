"""Leases, schedules, slow deletion and a breaker for each host."""

from __future__ import annotations

from alembic import op

revision = "004_engine"
down_revision = "003_number_format"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE hue_harvest_source
            ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN host text NOT NULL GENERATED ALWAYS AS
                (coalesce(lower(substring(url FROM '^[a-z]+://(?:[^/@]*@)?([^/?#]+)')), '')) STORED,
            ADD COLUMN owner_org text,
            ADD COLUMN email text NOT NULL DEFAULT '',
            ADD COLUMN every_minutes integer CHECK (every_minutes > 0),
            ADD COLUMN next_run timestamptz,
            ADD COLUMN paused boolean NOT NULL DEFAULT false,
            ADD COLUMN grace_days integer NOT NULL DEFAULT 7 CHECK (grace_days >= 0),
            ADD COLUMN bad_row_percent numeric CHECK (bad_row_percent BETWEEN 0 AND 50),
            ADD COLUMN accept_drift boolean NOT NULL DEFAULT false,
            ADD COLUMN keep_fields text[] NOT NULL DEFAULT '{}',
            ADD COLUMN vouched_by text NOT NULL DEFAULT '',
            ADD COLUMN vouched_at timestamptz NOT NULL DEFAULT now();
        COMMENT ON COLUMN hue_harvest_source.settings IS 'What its kind declares, see ckanext.hue.harvesters';
        COMMENT ON COLUMN hue_harvest_source.host IS 'Host and port of its address: one circuit breaker each';
        COMMENT ON COLUMN hue_harvest_source.owner_org IS 'The organization whose administrators see it';
        COMMENT ON COLUMN hue_harvest_source.every_minutes IS 'How often it is due; null: only by hand';
        COMMENT ON COLUMN hue_harvest_source.grace_days IS 'How long a withdrawn dataset stays';
        COMMENT ON COLUMN hue_harvest_source.bad_row_percent IS 'Rows of a table that may be left out';
        COMMENT ON COLUMN hue_harvest_source.accept_drift IS 'Take columns that vanish or change type';
        COMMENT ON COLUMN hue_harvest_source.keep_fields IS 'Fields of datasets that people own';
        COMMENT ON COLUMN hue_harvest_source.vouched_by IS 'Who pledged that no table holds personal data';
        CREATE INDEX ON hue_harvest_source (next_run) WHERE NOT paused;

        ALTER TABLE hue_harvest_table
            ADD COLUMN state text NOT NULL DEFAULT 'active'
                CHECK (state IN ('active', 'closed', 'withdrawn', 'archived')),
            ADD COLUMN gone_since timestamptz,
            ADD COLUMN mark text NOT NULL DEFAULT '';
        UPDATE hue_harvest_table SET state = 'closed' WHERE NOT published;
        ALTER TABLE hue_harvest_table DROP COLUMN published;
        COMMENT ON COLUMN hue_harvest_table.mark IS 'What the source gave to ask whether the table changed';
        CREATE INDEX ON hue_harvest_table (dataset_id);

        CREATE SEQUENCE hue_harvest_token;
        ALTER TABLE hue_harvest_job
            DROP CONSTRAINT hue_harvest_job_state_check,
            ADD COLUMN origin text NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'schedule')),
            ADD COLUMN token bigint,
            ADD COLUMN lease_until timestamptz,
            ADD COLUMN worker text NOT NULL DEFAULT '',
            ADD COLUMN attempts integer NOT NULL DEFAULT 0,
            ADD COLUMN notified boolean NOT NULL DEFAULT false;
        UPDATE hue_harvest_job SET notified = true;
        UPDATE hue_harvest_job SET state = 'cancelled', finished = coalesce(finished, now())
            WHERE state IN ('interrupted', 'queued', 'running');
        ALTER TABLE hue_harvest_job
            ADD CHECK (state IN ('queued', 'planning', 'running', 'finished', 'failed', 'cancelled'));
        COMMENT ON COLUMN hue_harvest_job.notified IS 'Whether the owner was told how it ended';
        COMMENT ON COLUMN hue_harvest_job.token IS 'Fencing token of the lease under which it is planned';
        CREATE UNIQUE INDEX hue_harvest_job_one_a_source ON hue_harvest_job (source_id)
            WHERE state IN ('queued', 'planning', 'running');

        DELETE FROM hue_harvest_item WHERE state = 'reported';
        ALTER TABLE hue_harvest_item
            DROP CONSTRAINT hue_harvest_item_action_check,
            DROP CONSTRAINT hue_harvest_item_state_check,
            ADD CHECK (action IN ('new', 'changed', 'closed', 'withdraw', 'archive')),
            ADD CHECK (state IN ('waiting', 'done', 'unchanged', 'failed', 'held', 'rejected')),
            ADD COLUMN dataset_id uuid,
            ADD COLUMN quarantined integer NOT NULL DEFAULT 0,
            ADD COLUMN token bigint,
            ADD COLUMN lease_until timestamptz,
            ADD COLUMN attempts integer NOT NULL DEFAULT 0,
            ADD COLUMN finished timestamptz;
        COMMENT ON COLUMN hue_harvest_item.token IS 'Fencing token of the lease under which it is done';
        COMMENT ON COLUMN hue_harvest_item.attempts IS 'How often a worker took it';

        CREATE TABLE hue_harvest_host (
            host text PRIMARY KEY,
            failures integer NOT NULL,
            open_until timestamptz
        );
        COMMENT ON TABLE hue_harvest_host IS 'Circuit breaker: failures in a row of each host and port';

        CREATE TABLE hue_schedule (
            name text PRIMARY KEY,
            next_run timestamptz NOT NULL,
            last_run timestamptz
        );
        COMMENT ON TABLE hue_schedule IS 'When each task of the scheduler is due';
    """)


def downgrade() -> None:
    op.execute("""
        DROP TABLE hue_schedule, hue_harvest_host;
        DELETE FROM hue_harvest_item WHERE action IN ('withdraw', 'archive') OR state IN ('held', 'rejected');
        ALTER TABLE hue_harvest_item
            DROP CONSTRAINT hue_harvest_item_action_check,
            DROP CONSTRAINT hue_harvest_item_state_check,
            ADD CHECK (action IN ('new', 'changed', 'closed', 'gone')),
            ADD CHECK (state IN ('waiting', 'done', 'unchanged', 'failed', 'reported')),
            DROP COLUMN dataset_id, DROP COLUMN quarantined, DROP COLUMN token, DROP COLUMN lease_until,
            DROP COLUMN attempts, DROP COLUMN finished;
        DROP INDEX hue_harvest_job_one_a_source;
        ALTER TABLE hue_harvest_job DROP CONSTRAINT hue_harvest_job_state_check;
        UPDATE hue_harvest_job SET state = 'interrupted' WHERE state IN ('cancelled', 'planning');
        ALTER TABLE hue_harvest_job
            ADD CHECK (state IN ('queued', 'running', 'finished', 'failed', 'interrupted')),
            DROP COLUMN origin, DROP COLUMN token, DROP COLUMN lease_until, DROP COLUMN worker,
            DROP COLUMN attempts, DROP COLUMN notified;
        DROP SEQUENCE hue_harvest_token;
        DROP INDEX hue_harvest_table_dataset_id_idx;
        ALTER TABLE hue_harvest_table ADD COLUMN published boolean NOT NULL DEFAULT true;
        UPDATE hue_harvest_table SET published = state IN ('active', 'withdrawn');
        ALTER TABLE hue_harvest_table ALTER COLUMN published DROP DEFAULT,
            DROP COLUMN state, DROP COLUMN gone_since, DROP COLUMN mark;
        ALTER TABLE hue_harvest_source
            DROP COLUMN settings, DROP COLUMN host, DROP COLUMN owner_org, DROP COLUMN email,
            DROP COLUMN every_minutes, DROP COLUMN next_run, DROP COLUMN paused, DROP COLUMN grace_days,
            DROP COLUMN bad_row_percent, DROP COLUMN accept_drift, DROP COLUMN keep_fields,
            DROP COLUMN vouched_by, DROP COLUMN vouched_at;
    """)
