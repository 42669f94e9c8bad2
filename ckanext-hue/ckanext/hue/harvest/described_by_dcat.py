"""What a DCAT document says of its dataset, read by ckanext-dcat's parser and the portal's profile."""

from __future__ import annotations

import re
from collections.abc import Generator
from itertools import islice
from typing import Any

import pyoxigraph
import rdflib
from rdflib.namespace import DCAT, PROV, RDF, Namespace
from rdflib.term import Identifier

from ckanext.dcat.processors import RDFParser
from ckanext.hue.harvesters.errors import BadEntry

LOCN = Namespace("http://www.w3.org/ns/locn#")
# The parser follows these without end where agents act for one another; no field of ours comes from them.
_SKIPPED = frozenset({PROV.actedOnBehalfOf, PROV.wasGeneratedBy, PROV.qualifiedAttribution})
# It takes for granted that these are texts.
_GEOMETRIES = frozenset({LOCN.geometry, DCAT.bbox, DCAT.centroid})
_GEOMETRY_TYPES = frozenset(
    {
        "http://www.opengis.net/ont/geosparql#wktLiteral",
        "https://www.iana.org/assignments/media-types/application/vnd.geo+json",
    }
)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_SIZE = re.compile(r"[0-9]{1,18}(\.0+)?")


class _Parser(RDFParser):
    """A parser of one dataset: the only one that a document describes."""

    def _datasets(self) -> Generator[Any, Any, None]:
        yield from islice(self.g.subjects(RDF.type, DCAT.Dataset), 1)


def dataset(document: str) -> dict[str, Any]:
    """The dataset as ckanext-dcat gives it. Raises BadEntry."""
    parser = _Parser()
    try:
        for quad in pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True):
            triple = _term(quad.subject), _term(quad.predicate), _term(quad.object)
            if _is_safe(triple):
                parser.g.add(triple)
        found = list(parser.datasets())
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # The parser trusts its input; whatever it stumbles over is said of this dataset alone.
        raise BadEntry(reason=f"mô tả DCAT không đọc được ({str(error)[:200]})") from error
    if not found:
        raise BadEntry(reason="mô tả DCAT không có bộ dữ liệu nào")
    return found[0]


def _is_safe(triple: tuple[Any, Any, Any]) -> bool:
    _, predicate, value = triple
    if predicate in _GEOMETRIES:
        return isinstance(value, rdflib.Literal)
    if predicate == DCAT.byteSize:
        return _SIZE.fullmatch(str(value)) is not None
    return predicate not in _SKIPPED


def _term(term: Any) -> Identifier:
    """The same term for rdflib. Types of literals go, but for geometries': rdflib would parse the values."""
    match term:
        case pyoxigraph.BlankNode():
            return rdflib.BNode(term.value)
        case pyoxigraph.NamedNode():
            return rdflib.URIRef(term.value)
    if term.language and _LANGUAGE.fullmatch(term.language):
        return rdflib.Literal(term.value, lang=term.language)
    geometry = term.datatype.value in _GEOMETRY_TYPES
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value) if geometry else None)
