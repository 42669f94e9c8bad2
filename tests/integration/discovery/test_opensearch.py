"""The OpenSearch description: within the specification's limits, and its addresses answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from lxml import etree

NAMES = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
Get = Callable[..., str]


@pytest.fixture
def description(get: Get) -> Callable[..., Any]:
    return lambda prefix="": etree.fromstring(get(f"{prefix}/opensearch.xml").encode())


def test_a_long_hostile_name_of_the_portal_keeps_the_limits(
    description: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckan.site_title", "</LongName> & Cổng dữ liệu " * 20)
    monkeypatch.setitem(tk.config, "ckan.site_description", "mô tả <b> " * 500)
    root = description()
    for name, most in {"ShortName": 16, "LongName": 48, "Description": 1_024}.items():
        assert 0 < len(root.findtext(f"o:{name}", namespaces=NAMES)) <= most


@pytest.mark.parametrize(
    ("prefix", "name", "language"), [("", "Dữ liệu mở Huế", "vi"), ("/en", "Huế open data", "en")]
)
def test_names_are_in_the_readers_language(description: Any, prefix: str, name: str, language: str) -> None:
    root = description(prefix)
    assert root.findtext("o:ShortName", namespaces=NAMES) == name
    assert root.findtext("o:Language", namespaces=NAMES) == language


def test_its_addresses_answer_with_what_they_promise(description: Any, signed_in: Any) -> None:
    urls = description().findall("o:Url", NAMES)
    assert len(urls) == 3
    for url in urls:
        address = url.attrib["template"].replace("{searchTerms}", "di+t%C3%ADch").replace("{startPage?}", "")
        answer = signed_in("").get(address.removeprefix(tk.config["ckan.site_url"]))
        assert (answer.status_code, answer.mimetype) == (200, url.attrib["type"])


def test_pages_lead_to_it(get: Get) -> None:
    assert 'rel="search" type="application/opensearchdescription+xml"' in get("/about")
