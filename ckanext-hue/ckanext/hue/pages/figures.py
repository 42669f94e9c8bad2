"""The portal in figures, and what the home page lists."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy import text

from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.hue.tables.files import counting

NEWEST = 6
POPULAR = 6
RANKED = 50  # datasets among which those are that everyone may see
RANKING_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class Share:
    """A field or an agency and how many public datasets it has."""

    name: str
    title: str
    datasets: int


@dataclass(frozen=True, slots=True)
class Portal:
    """What the home page shows: counts, datasets, fields and agencies with datasets.

    newest: the datasets changed last; popular: those downloaded most lately, with how often.
    """

    datasets: int
    tables: int
    rows: int
    newest: list[dict[str, Any]]
    popular: list[tuple[dict[str, Any], int]]
    fields: list[Share]
    agencies: list[Share]


def portal() -> Portal:
    """Read the figures of what everyone may see: two searches, and two counts when datasets changed."""
    found = _search(
        rows=NEWEST,
        sort="metadata_modified desc",
        **{"facet.field": ["groups", "organization"], "facet.limit": -1},
    )
    newest = found["results"]
    tables, rows = _tables(found["count"], newest[0]["metadata_modified"] if newest else "")
    return Portal(
        datasets=found["count"],
        tables=tables,
        rows=rows,
        newest=newest,
        popular=_popular(),
        fields=_shares(found, "groups"),
        agencies=_shares(found, "organization"),
    )


def fields() -> list[Share]:
    """Read the fields that have public datasets, those with most first."""
    return _shares(_search(rows=0, **{"facet.field": ["groups"], "facet.limit": -1}), "groups")


def rows_of(resource_ids: Sequence[str]) -> Mapping[str, int]:
    """How many rows each of these tables has, in one statement; none for one that nobody counted."""
    if not resource_ids:
        return {}
    statement = text(
        "SELECT resource_id AS id, (stats ->> 'rows')::bigint AS rows FROM _table_stats"
        " WHERE resource_id = ANY(CAST(:ids AS name[]))"
    )
    with get_write_engine().connect() as connection:
        found = connection.execute(statement, {"ids": list(resource_ids)})
        return {table.id: table.rows for table in found if table.rows is not None}


def _search(**asked: Any) -> dict[str, Any]:
    return tk.get_action("package_search")({"ignore_auth": False, "user": ""}, asked)


def _popular() -> list[tuple[dict[str, Any], int]]:
    """The datasets downloaded most: as ranked some minutes ago, those that everyone may see now."""
    ranking = _ranking(int(time.monotonic() // RANKING_SECONDS))
    if not ranking:
        return []
    wanted = " OR ".join(f'"{dataset}"' for dataset in ranking)
    found = _search(fq=f"id:({wanted})", rows=len(ranking))["results"]
    found.sort(key=lambda dataset: -ranking[dataset["id"]])
    return [(dataset, ranking[dataset["id"]]) for dataset in found[:POPULAR]]


@lru_cache(maxsize=1)
def _ranking(_period: int) -> dict[str, int]:
    return dict(counting.most_downloaded(RANKED))


def _shares(found: dict[str, Any], facet: str) -> list[Share]:
    items = found["search_facets"][facet]["items"]
    shares = [Share(item["name"], item["display_name"], item["count"]) for item in items]
    return sorted(shares, key=lambda share: (-share.datasets, share.title))


@lru_cache(maxsize=1)
def _tables(_datasets: int, _changed: str) -> tuple[int, int]:
    """Tables and rows that everyone may see; counted anew when the datasets or their last change differ."""
    ids = [
        found.id
        for found in model.Session.query(model.Resource.id)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .filter(model.Resource.state == "active", model.Package.state == "active")
        .filter(model.Package.private.is_(False))
    ]
    statement = text(
        "SELECT count(*), coalesce(sum((stats ->> 'rows')::bigint), 0) FROM _table_stats"
        " WHERE resource_id::text = ANY(:ids)"
    )
    # The writer's engine, as CKAN's own count uses: the reader may not see the table of statistics.
    with get_write_engine().connect() as connection:
        tables, rows = connection.execute(statement, {"ids": ids}).one()
    return tables, int(rows)
