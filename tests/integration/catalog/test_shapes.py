"""SEMIC's shapes of DCAT-AP 3 find nothing wrong with the catalogue, and would find what was wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

from ckanext.hue.catalog.fragments import keeping

Find = Callable[[Graph, str], set[Any]]
DOCS = Path(__file__).parents[3] / "docs" / "dcat.md"
SHARED = Path(__file__).parents[4] / "shared"
DEMONSTRATION_TABLES = 43
INCOMPLETE = 1  # of the real exports, which is never published
SPDX_ALGORITHM = "http://spdx.org/rdf/terms#algorithm"


def is_the_known_fault_of_the_shapes(finding: Any) -> bool:
    """SEMIC's shape wants algorithms at https://spdx.org, where SPDX itself has them at http://spdx.org."""
    return finding.property == SPDX_ALGORITHM and finding.about.startswith("http://spdx.org/rdf/terms#")


def violations(found: set[Any]) -> set[Any]:
    return {one for one in found if one.severity == "Violation" and not is_the_known_fault_of_the_shapes(one)}


def listed_findings() -> set[str]:
    """The properties in the table of docs/dcat.md, by their prefixed names."""
    text = DOCS.read_text(encoding="utf-8").partition("## Findings that stay")[2]
    return set(re.findall(r"^\| `([a-z]+:[A-Za-z]+)`", text, re.M))


@pytest.fixture(scope="session")
def findings(pages: list[Graph], find: Find) -> set[Any]:
    """What all shapes find on all pages."""
    return {one for page in pages for kind in ("obligations", "recommendations") for one in find(page, kind)}


def test_the_catalogue_is_of_all_tables(
    pages: list[Graph], harvested: list[Any], described: list[Any]
) -> None:
    subjects = {subject for page in pages for subject in page.subjects(RDF.type, DCAT.Dataset)}
    assert len(subjects) == len(harvested) + len(described)
    real = len(list((SHARED / "real-tables").glob("*.json")))
    assert len(harvested) == DEMONSTRATION_TABLES + real - INCOMPLETE * bool(real)


def test_no_page_violates_a_shape(findings: set[Any]) -> None:
    assert violations(findings) == set()


def test_what_is_recommended_and_lacks_is_listed_with_its_reason(
    findings: set[Any], pages: list[Graph]
) -> None:
    manager = pages[0].namespace_manager
    left = {manager.normalizeUri(one.property).strip("<>") for one in findings - violations(findings)}
    assert left == listed_findings()


def test_the_page_that_a_harvester_gets_violates_no_shape(
    client: Any, find: Find, agency: dict[str, Any], described: list[dict[str, Any]]
) -> None:
    keeping.keep_up()
    answer = client.get("/catalog.ttl", query_string={"fq": f"organization:{agency['name']}"})
    page = Graph().parse(data=answer.get_data(), format="turtle")
    assert len(set(page.subjects(RDF.type, DCAT.Dataset))) == len(described)
    assert violations(find(page, "obligations")) == set()


@pytest.fixture
def whole(described: list[dict[str, Any]], pages: list[Graph]) -> Graph:
    """The page of a catalogue that has only the dataset with every field."""
    from ckanext.hue.catalog import addresses, graphs

    graph = graphs.of_catalog() + graphs.of_dataset(described[0])
    subject = URIRef(addresses.dataset(described[0]["id"]))
    graph.add((URIRef(addresses.catalog()), DCAT.dataset, subject))
    return graph


DATASET, DISTRIBUTION, AGENT = DCAT.Dataset, DCAT.Distribution, FOAF.Agent
SPOILED: list[tuple[URIRef, URIRef, list[Any]]] = [
    (DATASET, DCTERMS.title, []),
    (DATASET, DCTERMS.description, []),
    (DATASET, DCTERMS.identifier, [URIRef("https://example.vn/1")]),
    (DISTRIBUTION, DCTERMS.modified, [Literal("hôm qua")]),
    (DATASET, DCTERMS.issued, [Literal("2024", datatype=XSD.gYear), Literal("2025", datatype=XSD.gYear)]),
    (DATASET, DCAT.theme, [Literal("y tế")]),
    (DATASET, DCTERMS.language, [URIRef("http://publications.europa.eu/resource/authority/language/XYZ")]),
    (DATASET, DCTERMS.accrualPeriodicity, [Literal("hằng quý")]),
    (DATASET, DCTERMS.spatial, [URIRef("https://example.vn/khong-phai-noi-chon")]),
    (DATASET, DCTERMS.source, [URIRef("https://example.vn/he-thong")]),
    (DATASET, DCAT.contactPoint, [BNode()]),
    (DISTRIBUTION, DCAT.accessURL, []),
    (DISTRIBUTION, DCAT.byteSize, [Literal("1.5", datatype=XSD.decimal)]),
    (DISTRIBUTION, DCTERMS["format"], [URIRef("https://example.vn/csv")]),
    (DISTRIBUTION, DCAT.mediaType, [Literal("text/csv")]),
    (DISTRIBUTION, DCTERMS.license, [Literal("CC BY")]),
    (
        DISTRIBUTION,
        URIRef("http://www.w3.org/ns/adms#status"),
        [URIRef("http://purl.org/adms/status/Completed")],
    ),
    (DISTRIBUTION, URIRef("http://data.europa.eu/r5r/availability"), [Literal("luôn có")]),
    (AGENT, FOAF.name, []),
    (AGENT, DCTERMS.type, [Literal("sở")]),
    (DCAT.Catalog, DCTERMS.publisher, []),
    (DCAT.DataService, DCAT.endpointURL, []),
    (SKOS.Concept, SKOS.prefLabel, []),
]


@pytest.mark.parametrize(("kind", "predicate", "values"), SPOILED)
def test_the_shapes_find_what_is_spoiled(
    whole: Graph, find: Find, kind: URIRef, predicate: URIRef, values: list[Any]
) -> None:
    for subject in list(whole.subjects(RDF.type, kind)):
        whole.remove((subject, predicate, None))
        for value in values:
            whole.add((subject, predicate, value))
    assert str(predicate) in {one.property for one in violations(find(whole, "obligations"))}
