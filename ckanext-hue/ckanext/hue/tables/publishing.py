"""Put a built table in the place of the published one, in one transaction, with all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from .building import Built
from .database import reader_role
from .locks import aliases_of


def swap(cursor: Cursor, built: Built, resource_id: str) -> None:
    """Put a built table in the place of the DataStore table `resource_id`.

    Readers see the old table until the transaction commits, and wait from here to there. Alias views are
    made anew over the new table.
    """
    published = sql.Identifier("public", resource_id)
    aliases = aliases_of(cursor, resource_id)
    cursor.execute(
        sql.SQL(
            "{drop_aliases} DROP TABLE IF EXISTS {published}; ALTER TABLE {table} RENAME TO {name};"
            " GRANT SELECT ON {published} TO {reader}; {make_aliases} {triggers}"
        ).format(
            drop_aliases=_each(aliases, "DROP VIEW {alias};", published),
            published=published,
            table=built.table,
            name=sql.Identifier(resource_id),
            reader=sql.Identifier(reader_role()),
            make_aliases=_each(aliases, "CREATE VIEW {alias} AS SELECT * FROM {published};", published),
            triggers=_triggers(published, built),
        )
    )
    cursor.execute(
        "INSERT INTO _table_stats VALUES (%s, jsonb_build_object('rows', %s))"
        " ON CONFLICT (resource_id) DO UPDATE SET stats = excluded.stats",
        (resource_id, built.rows),
    )


def drop_table(cursor: Cursor, resource_id: str) -> None:
    """Remove a resource's table with its aliases, its versions and its cached row count."""
    published = sql.Identifier("public", resource_id)
    aliases = _each(aliases_of(cursor, resource_id), "DROP VIEW {alias};", published)
    cursor.execute(sql.SQL("{} DROP TABLE IF EXISTS {}").format(aliases, published))
    cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,))
    cursor.execute("DELETE FROM hue.table_version WHERE resource_id = %s", (resource_id,))


def _triggers(published: sql.Identifier, built: Built) -> sql.Composable:
    edited = sql.SQL(
        "CREATE TRIGGER hue_edited AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}"
        " FOR EACH STATEMENT EXECUTE FUNCTION hue.mark_edited();"
    ).format(published)
    if built.indexed:
        return edited
    return sql.SQL(
        "{} CREATE TRIGGER hue_being_indexed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}"
        " FOR EACH STATEMENT EXECUTE FUNCTION hue.refuse_writing();"
    ).format(edited, published)


def _each(aliases: Iterable[str], statement: str, published: sql.Identifier) -> sql.Composable:
    composed = sql.SQL(statement)  # pyright: ignore[reportArgumentType]
    return sql.SQL(" ").join(
        composed.format(alias=sql.Identifier("public", alias), published=published) for alias in aliases
    )
