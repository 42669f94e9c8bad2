"""Is a dataset updated as its update frequency says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal as OneOf

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS
from rdflib.term import Node

from ckanext.hue.schemas import concept

# Days within which the next update has to come. Other frequencies promise none.
DAYS = {
    "lien-tuc": 1,
    "hang-ngay": 1,
    "hang-tuan": 7,
    "nua-thang": 16,
    "hang-thang": 31,
    "hang-quy": 92,
    "nua-nam": 184,
    "hang-nam": 366,
    "hai-nam": 731,
    "nam-nam": 1_827,
}


@dataclass(frozen=True, slots=True)
class Timeliness:
    """`state` and by how many days a dataset is late."""

    state: OneOf["on-time", "late", "unknown"]
    days: int = 0


def due(graph: Graph, dataset: URIRef) -> date | None:
    """The last day on which the next update is in time; None where none is promised, or no day is known.

    A change at the end of all time is what systems write that know none.
    """
    days = next(filter(None, map(_days, graph.objects(dataset, DCTERMS.accrualPeriodicity))), None)
    changed = max(_changed(graph, dataset), default=None) or max(
        (day for part in graph.objects(dataset, DCAT.distribution) for day in _changed(graph, part)),
        default=None,
    )
    if not days or not changed or changed > date.max - timedelta(days=days):
        return None
    return changed + timedelta(days=days)


def at(day: date | None, today: date) -> Timeliness:
    """How a dataset that is due by `day` stands today."""
    if day is None:
        return Timeliness("unknown")
    late = (today - day).days
    return Timeliness("late", late) if late > 0 else Timeliness("on-time")


def _days(frequency: object) -> int | None:
    known = concept("frequencies", str(frequency))
    return DAYS.get(known.code) if known else None


def _changed(graph: Graph, subject: Node) -> Iterator[date]:
    for value in graph.objects(subject, DCTERMS.modified):
        moment = value.value if isinstance(value, Literal) else None
        if isinstance(moment, datetime):
            yield moment.date()
        elif isinstance(moment, date):
            yield moment
