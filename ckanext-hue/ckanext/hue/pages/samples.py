"""First rows and row counts of many tables at once: one statement each, however many tables there are.

The caller has made sure that the reader may see the tables.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence

import psycopg2
import sqlalchemy as sa
from psycopg2 import sql
from sqlalchemy.exc import DBAPIError

from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine

from .columns import Column
from .values import Cell, cell

log = logging.getLogger(__name__)

SAMPLE_ROWS = 5
TIME_LIMIT = 10_000  # milliseconds for one question to the DataStore
MAX_COLUMNS = 30  # of one table; its own page has more
MAX_CELL = 400  # characters

# CKAN's own function: it counts a table once and keeps the number, for which it needs the writer's engine.
_COUNTS = sa.text(
    "SELECT asked.id, cached_table_row_count(CAST(asked.id AS name)) AS rows"
    " FROM unnest(CAST(:ids AS text[])) AS asked (id)"
    " WHERE to_regclass('public.' || quote_ident(asked.id)) IS NOT NULL"
)


def row_counts(resource_ids: Sequence[str]) -> dict[str, int]:
    """How many rows each table has, by resource; none for what has no table, or cannot be counted in time."""
    if not resource_ids:
        return {}
    try:
        with get_write_engine().begin() as connection:
            connection.execute(sa.text(f"SET LOCAL statement_timeout TO {TIME_LIMIT:d}"))
            return {row.id: row.rows for row in connection.execute(_COUNTS, {"ids": list(resource_ids)})}
    except DBAPIError:
        log.warning("rows of %d tables could not be counted", len(resource_ids), exc_info=True)
        return {}


def first_rows(tables: Mapping[str, Sequence[Column]]) -> dict[str, list[list[Cell]]]:
    """The first rows of tables (columns by resource id) in the order of their first `MAX_COLUMNS` columns."""
    asked = {resource_id: list(columns[:MAX_COLUMNS]) for resource_id, columns in tables.items() if columns}
    if not asked:
        return {}
    parts = [_of_table(resource_id, columns) for resource_id, columns in asked.items()]
    connection = get_read_engine().raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"SET LOCAL statement_timeout TO {TIME_LIMIT:d}")
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        found = dict(cursor.fetchall())
    except psycopg2.Error:
        # Mostly a table that is replaced at this moment.
        log.warning("first rows of %d tables could not be read", len(asked), exc_info=True)
        return {}
    finally:
        connection.rollback()
        connection.close()
    return {
        resource_id: [
            [_cell(text, column) for text, column in zip(row, columns, strict=True)]
            for row in json.loads(found[resource_id] or "[]")
        ]
        for resource_id, columns in asked.items()
        if resource_id in found
    }


def _of_table(resource_id: str, columns: Sequence[Column]) -> sql.Composed:
    values = [
        sql.SQL("left(CAST(t.{} AS text), {})").format(sql.Identifier(column.name), sql.Literal(MAX_CELL))
        for column in columns
    ]
    return sql.SQL(
        "SELECT {} AS id, (SELECT CAST(json_agg(json_build_array({}) ORDER BY t._id) AS text)"
        " FROM (SELECT * FROM {} ORDER BY _id LIMIT {}) t) AS rows"
    ).format(
        sql.Literal(resource_id),
        sql.SQL(", ").join(values),
        sql.Identifier("public", resource_id),
        sql.Literal(SAMPLE_ROWS),
    )


def _cell(text: str | None, column: Column) -> Cell:
    value = text == "true" if column.kind == "bool" and text is not None else text
    return cell(value, column.kind, grouped=column.grouped)
