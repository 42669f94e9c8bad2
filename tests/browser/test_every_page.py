"""What holds on every public page, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

WIDE = (1280, 900)
PHONE = (390, 844)

PATHS = {
    "home": "/",
    "search": "/dataset/",
    "search with words": "/dataset/?q=di+tich&sort=title_string+asc",
    "dataset": "{sample.dataset_path}",
    "report of an error": "{sample.dataset_path}/report",
    "thanks for a report": "{sample.dataset_path}/report/sent",
    "table": "{sample.table_path}",
    "file": "{sample.file_path}",
    "agencies": "/organization/",
    "agency": "/organization/{sample.agency}",
    "agencies found": "/organization/?q=du+lich",
    "about an agency": "/organization/about/{sample.agency}",
    "history of a dataset": "/dataset/activity/{sample.dataset}",
    "fields": "/group/",
    "field": "/group/{sample.field}",
    "about the portal": "/about",
    "developers": "/developers",
    "quality": "/quality",
    "quality of an agency": "/organization/{sample.agency}/quality",
    "sign in": "/user/login",
    "in English": "/en/",
}
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => Number(heading.tagName[1]))"
UNNAMED = """[...document.querySelectorAll('img, a, button')].filter(element => element.tagName === 'IMG'
    ? !element.hasAttribute('alt')
    : ![element.ariaLabel, element.textContent, element.title].some(name => name && name.trim())
).map(element => element.outerHTML.slice(0, 120))"""

# What is bright (0 to 255) behind text; charts and pictures may be
BRIGHT = """[...document.querySelectorAll('body, body *')].filter(element => {
    const ground = getComputedStyle(element).backgroundColor;
    const [red, green, blue, seen = 1] = ground.match(/[\\d.]+/g).map(Number);
    return element.textContent.trim() && element.checkVisibility()
        && element.getBoundingClientRect().width > 20 && seen > 0.3
        && 0.3 * red + 0.59 * green + 0.11 * blue > 200;
}).map(element => element.outerHTML.slice(0, 120))"""
DARK_TEXT = """[...document.querySelectorAll('body *')].filter(element => {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    const behind = [element];
    while (behind[0].parentElement) behind.unshift(behind[0].parentElement);
    const grounds = behind.map(one => getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number));
    const light = ([red, green, blue]) => 0.3 * red + 0.59 * green + 0.11 * blue;
    const ground = grounds.filter(([, , , seen = 1]) => seen > 0.5).pop();
    return own && element.checkVisibility() && ground && light(ground) < 100
        && light(getComputedStyle(element).color.match(/[\\d.]+/g).map(Number)) < 110;
}).map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module", autouse=True)
def scored(sample: Any, application: Any) -> None:
    """The pages about quality have something to say."""
    from ckanext.hue.quality import jobs

    with application.test_request_context():
        jobs.run()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PATHS)
def test_the_page_is_sound(visit: Callable[..., Any], sample: Any, name: str, size: tuple[int, int]) -> None:
    opened = visit(PATHS[name].format(sample=sample), size)
    page = opened.page
    assert opened.faults == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == 0
    headings = page.evaluate(HEADINGS)
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(headings))
    assert page.evaluate(UNNAMED) == []
    assert page.locator("[role=main]").count() == 1
    assert page.locator("html").get_attribute("lang") == ("en" if name == "in English" else "vi")


@pytest.mark.parametrize("name", PATHS)
def test_the_page_is_dark_for_who_reads_in_the_dark(
    visit: Callable[..., Any], sample: Any, name: str
) -> None:
    page = visit(PATHS[name].format(sample=sample), WIDE, dark=True).page
    assert [thing for thing in page.evaluate(BRIGHT) if 'class="btn btn-primary' not in thing] == []
    assert page.evaluate(DARK_TEXT) == []


@pytest.mark.parametrize("path", ["/", "/dataset/", "{sample.dataset_path}", "{sample.table_path}"])
def test_no_page_bears_another_projects_brand(visit: Callable[..., Any], sample: Any, path: str) -> None:
    page = visit(path.format(sample=sample)).page
    assert page.locator("img[src*=ckan], img[src*=od_80x15], meta[name=generator]").count() == 0
    assert page.locator("a[href*='ckan.org'], a[href*='facebook'], a[href*='x.com/']").count() == 0


def test_text_is_set_in_the_portals_own_typeface(visit: Callable[..., Any]) -> None:
    page = visit("/").page
    loaded = page.evaluate(
        "[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)"
    )
    assert "Be Vietnam Pro" in loaded
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Be Vietnam Pro"')


def test_keyboard_users_see_where_they_are(visit: Callable[..., Any]) -> None:
    page = visit("/dataset/").page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
