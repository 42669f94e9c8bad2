"""Terms of RDF as the profile writes them: addresses that are valid, stable nodes, texts with a language."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from urllib.parse import quote

import pyoxigraph
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import XSD

ADMS = Namespace("http://www.w3.org/ns/adms#")
# Terms of DCAT 3 that rdflib does not know.
DCAT3 = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
GEOSPARQL = Namespace("http://www.opengis.net/ont/geosparql#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

EU = Namespace("http://publications.europa.eu/resource/authority/")
IANA_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"

# What no address may hold as it is.
_UNSAFE = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`\[\]]|%(?![0-9A-Fa-f]{2})')
# rdflib looks at days and moments only.
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2}.*)?)?$")


def iri(text: str) -> URIRef | None:
    """An absolute address with what it may not hold percent-encoded; None where no address comes of it.

    One invalid address would make the whole document unreadable to strict parsers.
    """
    cleaned = _UNSAFE.sub(lambda found: quote(found[0], safe=""), text.strip())
    try:
        pyoxigraph.NamedNode(cleaned)
    except ValueError:
        return None
    return URIRef(cleaned)


def mailbox(address: str) -> URIRef | None:
    """An e-mail address as `mailto:`."""
    return iri(f"mailto:{address.removeprefix('mailto:')}")


def own_node(subject: URIRef, part: str) -> BNode:
    """The blank node for a part of `subject`: the same one each time, and one that no other subject has."""
    return BNode(f"b{uuid.uuid5(uuid.NAMESPACE_URL, f'{subject}#{part}').hex}")


def part_of(subject: URIRef, part: str) -> URIRef:
    """The address of a part of `subject`, which its document describes."""
    return URIRef(f"{subject}#{part}")


def add_texts(graph: Graph, subject: URIRef | BNode, predicate: URIRef, vi: str, en: str = "") -> None:
    """Say a text in Vietnamese and in English, as far as there is one."""
    for language, text in (("vi", vi), ("en", en)):
        if text:
            graph.add((subject, predicate, Literal(text, lang=language)))


def add_date(graph: Graph, subject: URIRef | BNode, predicate: URIRef, text: str) -> None:
    """Say a year, month, day or moment in ISO 8601, as the metadata schemas keep them; nothing else."""
    kind = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}.get(len(text), XSD.dateTime)
    value = Literal(text, datatype=kind)
    if _DATE.match(text) and not value.ill_typed:
        graph.add((subject, predicate, value))


def in_utc(moment: str | datetime | None) -> str:
    """A time as CKAN keeps it, which is in UTC without saying so, with its offset; empty for none."""
    if not moment:
        return ""
    text = moment.isoformat() if isinstance(moment, datetime) else moment
    return text if re.search(r"(Z|[+-]\d\d:?\d\d)$", text) else f"{text}Z"
