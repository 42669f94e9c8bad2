"""The ways in which values of a type are written, Vietnamese ones among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

VIETNAM_OFFSET = "+07:00"  # also for the years in which clocks there showed another time

_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_OFFSET = r"(Z|[+-](0\d|1[0-4]):?[0-5]\d)"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a date is written: its shape, the shape of dates that surely exist, and where its parts stand."""

    shape: str
    surely: str
    year: str
    month: str
    day: str


_ISO = Calendar(
    r"\d{4}-\d{2}-\d{2}",
    r"(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])",
    r"^\s*(\d{4})-",
    r"^\s*\d{4}-(\d{2})-",
    r"^\s*\d{4}-\d{2}-(\d{2})",
)
_DAY_FIRST = Calendar(
    r"\d{1,2}[./-]\d{1,2}[./-]\d{4}",
    r"(0?[1-9]|1\d|2[0-8])[./-](0?[1-9]|1[0-2])[./-](?!0000)\d{4}",
    r"^\s*\d+\D\d+\D(\d{4})",
    r"^\s*\d+\D(\d+)\D",
    r"^\s*(\d+)\D",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write values of a type.

    `pattern` is the regular expression that every value matches as a whole, `longest` how many bytes it may
    have without its sign; `cast` turns the column `{c}` into the type; `evidence` is what at least one value
    must match for the form to be believed. Dates must exist: values that match `surely` do, of others
    `calendar` finds the parts.
    """

    type: str
    pattern: str
    cast: str
    longest: int = 1_000
    evidence: str = ""
    surely: str = ""
    calendar: Calendar | None = None


def _dated(type_: str, before: str, calendar: Calendar, after: str, cast: str) -> Form:
    return Form(
        type_,
        before + calendar.shape + after,
        cast,
        surely=before + calendar.surely + after,
        calendar=calendar,
    )


# No bounds inside the patterns: they make PostgreSQL's matcher ten times slower.
INTEGER = Form("bigint", r"-?(0|[1-9]\d*)", "{c}::bigint", longest=18)
BIG_INTEGER = Form("numeric", INTEGER.pattern, "{c}::numeric", longest=130)
# An exponent has its sign, as all programs write it: "12E3" is rather a code.
NUMBER = Form("numeric", r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]\d{1,3})?", "{c}::numeric", longest=130)
# Only for declared integers: no other reading of "1.234" is one, so the separator is that of thousands.
DOTTED_INTEGER = Form(
    "bigint", r"-?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)", "replace({c}, '.', '')::bigint", longest=18
)
COMMA_INTEGER = Form(
    "bigint", r"-?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)", "replace({c}, ',', '')::bigint", longest=18
)
VIETNAMESE_NUMBER = Form(
    "numeric",
    r"-?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?",
    "replace(replace({c}, '.', ''), ',', '.')::numeric",
    longest=130,
)
# For values that their source holds as text on purpose, perhaps: thousands beside decimals are no code.
WRITTEN_NUMBER = replace(VIETNAMESE_NUMBER, evidence=r"(\.\d{3}){2}|\.\d{3},\d")
ENGLISH_NUMBER = Form(
    "numeric",
    r"-?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d+)?",
    "replace({c}, ',', '')::numeric",
    longest=130,
)
NUMBERS = (INTEGER, BIG_INTEGER, NUMBER, VIETNAMESE_NUMBER, ENGLISH_NUMBER)
BOOLEAN = Form("boolean", "true|false", "{c}::boolean")
YES_OR_NO = Form("boolean", "[Cc]ó|[Kk]hông", "(lower({c}) = 'có')")
DATES = (
    _dated("date", "", _ISO, "", "{c}::date"),
    _dated("date", "", _DAY_FIRST, "", "to_date(translate({c}, '-.', '//'), 'DD/MM/YYYY')"),
)
TIMESTAMPS = (
    _dated("timestamp", "", _ISO, f"[T ]{_TIME}", "{c}::timestamp"),
    _dated(
        "timestamp",
        "(?!0001|9999)",  # an offset must not move the first and the last year out of the calendar
        _ISO,
        f"[T ]{_TIME}{_OFFSET}",
        f"({{c}}::timestamptz AT TIME ZONE INTERVAL '{VIETNAM_OFFSET}')",
    ),
    _dated(
        "timestamp",
        "",
        _DAY_FIRST,
        f" {_TIME}",
        "(to_date(split_part(translate({c}, '-.', '//'), ' ', 1), 'DD/MM/YYYY')"
        " + split_part({c}, ' ', 2)::time)",
    ),
)
TEXT = Form("text", "", "{c}")


@dataclass(frozen=True, slots=True)
class Declared:
    """A type that a data dictionary declares: how it may be written, and what stands in the table.

    `lossy` matches values that the type cannot hold without a loss, such as leading zeros: one of them
    proves the declaration wrong, where any other unreadable value is a bad value. `noun` is what a value
    is called in a report.
    """

    type: str
    forms: tuple[Form, ...]
    lossy: str
    noun: str


_LOOKS_LIKE_A_NUMBER = r"^[-+\d.,eE ]*\d[-+\d.,eE ]*$"
_LOOKS_LIKE_PART_OF_A_DATE = r"^(\d{4}|\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2})$"

DECLARED = {
    "int": Declared("bigint", (INTEGER, DOTTED_INTEGER, COMMA_INTEGER), _LOOKS_LIKE_A_NUMBER, "số nguyên"),
    "numeric": Declared("numeric", NUMBERS, _LOOKS_LIKE_A_NUMBER, "số"),
    "bool": Declared("boolean", (BOOLEAN, YES_OR_NO), r"^[01]$", "có/không"),
    "date": Declared("date", DATES, _LOOKS_LIKE_PART_OF_A_DATE, "ngày"),
    "timestamp": Declared("timestamp", (*TIMESTAMPS, *DATES), _LOOKS_LIKE_PART_OF_A_DATE, "ngày giờ"),
}
