"""A page of rows: found by their numbers first, so that a page deep in a million rows reads twenty of them.

Measured on 1,000,000 rows with EXPLAIN ANALYZE: 33 ms at the 900,000th row, 21 ms at the 500,000th sorted
by an indexed column, 156 ms at the 500,000th sorted downwards; reading whole rows on the way took 117 and
229 ms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ckanext.hue.pages.values import MAX_SHOWN, Cell, cell
from ckanext.hue.tables import querying, versions
from ckanext.hue.tables.querying import Kind

from .columns import Column
from .conditions import refuse_words_without_index, where
from .state import State

ROWS = 20  # on a page
COUNTED = 100_000  # matching rows; more are said to be "more than"
MAX_COLUMNS = 200  # shown; a download has them all
_ID = sa.column("_id")


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of rows. `matching` counts those that the state asks for, up to `COUNTED` when `more` is set."""

    columns: list[Column]
    rows: list[list[Cell]]
    total: int
    matching: int
    more: bool
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.matching // ROWS))

    @property
    def first(self) -> int:
        return (self.page - 1) * ROWS + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def read(resource_id: str, state: State, total: int, milliseconds: int) -> Rows:
    """The page that a state asks for; the last one where there are fewer.

    Raises ValidationError when it takes longer than `milliseconds`, and StillIndexing.
    """
    refuse_words_without_index(state, resource_id)
    matching = total
    if state.narrowed:
        matching = _count(resource_id, where(state), COUNTED + 1, milliseconds)
    more = state.narrowed and matching > COUNTED
    matching = min(matching, COUNTED) if more else matching
    columns = state.shown[:MAX_COLUMNS]
    made = Rows(columns, [], total, matching, more, state.page)
    made = replace(made, page=min(state.page, made.pages))
    found = _page(resource_id, state, columns, made.page, milliseconds) if matching else []
    cells = [
        [cell(value, column.kind, grouped=column.grouped) for column, value in zip(columns, row, strict=True)]
        for row in found
    ]
    return replace(made, rows=cells)


def total_of(resource_id: str, milliseconds: int) -> int:
    """How many rows a table has: as its version says, else counted."""
    version = versions.current(resource_id)
    return version.rows if version else _count(resource_id, sa.true(), None, milliseconds)


def one(resource_id: str, columns: Sequence[Column], row_id: int, milliseconds: int) -> list[Cell] | None:
    """The row with this number; None when there is none."""
    chosen = sa.select(_ID).select_from(querying.table(resource_id)).where(_ID.in_([row_id]))
    found = _records(resource_id, columns, chosen.subquery("chosen"), [], milliseconds)
    if not found:
        return None
    return [
        cell(value, column.kind, grouped=column.grouped)
        for column, value in zip(columns, found[0], strict=True)
    ]


def _count(resource_id: str, condition: sa.ColumnElement[bool], limit: int | None, milliseconds: int) -> int:
    some = sa.select(sa.literal_column("1")).select_from(querying.table(resource_id)).where(condition)
    statement = sa.select(sa.func.count()).select_from(some.limit(limit).subquery("some"))
    return querying.ask(statement, milliseconds)[0]


def _page(
    resource_id: str, state: State, columns: Sequence[Column], page: int, milliseconds: int
) -> list[list[Any]]:
    order: list[sa.ColumnElement[Any]] = []
    if state.sort:
        column = state.columns[state.sort].table.sql
        order.append(column.desc().nulls_last() if state.descending else column.asc())
    numbers = (
        sa.select(_ID)
        .select_from(querying.table(resource_id))
        .where(where(state))
        .order_by(*order, _ID)
        .limit(ROWS)
        .offset((page - 1) * ROWS)
        .subquery("numbers")
    )
    return _records(resource_id, columns, numbers, order, milliseconds)


def _records(
    resource_id: str,
    columns: Sequence[Column],
    numbers: sa.Subquery,
    order: Sequence[sa.ColumnElement[Any]],
    milliseconds: int,
) -> list[list[Any]]:
    """The rows with these numbers, as lists of values in the order of `columns`.

    Values travel under numbers: a column may be called anything.
    """
    values = [_value(column).label(f"c{number}") for number, column in enumerate(columns)]
    page = (
        sa.select(*values)
        .select_from(querying.table(resource_id))
        .where(_ID.in_(sa.select(numbers.c["_id"])))
        .order_by(*order, _ID)
        .subquery("page")
    )
    listed = sa.select(
        sa.cast(sa.func.array_to_json(sa.func.array_agg(sa.literal_column("page.*"))), sa.Text)
    ).select_from(page)
    text = querying.ask(listed, milliseconds)[0]
    records = json.loads(text or "[]", parse_float=Decimal)
    return [[record[f"c{number}"] for number in range(len(columns))] for record in records]


def _value(column: Column) -> sa.ColumnElement[Any]:
    if column.table.kind is Kind.TEXT:
        return sa.func.left(column.table.sql, MAX_SHOWN + 1)
    return column.table.sql
