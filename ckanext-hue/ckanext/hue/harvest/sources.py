"""Harvest sources, as they stand in PostgreSQL."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Row

from ckanext.hue.harvesters.base import Source
from ckanext.hue.harvesters.kinds import open_source

from .database import rows
from .errors import BadSourceName, SourceExists, UnknownSource

# Ids are UUIDv5 below this namespace: a table keeps its dataset's id wherever the portal is rebuilt.
NAMESPACE = uuid.UUID("6b1f5f0e-8f3b-5a52-9c55-0d0a5a4e2046")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_COLUMNS = "id::text, name, title, kind, url, token, allow_private_host, number_format"


@dataclass(frozen=True, slots=True)
class HarvestSource:
    """One source. `name` never changes: the ids of its datasets are made from it.

    `number_format` is "vi" for 1.234,5, "en" for 1,234.5, or empty: what can be read either way stays text.
    """

    id: str
    name: str
    title: str
    kind: str
    url: str
    token: str
    allow_private_host: bool
    number_format: str

    def open(self) -> Source:
        """The reader of this source. Raises SettingsError."""
        return open_source(self.kind, self.url, token=self.token, allow_private_host=self.allow_private_host)

    def dataset_id(self, remote_id: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.name}/{remote_id}"))

    def resource_id(self, remote_id: str, list_name: str) -> str:
        return str(uuid.uuid5(uuid.UUID(self.dataset_id(remote_id)), list_name))


def add(
    name: str,
    *,
    kind: str,
    url: str,
    title: str = "",
    token: str = "",
    allow_private_host: bool = False,
    number_format: str = "",
    update: bool = False,
) -> HarvestSource:
    """Add a source; with `update`, give an existing one of this name these settings.

    Raises BadSourceName, SettingsError (kind or address), SourceExists (without `update`).
    """
    if not _NAME.fullmatch(name):
        raise BadSourceName(name)
    open_source(kind, url, token=token, allow_private_host=allow_private_host)
    written = rows(
        "INSERT INTO hue_harvest_source (name, title, kind, url, token, allow_private_host,"
        " number_format) VALUES (:name, :title, :kind, :url, :token, :allowed, :number_format)"
        " ON CONFLICT (name) DO UPDATE SET title = excluded.title, kind = excluded.kind, url = excluded.url,"
        " token = excluded.token, allow_private_host = excluded.allow_private_host,"
        " number_format = excluded.number_format WHERE :update"
        " RETURNING id",
        name=name,
        title=title or name,
        kind=kind,
        url=url,
        token=token,
        allowed=allow_private_host,
        number_format=number_format,
        update=update,
    )
    if not written:
        raise SourceExists(name)
    return get(name)


def get(name: str) -> HarvestSource:
    """The source of this name. Raises UnknownSource."""
    found = rows(f"SELECT {_COLUMNS} FROM hue_harvest_source WHERE name = :name", name=name)  # noqa: S608
    if not found:
        raise UnknownSource(name)
    return _source(found[0])


def get_by_id(source_id: str) -> HarvestSource:
    """The source of this id. Raises UnknownSource."""
    found = rows(f"SELECT {_COLUMNS} FROM hue_harvest_source WHERE id = :id", id=source_id)  # noqa: S608
    if not found:
        raise UnknownSource(source_id)
    return _source(found[0])


def all_sources() -> list[HarvestSource]:
    """Every source, by name."""
    return [_source(row) for row in rows(f"SELECT {_COLUMNS} FROM hue_harvest_source ORDER BY name")]  # noqa: S608


def remove(name: str) -> None:
    """Forget a source with its jobs. Its datasets stay published. Raises UnknownSource."""
    if not rows("DELETE FROM hue_harvest_source WHERE name = :name RETURNING id", name=name):
        raise UnknownSource(name)


def _source(row: Row[Any]) -> HarvestSource:
    return HarvestSource(**row._mapping)
