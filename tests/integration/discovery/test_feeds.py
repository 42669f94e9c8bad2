"""Atom feeds of datasets, as feed readers take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import ckan.plugins.toolkit as tk
import feedparser
import pytest
from lxml import etree

from ckanext.hue.discovery import feeds

Make = Callable[..., dict[str, Any]]
Get = Callable[..., str]

ALL = "/feeds/dataset.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def feed(get: Get) -> Callable[[str], Any]:
    """A feed as feedparser reads it, which finds nothing wrong."""

    def read(path: str) -> Any:
        found = feedparser.parse(get(path))
        assert (found.bozo, found.version) == (False, "atom10")
        return found

    return read


def ids(found: Any) -> list[str]:
    return [entry.id.rpartition("/")[2] for entry in found.entries]


# What must not work


def test_hostile_texts_break_no_feed(dataset: Make, feed: Any) -> None:
    title = '<b>lạ</b> & «khác» ]]> " \u0001'
    made = dataset(title=title, notes="]]></content><entry>\u0002 &lt;b&gt; " * 4, tag_string="lạ «x»")
    [entry] = [entry for entry in feed(ALL).entries if entry.id.endswith(made["id"])]
    assert "alert" not in entry.content[0].value
    assert entry.content[0].type == "text/plain"
    assert "«khác»" in entry.title


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/organization/khong-co.atom",
        "/feeds/group/khong-co.atom",
        "/feeds/group/co-quan-thu.atom",
        f"/feeds/organization/{quote('..', safe='')}.atom",
        f"/feeds/organization/{'x' * 500}.atom",
        f"{ALL}?page={feeds.MOST_PARTS + 1}",
        f"{ALL}?page=999999999",
    ],
)
def test_what_is_not_there_has_no_feed(dataset: Make, signed_in: Any, path: str) -> None:
    dataset()
    assert signed_in("").get(path).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"fq": "private:true"},
        {"capacity": "private"},
        {"state": "deleted"},
        {"-organization": "x"},
        {"sort": "title_string asc"},
        {"q": "x" * 501},
        {"tags": "x" * 201},
        {'tags:"x" OR private': "true"},
    ],
)
def test_a_search_cannot_be_narrowed_by_what_is_no_facet(signed_in: Any, asked: dict[str, str]) -> None:
    assert signed_in("").get(f"/feeds/custom.atom?{urlencode(asked)}").status_code == 400


@pytest.mark.parametrize("value", ['" OR *:*', "\\", '\\" OR private:true', "*", "a:b"])
@pytest.mark.parametrize("place", ["search", "keyword"])
def test_a_value_is_no_part_of_the_question(dataset: Make, feed: Any, value: str, place: str) -> None:
    dataset()
    asked = urlencode({"tags": value})
    path = f"/feeds/custom.atom?{asked}" if place == "search" else f"/feeds/tag/{quote(value, safe='')}.atom"
    assert feed(path).entries == []


@pytest.mark.parametrize("path", ["custom.atom?tags=%7B!parent%7D", "tag/%7B!parent%7D.atom"])
def test_a_question_in_solrs_own_language_is_refused(signed_in: Any, path: str) -> None:
    assert signed_in("").get(f"/feeds/{path}").status_code == 400


@pytest.mark.parametrize("words", ['"', "a AND (", "{!parent}", "*:*", "<script>alert(1)</script>"])
def test_no_words_break_a_feed(signed_in: Any, words: str) -> None:
    answer = signed_in("").get(f"/feeds/custom.atom?{urlencode({'q': words})}")
    assert answer.status_code in (200, 400)
    assert b"<script>alert" not in answer.get_data()


@pytest.mark.parametrize("values", [{"private": True}, {"state": "deleted"}, {"harvest_state": "withdrawn"}])
def test_what_is_not_public_is_left_out(dataset: Make, patch: Any, feed: Any, values: dict[str, Any]) -> None:
    made = dataset()
    assert made["id"] in ids(feed(ALL))
    patch(made, **values)
    assert made["id"] not in ids(feed(ALL))


# What stands in a feed


def test_an_entry_tells_of_its_dataset_under_an_address_that_never_changes(
    rich: dict[str, Any], feed: Any
) -> None:
    [entry] = [each for each in feed(ALL).entries if each.id.endswith(rich["id"])]
    site = tk.config["ckan.site_url"]
    assert entry.id == f"{site}/id/dataset/{rich['id']}"
    assert entry.link == f"{site}/dataset/{rich['name']}"
    assert entry.title == "Di tích cấp quốc gia"
    assert entry.author == "Cơ quan thử"
    assert entry.updated.endswith("+00:00")
    assert {tag.term for tag in entry.tags} == {"di tích", "du lịch"}
    assert entry.content[0].value.startswith("Danh sách di tích đã được")


def test_a_feed_is_in_vietnamese_and_names_itself(dataset: Make, feed: Any, get: Get) -> None:
    dataset()
    found = feed("/feeds/organization/co-quan-thu.atom").feed
    assert found.title.startswith("Cơ quan thử - Bộ dữ liệu mới")
    links = {link.rel: link.href for link in found.links}
    assert links["self"].endswith("/feeds/organization/co-quan-thu.atom")
    assert links["alternate"].endswith("/organization/co-quan-thu")
    root = etree.fromstring(get(ALL).encode())
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "vi"


def test_rfc_4287_is_kept(rich: dict[str, Any], get: Get) -> None:
    root = etree.fromstring(get(ALL).encode())
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert all((name.text or "").strip() for name in element.iterfind(f"{ATOM}author/{ATOM}name"))
    found = [entry.findtext(f"{ATOM}id") for entry in root.iterfind(f"{ATOM}entry")]
    assert len(found) == len(set(found))


def test_the_newest_stands_first(dataset: Make, patch: Any, feed: Any) -> None:
    first, second = dataset(), dataset()
    assert ids(feed(ALL))[:2] == [second["id"], first["id"]]
    patch(first, title="Tên khác")
    assert ids(feed(ALL))[:2] == [first["id"], second["id"]]


def test_an_empty_feed_is_valid_and_does_not_change(feed: Any) -> None:
    path = f"/feeds/tag/{uuid4().hex}.atom"
    assert feed(path).entries == []
    assert feed(path).feed.updated == feed(path).feed.updated


def test_a_search_has_a_feed(dataset: Make, feed: Any) -> None:
    word = f"tu{uuid4().hex[:10]}"
    made, _other = dataset(tag_string=word), dataset()
    assert ids(feed(f"/feeds/custom.atom?q={word}&organization=co-quan-thu")) == [made["id"]]
    assert ids(feed(f"/feeds/tag/{word}.atom")) == [made["id"]]


def test_parts_follow_each_other_and_keep_the_search(
    dataset: Make, feed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = f"tu{uuid4().hex[:10]}"
    made = [dataset(tag_string=word)["id"] for _ in range(5)]
    monkeypatch.setattr(feeds, "ENTRIES", 2)
    path, seen = f"/feeds/custom.atom?tags={word}", []
    while path:
        found = feed(path)
        assert len(found.entries) <= 2
        seen += ids(found)
        links = {link.rel: link.href for link in found.feed.links}
        assert links["last"].endswith(f"tags={word}&page=3")
        path = links.get("next", "").removeprefix(tk.config["ckan.site_url"])
    assert seen == made[::-1]


def test_who_has_the_feed_is_not_sent_it_again(dataset: Make, patch: Any, signed_in: Any) -> None:
    made, reader = dataset(), signed_in("")
    answer = reader.get(ALL)
    assert answer.mimetype == "application/atom+xml"
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert reader.get(ALL, **tag).status_code == 304
    patch(made, state="deleted")
    assert reader.get(ALL, **tag).status_code == 200


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/", ALL),
        ("/organization/co-quan-thu", "/feeds/organization/co-quan-thu.atom"),
        ("/dataset/?q=hue&tags=x&sort=metadata_modified+desc", "/feeds/custom.atom?q=hue&amp;tags=x"),
    ],
)
def test_pages_lead_to_their_feeds(dataset: Make, get: Get, page: str, path: str) -> None:
    dataset()
    assert f'href="{path}"' in get(page)
