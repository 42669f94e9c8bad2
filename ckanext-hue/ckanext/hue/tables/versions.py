"""The record of each state in which a table was published: schema `hue` of the DataStore's database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg2.extensions import cursor as Cursor

from ckanext.datastore.backend.postgres import get_read_engine


@dataclass(frozen=True, slots=True)
class Version:
    """A published state of a table.

    `columns` are dicts of `id` (name in the DataStore), `type`, `source` (name at the source) and `info`
    (the data dictionary). `added`, `changed` and `removed` count rows against the version before, and are
    None without a key. `indexed` is False while full text and column indexes are being built.
    """

    resource_id: str
    number: int
    loaded: datetime
    rows: int
    added: int | None
    changed: int | None
    removed: int | None
    content_hash: str
    columns: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    quarantined: int
    indexed: bool


_CURRENT = sa.text(
    "SELECT resource_id, version, loaded, rows, added, changed, removed, content_hash, columns, findings,"
    " quarantined, indexed FROM hue.table_version WHERE resource_id = :id"
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


def record(
    cursor: Cursor, resource_id: str, rows: int, content_hash: str, columns: Any, findings: Any
) -> int:
    """Write the next version of a table that stands in its place, in the same transaction; its number."""
    cursor.execute(
        "INSERT INTO hue.table_version (resource_id, version, table_oid, rows, content_hash, columns,"
        " findings, indexed)"
        " SELECT %(id)s, coalesce(max(version), 0) + 1, to_regclass('public.' || quote_ident(%(id)s)),"
        " %(rows)s, %(hash)s, %(columns)s, %(findings)s, true"
        " FROM hue.table_version WHERE resource_id = %(id)s RETURNING version",
        {
            "id": resource_id,
            "rows": rows,
            "hash": content_hash,
            "columns": json.dumps(columns, ensure_ascii=False),
            "findings": json.dumps(findings, ensure_ascii=False),
        },
    )
    return (cursor.fetchone() or (0,))[0]
