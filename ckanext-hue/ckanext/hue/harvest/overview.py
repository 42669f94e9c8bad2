"""The sources at a glance: how each stands, how many tables it publishes, whose it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from . import reports, sources
from .database import rows
from .reports import Status
from .sources import HarvestSource


@dataclass(frozen=True, slots=True)
class Agency:
    """The organization whose administrators see a source."""

    id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A source with its newest job (None: never harvested) and its tables, counted by state."""

    source: HarvestSource
    latest: Status | None
    tables: dict[str, int]
    agency: Agency | None

    @property
    def published(self) -> int:
        return self.tables.get("active", 0) + self.tables.get("withdrawn", 0)


def overviews(owners: Collection[str] | None = None) -> list[Overview]:
    """All sources by title, or those of these organizations (ids)."""
    found = [each for each in sources.all_sources() if owners is None or each.owner_org in owners]
    latest = {status.source_name: status for status in reports.latest()}
    tables = _tables(each.id for each in found)
    agencies = agencies_by_id(each.owner_org for each in found)
    return [
        Overview(each, latest.get(each.name), tables.get(each.id, {}), agencies.get(each.owner_org or ""))
        for each in sorted(found, key=lambda each: (each.title, each.name))
    ]


def overview(source: HarvestSource) -> Overview:
    """One source at a glance."""
    latest = reports.latest(source.name)
    return Overview(
        source,
        latest[0] if latest else None,
        _tables([source.id]).get(source.id, {}),
        agencies_by_id([source.owner_org]).get(source.owner_org or ""),
    )


def agencies_by_id(ids: Iterable[str | None]) -> dict[str, Agency]:
    """The organizations with these ids."""
    found = rows(
        "SELECT id, name, coalesce(nullif(title, ''), name) AS title FROM \"group\" WHERE id = ANY(:ids)",
        ids=[each for each in ids if each],
    )
    return {row.id: Agency(row.id, row.name, row.title) for row in found}


def _tables(source_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for row in rows(
        "SELECT source_id::text, state, count(*) AS tables FROM hue_harvest_table"
        " WHERE source_id = ANY(CAST(:ids AS uuid[])) GROUP BY source_id, state",
        ids=list(source_ids),
    ):
        counted.setdefault(row.source_id, {})[row.state] = row.tables
    return counted
