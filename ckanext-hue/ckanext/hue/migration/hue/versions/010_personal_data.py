"""Tables that wait because columns look like personal data, and what people decided of them."""

from __future__ import annotations

from alembic import op

revision = "010_personal_data"
down_revision = "009_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_harvest_hold (
            source_id uuid NOT NULL REFERENCES hue_harvest_source ON DELETE CASCADE,
            remote_id text NOT NULL,
            fingerprint text NOT NULL,
            content text NOT NULL,
            mark text NOT NULL,
            found jsonb NOT NULL,
            message text NOT NULL,
            rejected_by text,
            rejected timestamptz,
            PRIMARY KEY (source_id, remote_id)
        );
        COMMENT ON TABLE hue_harvest_hold IS
            'Tables that are not published because columns look like personal data';
        COMMENT ON COLUMN hue_harvest_hold.fingerprint IS 'Hash of the listing entry that was held';
        COMMENT ON COLUMN hue_harvest_hold.content IS 'Hash of the rows and columns that were held';
        COMMENT ON COLUMN hue_harvest_hold.mark IS 'What the source gave to ask whether the table changed';
        COMMENT ON COLUMN hue_harvest_hold.rejected IS 'Since when this content stays out; null: it waits';

        CREATE TABLE hue_harvest_approval (
            source_id uuid NOT NULL REFERENCES hue_harvest_source ON DELETE CASCADE,
            remote_id text NOT NULL,
            resource_id text NOT NULL,
            column_name text NOT NULL,
            kind text NOT NULL,
            approved_by text NOT NULL,
            approved timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (source_id, remote_id, resource_id, column_name, kind)
        );
        COMMENT ON TABLE hue_harvest_approval IS
            'Columns that may be published though they look like personal data';
    """)


def downgrade() -> None:
    op.execute("""
        DROP TABLE hue_harvest_approval;
        DROP TABLE hue_harvest_hold;
        UPDATE hue_harvest_item SET state = 'rejected' WHERE state = 'held' AND action IN ('new', 'changed');
    """)
