"""Columns and profiles of tables without a database: counted here from rows that tests write down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ckanext.hue.explorer.columns import Column
from ckanext.hue.pages.values import kind_of, names_something
from ckanext.hue.tables.querying import TableColumn

TYPES = {
    "text": "text",
    "int": "int8",
    "numeric": "numeric",
    "date": "date",
    "timestamp": "timestamp",
    "bool": "bool",
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages as they stand in the source: no portal, and so no language, is running."""
    import ckan.plugins.toolkit as tk

    monkeypatch.setattr(tk, "_", lambda text: text)
    yield


@pytest.fixture
def table() -> Callable[..., SimpleNamespace]:
    """Make `columns` and `profile` of a table from (name, label, kind, unit, key) and its rows."""
    return _table


def _table(described: Sequence[tuple[Any, ...]], rows: Sequence[Sequence[Any]]) -> SimpleNamespace:
    columns, entries = {}, []
    for number, (name, label, kind, unit, key) in enumerate(described):
        type_ = TYPES[kind]
        columns[name] = Column(
            number=number,
            name=name,
            label=label or name,
            kind=kind_of(type_),
            unit=unit or "",
            notes="",
            grouped=kind not in ("int", "numeric") or not names_something(name, label),
            is_key=key,
            table=TableColumn(name, type_),
        )
        entries.append(_profile(name, type_, [row[number] for row in rows]))
    return SimpleNamespace(columns=columns, profile={"rows": len(rows), "columns": entries}, rows=len(rows))


def _profile(name: str, type_: str, values: list[Any]) -> dict[str, Any]:
    filled = [value for value in values if value is not None]
    top = [{"value": value, "count": count} for value, count in Counter(filled).most_common(10)]
    entry = {
        "id": name,
        "type": type_,
        "nulls": len(values) - len(filled),
        "distinct": len(set(filled)),
        "top": top,
    }
    if type_ == "text":
        return {**entry, "longest": max(map(len, filled), default=None)}
    if type_ == "bool":
        return entry
    return {**entry, "min": min(filled, default=None), "max": max(filled, default=None)}
