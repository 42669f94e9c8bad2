"""One page of a table as the resource page shows it, from what stands in the address.

Nothing that is typed into the address fails the page: what is no page, column or word of this table
is left out of the question.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context

from .values import Cell, cell, kind_of, names_something

log = logging.getLogger(__name__)

ROWS = 20  # on a page
SAMPLE_ROWS = 5  # on the page of a dataset
MAX_PAGE = 1_000_000
TIME_LIMIT = 10_000  # milliseconds for one question to the DataStore
MAX_QUERY = 200  # characters
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
    """A page of rows. `total` counts the rows that match `query`; `problem` says why there are none."""

    columns: list[Column]
    rows: list[list[Cell]]
    total: int
    page: int
    query: str
    sort: str
    descending: bool
    problem: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ROWS))

    @property
    def first(self) -> int:
        return (self.page - 1) * ROWS + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def columns_of(resource_id: str) -> list[Column]:
    """The columns of a table; none when the reader may not see it or there is no table."""
    question = {"resource_id": resource_id, "limit": 0, "include_total": False}
    try:
        found = tk.get_action("datastore_search")({}, question)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return []
    return _columns(found["fields"])


def preview(resource_id: str, arguments: Mapping[str, str]) -> Preview | None:
    """Read a page of the table. arguments: `q`, `page`, `sort` (a column) and `order` (asc, desc).

    None when there is no table that the reader may see.
    """
    query = " ".join(arguments.get("q", "").replace("\x00", " ").split())[:MAX_QUERY]
    columns = columns_of(resource_id)
    if not columns:
        return None
    sort = next((column.name for column in columns if column.name == arguments.get("sort")), "")
    descending = bool(sort) and arguments.get("order") == "desc"
    page = _page(arguments.get("page", ""))
    try:
        found = _search(resource_id, query, sort, descending, page)
        last = max(1, -(-found["total"] // ROWS))
        if page > last:
            page = last
            found = _search(resource_id, query, sort, descending, page)
    except tk.ValidationError as error:
        # Mostly a question that takes longer than the reader's time limit.
        log.warning("preview of %s: q=%r sort=%r: %s", resource_id, query, sort, error)
        problem = tk._("This question takes too long. Use fewer words, or download the table.")
        return Preview(columns, [], 0, 1, query, sort, descending, problem)
    shown = columns[:MAX_COLUMNS]
    return Preview(shown, _rows(found, shown), found["total"], page, query, sort, descending)


def _rows(found: dict[str, Any], columns: list[Column]) -> list[list[Cell]]:
    return [
        [cell(record.get(column.name), column.kind, grouped=column.grouped) for column in columns]
        for record in found["records"]
    ]


def _search(
    resource_id: str,
    query: str = "",
    sort: str = "",
    descending: bool = False,
    page: int = 1,
    rows: int = ROWS,
) -> dict[str, Any]:
    # With an API version in its context the action hands out the database's own JSON: its decimals are exact.
    question: dict[str, Any] = {"resource_id": resource_id, "limit": rows, "offset": (page - 1) * rows}
    if query:
        question["q"] = query
    if sort:
        question["sort"] = [f'"{sort}" {"desc" if descending else "asc"} nulls last', "_id asc"]
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


def _page(text: str) -> int:
    return min(max(int(text), 1), MAX_PAGE) if text.isdecimal() and len(text) < 10 else 1


def described(fields: list[dict[str, Any]]) -> list[Column]:
    """Columns as readers see them. fields: their `id`, `type`, `info`, as `datastore_search` gives them."""
    return _columns(fields)
