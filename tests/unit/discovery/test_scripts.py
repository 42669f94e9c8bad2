"""JSON-LD inside a page: nothing in it ends its element, and it says what it said before."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from ckanext.hue.discovery.schemaorg import script

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "a\u2028b\u2029c",
    "\\u003c/script\\u003e",
    "\"';&amp;",
    "{{ 7 * 7 }}",
    "\x01\x7f\ufeff",
]


class Elements(HTMLParser):
    """The elements of a page, and the text in the first script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    found = Elements(f"<script>{script({'name': text, text: 1})}</script>")
    assert found.names == ["script"]
    assert json.loads(found.text) == {"name": text, text: 1}


@pytest.mark.parametrize("character", ["<", ">", "&", "\u2028", "\u2029"])
def test_what_could_end_the_element_is_not_written(character: str) -> None:
    assert character not in script({"name": character})


def test_vietnamese_is_written_in_letters() -> None:
    assert script({"name": "Huế"}) == '{"name":"Huế"}'
