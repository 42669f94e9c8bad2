"""The record of each state in which a table was published: schema `hue` of the DataStore's database."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from ckanext.datastore.backend.postgres import get_read_engine

_NUL = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")  # the escape itself, not a backslash before "u0000"
KEPT_CHANGES = 10_000  # rows of one version
VERSIONS_WITH_CHANGES = 100
VERSIONS_WITH_QUARANTINE = 10


@dataclass(frozen=True, slots=True)
class Version:
    """A published state of a table.

    `added`, `changed` and `removed` count rows against the version before, and are None without a key.
    `indexed` is False while the full text is being built.
    """

    resource_id: str
    number: int
    rows: int
    added: int | None
    changed: int | None
    removed: int | None
    indexed: bool


_CURRENT = sa.text(
    "SELECT resource_id, version, rows, added, changed, removed, indexed FROM hue.table_version"
    " WHERE resource_id = :id"
    " AND table_oid = to_regclass('public.' || quote_ident(:id))::oid AND NOT edited"
    " ORDER BY version DESC LIMIT 1"
)


def current(resource_id: str) -> Version | None:
    """The version that the DataStore table of this resource holds now.

    None when there is no table, or when it was made or edited by other means than loading: then nothing that
    was derived from a version (files, profile) holds for it.
    """
    with get_read_engine().connect() as connection:
        row = connection.execute(_CURRENT, {"id": resource_id}).first()
    return Version(*row) if row else None


def holding(cursor: Cursor, resource_id: str, content_hash: str) -> int | None:
    """The number of the version that the resource's table holds unedited, if its content is just this."""
    cursor.execute(
        "SELECT version FROM hue.table_version WHERE resource_id = %(id)s AND content_hash = %(hash)s"
        " AND table_oid = to_regclass('public.' || quote_ident(%(id)s)) AND NOT edited",
        {"id": resource_id, "hash": content_hash},
    )
    found = cursor.fetchone()
    return found[0] if found else None


def with_columns_of(cursor: Cursor, resource_id: str) -> int | None:
    """The number of the version whose columns the table has; with others the table is marked as edited."""
    cursor.execute(
        "UPDATE hue.table_version v SET edited = ARRAY(SELECT jsonb_array_elements(v.columns) ->> 'id')"
        " <> ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = v.table_oid AND attnum > 0"
        " AND NOT attisdropped AND attname NOT IN ('_id', '_full_text') ORDER BY attnum)"
        " WHERE resource_id = %(id)s AND NOT edited"
        " AND table_oid = to_regclass('public.' || quote_ident(%(id)s)) RETURNING version, edited",
        {"id": resource_id},
    )
    found = cursor.fetchone()
    return found[0] if found and not found[1] else None


def of_dropped_tables(cursor: Cursor) -> list[str]:
    """Resource ids that have versions but no table any more."""
    cursor.execute(
        "SELECT DISTINCT resource_id FROM hue.table_version"
        " WHERE to_regclass('public.' || quote_ident(resource_id)) IS NULL"
    )
    return [resource_id for (resource_id,) in cursor.fetchall()]


def forget(cursor: Cursor, resource_id: str) -> None:
    """Forget all versions of a resource's table, with the rows that they changed or left out."""
    cursor.execute("DELETE FROM hue.table_version WHERE resource_id = %s", (resource_id,))


def record(
    cursor: Cursor,
    table: sql.Identifier,
    resource_id: str,
    *,
    rows: int,
    content_hash: str,
    columns: list[dict[str, Any]],
    findings: list[dict[str, Any]],
    quarantined: int,
    indexed: bool,
) -> int:
    """Write the next version of a resource's table, which `table` will be; returns its number."""
    cursor.execute(
        "INSERT INTO hue.table_version (resource_id, version, table_oid, rows, content_hash, columns,"
        " findings, quarantined, indexed, columns_indexed)"
        " SELECT %(id)s, coalesce(max(version), 0) + 1, %(table)s::regclass, %(rows)s, %(hash)s, %(columns)s,"
        " %(findings)s, %(quarantined)s, %(indexed)s, %(indexed)s"
        " FROM hue.table_version WHERE resource_id = %(id)s RETURNING version",
        {
            "id": resource_id,
            "table": table.strings[-1],
            "rows": rows,
            "hash": content_hash,
            "columns": as_jsonb(columns),
            "findings": as_jsonb(findings),
            "quarantined": quarantined,
            "indexed": indexed,
        },
    )
    number = (cursor.fetchone() or (0,))[0]
    # Counts of every version are kept; rows of the latest ones only.
    cursor.execute(
        "DELETE FROM hue.row_change WHERE resource_id = %(id)s AND version <= %(number)s - %(changes)s;"
        " DELETE FROM hue.quarantined_row WHERE resource_id = %(id)s AND version <= %(number)s - %(bad)s",
        {
            "id": resource_id,
            "number": number,
            "changes": VERSIONS_WITH_CHANGES,
            "bad": VERSIONS_WITH_QUARANTINE,
        },
    )
    return number


def as_jsonb(value: Any) -> str:
    """JSON that PostgreSQL's jsonb holds: without NUL characters and halves of surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _NUL.sub(r"\1", text).encode(errors="replace").decode()
