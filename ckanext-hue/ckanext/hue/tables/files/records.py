"""The record of written files (hue.table_file), and which files are due or out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from ckanext.datastore.backend.postgres import get_read_engine

from .storage import Written


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a table's present version; `size` in bytes."""

    resource_id: str
    format: str
    location: str
    size: int
    sha256: str
    written: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A version that stands and has no files yet."""

    resource_id: str
    version: int
    content_hash: str
    rows: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file of any version, standing or not."""

    resource_id: str
    version: int
    format: str
    location: str
    size: int


# A version counts while the table that it describes stands under the resource's name and nobody wrote to it.
_CURRENT = (
    "SELECT DISTINCT ON (v.resource_id) v.resource_id, v.version, v.content_hash, v.rows, v.loaded"
    " FROM hue.table_version v JOIN pg_catalog.pg_class c ON c.oid = v.table_oid"
    " AND c.relname = v.resource_id AND c.relnamespace = 'public'::regnamespace"
    " WHERE NOT v.edited ORDER BY v.resource_id, v.version DESC"
)
_DUE = (
    f"SELECT v.resource_id, v.version, v.content_hash, v.rows FROM ({_CURRENT}) v"  # noqa: S608
    " WHERE NOT EXISTS (SELECT FROM hue.table_file f"
    " WHERE f.resource_id = v.resource_id AND f.version = v.version)"
)
_RECORDED = "SELECT f.resource_id, f.version, f.format, f.location, f.size FROM hue.table_file f"
_OUT_OF_DATE = (
    f"{_RECORDED} LEFT JOIN ({_CURRENT}) v USING (resource_id, version) WHERE v.version IS NULL LIMIT %s"
)
_OF_TABLES = sa.text(
    "SELECT f.resource_id, f.format, f.location, f.size, f.sha256, f.written"
    " FROM unnest(CAST(:ids AS text[])) AS asked (id)"
    " CROSS JOIN LATERAL (SELECT resource_id, version FROM hue.table_version WHERE resource_id = asked.id"
    " AND table_oid = to_regclass('public.' || quote_ident(asked.id))::oid AND NOT edited"
    " ORDER BY version DESC LIMIT 1) v"
    " JOIN hue.table_file f USING (resource_id, version)"
)


def of_tables(resource_ids: Sequence[str]) -> Mapping[str, Mapping[str, StoredFile]]:
    """The files of the tables' present versions, by resource and format."""
    found: dict[str, dict[str, StoredFile]] = {resource_id: {} for resource_id in resource_ids}
    with get_read_engine().connect() as connection:
        for row in connection.execute(_OF_TABLES, {"ids": list(resource_ids)}):
            found[row.resource_id][row.format] = StoredFile(*row)
    return found


def due(cursor: Cursor) -> list[Due]:
    """The standing versions without files, those that wait longest first."""
    cursor.execute(f"{_DUE} ORDER BY v.loaded")
    return [Due(*row) for row in cursor.fetchall()]


def claim(cursor: Cursor, resource_id: str) -> bool:
    """Take the files of a table until the transaction ends; False when another process has them."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (f"hue files {resource_id}",))
    return bool((cursor.fetchone() or (False,))[0])


def is_due(cursor: Cursor, table: Due) -> bool:
    """Whether the version still stands without files; call it when the table is claimed."""
    cursor.execute(f"{_DUE} AND v.resource_id = %s", (table.resource_id,))
    found = cursor.fetchone()
    return found is not None and Due(*found) == table


def add(cursor: Cursor, table: Due, files: Mapping[str, Written]) -> bool:
    """Record the files (by format) of a version; False, and nothing, when it does not stand any more.

    Whoever is editing the table now is waited for: files that were read before an edit never outlive it.
    """
    cursor.execute(
        "SELECT FROM hue.table_version WHERE resource_id = %s AND version = %s FOR SHARE",
        (table.resource_id, table.version),
    )
    if not is_due(cursor, table):
        return False
    execute_values(
        cursor,
        "INSERT INTO hue.table_file (resource_id, version, format, location, size, sha256) VALUES %s",
        [
            (table.resource_id, table.version, name, file.location, file.size, file.sha256)
            for name, file in files.items()
        ],
    )
    return True


def out_of_date(cursor: Cursor, limit: int) -> list[Recorded]:
    """Recorded files whose version does not stand any more."""
    cursor.execute(_OUT_OF_DATE, (limit,))
    return [Recorded(*row) for row in cursor.fetchall()]


def after(cursor: Cursor, last: Recorded | None, limit: int) -> list[Recorded]:
    """Recorded files in their order, from the first, or from the one behind `last`."""
    key = (last.resource_id, last.version, last.format) if last else ("", 0, "")
    cursor.execute(
        f"{_RECORDED} WHERE (f.resource_id, f.version, f.format) > %s"
        " ORDER BY f.resource_id, f.version, f.format LIMIT %s",
        (key, limit),
    )
    return [Recorded(*row) for row in cursor.fetchall()]


def of_version(cursor: Cursor, resource_id: str, version: int) -> list[Recorded]:
    """The recorded files of one version."""
    cursor.execute(f"{_RECORDED} WHERE f.resource_id = %s AND f.version = %s", (resource_id, version))
    return [Recorded(*row) for row in cursor.fetchall()]


def of_resource(cursor: Cursor, resource_id: str) -> list[Recorded]:
    """The recorded files of all versions of a table."""
    cursor.execute(f"{_RECORDED} WHERE f.resource_id = %s", (resource_id,))
    return [Recorded(*row) for row in cursor.fetchall()]


def forget(cursor: Cursor, files: Iterable[Recorded]) -> None:
    """Drop the records of these files."""
    if not (keys := sorted((file.resource_id, file.version, file.format) for file in files)):
        return
    execute_values(
        cursor,
        "DELETE FROM hue.table_file f USING (VALUES %s) AS gone (resource_id, version, format)"
        " WHERE (f.resource_id, f.version, f.format) = (gone.resource_id, gone.version, gone.format)",
        keys,
    )


def unrecorded(cursor: Cursor, locations: Sequence[str]) -> list[str]:
    """Which of these locations no record names."""
    cursor.execute(
        "SELECT location FROM unnest(%s::text[]) AS found (location)"
        " EXCEPT SELECT location FROM hue.table_file",
        (list(locations),),
    )
    return [row[0] for row in cursor.fetchall()]
