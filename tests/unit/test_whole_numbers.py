from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.whole_numbers import whole_number


def read(value: Any, most: int = 50, default: int | None = 20) -> int:
    [validator] = whole_number(most, default=default)
    return validator(value)


@pytest.mark.parametrize(
    "value", ["-1", -1, True, "1.5", 1.5, "mười", "٣", "1_0", "9" * 5000, [1], {"a": 1}, "\x00"]
)
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(tk.Invalid, match="số nguyên từ 0 đến 50"):
        read(value)


def test_a_number_above_the_limit_is_refused() -> None:
    with pytest.raises(tk.Invalid, match="Nhiều nhất là 50"):
        read("51")


@pytest.mark.parametrize("value", [None, tk.missing, "", "\n", "  "])
def test_what_is_blank_is_the_default(value: Any) -> None:
    assert read(value) == 20


@pytest.mark.parametrize("value", [None, tk.missing, "\n"])
def test_what_is_blank_without_a_default_is_refused(value: Any) -> None:
    with pytest.raises(tk.Invalid):
        read(value, default=None)


@pytest.mark.parametrize(("value", "number"), [(0, 0), ("0", 0), (" 7\n", 7), (50, 50)])
def test_numbers_are_read_as_numbers_or_text(value: Any, number: int) -> None:
    assert read(value) == number
