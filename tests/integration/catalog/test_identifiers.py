"""Persistent addresses lead readers to pages and programs to RDF; what is not public is not there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS

from ckanext.hue.catalog.profile.terms import VCARD

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
Run = Callable[..., Any]

HOSTILE = [
    "'",
    "' OR 1=1 --",
    "%27%20OR%201=1",
    "..%2f..%2fetc%2fpasswd",
    "a" * 5_000,
    "%0d%0aSet-Cookie:%20x=1",
    "%e2%80%ae",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%",
    "đường-phố",
    "00000000-0000-0000-0000-000000000000",
]
KINDS = ["dataset", "distribution", "agency", "concept", "concept/fields", "concept/units", "service", "la"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_address_is_not_there(client: Any, kind: str, name: str) -> None:
    answer = client.get(f"/id/{kind}/{name}")
    assert answer.status_code == 404
    assert "x=1" not in str(answer.headers)
    assert "<script>alert(1)" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/doc/agency/'.ttl", "/doc/concept/fields/'.ttl", "/doc/concept/..%2f.ttl"])
def test_a_hostile_document_is_not_there(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_field_of_any_name_is_only_text_on_its_page(client: Any, act: Run) -> None:
    name = f"linh-vuc-{uuid.uuid4().hex[:8]}"
    act("group_create", name=name, title="<script>alert(1)</script>{{7*7}}")
    page = client.get(f"/doc/concept/fields/{name}.html").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" in page


def test_an_address_with_a_nul_is_refused(client: Any) -> None:
    assert client.get("/id/dataset/%00").status_code == 400


@pytest.mark.parametrize("format", ["exe", "../x", "\r\nX: y", "html/../x", "a" * 5_000])
def test_a_format_that_nobody_knows_is_refused(client: Any, dataset: Run, format: str) -> None:
    answer = client.get(f"/id/dataset/{dataset()['id']}", query_string={"format": format})
    assert answer.status_code == 400


def test_a_document_in_an_unknown_format_is_not_there(client: Any, agency: dict[str, Any]) -> None:
    assert client.get(f"/doc/agency/{agency['id']}.exe").status_code == 404


def test_a_dataset_is_found_by_its_id_only(client: Any, dataset: Run) -> None:
    assert client.get(f"/id/dataset/{dataset()['name']}").status_code == 404


def test_a_private_dataset_is_not_there_for_strangers(client: Any, dataset: Run) -> None:
    hidden = dataset(private=True, resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    assert client.get(f"/id/dataset/{hidden['id']}").status_code == 404
    assert client.get(f"/id/distribution/{hidden['resources'][0]['id']}").status_code == 404


def test_a_draft_is_not_there_for_strangers(client: Any, dataset: Run) -> None:
    assert client.get(f"/id/dataset/{dataset(state='draft')['id']}").status_code == 404


def test_a_deleted_dataset_is_not_there(client: Any, dataset: Run, act: Run) -> None:
    made = dataset()
    act("package_delete", id=made["id"])
    assert client.get(f"/id/dataset/{made['id']}").status_code == 404


def test_an_archived_dataset_is_gone(client: Any, dataset: Run, act: Run) -> None:
    made = dataset(
        harvest_source="nguon-thu",
        harvest_id="1",
        harvest_state="archived",
        resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}],
    )
    act("package_delete", id=made["id"])
    for address in (f"/id/dataset/{made['id']}", f"/id/distribution/{made['resources'][0]['id']}"):
        assert client.get(address).status_code == 410
        assert client.get(address, headers={"Accept": "text/turtle"}).status_code == 410


def test_a_deleted_resource_is_not_there(client: Any, dataset: Run, act: Run) -> None:
    made = dataset(resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    act("resource_delete", id=made["resources"][0]["id"])
    assert client.get(f"/id/distribution/{made['resources'][0]['id']}").status_code == 404


def test_a_deleted_agency_is_not_there(client: Any, act: Run) -> None:
    made = act("organization_create", name=f"so-{uuid.uuid4().hex}", title="Sở đã giải thể")
    act("organization_delete", id=made["id"])
    assert client.get(f"/id/agency/{made['id']}").status_code == 404


def led(client: Any, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 303
    assert "Accept" in answer.headers["Vary"]
    return urlsplit(answer.headers["Location"]).path


@pytest.mark.parametrize("accept", ["text/html", "*/*", "", "image/png", "text/html;q=0.9,*/*;q=0.8"])
def test_readers_are_led_to_the_page(client: Any, dataset: Run, agency: dict[str, Any], accept: str) -> None:
    made = dataset(resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    resource = made["resources"][0]["id"]
    pages = {
        "catalog": "/",
        "service/api": "/developers",
        f"dataset/{made['id']}": f"/dataset/{made['name']}",
        f"distribution/{resource}": f"/dataset/{made['name']}/resource/{resource}",
        f"agency/{agency['id']}": f"/organization/{agency['name']}",
        "concept/source_systems/so-hoa": "/doc/concept/source_systems/so-hoa.html",
    }
    for address, page in pages.items():
        assert led(client, f"/id/{address}", Accept=accept) == page
        assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("application/rdf+xml", "rdf"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("text/html;q=0.5,text/turtle;q=0.9", "ttl"),
    ],
)
def test_programs_are_led_to_rdf(
    client: Any, dataset: Run, agency: dict[str, Any], accept: str, suffix: str
) -> None:
    made = dataset(resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    documents = {
        "catalog": f"/catalog.{suffix}",
        "service/api": f"/doc/service/api.{suffix}",
        f"dataset/{made['id']}": f"/dataset/{made['name']}.{suffix}",
        f"distribution/{made['resources'][0]['id']}": f"/dataset/{made['name']}.{suffix}",
        f"agency/{agency['id']}": f"/doc/agency/{agency['id']}.{suffix}",
        "concept/source_systems": f"/doc/concept/source_systems.{suffix}",
        "concept/units/46": f"/doc/concept/units/46.{suffix}",
    }
    for address, document in documents.items():
        assert led(client, f"/id/{address}", Accept=accept) == document
        assert led(client, f"/id/{address}?format={suffix}", Accept="text/html") == document


@pytest.mark.parametrize("address", ["agency", "concept/licenses/other", "concept/fields", "service/api"])
def test_a_document_says_the_same_in_every_format(client: Any, agency: dict[str, Any], address: str) -> None:
    path = f"/doc/{address}" + (f"/{agency['id']}" if address == "agency" else "")
    found = {}
    for suffix, name in FORMATS.items():
        answer = client.get(f"{path}.{suffix}")
        assert answer.status_code == 200
        found[suffix] = Graph().parse(data=answer.get_data(), format=name)
    assert len(found["nt"])
    assert all(isomorphic(graph, found["nt"]) for graph in found.values())


def test_an_unchanged_document_is_not_sent_again(client: Any, agency: dict[str, Any]) -> None:
    first = client.get(f"/doc/agency/{agency['id']}.nt")
    again = client.get(f"/doc/agency/{agency['id']}.nt", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_an_agency_is_described_with_its_code_type_and_the_agency_above_it(
    client: Any, act: Run, agency: dict[str, Any]
) -> None:
    from ckan import model

    from ckanext.hue.catalog import addresses

    made = act("organization_create", name=f"so-{uuid.uuid4().hex}", title="Chi cục", level="xa")
    stored = model.Session.get(model.Group, made["id"])
    assert stored is not None
    stored.extras = {**stored.extras, "parent": agency["id"]}
    model.Session.commit()
    above = Graph().parse(data=client.get(f"/doc/agency/{agency['id']}.ttl").get_data(), format="turtle")
    below = Graph().parse(data=client.get(f"/doc/agency/{made['id']}.ttl").get_data(), format="turtle")
    subject, child = URIRef(addresses.agency(agency["id"])), URIRef(addresses.agency(made["id"]))
    assert (subject, DCTERMS.identifier, Literal("H57.99")) in above
    assert (subject, FOAF.name, Literal("Department of Health", lang="en")) in above
    assert str(above.value(subject, DCTERMS.type)).endswith("/RegionalAuthority")
    assert (None, VCARD["street-address"], Literal("1 Lê Lợi, Huế", lang="vi")) in above
    assert (subject, VCARD.hasTelephone, URIRef("tel:+842343822000")) in above
    assert (child, URIRef("http://www.w3.org/ns/org#subOrganizationOf"), subject) in below
    assert str(below.value(child, DCTERMS.type)).endswith("/LocalAuthority")


def test_the_scheme_of_fields_lists_the_groups(client: Any, described: list[dict[str, Any]]) -> None:
    graph = Graph().parse(data=client.get("/doc/concept/fields.ttl").get_data(), format="turtle")
    names = {str(name) for name in graph.objects(None, SKOS.notation)}
    assert described[0]["groups"][0]["name"] in names
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme))
