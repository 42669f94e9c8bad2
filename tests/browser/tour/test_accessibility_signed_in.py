"""WCAG 2.2 AA as far as a program can see, on pages of signed-in people: wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

NARROW = 320  # pixels: 1280 enlarged four times, as WCAG 1.4.10 has it
PAGES = "signed in"


def test_axe_finds_nothing_and_nothing_sticks_out(
    at: Callable[[str], Page],
    findings: Callable[[Page], list[str]],
    least_width: Callable[[Page], int],
) -> None:
    assert findings(at("light")) == []
    assert findings(at("dark")) == []
    assert least_width(at("dark")) == NARROW
