"""WCAG 2.2 AA as far as a program can see, on pages for everybody: wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

PAGES = "public"


def test_nothing_is_in_the_way(barriers: list[str]) -> None:
    assert barriers == []


def test_axe_sees_what_is_wrong(visit: Callable[..., Any], findings: Callable[[Page], list[str]]) -> None:
    page = visit("/").page
    page.evaluate("document.body.append(document.createElement('img'))")
    assert any(finding.startswith("image-alt") for finding in findings(page))
