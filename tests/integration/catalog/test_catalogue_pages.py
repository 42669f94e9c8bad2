"""The catalogue over HTTP: hostile questions, pages, changes, what left, whole files, and what they cost."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import ckan.plugins.toolkit as tk
import pysolr
import pytest
from ckanext.dcat.processors import RDFParser
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, RdfFormat, parse
from rdflib import Graph
from sqlalchemy import event

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.catalog.fragments import keeping
from ckanext.hue.catalog.serving import questions, views
from ckanext.hue.harvest.database import engine, rows

Make = Callable[..., dict[str, Any]]
EXTENSIONS = ("ttl", "rdf", "jsonld", "nt")
DCAT = "http://www.w3.org/ns/dcat#"
AS = "https://www.w3.org/ns/activitystreams#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture
def reader(signed_in: Callable[[str], Any]) -> Any:
    return signed_in("")


@pytest.fixture
def published(dataset: Make) -> Callable[..., dict[str, Any]]:
    def make(**values: Any) -> dict[str, Any]:
        made = dataset(**values)
        keeping.keep_up()
        return made

    return make


def change(action: str, dataset: dict[str, Any], **values: Any) -> None:
    tk.get_action(action)({"ignore_auth": True, "user": dataset["user"]}, {"id": dataset["id"], **values})


def graph(answer: Any, extension: str = "ttl") -> Dataset:
    return Dataset(parse(answer.get_data(), format=RdfFormat.from_extension(extension)))


def canonical(answer: Any, extension: str) -> Dataset:
    found = graph(answer, extension)
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found


def of_type(found: Dataset, name: str) -> set[str]:
    return {quad.subject.value for quad in found if quad.predicate == TYPE and quad.object == NamedNode(name)}


def link(found: Dataset, name: str) -> str | None:
    values = [quad.object.value for quad in found.quads_for_predicate(NamedNode(HYDRA + name))]
    return re.sub(r"^https?://[^/]+", "", values[0]) if values else None


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements of CKAN's database made meanwhile, but the one that CKAN makes at each request."""
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "system_info" not in statement:
            statements.append(statement)

    event.listen(engine(), "before_cursor_execute", count)
    try:
        yield statements
    finally:
        event.remove(engine(), "before_cursor_execute", count)


def forbid_solr(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_settings: Any) -> None:
        raise AssertionError("Solr was asked")

    monkeypatch.setattr(pysolr.Solr, "_send_request", refuse)


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=một",
        "page=1.5",
        "page=" + "9" * 9,
        "page=²",
        "page=99999&q=*",
        "modified_since=hôm qua",
        "modified_since=2026-13-01",
        "modified_since=0001-01-01T00:00:00%2B14:00",
        "modified_since=' OR 1=1",
        "modified_since=2026-01-01&after=%27;DROP",
        "modified_since=2026-01-01&after=" + "a" * 101,
        "q=" + "a" * (questions.MAX_QUERY + 1),
        "fq=" + "a" * (questions.MAX_QUERY + 1),
        "fq={!join from=id to=id}x",
        "fq=khong_co_truong:1 AND (",
        "profiles=euro_dcat_ap",
        "profiles=hue_dcat_ap,euro_dcat_ap",
        "q=%00",
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(reader: Any, query: str) -> None:
    answer = reader.get(f"/catalog.ttl?{query}")
    assert answer.status_code == 400
    assert answer.get_data(as_text=True).strip()


@pytest.mark.parametrize(
    "path",
    [
        "/catalog.exe",
        "/catalog.json-ld",
        "/catalog.turtle",
        "/catalog-full.rdf.gz",
        "/dataset/khong-co.ttl",
        "/dataset/khong-co.json-ld",
        "/dataset/..%2f..%2fetc.ttl",
    ],
)
def test_what_is_not_there_is_not_found(reader: Any, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_a_name_with_a_nul_fails_nothing(reader: Any) -> None:
    assert reader.get("/dataset/a%00b.ttl").status_code in (400, 404)
    assert reader.get("/dataset/a%00b", Accept="text/turtle").status_code in (400, 404)


def test_every_format_of_a_page_says_the_same(published: Make, reader: Any) -> None:
    published(notes='Dấu " và < > & \\ \r\n xuống dòng')
    sides = {one: without_paging(reader.get(f"/catalog.{one}"), one) for one in EXTENSIONS}
    assert sides["ttl"] == sides["rdf"] == sides["jsonld"] == sides["nt"]
    assert of_type(sides["ttl"], f"{DCAT}Catalog") == {addresses.catalog()}


def without_paging(answer: Any, extension: str) -> Dataset:
    """What a page says but of itself, whose address names the format."""
    found = Dataset([quad for quad in graph(answer, extension) if "/catalog." not in str(quad.subject)])
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_format_of_a_dataset_says_the_same(published: Make, reader: Any, extension: str) -> None:
    made = published(tag_string="một, hai", resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    answer = reader.get(f"/dataset/{made['name']}.{extension}")
    assert answer.status_code == 200
    assert canonical(answer, extension) == canonical(reader.get(f"/dataset/{made['id']}.nt"), "nt")
    assert addresses.dataset(made["id"]) in of_type(graph(answer, extension), f"{DCAT}Dataset")


@pytest.mark.parametrize(("old", "new"), [("xml", "rdf"), ("n3", "ttl")])
def test_the_older_extensions_are_kept(published: Make, reader: Any, old: str, new: str) -> None:
    name = published()["name"]
    assert reader.get(f"/dataset/{name}.{old}").data == reader.get(f"/dataset/{name}.{new}").data


def test_pages_follow_one_another_and_hold_every_dataset_once(
    published: Make, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        published()
    keeping.rebuild()
    monkeypatch.setitem(tk.config, "ckanext.dcat.datasets_per_page", 2)
    path, seen = "/catalog.nt", []
    while path:
        found = graph(reader.get(path), "nt")
        seen += of_type(found, f"{DCAT}Dataset")
        assert link(found, "next") == link(found, "nextPage")
        path = link(found, "next")
    total = rows("SELECT count(*) FROM hue_catalog_fragment WHERE number IS NOT NULL")[0].count
    assert len(seen) == len(set(seen)) == total


def test_a_page_behind_the_last_is_empty_and_leads_back(published: Make, reader: Any) -> None:
    published()
    found = graph(reader.get("/catalog.ttl?page=999999"))
    assert of_type(found, f"{DCAT}Dataset") == set()
    assert link(found, "next") is None
    assert link(found, "previous") == link(found, "last")


def test_a_deleted_dataset_leaves_its_page_at_once_and_shifts_no_other(published: Make, reader: Any) -> None:
    made, other = published(), published()
    number = rows("SELECT number FROM hue_catalog_fragment WHERE dataset_id = :id", id=made["id"])[0].number
    page = f"/catalog.nt?page={(number - 1) // config.catalog_page() + 1}"
    assert addresses.dataset(made["id"]) in reader.get(page).get_data(as_text=True)
    change("package_delete", made)
    text = reader.get(page).get_data(as_text=True)
    assert addresses.dataset(made["id"]) not in text
    assert addresses.dataset(other["id"]) in text
    assert reader.get(f"/dataset/{made['name']}.ttl").status_code == 404


def test_what_changed_and_what_left_are_told_since_a_moment(published: Make, reader: Any) -> None:
    old = published()
    rows("UPDATE hue_catalog_fragment SET changed = '2001-01-01' WHERE dataset_id = :id", id=old["id"])
    gone, new = published(), published()
    change("package_delete", gone)
    keeping.keep_up()
    since = quote((datetime.now(UTC) - timedelta(seconds=30)).isoformat())
    found = everything(reader, f"/catalog.nt?modified_since={since}")
    assert addresses.dataset(new["id"]) in of_type(found, f"{DCAT}Dataset")
    assert addresses.dataset(old["id"]) not in of_type(found, f"{DCAT}Dataset")
    assert addresses.dataset(gone["id"]) in of_type(found, f"{AS}Tombstone")
    assert addresses.dataset(gone["id"]) not in of_type(found, f"{DCAT}Dataset")
    assert addresses.dataset(gone["id"]) in of_type(
        everything(reader, f"/catalog-removed.nt?modified_since={since}"), f"{AS}Tombstone"
    )


def test_a_tombstone_violates_no_shape_and_stock_harvesters_take_it_for_nothing(
    published: Make, reader: Any, find: Callable[[Graph, str], set[Any]]
) -> None:
    change("package_delete", published())
    keeping.keep_up()
    text = reader.get("/catalog-removed.nt").get_data(as_text=True)
    assert find(Graph().parse(data=text, format="nt"), "obligations") == set()
    parser = RDFParser()
    parser.parse(text, "nt")
    assert list(parser.datasets()) == []


def everything(reader: Any, path: str | None) -> Dataset:
    """All pages, from this one on."""
    whole = Dataset()
    while path:
        found = graph(reader.get(path), "nt")
        for quad in found:
            whole.add(quad)
        path = link(found, "next")
    return whole


def test_pages_of_changes_hold_each_once_also_where_moments_are_the_same(
    published: Make, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [published()["id"] for _ in range(5)]
    moment = datetime(2040, 1, 1, tzinfo=UTC)
    rows("UPDATE hue_catalog_fragment SET changed = :at WHERE dataset_id = ANY(:ids)", at=moment, ids=ids)
    rows("INSERT INTO hue_catalog_removed VALUES (:id, :at)", id=f"{uuid.uuid4()}", at=moment)
    monkeypatch.setitem(tk.config, "ckanext.dcat.datasets_per_page", 2)
    path, seen = "/catalog.nt?modified_since=2040-01-01", []
    while path:
        found = graph(reader.get(path), "nt")
        seen.append(of_type(found, f"{DCAT}Dataset") | of_type(found, f"{AS}Tombstone"))
        path = link(found, "next")
    rows("UPDATE hue_catalog_fragment SET changed = now() WHERE dataset_id = ANY(:ids)", ids=ids)
    rows("DELETE FROM hue_catalog_removed WHERE removed = :at", at=moment)
    assert [len(page) for page in seen] == [2, 2, 2]
    assert len(set().union(*seen)) == 6


def test_a_plus_that_became_a_blank_is_understood() -> None:
    asked = questions.moment("since", {"since": "2026-01-01T07:00:00 07:00"})
    assert asked == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_search_gives_the_same_datasets_as_package_search(published: Make, reader: Any) -> None:
    word = f"tu{uuid.uuid4().hex[:10]}"
    made = published(title=f"Bộ dữ liệu {word}")
    published()
    secret = published(title=f"Bộ dữ liệu kín {word}", private=True)
    for query in ({"q": word}, {"fq": f"title:{word}"}, {"q": word, "modified_since": "2020-01-01"}):
        found = graph(reader.get(f"/catalog.ttl?{urlencode(query)}"))
        assert of_type(found, f"{DCAT}Dataset") == {addresses.dataset(made["id"])}
        assert addresses.dataset(secret["id"]) not in str(found)
        assert link(found, "totalItems") == "1"


def test_a_search_as_somebody_who_sees_more_gives_no_more(
    published: Make, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = f"tu{uuid.uuid4().hex[:10]}"
    published(title=f"Bộ dữ liệu kín {word}", private=True)
    admin = signed_in(system_administrator())
    asked = urlencode({"q": word, "fq": "capacity:(public OR private)"})
    assert of_type(graph(admin.get(f"/catalog.ttl?{asked}")), f"{DCAT}Dataset") == set()


def system_administrator() -> str:
    name = f"quan-tri-{uuid.uuid4().hex[:8]}"
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("user_create")(
        {"ignore_auth": True, "user": user},
        {"name": name, "email": f"{name}@example.vn", "password": "mat-khau-thu-1", "sysadmin": True},
    )
    rows('UPDATE "user" SET sysadmin = true WHERE name = :name', name=name)
    return name


def test_a_private_dataset_is_read_by_those_who_may_and_kept_nowhere(dataset: Make, signed_in: Any) -> None:
    made = dataset(private=True)
    keeping.keep_up()
    assert signed_in("").get(f"/dataset/{made['name']}.ttl").status_code == 404
    answer = signed_in(system_administrator()).get(f"/dataset/{made['name']}.ttl")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("kind", ["dataset", "distribution"])
def test_where_a_private_dataset_is_nobody_keeps_for_others(dataset: Make, signed_in: Any, kind: str) -> None:
    made = dataset(private=True, resources=[{"name": "Tệp", "url": "https://example.vn/a.csv"}])
    thing = made if kind == "dataset" else made["resources"][0]
    answer = signed_in(system_administrator()).get(f"/id/{kind}/{thing['id']}")
    assert answer.status_code == 303
    assert "public" not in answer.headers["Cache-Control"]


def test_a_dataset_of_this_minute_has_its_graph_already(dataset: Make, reader: Any) -> None:
    made = dataset()
    answer = reader.get(f"/dataset/{made['name']}.ttl")
    assert addresses.dataset(made["id"]) in of_type(graph(answer), f"{DCAT}Dataset")


def test_a_withdrawn_dataset_has_a_graph_but_no_place_in_the_catalogue(published: Make, reader: Any) -> None:
    made = published(harvest_state="withdrawn")
    assert reader.get(f"/dataset/{made['name']}.ttl").status_code == 200
    assert addresses.dataset(made["id"]) not in str(everything(reader, "/catalog.nt"))


@pytest.mark.parametrize(
    "path", ["/catalog.ttl", "/dataset/NAME.ttl", "/catalog-full.nt.gz", "/catalog-removed.nt"]
)
def test_who_has_it_already_is_told_so_without_solr(
    published: Make, reader: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    path = path.replace("NAME", published()["name"])
    forbid_solr(monkeypatch)
    first = reader.get(path)
    assert first.status_code == 200
    again = reader.get(path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"


def test_an_unchanged_dataset_costs_one_statement_and_a_page_two(published: Make, reader: Any) -> None:
    made = published()
    for path, statements in ((f"/dataset/{made['name']}.ttl", 1), ("/catalog.ttl", 2)):
        tag = reader.get(path).headers["ETag"]
        with counted() as seen:
            assert reader.get(path, **{"If-None-Match": tag}).status_code == 304
        assert len(seen) == statements, seen
        with counted() as seen:
            assert reader.get(path).status_code == 200
        assert len(seen) == statements, seen


def test_last_modified_serves_as_well(published: Make, reader: Any) -> None:
    name = published()["name"]
    for path in (f"/dataset/{name}.ttl", "/catalog.ttl"):
        first = reader.get(path)
        again = reader.get(path, **{"If-Modified-Since": first.headers["Last-Modified"]})
        assert again.status_code == 304


def test_a_change_changes_the_etag(published: Make, reader: Any) -> None:
    made = published()
    paths = (f"/dataset/{made['name']}.ttl", "/catalog.ttl", "/catalog-full.ttl.gz")
    before = [reader.get(path).headers["ETag"] for path in paths]
    change("package_patch", made, title="Tên đã đổi")
    keeping.keep_up()
    after = [reader.get(path).headers["ETag"] for path in paths]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_formats_have_etags_of_their_own(published: Make, reader: Any) -> None:
    name = published()["name"]
    tags = {reader.get(f"/dataset/{name}.{one}").headers["ETag"] for one in (*EXTENSIONS, "n3")}
    assert len(tags) == 5


def test_an_answer_is_compressed_for_who_takes_that(published: Make, reader: Any) -> None:
    published()
    plain, packed = reader.get("/catalog.ttl"), reader.get("/catalog.ttl", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_a_head_has_the_headers_and_nothing_else(published: Make, application: Any) -> None:
    published()
    for path in ("/catalog.ttl", "/catalog-full.nt.gz"):
        answer = application.test_client().head(path)
        assert answer.status_code == 200
        assert answer.headers["ETag"]
        assert answer.data == b""


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml;q=0.9, text/html;q=0.8", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("hỏng;;q=x", "text/html"),
    ],
)
def test_home_and_dataset_answer_as_they_are_asked(
    published: Make, reader: Any, accept: str, media_type: str
) -> None:
    name = published()["name"]
    for path in ("/", f"/dataset/{name}"):
        answer = reader.get(path, Accept=accept.encode().decode("latin-1"))
        assert answer.status_code == 200
        assert answer.mimetype == media_type
        assert "Accept" in [part.strip() for part in answer.headers["Vary"].split(",")]
        if media_type != "text/html":
            assert answer.headers["Content-Location"].startswith(("/catalog.", f"/dataset/{name}."))


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        ("text/turtle", 200, "text/turtle"),
        ("*/*", 200, "text/turtle"),
        ("", 200, "text/turtle"),
        ("image/png", 200, "text/turtle"),
        ("application/ld+json", 200, "application/ld+json"),
        ("text/html,*/*;q=0.8", 302, "text/html"),
    ],
)
def test_the_catalogue_without_an_extension_is_data(
    reader: Any, accept: str, status: int, media_type: str
) -> None:
    answer = reader.get("/catalog", Accept=accept)
    assert (answer.status_code, answer.mimetype) == (status, media_type)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("extension", ["nt", "ttl"])
def test_the_whole_file_holds_what_all_pages_hold(
    published: Make, reader: Any, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    for _ in range(3):
        published()
    monkeypatch.setattr(views, "PART", 2)
    answer = reader.get(f"/catalog-full.{extension}.gz")
    assert answer.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in answer.headers
    whole = Dataset(parse(gzip.decompress(answer.data), format=RdfFormat.from_extension(extension)))
    paged = Dataset(
        [quad for quad in everything(reader, "/catalog.nt") if "/catalog.nt?" not in quad.subject.value]
    )
    for side in (whole, paged):
        side.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    assert whole == paged


def test_json_ld_is_compact_and_names_no_context_elsewhere(published: Make, reader: Any) -> None:
    made = published()
    document = json.loads(reader.get(f"/dataset/{made['name']}.jsonld").data)
    assert set(document) == {"@context", "@graph"}
    assert all(isinstance(value, str) for value in document["@context"].values())
    [own] = [node for node in document["@graph"] if node["@id"] == addresses.dataset(made["id"])]
    assert "dcat:Dataset" in own["@type"]
    assert "dct:title" in own


def test_pages_in_another_language_are_the_same_catalogue(published: Make, reader: Any) -> None:
    published()
    assert reader.get("/en/catalog.ttl").data == reader.get("/catalog.ttl").data
