"""WCAG 2.2 AA as far as a program can see, on pages for everybody: wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

NARROW = 320  # pixels: 1280 enlarged four times, as WCAG 1.4.10 has it
PAGES = "public"


def test_axe_finds_nothing_and_nothing_sticks_out(
    at: Callable[[str], Page],
    findings: Callable[[Page], list[str]],
    least_width: Callable[[Page], int],
) -> None:
    assert findings(at("light")) == []
    assert findings(at("dark")) == []
    assert least_width(at("dark")) == NARROW


def test_axe_sees_what_is_wrong(visit: Callable[..., Any], findings: Callable[[Page], list[str]]) -> None:
    page = visit("/").page
    page.evaluate("document.body.append(document.createElement('img'))")
    assert any(finding.startswith("image-alt") for finding in findings(page))
