"""What is said in words where DCAT-AP asks for a node: rights, provenance, standards, legislation."""

from __future__ import annotations

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS

from .terms import DCATAP, ELI, add_texts, iri, own_node, part_of


def add(graph: Graph, subject: URIRef, predicate: URIRef, kind: URIRef, text: str) -> None:
    """Say a text by a node of this class."""
    statement = own_node(subject, predicate)
    graph.add((subject, predicate, statement))
    graph.add((statement, RDF.type, kind))
    add_texts(graph, statement, RDFS.label, text)


def add_standards(graph: Graph, subject: URIRef, items: list[str]) -> None:
    """Standards by their address, or by their number or name."""
    _add_items(graph, subject, DCTERMS.conformsTo, DCTERMS.Standard, "standard", items)


def add_legislation(graph: Graph, subject: URIRef, items: list[str]) -> None:
    """Legal documents by their address, or by their number. DCAT-AP wants an address for each."""
    _add_items(graph, subject, DCATAP.applicableLegislation, ELI.LegalResource, "legislation", items)


def _add_items(
    graph: Graph, subject: URIRef, predicate: URIRef, kind: URIRef, part: str, items: list[str]
) -> None:
    for number, item in enumerate(items, 1):
        given = iri(item) if item.startswith(("http://", "https://")) else None
        node = given or part_of(subject, f"{part}-{number}")
        graph.add((subject, predicate, node))
        graph.add((node, RDF.type, kind))
        if given is None:
            add_texts(graph, node, DCTERMS.title, item)
            add_texts(graph, node, RDFS.label, item)
