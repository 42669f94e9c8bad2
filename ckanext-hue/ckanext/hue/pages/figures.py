"""The portal in figures, and what the home page lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy import text

from ckanext.datastore.backend.postgres import get_write_engine

NEWEST = 6


@dataclass(frozen=True, slots=True)
class Share:
    """A field or an agency and how many public datasets it has."""

    name: str
    title: str
    datasets: int


@dataclass(frozen=True, slots=True)
class Portal:
    """What the home page shows: counts, the datasets changed last, fields and agencies with datasets."""

    datasets: int
    tables: int
    rows: int
    newest: list[dict[str, Any]]
    fields: list[Share]
    agencies: list[Share]


def portal() -> Portal:
    """Read the figures of what everyone may see: one search, and two counts when datasets changed."""
    found = tk.get_action("package_search")(
        {"ignore_auth": False, "user": ""},
        {
            "rows": NEWEST,
            "sort": "metadata_modified desc",
            "facet.field": ["groups", "organization"],
            "facet.limit": -1,
        },
    )
    newest = found["results"]
    tables, rows = _tables(found["count"], newest[0]["metadata_modified"] if newest else "")
    return Portal(
        datasets=found["count"],
        tables=tables,
        rows=rows,
        newest=newest,
        fields=_shares(found, "groups"),
        agencies=_shares(found, "organization"),
    )


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
