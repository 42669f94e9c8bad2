"""A dataset's score as RDF: `dqv:QualityMeasurement` (https://www.w3.org/TR/vocab-dqv/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, XSD

from ckanext.hue.catalog import addresses
from ckanext.hue.harvest.database import rows

from . import scoring
from .records import PUBLIC

DQV = Namespace("http://www.w3.org/ns/dqv#")
SCHEME = "quality_scores"  # the vocabulary whose concepts are measured


@dataclass(frozen=True, slots=True)
class Measured:
    """Points by score (code of the vocabulary `quality_scores`: the total, and each dimension)."""

    points: Mapping[str, int]


def of_datasets(dataset_ids: Iterable[str]) -> dict[str, Measured]:
    """The measurements of these datasets, by id, in one statement; without those that were not scored."""
    found = rows(
        "SELECT s.dataset_id, s.score, s.points FROM hue_quality_score s"  # noqa: S608
        f" JOIN package p ON p.id = s.dataset_id"
        f" WHERE s.dataset_id = ANY(:ids) AND s.score IS NOT NULL AND {PUBLIC}",
        ids=list(dataset_ids),
    )
    return {
        row.dataset_id: Measured({"total": row.score, **scoring.of_dimensions(row.points)}) for row in found
    }


def describe(graph: Graph, dataset: URIRef, measured: Measured | None) -> None:
    """Add what was measured of a dataset to its graph. Costs no SQL."""
    if measured is None:
        return
    graph.bind("dqv", DQV)
    for score, points in measured.points.items():
        measurement = URIRef(f"{dataset}#quality-{score}")
        graph.add((dataset, DQV.hasQualityMeasurement, measurement))
        graph.add((measurement, RDF.type, DQV.QualityMeasurement))
        graph.add((measurement, DQV.isMeasurementOf, URIRef(addresses.concept(SCHEME, score))))
        graph.add((measurement, DQV.computedOn, dataset))
        graph.add((measurement, DQV.value, Literal(points, datatype=XSD.integer)))
