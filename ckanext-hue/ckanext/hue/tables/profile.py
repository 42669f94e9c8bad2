"""What each column of a table holds: counted by PostgreSQL in sets, once for a published version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import ckan.plugins.toolkit as tk
import simplejson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.elements import quoted_name

from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine

from . import bins, querying, versions
from .querying import FLOATS, Kind, TableColumn

TOP = 10
SHOWN_CHARACTERS = 200  # of a text among the top values
CUT = "…"  # after a text that was cut
MAX_TRIES = 3
_MEASURES = 4  # results for each column of the first statement
_COLUMNS_OF_A_STATEMENT = 200  # PostgreSQL's limit is 1,664 results

_STORED = sa.text(
    "SELECT profile::text FROM hue.table_version WHERE resource_id = :id AND version = :version"
)
_STORE = sa.text(
    "UPDATE hue.table_version SET profile = CAST(:profile AS jsonb)"
    " WHERE resource_id = :id AND version = :version"
)


def profile_of(resource_id: str, columns: Mapping[str, TableColumn], milliseconds: int) -> dict[str, Any]:
    """The profile of a table (docs/api.md): the stored one of its current version, else computed now.

    What is computed for a version is stored with it. `columns` are the table's (`querying.columns_of`);
    `milliseconds` bound each statement. Raises ValidationError when it takes too long.
    """
    for _ in range(MAX_TRIES):
        version = versions.current(resource_id)
        if version is None:
            return _complete(resource_id, None, _compute(resource_id, columns, milliseconds))
        stored = _stored(resource_id, version.number)
        if stored is None:
            stored = _compute(resource_id, columns, milliseconds)
            columns = querying.columns_of(resource_id)
            now = versions.current(resource_id)
            if now is None or now.number != version.number:
                continue  # statements may have seen different rows
            _store(resource_id, version.number, stored)
        return _complete(resource_id, version.number, stored)
    raise tk.ValidationError({"query": ["Bảng đang được thay đổi liên tục, hãy gọi lại sau ít phút."]})


def stored_of(resource_id: str) -> dict[str, Any] | None:
    """The stored profile of a table's current version; None when none was computed yet."""
    version = versions.current(resource_id)
    stored = _stored(resource_id, version.number) if version else None
    return _complete(resource_id, version.number, stored) if version and stored else None


def _complete(resource_id: str, version: int | None, computed: dict[str, Any]) -> dict[str, Any]:
    return {"resource_id": resource_id, "version": version, **computed}


def _stored(resource_id: str, version: int) -> dict[str, Any] | None:
    with get_read_engine().connect() as connection:
        text = connection.execute(_STORED, {"id": resource_id, "version": version}).scalar()
    return json.loads(text, parse_float=Decimal) if text else None


def _store(resource_id: str, version: int, computed: dict[str, Any]) -> None:
    text = simplejson.dumps(computed, ensure_ascii=False)
    with get_write_engine().begin() as connection:
        connection.execute(_STORE, {"id": resource_id, "version": version, "profile": text})


def _compute(resource_id: str, columns: Mapping[str, TableColumn], milliseconds: int) -> dict[str, Any]:
    """Two kinds of statements: one scan for all columns' extremes, then one of each column's values."""
    shown = [column for column in columns.values() if column.name != "_id"]
    rows, summaries = 0, []
    for start in range(0, len(shown), _COLUMNS_OF_A_STATEMENT):
        some = shown[start : start + _COLUMNS_OF_A_STATEMENT]
        measures = [measure for column in some for measure in _measures(column)]
        answer = querying.ask(
            sa.select(sa.func.count(), *measures).select_from(querying.table(resource_id)), milliseconds
        )
        rows, *values = answer
        summaries += [
            _summary(column, rows, values[number * _MEASURES : (number + 1) * _MEASURES])
            for number, column in enumerate(some)
        ]
    for column, summary in zip(shown, summaries, strict=True):
        if column.kind is not Kind.OTHER:
            edges = _edges(column, summary)
            answer = querying.ask(_values(resource_id, column, edges), milliseconds)
            summary |= _distribution(column, edges, answer)
    return {"rows": rows, "columns": [_plain(summary) for summary in summaries]}


def _measures(column: TableColumn) -> list[sa.ColumnElement[Any]]:
    """How many values, the least, the greatest (of texts: their lengths) and the mean, or null."""
    nothing, value = sa.null(), column.sql
    present = sa.func.count(value)
    if column.kind is Kind.NUMBER:
        mean = sa.func.avg(value)
        exact = mean if column.type in FLOATS else sa.func.trim_scale(mean)
        return [present, sa.func.min(value), sa.func.max(value), exact]
    if column.kind.is_time:
        # As text: PostgreSQL's calendar is wider than Python's.
        return [present, sa.cast(sa.func.min(value), sa.Text), sa.cast(sa.func.max(value), sa.Text), nothing]
    if column.kind is Kind.TEXT:
        length = sa.func.char_length(value)
        return [present, sa.func.min(length), sa.func.max(length), nothing]
    return [present, nothing, nothing, nothing]


def _summary(column: TableColumn, rows: int, values: Sequence[Any]) -> dict[str, Any]:
    present, least, greatest, mean = values
    summary = {"id": column.name, "type": column.type, "nulls": rows - present}
    if column.kind is Kind.TEXT:
        return {**summary, "shortest": least, "longest": greatest}
    if column.kind.is_time:
        return {**summary, "min": _iso(least), "max": _iso(greatest)}
    if column.kind is Kind.NUMBER:
        return {**summary, "min": least, "max": greatest, "mean": mean}
    return summary


def _values(resource_id: str, column: TableColumn, edges: Sequence[Any]) -> sa.Select[Any]:
    """How many values there are, the most frequent ones with their counts, and how many lie in each bin.

    Texts are grouped by a hash of 64 bits, so that a group's size does not depend on the text's.
    """
    row_id = sa.column("_id")
    rows = sa.table(quoted_name(resource_id, True), row_id, column.sql, schema="public").alias("rows")
    value = rows.c[column.name]
    is_text = column.kind is Kind.TEXT
    key = sa.func.hashtextextended(value, sa.literal_column("0")) if is_text else value
    groups = (
        sa.select(key.label("key"), sa.func.count().label("count"), sa.func.min(rows.c["_id"]).label("first"))
        .where(value.is_not(None))
        .group_by(key)
        .cte("groups")
    )
    best = (
        sa.select(groups.c["key"], groups.c["count"], groups.c["first"])
        .order_by(groups.c["count"].desc(), groups.c["first"])
        .limit(TOP)
        .subquery("best")
    )
    source = best.join(rows, rows.c["_id"] == best.c["first"]) if is_text else best
    shown = sa.func.left(value, SHOWN_CHARACTERS + 1) if is_text else best.c["key"]
    entry = sa.func.json_build_array(shown, best.c["count"])
    top = sa.select(
        sa.cast(sa.func.json_agg(aggregate_order_by(entry, best.c["count"].desc(), best.c["first"])), sa.Text)
    ).select_from(source)
    distinct = sa.select(sa.func.count()).select_from(groups)
    return sa.select(
        distinct.scalar_subquery().label("distinct"),
        top.scalar_subquery().label("top"),
        _bins(groups, column, edges).label("bins"),
    )


_EDGE_TYPES = {Kind.NUMBER: sa.Numeric, Kind.DATE: sa.Date, Kind.TIMESTAMP: sa.TIMESTAMP}


def _bins(groups: sa.CTE, column: TableColumn, edges: Sequence[Any]) -> sa.ColumnElement[Any]:
    if not edges:
        return sa.null()
    thresholds = sa.cast(
        sa.literal(list(edges), ARRAY(_EDGE_TYPES[column.kind])), ARRAY(_EDGE_TYPES[column.kind])
    )
    key: sa.ColumnElement[Any] = groups.c["key"]
    # The last bin holds its upper edge as well.
    number = sa.func.least(
        sa.func.width_bucket(sa.cast(key, sa.Numeric) if column.kind is Kind.NUMBER else key, thresholds),
        len(edges) - 1,
    )
    counted = (
        sa.select(number.label("number"), sa.func.sum(groups.c["count"]).label("count"))
        .group_by(sa.literal_column("1"))
        .subquery("counted")
    )
    return (
        sa.select(sa.cast(sa.func.json_object_agg(counted.c["number"], counted.c["count"]), sa.Text))
        .select_from(counted)
        .scalar_subquery()
    )


def _edges(column: TableColumn, summary: Mapping[str, Any]) -> Sequence[Any]:
    low, high = summary.get("min"), summary.get("max")
    if low is None or high is None:
        return []
    if column.kind is Kind.NUMBER:
        whole = column.type.startswith("int")
        return bins.of_numbers(Decimal(str(low)), Decimal(str(high)), whole=whole)
    try:
        if column.kind is Kind.DATE:
            return bins.of_dates(date.fromisoformat(low), date.fromisoformat(high))
        return bins.of_timestamps(datetime.fromisoformat(low), datetime.fromisoformat(high))
    except ValueError:
        return []  # infinity, or a year that only PostgreSQL knows


def _distribution(column: TableColumn, edges: Sequence[Any], answer: Any) -> dict[str, Any]:
    top = [_top(value, count) for value, count in json.loads(answer.top or "[]", parse_float=Decimal)]
    found: dict[str, Any] = {"distinct": answer.distinct, "top": top}
    if column.kind is Kind.BOOLEAN:
        counts = {entry["value"]: entry["count"] for entry in top}
        found["histogram"] = [{"value": value, "count": counts.get(value, 0)} for value in (False, True)]
    elif column.kind is not Kind.TEXT:
        counted = {int(number): int(count) for number, count in json.loads(answer.bins or "{}").items()}
        found["histogram"] = [
            {"from": low, "to": high, "count": counted.get(number, 0)}
            for number, (low, high) in enumerate(pairwise(edges), 1)
        ]
    return found


def _top(value: Any, count: int) -> dict[str, Any]:
    if isinstance(value, str) and len(value) > SHOWN_CHARACTERS:
        return {"value": value[:SHOWN_CHARACTERS] + CUT, "count": count, "cut": True}
    return {"value": value, "count": count}


def _iso(text: str | None) -> str | None:
    return text.replace(" ", "T", 1) if text else None


def _plain(value: Any) -> Any:
    """The same with values that JSON has: dates in ISO 8601, what is no number as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (float, Decimal)) and not Decimal(value).is_finite():
        return str(value)
    return value
