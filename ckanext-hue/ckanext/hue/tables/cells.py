"""Values of any source as the text that PostgreSQL's COPY reads, and what kinds of values a column holds."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntFlag
from typing import Any

# Stands for "no value" in what COPY reads; no text holds control characters in this order.
NULL = "\x01\x1a\x01"
LINE_END = "\r\n"  # of two characters, so that the csv module quotes a value with either of them


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


def copy_lines(rows: Iterable[Sequence[str]], width: int) -> str:
    """Rows of `width` texts as lines of COPY's CSV format, without NUL, which PostgreSQL cannot hold."""
    buffer = io.StringIO()
    # Unquoted, "\\." alone on a line would end the data.
    quoting = csv.QUOTE_ALL if width == 1 else csv.QUOTE_MINIMAL
    csv.writer(buffer, lineterminator=LINE_END, quoting=quoting).writerows(rows)
    return buffer.getvalue().replace("\x00", "")


def nfc(text: str) -> str:
    """The text with composed letters; the test beforehand costs a tenth of the work."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
