"""All that a dataset's page tells of its tables, in a number of statements that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue.discovery import tables as discovered
from ckanext.hue.tables.files import listing
from ckanext.hue.tables.files.formats import FORMATS
from ckanext.hue.tables.files.listing import Download

from . import paging, samples
from .columns import Column, described
from .values import Cell

PER_PAGE = 20  # resources
PARAMETER = "tables"  # of the address: which page of them
MAX_DICTIONARY = 40  # columns of one table; its own page has them all
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table on its dataset's page. `rows` is None where they could not be counted, `first` are its first
    rows: of the columns `sampled`."""

    columns: Sequence[Column]
    rows: int | None
    downloads: Sequence[Download]
    first: Sequence[Sequence[Cell]]

    @property
    def sampled(self) -> Sequence[Column]:
        return self.columns[: samples.MAX_COLUMNS]

    @property
    def dictionary(self) -> Sequence[Column]:
        return self.columns[:MAX_DICTIONARY]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a dataset holds. `shown` are the resources of the page that is asked for, `tables` by resource id
    what is known of their tables; `described` is every table of the dataset, for machines."""

    shown: Sequence[Resource]
    tables: Mapping[str, Table]
    described: discovered.Tables
    table_ids: Sequence[str]
    resources: int
    rows: int
    page: int
    pages: int

    @property
    def files(self) -> int:
        """How many resources are no tables."""
        return self.resources - len(self.table_ids)

    @property
    def main(self) -> Resource | None:
        """The resource that the page leads to first: the first table, else the first file."""
        if not self.shown:
            return None
        return next((each for each in self.shown if each["id"] in self.tables), self.shown[0])


def holdings(dataset: Mapping[str, Any]) -> Holdings:
    """Read what the dataset holds: three statements, or none where it has no table."""
    resources = _tables_first(dataset.get("resources") or ())
    found = discovered.of_resources(resources)
    counted = samples.row_counts(list(found))
    pages = paging.page_count(len(resources), PER_PAGE)
    page = min(paging.asked_page(PARAMETER), pages)
    shown = resources[(page - 1) * PER_PAGE : page * PER_PAGE]
    columns = {
        each["id"]: described([dict(column) for column in found[each["id"]].columns])
        for each in shown
        if each["id"] in found
    }
    first = samples.first_rows(columns)
    return Holdings(
        shown=shown,
        tables={
            resource_id: Table(
                columns=own,
                rows=counted.get(resource_id),
                downloads=_downloads(resource_id, found[resource_id]),
                first=first.get(resource_id, ()),
            )
            for resource_id, own in columns.items()
        },
        described=found,
        table_ids=list(found),
        resources=len(resources),
        rows=sum(counted.values()),
        page=page,
        pages=pages,
    )


def other_resources(dataset: Mapping[str, Any], resource_id: str, most: int = PER_PAGE) -> Sequence[Resource]:
    """The first other resources of a dataset, tables before files."""
    return [each for each in _tables_first(dataset.get("resources") or ()) if each["id"] != resource_id][
        :most
    ]


def _tables_first(resources: Sequence[Resource]) -> list[Resource]:
    """Tables, then files, each in the agency's order."""
    return sorted(resources, key=lambda each: not tk.asbool(each.get("datastore_active") or False))


def _downloads(resource_id: str, table: discovered.Table) -> list[Download]:
    """The stored files; while none are written, what can be made when it is asked for."""
    if table.files:
        return listing.of_stored(resource_id, table.files)
    return [
        listing.live(resource_id, each) for each in FORMATS.values() if each.fits(list(table.columns), None)
    ]
