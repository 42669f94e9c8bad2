"""Series: datasets that stand for several others (`in_series`)."""

from __future__ import annotations

from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, RDF

from ckanext.hue.catalog import addresses

from .lookups import Lookups
from .terms import DCAT3, add_texts


def add(graph: Graph, dataset: URIRef, values: dict[str, Any], known: Lookups) -> None:
    """Say which series a dataset belongs to, and of a series which datasets belong to it."""
    for series_id in values.get("in_series") or []:
        if found := known.series.get(series_id):
            series = URIRef(addresses.dataset(found.id))
            graph.add((dataset, DCAT3.inSeries, series))
            # The least that DCAT-AP wants to be said of a series, as its own graph says it.
            graph.add((series, RDF.type, DCAT3.DatasetSeries))
            add_texts(graph, series, DCTERMS.title, found.title, found.title_en)
            add_texts(graph, series, DCTERMS.description, found.notes or found.title)
    if members := known.members.get(values["id"]):
        graph.add((dataset, RDF.type, DCAT3.DatasetSeries))
        for member in members:
            graph.add((dataset, DCAT3.seriesMember, URIRef(addresses.dataset(member))))
