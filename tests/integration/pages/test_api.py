"""What developers rely on: the API through ckanapi, downloads, and DCAT in every format."""

from __future__ import annotations

import csv
import io
import threading
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckanapi import RemoteCKAN
from rdflib import Graph
from rdflib.namespace import DCAT, DCTERMS, RDF
from werkzeug.serving import make_server

from ckanext.hue.catalog.fragments import keeping

Run = Callable[..., Any]
FORMATS = {"ttl": "turtle", "rdf": "xml", "xml": "xml", "jsonld": "json-ld"}


@pytest.fixture
def address(application: Any) -> Iterator[str]:
    """The application over real HTTP."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def harvested(sandbox: Run, add_source: Run, harvest: Run, action: Run) -> list[dict[str, Any]]:
    source = add_source(sandbox(tables=15, rows=12, open_tables=4))
    assert harvest(source).succeeded
    found = action("package_search", fq=f"extras_harvest_source:{source.name}", rows=100)["results"]
    assert len(found) == 4
    return found


def test_ckanapi_lists_searches_and_downloads(harvested: list[dict[str, Any]], address: str) -> None:
    with RemoteCKAN(address, user_agent="ckanapi") as portal:
        names = portal.action.package_list()
        assert {dataset["name"] for dataset in harvested} <= set(names)
        wanted = harvested[0]
        found = portal.action.package_search(q=f'title:"{wanted["title"]}"', rows=100)["results"]
        assert wanted["id"] in {dataset["id"] for dataset in found}
        resource = portal.action.resource_show(id=wanted["resources"][0]["id"])
        table = portal.action.datastore_search(resource_id=resource["id"], limit=5)
        assert table["records"]
        path = resource["url"].partition("/datastore/")[2]
        body = portal.session.get(f"{address}/datastore/{path}?bom=true", timeout=30).content
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == table["total"]
    assert list(rows[0]) == [field["id"] for field in table["fields"]]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_catalogue_parses_in_every_format(
    harvested: list[dict[str, Any]], client: Any, suffix: str
) -> None:
    keeping.keep_up()
    graph = Graph()
    page = 1
    while True:
        answer = client.get(f"/catalog.{suffix}?page={page}")
        assert answer.status_code == 200
        before = len(graph)
        graph.parse(data=answer.get_data(as_text=True), format=FORMATS[suffix])
        if len(graph) == before or page == 20:
            break
        page += 1
    titles = {str(title) for title in graph.objects(None, DCTERMS.title)}
    assert {dataset["title"] for dataset in harvested} <= titles
    assert list(graph.subjects(RDF.type, DCAT.Catalog))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_datasets_rdf_says_in_vietnamese_what_it_is(
    harvested: list[dict[str, Any]], client: Any, suffix: str
) -> None:
    dataset = harvested[0]
    graph = Graph()
    body = client.get(f"/dataset/{dataset['name']}.{suffix}").get_data(as_text=True)
    graph.parse(data=body, format=FORMATS[suffix])
    [subject] = graph.subjects(RDF.type, DCAT.Dataset)
    [title] = graph.objects(subject, DCTERMS.title)
    assert (str(title), title.language) == (dataset["title"], "vi")
    assert all(keyword.language == "vi" for keyword in graph.objects(subject, DCAT.keyword))
    themes = {str(theme) for theme in graph.objects(subject, DCAT.theme)}
    assert any("/authority/data-theme/" in theme for theme in themes)
    assert list(graph.objects(subject, DCTERMS.publisher))
    [distribution] = [
        each
        for each in graph.objects(subject, DCAT.distribution)
        if str(each).endswith(f"/id/distribution/{dataset['resources'][0]['id']}")
    ]
    assert str(next(graph.objects(distribution, DCAT.downloadURL))).endswith(".csv")
    assert str(next(graph.objects(distribution, DCTERMS.license))).endswith("/licence/CC_BY_4_0")
    assert str(next(graph.objects(distribution, DCTERMS.format))).endswith("/file-type/CSV")
    assert str(next(graph.objects(distribution, DCAT.mediaType))).endswith("/media-types/text/csv")


@pytest.mark.parametrize("words", ["duong pho thu nghiem", "đường phố thử nghiệm", "ĐƯỜNG PHỐ", "duong PHO"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_search_needs_no_accents(dataset: Run, client: Any, words: str, form: str) -> None:
    made = dataset(title="Danh mục đường phố thử nghiệm")
    answer = client.get(
        "/api/3/action/package_search", query_string={"q": unicodedata.normalize(form, words), "rows": 1000}
    )
    assert made["id"] in {found["id"] for found in answer.json["result"]["results"]}


HOSTILE = [
    '"',
    "\\",
    "*:*",
    "{!parent}",
    "a AND (",
    "đ" * 5_000,
    "<script>alert(1)</script>",
    "\x00",
    "_query_:x",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_search_breaks_the_page(client: Any, words: str) -> None:
    answer = client.get("/dataset/", query_string={"q": words})
    assert answer.status_code in (200, 400)
    assert "<script>alert(1)" not in answer.get_data(as_text=True)


def test_a_value_too_long_for_solr_does_not_lose_the_dataset(dataset: Run, client: Any) -> None:
    made = dataset(version="v" * 100, rights="quyền " * 1_500, provenance="x" * 9_000)
    found = client.get("/api/3/action/package_search", query_string={"fq": f"id:{made['id']}"}).json
    assert found["result"]["count"] == 1
