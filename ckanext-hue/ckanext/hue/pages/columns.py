"""A table's columns as readers see them: labels, units, kinds of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .values import kind_of, names_something


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its entry in the data dictionary; `kind` as `values.kind_of` names it."""

    name: str
    label: str
    kind: str
    unit: str
    notes: str
    grouped: bool


def described(fields: list[dict[str, Any]]) -> list[Column]:
    """Columns as readers see them. fields: their `id`, `type`, `info`, as `datastore_search` gives them."""
    return [column(field) for field in fields if field["id"] != "_id"]


def column(field: Mapping[str, Any]) -> Column:
    """One column, from its `id`, `type`, `info`."""
    info = field.get("info") or {}
    name, label = field["id"], str(info.get("label") or "")
    kind = kind_of(field["type"])
    unit = str(info.get("unit") or "")
    notes = str(info.get("notes") or "")
    return Column(
        name=name,
        label=label or name,
        kind=kind,
        unit=unit,
        notes="" if unit and notes == f"Đơn vị: {unit}" else notes,
        grouped=kind != "number" or not names_something(name, label),
    )
