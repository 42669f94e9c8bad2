"""Big tables are published as soon as they are typed; this gives them full text and indexes afterwards.

A second table is built from the published one and takes its place. Until then writing to the table is
refused, `q` says that the index is being built, and all else works.
"""

from __future__ import annotations

import logging
from typing import Any

from psycopg2 import sql
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor

from . import building, locks, publishing
from .building import Built
from .columns import PublishedColumn
from .database import datastore_connection

log = logging.getLogger(__name__)

_PENDING = (
    "SELECT v.resource_id, v.version, v.table_oid, v.rows, v.columns FROM hue.table_version v"
    " WHERE NOT v.indexed AND NOT v.edited"
    " AND v.table_oid = to_regclass('public.' || quote_ident(v.resource_id)) ORDER BY v.loaded"
)


def complete() -> list[str]:
    """Index every published table that still lacks it; returns their resource ids.

    May run in several workers and be killed at any point: each table is one transaction, and a table that
    was replaced under way is left to the next run.
    """
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(_PENDING)
        pending = cursor.fetchall()
    return [resource_id for resource_id, *rest in pending if _index_or_give_way(resource_id, *rest)]


def _index_or_give_way(resource_id: str, *described: Any) -> bool:
    try:
        return _index(resource_id, *described)
    except QueryCanceled:
        log.info("Indexing of %s gave way to a newer version", resource_id)
        return False


def _index(resource_id: str, version: int, oid: int, rows: int, described: list[dict[str, Any]]) -> bool:
    columns = [PublishedColumn.from_dict(column) for column in described]
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('index ' || %s, 0))", (resource_id,)
        )
        if not (cursor.fetchone() or (False,))[0]:
            return False  # another worker is at it
        if not _still_there(cursor, resource_id, oid):
            return False
        published = sql.Identifier("public", resource_id)
        values = [sql.Identifier(column.name) for column in columns]
        table = building.create(cursor, sql.Identifier("_id"), values, values, columns, published)
        building.finish(cursor, table, columns, rows, indexed=True)
        # A newer version that waits for the table must not be replaced by this one.
        if not (locks.try_loading(cursor, resource_id) and _still_there(cursor, resource_id, oid)):
            connection.rollback()
            return False
        publishing.swap(cursor, Built(table, rows, indexed=True), resource_id)
        cursor.execute(
            "UPDATE hue.table_version SET indexed = true,"
            " table_oid = to_regclass('public.' || quote_ident(resource_id))"
            " WHERE resource_id = %s AND version = %s",
            (resource_id, version),
        )
    log.info("Indexed %s: %s rows", resource_id, rows)
    return True


def _still_there(cursor: Cursor, resource_id: str, oid: int) -> bool:
    cursor.execute(
        "SELECT to_regclass('public.' || quote_ident(%s))::oid IS NOT DISTINCT FROM %s::oid",
        (resource_id, oid),
    )
    return bool((cursor.fetchone() or (False,))[0])
