"""How numbers, dates and cells of a table read: 1.234.567,89 and 31/12/2023 for a Vietnamese reader."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk

LONG_TEXT = 140  # characters; a longer text is folded
MAX_SHOWN = 5_000  # characters of one cell; the rest is in the download
MAX_DIGITS = 60  # a number that needs more is shown as the source writes it
# Numbers that name something (a year, a code) are not grouped: "2023", not "2.023". A label tells "năm" from
# "Việt Nam"; a bare column name mostly has no diacritics.
_NAMING_LABEL = re.compile(r"\b(năm|mã|số hiệu|số thứ tự|stt|year|code|id|mst|cccd)\b", re.IGNORECASE)
_NAMING_NAME = re.compile(
    r"^(nam|ma|stt|year|code|id|mst|cccd|so_?hieu)(_|$)|_(nam|id|code|year)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as shown. `kind`: number, date, bool, text or empty; `rest` continues a long `text`."""

    text: str
    kind: str = "text"
    rest: str = ""
    link: str = ""


EMPTY = Cell("", "empty")


def kind_of(database_type: str) -> str:
    """The kind of a column for a reader (number, date, time, bool, text) from its PostgreSQL type."""
    name = database_type.lower().split("(")[0].strip()
    if name in {
        "int2",
        "int4",
        "int8",
        "smallint",
        "integer",
        "int",
        "bigint",
        "numeric",
        "float4",
        "float8",
    }:
        return "number"
    if name in {"float", "double precision", "real", "double", "decimal", "money"}:
        return "number"
    if name == "date":
        return "date"
    if name.startswith("timestamp"):
        return "time"
    return "bool" if name in {"bool", "boolean"} else "text"


def names_something(name: str, label: str) -> bool:
    """Tell whether a column of numbers holds years, codes or the like, by its label, else by its name."""
    if label and label != name:
        return bool(_NAMING_LABEL.search(unicodedata.normalize("NFC", label)))
    return bool(_NAMING_NAME.search(name) or _NAMING_LABEL.search(unicodedata.normalize("NFC", name)))


def cell(value: Any, kind: str, *, grouped: bool = True) -> Cell:
    """Write one value of the DataStore. value: as JSON gives it; kind: as `kind_of` names it."""
    if value is None or value == "":
        return EMPTY
    if kind == "number" and not isinstance(value, bool):
        return Cell(number(value, grouped=grouped), "number")
    if kind in {"date", "time"}:
        return Cell(_moment(str(value), with_time=kind == "time"), "date")
    if isinstance(value, bool):
        return Cell(tk._("Yes") if value else tk._("No"), "bool")
    return _text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def number(value: Any, *, grouped: bool = True) -> str:
    """Write a number in the reader's form; what is none is returned as it is."""
    try:
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite() or exact.adjusted() > MAX_DIGITS or len(exact.as_tuple().digits) > MAX_DIGITS:
        return str(value)
    if int(exact.as_tuple().exponent) < -MAX_DIGITS:
        return str(value)
    text = f"{exact:,f}" if grouped else f"{exact:f}"
    return text if tk.h.lang() == "en" else text.translate(str.maketrans(",.", ".,"))


def day(value: str | date | datetime | None) -> str:
    """Write a day as 31/12/2023. value: ISO 8601, or a UTC time without offset as CKAN keeps its own."""
    if not value:
        return ""
    if isinstance(value, str) and len(value) <= len("2023-12-31"):
        return _moment(value, with_time=False)
    return tk.h.render_datetime(value, date_format="%d/%m/%Y")


def _text(text: str) -> Cell:
    link = text if _is_link(text) else ""
    if len(text) <= LONG_TEXT:
        return Cell(text, link=link)
    cut = text.rfind(" ", LONG_TEXT // 2, LONG_TEXT)
    cut = cut if cut > 0 else LONG_TEXT
    rest = text[cut:MAX_SHOWN] + ("…" if len(text) > MAX_SHOWN else "")
    return Cell(text[:cut], rest=rest, link=link)


def _is_link(text: str) -> bool:
    if not text.startswith(("http://", "https://")) or any(character.isspace() for character in text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _moment(text: str, *, with_time: bool) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # 2023, 2023-05, or a year that Python does not know
        parts = text.split("-")
        return "/".join(reversed(parts)) if all(part.isdigit() for part in parts) else text
    day_of_it = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    if not with_time or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return day_of_it
    return f"{day_of_it} {moment.hour:02}:{moment.minute:02}" + (
        f":{moment.second:02}" if moment.second else ""
    )
