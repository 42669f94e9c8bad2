"""Which period a table tells of, by its own columns of dates and years."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from .columns import PublishedColumn

Period = tuple[date, date]

FIRST_YEAR = 1900  # systems write older dates for "unknown"
_DATES = frozenset({"date", "timestamp"})
_WHOLE = frozenset({"bigint", "numeric"})
# "nam" alone is a year as well as "male": such a column counts by its label only.
_YEAR = re.compile(r"(năm|year)(\b|_)", re.IGNORECASE)
_YEAR_NAME = re.compile(r"(nam|năm|year)(_|$)", re.IGNORECASE)


def of_table(cursor: Cursor, table: sql.Identifier, columns: Sequence[PublishedColumn]) -> Period | None:
    """The first and the last plausible day in the table's columns of dates and years, in one statement.

    None without such a column. A column of years counts if it holds nothing else than plausible years.
    """
    last_year = datetime.now(UTC).year + 1
    measures = [
        _of_dates(column.name) if column.type in _DATES else _of_years(column.name)
        for column in columns
        if column.type in _DATES or (column.type in _WHOLE and _holds_years(column))
    ]
    if not measures:
        return None
    first, last = (sql.SQL(", ").join(each[end] for each in measures) for end in (0, 1))
    cursor.execute(
        sql.SQL("SELECT least({}), greatest({}) FROM {}").format(first, last, table),
        {"first": date(FIRST_YEAR, 1, 1), "last": date(last_year, 12, 31)},
    )
    found = cursor.fetchone()
    return (found[0], found[1]) if found and found[0] else None


def _holds_years(column: PublishedColumn) -> bool:
    label = unicodedata.normalize("NFC", str(column.info.get("label") or ""))
    if label and label != column.name:
        return _YEAR.match(label) is not None
    return _YEAR_NAME.match(unicodedata.normalize("NFC", column.name)) is not None


def _of_dates(name: str) -> tuple[sql.Composed, sql.Composed]:
    low, high = (
        sql.SQL("{}({}) FILTER (WHERE {} BETWEEN %(first)s AND %(last)s)").format(
            sql.SQL(measure),
            sql.SQL("{}::date").format(sql.Identifier(name)),
            sql.SQL("{}::date").format(sql.Identifier(name)),
        )
        for measure in ("min", "max")
    )
    return low, high


def _of_years(name: str) -> tuple[sql.Composed, sql.Composed]:
    low, high = (
        sql.SQL(
            "CASE WHEN bool_and({0} = trunc({0}) AND {0} BETWEEN extract(year FROM %(first)s)"
            " AND extract(year FROM %(last)s)) THEN make_date({1}({0})::integer, {2}, {3}) END"
        ).format(sql.Identifier(name), sql.SQL(measure), sql.Literal(month), sql.Literal(day))
        for measure, month, day in (("min", 1, 1), ("max", 12, 31))
    )
    return low, high
