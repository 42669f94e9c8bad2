"""Build the typed table beside the published one, check it, and put it in its place.

The new table carries all that CKAN expects of a DataStore table: the `_id` key, `_full_text` with
its trigger, the data dictionary as column comments, the reader's grant and the cached row count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from ckanext.hue.harvesters.base import Column

from .database import reader_role
from .errors import RowsLost
from .names import column_names
from .staging import POSITION, Staging
from .types import Typed

TEXT_SEARCH = "public.hue_vi"
# A tsvector holds at most 1 MB; what lies beyond this many characters of a row is not searched.
SEARCHED_CHARACTERS = 200_000
MAX_ARGUMENTS = 90


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column as it stands in the DataStore; `info` is its entry in the data dictionary."""

    source_name: str
    name: str
    type: str
    info: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.name,
            "type": self.type,
            "source": self.source_name.replace("\x00", ""),
            "info": dict(self.info),
        }


def plan_columns(
    order: list[str], types: Mapping[str, Typed], dictionary: Mapping[str, Column]
) -> list[PublishedColumn]:
    """Name and describe the columns, in the order in which people should see them."""
    names = column_names(order)
    return [
        PublishedColumn(name, names[name], types[name].type, _info(name, names[name], dictionary.get(name)))
        for name in order
    ]


def _info(source_name: str, name: str, column: Column | None) -> dict[str, Any]:
    info: dict[str, Any] = {}
    if column and column.label:
        info["label"] = column.label
    elif source_name != name:
        info["label"] = source_name.replace("\x00", "")
    if column and column.unit:
        info["unit"] = column.unit
        info["notes"] = f"Đơn vị: {column.unit}"
    if column and column.is_key:
        info["is_key"] = True
    return info


def build(staging: Staging, columns: list[PublishedColumn], types: Mapping[str, Typed]) -> sql.Identifier:
    """Make the typed table from the staged rows, under a name that readers do not see. Raises RowsLost."""
    table = sql.Identifier(f"_{staging.table.strings[-1]}")
    with staging.connection.cursor() as cursor:
        _create(cursor, table, columns)
        _fill(cursor, table, staging, columns, types)
        _index(cursor, table)
        _describe(cursor, table, columns)
    return table


def swap(cursor: Cursor, table: sql.Identifier, resource_id: str, rows: int) -> None:
    """Put a built table in the place of the DataStore table `resource_id`.

    Readers see the old table until the transaction commits, and wait from here to there.
    """
    published = sql.Identifier("public", resource_id)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(published))
    cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(table, sql.Identifier(resource_id)))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(published, sql.Identifier(reader_role())))
    cursor.execute(
        sql.SQL(
            "CREATE TRIGGER hue_edited AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}"
            " FOR EACH STATEMENT EXECUTE FUNCTION hue.mark_edited()"
        ).format(published)
    )
    cursor.execute(
        "INSERT INTO _table_stats VALUES (%s, jsonb_build_object('rows', %s))"
        " ON CONFLICT (resource_id) DO UPDATE SET stats = excluded.stats",
        (resource_id, rows),
    )


def table_exists(cursor: Cursor, resource_id: str) -> bool:
    """Tell whether the DataStore holds a table of this resource."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (f'public."{resource_id}"',))
    return bool((cursor.fetchone() or (False,))[0])


def drop_table(cursor: Cursor, resource_id: str) -> None:
    """Remove a resource's table and its cached row count."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("public", resource_id)))
    cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,))


def _create(cursor: Cursor, table: sql.Identifier, columns: list[PublishedColumn]) -> None:
    definitions = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in columns
    ]
    cursor.execute(
        sql.SQL("CREATE TABLE {} (_id serial PRIMARY KEY, _full_text tsvector, {})").format(
            table, sql.SQL(", ").join(definitions)
        )
    )


def _fill(
    cursor: Cursor,
    table: sql.Identifier,
    staging: Staging,
    columns: list[PublishedColumn],
    types: Mapping[str, Typed],
) -> None:
    staged = [sql.Identifier(staging.columns[column.source_name]) for column in columns]
    casts = [
        sql.SQL(types[column.source_name].form.cast).format(c=name)  # pyright: ignore[reportArgumentType]
        for column, name in zip(columns, staged, strict=True)
    ]
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} (_id, _full_text, {names})"
            " SELECT row_number() OVER (ORDER BY {position}),"
            " to_tsvector({language}, left({text}, {limit})), {casts} FROM {staging}"
            " ORDER BY {position}"
        ).format(
            table=table,
            names=sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            position=sql.Identifier(POSITION),
            language=sql.Literal(TEXT_SEARCH),
            text=_joined(staged),
            limit=sql.Literal(SEARCHED_CHARACTERS),
            casts=sql.SQL(", ").join(casts),
            staging=staging.table,
        )
    )
    if cursor.rowcount != staging.rows:
        raise RowsLost(published=cursor.rowcount, staged=staging.rows)


def _joined(columns: list[sql.Identifier]) -> sql.Composable:
    """The columns' texts with blanks between; in groups, since a function takes at most 100 arguments."""
    groups = [columns[start : start + MAX_ARGUMENTS] for start in range(0, len(columns), MAX_ARGUMENTS)]
    texts = [sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(group)) for group in groups]
    return sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(texts))


def _index(cursor: Cursor, table: sql.Identifier) -> None:
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING gin (_full_text)").format(table))
    cursor.execute(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, '_id'), coalesce(max(_id), 1)) FROM {}").format(
            sql.Literal(f'public."{table.strings[-1]}"'), table
        )
    )
    cursor.execute(
        sql.SQL(
            "CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {}"
            " FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
        ).format(table)
    )
    cursor.execute(sql.SQL("ANALYZE {}").format(table))


def _describe(cursor: Cursor, table: sql.Identifier, columns: list[PublishedColumn]) -> None:
    for column in columns:
        if column.info:
            # The leading blank marks CKAN's present format of column comments.
            comment = " " + json.dumps({"_info": column.info}, ensure_ascii=False)
            cursor.execute(
                sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                    table, sql.Identifier(column.name), sql.Literal(comment)
                )
            )
