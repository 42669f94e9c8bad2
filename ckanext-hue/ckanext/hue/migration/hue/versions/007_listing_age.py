"""When a job read its listing, and an index of tables that are to be dropped."""

from __future__ import annotations

from alembic import op

revision = "007_listing_age"
down_revision = "006_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE hue_harvest_job ADD COLUMN listed_at timestamptz;
        UPDATE hue_harvest_job SET listed_at = started WHERE listed IS NOT NULL;
        COMMENT ON COLUMN hue_harvest_job.listed_at IS 'When its listing was read: not worked on for long';
        CREATE INDEX hue_harvest_table_unused ON hue_harvest_table (source_id)
            WHERE state = 'closed' AND content_hashes <> '{}' OR content_hashes @? '$.* ? (@ == "")';
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX hue_harvest_table_unused;
        ALTER TABLE hue_harvest_job DROP COLUMN listed_at;
    """)
