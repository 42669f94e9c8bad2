"""What pages and actions say of quality: of the portal, of agencies, of datasets. Public datasets only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.engine import Row

from ckanext.hue.harvest.database import rows
from ckanext.hue.harvest.mapping import VIETNAM
from ckanext.hue.schemas import Concept

from . import scoring, timeliness
from .records import PUBLIC

_FROM = (
    "FROM hue_quality_score s JOIN package p ON p.id = s.dataset_id"
    f' LEFT JOIN "group" g ON g.id = p.owner_org WHERE {PUBLIC} AND s.score IS NOT NULL'
)
_DATASET = (
    "p.id, p.name, p.title, g.name AS agency_name, g.title AS agency_title, s.score, s.points, s.broken,"
    " s.update_due, s.links, s.computed"
)
_SUMS = """
    count(*) AS datasets, percentile_disc(0.5) WITHIN GROUP (ORDER BY s.score) AS median,
    count(*) FILTER (WHERE s.update_due < :today) AS late,
    count(*) FILTER (WHERE s.update_due >= :today) AS on_time
"""
ORDERS = {
    "worst": "s.score, p.title, p.id",
    "best": "s.score DESC, p.title, p.id",
    "late": "s.update_due NULLS LAST, s.score, p.title, p.id",
}
Order = Literal["worst", "best", "late"]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a dataset's metadata are. `links` are the keys of its addresses outside the portal."""

    id: str
    name: str
    title: str
    agency_name: str | None
    agency_title: str | None
    score: int
    points: dict[str, int]
    broken: list[str]
    update_due: date | None
    links: list[str]
    computed: datetime

    @property
    def rating(self) -> Concept:
        return scoring.rating(self.score)

    @property
    def dimensions(self) -> dict[str, int]:
        return scoring.of_dimensions(self.points)

    @property
    def missing(self) -> list[Concept]:
        """The metrics with points to gain, most points first."""
        return scoring.missing(self.points)

    @property
    def timeliness(self) -> timeliness.Timeliness:
        return timeliness.at(self.update_due, today())


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some datasets: how many, their median score, how many are late, and how many in time."""

    datasets: int
    median: int | None
    late: int
    on_time: int

    @property
    def rating(self) -> Concept | None:
        return scoring.rating(self.median) if self.median is not None else None


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and the sums of its datasets."""

    name: str
    title: str
    sums: Sums


def today() -> date:
    return datetime.now(VIETNAM).date()


def of_dataset(dataset_id: str) -> Quality | None:
    """The quality of a public dataset by id; None while it was not counted."""
    found = rows(f"SELECT {_DATASET} {_FROM} AND p.id = :id", id=dataset_id)
    return _quality(found[0]) if found else None


def datasets(
    *, agency: str | None = None, order: Order = "worst", late: bool = False, limit: int, offset: int = 0
) -> list[Quality]:
    """Datasets in an order; of one agency (by id), or only those whose update is late."""
    found = rows(
        f"SELECT {_DATASET} {_FROM}"
        " AND (CAST(:agency AS text) IS NULL OR p.owner_org = :agency)"
        " AND (NOT :late OR s.update_due < :today)"
        f" ORDER BY {ORDERS[order]} LIMIT :limit OFFSET :offset",
        agency=agency,
        late=late,
        today=today(),
        limit=limit,
        offset=offset,
    )
    return [_quality(row) for row in found]


def sums(agency: str | None = None) -> Sums:
    """Of the whole portal, or of one agency (by id)."""
    [row] = rows(
        f"SELECT {_SUMS} {_FROM} AND (CAST(:agency AS text) IS NULL OR p.owner_org = :agency)",
        today=today(),
        agency=agency,
    )
    return Sums(*row)


def agencies() -> list[Agency]:
    """Agencies that have datasets, by title."""
    found = rows(
        f"SELECT g.name, g.title, {_SUMS} {_FROM} AND g.id IS NOT NULL GROUP BY g.id"
        " ORDER BY g.title, g.name",
        today=today(),
    )
    return [Agency(row.name, row.title or row.name, Sums(*row[2:])) for row in found]


def by_rating(agency: str | None = None) -> list[tuple[Concept, int]]:
    """How many datasets have each rating, the best first."""
    found = rows(
        f"SELECT s.score, count(*) AS datasets {_FROM}"
        " AND (CAST(:agency AS text) IS NULL OR p.owner_org = :agency) GROUP BY s.score",
        agency=agency,
    )
    counts: dict[str, int] = {}
    for row in found:
        code = scoring.rating(row.score).code
        counts[code] = counts.get(code, 0) + row.datasets
    return [(each, counts.get(each.code, 0)) for each in scoring.ratings()]


def dead_links(keys: list[str]) -> list[Row[Any]]:
    """Of these links, those that did not answer the last time: `address`, `status`, `reason`, `checked`."""
    return rows(
        "SELECT address, status, reason, checked FROM hue_quality_link"
        " WHERE key = ANY(:keys) AND failures > 0 ORDER BY address",
        keys=keys,
    )


def _quality(row: Row[Any]) -> Quality:
    return Quality(**row._mapping)
