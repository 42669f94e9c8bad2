"""What a page for everybody brings with it, and that nothing on it moves while it comes."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

PHONE = (390, 844)
PATHS = ("/", "/dataset/", "{sample.dataset_path}", "/organization/", "/group/{sample.field}", "/about")
MOST = 60 * 1024  # bytes, compressed as nginx does it
LEVEL = 5
MOST_REQUESTS = 25
FOREIGN = ("jquery", "bootstrap.js", "htmx", "select2", "fontawesome", "/base/main.js", "_ckan.js")
WATCH_SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifted += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });"""


@pytest.mark.parametrize("path", PATHS)
def test_a_page_for_everybody_is_light_and_stands_still(
    portal: str, sample: Any, chromium: Browser, path: str
) -> None:
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, base_url=portal)
    page = context.new_page()
    page.add_init_script(WATCH_SHIFTS)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(path.format(sample=sample), wait_until="networkidle")
    sizes: Counter[str] = Counter()
    for answer in answers:
        sizes[answer.request.resource_type] += len(gzip.compress(answer.body(), LEVEL))
    assert sizes["script"] < MOST
    assert 0 < sizes["stylesheet"] < MOST
    assert len(answers) <= MOST_REQUESTS
    assert not [answer.url for answer in answers if any(name in answer.url for name in FOREIGN)]
    assert context.cookies() == []
    assert round(page.evaluate("window.shifted"), 2) == 0
    context.close()


def test_the_most_used_fonts_are_asked_for_once(visit: Callable[..., Any]) -> None:
    page = visit("/").page
    preloaded = page.evaluate(
        "[...document.querySelectorAll('link[rel=preload][as=font]')].map(it => new URL(it.href).pathname)"
    )
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)"
    )
    assert len(preloaded) == 4
    assert all(fetched.count(font) == 1 for font in preloaded)


def test_who_signs_in_has_ckans_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/user/login").page
    assert page.evaluate("typeof window.jQuery") == "function"
