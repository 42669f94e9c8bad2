"""Column names that the DataStore and PostgreSQL accept, as close to the source's as can be."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

RESERVED = frozenset({"_id", "_full_text", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
MAX_BYTES = 63  # PostgreSQL cuts identifiers at 63 bytes, where the DataStore counts characters
_UNWANTED = frozenset('":')  # quotes, and what SQLAlchemy takes for a parameter in CKAN's statements
_HASH_DIGITS = 6


def column_names(names: Iterable[str]) -> dict[str, str]:
    """Map each name of the source to a unique column name of at most 63 bytes, diacritics kept."""
    given: dict[str, str] = {}
    taken = set(RESERVED)
    for position, name in enumerate(names, 1):
        candidate = _shorten(_clean(name) or f"cot_{position}", name)
        if candidate in taken:
            candidate = _shorten(candidate, name, force=True)
        taken.add(candidate)
        given[name] = candidate
    return given


def _clean(name: str) -> str:
    text = "".join(
        " " if character in _UNWANTED or unicodedata.category(character).startswith("C") else character
        for character in unicodedata.normalize("NFC", name)
    )
    return " ".join(text.split()).lstrip("_ ")


def _shorten(name: str, original: str, *, force: bool = False) -> str:
    if len(name.encode()) <= MAX_BYTES and not force:
        return name
    mark = "_" + hashlib.sha256(original.encode(errors="replace")).hexdigest()[:_HASH_DIGITS]
    room = MAX_BYTES - len(mark)
    return name.encode()[:room].decode(errors="ignore").rstrip() + mark
