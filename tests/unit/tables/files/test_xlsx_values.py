"""A cell holds a value exactly, or says that it cannot."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hue.tables.files import xlsx_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0.000", 0),
        ("-12", -12),
        ("123456789012345", 123456789012345),
        ("1234567890123456", None),
        ("-0.123456789012345", -0.123456789012345),
        ("-0.1234567890123456", None),
        ("1000000000000000000000", 1e21),
        ("0.000000000000000000001", 1e-21),
        ("1e-05", 1e-05),
        ("1.7976931348623157e+308", None),
        ("0.30000000000000004", None),
        ("0." + "0" * 320 + "1", None),
        ("1" + "0" * 310, None),
        ("NaN", None),
        ("Infinity", None),
        ("-Infinity", None),
    ],
)
def test_a_number_is_a_number_only_when_no_digit_is_lost(text: str, expected: float | None) -> None:
    assert xlsx_values.number(text) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=9))
def test_a_number_comes_back_from_what_a_workbook_writes_of_it(value: Decimal) -> None:
    found = xlsx_values.number(f"{value:f}")
    if found is not None:
        read = float(f"{found:.16G}")
        assert Decimal(f"{read:.15g}") == value
    else:
        assert len(value.normalize().as_tuple().digits) > 15


@pytest.mark.parametrize("text", ["1900-02-28", "0001-01-01", "10000-01-01", "0044-03-15 BC", "infinity", ""])
def test_a_date_outside_of_excels_calendar_is_none_of_its_dates(text: str) -> None:
    assert xlsx_values.day(text) is None
    assert xlsx_values.moment(f"{text} 10:00:00") is None


@given(st.dates(min_value=date(1900, 3, 1)))
def test_a_date_is_counted_from_excels_first_day(value: date) -> None:
    found = xlsx_values.day(value.isoformat())
    assert found is not None
    assert date(1899, 12, 30) + timedelta(days=found) == value


@given(st.datetimes(min_value=datetime(1900, 3, 1)))
def test_a_moment_is_exact_to_the_millisecond_or_stays_text(value: datetime) -> None:
    text = value.isoformat(" ")
    found = xlsx_values.moment(text.rstrip("0") if "." in text else text)  # as PostgreSQL writes it
    if value.microsecond % 1000:
        assert found is None
    else:
        assert found is not None
        read = datetime(1899, 12, 30) + timedelta(days=float(f"{found:.16G}"))
        assert abs(read - value) < timedelta(milliseconds=0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Huế\nđẹp\tquá", "Huế\nđẹp\tquá"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x0bc\x1fd\ufffe", "abcd"),
        ("\u200b😀\u00a0", "\u200b😀\u00a0"),
    ],
)
def test_only_what_xml_cannot_hold_is_dropped(text: str, expected: str) -> None:
    assert xlsx_values.legal(text) == expected


@pytest.mark.parametrize(
    ("text", "cut"),
    [("a" * 32_767, False), ("a" * 32_768, True), ("😀" * 16_383, False), ("😀" * 16_384, True)],
)
def test_a_text_is_cut_where_excel_ends_and_says_so(text: str, cut: bool) -> None:
    found = xlsx_values.cut(text)
    assert (found != text) is cut
    assert len(found.encode("utf-16-le")) // 2 <= xlsx_values.MAX_CELL
    if cut:
        assert found.endswith(xlsx_values.CUT)
        assert text.startswith(found.removesuffix(xlsx_values.CUT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1802-06-01", "01/06/1802"),
        ("2024-01-02 03:04:05.123456", "02/01/2024 03:04:05.123456"),
        ("10000-01-01", "10000-01-01"),
        ("infinity", "infinity"),
        ("12345678901234567", "12345678901234567"),
    ],
)
def test_dates_that_are_text_read_as_people_write_them(text: str, expected: str) -> None:
    assert xlsx_values.day_first(text) == expected
