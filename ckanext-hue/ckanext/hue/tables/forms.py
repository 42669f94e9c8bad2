"""The ways in which values of a type are written, Vietnamese ones among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

VIETNAM_OFFSET = "+07:00"  # also for the years in which clocks there showed another time

_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_OFFSET = r"(Z|[+-](0\d|1[0-4]):?[0-5]\d)"
_ISO = r"\d{4}-\d{2}-\d{2}"
_DAY_FIRST = r"\d{1,2}[./-]\d{1,2}[./-]\d{4}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a date's parts stand: patterns of year, month and day, and of dates that surely exist."""

    year: str
    month: str
    day: str
    surely: str


_ISO_PARTS = Calendar(
    r"^(\d{4})-",
    r"^\d{4}-(\d{2})-",
    r"^\d{4}-\d{2}-(\d{2})",
    r"^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])",
)
_DAY_FIRST_PARTS = Calendar(
    r"^\d+\D\d+\D(\d{4})",
    r"^\d+\D(\d+)\D",
    r"^(\d+)\D",
    r"^(0?[1-9]|1\d|2[0-8])[./-](0?[1-9]|1[0-2])[./-](?!0000)\d{4}",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write values of a type.

    `pattern` is the regular expression that every value matches, `longest` how many characters it may have;
    `cast` turns the column `{c}` into the type; `calendar` finds the parts of a date, which must exist;
    `evidence` is what at least one value must match for the form to be believed.
    """

    type: str
    pattern: str
    cast: str
    longest: int = 1_000
    calendar: Calendar | None = None
    evidence: str = ""


# No bounds inside the patterns: they make PostgreSQL's matcher ten times slower.
INTEGER = Form("bigint", r"^-?(0|[1-9]\d*)$", "{c}::bigint", longest=18)
BIG_INTEGER = Form("numeric", INTEGER.pattern, "{c}::numeric", longest=130)
NUMBER = Form("numeric", r"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$", "{c}::numeric", longest=130)
VIETNAMESE_NUMBER = Form(
    "numeric",
    r"^-?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?$",
    "replace(replace({c}, '.', ''), ',', '.')::numeric",
    longest=130,
)
# For values that their source holds as text on purpose, perhaps: thousands beside decimals are no code.
WRITTEN_NUMBER = replace(VIETNAMESE_NUMBER, evidence=r"(\.\d{3}){2}|\.\d{3},\d")
ENGLISH_NUMBER = Form(
    "numeric",
    r"^-?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d+)?$",
    "replace({c}, ',', '')::numeric",
    longest=130,
)
NUMBERS = (INTEGER, BIG_INTEGER, NUMBER, VIETNAMESE_NUMBER, ENGLISH_NUMBER)
BOOLEAN = Form("boolean", r"^(true|false)$", "{c}::boolean")
YES_OR_NO = Form("boolean", r"^([Cc]ó|[Kk]hông)$", "(lower({c}) = 'có')")
DATES = (
    Form("date", f"^{_ISO}$", "{c}::date", calendar=_ISO_PARTS),
    Form(
        "date",
        f"^{_DAY_FIRST}$",
        "to_date(translate({c}, '-.', '//'), 'DD/MM/YYYY')",
        calendar=_DAY_FIRST_PARTS,
    ),
)
TIMESTAMPS = (
    Form("timestamp", f"^{_ISO}[T ]{_TIME}$", "{c}::timestamp", calendar=_ISO_PARTS),
    Form(
        "timestamp",
        # An offset must not move the first and the last year out of the calendar.
        f"^(?!0001|9999){_ISO}[T ]{_TIME}{_OFFSET}$",
        f"({{c}}::timestamptz AT TIME ZONE INTERVAL '{VIETNAM_OFFSET}')",
        calendar=_ISO_PARTS,
    ),
    Form(
        "timestamp",
        f"^{_DAY_FIRST} {_TIME}$",
        "(to_date(split_part(translate({c}, '-.', '//'), ' ', 1), 'DD/MM/YYYY')"
        " + split_part({c}, ' ', 2)::time)",
        calendar=_DAY_FIRST_PARTS,
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
    "int": Declared("bigint", (INTEGER,), _LOOKS_LIKE_A_NUMBER, "số nguyên"),
    "numeric": Declared("numeric", NUMBERS, _LOOKS_LIKE_A_NUMBER, "số"),
    "bool": Declared("boolean", (BOOLEAN, YES_OR_NO), r"^[01]$", "có/không"),
    "date": Declared("date", DATES, _LOOKS_LIKE_PART_OF_A_DATE, "ngày"),
    "timestamp": Declared("timestamp", (*TIMESTAMPS, *DATES), _LOOKS_LIKE_PART_OF_A_DATE, "ngày giờ"),
}
