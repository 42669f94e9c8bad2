"""The graphs that the portal publishes: of a dataset, of the catalogue itself, and of what both refer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from ckanext.hue.catalog.profile import HueDCATAPProfile, agents, concepts, coverage, lookups, services
from ckanext.hue.catalog.profile.lookups import Body, Lookups
from ckanext.hue.catalog.profile.terms import add_texts
from ckanext.hue.quality import measuring
from ckanext.hue.schemas import Concept, vocabulary

from . import addresses


def of_dataset(dataset: dict[str, Any], known: Lookups | None = None) -> Graph:
    """All that is said of one dataset, which is as `package_show` gives it.

    known: from `lookups.of`, for a batch that this dataset is part of; then no statement is made here.
    """
    graph = Graph()
    subject = URIRef(addresses.dataset(dataset["id"]))
    known = known or lookups.of([dataset])
    HueDCATAPProfile(graph, known=known).graph_from_dataset(dataset, subject)
    measuring.describe(graph, subject, known.measured.get(dataset["id"]))
    return graph


def of_catalog() -> Graph:
    """All that is said of the catalogue, without its datasets."""
    graph = Graph()
    HueDCATAPProfile(graph).graph_from_catalog(None, URIRef(addresses.catalog()))
    return graph


def of_agency(agency: Body) -> Graph:
    """All that is said of an agency."""
    graph = Graph()
    agents.add_whole_agency(graph, agency)
    return graph


def of_field(field: Body) -> Graph:
    """All that is said of a field (group)."""
    graph = Graph()
    add_texts(graph, concepts.add_field(graph, field), SKOS.definition, field.description)
    concepts.add_scheme(graph, concepts.FIELDS)
    return graph


def of_unit(code: str) -> Graph:
    """All that is said of an administrative unit."""
    graph = Graph()
    coverage.add_unit(graph, code)
    concepts.add_scheme(graph, concepts.UNITS)
    return graph


def of_concept(scheme: str, entry: Concept) -> Graph:
    """All that is said of a concept of one of the portal's vocabularies."""
    graph = Graph()
    concepts.add_own(graph, scheme, entry)
    concepts.add_scheme(graph, scheme)
    if scheme == "licenses" and not entry.uri:
        concepts.describe_licence(graph, entry)
    return graph


def of_scheme(scheme: str, fields: Sequence[Body] = ()) -> Graph:
    """All that is said of a vocabulary and its concepts; those of the fields are the groups `fields`.

    Administrative units are not listed: Vietnam has thousands.
    """
    graph = Graph()
    concepts.add_scheme(graph, scheme)
    for field in fields:
        concepts.add_field(graph, field)
    for entry in vocabulary(scheme) if scheme not in (concepts.FIELDS, concepts.UNITS) else ():
        concepts.add_own(graph, scheme, entry)
    return graph


def of_service() -> Graph:
    """All that is said of the API."""
    graph = Graph()
    services.add_whole(graph)
    return graph
