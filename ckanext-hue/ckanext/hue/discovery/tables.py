"""The tables of a dataset as machines are told of them: columns and stored files, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.datastore.backend.postgres import get_read_engine
from ckanext.hue.tables.columns import info_of
from ckanext.hue.tables.files.records import StoredFile
from ckanext.hue.tables.files.selection import Column, label_of

_OF_RESOURCES = sa.text(
    "SELECT asked.id,"
    " (SELECT CAST(json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL),"
    " col_description(a.attrelid, a.attnum)) ORDER BY a.attnum) AS text) FROM pg_attribute a"
    " WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND left(a.attname, 1) <> '_'),"
    " (SELECT CAST(json_agg(json_build_array(f.format, f.location, f.size, f.sha256, f.written)) AS text)"
    " FROM hue.table_file f WHERE f.resource_id = v.resource_id AND f.version = v.version)"
    " FROM unnest(CAST(:ids AS text[])) AS asked (id)"
    " JOIN pg_class c ON c.oid = to_regclass('public.' || quote_ident(asked.id))"
    " LEFT JOIN LATERAL (SELECT resource_id, version FROM hue.table_version WHERE resource_id = asked.id"
    " AND table_oid = c.oid AND NOT edited ORDER BY version DESC LIMIT 1) v ON true"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns in their order, and its files by format: none while they are not written."""

    columns: Sequence[Column]
    files: Mapping[str, StoredFile]

    @property
    def labels(self) -> list[str]:
        return [label_of(column) for column in self.columns]


Tables = Mapping[str, Table]


def of_resources(resources: Sequence[Mapping[str, object]]) -> Tables:
    """The tables of these resources by resource id; none is asked for where no resource has one."""
    ids = [each["id"] for each in resources if tk.asbool(each.get("datastore_active") or False)]
    if not ids:
        return {}
    with get_read_engine().connect() as connection:
        found = connection.execute(_OF_RESOURCES, {"ids": ids}).fetchall()
    return {row[0]: Table(_columns(row[1]), _files(row[0], row[2])) for row in found}


def _columns(found: str | None) -> list[Column]:
    return [
        Column(id=name, type=kind, info=info_of(comment)) for name, kind, comment in json.loads(found or "[]")
    ]


def _files(resource_id: str, found: str | None) -> dict[str, StoredFile]:
    return {
        format: StoredFile(resource_id, format, place, int(size), sha256, datetime.fromisoformat(written))
        for format, place, size, sha256, written in json.loads(found or "[]")
    }
