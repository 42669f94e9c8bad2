"""JSON values as the text that PostgreSQL's COPY reads, and what kinds of values a column holds."""

from __future__ import annotations

import json
import unicodedata
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
    if isinstance(value, float):
        return Kind.DECIMAL
    return Kind.TEXT


def copy_text(value: Any) -> str:
    """One field of COPY's text format. Text becomes NFC; PostgreSQL cannot hold NUL characters."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).translate(_ESCAPES)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
