"""Edges of a histogram's bins are round, equally far apart, and hold every value."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hue.tables import bins

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value="-1E130", max_value="1E130", places=20)


@pytest.mark.parametrize(
    ("low", "high", "whole", "edges"),
    [
        ("0", "100", False, [str(edge) for edge in range(0, 101, 5)]),
        ("0", "3", True, ["0", "1", "2", "3"]),
        ("5", "5", True, ["5", "5"]),
        ("-1", "1", False, [str(Decimal(edge) / 10) for edge in range(-10, 11)]),
        ("-99.51", "999998.84", False, [str(edge) for edge in range(-100_000, 1_000_001, 100_000)]),
    ],
)
def test_edges_of_numbers_are_round(low: str, high: str, whole: bool, edges: list[str]) -> None:
    assert bins.of_numbers(Decimal(low), Decimal(high), whole=whole) == [Decimal(edge) for edge in edges]


@given(NUMBERS, NUMBERS)
def test_every_number_lies_within_few_equal_bins(one: Decimal, other: Decimal) -> None:
    low, high = min(one, other), max(one, other)
    edges = bins.of_numbers(low, high, whole=False)
    assert edges[0] <= low <= high <= edges[-1]
    assert 2 <= len(edges) <= bins.MAX_BINS + 1


@pytest.mark.parametrize(("low", "high"), [("NaN", "1"), ("0", "Infinity"), ("0", "1E+400"), ("1E-400", "1")])
def test_what_cannot_be_binned_has_no_edges(low: str, high: str) -> None:
    assert bins.of_numbers(Decimal(low), Decimal(high), whole=False) == []


@pytest.mark.parametrize(
    ("low", "high", "first", "second", "count"),
    [
        ("2024-02-28", "2024-03-01", "2024-02-28", "2024-02-29", 2),
        ("2024-01-03", "2024-03-31", "2024-01-01", "2024-01-08", 13),
        ("2023-05-15", "2024-04-30", "2023-05-01", "2023-06-01", 12),
        ("2010-01-01", "2025-01-22", "2010-01-01", "2011-01-01", 16),
        ("1802-06-01", "2025-01-01", "1800-01-01", "1820-01-01", 12),
    ],
)
def test_edges_of_dates_are_beginnings(low: str, high: str, first: str, second: str, count: int) -> None:
    edges = bins.of_dates(date.fromisoformat(low), date.fromisoformat(high))
    assert [edge.isoformat() for edge in edges[:2]] == [first, second]
    assert len(edges) == count + 1


@given(st.datetimes(), st.datetimes())
def test_every_moment_lies_within_few_bins(one: datetime, other: datetime) -> None:
    low, high = min(one, other), max(one, other)
    edges = bins.of_timestamps(low, high)
    assert edges[0] <= low <= high <= edges[-1]
    assert edges == sorted(edges)
    assert 2 <= len(edges) <= bins.MAX_BINS + 1


@given(st.dates(), st.dates())
def test_every_date_lies_within_few_bins(one: date, other: date) -> None:
    low, high = min(one, other), max(one, other)
    edges = bins.of_dates(low, high)
    assert edges[0] <= low <= high <= edges[-1]
    assert 2 <= len(edges) <= bins.MAX_BINS + 1
