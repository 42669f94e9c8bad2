"""Scores of datasets' metadata, the links that are checked for them, and what harvests filled in."""

from __future__ import annotations

from alembic import op

revision = "009_quality"
down_revision = "008_fragments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_quality_score (
            dataset_id text PRIMARY KEY,
            metadata_modified timestamp NOT NULL,
            method smallint NOT NULL,
            score smallint,
            points jsonb NOT NULL DEFAULT '{}',
            broken text[] NOT NULL DEFAULT '{}',
            update_due date,
            links text[] NOT NULL DEFAULT '{}',
            computed timestamptz NOT NULL DEFAULT now(),
            due timestamptz NOT NULL
        );
        COMMENT ON TABLE hue_quality_score IS 'Metadata quality of public datasets, by their graph';
        COMMENT ON COLUMN hue_quality_score.metadata_modified IS 'Of the dataset, when it was counted';
        COMMENT ON COLUMN hue_quality_score.score IS 'NULL: it could not be counted';
        COMMENT ON COLUMN hue_quality_score.update_due IS 'Last day on which its next update is in time';
        COMMENT ON COLUMN hue_quality_score.links IS 'Keys of the addresses outside the portal that it gives';
        COMMENT ON COLUMN hue_quality_score.due IS 'When it is counted again though nothing changed';
        CREATE INDEX ON hue_quality_score (due);
        CREATE INDEX ON hue_quality_score USING gin (links);

        CREATE TABLE hue_quality_link (
            key text GENERATED ALWAYS AS (md5(address)) STORED PRIMARY KEY,
            address text NOT NULL,
            host text NOT NULL,
            status smallint,
            reason text NOT NULL DEFAULT '',
            failures integer NOT NULL DEFAULT 0,
            checked timestamptz,
            due timestamptz NOT NULL DEFAULT now(),
            told boolean NOT NULL DEFAULT false
        );
        COMMENT ON TABLE hue_quality_link IS 'Addresses outside the portal, and how they answered last';
        COMMENT ON COLUMN hue_quality_link.status IS 'HTTP status; NULL: no answer, or not asked yet';
        COMMENT ON COLUMN hue_quality_link.failures IS 'How often in a row it did not answer as it should';
        COMMENT ON COLUMN hue_quality_link.told IS 'Whether the agencies were told that it is dead';
        CREATE INDEX ON hue_quality_link (due);

        ALTER TABLE hue_harvest_table ADD COLUMN defaults jsonb NOT NULL DEFAULT '{}';
        COMMENT ON COLUMN hue_harvest_table.defaults IS
            'What the harvest filled in that the source does not say; people may say otherwise';
        -- Each table is read once more, so that what is filled in now comes to those that do not change.
        UPDATE hue_harvest_table SET fingerprint = '', mark = '' WHERE state = 'active';
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE hue_harvest_table DROP COLUMN defaults;
        DROP TABLE hue_quality_link;
        DROP TABLE hue_quality_score;
    """)
