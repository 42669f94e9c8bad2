"""Files that agencies uploaded, and how loading each of them into the DataStore went."""

from __future__ import annotations

from alembic import op

revision = "002_uploads"
down_revision = "001_harvest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_upload (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            resource_id text NOT NULL,
            name text NOT NULL,
            size bigint,
            sha256 text NOT NULL DEFAULT '',
            sheet text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'reading', 'done', 'failed', 'superseded')),
            message text NOT NULL DEFAULT '',
            attempts integer NOT NULL DEFAULT 0,
            rows bigint,
            report jsonb,
            created timestamptz NOT NULL DEFAULT clock_timestamp(),
            started timestamptz,
            finished timestamptz
        );
        COMMENT ON TABLE hue_upload IS 'Each uploaded file that is to become a table, and how that went';
        COMMENT ON COLUMN hue_upload.sheet IS 'The sheet that the agency asked for; empty for the first one';
        COMMENT ON COLUMN hue_upload.message IS 'Why it failed or what it waits for, in Vietnamese';
        COMMENT ON COLUMN hue_upload.rows IS 'Rows read so far; at the end, rows of the table';
        CREATE INDEX ON hue_upload (resource_id, created DESC);
        CREATE UNIQUE INDEX hue_upload_pending ON hue_upload (resource_id)
            WHERE state IN ('waiting', 'reading');
    """)


def downgrade() -> None:
    op.execute("DROP TABLE hue_upload")
