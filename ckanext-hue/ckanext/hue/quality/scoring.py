"""The score of a dataset's metadata: the MQA method of data.europa.eu, up to 405 points.

The method is described at https://data.europa.eu/mqa/methodology and in that portal's manual for providers
(https://dataeuropa.gitlab.io/data-provider-manual/metadata-quality-dashboard/). All distributions of a
dataset are taken for the same data: the one with the most points counts. What is asked of a dataset and what
of a distribution, and that dates may stand on either, is as in its implementation (piveau-metrics-score).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS

from ckanext.hue.schemas import Concept, concept, vocabulary

from . import compliance

METHOD = 1  # raised when the same graph may get another score: then all are counted anew
AUTHORITY = "http://publications.europa.eu/resource/authority/"
FILE_TYPE = f"{AUTHORITY}file-type/"
LICENCE = f"{AUTHORITY}licence/"
ACCESS_RIGHT = f"{AUTHORITY}access-right/"
MEDIA_TYPE = ("https://www.iana.org/assignments/media-types/", "http://www.iana.org/assignments/media-types/")
# Of the EU's file types, after that portal's lists of non-proprietary and of machine-readable formats.
NON_PROPRIETARY = frozenset(
    {
        *(
            "BMP",
            "CSV",
            "DBF",
            "GEOJSON",
            "GPKG",
            "GZIP",
            "HTML",
            "ICS",
            "JPEG2000",
            "JSON",
            "JSON_LD",
            "KML",
        ),
        *("KMZ", "NETCDF", "ODS", "PARQUET", "PNG", "RDF", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG"),
        *("RDF_TURTLE", "RDF_XML", "RSS", "RTF", "TAR", "TIFF", "TSV", "TXT", "WMS_SRVC", "XML", "ZIP"),
    }
)
MACHINE_READABLE = frozenset(
    {
        *("CSV", "DBF", "GEOJSON", "GML", "GPKG", "ICS", "JSON", "JSON_LD", "KML", "KMZ", "NETCDF", "ODS"),
        *("PARQUET", "RDF", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML", "RSS"),
        *("SHP", "TSV", "WFS_SRVC", "WMS_SRVC", "XLS", "XLSX", "XML"),
    }
)
SUCCESS = range(200, 400)

Statuses = Mapping[str, int | None]  # of addresses: the HTTP status, None where none came or nobody asked yet


@dataclass(frozen=True, slots=True)
class Score:
    """Points by metric (its code in the vocabulary `quality_metrics`); `broken` are properties that break
    a rule of DCAT-AP."""

    points: Mapping[str, int]
    broken: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.points.values())


def score(graph: Graph, dataset: URIRef, statuses: Statuses) -> Score:
    """Count the points of a dataset by its graph and the results of its link checks."""
    broken = compliance.broken(graph, dataset)
    gained = {name for name, holds in _DATASET.items() if holds(graph, dataset)}
    if not broken:
        gained.add("dcat-ap")
    gained |= max(
        (_of_distribution(graph, dataset, part, statuses) for part in _distributions(graph, dataset)),
        key=lambda names: sum(points_of(name) for name in names),
        default=_dates(graph, dataset),
    )
    return Score(
        {metric.code: metric["points"] if metric.code in gained else 0 for metric in metrics()},
        tuple(map(str, broken)),
    )


def addresses(graph: Graph, dataset: URIRef) -> list[str]:
    """The addresses that the dataset's distributions give, each once."""
    return list(
        dict.fromkeys(
            str(address)
            for part in _distributions(graph, dataset)
            for link in (DCAT.accessURL, DCAT.downloadURL)
            for address in graph.objects(part, link)
        )
    )


def metrics() -> tuple[Concept, ...]:
    """What is counted, in the order of the dimensions."""
    return vocabulary("quality_metrics")


def points_of(metric: str) -> int:
    """The most points of a metric."""
    return _points()[metric]


def of_dimensions(points: Mapping[str, int]) -> dict[str, int]:
    """The points of each dimension, in their order."""
    sums = {entry.code: 0 for entry in vocabulary("quality_scores")[1:]}
    for metric in metrics():
        sums[metric["dimension"]] += points.get(metric.code, 0)
    return sums


def ratings() -> tuple[Concept, ...]:
    """What scores amount to, the best first."""
    return vocabulary("quality_ratings")


def rating(total: float) -> Concept:
    """What so many points amount to."""
    return next(entry for entry in ratings() if total >= entry["least"])


def missing(points: Mapping[str, int]) -> list[Concept]:
    """The metrics whose points are not all gained, those with most points to gain first."""
    left = [metric for metric in metrics() if points.get(metric.code, 0) < metric["points"]]
    return sorted(left, key=lambda metric: points.get(metric.code, 0) - metric["points"])


@cache
def _points() -> Mapping[str, int]:
    return {metric.code: metric["points"] for metric in metrics()}


def _has(link: URIRef) -> Callable[[Graph, URIRef], bool]:
    return lambda graph, subject: (subject, link, None) in graph


def _known_access_rights(graph: Graph, dataset: URIRef) -> bool:
    return any(
        str(value).startswith(ACCESS_RIGHT) and concept("access_rights", str(value))
        for value in graph.objects(dataset, DCTERMS.accessRights)
    )


_DATASET: Mapping[str, Callable[[Graph, URIRef], bool]] = {
    "keyword": _has(DCAT.keyword),
    "category": _has(DCAT.theme),
    "spatial": _has(DCTERMS.spatial),
    "temporal": _has(DCTERMS.temporal),
    "access-rights": _has(DCTERMS.accessRights),
    "access-rights-vocabulary": _known_access_rights,
    "contact": _has(DCAT.contactPoint),
    "publisher": _has(DCTERMS.publisher),
}
_DISTRIBUTION: Mapping[str, URIRef] = {
    "download-url": DCAT.downloadURL,
    "format": DCTERMS.format,
    "media-type": DCAT.mediaType,
    "licence": DCTERMS.license,
    "rights": DCTERMS.rights,
    "byte-size": DCAT.byteSize,
}


def _distributions(graph: Graph, dataset: URIRef) -> list[URIRef]:
    return [part for part in graph.objects(dataset, DCAT.distribution) if isinstance(part, URIRef)]


def _of_distribution(graph: Graph, dataset: URIRef, part: URIRef, statuses: Statuses) -> set[str]:
    """The metrics that this distribution gains."""
    types = {
        str(value).removeprefix(FILE_TYPE)
        for value in graph.objects(part, DCTERMS.format)
        if str(value).startswith(FILE_TYPE)
    }
    media_types = [str(value) for value in graph.objects(part, DCAT.mediaType)]
    found = {name for name, link in _DISTRIBUTION.items() if (part, link, None) in graph}
    found |= _dates(graph, dataset, part)
    checks = {
        "access-url-status": _answers(graph, part, DCAT.accessURL, statuses),
        "download-url-status": _answers(graph, part, DCAT.downloadURL, statuses),
        "format-vocabulary": bool(types) and any(value.startswith(MEDIA_TYPE) for value in media_types),
        "non-proprietary": bool(types & NON_PROPRIETARY),
        "machine-readable": bool(types & MACHINE_READABLE),
        "licence-vocabulary": any(
            str(value).startswith(LICENCE) for value in graph.objects(part, DCTERMS.license)
        ),
    }
    return found | {name for name, holds in checks.items() if holds}


def _dates(graph: Graph, *subjects: URIRef) -> set[str]:
    """Dates stand on the dataset or on the distribution."""
    return {
        name
        for name, link in (("issued", DCTERMS.issued), ("modified", DCTERMS.modified))
        if any((subject, link, None) in graph for subject in subjects)
    }


def _answers(graph: Graph, part: URIRef, link: URIRef, statuses: Statuses) -> bool:
    return any(statuses.get(str(address)) in SUCCESS for address in graph.objects(part, link))
