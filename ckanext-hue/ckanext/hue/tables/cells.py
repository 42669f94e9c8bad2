"""JSON values as the text that PostgreSQL's COPY reads, and what kinds of values a column holds."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from enum import IntFlag
from typing import Any

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": None})


class Kind(IntFlag):
    """Which JSON types occur in a column (nulls aside)."""

    NONE = 0
    TEXT = 1
    INTEGER = 2
    DECIMAL = 4
    BOOLEAN = 8


def kind_of(value: Any) -> Kind:
    """The kind of one JSON value; nested lists and objects are text."""
    if value is None:
        return Kind.NONE
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int):
        return Kind.INTEGER
    if isinstance(value, (float, Decimal)):
        return Kind.DECIMAL
    return Kind.TEXT


def copy_text(value: Any) -> str:
    """One field of COPY's text format. Text becomes NFC; PostgreSQL cannot hold NUL characters."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return escaped(unicodedata.normalize("NFC", value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return escaped(json.dumps(value, ensure_ascii=False, default=float))


def escaped(text: str) -> str:
    """Text as it is, made safe for one field of COPY's text format."""
    return text.translate(_ESCAPES)
