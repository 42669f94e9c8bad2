"""Values of any source as the text that PostgreSQL's COPY reads, and what kinds of values a column holds."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntFlag
from typing import Any

_FIELD, _ROW = "\x1f", "\x1e"  # control characters made for this
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", _FIELD: r"\x1f", _ROW: r"\x1e"})
# Options of COPY for what `copy_lines` writes, and what stands for "no value" in it.
DELIMITER = r"DELIMITER E'\x1f'"
NULL = "\x1a"


class Kind(IntFlag):
    """Which types of values occur in a column (nulls aside)."""

    NONE = 0
    TEXT = 1
    INTEGER = 2
    DECIMAL = 4
    BOOLEAN = 8
    TEMPORAL = 16
    UNTYPED = 32  # texts of a format in which everything is text


_KINDS: dict[type, Kind] = {
    type(None): Kind.NONE,
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    float: Kind.DECIMAL,
    Decimal: Kind.DECIMAL,
    date: Kind.TEMPORAL,
    datetime: Kind.TEMPORAL,
    time: Kind.TEXT,
}


def kind_of(types: set[type]) -> Kind:
    """The kinds of a column whose values have these types; nested lists and objects are text."""
    kind = Kind.NONE
    for one in types:
        kind |= _KINDS.get(one, Kind.TEXT)
    return kind


def _number(value: float | Decimal) -> str:
    text = str(value)
    return NULL if text.lstrip("-+").lower() in ("nan", "inf", "infinity") else text


_TEXTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _none: NULL,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _number,
    Decimal: _number,
    str: str,
    date: date.isoformat,
    datetime: lambda value: value.isoformat(" "),
    time: time.isoformat,
}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def texts(values: Sequence[Any], types: set[type]) -> Sequence[str]:
    """The values of one column, of these types, as COPY reads them."""
    if types <= {str}:
        return values
    return [_TEXTS.get(type(value), _json)(value) for value in values]


def copy_lines(rows: Sequence[Sequence[str]], width: int, clean: Callable[[str], str] = str) -> str:
    """Rows of `width` texts as lines for `COPY … WITH (DELIMITER …)` (see DELIMITER).

    `clean` is done to the texts, before line ends become r"\n": a mark that follows one would join the
    letter. NUL, which PostgreSQL cannot hold, is left out.
    """
    text = clean(_ROW.join(map(_FIELD.join, rows)))
    if text.count(_FIELD) == len(rows) * (width - 1) and text.count(_ROW) == max(len(rows) - 1, 0):
        # The whole text at once costs a tenth of value by value.
        text = text.replace("\\", r"\\").replace("\n", r"\n").replace("\r", r"\r").replace(_ROW, "\n")
    else:
        text = "\n".join(_FIELD.join(clean(value).translate(_ESCAPES) for value in row) for row in rows)
    return f"{text}\n".replace("\x00", "") if rows else ""


def nfc(text: str) -> str:
    """The text with composed letters; the test beforehand costs a tenth of the work."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
