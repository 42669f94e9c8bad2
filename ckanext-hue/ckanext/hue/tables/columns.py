"""The columns of a table as they stand in the DataStore, with their data dictionary."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from psycopg2.extensions import cursor as Cursor

from ckanext.hue.harvesters.base import Column

from .names import column_names
from .types import Typed

INTERNAL = ("_id", "_full_text")


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column as it stands in the DataStore; `info` is its entry in the data dictionary."""

    source_name: str
    name: str
    type: str
    info: Mapping[str, Any]

    @property
    def is_key(self) -> bool:
        return bool(self.info.get("is_key"))

    def as_dict(self) -> dict[str, Any]:
        """The column as JSON values; `source` is its name at the source."""
        return {"id": self.name, "type": self.type, "source": self.source_name, "info": dict(self.info)}


def published(cursor: Cursor, resource_id: str) -> dict[str, PublishedColumn]:
    """The columns of a resource's table by name, in their order; none when there is no table."""
    cursor.execute(
        "SELECT a.attname, CASE WHEN t.typname = 'int8' THEN 'bigint' WHEN t.typname = 'bool' THEN 'boolean'"
        " ELSE t.typname END, col_description(a.attrelid, a.attnum)"
        " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE a.attrelid = to_regclass('public.' || quote_ident(%s)) AND a.attnum > 0"
        " AND NOT a.attisdropped AND a.attname <> ALL(%s) ORDER BY a.attnum",
        (resource_id, list(INTERNAL)),
    )
    return {
        name: PublishedColumn(name, name, type_, info_of(comment))
        for name, type_, comment in cursor.fetchall()
    }


def info_of(comment: str | None) -> dict[str, Any]:
    """The data dictionary in a column's comment; comments of other origin tell nothing."""
    try:
        info = json.loads(comment or "{}")
    except ValueError:
        return {}
    info = info.get("_info") if isinstance(info, dict) else None
    return info if isinstance(info, dict) else {}


def remembered(
    names: Mapping[str, str], dictionary: Mapping[str, Column], stored: Mapping[str, PublishedColumn]
) -> dict[str, Column]:
    """The source's dictionary, completed with what the published table's says of the same columns.

    `names` maps the source's column names to the DataStore's. What the source says wins.
    """
    complete = dict(dictionary)
    for source_name, name in names.items():
        info = stored[name].info if name in stored else {}
        column = complete.get(source_name, Column(source_name))
        if not column.type and info.get("type_override"):
            column = replace(column, type=info["type_override"])
        if info.get("is_key") and not any(given.is_key for given in dictionary.values()):
            column = replace(column, is_key=True)
        if info or source_name in complete:
            complete[source_name] = column
    return complete


def plan(
    names: Mapping[str, str],
    types: Mapping[str, Typed],
    dictionary: Mapping[str, Column],
    stored: Mapping[str, PublishedColumn],
) -> list[PublishedColumn]:
    """Describe the columns; what a person wrote into the published table's dictionary stays."""
    return [
        PublishedColumn(
            source_name,
            name,
            types[source_name].type,
            {
                **_kept(stored.get(name)),
                **_info(source_name, name, dictionary.get(source_name)),
            },
        )
        for source_name, name in names.items()
    ]


def _kept(column: PublishedColumn | None) -> dict[str, Any]:
    return {key: value for key, value in column.info.items() if key != "is_key"} if column else {}


def _info(source_name: str, name: str, column: Column | None) -> dict[str, Any]:
    info: dict[str, Any] = {}
    if column and column.label:
        info["label"] = _text(column.label)
    elif source_name != name:
        info["label"] = _text(source_name)
    if column and column.unit:
        info["unit"] = _text(column.unit)
        info["notes"] = f"Đơn vị: {info['unit']}"
    if column and column.is_key:
        info["is_key"] = True
    return info


def _text(text: str) -> str:
    """Text as the table's cells are: composed, without what PostgreSQL cannot hold."""
    return unicodedata.normalize("NFC", text.replace("\x00", "")).encode(errors="replace").decode()


def names_in_order(staged: Mapping[str, str], dictionary: Mapping[str, Column]) -> dict[str, str]:
    """The DataStore's name of each staged column: those of the dictionary first, in its order."""
    listed = [name for name in dictionary if name in staged]
    return column_names([*listed, *(name for name in staged if name not in dictionary)])
