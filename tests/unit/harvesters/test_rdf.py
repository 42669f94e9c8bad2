"""RDF of others is read without a request, and an unchanged dataset gives the same document."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from ckanext.hue.harvesters import rdf
from ckanext.hue.harvesters.errors import BadEntry, NotRdf

HEAD = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix e: <http://e.vn/> .
"""
DATASET = f"""{HEAD}
e:c a dcat:Catalog ; dcat:dataset e:a, e:b .
e:a a dcat:Dataset ; dct:title "Chợ"@vi ; dct:publisher [ foaf:name "Sở" ; foaf:page [ dct:title "x" ] ] ;
  dct:isVersionOf e:b ; dcat:distribution [ dcat:accessURL e:1 ], [ dcat:accessURL e:2 ], e:d .
e:d a dcat:Distribution ; dcat:accessURL e:3 ; dcat:inCatalog e:c .
e:b a dcat:Dataset ; dct:title "Bến xe"@vi .
"""
A = NamedNode("http://e.vn/a")
RDF_HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.vn/">'


def turtle(text: str) -> rdf.Graph:
    return rdf.read(text.encode(), "text/turtle", "http://e.vn/")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_address: Any, **_options: Any) -> None:
        pytest.fail("a request was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_xml_entities_are_refused_before_they_unfold() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>{RDF_HEAD}<e:D><e:p>&l11;</e:p></e:D></rdf:RDF>'
    with pytest.raises(NotRdf, match="ENTITY"):
        rdf.read(body.encode(), "application/rdf+xml", "http://e.vn/")


def test_a_file_of_the_machine_is_not_read_through_an_entity() -> None:
    body = (
        f"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{RDF_HEAD}<e:D><e:p>&x;</e:p></e:D></rdf:RDF>"
    )
    with pytest.raises(NotRdf, match="ENTITY"):
        rdf.read(body.encode(), "application/rdf+xml", "http://e.vn/")


def test_an_encoding_that_hides_entities_is_not_followed() -> None:
    body = '<?xml version="1.0" encoding="cp037"?><!DOCTYPE r [<!ENTITY x "y">]>' + RDF_HEAD + "</rdf:RDF>"
    with pytest.raises(NotRdf, match="ENTITY"):
        rdf.read(body.encode(), "application/rdf+xml", "http://e.vn/")


def test_a_remote_context_is_never_fetched(no_network: None) -> None:
    body = b'{"@context": "http://127.0.0.1:9/context.jsonld", "@id": "http://e.vn/a", "title": "x"}'
    with pytest.raises(NotRdf):
        rdf.read(body, "application/ld+json", "http://e.vn/")


def test_an_import_or_schema_location_is_never_fetched(no_network: None) -> None:
    body = f'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>{RDF_HEAD}<e:D rdf:about="http://e.vn/a"/></rdf:RDF>'
    assert len(rdf.read(body.encode(), "application/rdf+xml", "http://e.vn/").said) == 1


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<a> <b> " + b"<c>, " * 3 + b"<d", "text/turtle"),
        (b"<html><body>503</body></html>", "text/html"),
        (b"\xff\xfe<\x00", "application/rdf+xml"),
        (b"{" * 200_000, "application/ld+json"),
        (RDF_HEAD.encode() + b"<e:D><e:p>" * 100_000, "application/rdf+xml"),
        (b"", "application/ld+json"),
    ],
)
def test_what_is_no_rdf_is_refused(body: bytes, media_type: str) -> None:
    with pytest.raises(NotRdf):
        rdf.read(body, media_type, "http://e.vn/")


def test_more_triples_than_a_page_may_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "MAX_TRIPLES", 3)
    with pytest.raises(NotRdf, match="bộ ba"):
        turtle(DATASET)


def test_a_dataset_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "MAX_DOCUMENT_TRIPLES", 5)
    with pytest.raises(BadEntry):
        rdf.document(turtle(DATASET), A)


def test_a_dataset_with_text_without_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "MAX_DOCUMENT", 100)
    graph = turtle(f"{HEAD} e:a a dcat:Dataset ; dct:publisher e:s . e:s foaf:name '{'x' * 101}' .")
    with pytest.raises(BadEntry, match="dài hơn"):
        rdf.document(graph, A)


def test_a_document_holds_what_is_reached_and_no_other_dataset() -> None:
    text = rdf.document(turtle(DATASET), A)
    assert "Sở" in text and "http://e.vn/3" in text
    assert "Bến xe" not in text and "Catalog" not in text.replace("inCatalog", "")
    assert list(parse(text, format=RdfFormat.N_TRIPLES))


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_a_document_does_not_depend_on_the_form_nor_on_the_order(form: str) -> None:
    forms = {
        "ttl": (RdfFormat.TURTLE, "text/turtle"),
        "nt": (RdfFormat.N_TRIPLES, "application/n-triples"),
        "rdf": (RdfFormat.RDF_XML, "application/rdf+xml; charset=utf-8"),
        "jsonld": (RdfFormat.JSON_LD, "application/octet-stream"),
    }
    written, media_type = forms[form]
    triples = [quad.triple for quad in parse(DATASET, format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    triples.sort(key=lambda triple: str(triple)[::-1])
    body = serialize(triples, format=written)
    assert body is not None
    assert rdf.document(rdf.read(body, media_type, "http://e.vn/"), A) == rdf.document(turtle(DATASET), A)


def test_a_change_deep_inside_changes_the_document() -> None:
    changed = DATASET.replace('"x"', '"y"')
    assert rdf.document(turtle(changed), A) != rdf.document(turtle(DATASET), A)


def test_cycles_of_blank_nodes_end_with_the_same_names() -> None:
    ring = "".join(f"_:n{i} dct:relation _:n{(i + 1) % 60} . " for i in range(60))
    turned = "".join(
        f"_:n{i} dct:relation _:n{(i + 7) % 60} . " for i in range(0, 420, 7)[::-1] for i in [i % 60]
    )
    texts = {
        rdf.document(turtle(f"{HEAD} e:a a dcat:Dataset ; dct:relation _:n0 . {links}"), A)
        for links in (ring, turned)
    }
    assert len(texts) == 1


def test_nodes_that_all_refer_to_each_other_cost_no_more_than_their_triples() -> None:
    clique = "".join(f"_:n{a} dct:relation _:n{b} . " for a in range(60) for b in range(60) if a != b)
    text = rdf.document(turtle(f"{HEAD} e:a a dcat:Dataset ; dct:relation _:n0 . {clique}"), A)
    assert text.count("\n") == 3


def test_an_address_that_is_none_is_mended_and_costs_nothing_else() -> None:
    graph = turtle(HEAD + 'e:a a dcat:Dataset ; dcat:landingPage <http://e.vn/a b"c> .')
    assert "<http://e.vn/a%20b%22c>" in rdf.document(graph, A)


def test_overlong_text_is_cut_and_nul_left_out() -> None:
    graph = turtle(HEAD + f'e:a a dcat:Dataset ; dct:title "{"x" * 2**20}" ; dct:description "a\\u0000b" .')
    text = rdf.document(graph, A)
    assert len(text) < rdf.MAX_TEXT + 1_000
    assert '"ab"' in text
