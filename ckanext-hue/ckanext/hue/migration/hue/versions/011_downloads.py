"""How often each file is downloaded a day."""

from __future__ import annotations

from alembic import op

revision = "011_downloads"
down_revision = "010_personal_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_download (
            day date NOT NULL,
            file_id text NOT NULL,
            format text NOT NULL,
            downloads integer NOT NULL,
            PRIMARY KEY (day, file_id, format)
        );
        COMMENT ON TABLE hue_download IS 'How often people downloaded files; nothing of who did';
        COMMENT ON COLUMN hue_download.day IS 'In Vietnamese time';
        COMMENT ON COLUMN hue_download.file_id IS 'A resource, or a dataset for its tables as one ZIP';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE hue_download")
