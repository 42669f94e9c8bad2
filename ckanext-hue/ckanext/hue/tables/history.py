"""What is known of a table's versions, and of the rows that each changed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ckanext.datastore.backend.postgres import get_read_engine

_VERSIONS = sa.text(
    "SELECT version, loaded, rows, added, changed, removed, quarantined, content_hash FROM hue.table_version"
    " WHERE resource_id = :id ORDER BY version DESC LIMIT :limit OFFSET :offset"
)
_CHANGES = sa.text(
    "SELECT kind, key::text, before::text, after::text FROM hue.row_change"
    " WHERE resource_id = :id AND version = :version ORDER BY kind, key LIMIT :limit OFFSET :offset"
)


def versions_of(resource_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """The published states of a table, newest first, as dicts of JSON values."""
    with get_read_engine().connect() as connection:
        found = connection.execute(_VERSIONS, {"id": resource_id, "limit": limit, "offset": offset})
        return [{**row._mapping, "loaded": row.loaded.isoformat()} for row in found]


def changes_of(resource_id: str, version: int, limit: int, offset: int) -> list[dict[str, Any]]:
    """Rows that a version added, changed or removed: dicts of `kind`, `key`, `before` and `after`."""
    given = {"id": resource_id, "version": version, "limit": limit, "offset": offset}
    with get_read_engine().connect() as connection:
        return [
            {"kind": row.kind, **{name: _value(row._mapping[name]) for name in ("key", "before", "after")}}
            for row in connection.execute(_CHANGES, given)
        ]


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text, parse_float=Decimal)
