"""A graph as it is stored: canonical in its order and its names, in each format, as gzip members."""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF

from . import graphs
from .formats import FORMATS, NT

log = logging.getLogger(__name__)

LAYOUT = 1  # to be raised when the same graph would be written otherwise
_COMPRESSION = 6
_HASH_BYTES = 12
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


def of_dataset(dataset: dict[str, Any]) -> Fragment:
    """The fragment of a dataset, which is as `package_show` gives it."""
    triples = canonical(graphs.of_dataset(dataset), dataset["id"])
    texts = {key: format.member(triples) for key, format in FORMATS.items()}
    return Fragment(
        digest(texts[NT.key]),
        {key: gzip.compress(text, _COMPRESSION, mtime=0) for key, text in texts.items()},
    )


def of_catalog() -> str:
    """What is said of the catalogue itself, as N-Triples."""
    return NT.member(canonical(graphs.of_catalog(), "catalog")).decode()


def digest(*parts: bytes) -> bytes:
    """A hash of these parts and of the layout."""
    hashed = hashlib.blake2b(str(LAYOUT).encode(), digest_size=_HASH_BYTES)
    for part in parts:
        hashed.update(len(part).to_bytes(4))
        hashed.update(part)
    return hashed.digest()


def unpacked(member: bytes) -> bytes:
    return zlib.decompress(member, _GZIP)


def canonical(graph: rdflib.Graph, name: str) -> list[ox.Triple]:
    """The graph's triples: subject by subject as they were added, types first, the rest in order.

    Blank nodes are named after `name`, so that graphs of other names may be joined to it. What cannot be
    written in every format (an address that is none) is left out.
    """
    terms = _Terms(name)
    subjects: dict[Any, list[tuple[bool, str, str, ox.Triple]]] = {}
    for triple in graph:
        subject, predicate, value = map(terms.of, triple)
        if subject is None or predicate is None or value is None:
            log.warning("Left out of the graph of %s: %s", name, triple)
            continue
        made = ox.Triple(subject, predicate, value)
        subjects.setdefault(triple[0], []).append((triple[1] != RDF.type, str(predicate), str(value), made))
    return list(_in_order(subjects))


def _in_order(subjects: dict[Any, list[tuple[bool, str, str, ox.Triple]]]) -> Iterator[ox.Triple]:
    for triples in subjects.values():
        yield from (made for *_key, made in sorted(triples, key=lambda entry: entry[:3]))


class _Terms:
    """Terms of rdflib as those of pyoxigraph. Blank nodes are numbered as they come."""

    def __init__(self, name: str) -> None:
        self._label = f"b{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}x"
        self._blank: dict[rdflib.BNode, ox.BlankNode] = {}

    def of(self, term: Any) -> Any:
        """The term, or None when it is an address that is none."""
        if isinstance(term, rdflib.BNode):
            return self._blank.setdefault(term, ox.BlankNode(f"{self._label}{len(self._blank)}"))
        if isinstance(term, rdflib.URIRef):
            return _address(str(term))
        return _literal(term)


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
