"""Whether a dataset's graph keeps the rules of DCAT-AP 3.0.1 that no dataset may break.

Mandatory properties, how often one may occur and what its values may be, checked without a SHACL engine,
which takes a second a dataset. The catalogue's tests hold the shapes themselves against what the portal says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, XSD
from rdflib.term import Node

ADMS = "http://www.w3.org/ns/adms#"
VERSION = URIRef(f"{DCAT}version")  # newer than the namespace that rdflib knows
VCARD = "http://www.w3.org/2006/vcard/ns#"
_DATES = frozenset({XSD.date, XSD.dateTime})
# rdflib has no values for these two, so their text is what can be checked.
_YEARS_AND_MONTHS = {XSD.gYear: r"[0-9]{4}", XSD.gYearMonth: r"[0-9]{4}-(0[1-9]|1[0-2])"}
_WHOLE = frozenset({XSD.nonNegativeInteger, XSD.integer})


def _is_text(value: Node) -> bool:
    return isinstance(value, Literal) and bool(str(value).strip())


def _is_thing(value: Node) -> bool:
    return isinstance(value, URIRef | BNode)


def _is_address(value: Node) -> bool:
    return isinstance(value, URIRef) and ":" in value and not any(sign in value for sign in ' <>"{}|\\^`')


def _is_date(value: Node) -> bool:
    if not isinstance(value, Literal):
        return False
    text = _YEARS_AND_MONTHS.get(value.datatype) if value.datatype else None
    if text:
        return re.fullmatch(text, value) is not None
    return value.datatype in _DATES and value.value is not None


def _is_size(value: Node) -> bool:
    return (
        isinstance(value, Literal)
        and value.datatype in _WHOLE
        and isinstance(value.value, int)
        and value.value >= 0
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one property: how many values there are (`most` None: any number), and what each is."""

    property: URIRef
    fits: Callable[[Node], bool]
    least: int = 0
    most: int | None = None


_DATASET = (
    Rule(DCTERMS.title, _is_text, least=1),
    Rule(DCTERMS.description, _is_text, least=1),
    Rule(DCTERMS.publisher, _is_thing, most=1),
    Rule(DCTERMS.accessRights, _is_thing, most=1),
    Rule(DCTERMS.accrualPeriodicity, _is_thing, most=1),
    Rule(DCTERMS.issued, _is_date, most=1),
    Rule(DCTERMS.modified, _is_date, most=1),
    Rule(DCTERMS.spatial, _is_thing),
    Rule(DCTERMS.temporal, _is_thing),
    Rule(DCTERMS.language, _is_thing),
    Rule(DCTERMS.type, _is_thing),
    Rule(DCAT.theme, _is_thing),
    Rule(DCAT.keyword, _is_text),
    Rule(DCAT.contactPoint, _is_thing),
    Rule(DCAT.landingPage, _is_address),
    Rule(VERSION, _is_text, most=1),
)
_DISTRIBUTION = (
    Rule(DCAT.accessURL, _is_address, least=1),
    Rule(DCAT.downloadURL, _is_address),
    Rule(DCAT.mediaType, _is_thing, most=1),
    Rule(DCTERMS.format, _is_thing, most=1),
    Rule(DCTERMS.license, _is_thing, most=1),
    Rule(DCTERMS.rights, _is_thing, most=1),
    Rule(URIRef(f"{ADMS}status"), _is_thing, most=1),
    Rule(DCAT.byteSize, _is_size, most=1),
    Rule(DCTERMS.issued, _is_date, most=1),
    Rule(DCTERMS.modified, _is_date, most=1),
)
_AGENT = (Rule(FOAF.name, _is_text, least=1),)
_PERIOD = (
    Rule(DCAT.startDate, _is_date, most=1),
    Rule(DCAT.endDate, _is_date, most=1),
)
_CONTACT = (Rule(URIRef(f"{VCARD}hasEmail"), _is_address),)
# What hangs on a dataset, and the rules for it.
_PARTS = (
    (DCAT.distribution, _DISTRIBUTION),
    (DCTERMS.publisher, _AGENT),
    (DCTERMS.creator, _AGENT),
    (DCTERMS.temporal, _PERIOD),
    (DCAT.contactPoint, _CONTACT),
)


def broken(graph: Graph, dataset: URIRef) -> list[URIRef]:
    """The properties by which the dataset breaks a rule, each once; none for one that complies."""
    return list(dict.fromkeys(_broken(graph, dataset)))


def _broken(graph: Graph, dataset: URIRef) -> Iterator[URIRef]:
    yield from _broken_rules(graph, dataset, _DATASET)
    for link, rules in _PARTS:
        for part in graph.objects(dataset, link):
            yield from _broken_rules(graph, part, rules)


def _broken_rules(graph: Graph, subject: Node, rules: tuple[Rule, ...]) -> Iterator[URIRef]:
    for rule in rules:
        values = list(graph.objects(subject, rule.property))
        too_many = rule.most is not None and len(values) > rule.most
        if len(values) < rule.least or too_many or not all(map(rule.fits, values)):
            yield rule.property
