"""Concepts of the portal's own vocabularies, and what datasets say by them: fields, types, licences."""

from __future__ import annotations

from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, SKOS

from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import Concept, concept

from .lookups import Body
from .terms import add_texts

LICENCE_TYPE = "http://purl.org/adms/licencetype/"
FIELDS = "fields"
UNITS = "units"
TITLES = {
    "access_rights": ("Mức độ mở", "Access rights"),
    "agency_kinds": ("Loại cơ quan", "Kinds of agency"),
    "agency_levels": ("Cấp của cơ quan", "Levels of agencies"),
    "dataset_types": ("Loại dữ liệu", "Kinds of dataset"),
    FIELDS: ("Lĩnh vực", "Fields"),
    "formats": ("Định dạng tệp", "File formats"),
    "frequencies": ("Tần suất cập nhật", "Update frequencies"),
    "languages": ("Ngôn ngữ", "Languages"),
    "licenses": ("Giấy phép", "Licences"),
    "quality_scores": ("Điểm chất lượng siêu dữ liệu", "Scores of metadata quality"),
    "source_systems": ("Hệ thống nguồn", "Source systems"),
    "statuses": ("Trạng thái", "Statuses"),
    UNITS: ("Đơn vị hành chính", "Administrative units"),
}


def add_own(graph: Graph, scheme: str, entry: Concept) -> URIRef:
    """Describe a concept under the portal's own address; returns it."""
    subject = URIRef(addresses.concept(scheme, entry.code))
    _add_concept(graph, subject, scheme, entry.name, entry.name_en)
    if entry.uri:
        graph.add((subject, SKOS.exactMatch, URIRef(entry.uri)))
    return subject


def add_scheme(graph: Graph, scheme: str) -> URIRef:
    """Describe a vocabulary, without its concepts; returns its address."""
    subject = URIRef(addresses.concept_scheme(scheme))
    graph.add((subject, RDF.type, SKOS.ConceptScheme))
    add_texts(graph, subject, DCTERMS.title, *TITLES[scheme])
    return subject


def add_field(graph: Graph, field: Body) -> URIRef:
    """Describe a field (group) as a concept; returns its address."""
    subject = URIRef(addresses.concept(FIELDS, field.name))
    listed = concept(FIELDS, field.name)
    english = field.values.get("title_en") or (listed.name_en if listed else "")
    _add_concept(graph, subject, FIELDS, field.title, english)
    if theme := eu_theme(field):
        graph.add((subject, SKOS.broadMatch, theme))
    return subject


def add_themes(graph: Graph, dataset: URIRef, fields: list[Body]) -> None:
    """Say what a dataset is about: the portal's fields, and the EU's data themes that they belong to."""
    for field in fields:
        graph.add((dataset, DCAT.theme, add_field(graph, field)))
        if theme := eu_theme(field):
            graph.add((dataset, DCAT.theme, theme))


def eu_theme(field: Body) -> URIRef | None:
    """The EU's data theme that a field is mapped to, by people or by the vocabulary."""
    listed = concept(FIELDS, field.name)
    theme = concept("eu_themes", field.values.get("eu_theme") or (listed["eu_theme"] if listed else ""))
    return URIRef(theme.uri) if theme else None


def add_type(graph: Graph, dataset: URIRef, code: str | None) -> None:
    """Say of which kind a dataset is: the EU's dataset type, our own where the EU has none."""
    if known := concept("dataset_types", code):
        own = URIRef(known.uri) if known.uri else add_own(graph, "dataset_types", known)
        graph.add((dataset, DCTERMS.type, own))


def add_source_system(graph: Graph, dataset: URIRef, code: str | None) -> None:
    """Say which system a dataset comes from. Not by dct:source, which names datasets only in DCAT-AP."""
    if known := concept("source_systems", code):
        system = add_own(graph, "source_systems", known)
        graph.add((system, RDF.type, PROV.Entity))
        graph.add((dataset, PROV.wasDerivedFrom, system))


def add_licence(graph: Graph, subject: URIRef, text: str | None) -> None:
    """Say under which licence something stands: the EU's concept, else a document of our own."""
    if known := concept("licenses", text):
        graph.add((subject, DCTERMS.license, describe_licence(graph, known)))


def describe_licence(graph: Graph, known: Concept) -> URIRef:
    """Describe a licence; returns its address."""
    document = URIRef(known.uri or addresses.concept("licenses", known.code))
    graph.add((document, RDF.type, DCTERMS.LicenseDocument))
    graph.add((document, DCTERMS.type, URIRef(LICENCE_TYPE + known["licence_type"])))
    if not known.uri:
        add_texts(graph, document, DCTERMS.title, known.name, known.name_en)
    return document


def known_uri(scheme: str, text: Any) -> str:
    """The outside address of the concept that `text` names; empty where there is none."""
    known = concept(scheme, text) if isinstance(text, str) else None
    return known.uri if known else ""


def _add_concept(graph: Graph, subject: URIRef, scheme: str, vi: str, en: str) -> None:
    graph.add((subject, RDF.type, SKOS.Concept))
    add_texts(graph, subject, SKOS.prefLabel, vi, en)
    graph.add((subject, SKOS.inScheme, URIRef(addresses.concept_scheme(scheme))))
    graph.add((subject, SKOS.notation, Literal(subject.rpartition("/")[2])))
