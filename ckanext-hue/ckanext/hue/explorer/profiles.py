"""A table's profile, where it is at hand or cheap; and how the page of columns shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.hue.pages import values
from ckanext.hue.tables import profile as table_profile
from ckanext.hue.tables import versions

from . import charting
from .columns import Column, told

CHEAP_ROWS = 50_000
MAX_BARS = 20
MAX_TOP = 8  # values listed of a column


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a small distribution; `share` of the longest, 0 to 100; `value` as a filter takes it."""

    label: str
    count: int
    share: float
    value: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A column with what its profile counts, ready to be shown."""

    column: Column
    filled: int
    nulls: int
    nulls_share: float
    distinct: int | None
    facts: Sequence[tuple[str, str]]
    bars: Sequence[Bar]
    top: Sequence[Bar]

    @property
    def low(self) -> str:
        return dict(self.facts).get("min", "")

    @property
    def high(self) -> str:
        return dict(self.facts).get("max", "")

    @property
    def most(self) -> str:
        """The part of the distribution with the most values."""
        return max(self.bars, key=lambda bar: bar.count).label if self.bars else ""


def at_hand(
    resource_id: str, columns: Mapping[str, Column], rows: int, milliseconds: int
) -> dict[str, Any] | None:
    """The stored profile; for a table of few rows it is computed, and stored, now. None for others."""
    stored = table_profile.stored_of(resource_id)
    if stored or rows > CHEAP_ROWS or versions.current(resource_id) is None:
        return stored
    return whole(resource_id, columns, milliseconds)


def whole(resource_id: str, columns: Mapping[str, Column], milliseconds: int) -> dict[str, Any]:
    """The profile, computed where none is stored. Raises ValidationError when that takes too long."""
    return table_profile.profile_of(
        resource_id, {column.name: column.table for column in columns.values()}, milliseconds
    )


def choices(column: Column, profile: Mapping[str, Any] | None) -> list[Bar]:
    """The values to choose from in a filter: all of a column that has few."""
    entry = _entry(column, profile)
    if entry is None or column.kind not in ("text", "bool"):
        return []
    top = entry.get("top", ())
    if len(top) < (entry.get("distinct") or 0) or any(each.get("cut") for each in top):
        return []
    return _bars_of(column, top)


def suggestions(column: Column, profile: Mapping[str, Any] | None) -> list[str]:
    """Frequent values of a text column, to help with typing."""
    entry = _entry(column, profile)
    if entry is None or column.kind != "text":
        return []
    return [str(each["value"]) for each in entry.get("top", ()) if not each.get("cut")]


def described(columns: Mapping[str, Column], profile: Mapping[str, Any]) -> list[Described]:
    """All columns with their figures, in their order."""
    rows = profile["rows"]
    profiled = {entry["id"]: entry for entry in profile["columns"]}
    return [_described(column, profiled[name], rows) for name, column in columns.items() if name in profiled]


def _described(column: Column, entry: Mapping[str, Any], rows: int) -> Described:
    nulls = int(entry["nulls"])
    return Described(
        column=column,
        filled=rows - nulls,
        nulls=nulls,
        nulls_share=100 * nulls / rows if rows else 0,
        distinct=entry.get("distinct"),
        facts=_facts(column, entry),
        bars=_histogram(column, entry),
        top=_bars_of(column, entry.get("top", ())[:MAX_TOP]) if column.kind in ("text", "bool") else (),
    )


def _facts(column: Column, entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    keys = ("min", "max", "mean") if column.kind in ("number", "date", "time") else ()
    return [
        (key, _shown(column, entry[key], mean=key == "mean")) for key in keys if entry.get(key) is not None
    ]


def _shown(column: Column, value: Any, *, mean: bool = False) -> str:
    if mean and not isinstance(value, str) and abs(value) < charting.WHOLE:
        value = round(value, 2)
    return values.cell(value, column.kind, grouped=column.grouped or mean).text


def _histogram(column: Column, entry: Mapping[str, Any]) -> list[Bar]:
    bins = [each for each in entry.get("histogram", ()) if "from" in each][:MAX_BARS]
    longest = max((each["count"] for each in bins), default=0)
    return [
        Bar(
            f"{_shown(column, each['from'])} – {_shown(column, each['to'])}",
            each["count"],
            100 * each["count"] / longest if longest else 0,
        )
        for each in bins
    ]


def _bars_of(column: Column, top: Sequence[Mapping[str, Any]]) -> list[Bar]:
    longest = max((each["count"] for each in top), default=0)
    return [
        Bar(
            told(values.cell(each["value"], column.kind).text),
            each["count"],
            100 * each["count"] / longest,
            str(each["value"]).lower() if isinstance(each["value"], bool) else str(each["value"]),
        )
        for each in top
    ]


def _entry(column: Column, profile: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    entries = profile["columns"] if profile else ()
    return next((entry for entry in entries if entry["id"] == column.name), None)
