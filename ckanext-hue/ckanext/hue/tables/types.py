"""Column types: the declared one where nothing is lost, else what the whole column holds.

A candidate is kept only when one statement over all rows proves that every value reads as it.
Text stays text unless it is a date: a number that a source sends as text may be a code, a phone
number or a tax code, and its leading zeros would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from ckanext.hue.harvesters.base import Column

from .cells import Kind
from .staging import Staging

VIETNAM_OFFSET = "+07:00"  # also for the years in which clocks there showed another time
MAX_TESTS = 1_000  # of one statement; PostgreSQL's limit is 1,664

_INTEGER = r"^-?(0|[1-9]\d{0,17})$"
_NUMBER = r"^-?(0|[1-9]\d{0,130})(\.\d{1,130})?([eE][+-]?\d{1,3})?$"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_OFFSET = r"(Z|[+-](0\d|1[0-4]):?[0-5]\d)"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_VIETNAMESE_DATE = r"\d{1,2}[/-]\d{1,2}[/-]\d{4}"


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write values of a type.

    `pattern` is the regular expression that every value matches; `cast` turns the column `{c}` into
    the type; `date` finds year, month and day in it, which must then exist in the calendar.
    """

    type: str
    pattern: str
    cast: str
    date: tuple[str, str, str] | None = None


_ISO = (r"^(\d{4})-", r"^\d{4}-(\d{2})-", r"^\d{4}-\d{2}-(\d{2})")
_DAY_FIRST = (r"^\d+\D\d+\D(\d{4})", r"^\d+\D(\d+)\D", r"^(\d+)\D")

INTEGER = Form("bigint", _INTEGER, "{c}::bigint")
NUMBER = Form("numeric", _NUMBER, "{c}::numeric")
BOOLEAN = Form("boolean", r"^(true|false)$", "{c}::boolean")
YES_OR_NO = Form("boolean", r"^([Cc]ó|[Kk]hông)$", "(lower({c}) = 'có')")
DATES = (
    Form("date", f"^{_ISO_DATE}$", "{c}::date", _ISO),
    Form("date", f"^{_VIETNAMESE_DATE}$", "to_date(translate({c}, '-', '/'), 'DD/MM/YYYY')", _DAY_FIRST),
)
TIMESTAMPS = (
    Form("timestamp", f"^{_ISO_DATE}[T ]{_TIME}$", "{c}::timestamp", _ISO),
    Form(
        "timestamp",
        # An offset must not move the first and the last year out of the calendar.
        f"^(?!0001|9999){_ISO_DATE}[T ]{_TIME}{_OFFSET}$",
        f"({{c}}::timestamptz AT TIME ZONE INTERVAL '{VIETNAM_OFFSET}')",
        _ISO,
    ),
    Form(
        "timestamp",
        f"^{_VIETNAMESE_DATE} {_TIME}$",
        "(to_date(split_part(translate({c}, '-', '/'), ' ', 1), 'DD/MM/YYYY')"
        " + split_part({c}, ' ', 2)::time)",
        _DAY_FIRST,
    ),
)
TEXT = Form("text", "", "{c}")

_DECLARED = {
    "int": (INTEGER,),
    "numeric": (INTEGER, NUMBER),
    "bool": (BOOLEAN, YES_OR_NO),
    "date": DATES,
    "timestamp": (*TIMESTAMPS, *DATES),
}
_DECLARED_TYPE = {"int": "bigint", "numeric": "numeric", "bool": "boolean", "date": "date"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The decision for one column. `note` is a Vietnamese sentence when a declared type was refused."""

    form: Form
    type: str
    note: str = ""


def decide(staging: Staging, dictionary: Mapping[str, Column]) -> dict[str, Typed]:
    """Choose a type for each column of `staging`; `dictionary` is by the source's column name."""
    candidates = {name: _candidates(staging.kinds[name], dictionary.get(name)) for name in staging.columns}
    fitting = _fitting(staging, candidates)
    return {name: _typed(dictionary.get(name), fitting[name]) for name in staging.columns}


def _candidates(kind: Kind, column: Column | None) -> Sequence[Form]:
    if kind is Kind.NONE:
        return _DECLARED.get(column.type, ()) if column else ()
    if column and column.type:
        return _DECLARED.get(column.type, ())
    if kind is Kind.INTEGER:
        return (INTEGER, NUMBER)
    if Kind.TEXT not in kind and Kind.BOOLEAN not in kind:
        return (NUMBER,)
    if kind is Kind.BOOLEAN:
        return (BOOLEAN,)
    return (*DATES, *TIMESTAMPS) if kind is Kind.TEXT else ()


def _typed(column: Column | None, fitting: Sequence[Form]) -> Typed:
    declared = column.type if column else ""
    if fitting:
        form = fitting[0]
        # A declared `numeric` whose values happen to be whole today is still a numeric tomorrow.
        return Typed(
            form, _DECLARED_TYPE.get(declared, "timestamp" if declared == "timestamp" else form.type)
        )
    if declared in _DECLARED:
        note = (
            f"Cột «{column.label or column.name}» khai báo kiểu {declared} nhưng có giá trị không đọc được"
            if column
            else ""
        )
        return Typed(TEXT, "text", f"{note} theo kiểu đó, nên được giữ dạng văn bản.")
    return Typed(TEXT, "text")


def _fitting(staging: Staging, candidates: Mapping[str, Sequence[Form]]) -> dict[str, list[Form]]:
    tests = [
        (name, form, _test(form, sql.Identifier(staging.columns[name])))
        for name, forms in candidates.items()
        for form in forms
    ]
    fitting: dict[str, list[Form]] = {name: [] for name in candidates}
    for start in range(0, len(tests), MAX_TESTS):
        some = tests[start : start + MAX_TESTS]
        statement = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(test for _, _, test in some), staging.table
        )
        with staging.connection.cursor() as cursor:
            cursor.execute(statement)
            answers = cursor.fetchone() or ()
        for (name, form, _), fits in zip(some, answers, strict=True):
            if fits is not False:  # null: the column has no value at all
                fitting[name].append(form)
    return fitting


def _test(form: Form, column: sql.Identifier) -> sql.Composable:
    matches = sql.SQL("{} ~ {}").format(column, sql.Literal(form.pattern))
    if form.date is None:
        return sql.SQL("bool_and({})").format(matches)
    year, month, day = (
        sql.SQL("substring({} from {})::int").format(column, sql.Literal(part)) for part in form.date
    )
    # CASE keeps the parts from being read where the pattern does not match.
    return sql.SQL(
        "bool_and(CASE WHEN {column} IS NULL THEN NULL WHEN {matches} THEN"
        " {year} BETWEEN 1 AND 9999 AND {month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND"
        " CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31"
        " WHEN ({year} % 4 = 0 AND {year} % 100 <> 0) OR {year} % 400 = 0 THEN 29 ELSE 28 END"
        " ELSE false END)"
    ).format(column=column, matches=matches, year=year, month=month, day=day)
