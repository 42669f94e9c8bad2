"""WCAG 2.2 AA as far as a program can see, on pages of signed-in people: wide and narrow, light and dark."""

from __future__ import annotations

PAGES = "signed in"


def test_nothing_is_in_the_way(barriers: list[str]) -> None:
    assert barriers == []
