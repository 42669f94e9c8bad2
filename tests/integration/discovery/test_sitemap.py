"""The sitemap: everything that is public and nothing else, in parts that the protocol allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from lxml import etree

from ckanext.hue.discovery import sitemap

Make = Callable[..., dict[str, Any]]
Get = Callable[..., str]

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
MEGABYTE = 1_048_576


@pytest.fixture
def addresses(get: Get) -> Callable[[str], list[str]]:
    """The paths that a document of the sitemap names."""

    def of(path: str) -> list[str]:
        found = etree.fromstring(get(path).encode()).iterfind(".//s:loc", NAMES)
        return [(each.text or "").removeprefix(tk.config["ckan.site_url"]) for each in found]

    return of


@pytest.fixture
def everything(addresses: Any) -> Callable[[], list[str]]:
    """All paths of all parts."""
    return lambda: [path for part in addresses("/sitemap.xml") for path in addresses(part)]


@pytest.mark.parametrize(
    "part",
    [
        "datasets-0",
        "datasets-2000000",
        "datasets-" + "9" * 400,
        "datasets--1",
        "datasets-1%00",
        "datasets-x",
        "users-1",
        "pages-2",
        "a'b-1",
        "-",
    ],
)
def test_there_is_no_other_part(signed_in: Any, part: str) -> None:
    assert signed_in("").get(f"/sitemap/{part}.xml").status_code in (400, 404)


@pytest.mark.parametrize(
    "values", [{"private": True}, {"state": "deleted"}, {"state": "draft"}, {"harvest_state": "withdrawn"}]
)
def test_what_is_not_public_is_left_out(
    dataset: Make, patch: Any, everything: Any, values: dict[str, Any]
) -> None:
    made = dataset()
    assert f"/dataset/{made['name']}" in everything()
    patch(made, **values)
    assert f"/dataset/{made['name']}" not in everything()


def test_a_part_holds_no_more_than_it_may(
    dataset: Make, addresses: Any, everything: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [dataset()["name"] for _ in range(5)]
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 4)
    parts = [path for path in addresses("/sitemap.xml") if "/datasets-" in path]
    assert len(parts) >= 3
    assert all(len(addresses(part)) <= 4 for part in parts)
    paths = everything()
    assert len(paths) == len(set(paths))
    assert {f"/dataset/{name}" for name in made} <= set(paths)


def test_the_largest_part_stays_below_fifty_megabytes(application: Any) -> None:
    from datetime import UTC, datetime

    entry = sitemap._urls_of(f"/dataset/{'a' * 100}", datetime.now(UTC))
    assert len(entry) * sitemap._size() < 50 * MEGABYTE


def test_a_page_is_listed_in_each_language_and_names_the_others(dataset: Make, get: Get) -> None:
    made, site = dataset(), tk.config["ckan.site_url"]
    root = etree.fromstring(get("/sitemap/datasets-1.xml").encode())
    urls = {each.findtext("s:loc", namespaces=NAMES): each for each in root}
    expected = {
        "vi": f"{site}/dataset/{made['name']}",
        "en": f"{site}/en/dataset/{made['name']}",
    }
    for address in expected.values():
        links = urls[address].findall("x:link", NAMES)
        assert {link.attrib["hreflang"]: link.attrib["href"] for link in links} == expected


def test_the_last_change_is_said(dataset: Make, get: Get) -> None:
    made = dataset()
    root = etree.fromstring(get("/sitemap/datasets-1.xml").encode())
    [modified] = [
        each.findtext("s:lastmod", namespaces=NAMES)
        for each in root
        if (each.findtext("s:loc", namespaces=NAMES) or "").endswith(f"/dataset/{made['name']}")
        and "/en/" not in (each.findtext("s:loc", namespaces=NAMES) or "")
    ]
    assert modified == made["metadata_modified"][:19] + "+00:00"


def test_every_kind_of_page_is_there_and_answers(dataset: Make, addresses: Any, get: Get, field: str) -> None:
    dataset(groups=[{"name": field}])
    kinds = {re.fullmatch(r"/sitemap/(\w+)-1\.xml", path)[1]: path for path in addresses("/sitemap.xml")}  # type: ignore[index]
    assert set(kinds) == {"pages", "datasets", "agencies", "fields"}
    assert f"/group/{field}" in addresses(kinds["fields"])
    assert "/organization/co-quan-thu" in addresses(kinds["agencies"])
    for path in [*addresses(kinds["pages"]), f"/group/{field}", "/en/organization/co-quan-thu"]:
        assert get(path)


@pytest.fixture
def field() -> Iterator[str]:
    import uuid

    name = f"linh-vuc-{uuid.uuid4().hex[:8]}"
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"ignore_auth": True, "user": user}
    tk.get_action("group_create")(context, {"name": name, "title": "Lĩnh vực thử"})
    yield name
    tk.get_action("group_delete")({"ignore_auth": True, "user": user}, {"id": name})


def test_who_has_it_is_sent_it_again_when_a_page_is_gone(dataset: Make, patch: Any, signed_in: Any) -> None:
    made, reader = dataset(), signed_in("")
    for path in ("/sitemap.xml", "/sitemap/datasets-1.xml"):
        answer = reader.get(path)
        assert answer.headers["Last-Modified"]
        tag = {"If-None-Match": answer.headers["ETag"], "If-Modified-Since": answer.headers["Last-Modified"]}
        unchanged = reader.get(path, **tag)
        assert (unchanged.status_code, unchanged.get_data()) == (304, b"")
        patch(made, state="deleted" if path == "/sitemap.xml" else "active")
        assert reader.get(path, **tag).status_code == 200


def test_a_part_costs_two_statements(dataset: Make, statements: Any, signed_in: Any) -> None:
    dataset()
    reader = signed_in("")
    with statements() as seen:
        reader.get("/sitemap/datasets-1.xml")
    assert len([each for each in seen if "package" in each]) == 2
