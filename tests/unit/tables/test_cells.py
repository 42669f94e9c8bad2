"""Values become COPY text without loss."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hue.tables.cells import NULL, Kind, copy_lines, kind_of, nfc, texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NULL),
        ("", ""),
        (r"\N", r"\N"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (107.583, "107.583"),
        (Decimal("0.10"), "0.10"),
        (float("nan"), NULL),
        (2**70, "1180591620717411303424"),
        (date(1802, 6, 1), "1802-06-01"),
        (datetime(2024, 9, 17, 10, 55), "2024-09-17 10:55:00"),
        (["đ", None], '["đ", null]'),
        ({"a": "b\n"}, r'{"a": "b\n"}'),
    ],
)
def test_a_value_becomes_the_text_that_copy_reads(value: Any, text: str) -> None:
    assert list(texts([value], {type(value)})) == [text]


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\x00")), min_size=2, max_size=2)))
def test_lines_read_back_as_they_were(rows: list[list[str]]) -> None:
    lines = copy_lines(rows, 2).split("\n")[:-1]
    assert [[unescaped(field) for field in line.split("\x1f")] for line in lines] == rows


def unescaped(field: str) -> str:
    """Read a field as COPY does."""
    meanings = {r"\\": "\\", r"\n": "\n", r"\r": "\r", r"\x1f": "\x1f", r"\x1e": "\x1e"}
    return re.sub(r"\\(x1[ef]|.)", lambda found: meanings[found[0]], field)


def test_nothing_is_taken_for_the_end_of_the_data() -> None:
    assert copy_lines([["\\."]], 1) == "\\\\.\n"


def test_nul_is_left_out() -> None:
    assert copy_lines([["x\x00y", ""]], 2) == "xy\x1f\n"


def test_text_is_composed() -> None:
    assert nfc("Hu\u0065\u0302\u0301") == "Huế"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, Kind.NONE),
        ("1", Kind.TEXT),
        (1, Kind.INTEGER),
        (1.0, Kind.DECIMAL),
        (True, Kind.BOOLEAN),
        (date(2024, 1, 1), Kind.TEMPORAL),
        ([1], Kind.TEXT),
    ],
)
def test_the_kind_is_the_type(value: object, kind: Kind) -> None:
    assert kind_of({type(value)}) is kind
