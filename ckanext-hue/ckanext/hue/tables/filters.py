"""datastore_search's filters as a condition over the real columns of a table, every value bound.

The form is CKAN's: {"column": value}, {"column": [value, value]}, {"column": {"gte": 1, "lt": 9}}, "$or" and
"$and". Beyond CKAN, null finds empty cells, so that a group of empty cells can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.datastore.filters import FilterOp, parse_query_filters

from .querying import Kind, TableColumn

MAX_VALUES = 1_000  # of one list
MAX_CHARACTERS = 10_000  # of one value
MAX_EXPONENT = 300  # of ten; numbers beyond it fit no type that a column of numbers has
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def condition(filters: Any, columns: Mapping[str, TableColumn]) -> sa.ColumnElement[bool]:
    """The condition that `filters` says. Raises ValidationError for what is no filter."""
    if not filters:
        return sa.true()
    try:
        parsed = parse_query_filters(filters, {"fields": columns})
    except tk.ValidationError as error:
        raise _refusal("; ".join(error.error_summary.values())) from error
    except IndexError as error:  # CKAN's parser expects an operation inside {"column": {}}
        raise _refusal(tk._("thiếu phép so sánh")) from error
    return _built(parsed, columns) if parsed else sa.true()


def _built(operation: FilterOp, columns: Mapping[str, TableColumn]) -> sa.ColumnElement[bool]:
    if operation.op == "$and":
        return sa.and_(sa.true(), *(_built(part, columns) for part in operation.value))
    if operation.op == "$or":
        return sa.or_(sa.false(), *(_built(part, columns) for part in operation.value))
    column = columns.get(operation.field or "")
    if column is None:
        raise _refusal(tk._("bảng không có cột «{name}»").format(name=operation.field))
    if column.kind is Kind.OTHER:
        reason = tk._("cột «{name}» có kiểu {type} nên không lọc được")
        raise _refusal(reason.format(name=column.name, type=column.type))
    if operation.op == "eq":
        return _equals(column, operation.value)
    if operation.op == "in":
        return _is_one_of(column, operation.value)
    if operation.op in _COMPARISONS:
        return column.sql.op(_COMPARISONS[operation.op], is_comparison=True)(
            sa.literal(_value(column, operation.value))
        )
    reason = tk._("không có phép so sánh «{name}», chỉ có eq, in, gt, gte, lt, lte")
    raise _refusal(reason.format(name=operation.op))


def _equals(column: TableColumn, value: Any) -> sa.ColumnElement[bool]:
    return column.sql.is_(None) if value is None else column.sql == sa.literal(_value(column, value))


def _is_one_of(column: TableColumn, values: Any) -> sa.ColumnElement[bool]:
    if not isinstance(values, list):
        raise _refusal(tk._("phép «in» trên cột «{name}» cần một danh sách giá trị").format(name=column.name))
    if len(values) > MAX_VALUES:
        reason = tk._("danh sách cho cột «{name}» có hơn {most} giá trị")
        raise _refusal(reason.format(name=column.name, most=MAX_VALUES))
    found = column.sql.in_([_value(column, value) for value in values if value is not None])
    return sa.or_(found, column.sql.is_(None)) if None in values else found


def _value(column: TableColumn, value: Any) -> Any:
    """A value of the column's own type, so that PostgreSQL never has to guess."""
    if isinstance(value, (dict, list)) or value is None or len(str(value)) > MAX_CHARACTERS:
        raise _bad_value(column, value)
    try:
        return _READERS[column.kind](value)
    except (ValueError, InvalidOperation) as error:
        raise _bad_value(column, value) from error


def _text(value: Any) -> str:
    text = str(value)
    if "\x00" in text:
        raise ValueError(text)
    text.encode()  # a lone surrogate is no text: raises UnicodeEncodeError, a ValueError
    return text


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(value)
    number = Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError(value)
    return number


def _boolean(value: Any) -> bool:
    known = {"true": True, "false": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _date(value: Any) -> date:
    return date.fromisoformat(str(value))


def _timestamp(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo:
        raise ValueError(value)
    return moment


_READERS = {
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIMESTAMP: _timestamp,
}
_EXAMPLES = {
    Kind.NUMBER: "12.5",
    Kind.TEXT: "Huế",
    Kind.BOOLEAN: "true",
    Kind.DATE: "2024-12-31",
    Kind.TIMESTAMP: "2024-12-31T23:59:00",
}


def _bad_value(column: TableColumn, value: Any) -> tk.ValidationError:
    reason = tk._("giá trị «{value}» không phải là {kind}, kiểu của cột «{name}»; ví dụ: {example}")
    return _refusal(
        reason.format(
            value=str(value)[:100],
            kind=tk._(column.kind.value),
            name=column.name,
            example=_EXAMPLES[column.kind],
        )
    )


def _refusal(reason: str) -> tk.ValidationError:
    return tk.ValidationError({"filters": [tk._("Bộ lọc không hợp lệ: {reason}.").format(reason=reason)]})
