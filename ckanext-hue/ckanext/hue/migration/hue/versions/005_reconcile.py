"""What the reconciler found each time."""

from __future__ import annotations

from alembic import op

revision = "005_reconcile"
down_revision = "004_engine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_reconcile (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            started timestamptz NOT NULL DEFAULT now(),
            finished timestamptz,
            findings jsonb NOT NULL DEFAULT '[]'
        );
        COMMENT ON TABLE hue_reconcile IS 'Runs of the reconciler over the whole portal';
        COMMENT ON COLUMN hue_reconcile.finished IS 'Null while it runs, or when its process ended';
        COMMENT ON COLUMN hue_reconcile.findings IS '[{"message", "outcome", "count"}]';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE hue_reconcile")
