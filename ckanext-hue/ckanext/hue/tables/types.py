"""Column types: the declared one where nothing is lost, else what the whole column holds.

A form is believed only when a statement over all rows proves that every value reads as it. Some of the
values rule most forms out beforehand, which costs next to nothing; they never prove one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from psycopg2 import sql

from ckanext.hue.harvesters.base import Column
from ckanext.hue.slug import slugify_vi

from .cells import Kind
from .forms import (
    BIG_INTEGER,
    BOOLEAN,
    DATES,
    DECLARED,
    ENGLISH_NUMBER,
    INTEGER,
    NUMBER,
    NUMBERS,
    TEXT,
    TIMESTAMPS,
    VIETNAMESE_NUMBER,
    WRITTEN_NUMBER,
    YES_OR_NO,
    Form,
)
from .reading.base import Finding
from .staging import Staging

SHORT = 2_000  # rows of a table for which one statement tries all that is likely
NAMED_ROWS = 20  # that keep a column from its type
MOST_BAD_ROWS = 10_000
MAX_TESTS = 750  # of one statement, two values each; PostgreSQL's limit is 1,664
# Numbers under such names are codes: nobody adds them up, and a new one may begin with a zero.
_IDENTIFIER = re.compile(
    r"(^|-)(ma|ma-so|mst|sdt|so-dt|tel|phone|fax|cccd|cmnd|cmt|dinh-danh|dien-thoai|di-dong|so-hieu"
    r"|giay-phep|giay-chung-nhan|tai-khoan|zip|code|barcode|dtdd|hotline"
    # as databases write them, in one word
    r"|masothue|madinhdanh|madonvi|mahoso|dienthoai|didong"
    r"|so(dienthoai|didong|dt|cccd|cmnd|cmt|hieu|giayphep|taikhoan))(-|$)"
)
_BLANKS = " \t\n\r\f\v"  # around a value; what is tested and what is cast must agree on them
_NAMES = {"bigint": "số", "numeric": "số", "date": "ngày", "timestamp": "ngày giờ", "boolean": "có/không"}

_TWO_WAYS = (
    "Cột «{name}» có số viết như 1.234 hoặc 1,234, không rõ là phần nghìn hay phần thập phân, nên được giữ"
    " dạng văn bản. Nếu là phần nghìn, hãy khai báo cột là số nguyên; nếu là phần thập phân, hãy lưu cột ở"
    " dạng số trong tệp XLSX rồi tải lên lại."
)

_RIVALS = {
    NUMBER: (VIETNAMESE_NUMBER,),
    VIETNAMESE_NUMBER: (NUMBER, ENGLISH_NUMBER),
    ENGLISH_NUMBER: (VIETNAMESE_NUMBER,),
}
_PLAIN_NUMBERS = (INTEGER, BIG_INTEGER, NUMBER)


@dataclass(frozen=True, slots=True)
class Typed:
    """The decision for one column.

    `bad_values` counts values that a declared type cannot read, which are few; `finding` tells why a
    column is text that looks like more.
    """

    form: Form
    type: str
    bad_values: int = 0
    finding: Finding | None = None


@dataclass(slots=True)
class _Counted:
    """How many values of each column there are, and how many do not fit each form that was tried."""

    values: dict[str, int] = field(default_factory=dict)
    misfits: dict[tuple[str, Form], int] = field(default_factory=dict)

    def fits(self, name: str, form: Form) -> bool:
        return self.misfits.get((name, form)) == 0


def decide(
    staging: Staging,
    dictionary: Mapping[str, Column],
    number_format: str = "",
    bad_row_percent: Decimal | None = None,
) -> dict[str, Typed]:
    """Choose a type for each column of `staging`; `dictionary` is by the source's column name.

    `number_format` ("vi" or "en") tells how to read "1.234" and "1,234" where the whole column does not.
    """
    candidates = {
        name: _candidates(staging.kinds[name], dictionary.get(name), name) for name in staging.columns
    }
    whole = _count_whole(
        staging, {name: _likely(staging.samples[name], forms) for name, forms in candidates.items()}
    )
    return {
        name: _declared(staging, name, column, whole, number_format, bad_row_percent)
        if (column := dictionary.get(name)) and column.type in DECLARED
        else _inferred(staging, name, candidates[name], whole, number_format)
        for name in staging.columns
    }


def readable(staging: Staging, name: str, form: Form) -> sql.Composable:
    """The condition that a staged value reads as `form`; null where there is no value."""
    column = staging.column(name)
    # Where the format knows only text, blanks around a value mean nothing.
    frame = f"^[{_BLANKS}]*(?:{{}})?[{_BLANKS}]*$" if _is_untyped(staging, name) else "^(?:{})$"
    fits = sql.SQL("({c} ~ {pattern} AND octet_length(ltrim({c}, '-')) <= {longest})").format(
        c=column, pattern=sql.Literal(frame.format(form.pattern)), longest=sql.Literal(form.longest)
    )
    if form.calendar is None:
        return fits
    year, month, day = (
        sql.SQL("substring({} from {})::int").format(column, sql.Literal(part))
        for part in (form.calendar.year, form.calendar.month, form.calendar.day)
    )
    # CASE keeps the parts from being read where the pattern does not match; most days need no arithmetic.
    return sql.SQL(
        "(CASE WHEN {column} IS NULL THEN NULL WHEN {column} ~ {surely} THEN true WHEN NOT {fits} THEN false"
        " ELSE {year} BETWEEN 1 AND 9999 AND {month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND"
        " CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31"
        " WHEN ({year} % 4 = 0 AND {year} % 100 <> 0) OR {year} % 400 = 0 THEN 29 ELSE 28 END END)"
    ).format(
        column=column,
        surely=sql.Literal(frame.format(form.surely)),
        fits=fits,
        year=year,
        month=month,
        day=day,
    )


def source(staging: Staging, name: str) -> sql.Composable:
    """The staged value to cast."""
    column = staging.column(name)
    if not _is_untyped(staging, name):
        return column
    return sql.SQL("nullif(btrim({}, {}), '')").format(column, sql.Literal(_BLANKS))


def _is_untyped(staging: Staging, name: str) -> bool:
    return Kind.UNTYPED in staging.kinds[name]


def is_identifier(name: str) -> bool:
    """Whether a column's name says that its digits are a code: phone and tax numbers and their like."""
    return bool(_IDENTIFIER.search(slugify_vi(name)))


def _candidates(kind: Kind, column: Column | None, name: str) -> Sequence[Form]:
    numbers = bool(kind) and not kind & ~(Kind.INTEGER | Kind.DECIMAL)
    if column and column.type:
        forms = DECLARED[column.type].forms if column.type in DECLARED else ()
        return [form for form in forms if form in _PLAIN_NUMBERS] if numbers else forms
    if kind == Kind.INTEGER:
        return (INTEGER, BIG_INTEGER)
    if numbers:
        return (NUMBER,)
    if kind == Kind.BOOLEAN:
        return (BOOLEAN,)
    moments = (*DATES, *TIMESTAMPS, YES_OR_NO)
    if kind == Kind.TEMPORAL:
        return (*DATES, *TIMESTAMPS)
    identifier = is_identifier(column.label or name if column else name)
    if kind == Kind.UNTYPED:
        return moments if identifier else (*NUMBERS, *moments, BOOLEAN)
    if kind and not kind & ~(Kind.TEXT | Kind.TEMPORAL):
        return moments if identifier else (WRITTEN_NUMBER, *moments)
    return ()


def _likely(sample: Sequence[str], forms: Sequence[Form]) -> list[Form]:
    """The forms that at least half of some values fit, the best first; it spares the others' statements."""
    values = [value.strip() for value in sample]
    misfits = {form: sum(not _pattern(form).fullmatch(value) for value in values) for form in forms}
    return sorted((form for form in forms if misfits[form] * 2 <= len(values)), key=misfits.__getitem__)


@cache
def _pattern(form: Form) -> re.Pattern[str]:
    return re.compile(form.pattern, re.ASCII)


def _count_whole(staging: Staging, likely: Mapping[str, Sequence[Form]]) -> _Counted:
    """Count over all rows; of a long table for each column first the form that is likeliest."""
    if staging.rows <= SHORT:
        return _count(staging, likely)
    whole = _count(staging, {name: _first(forms) for name, forms in likely.items()})
    rest = {
        name: [form for form in forms if (name, form) not in whole.misfits]
        for name, forms in likely.items()
        if forms and not any(whole.fits(name, form) for form in forms)
    }
    more = _count(staging, rest)
    whole.misfits.update(more.misfits)
    whole.values.update(more.values)
    return whole


def _first(forms: Sequence[Form]) -> Sequence[Form]:
    """The first form, with those whose numbers it may be mistaken for."""
    rivals = _RIVALS.get(forms[0], ()) if forms else ()
    return [*forms[:1], *(form for form in forms[1:] if form in rivals)]


def _count(staging: Staging, candidates: Mapping[str, Iterable[Form]]) -> _Counted:
    counted = _Counted()
    tests = [(name, form) for name, forms in candidates.items() for form in forms]
    for start in range(0, len(tests), MAX_TESTS):
        some = tests[start : start + MAX_TESTS]
        expressions = [part for name, form in some for part in _counts(staging, name, form)]
        [answers] = staging.execute("SELECT {} FROM {}", sql.SQL(", ").join(expressions), staging.table)
        for (name, form), values, misfits in zip(some, answers[::2], answers[1::2], strict=True):
            counted.values[name] = values
            counted.misfits[name, form] = misfits
    return counted


def _counts(staging: Staging, name: str, form: Form) -> Iterable[sql.Composable]:
    column = staging.column(name)
    yield sql.SQL("count({})").format(column)
    misfits = sql.SQL("count({}) FILTER (WHERE NOT {})").format(column, readable(staging, name, form))
    if form.evidence:
        evidence = sql.Literal(form.evidence)
        misfits = sql.SQL("{} + CASE WHEN bool_or({} ~ {}) THEN 0 ELSE count({}) END").format(
            misfits, column, evidence, column
        )
    yield misfits


def _declared(
    staging: Staging,
    name: str,
    column: Column,
    whole: _Counted,
    number_format: str,
    bad_row_percent: Decimal | None,
) -> Typed:
    """Keep a declared type when all values read as it, or all but a few that are plainly wrong."""
    declared = DECLARED[column.type]
    label = column.label or name
    tried = [form for form in declared.forms if (name, form) in whole.misfits]
    bad = min((whole.misfits[name, form] for form in tried), default=0)
    number, ambiguous = _number(name, tried, whole, number_format, bad)
    if tried and not ambiguous:
        best = number or next(form for form in tried if whole.misfits[name, form] == bad)
        # A declared numeric whose values happen to be whole today is still a numeric tomorrow.
        if not bad:
            return Typed(best, declared.type)
        if is_few(bad, staging.rows, bad_row_percent) and not _lossy(staging, name, best, declared.lossy):
            return Typed(best, declared.type, bad_values=bad)
    if ambiguous:
        return Typed(TEXT, "text", finding=Finding(_TWO_WAYS.format(name=label), column=label))
    message = (
        f"Cột «{label}» khai báo kiểu {declared.noun} nhưng có giá trị không đọc được theo kiểu đó,"
        " nên được giữ dạng văn bản. Hãy sửa dữ liệu hoặc kiểu khai báo của cột."
    )
    return Typed(TEXT, "text", finding=Finding(message, column=label))


def is_few(bad: int, rows: int, percent: Decimal | None = None) -> bool:
    """Whether so many bad rows may be set aside: at most 1 % of the rows or 5, or `percent`; never half."""
    allowed = max(rows // 100, 5) if percent is None else int(rows * percent / 100)
    return bad <= min(allowed, MOST_BAD_ROWS) and bad * 2 < rows


def _lossy(staging: Staging, name: str, form: Form, pattern: str) -> bool:
    column = staging.column(name)
    [[lossy]] = staging.execute(
        "SELECT coalesce(bool_or({} ~ {}), false) FROM {} WHERE NOT {}",
        column,
        sql.Literal(pattern),
        staging.table,
        readable(staging, name, form),
    )
    return lossy


def _inferred(
    staging: Staging,
    name: str,
    forms: Sequence[Form],
    whole: _Counted,
    number_format: str,
) -> Typed:
    if not forms:
        return Typed(TEXT, "text", finding=_mixed(staging, name, forms, whole))
    if not whole.values.get(name):
        return Typed(TEXT, "text")
    number, ambiguous = _number(name, forms, whole, number_format)
    if ambiguous:
        return Typed(TEXT, "text", finding=Finding(_TWO_WAYS.format(name=name), column=name))
    fitting = [number] if number else [form for form in forms if whole.fits(name, form)]
    if fitting:
        return Typed(fitting[0], fitting[0].type)
    return Typed(TEXT, "text", finding=_mixed(staging, name, forms, whole))


def _number(
    name: str, forms: Sequence[Form], whole: _Counted, number_format: str, misfits: int = 0
) -> tuple[Form | None, bool]:
    """The form of a column of numbers, and whether its separators can be read in two ways.

    `misfits` says how many values no form reads.
    """
    fitting = [form for form in forms if form in NUMBERS and whole.misfits.get((name, form)) == misfits]
    if not fitting or VIETNAMESE_NUMBER not in fitting or fitting[0] in (INTEGER, BIG_INTEGER):
        return (fitting[0] if fitting else None), False
    others = [form for form in fitting if form is not VIETNAMESE_NUMBER]
    if not others or number_format == "vi":
        return VIETNAMESE_NUMBER, False
    return (others[0], False) if number_format == "en" else (None, True)


def _mixed(staging: Staging, name: str, forms: Sequence[Form], whole: _Counted) -> Finding | None:
    """Say which values keep a column from being what most of its values are."""
    kind = staging.kinds[name]
    both = Kind.TEXT in kind and kind & (Kind.INTEGER | Kind.DECIMAL | Kind.BOOLEAN)
    tried = [form for form in forms if (name, form) in whole.misfits]
    best = NUMBER if both else min(tried, key=lambda form: whole.misfits[name, form], default=None)
    if best is None or (not both and whole.misfits[name, best] * 2 > whole.values[name]):
        return None
    others = staging.execute(
        "SELECT _position, left({}, 100), count(*) OVER () FROM {} WHERE NOT {} ORDER BY _position LIMIT {}",
        staging.column(name),
        staging.table,
        readable(staging, name, best),
        sql.Literal(NAMED_ROWS),
    )
    if not others or others[0][2] * 2 > staging.rows:
        return Finding(f"Cột «{name}» có cả số lẫn chữ, nên được giữ dạng văn bản.", column=name)
    position, value, misfits = others[0]
    rows = ", ".join(str(staging.row_number(other)) for other, *_ in others)
    message = (
        f"Cột «{name}» phần lớn là {_NAMES[best.type]} nhưng có {misfits} giá trị khác"
        f" (dòng {rows}{', …' if misfits > len(others) else ''}), nên được giữ dạng văn bản."
        f" Nếu cột phải là {_NAMES[best.type]}, hãy sửa các giá trị đó rồi nạp lại."
    )
    return Finding(message, row=staging.row_number(position), column=name, value=value)
