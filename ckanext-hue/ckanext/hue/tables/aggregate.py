"""Groups of a table's rows with counts, sums, averages and extremes, computed by one statement.

Nothing of the statement comes from outside: a column that a question names is looked up among the table's
real ones, values are bound, functions and granularities come from the fixed lists below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from . import querying
from .filters import condition
from .querying import FLOATS, MAX_NAME_BYTES, Kind, TableColumn

GRANULARITIES = ("year", "quarter", "month", "week", "day")
FUNCTIONS = ("count", "count_distinct", "sum", "avg", "min", "max")
MAX_GROUPS = 8
MAX_MEASURES = 30
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000

_SUMS = {"int2": "int8", "int4": "int8", "int8": "numeric"}
_SORT = re.compile(r'^"?(.+?)"?(?: +(asc|desc))?(?: +nulls +(first|last))?$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer: its name, its type as datastore_search names types, and how it is computed."""

    name: str
    type: str
    sql: sa.ColumnElement[Any]

    @property
    def shown(self) -> sa.ColumnElement[Any]:
        """The value as datastore_search writes it; numbers and dates are JSON's and ISO 8601's already."""
        column: sa.ColumnElement[Any] = sa.column(quoted_name(self.name, True))
        if self.type == "timestamp":
            fraction = ".MS" if tk.config["ckan.datastore.ms_in_timestamp"] else ""
            column = sa.func.to_char(column, f'YYYY-MM-DD"T"HH24:MI:SS{fraction}')
        return column.label(quoted_name(self.name, True))


def aggregate(
    resource_id: str,
    columns: Mapping[str, TableColumn],
    group_by: list[Any],
    measures: list[Any],
    filters: Any,
    sort: list[str],
    limit: int,
    offset: int,
    milliseconds: int,
    where: sa.ColumnElement[bool] | None = None,
) -> dict[str, Any]:
    """Answer `hue_table_aggregate`, which describes the parameters; `milliseconds` bound the statement.

    `where` is a further condition on the rows that `filters` cannot say.

    `columns` are the table's (`querying.columns_of`). Raises ValidationError, in Vietnamese.
    """
    groups = _several("group_by", group_by, MAX_GROUPS, columns, _group)
    outputs = [
        *groups,
        *_several("measures", measures or [{"function": "count"}], MAX_MEASURES, columns, _measure),
    ]
    _refuse_equal_names(outputs)
    found = (
        sa.select(*(output.sql.label(quoted_name(output.name, True)) for output in outputs))
        .select_from(querying.table(resource_id))
        .where(condition(filters, columns), sa.true() if where is None else where)
        .group_by(*(group.sql for group in groups))
        .cte("found")
    )
    ordered = (
        sa.select(sa.literal_column("found.*"))
        .select_from(found)
        .order_by(*_order(sort, outputs, groups))
        .limit(limit)
        .offset(offset)
        .subquery("ordered")
    )
    page = sa.select(*(output.shown for output in outputs)).select_from(ordered).subquery("page")
    records = sa.select(
        sa.cast(sa.func.array_to_json(sa.func.array_agg(sa.literal_column("page.*"))), sa.Text)
    )
    total = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    answer = querying.ask(sa.select(total, records.select_from(page).scalar_subquery()), milliseconds)
    return {
        "resource_id": resource_id,
        "fields": [{"id": output.name, "type": output.type} for output in outputs],
        "records": json.loads(answer[1] or "[]", parse_float=Decimal),
        "total": answer[0],
        "limit": limit,
        "offset": offset,
    }


def _several(
    key: str, items: list[Any], most: int, columns: Mapping[str, TableColumn], build: Any
) -> list[Output]:
    if len(items) > most:
        raise _refusal(key, f"Có {len(items)} mục, nhiều nhất được {most}. Hãy bớt đi rồi gọi lại.")
    return [build(item, columns) for item in items]


def _group(item: Any, columns: Mapping[str, TableColumn]) -> Output:
    item = {"column": item} if isinstance(item, str) else item
    _refuse_unknown_keys("group_by", item, {"column", "granularity", "as"})
    column = _column("group_by", item.get("column"), columns)
    if column.kind is Kind.OTHER:
        raise _refusal("group_by", f"Không nhóm được theo cột «{column.name}» vì cột có kiểu {column.type}.")
    name = _name("group_by", item.get("as"), column.name)
    granularity = item.get("granularity")
    if granularity is None:
        return Output(name, column.type, column.sql)
    if granularity not in GRANULARITIES:
        raise _refusal(
            "group_by",
            f"Không có độ chi tiết «{granularity}»; hãy dùng một trong: {', '.join(GRANULARITIES)}.",
        )
    if not column.kind.is_time:
        raise _refusal(
            "group_by",
            f"Cột «{column.name}» có kiểu {column.kind.value} nên không nhóm theo «{granularity}» được;"
            " hãy bỏ «granularity» hoặc chọn cột ngày.",
        )
    # A literal, not a parameter: SELECT and GROUP BY must hold the same expression.
    start = sa.func.date_trunc(sa.literal_column(f"'{granularity}'"), sa.cast(column.sql, sa.TIMESTAMP))
    return Output(name, "date", sa.cast(start, sa.Date))


def _measure(item: Any, columns: Mapping[str, TableColumn]) -> Output:
    _refuse_unknown_keys("measures", item, {"function", "column", "as"})
    function = item.get("function")
    if function not in FUNCTIONS:
        raise _refusal("measures", f"Không có hàm «{function}»; hãy dùng một trong: {', '.join(FUNCTIONS)}.")
    if function == "count" and item.get("column") is None:
        return Output(_name("measures", item.get("as"), "count"), "int8", sa.func.count())
    column = _column("measures", item.get("column"), columns)
    _refuse_meaningless(function, column)
    name = _name("measures", item.get("as"), f"{function}_{column.name}")
    if function == "count":
        return Output(name, "int8", sa.func.count(column.sql))
    if function == "count_distinct":
        return Output(name, "int8", sa.func.count(sa.distinct(column.sql)))
    if function == "sum":
        return Output(name, _SUMS.get(column.type, column.type), sa.func.sum(column.sql))
    if function == "avg":
        mean = sa.func.avg(column.sql)
        if column.type in FLOATS:
            return Output(name, "float8", mean)
        return Output(name, "numeric", sa.func.trim_scale(mean))
    return Output(name, column.type, getattr(sa.func, function)(column.sql))


def _refuse_meaningless(function: str, column: TableColumn) -> None:
    if function == "count" or (column.kind is Kind.NUMBER):
        return
    if function in ("sum", "avg"):
        what = "tổng" if function == "sum" else "trung bình"
        raise _refusal(
            "measures",
            f"Không tính được {what} của cột «{column.name}» vì cột có kiểu {column.kind.value};"
            " hãy chọn cột số, hoặc dùng count, count_distinct, min, max.",
        )
    if column.kind is Kind.OTHER or (column.kind is Kind.BOOLEAN and function in ("min", "max")):
        raise _refusal(
            "measures",
            f"Không tính được {function} của cột «{column.name}» vì cột có kiểu {column.kind.value};"
            " hãy dùng count hoặc chọn cột khác.",
        )


def _column(key: str, name: Any, columns: Mapping[str, TableColumn]) -> TableColumn:
    if not isinstance(name, str) or name not in columns:
        raise _refusal(key, f"Bảng không có cột «{str(name)[:100]}». Xem các cột bằng datastore_info.")
    return columns[name]


def _name(key: str, given: Any, otherwise: str) -> str:
    """The name of an output column, as short as PostgreSQL needs it."""
    name = otherwise if given is None else given
    if not isinstance(name, str) or not name.strip() or querying.printable(name) != name:
        raise _refusal(key, "«as» phải là một tên không trống.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise _refusal(
            key, f"Tên «{name[:100]}» dài hơn {MAX_NAME_BYTES} byte; hãy đặt tên ngắn hơn bằng «as»."
        )
    return name


def _refuse_equal_names(outputs: Iterable[Output]) -> None:
    seen: set[str] = set()
    for output in outputs:
        if output.name in seen:
            raise _refusal(
                "measures", f"Có hai cột kết quả cùng tên «{output.name}»; hãy đặt tên khác bằng «as»."
            )
        seen.add(output.name)


def _refuse_unknown_keys(key: str, item: Any, known: set[str]) -> None:
    if not isinstance(item, dict) or not set(item) <= known:
        raise _refusal(key, f"Mỗi mục là một đối tượng chỉ có các khóa: {', '.join(sorted(known))}.")


def _order(sort: list[str], outputs: list[Output], groups: list[Output]) -> list[sa.ColumnElement[Any]]:
    """The order asked for, and after it the groups', so that pages never overlap."""
    names = {output.name for output in outputs}
    order: list[sa.ColumnElement[Any]] = []
    for clause in sort:
        found = _SORT.match(clause.strip())
        if not found or found[1] not in names:
            raise _refusal("sort", f"Không sắp xếp được theo «{clause[:100]}»; chỉ theo các cột của kết quả.")
        column = sa.column(quoted_name(found[1], True))
        directed = column.desc() if (found[2] or "").lower() == "desc" else column.asc()
        if found[3]:
            directed = directed.nulls_first() if found[3].lower() == "first" else directed.nulls_last()
        order.append(directed)
    return [*order, *(sa.column(quoted_name(group.name, True)).asc() for group in groups)]


def _refusal(key: str, reason: str) -> tk.ValidationError:
    return tk.ValidationError({key: [reason]})
