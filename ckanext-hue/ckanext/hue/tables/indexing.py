"""Big tables are published as soon as they are typed; full text and column indexes follow here.

For the full text a second table is built from the published one and takes its place. Until then writing to
the table is refused, `q` says that the index is being built, and all else works. The column indexes come
last: they need no other table.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor

from . import building, locks, publishing
from .building import Built
from .columns import PublishedColumn, published
from .database import datastore_connection

log = logging.getLogger(__name__)

_PENDING = (
    "SELECT resource_id, version, table_oid::bigint, rows FROM hue.table_version"
    " WHERE {} AND NOT edited"
    " AND table_oid = to_regclass('public.' || quote_ident(resource_id)) ORDER BY loaded"
)
_Step = Callable[[Cursor, str, int, int, int, "list[PublishedColumn]"], bool]


def complete() -> list[str]:
    """Index every published table that still lacks it; returns their resource ids.

    May run in several workers and be killed at any point: each step of a table is one transaction, and a
    table that is replaced under way is left to the next run.
    """
    searchable = [one[0] for one in _pending("NOT indexed") if _run(_build_full_text, *one)]
    # The table that the full text brings has none of the indexes of the one before.
    sortable = [one[0] for one in _pending("indexed AND NOT columns_indexed") if _run(_index_columns, *one)]
    return list(dict.fromkeys([*searchable, *sortable]))


def _pending(what: str) -> list[Any]:
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(_PENDING.format(what))
        return cursor.fetchall()


def _run(step: _Step, resource_id: str, version: int, oid: int, rows: int) -> bool:
    try:
        with datastore_connection() as connection, connection.cursor() as cursor:
            if not locks.try_indexing(cursor, resource_id) or not _still_there(cursor, resource_id, oid):
                return False  # another worker is at it, or there is a newer version
            columns = list(published(cursor, resource_id).values())
            done = step(cursor, resource_id, version, oid, rows, columns)
            if not done:
                connection.rollback()
    except QueryCanceled:
        log.info("Indexing of %s gave way to a newer version", resource_id)
        return False
    except psycopg2.Error:
        # One table that somebody holds must not keep the others waiting.
        log.exception("Table %s was not indexed", resource_id)
        return False
    return done


def _build_full_text(
    cursor: Cursor, resource_id: str, version: int, oid: int, rows: int, columns: list[PublishedColumn]
) -> bool:
    origin = sql.Identifier("public", resource_id)
    values = [sql.Identifier(column.name) for column in columns]
    table = building.create(cursor, sql.Identifier("_id"), values, values, columns, origin)
    building.finish(cursor, table, (), full_text=True)
    # A newer version that waits for the table must not be replaced by this one.
    if not (locks.try_loading(cursor, resource_id) and _still_there(cursor, resource_id, oid)):
        return False
    locks.take_over(cursor, resource_id)
    # Only now nobody can write to the data dictionary any more.
    building.describe(cursor, table, published(cursor, resource_id).values())
    publishing.swap(cursor, Built(table, rows, indexed=True), resource_id)
    cursor.execute(
        "UPDATE hue.table_version SET indexed = true,"
        " table_oid = to_regclass('public.' || quote_ident(resource_id))"
        " WHERE resource_id = %s AND version = %s",
        (resource_id, version),
    )
    return True


def _index_columns(
    cursor: Cursor, resource_id: str, version: int, _oid: int, rows: int, columns: list[PublishedColumn]
) -> bool:
    building.index_columns(cursor, sql.Identifier("public", resource_id), columns, rows)
    cursor.execute(
        "UPDATE hue.table_version SET columns_indexed = true WHERE resource_id = %s AND version = %s",
        (resource_id, version),
    )
    return True


def _still_there(cursor: Cursor, resource_id: str, oid: int) -> bool:
    cursor.execute(
        "SELECT to_regclass('public.' || quote_ident(%s))::oid IS NOT DISTINCT FROM %s::oid",
        (resource_id, oid),
    )
    return bool((cursor.fetchone() or (False,))[0])
