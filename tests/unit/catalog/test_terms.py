"""Whatever stands in metadata, only valid terms of RDF come of it."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, XSD

from ckanext.hue.catalog.profile.agents import telephone
from ckanext.hue.catalog.profile.terms import add_date, in_utc, iri, mailbox, own_node

SUBJECT = URIRef("https://example.vn/id/dataset/1")


@given(st.text())
def test_an_address_is_valid_or_none(text: str) -> None:
    if (made := iri(text)) is not None:
        assert str(pyoxigraph.NamedNode(str(made)).value) == str(made)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_what_follows_a_host_never_breaks_a_document(text: str) -> None:
    graph = Graph()
    if made := iri(f"https://example.vn/{text}"):
        graph.add((SUBJECT, DCTERMS.source, made))
    body = graph.serialize(format="nt", encoding="utf-8")
    assert len(list(pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES))) == len(graph)


@pytest.mark.parametrize("text", ["", "không phải địa chỉ", "//example.vn/a", "1http://x", "a.csv", ":"])
def test_what_is_no_address_makes_none(text: str) -> None:
    assert iri(text) is None


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (" https://example.vn/a b ", "https://example.vn/a%20b"),
        ("https://example.vn/%zz", "https://example.vn/%25zz"),
        ("https://example.vn/%C4%91?x=đ&y=(1),'2'", "https://example.vn/%C4%91?x=đ&y=(1),'2'"),
        ("https://example.vn/<b>\n", "https://example.vn/%3Cb%3E"),
    ],
)
def test_only_what_must_be_encoded_is(text: str, made: str) -> None:
    assert iri(text) == URIRef(made)


def test_a_mailbox_is_not_named_twice() -> None:
    assert mailbox("mailto:so@example.vn") == mailbox("so@example.vn") == URIRef("mailto:so@example.vn")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("0234 3822 000", "tel:+842343822000"),
        ("(0234) 3.822.000", "tel:+842343822000"),
        ("+84 234 3822 000", "tel:+842343822000"),
    ],
)
def test_a_phone_number_gets_its_country(text: str, made: str) -> None:
    assert telephone(text) == URIRef(made)


@pytest.mark.parametrize("text", ["", "gọi sau 8 giờ", "113", "0234 3822 000 máy lẻ 5", "1" * 40, "tel:<x>"])
def test_what_is_no_phone_number_makes_none(text: str) -> None:
    assert telephone(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2024", XSD.gYear),
        ("2024-05", XSD.gYearMonth),
        ("2024-05-31", XSD.date),
        ("2024-05-31T08:00:00+07:00", XSD.dateTime),
        ("2024-05-31T08:00:00Z", XSD.dateTime),
    ],
)
def test_a_date_has_the_type_of_its_precision(text: str, kind: URIRef) -> None:
    graph = Graph()
    add_date(graph, SUBJECT, DCTERMS.issued, text)
    [value] = graph.objects(SUBJECT, DCTERMS.issued)
    assert getattr(value, "datatype", None) == kind


@pytest.mark.parametrize("text", ["", "hôm qua", "2024-13-01", "31/05/2024", "2024-05-31T99:00:00Z"])
def test_what_is_no_date_is_not_said(text: str) -> None:
    graph = Graph()
    add_date(graph, SUBJECT, DCTERMS.issued, text)
    assert len(graph) == 0


def test_times_of_ckan_are_in_utc() -> None:
    assert in_utc("2025-10-14T01:02:03.123456") == "2025-10-14T01:02:03.123456Z"
    assert in_utc("2025-10-14T01:02:03+07:00") == "2025-10-14T01:02:03+07:00"
    assert in_utc(None) == ""


def test_a_node_is_the_same_each_time_and_no_other_subjects() -> None:
    assert own_node(SUBJECT, "contact-1") == own_node(SUBJECT, "contact-1")
    assert own_node(SUBJECT, "contact-1") != own_node(SUBJECT, "contact-2")
    assert own_node(SUBJECT, "contact-1") != own_node(URIRef(f"{SUBJECT}1"), "contact-1")
