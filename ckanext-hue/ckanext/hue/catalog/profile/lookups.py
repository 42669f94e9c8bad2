"""What graphs say beyond a dataset's own fields, read for any number of datasets in a few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue.harvest.database import rows
from ckanext.hue.quality import measuring
from ckanext.hue.quality.measuring import Measured
from ckanext.hue.tables.files import records
from ckanext.hue.tables.files.records import StoredFile

from .terms import in_utc


@dataclass(frozen=True, slots=True)
class Body:
    """An agency (organization) or a field (group). `values` are its schema's other fields.

    `parent` is the id of the agency above it, if any.
    """

    id: str
    name: str
    title: str
    description: str
    parent: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Series:
    """A dataset that stands for a series."""

    id: str
    title: str
    title_en: str
    notes: str


@dataclass(frozen=True, slots=True)
class Lookups:
    """For some datasets: agencies and fields by id, stored files by resource and format, series by id.

    `members` are the public datasets in each series, by the series' id; `measured` is their quality, by id.
    """

    bodies: Mapping[str, Body] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, StoredFile]] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)
    measured: Mapping[str, Measured] = field(default_factory=dict)


_BODIES = """
    SELECT g.id, g.name, g.title, g.description, g.extras, p.id AS parent
    FROM "group" g LEFT JOIN "group" p ON p.is_organization AND p.state = 'active'
        AND g.extras ->> 'parent' IN (p.id, p.name)
    WHERE g.id = ANY(:ids) AND g.state = 'active'
"""
_FIELDS = """
    SELECT id, name, title, description, extras, NULL AS parent FROM "group"
    WHERE NOT is_organization AND type = 'group' AND state = 'active' ORDER BY name
"""
_SERIES = """
    SELECT id, title, notes, extras ->> 'title_en' AS title_en FROM package
    WHERE id = ANY(:ids) AND state = 'active' AND NOT private
"""
_MEMBERS = """
    SELECT id, extras ->> 'in_series' AS in_series FROM package
    WHERE extras ? 'in_series' AND state = 'active' AND NOT private
        AND extras ->> 'in_series' LIKE ANY(:patterns)
    ORDER BY id
"""
_DATES = """
    SELECT min(metadata_created) AS first, max(metadata_modified) AS last FROM package
    WHERE state = 'active' AND NOT private AND type = 'dataset'
"""


def of(datasets: Sequence[dict[str, Any]]) -> Lookups:
    """What the graphs of these datasets (as `package_show` gives them) need: five statements at most."""
    tables = [
        resource["id"]
        for dataset in datasets
        for resource in dataset.get("resources", [])
        if tk.asbool(resource.get("datastore_active") or False)
    ]
    return Lookups(
        bodies=bodies(
            body_id
            for dataset in datasets
            for body_id in (dataset.get("owner_org"), *(group["id"] for group in dataset.get("groups", [])))
            if body_id
        ),
        files=records.of_tables(tables) if tables else {},
        series=_series({name for dataset in datasets for name in dataset.get("in_series") or []}),
        members=_members([dataset["id"] for dataset in datasets]),
        measured=measuring.of_datasets(dataset["id"] for dataset in datasets),
    )


def bodies(ids: Iterable[str]) -> dict[str, Body]:
    """Active agencies and fields, by id."""
    if not (wanted := sorted(set(ids))):
        return {}
    return {row.id: _body(row) for row in rows(_BODIES, ids=wanted)}


def fields() -> list[Body]:
    """All active fields, by name."""
    return [_body(row) for row in rows(_FIELDS)]


def catalog_dates() -> tuple[str, str]:
    """When the first public dataset came, and when the last change was made; empty without datasets."""
    [row] = rows(_DATES)
    return in_utc(row.first), in_utc(row.last)


def _body(row: Any) -> Body:
    return Body(
        row.id, row.name, row.title or row.name, row.description or "", row.parent or "", row.extras or {}
    )


def _series(ids: set[str]) -> dict[str, Series]:
    found = rows(_SERIES, ids=sorted(ids)) if ids else []
    return {row.id: Series(row.id, row.title or row.id, row.title_en or "", row.notes or "") for row in found}


def _members(ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    wanted = set(ids)
    # Patterns only narrow the choice; the ids decide.
    for row in rows(_MEMBERS, patterns=[f'%"{dataset_id}"%' for dataset_id in ids]):
        for series_id in wanted.intersection(json.loads(row.in_series)):
            found.setdefault(series_id, []).append(row.id)
    return found
