"""How long ago something changed reads right for as long as a page may be kept."""

from __future__ import annotations

from datetime import date

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.pages.age import Age, age

TODAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """No catalogue is loaded: texts stay as the sources have them."""
    monkeypatch.setattr(tk, "_", lambda text: text)
    monkeypatch.setattr(tk, "ungettext", lambda one, many, number: one if number == 1 else many)


@pytest.mark.parametrize(
    "moment", [None, "", "2026", "2026-13-01", "hôm nay", "0000-00-00", "2026-02-30T10:00"]
)
def test_what_is_no_day_has_no_age(moment: str | None) -> None:
    assert age(moment, TODAY) is None


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-01", "today"),
        ("2026-02-28", "yesterday"),
        ("2026-02-27", "2 days ago"),
        ("2026-01-31", "29 days ago"),
        ("2026-01-30", "1 month ago"),
        ("2025-03-02", "12 months ago"),
        ("2025-03-01", "1 year ago"),
        ("1975-03-26", "50 years ago"),
    ],
)
def test_days_months_and_years_are_told(moment: str, words: str) -> None:
    assert age(moment, TODAY) == Age(moment, words)


def test_a_day_that_is_yet_to_come_is_written_as_a_day() -> None:
    assert age("2027-12-31", TODAY) == Age("2027-12-31", "31/12/2027")


def test_a_time_without_offset_is_utc_and_its_day_that_of_vietnam() -> None:
    assert age("2026-02-28T17:00:00.123456", TODAY) == Age("2026-03-01", "today")
    assert age("2026-02-28T16:59:59", TODAY) == Age("2026-02-28", "yesterday")
