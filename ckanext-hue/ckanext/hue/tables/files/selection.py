"""Which rows and columns of a DataStore table go into a file, checked against the table as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

import ckan.plugins.toolkit as tk
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from ckanext.datastore.backend.postgres import get_read_engine
from ckanext.hue.tables import versions
from ckanext.hue.tables.building import TEXT_SEARCH
from ckanext.hue.tables.columns import info_of
from ckanext.hue.tables.filters import MAX_EXPONENT

from .errors import BadFilter, BadLimit, BadSearch, BadSort, NoTable, StillIndexing, UnknownColumn

KEY = "_id"
FULL_TEXT = "_full_text"
MAX_FILTERS = 100
MAX_VALUES = 1_000  # of one filter
MAX_VALUE = 10_000  # characters
MAX_SORTS = 20
MAX_SEARCH = 1_000  # characters
MAX_ROWS = 2**62

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
# Columns in their order, with the comments that hold the data dictionary as CKAN writes it.
_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, NULL), col_description(c.oid, a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.oid = to_regclass('public.' || quote_ident(%s)) AND c.relkind IN ('r', 'v')
        AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""
_SHORT_NAMES: dict[str, str] = {
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
_SORT = re.compile(r'(?P<name>"[^"]+"|.+?)(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+last)?', re.IGNORECASE)


class Column(TypedDict):
    """A column of a table: its name in the DataStore, its PostgreSQL type, its entry in the data dictionary.

    Types are named as `versions` names them: bigint, numeric, boolean, date, timestamp, text; tables that
    the loader did not make may have others.
    """

    id: str
    type: str
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows and columns to write; made by `select`, which checks them.

    `filters` is by column the values that a row may have, or what a value has to be compared with; `sort`
    pairs of a column and whether it descends.
    """

    resource_id: str
    columns: list[Column]
    filters: Mapping[str, Sequence[Any] | Mapping[str, Any]] = field(default_factory=dict)
    q: str = ""
    sort: Sequence[tuple[str, bool]] = ()
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether this is every row, in the table's own order."""
        return not self.filters and not self.q and not self.sort and self.limit is None

    def query(self, values: Sequence[sql.Composable] | None = None) -> sql.Composed:
        """SELECT `values` of these rows: expressions on columns, by default the columns themselves."""
        return sql.SQL("SELECT {} FROM {} AS t{} ORDER BY {}{}").format(
            sql.SQL(", ").join(identifiers(self.columns) if values is None else values),
            sql.Identifier("public", self.resource_id),
            self._where(),
            self._order(),
            sql.SQL("" if self.limit is None else f" LIMIT {self.limit:d}"),
        )

    def _where(self) -> sql.Composable:
        tests = [_test(name, values) for name, values in self.filters.items()]
        if self.q:
            tests.append(
                sql.SQL("{} @@ plainto_tsquery({}, {})").format(
                    sql.Identifier("t", FULL_TEXT), sql.Literal(TEXT_SEARCH), sql.Literal(self.q)
                )
            )
        if not tests:
            return sql.SQL("")
        return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(tests))

    def _order(self) -> sql.Composable:
        # With the table's name: without it, an output column of this name would be meant.
        clauses = [
            sql.SQL("{} DESC NULLS LAST" if descending else "{}").format(sql.Identifier("t", name))
            for name, descending in self.sort
        ]
        return sql.SQL(", ").join([*clauses, sql.Identifier("t", KEY)])


def describe(resource_id: str) -> list[Column]:
    """The columns of a resource's table, in their order, without `_id` and `_full_text`. Raises NoTable."""
    connection = get_read_engine().raw_connection()
    try:
        return columns_of(connection.driver_connection, resource_id)  # pyright: ignore[reportArgumentType]
    finally:
        connection.close()


def columns_of(connection: Connection, resource_id: str) -> list[Column]:
    """What `describe` tells, read in a transaction that is there already."""
    # Names that begin with "_" are the DataStore's own tables; a NUL ends no name of PostgreSQL's.
    if not resource_id or resource_id.startswith("_") or "\x00" in resource_id:
        raise NoTable()
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, (resource_id,))
        found: list[tuple[str, str, str | None]] = cursor.fetchall()
    columns = [
        Column(id=name, type=_SHORT_NAMES.get(kind, kind), info=info_of(comment))
        for name, kind, comment in found
        if not name.startswith("_")
    ]
    if not columns or KEY not in {name for name, _, _ in found}:
        raise NoTable()
    return columns


def select(
    resource_id: str,
    *,
    columns: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
    q: str = "",
    sort: str | Sequence[str] = "",
    limit: int | None = None,
) -> Selection:
    """Check a question against the table and make its Selection.

    columns: names, in the order wanted; none for all. filters: by column a value, a list of values, or an
    object of comparisons (`gt`, `gte`, `lt`, `lte`, `in`, `contains`); all but `contains` as in
    `datastore_search`. sort: "cột desc, cột khác" or a list of such clauses. Raises FileError.
    """
    known = describe(resource_id)
    by_name = {column["id"]: column for column in known}
    if limit is not None and (isinstance(limit, bool) or not 0 <= limit <= MAX_ROWS):
        raise BadLimit()
    made = Selection(
        resource_id,
        [_known(by_name, name) for name in dict.fromkeys(columns)] if columns else known,
        _filters(by_name, filters or {}),
        _search(q),
        _sorts(by_name, sort),
        limit,
    )
    if made.q:
        version = versions.current(resource_id)
        if version and not version.indexed:
            raise StillIndexing()
    return made


def identifiers(columns: Sequence[Column]) -> list[sql.Composable]:
    return [sql.Identifier(column["id"]) for column in columns]


def label_of(column: Column) -> str:
    """What people call the column."""
    return str(column["info"].get("label") or column["id"])


def _known(by_name: Mapping[str, Column], name: str) -> Column:
    if name not in by_name:
        raise UnknownColumn(name=name)
    return by_name[name]


def _filters(
    by_name: Mapping[str, Column], filters: Mapping[str, Any]
) -> dict[str, list[Any] | dict[str, Any]]:
    if len(filters) > MAX_FILTERS:
        reason = tk._("chỉ lọc được theo tối đa {most} cột").format(most=MAX_FILTERS)
        raise BadFilter(name=next(iter(filters)), reason=reason)
    checked: dict[str, list[Any] | dict[str, Any]] = {}
    for name, value in filters.items():
        kind = "" if name == KEY else _known(by_name, name)["type"]
        if isinstance(value, Mapping):
            checked[name] = _comparisons(name, kind, value)
        else:
            checked[name] = _filter_values(name, kind, value)
    return checked


def _comparisons(name: str, kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    if not asked or not set(asked) <= {*_COMPARISONS, "in", "contains"}:
        known = ", ".join([*_COMPARISONS, "in", "contains"])
        raise BadFilter(name=name, reason=tk._("chỉ có các phép so sánh {known}").format(known=known))
    if "contains" in asked and (kind != "text" or not isinstance(asked["contains"], str)):
        raise BadFilter(name=name, reason=tk._("«contains» cần một đoạn văn bản, trên cột văn bản"))
    return {
        operation: [_number(kind, one) for one in _filter_values(name, kind, value)]
        if operation == "in"
        else _number(kind, _filter_value(name, kind, value))
        for operation, value in asked.items()
    }


def _filter_values(name: str, kind: str, value: Any) -> list[Any]:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if len(values) > MAX_VALUES:
        raise BadFilter(name=name, reason=tk._("có hơn {most} giá trị").format(most=MAX_VALUES))
    return [_filter_value(name, kind, one) for one in values]


def _filter_value(name: str, kind: str, value: Any) -> Any:
    """A value as it is compared: numbers as such, except with text; all else as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return str(value) if kind == "text" else value
    if not isinstance(value, str):
        raise BadFilter(name=name, reason=tk._("mỗi giá trị phải là văn bản, số hoặc đúng/sai"))
    if len(value) > MAX_VALUE or not _storable(value):
        raise BadFilter(name=name, reason=tk._("giá trị quá dài hoặc có ký tự không hợp lệ"))
    return unicodedata.normalize("NFC", value)


def _number(kind: str, value: Any) -> Any:
    """The number that a text is, to be compared with numbers of any kind: 12.5 with whole ones too. What is
    none, or fits no column, is left as it is, for PostgreSQL to judge."""
    if kind not in _NUMBERS or not isinstance(value, str):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT else value


def _search(q: str) -> str:
    if not isinstance(q, str) or len(q) > MAX_SEARCH or not _storable(q):
        raise BadSearch(limit=MAX_SEARCH)
    return unicodedata.normalize("NFC", q).strip()


def _storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _sorts(by_name: Mapping[str, Column], sort: str | Sequence[str]) -> list[tuple[str, bool]]:
    clauses = [sort] if isinstance(sort, str) else list(sort)
    if len(clauses) == 1 and _sort_clause(by_name, clauses[0]) is None:
        clauses = clauses[0].split(",")  # a column's name may hold a comma itself
    clauses = [clause for clause in clauses if clause.strip()]
    if len(clauses) > MAX_SORTS:
        raise BadSort(clause=clauses[MAX_SORTS])
    found: list[tuple[str, bool]] = []
    for clause in clauses:
        parsed = _sort_clause(by_name, clause)
        if parsed is None:
            raise BadSort(clause=clause.strip())
        found.append(parsed)
    return found


def _sort_clause(by_name: Mapping[str, Column], clause: str) -> tuple[str, bool] | None:
    text = clause.strip()
    if text in by_name or text == KEY:
        return text, False
    match = _SORT.fullmatch(text)
    if not match:
        return None
    name = match["name"]
    if name not in by_name:
        name = name.strip('"')
    if name not in by_name and name != KEY:
        return None
    return name, (match["way"] or "").lower() == "desc"


def _test(name: str, values: Sequence[Any] | Mapping[str, Any]) -> sql.Composable:
    if isinstance(values, Mapping):
        tests = [_comparison(name, operation, value) for operation, value in values.items()]
        return sql.SQL(" AND ").join(tests)
    if not values:
        return sql.SQL("false")
    # PostgreSQL reads a quoted literal as the column's type, and refuses what that type cannot be.
    return sql.SQL("{} IN ({})").format(
        sql.Identifier("t", name), sql.SQL(", ").join(sql.Literal(value) for value in values)
    )


def _comparison(name: str, operation: str, value: Any) -> sql.Composable:
    column = sql.Identifier("t", name)
    if operation == "in":
        return _test(name, value)
    if operation == "contains":
        return sql.SQL("strpos(public.unaccent(lower({})), public.unaccent(lower({}))) > 0").format(
            column, sql.Literal(value)
        )
    return sql.SQL("{} {} {}").format(column, sql.SQL(_COMPARISONS[operation]), sql.Literal(value))
