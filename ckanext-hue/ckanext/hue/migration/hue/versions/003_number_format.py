"""How a harvest source writes numbers whose separators can be read in two ways."""

from __future__ import annotations

from alembic import op

revision = "003_number_format"
down_revision = "002_uploads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE hue_harvest_source ADD number_format text NOT NULL DEFAULT ''
            CHECK (number_format IN ('', 'vi', 'en'));
        COMMENT ON COLUMN hue_harvest_source.number_format IS
            'vi: 1.234,5; en: 1,234.5; empty: columns that do not tell stay text';
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE hue_harvest_source DROP number_format")
