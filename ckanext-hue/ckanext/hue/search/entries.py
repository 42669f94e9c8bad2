"""The lines that a document keeps for suggestions: looked up by their beginning, without accents.

A line is `folded text TAB kind TAB text as shown TAB key`. Names of agencies, fields and places are found
from any of their syllables on ("du lich" finds «Sở Du lịch»), words from their first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.hue.metadata import units
from ckanext.hue.slug import fold

MAX_LINES = 200  # of one dataset
MAX_LENGTH = 80  # characters of a text that is suggested
_BETWEEN = "\t"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Entry:
    """kind: field, agency, place or words. key: what the page is found by; for words the text itself."""

    kind: str
    text: str
    key: str


def beginning(text: str) -> str:
    """What a line that begins with the words of `text` begins with. Empty when there are none."""
    return " ".join(_WORD.findall(fold(text)))


def of(dataset: Mapping[str, Any], columns: Sequence[str], places: Iterable[str]) -> list[str]:
    """The lines of a dataset, each once."""
    lines: dict[str, None] = {}
    for entry in _names(dataset, places):
        words = beginning(entry.text).split()
        lines |= {_line(" ".join(words[start:]), entry): None for start in range(len(words))}
    for entry in _words(dataset, columns):
        lines[_line(beginning(entry.text), entry)] = None
    return list(lines)[:MAX_LINES]


def read(line: str) -> Entry:
    """The entry of a line. Raises ValueError for what is none."""
    _, kind, text, key = line.split(_BETWEEN)
    return Entry(kind, text, key)


def _names(dataset: Mapping[str, Any], places: Iterable[str]) -> Iterator[Entry]:
    for group in dataset.get("groups") or ():
        yield from _entry("field", group.get("title") or group["name"], group["name"])
    if organization := dataset.get("organization"):
        yield from _entry("agency", organization.get("title") or organization["name"], organization["name"])
    for code in dict.fromkeys(places):
        if unit := units.unit(code):
            yield from _entry("place", units.label(unit), code)


def _words(dataset: Mapping[str, Any], columns: Sequence[str]) -> Iterator[Entry]:
    for text in dict.fromkeys((*(tag["name"] for tag in dataset.get("tags") or ()), *columns)):
        yield from _entry("words", text, "")


def _entry(kind: str, text: str, key: str) -> Iterator[Entry]:
    plain = " ".join(text.split())
    if len(plain) <= MAX_LENGTH and beginning(plain):
        yield Entry(kind, plain, key)


def _line(start: str, entry: Entry) -> str:
    return _BETWEEN.join((start, entry.kind, entry.text, entry.key))
