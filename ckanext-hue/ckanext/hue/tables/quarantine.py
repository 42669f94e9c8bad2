"""Rows with a value that the declared type of its column cannot hold are set aside, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg2 import sql

from ckanext.hue.harvesters.base import Column

from .errors import TooManyBadRows
from .forms import DECLARED
from .reading.base import Finding
from .staging import POSITION, Staging
from .types import Typed, is_few, readable

MAX_FINDINGS = 1_000  # of a table that is refused


@dataclass(frozen=True, slots=True)
class BadValue:
    """One value that its column cannot hold; `record` is its whole row, by the source's column names."""

    row: int
    column: str
    value: str
    reason: str
    record: dict[str, Any]

    def as_finding(self) -> Finding:
        return Finding(self.reason, row=self.row, column=self.column, value=self.value)

    def __str__(self) -> str:
        return f"dòng {self.row}, cột «{self.column}»: «{self.value[:50]}» {self.reason}"


def set_aside(
    staging: Staging,
    dictionary: Mapping[str, Column],
    decided: Mapping[str, Typed],
    bad_row_percent: Decimal | None = None,
) -> list[BadValue]:
    """Take the rows with bad values out of `staging`. Raises TooManyBadRows when they are not few."""
    bad: list[BadValue] = []
    positions: set[int] = set()
    for name, typed in decided.items():
        if typed.bad_values:
            column = dictionary[name]
            for position, value, *record in _bad_rows(staging, name, typed):
                positions.add(position)
                reason = f"không phải {DECLARED[column.type].noun} hợp lệ"
                row = staging.row_number(position)
                whole = dict(zip(staging.columns, record, strict=True))
                bad.append(BadValue(row, column.label or name, value, reason, whole))
            if not is_few(len(positions), staging.rows, bad_row_percent):
                break  # enough to refuse the table, and to tell why
    bad.sort(key=lambda value: value.row)
    if positions:
        if not is_few(len(positions), staging.rows, bad_row_percent):
            refused = TooManyBadRows(bad=len(positions), rows=staging.rows, example=bad[0])
            raise refused.at(value.as_finding() for value in bad[:MAX_FINDINGS])
        staging.remove(positions)
    return bad


def _bad_rows(staging: Staging, name: str, typed: Typed) -> list[Any]:
    return staging.execute(
        "SELECT {}, {}, {} FROM {} WHERE NOT {}",
        sql.Identifier(POSITION),
        staging.column(name),
        sql.SQL(", ").join(map(staging.column, staging.columns)),
        staging.table,
        readable(staging, name, typed.form),
    )
