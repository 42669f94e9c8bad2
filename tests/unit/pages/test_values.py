"""How values read on the pages."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ckanext.hue.pages import values


@pytest.fixture(autouse=True)
def language(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A reader's language, Vietnamese unless a test changes it."""
    helpers = SimpleNamespace(lang=lambda: "vi")
    monkeypatch.setattr(values, "tk", SimpleNamespace(h=helpers, _=lambda text: text))
    return helpers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1234567, "1.234.567"),
        (-1234, "-1.234"),
        (Decimal("1234567.89"), "1.234.567,89"),
        (Decimal("0.50"), "0,50"),
        (Decimal("12345678901234567890.123"), "12.345.678.901.234.567.890,123"),
        (1e-7, "0,0000001"),
        ("không phải số", "không phải số"),
        (Decimal("1E+5000"), "1E+5000"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_have_points_between_thousands_and_a_decimal_comma(value: Any, text: str) -> None:
    assert values.number(value) == text


def test_numbers_are_written_the_english_way_for_english_readers(language: SimpleNamespace) -> None:
    language.lang = lambda: "en"
    assert values.number(Decimal("1234567.89")) == "1,234,567.89"


@pytest.mark.parametrize(
    ("name", "label", "names"),
    [
        ("nam", "Năm", True),
        ("nam", "", True),
        ("nam_bao_cao", "", True),
        ("khach_viet_nam", "Khách Việt Nam", False),
        ("masothue", "Mã số thuế", True),
        ("mat_do", "", False),
        ("tong_so", "Tổng số", False),
        ("id", "", True),
    ],
)
def test_years_and_codes_are_told_from_quantities(name: str, label: str, names: bool) -> None:
    assert values.names_something(name, label) is names


def test_a_year_is_not_grouped() -> None:
    assert values.cell(2023, "number", grouped=False).text == "2023"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("2023-12-31", "date", "31/12/2023"),
        ("2023-12-31T08:05:00", "time", "31/12/2023 08:05"),
        ("2023-12-31T08:05:09", "time", "31/12/2023 08:05:09"),
        ("2023-12-31T00:00:00", "time", "31/12/2023"),
        ("infinity", "date", "infinity"),
    ],
)
def test_days_come_first_in_dates(value: str, kind: str, text: str) -> None:
    assert values.cell(value, kind).text == text


@pytest.mark.parametrize(
    ("value", "text"), [("2023-12-31", "31/12/2023"), ("2023-05", "05/2023"), ("2023", "2023")]
)
def test_a_day_may_be_a_month_or_a_year(value: str, text: str) -> None:
    assert values.day(value) == text


@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_an_empty_cell(value: Any) -> None:
    assert values.cell(value, "number") == values.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//example.vn",
        "data:text/html,x",
        "https://",
        "https://example.vn và nữa",
        "http://[",
        "xem https://example.vn",
    ],
)
def test_only_a_whole_web_address_becomes_a_link(text: str) -> None:
    assert values.cell(text, "text").link == ""


def test_a_web_address_becomes_a_link() -> None:
    assert values.cell("https://example.vn/a?b=1", "text").link == "https://example.vn/a?b=1"


def test_a_long_text_is_folded_between_words_and_loses_nothing() -> None:
    text = "một hai ba " * 40
    cell = values.cell(text, "text")
    assert len(cell.text) <= values.LONG_TEXT
    assert cell.text + cell.rest == text
    assert cell.rest.startswith(" ")


def test_an_endless_text_is_cut() -> None:
    cell = values.cell("x" * 100_000, "text")
    assert len(cell.text + cell.rest) == values.MAX_SHOWN + 1
    assert cell.rest.endswith("…")


@pytest.mark.parametrize(
    ("database_type", "kind"),
    [
        ("int4", "number"),
        ("bigint", "number"),
        ("numeric(10,2)", "number"),
        ("float8", "number"),
        ("date", "date"),
        ("timestamp", "time"),
        ("timestamptz", "time"),
        ("bool", "bool"),
        ("text", "text"),
        ("_text", "text"),
        ("json", "text"),
    ],
)
def test_database_types_become_kinds_for_readers(database_type: str, kind: str) -> None:
    assert values.kind_of(database_type) == kind
