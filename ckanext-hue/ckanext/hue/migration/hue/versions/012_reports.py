"""Errors in data that readers report to agencies."""

from __future__ import annotations

from alembic import op

revision = "012_reports"
down_revision = "011_downloads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_report (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            dataset_id text NOT NULL,
            resource_id text,
            kind text NOT NULL
                CHECK (kind IN ('wrong', 'missing', 'old', 'file', 'unclear', 'personal', 'other')),
            place text NOT NULL DEFAULT '' CHECK (length(place) <= 200),
            body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
            email text NOT NULL DEFAULT '' CHECK (length(email) <= 200),
            state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done')),
            answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 2000),
            answered_by text,
            answered timestamptz,
            created timestamptz NOT NULL DEFAULT now(),
            told timestamptz,
            reporter_told timestamptz,
            notice_after timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE hue_report IS 'Errors in data that readers reported; kept for a year';
        COMMENT ON COLUMN hue_report.place IS 'Row or column that it is about, in the reader''s words';
        COMMENT ON COLUMN hue_report.told IS 'When its agency was told by mail';
        COMMENT ON COLUMN hue_report.reporter_told IS 'When the one who reported it was sent the answer';
        COMMENT ON COLUMN hue_report.notice_after IS 'Not before this moment a mail is tried again';
        CREATE INDEX ON hue_report (dataset_id, created);
        CREATE INDEX ON hue_report (created);

        CREATE TABLE hue_report_sender (
            sender text NOT NULL,
            sent timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE hue_report_sender IS 'Who reported something within a day';
        COMMENT ON COLUMN hue_report_sender.sender IS 'Hash of the network address with the portal''s secret';
        CREATE INDEX ON hue_report_sender (sender, sent);
    """)


def downgrade() -> None:
    op.execute("DROP TABLE hue_report_sender; DROP TABLE hue_report")
