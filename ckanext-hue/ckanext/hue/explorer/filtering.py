"""Filters of columns, as an address asks for them: read, checked, and told to the table's own queries."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.hue.tables import filters as table_filters
from ckanext.hue.tables.querying import Kind

from .columns import Column

MAX_VALUE = 200  # characters of a value in a filter
MAX_FILTERS = 20  # columns
MAX_VALUES = 50  # of one column
_FILTERS = ("from", "to", "has", "is")


@dataclass(frozen=True, slots=True)
class Filter:
    """What rows must hold in a column: a range, a part of a text, or one of some values.

    Values are text as the address has them: numbers and dates in the form of ISO, `true` and `false`.
    """

    low: str = ""
    high: str = ""
    has: str = ""
    values: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return self == Filter()


def read(
    arguments: MultiDict[str, str], columns: Mapping[str, Column], problems: list[str]
) -> dict[str, Filter]:
    """The filters by column; what cannot be asked for is left out and told in `problems`."""
    found: dict[str, Filter] = {}
    for key in arguments:
        kind, dot, name = key.partition(".")
        if not dot or kind not in _FILTERS:
            continue
        values = _values(kind, columns.get(name), arguments.getlist(key))
        if not values:
            continue
        if name not in columns or not columns[name].filterable:
            problems.append(tk._("There is no column “{name}” to filter by.").format(name=name[:60]))
        elif name not in found and len(found) == MAX_FILTERS:
            problems.append(
                tk._("At most {number} columns can be filtered at once.").format(number=MAX_FILTERS)
            )
        else:
            made = _with(found.get(name, Filter()), kind, values, columns[name], problems)
            if not made.empty:
                found[name] = made
    # In the table's order, so that the same view always has the same address.
    return {name: found[name] for name in columns if name in found}


def _values(kind: str, column: Column | None, asked: list[str]) -> list[str]:
    """What is asked of a column. A text that rows must have is kept as it is: it may be blank, or end so."""
    if kind == "is" and column is not None and column.kind == "text":
        return [storable(value) for value in asked]
    return [value for value in map(clean, asked) if value]


def _with(kept: Filter, kind: str, values: list[str], column: Column, problems: list[str]) -> Filter:
    """The filter with one more part, if the column can be asked so."""
    if len(values) > MAX_VALUES or any(len(value) > MAX_VALUE for value in values):
        problems.append(
            tk._("The filter of “{column}” is too long and was left out.").format(column=column.label)
        )
        return kept
    fits = (
        column.kind == "text" if kind == "has" else kind == "is" or column.kind in ("number", "date", "time")
    )
    try:
        if not fits:
            raise ValueError(kind)
        read = [_plain(value, column.table.kind) for value in values]
        made = {
            "from": lambda: replace(kept, low=read[0]),
            "to": lambda: replace(kept, high=read[0]),
            "has": lambda: replace(kept, has=read[0]),
            "is": lambda: replace(kept, values=tuple(dict.fromkeys(read))),
        }[kind]()
        table_filters.condition(
            {column.name: as_table_filter(column, made)} if kind != "has" else None,
            {column.name: column.table},
        )
    except (tk.ValidationError, ValueError, OverflowError, InvalidOperation):
        problems.append(
            tk._("“{value}” is no value to filter “{column}” by, and was left out.").format(
                value=values[0][:60], column=column.label
            )
        )
        return kept
    return made


def as_table_filter(column: Column, kept: Filter) -> dict[str, Any]:
    """A filter without `has` in the form that `tables.filters.condition` and `/download` take."""
    asked: dict[str, Any] = {}
    if kept.low:
        asked["gte"] = kept.low
    if kept.high and column.table.kind is Kind.TIMESTAMP:
        asked["lt"] = _next_day(kept.high)
    elif kept.high:
        asked["lte"] = kept.high
    if kept.values:
        asked["in"] = list(kept.values)
    return asked


def for_download(column: Column, kept: Filter) -> dict[str, Any]:
    """The same with `has`, in the form that `/download` takes."""
    asked = as_table_filter(column, kept)
    return {**asked, "contains": kept.has} if kept.has else asked


def pairs(name: str, kept: Filter) -> list[tuple[str, str]]:
    """A filter as parameters of an address."""
    single = [("from", kept.low), ("to", kept.high), ("has", kept.has)]
    pairs = [(f"{kind}.{name}", value) for kind, value in single if value]
    return [*pairs, *((f"is.{name}", value) for value in kept.values)]


def clean(text: str) -> str:
    """What somebody typed, without the blanks around it."""
    return storable(text).strip()


def storable(text: str) -> str:
    """Text that PostgreSQL can hold, composed as the tables' texts are."""
    return unicodedata.normalize("NFC", text.replace("\x00", " ").encode(errors="replace").decode())


def _plain(text: str, kind: Kind) -> str:
    """A value in the one form that Python, PostgreSQL and the fields of forms read alike.

    Raises ValueError or InvalidOperation for what is none.
    """
    if kind is Kind.NUMBER:
        return str(Decimal(text))
    if kind is Kind.DATE:
        return date.fromisoformat(text).isoformat()
    if kind is Kind.TIMESTAMP and len(text) > len("2024-12-31"):
        return datetime.fromisoformat(text).isoformat()
    return date.fromisoformat(text).isoformat() if kind is Kind.TIMESTAMP else text


def _next_day(text: str) -> str:
    return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
