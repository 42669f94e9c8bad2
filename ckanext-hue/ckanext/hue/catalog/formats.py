"""The serialisations of RDF, each as a beginning, members that follow one another, and an end.

A member is a part of a graph in one of them, so that any members joined are one document. Where a
serialisation has prefixes they are all of PREFIXES, said once at the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse, serialize

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_OF_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: len(item[1]), reverse=True)


@dataclass(frozen=True, slots=True)
class Format:
    """One serialisation. `key` is its extension and its column among the fragments."""

    key: str
    media_type: str
    beginning: bytes
    between: bytes
    end: bytes
    member: Callable[[Sequence[Triple]], bytes]

    def document(self, members: Iterable[bytes]) -> bytes:
        """One document of these members; empty ones are left out."""
        return self.beginning + self.between.join(filter(None, members)) + self.end


def _n_triples(triples: Sequence[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _turtle(triples: Sequence[Triple]) -> bytes:
    text = serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    return text.split(b"\n", len(PREFIXES))[-1]


def _rdf_xml(triples: Sequence[Triple]) -> bytes:
    if not triples:
        return b""
    text = serialize(triples, format=RdfFormat.RDF_XML, prefixes=PREFIXES) or b""
    start = text.index(b"\n", text.index(b"<rdf:RDF")) + 1
    return text[start : text.rindex(b"</rdf:RDF>")]


def _json_ld(triples: Sequence[Triple]) -> bytes:
    expanded = json.loads(serialize(triples, format=RdfFormat.JSON_LD) or b"[]")
    return b",\n".join(json.dumps(_compact(node), ensure_ascii=False).encode() for node in expanded)


def _compact(node: dict[str, Any]) -> dict[str, Any]:
    """A node of an expanded document with prefixes in the place of namespaces."""
    compact: dict[str, Any] = {}
    for key, values in node.items():
        if key in (f"{RDF}type", "@type"):
            compact["@type"] = [_short(value if isinstance(value, str) else value["@id"]) for value in values]
        else:
            compact[_short(key)] = values if isinstance(values, str) else [*map(_compact_value, values)]
    return compact


def _compact_value(value: dict[str, Any]) -> Any:
    if "@type" in value:
        return {**value, "@type": _short(value["@type"])}
    return value["@value"] if value.keys() == {"@value"} else value


@cache
def _short(address: str) -> str:
    for prefix, namespace in _OF_LONGEST_FIRST:
        if address.startswith(namespace):
            return f"{prefix}:{address.removeprefix(namespace)}"
    return address


def _xml_beginning() -> bytes:
    namespaces = "".join(f'\n  xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{namespaces}>\n'.encode()


_PREFIX_LINES = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items()).encode()
_CONTEXT = json.dumps(PREFIXES, indent=2).encode()

NT = Format("nt", "application/n-triples", b"", b"", b"", _n_triples)
TURTLE = Format("ttl", "text/turtle; charset=utf-8", _PREFIX_LINES, b"", b"", _turtle)
XML = Format("rdf", "application/rdf+xml", _xml_beginning(), b"", b"</rdf:RDF>\n", _rdf_xml)
JSON = Format(
    "jsonld",
    "application/ld+json",
    b'{"@context": ' + _CONTEXT + b', "@graph": [\n',
    b",\n",
    b"\n]}\n",
    _json_ld,
)
FORMATS = {format.key: format for format in (TURTLE, XML, JSON, NT)}
# What ckanext-dcat offers beside these. Turtle is a part of Notation3.
OF_EXTENSION = {
    **FORMATS,
    "xml": XML,
    "n3": Format("ttl", "text/n3; charset=utf-8", _PREFIX_LINES, b"", b"", _turtle),
}


def triples_of(text: bytes | str) -> list[Triple]:
    """The triples of N-Triples that the portal wrote itself."""
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
