"""The first rows of a table as the page of its dataset shows them, and how many there are."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context

from .values import Cell, cell, kind_of, names_something

log = logging.getLogger(__name__)

SAMPLE_ROWS = 5  # on the page of a dataset
TIME_LIMIT = 10_000  # milliseconds for one question to the DataStore
MAX_COLUMNS = 200  # shown; a download has them all


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its entry in the data dictionary; `kind` as `values.kind_of` names it."""

    name: str
    label: str
    kind: str
    unit: str
    notes: str
    grouped: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a table that has `total` of them."""

    columns: list[Column]
    rows: list[list[Cell]]
    total: int


def row_count(resource_id: str) -> int | None:
    """How many rows a table has; None when no table that the reader may see tells it in time."""
    try:
        return _search(resource_id, rows=0)["total"]
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    except tk.ValidationError as error:
        log.warning("row count of %s: %s", resource_id, error)
        return None


def sample(resource_id: str) -> Preview | None:
    """The first rows of a table; None when there is none that the reader may see."""
    try:
        found = _search(resource_id, rows=SAMPLE_ROWS)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    except tk.ValidationError as error:
        log.warning("sample of %s: %s", resource_id, error)
        return None
    shown = _columns(found["fields"])[:MAX_COLUMNS]
    return Preview(shown, _rows(found, shown), found["total"])


def _rows(found: dict[str, Any], columns: list[Column]) -> list[list[Cell]]:
    return [
        [cell(record.get(column.name), column.kind, grouped=column.grouped) for column in columns]
        for record in found["records"]
    ]


def _search(resource_id: str, rows: int) -> dict[str, Any]:
    # With an API version in its context the action hands out the database's own JSON: its decimals are exact.
    question: dict[str, Any] = {"resource_id": resource_id, "limit": rows}
    # CKAN's type of a context does not know the DataStore's time limit.
    context = cast(Context, {"api_version": 3, "query_timeout": TIME_LIMIT})
    found = tk.get_action("datastore_search")(context, question)
    records = found["records"]
    found["records"] = (
        json.loads(records.encoded_json, parse_float=Decimal) if hasattr(records, "encoded_json") else records
    )
    return found


def _columns(fields: list[dict[str, Any]]) -> list[Column]:
    return [_column(field) for field in fields if field["id"] != "_id"]


def _column(field: dict[str, Any]) -> Column:
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
