"""JSON is parsed strictly and without loss."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ckanext.hue.harvesters.answers import parse


def test_no_digit_of_a_number_is_lost() -> None:
    assert parse(b"[12345678901234567890.12]") == [Decimal("12345678901234567890.12")]
    assert parse(b"[1.10, 3, 1e400]") == [Decimal("1.10"), 3, Decimal("1e400")]


@pytest.mark.parametrize("body", [b"[NaN]", b"[Infinity]", b"", b"<html>", b'{"a": 1', b"\xff"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse(body)


def test_depth_without_end_is_refused() -> None:
    with pytest.raises(RecursionError):
        parse(b"[" * 200_000 + b"]" * 200_000)


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert parse(rb'{"t\ud800": ["\ud83d\ude00", "\udc00x"]}') == {"t?": ["\U0001f600", "?x"]}
