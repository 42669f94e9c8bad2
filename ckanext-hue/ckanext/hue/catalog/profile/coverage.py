"""Which places and periods a dataset is about."""

from __future__ import annotations

import json
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, SKOS

from ckanext.hue import choices
from ckanext.hue.catalog import addresses

from .concepts import UNITS
from .terms import GEOSPARQL, add_date, add_texts, iri, own_node


def add_periods(graph: Graph, dataset: URIRef, periods: list[dict[str, Any]]) -> None:
    for number, period in enumerate(periods, 1):
        if not any(period.values()):
            continue
        subject = own_node(dataset, f"period-{number}")
        graph.add((dataset, DCTERMS.temporal, subject))
        graph.add((subject, RDF.type, DCTERMS.PeriodOfTime))
        for key, predicate in (("start", DCAT.startDate), ("end", DCAT.endDate)):
            if period.get(key):
                add_date(graph, subject, predicate, period[key])


def add_places(graph: Graph, dataset: URIRef, places: list[dict[str, Any]]) -> None:
    """Each place by its address (a unit's own, or the one that people gave), and its rectangle.

    The rectangle stands at a node of the dataset's: two datasets may draw different ones for one unit.
    """
    for number, place in enumerate(places, 1):
        code, label, given = place.get("code") or "", place.get("text") or "", iri(place.get("uri") or "")
        if given:
            _add_place(graph, given, label, code)
            graph.add((dataset, DCTERMS.spatial, given))
        elif code:
            graph.add((dataset, DCTERMS.spatial, add_unit(graph, code, label)))
        bounds = _bounds(place.get("bbox"))
        if bounds or (label and not given and not code):
            drawn = own_node(dataset, f"place-{number}")
            _add_place(graph, drawn, label or choices.hue_unit_name(code), "")
            graph.add((dataset, DCTERMS.spatial, drawn))
            if bounds:
                _add_geometry(graph, drawn, bounds)


def add_unit(graph: Graph, code: str, label: str = "") -> URIRef:
    """Describe an administrative unit; returns its address. label: for units that are no longer in force."""
    subject = URIRef(addresses.concept(UNITS, code))
    _add_place(graph, subject, choices.hue_unit_name(code) or label, code)
    graph.add((subject, SKOS.inScheme, URIRef(addresses.concept_scheme(UNITS))))
    return subject


def _add_place(graph: Graph, place: URIRef | BNode, label: str, code: str) -> None:
    graph.add((place, RDF.type, DCTERMS.Location))
    add_texts(graph, place, SKOS.prefLabel, label)
    if code:
        graph.add((place, DCTERMS.identifier, Literal(code)))


def _add_geometry(graph: Graph, place: BNode, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{x:.10g} {y:.10g}" for x, y in corners)
    center = f"{(west + east) / 2:.10g} {(south + north) / 2:.10g}"
    for predicate, text in ((DCAT.bbox, f"POLYGON (({ring}))"), (DCAT.centroid, f"POINT ({center})")):
        graph.add((place, predicate, Literal(text, datatype=GEOSPARQL.wktLiteral)))


def _bounds(bbox: str | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a rectangle, which is kept as a GeoJSON polygon."""
    if not bbox:
        return None
    [ring] = json.loads(bbox)["coordinates"]
    return min(x for x, _ in ring), min(y for _, y in ring), max(x for x, _ in ring), max(y for _, y in ring)
