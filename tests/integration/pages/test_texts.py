"""The portal's long texts: in both languages, with the same parts, about whoever runs the portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Read = Callable[..., str]

PAGES = {
    "/about": "about",
    "/terms": "terms",
    "/guide": "guide",
    "/guide/agencies": "agencies",
    "/accessibility": "accessibility",
}
TEXTS = Path(__file__).parents[3] / "ckanext-hue" / "ckanext" / "hue" / "templates" / "hue" / "prose"
VIETNAMESE = re.compile(
    r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
)


@pytest.fixture
def read(client: Any) -> Read:
    def page(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return page


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give the portal other settings for one test."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setitem(tk.config, f"ckanext.hue.{name}", value)

    return change


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_text_has_one_heading_and_a_list_of_its_parts(read: Read, path: str, language: str) -> None:
    page = read(language + path)
    assert page.count("<h1") == 1
    parts = re.findall(r'<h2 id="([a-z-]+)"', page)
    assert len(parts) > 3
    assert len(set(parts)) == len(parts)
    assert re.findall(r'<li><a href="#([a-z-]+)"', page) == parts


@pytest.mark.parametrize("name", PAGES.values())
def test_a_text_has_as_many_parts_in_each_language(name: str) -> None:
    counts = [(TEXTS / f"{name}.{language}.html").read_text().count("<h2 ") for language in ("vi", "en")]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", PAGES.values())
def test_an_english_text_has_no_vietnamese_words(name: str) -> None:
    text = re.sub(r'<(\w+)[^>]* lang="vi">.*?</\1>', "", (TEXTS / f"{name}.en.html").read_text())
    words = [word for word in text.split() if VIETNAMESE.search(word)]
    assert [word for word in words if not re.search(r"\d+/\d{4}/(NĐ-CP|QĐ-TTg)", word)] == []


@pytest.mark.parametrize("path", PAGES)
def test_the_title_and_the_description_are_the_texts_own(read: Read, path: str) -> None:
    page = read(path)
    heading = re.search(r"<h1>(.*?)</h1>", page)
    lead = re.search(r'<p class="hue-lead">(.*?)</p>', page)
    assert heading
    assert lead
    assert f"<title>{heading[1]} -" in re.sub(r"\s+", " ", page).replace("<title> ", "<title>")
    assert f'<meta name="description" content="{lead[1]}">' in page


@pytest.mark.parametrize("path", PAGES)
def test_texts_name_whoever_runs_the_portal(read: Read, settings: Any, path: str) -> None:
    settings(publisher="Sở <b>Thử</b>", contact_email="hoi@tinh.example.vn")
    page = read(path)
    assert "hoi@tinh.example.vn" in page
    assert "<b>Thử</b>" not in page


@pytest.mark.parametrize("name", PAGES.values())
def test_no_text_is_about_one_province(name: str) -> None:
    for language in ("vi", "en"):
        assert "Huế" not in (TEXTS / f"{name}.{language}.html").read_text()


def test_a_text_without_an_address_to_write_to_is_whole(read: Read, settings: Any) -> None:
    settings(contact_email="")
    for path in PAGES:
        assert "mailto:" not in read(path)


def test_what_administrators_wrote_about_the_portal_takes_the_texts_place(
    read: Read, monkeypatch: Any
) -> None:
    monkeypatch.setattr(tk.g, "site_about", "Lời *giới thiệu* riêng", raising=False)
    assert "Lời <em>giới thiệu</em> riêng" in read("/about")


def test_the_guide_for_agencies_stands_below_the_guide(read: Read) -> None:
    trail = read("/guide/agencies").partition('class="breadcrumb"')[2].partition("</ol>")[0]
    assert 'href="/guide"' in trail


@pytest.mark.parametrize("path", PAGES)
def test_search_engines_are_told_of_the_text(client: Any, path: str) -> None:
    assert f"{path}</loc>" in client.get("/sitemap/pages-1.xml").get_data(as_text=True)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_the_text(read: Read, path: str) -> None:
    assert f'href="{path}"' in read("/dataset/")
