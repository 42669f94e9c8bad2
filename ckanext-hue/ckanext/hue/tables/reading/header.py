"""Where a table's header stands in a sheet, found by its shape, and the column names that it gives.

A header row is the first row as wide as the body with texts in most cells; what stands above is a title.
A header of two or more lines is known by its merged cells, or where the format tells none, by a second line
of texts below the gaps of the first one. Its lines are joined: "Dân số – Nam".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .base import Finding, Findings

SAMPLE_ROWS = 200
JOINT = " – "
_AS_WIDE = 0.75  # of the usual number of filled cells
_DEEPEST = 5
_NUMBER_OR_DATE = re.compile(r"[-+(]?\s*\d[\d.,/:%\s-]*\)?")
_YEAR = re.compile(r"(19|20)\d\d")

Row = Sequence[Any]
# First row, first column, last row, last column, counted from 0 within the sample.
Merge = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Header:
    """`top` and `bottom` are the header's first and last row, from 0; `labels` has "" for an empty cell."""

    top: int
    bottom: int
    labels: tuple[str, ...]
    certain: bool


def find(rows: Sequence[Row], merges: Sequence[Merge] = ()) -> Header | None:
    """Find the header among a sheet's first rows; None when all are empty."""
    counts = [len(_filled(row)) for row in rows]
    if not any(counts):
        return None
    usual = Counter(count for count in counts if count > 1)
    most = max(usual.items(), key=lambda entry: (entry[1], entry[0]))[0] if usual else 1
    wide = math.ceil(most * _AS_WIDE)
    candidates = [
        number
        for number in range(len(rows))
        if counts[number] and len(_covered(rows, number, merges)) >= wide
    ]
    labelled = [number for number in candidates if _is_labels(rows[number])]
    top = (labelled or candidates)[0]
    bottom = _bottom(rows, top, merges)
    width = max(len(row) for row in rows[top : bottom + 1])
    return Header(top, bottom, _labels(rows, top, bottom, width, merges), certain=bool(labelled))


def column_names(labels: Sequence[str], first_column: int, findings: Findings, sheet: str) -> list[str]:
    """Unique names of the columns; an empty label stays "", since its column may hold nothing at all."""
    names: list[str] = []
    taken = {label for label in labels if label}
    used: set[str] = set()
    for number, label in enumerate(labels, first_column):
        name = label
        if label and label in used:
            name = free_name(label, taken)
            findings.add(
                Finding(
                    f"Tiêu đề cột «{label}» bị trùng; cột thứ {number} được đặt tên «{name}».",
                    sheet=sheet,
                    column=name,
                )
            )
        if name:
            used.add(name)
            taken.add(name)
        names.append(name)
    return names


def positional_name(number: int, taken: set[str]) -> str:
    """The name of a column without a header."""
    return free_name(f"Cột {number}", taken)


def free_name(name: str, taken: Container[str]) -> str:
    """The name, numbered when it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def label_of(value: Any) -> str:
    """A cell of the header as one line of text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(unicodedata.normalize("NFC", str(value)).replace("\0", "").split())


def _filled(row: Row) -> set[int]:
    return {
        place
        for place, value in enumerate(row)
        if value is not None and not (isinstance(value, str) and (not value or value.isspace()))
    }


def _is_label(value: Any) -> bool:
    text = label_of(value)
    return bool(_YEAR.fullmatch(text)) or (isinstance(value, str) and not _NUMBER_OR_DATE.fullmatch(text))


def _is_labels(row: Row, share: float = 0.5) -> bool:
    filled = _filled(row)
    return sum(_is_label(row[place]) for place in filled) > len(filled) * share


def _covered(rows: Sequence[Row], number: int, merges: Sequence[Merge], depth: int = 0) -> set[int]:
    """The columns to which this row gives a label, alone or with the lines below."""
    if number >= len(rows) or depth > _DEEPEST:
        return set()
    covered = _filled(rows[number])
    below = _covered(rows, number + 1, merges, depth + 1) if merges else set()
    for top, left, bottom, right in merges:
        if top <= number <= bottom and left < len(rows[top]) and left in _filled(rows[top]):
            columns = set(range(left, min(right, len(rows[top]) - 1) + 1))
            # A wide cell labels a group when its columns, and others too, have labels below. Else a title.
            covered |= columns if right == left or columns < below else set()
    if _has_second_line(rows, number):
        covered |= _filled(rows[number + 1])
    return covered


def _has_second_line(rows: Sequence[Row], number: int) -> bool:
    """Whether the next row is a line of labels that stands in gaps of this one."""
    if number + 1 >= len(rows):
        return False
    above, below = _filled(rows[number]), _filled(rows[number + 1])
    return (
        bool(below - above)
        and bool(above - below)
        and 0 in above - below
        and _is_all_labels(rows[number])
        and _is_all_labels(rows[number + 1])
        # A group's label stands above its first column.
        and all(place in above or place - 1 in above | below for place in below)
        and any(place + 1 in below - above for place in above & below)
    )


def _is_all_labels(row: Row) -> bool:
    return all(_is_label(row[place]) for place in _filled(row))


def _bottom(rows: Sequence[Row], top: int, merges: Sequence[Merge]) -> int:
    bottom = top
    last = min(len(rows) - 1, top + _DEEPEST)
    number = top
    while number <= bottom:
        for first, left, end, right in merges:
            if first == number and (end > first or right > left):
                # A wide cell has its columns' labels below; a tall one covers all lines of the header.
                under = end + 1 if right > left and _groups(rows, end + 1, left, right) else end
                bottom = min(max(bottom, under), last)
        if bottom == number and _has_second_line(rows, number):
            bottom = min(number + 1, last)
        number += 1
    return bottom


def _groups(rows: Sequence[Row], number: int, left: int, right: int) -> bool:
    if number >= len(rows):
        return False
    row = rows[number]
    places = [place for place in _filled(row) if left <= place <= right]
    return bool(places) and all(_is_label(row[place]) for place in places)


def _labels(
    rows: Sequence[Row], top: int, bottom: int, width: int, merges: Sequence[Merge]
) -> tuple[str, ...]:
    lines = [[label_of(value) for value in row] + [""] * (width - len(row)) for row in rows[top : bottom + 1]]
    for first, left, end, right in merges:
        if top <= first <= bottom and left < width:
            for line in lines[first - top : end - top + 1]:
                line[left : min(right + 1, width)] = [lines[first - top][left]] * (
                    min(right + 1, width) - left
                )
    for line, below in pairwise(lines):
        for place in range(1, width):
            if not line[place] and below[place]:
                line[place] = line[place - 1]
    return tuple(
        JOINT.join(dict.fromkeys(line[place] for line in lines if line[place])) for place in range(width)
    )
