"""A graph as it is stored: canonical in its order and its names, in each format, as gzip members."""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import zlib
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF

from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.formats import FORMATS, NT
from ckanext.hue.catalog.profile.lookups import Lookups

log = logging.getLogger(__name__)

LAYOUT = 1  # to be raised when the same graph would be written otherwise
_COMPRESSION = 6
_HASH_BYTES = 12
_ROUNDS = 3  # of telling blank nodes apart; ours are never deeper
_GZIP = 31  # zlib's sign for a gzip member
# XML 1.0 knows no such characters and one end of line only, and a graph is the same in all formats.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"  # what an address may hold besides letters, digits and -._


@dataclass(frozen=True, slots=True)
class Fragment:
    """The graph of one dataset. `members`: gzip by the key of a format; `hash`: of what it says."""

    hash: bytes
    members: dict[str, bytes]

    def text(self, key: str) -> bytes:
        return unpacked(self.members[key])


def of_dataset(dataset: dict[str, Any], known: Lookups | None = None) -> Fragment:
    """The fragment of a dataset, which is as `package_show` gives it; known: as in `graphs.of_dataset`."""
    triples = canonical(graphs.of_dataset(dataset, known), addresses.dataset(dataset["id"]))
    texts = {key: format.member(triples) for key, format in FORMATS.items()}
    return Fragment(
        digest(texts[NT.key]),
        {key: gzip.compress(text, _COMPRESSION, mtime=0) for key, text in texts.items()},
    )


def of_catalog() -> str:
    """What is said of the catalogue itself, as N-Triples."""
    return NT.member(canonical(graphs.of_catalog(), addresses.catalog())).decode()


def digest(*parts: bytes) -> bytes:
    """A hash of these parts and of the layout."""
    hashed = hashlib.blake2b(str(LAYOUT).encode(), digest_size=_HASH_BYTES)
    for part in parts:
        hashed.update(len(part).to_bytes(4))
        hashed.update(part)
    return hashed.digest()


def unpacked(member: bytes) -> bytes:
    return zlib.decompress(member, _GZIP)


def canonical(graph: rdflib.Graph, subject: str) -> list[ox.Triple]:
    """The graph's triples in one order: first those of `subject`, of each subject first its types.

    Blank nodes are named after `subject`, so that graphs of other subjects may be joined to it. What cannot
    be written in every format (an address that is none) is left out.
    """
    names = _blank_names(graph, subject)
    triples: list[tuple[tuple[bool, bool, str, bool, str, str], ox.Triple]] = []
    for triple in graph:
        about, predicate, value = (_term(term, names) for term in triple)
        if about is None or predicate is None or value is None:
            log.warning("Left out of the graph of %s: %s", subject, triple)
            continue
        key = (
            str(triple[0]) != subject,
            isinstance(about, ox.BlankNode),
            str(about),
            triple[1] != RDF.type,
            str(predicate),
            str(value),
        )
        triples.append((key, ox.Triple(about, predicate, value)))
    return [made for _key, made in sorted(triples, key=itemgetter(0))]


def _blank_names(graph: rdflib.Graph, subject: str) -> dict[rdflib.BNode, str]:
    """A name for each blank node, which is the same whenever the same graph is made.

    Nodes are told apart by what is said of them, by what is said of what they are said to be, and so on.
    """
    nodes = {term for triple in graph for term in triple if isinstance(term, rdflib.BNode)}
    marks: dict[Any, str] = dict.fromkeys(nodes, "")
    for _ in range(_ROUNDS if nodes else 0):
        marks = {node: _mark(graph, node, marks) for node in nodes}
    label = hashlib.blake2b(subject.encode(), digest_size=8).hexdigest()
    return {node: f"b{label}x{place}" for place, node in enumerate(sorted(nodes, key=marks.__getitem__))}


def _mark(graph: rdflib.Graph, node: rdflib.BNode, marks: dict[Any, str]) -> str:
    def shown(term: Any) -> str:
        return marks[term] if term in marks else repr(term)

    said = sorted(f"{predicate} {shown(value)}" for predicate, value in graph.predicate_objects(node))
    used = sorted(f"{shown(about)} {predicate}" for about, predicate in graph.subject_predicates(node))
    return hashlib.blake2b(repr((said, used)).encode(), digest_size=16).hexdigest()


def _term(term: Any, names: dict[rdflib.BNode, str]) -> Any:
    """The term as pyoxigraph has it, or None when it is an address that is none."""
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(names[term])
    return _address(str(term)) if isinstance(term, rdflib.URIRef) else _literal(term)


def _address(text: str) -> ox.NamedNode | None:
    for attempt in (text, quote(text.strip(), safe=_IN_ADDRESSES)):
        try:
            return ox.NamedNode(attempt)
        except ValueError:
            continue
    return None


def _literal(literal: rdflib.Literal) -> ox.Literal:
    text = _LINE_END.sub("\n", _UNWRITABLE.sub("", str(literal)))
    if literal.language:
        try:
            return ox.Literal(text, language=literal.language)
        except ValueError:
            return ox.Literal(text)
    datatype = _address(str(literal.datatype)) if literal.datatype else None
    return ox.Literal(text, datatype=datatype) if datatype else ox.Literal(text)
