"""Harvest sources, as they stand in PostgreSQL."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session, scoped_session

from ckanext.hue.harvesters.base import Source
from ckanext.hue.harvesters.kinds import open_source

from .database import rows
from .errors import BadSourceName, BadSourceSetting, SourceExists, UnknownSource

# Ids are UUIDv5 below this namespace: a table keeps its dataset's id wherever the portal is rebuilt.
NAMESPACE = uuid.UUID("6b1f5f0e-8f3b-5a52-9c55-0d0a5a4e2046")
MADE_ID_VERSION = 5  # of UUIDs
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_COLUMNS = (
    "id::text, name, title, kind, url, token, allow_private_host, number_format, settings, host, owner_org,"
    " email, every_minutes, next_run, paused, grace_days, bad_row_percent, accept_drift, keep_fields,"
    " vouched_by, vouched_at"
)
_WRITTEN = (
    *(
        "title",
        "kind",
        "url",
        "token",
        "allow_private_host",
        "number_format",
        "settings",
        "owner_org",
        "email",
    ),
    *("every_minutes", "grace_days", "bad_row_percent", "accept_drift", "keep_fields", "vouched_by"),
)
# What decides how a table comes out that did not change at its source.
_READING = ("kind", "url", "settings", "number_format", "bad_row_percent", "accept_drift", "keep_fields")
_HOLD = text(f"SELECT {', '.join(_READING)} FROM hue_harvest_source WHERE id = :id FOR SHARE")  # noqa: S608
MAX_GRACE_DAYS = 3_650
MAX_EVERY_MINUTES = 366 * 24 * 60
MOST_BAD_ROW_PERCENT = 50
# What makes a dataset this source's own; nobody takes these over by hand.
OWNED = frozenset({"id", "type", "resources", "harvest_source", "harvest_id", "harvest_state"})


@dataclass(frozen=True, slots=True)
class HarvestSource:
    """One source. `name` never changes: the ids of its datasets are made from it.

    `number_format` is "vi" for 1.234,5, "en" for 1,234.5, or empty: what can be read either way stays text.
    `settings` are those of its kind. `owner_org` is the id of the agency that sees it, `email` who is told of
    failures. It is due `every_minutes` (None: only by hand). `grace_days` is how long what vanished from the
    source stays; up to `bad_row_percent` of a table's rows may be left out (None: the usual share);
    `accept_drift` takes tables whose columns vanish or change type; `keep_fields` are fields of datasets that
    people own; `vouched_by` pledged that no table holds personal data.
    """

    id: str
    name: str
    title: str
    kind: str
    url: str
    token: str = field(repr=False)
    allow_private_host: bool
    number_format: str
    settings: dict[str, Any]
    host: str
    owner_org: str | None
    email: str
    every_minutes: int | None
    next_run: datetime | None
    paused: bool
    grace_days: int
    bad_row_percent: Decimal | None
    accept_drift: bool
    keep_fields: list[str]
    vouched_by: str
    vouched_at: datetime

    def open(self) -> Source:
        """The reader of this source. Raises SettingsError."""
        return open_source(
            self.kind,
            self.url,
            token=self.token,
            allow_private_host=self.allow_private_host,
            settings=self.settings,
        )

    def dataset_id(self, remote_id: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.name}/{remote_id}"))

    def resource_id(self, remote_id: str, list_name: str) -> str:
        return str(uuid.uuid5(uuid.UUID(self.dataset_id(remote_id)), list_name))


def is_made_from_a_name(an_id: str) -> bool:
    """Whether this is an id as harvests make them (UUIDv5); what people add gets a random one from CKAN."""
    try:
        return uuid.UUID(an_id).version == MADE_ID_VERSION
    except ValueError:
        return False


def add(name: str, *, url: str, kind: str = "", update: bool = False, **given: Any) -> HarvestSource:
    """Add a source; with `update`, give an existing one of this name these settings.

    `given` are further fields of HarvestSource; those left out get their defaults, or keep what an existing
    source has. Raises BadSourceName, BadSourceSetting, SettingsError, SourceExists (without `update`).
    """
    if not _NAME.fullmatch(name):
        raise BadSourceName(name)
    before = _found("name", name)
    if before and not update:
        raise SourceExists(name)
    kind = kind or (before.kind if before else "platform")
    values = _checked({"kind": kind, "url": url, **given}, before)
    if not values.get("title"):
        values["title"] = before.title if before else name
    columns = list(values)
    written = rows(
        f"INSERT INTO hue_harvest_source (name, {', '.join(columns)})"  # noqa: S608 (names of our own)
        f" VALUES (:name, {', '.join(map(_parameter, columns))})"
        f" ON CONFLICT (name) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"
        " WHERE :update RETURNING id",
        name=name,
        update=update,
        **values,
    )
    if not written:
        raise SourceExists(name)
    if "every_minutes" in given:
        _reschedule(name)
    if given.get("vouched_by"):
        rows("UPDATE hue_harvest_source SET vouched_at = now() WHERE name = :name", name=name)
    if before and _reads_otherwise(before, values):
        _forget(before.id)
    return get(name)


def _checked(given: dict[str, Any], before: HarvestSource | None) -> dict[str, Any]:
    if unknown := sorted(set(given) - set(_WRITTEN)):
        raise BadSourceSetting(unknown[0], "không có thiết lập này")
    values = dict(given)
    for name, most in (("every_minutes", MAX_EVERY_MINUTES), ("grace_days", MAX_GRACE_DAYS)):
        least = 1 if name == "every_minutes" else 0
        number = values.get(name)
        if number is not None and not least <= number <= most:
            raise BadSourceSetting(name, f"phải là số nguyên từ {least} đến {most}")
    percent = values.get("bad_row_percent")
    if percent is not None and not 0 <= percent <= MOST_BAD_ROW_PERCENT:
        raise BadSourceSetting("bad_row_percent", f"phải từ 0 đến {MOST_BAD_ROW_PERCENT}")
    if owned := sorted(OWNED & set(values.get("keep_fields", ()))):
        raise BadSourceSetting("keep_fields", f"«{owned[0]}» luôn do nguồn quyết định")

    def current(name: str, otherwise: Any) -> Any:
        return values.get(name, getattr(before, name) if before else otherwise)

    open_source(
        values["kind"],
        values["url"],
        token=current("token", ""),
        allow_private_host=current("allow_private_host", False),
        settings=current("settings", {}),
    )
    if "settings" in values:
        values["settings"] = json.dumps(values["settings"], ensure_ascii=False)
    return values


def _parameter(column: str) -> str:
    return f"CAST(:{column} AS jsonb)" if column == "settings" else f":{column}"


def _reads_otherwise(before: HarvestSource, values: dict[str, Any]) -> bool:
    """Whether tables that did not change at the source may come out otherwise now."""
    given = {**values, **({"settings": json.loads(values["settings"])} if "settings" in values else {})}
    return any(name in given and given[name] != getattr(before, name) for name in _READING)


def reads_still(session: Session | scoped_session[Session] | Connection, source: HarvestSource) -> bool:
    """Whether tables come out as by the source read earlier; so it stays until the session commits."""
    row = session.execute(_HOLD, {"id": source.id}).first()
    return row is not None and all(getattr(row, name) == getattr(source, name) for name in _READING)


def _forget(source_id: str) -> None:
    """Have every table read again by the next harvest; what comes out as before is not written."""
    rows(
        "WITH held AS (UPDATE hue_harvest_hold SET fingerprint = '', mark = '' WHERE source_id = :source)"
        " UPDATE hue_harvest_table SET fingerprint = '', mark = '' WHERE source_id = :source",
        source=source_id,
    )


def _reschedule(name: str) -> None:
    rows(
        "UPDATE hue_harvest_source SET next_run = now() + every_minutes * interval '1 minute'"
        " WHERE name = :name",
        name=name,
    )


def pause(name: str, *, paused: bool) -> HarvestSource:
    """Stop or go on: a paused source is not due, and no further batch of a running job begins.

    Raises UnknownSource.
    """
    if not rows(
        "UPDATE hue_harvest_source SET paused = :paused WHERE name = :name RETURNING id",
        name=name,
        paused=paused,
    ):
        raise UnknownSource(name)
    return get(name)


def get(name: str) -> HarvestSource:
    """The source of this name. Raises UnknownSource."""
    found = _found("name", name)
    if not found:
        raise UnknownSource(name)
    return found


def get_by_id(source_id: str) -> HarvestSource:
    """The source of this id. Raises UnknownSource."""
    found = _found("id::text", source_id)
    if not found:
        raise UnknownSource(source_id)
    return found


def _found(column: str, value: str) -> HarvestSource | None:
    found = rows(f"SELECT {_COLUMNS} FROM hue_harvest_source WHERE {column} = :value", value=value)  # noqa: S608
    return _source(found[0]) if found else None


def all_sources() -> list[HarvestSource]:
    """Every source, by name."""
    return [_source(row) for row in rows(f"SELECT {_COLUMNS} FROM hue_harvest_source ORDER BY name")]  # noqa: S608


def remove(name: str) -> None:
    """Forget a source with its jobs. Its datasets stay published. Raises UnknownSource."""
    if not rows("DELETE FROM hue_harvest_source WHERE name = :name RETURNING id", name=name):
        raise UnknownSource(name)


def _source(row: Row[Any]) -> HarvestSource:
    return HarvestSource(**row._mapping)
