"""Whole numbers among the parameters of actions: from a JSON body or as text from an address."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

MAX_DIGITS = 20


def whole_number(most: int, *, default: int | None = None) -> list[Any]:
    """Validators of a number from 0 to `most`; what is left out is `default`, or refused without one."""

    def read(value: Any) -> int:
        if value is None or value is tk.missing or (isinstance(value, str) and not value.strip()):
            if default is None:
                raise tk.Invalid(f"Cần một số nguyên từ 0 đến {most}.")
            return default
        number = _number(value)
        if number is None or number < 0:
            raise tk.Invalid(f"Phải là số nguyên từ 0 đến {most}.")
        if number > most:
            raise tk.Invalid(f"Nhiều nhất là {most}.")
        return number

    return [read]


def _number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
