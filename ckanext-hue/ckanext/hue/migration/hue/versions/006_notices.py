"""When owners of sources are told of failures."""

from __future__ import annotations

from alembic import op

revision = "006_notices"
down_revision = "005_reconcile"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE hue_harvest_job ADD COLUMN notice_after timestamptz;
        ALTER TABLE hue_harvest_source
            ADD COLUMN notice text NOT NULL DEFAULT '',
            ADD COLUMN noticed timestamptz;
        COMMENT ON COLUMN hue_harvest_job.notice_after IS 'Not told again before: an attempt was made';
        COMMENT ON COLUMN hue_harvest_source.notice IS 'Hash of what its owner was told; empty: all is well';
        COMMENT ON COLUMN hue_harvest_source.noticed IS 'When its owner was told last';
        CREATE INDEX ON hue_harvest_job (finished) WHERE NOT notified;
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX hue_harvest_job_finished_idx;
        ALTER TABLE hue_harvest_job DROP COLUMN notice_after;
        ALTER TABLE hue_harvest_source DROP COLUMN notice, DROP COLUMN noticed;
    """)
