"""RDF from outside, read without any request, and cut into one document a subject.

A document is the sorted N-Triples of all that can be reached from a dataset. Blank nodes are named by what
is said of them, so that an unchanged dataset gives the same text, in whatever order and form it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.parsers import expat

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from . import errors

Node = NamedNode | BlankNode
Term = Node | Literal

MAX_TRIPLES = 1_000_000  # of one answer
MAX_DOCUMENT_TRIPLES = 20_000
MAX_DOCUMENT = 2_000_000  # characters of its literals
MAX_TEXT = 50_000  # characters of one literal; longer ones are cut
MAX_IRI = 4_000
MAX_XML_DEPTH = 100
# A cycle of blank nodes never settles by itself; chains of real catalogues are three or four nodes long.
NAMING_ROUNDS = 16

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCAT = "http://www.w3.org/ns/dcat#"
DATASET = f"{DCAT}Dataset"
# What has descriptions of its own: a dataset's document refers to these and does not include them.
_FOREIGN = frozenset({DATASET, f"{DCAT}Catalog", f"{DCAT}CatalogRecord", f"{DCAT}DatasetSeries"})

_FORMATS: Mapping[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/json": RdfFormat.JSON_LD,
}
ACCEPT = "text/turtle, application/n-triples, application/rdf+xml, application/ld+json;q=0.9"
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


@dataclass(frozen=True, slots=True)
class Graph:
    """What an answer says, by subject."""

    said: dict[Node, list[tuple[str, Term]]] = field(default_factory=lambda: defaultdict(list))

    def subjects(self, type_: str) -> list[Node]:
        return [node for node in self.said if self.is_a(node, type_)]

    def is_a(self, node: Term, *types: str) -> bool:
        return any(value.value in types for value in self.objects(node, RDF_TYPE))

    def objects(self, node: Term | None, *predicates: str) -> list[Term]:
        """The objects of these predicates, those of an earlier one first."""
        if node is None or isinstance(node, Literal) or node not in self.said:
            return []
        said = self.said[node]
        return [value for wanted in predicates for predicate, value in said if predicate == wanted]


def read(body: bytes, media_type: str, url: str) -> Graph:
    """Parse an answer. Raises NotRdf; a remote JSON-LD context and XML entities are refused."""
    form = _FORMATS.get(media_type.partition(";")[0].strip().lower()) or _guessed(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.NotRdf(url=url, reason="văn bản không ở bảng mã UTF-8") from error
    if form == RdfFormat.RDF_XML:
        _check_xml(text, url)
    graph = Graph()
    try:
        # Addresses that are not quite valid are mended below: one of them must not cost the whole catalogue.
        for number, quad in enumerate(parse(text, format=form, base_iri=url, lenient=True), 1):
            if number > MAX_TRIPLES:
                raise errors.NotRdf(url=url, reason=f"có hơn {MAX_TRIPLES} bộ ba trong một trang")
            if isinstance(quad.subject, NamedNode | BlankNode):
                graph.said[_clean_node(quad.subject)].append(
                    (_clean_node(quad.predicate).value, _clean(quad.object))
                )
    except (SyntaxError, ValueError) as error:
        raise errors.NotRdf(url=url, reason=f"sai cú pháp ({str(error)[:300]})") from error
    return graph


def document(graph: Graph, subject: Node) -> str:
    """All that is reached from `subject`, as canonical N-Triples. Raises BadEntry when it is too much."""
    members = _reached(graph, subject)
    names = _blank_names(graph, [node for node in members if isinstance(node, BlankNode)])
    lines = {
        f"{_text(node, names)} <{predicate}> {_text(value, names)} .\n"
        for node in members
        for predicate, value in graph.said[node]
    }
    return "".join(sorted(lines))


def _reached(graph: Graph, subject: Node) -> list[Node]:
    members, waiting, count, size = {subject: None}, [subject], 0, 0
    while waiting:
        node = waiting.pop()
        count += len(graph.said[node])
        if count > MAX_DOCUMENT_TRIPLES:
            raise errors.BadEntry(reason=f"mô tả có hơn {MAX_DOCUMENT_TRIPLES} bộ ba")
        # One long text that many datasets share would be kept with each of them.
        size += sum(len(value.value) for _, value in graph.said[node] if isinstance(value, Literal))
        if size > MAX_DOCUMENT:
            raise errors.BadEntry(reason=f"mô tả dài hơn {MAX_DOCUMENT} ký tự")
        for predicate, value in graph.said[node]:
            # From a concept one would come to its whole vocabulary.
            if isinstance(value, Literal) or value in members or value not in graph.said:
                continue
            if not predicate.startswith(SKOS) and not graph.is_a(value, *_FOREIGN):
                members[value] = None
                waiting.append(value)
    return list(members)


def _blank_names(graph: Graph, nodes: Iterable[BlankNode]) -> dict[BlankNode, str]:
    """Names made from what is said of each node; nodes of which the same is said become one.

    Canonical labels of the W3C's algorithm would keep such twins apart, at a cost without bound.
    """
    names = dict.fromkeys(nodes, "")
    for _ in range(NAMING_ROUNDS):
        before = len(set(names.values()))
        names = {node: _digest(graph.said[node], names) for node in names}
        if len(set(names.values())) == before:
            break
    return names


def _digest(said: Iterable[tuple[str, Term]], names: Mapping[BlankNode, str]) -> str:
    lines = sorted({f"{predicate} {_text(value, names)}" for predicate, value in said})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def _text(term: Term, names: Mapping[BlankNode, str]) -> str:
    # A blank node that is no member is only named: it belongs to another dataset.
    return f"_:b{names.get(term, '')}" if isinstance(term, BlankNode) else str(term)


def _clean(term: Any) -> Term:
    """The term as databases and N-Triples can hold it."""
    if not isinstance(term, Literal):
        return _clean_node(term)
    value = term.value.replace("\x00", "")[:MAX_TEXT]
    if value == term.value:
        return term
    return Literal(value, language=term.language) if term.language else Literal(value)


def _clean_node(node: Any) -> Node:
    if isinstance(node, BlankNode) or (len(node.value) <= MAX_IRI and not _NOT_IN_IRI.search(node.value)):
        return node
    return NamedNode(_NOT_IN_IRI.sub(_quoted, node.value[:MAX_IRI]))


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], safe="")


def _guessed(body: bytes) -> RdfFormat:
    """The form of an answer whose media type says nothing, by its first sign."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[{", b"[\n", b"[ ")):
        return RdfFormat.JSON_LD
    return RdfFormat.RDF_XML if start.startswith((b"<?xml", b"<rdf:", b"<!--")) else RdfFormat.TURTLE


def _check_xml(text: str, url: str) -> None:
    """Refuse XML with entities of its own, which may unfold without end, or nested without bound."""
    depth = 0

    def entity(*_declaration: object) -> None:
        raise errors.NotRdf(url=url, reason="XML khai báo thực thể (ENTITY), điều không được phép")

    def start(*_element: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_XML_DEPTH:
            raise errors.NotRdf(url=url, reason=f"XML lồng nhau quá {MAX_XML_DEPTH} tầng")

    def end(*_element: object) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate("utf-8")
    reader.EntityDeclHandler = entity
    reader.StartElementHandler = start
    reader.EndElementHandler = end
    try:
        reader.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise errors.NotRdf(url=url, reason=f"XML sai cú pháp ({error})") from error
