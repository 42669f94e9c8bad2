"""Texts of PostgreSQL's values as what an XLSX cell can hold without loss; None where it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

MAX_CELL = 32_767  # UTF-16 units
CUT = " … [đã cắt bớt, xem trang «Ghi chú»]"
EXACT_DIGITS = 15  # of a number that Excel keeps
FIRST_DATE = "1900-03-01"  # before it, Excel counts a day that never was

_EPOCH = date(1899, 12, 30).toordinal()
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d(?:\.\d{1,3})?)")
_EXPONENT = re.compile(r"e.*$")
_LEADING = re.compile(r"^[-+0.]*")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINE_BREAK = re.compile("\r\n?")


def number(text: str) -> float | None:
    """A number that Excel holds to the last digit: 15 of them, within the range of a double."""
    if len(text) > EXACT_DIGITS and _significant(text) > EXACT_DIGITS:
        return None
    value = float(text)
    return value if 1e-300 < abs(value) < 1e300 or value == 0 == _significant(text) else None


def day(text: str) -> float | None:
    """A date as Excel's count of days, from 1900-03-01 to 9999."""
    if not _DATE.fullmatch(text) or text < FIRST_DATE:
        return None
    return date.fromisoformat(text).toordinal() - _EPOCH


def moment(text: str) -> float | None:
    """A date and time as Excel's count of days; to the millisecond, as fine as Excel's clock is."""
    match = _MOMENT.fullmatch(text)
    days = day(match[1]) if match else None
    if match is None or days is None:
        return None
    return days + (int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4])) / 86_400


# By type of the column; text stays what it is.
NUMERIC: dict[str, Callable[[str], float | None]] = {
    "smallint": number,
    "integer": number,
    "bigint": number,
    "numeric": number,
    "real": number,
    "double precision": number,
    "date": day,
    "timestamp": moment,
}


def day_first(text: str) -> str:
    """A date, or the date that a time begins with, as people write it."""
    return re.sub(r"^(\d{4})-(\d\d)-(\d\d)(?!\d)", r"\3/\2/\1", text)


def legal(text: str) -> str:
    """The text with Excel's line breaks and without characters that XML cannot hold."""
    if text.isprintable():
        return text
    return _NOT_IN_XML.sub("", _LINE_BREAK.sub("\n", text))


def cut(text: str) -> str:
    """As much of the text as a cell holds; what is cut says so."""
    if len(text) <= MAX_CELL // 2 or _units(text) <= MAX_CELL:
        return text
    room = (MAX_CELL - _units(CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _significant(text: str) -> int:
    """How many digits from the first to the last that is not zero."""
    digits = _LEADING.sub("", _EXPONENT.sub("", text)).replace(".", "")
    return len(digits.rstrip("0"))
