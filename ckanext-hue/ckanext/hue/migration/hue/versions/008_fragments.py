"""The catalogue's stored graphs, what is to be built anew, and what left the catalogue."""

from __future__ import annotations

from alembic import op

revision = "008_fragments"
down_revision = "007_listing_age"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE hue_catalog_fragment (
            dataset_id text PRIMARY KEY,
            number integer UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
            modified timestamp NOT NULL,
            changed timestamptz NOT NULL DEFAULT now(),
            hash bytea NOT NULL,
            nt bytea NOT NULL,
            ttl bytea NOT NULL,
            rdf bytea NOT NULL,
            jsonld bytea NOT NULL
        );
        ALTER TABLE hue_catalog_fragment ALTER nt SET STORAGE EXTERNAL, ALTER ttl SET STORAGE EXTERNAL,
            ALTER rdf SET STORAGE EXTERNAL, ALTER jsonld SET STORAGE EXTERNAL;
        COMMENT ON TABLE hue_catalog_fragment IS 'Graphs of public datasets in each format, as gzip';
        COMMENT ON COLUMN hue_catalog_fragment.number IS 'Place in the catalogue; null: not listed there';
        COMMENT ON COLUMN hue_catalog_fragment.modified IS 'metadata_modified of the dataset that it says';
        COMMENT ON COLUMN hue_catalog_fragment.changed IS 'When it last became another one';
        CREATE INDEX hue_catalog_fragment_changed ON hue_catalog_fragment (changed, dataset_id)
            WHERE number IS NOT NULL;

        CREATE TABLE hue_catalog_removed (
            dataset_id text PRIMARY KEY,
            removed timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE hue_catalog_removed IS 'Datasets that were in the catalogue and left it';
        CREATE INDEX hue_catalog_removed_when ON hue_catalog_removed (removed, dataset_id);

        CREATE TABLE hue_catalog_stale (
            dataset_id text PRIMARY KEY,
            marked timestamptz NOT NULL DEFAULT clock_timestamp(),
            not_before timestamptz NOT NULL DEFAULT '-infinity'
        );
        COMMENT ON TABLE hue_catalog_stale IS 'Datasets to be made anew although they did not change';

        CREATE TABLE hue_catalog_state (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            total integer NOT NULL DEFAULT 0,
            last_number integer NOT NULL DEFAULT 0,
            changed timestamptz NOT NULL DEFAULT now(),
            made_for text NOT NULL DEFAULT '',
            head text NOT NULL DEFAULT '',
            head_made timestamptz NOT NULL DEFAULT '-infinity'
        );
        COMMENT ON COLUMN hue_catalog_state.made_for IS 'The settings and the layout that all fragments have';
        COMMENT ON COLUMN hue_catalog_state.head IS 'What is said of the catalogue itself, as N-Triples';
        INSERT INTO hue_catalog_state DEFAULT VALUES;
    """)


def downgrade() -> None:
    op.execute("""
        DROP TABLE hue_catalog_state;
        DROP TABLE hue_catalog_stale;
        DROP TABLE hue_catalog_removed;
        DROP TABLE hue_catalog_fragment;
    """)
