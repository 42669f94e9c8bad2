"""Dates, periods and places."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.hue import choices
from ckanext.hue.metadata import units

from .publication import is_harvested
from .text import is_blank

VIETNAM = timezone(timedelta(hours=7))
# West, south, east, north of Vietnam with its islands and sea, Hoàng Sa and Trường Sa included.
PLAUSIBLE = (102.0, 6.0, 118.0, 24.0)
_YEAR_OR_MONTH = re.compile(r"[1-9][0-9]{3}(-(0[1-9]|1[0-2]))?")
_ISO_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_ISO_TIME = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{5,16}(Z|[+-][0-9:]{2,6})?")
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([1-9][0-9]{3})")
_VIETNAMESE_MONTH = re.compile(r"(0?[1-9]|1[0-2])/([1-9][0-9]{3})")


def hue_date(value: Any) -> str:
    """A year, month, day or moment as ISO 8601; 31/12/2024 and 12/2024 are read the Vietnamese way.

    A moment that names no offset is Vietnamese time.
    """
    if isinstance(value, date):  # a datetime is one, too
        value = value.isoformat()
    text = str(value).strip()
    try:
        return _iso_date(text)
    except ValueError as error:
        message = tk._('"{value}" is not a date. Write 31/12/2024, 12/2024 or 2024')
        raise tk.Invalid(message.format(value=text[:100])) from error


def _iso_date(text: str) -> str:
    """Raises ValueError when `text` is no date."""
    if _YEAR_OR_MONTH.fullmatch(text):
        return text
    if found := _VIETNAMESE_MONTH.fullmatch(text):
        return f"{found[2]}-{int(found[1]):02d}"
    if found := _VIETNAMESE_DAY.fullmatch(text):
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    if _ISO_DAY.fullmatch(text):
        return date.fromisoformat(text).isoformat()
    if not _ISO_TIME.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).isoformat()


def hue_period_start(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """A period does not end before it starts. Both are ISO 8601 already, of any precision."""
    start, end = data[key], data.get((*key[:-1], "end"))
    if isinstance(start, str) and isinstance(end, str):
        length = min(len(start), len(end))
        if start[:length] > end[:length]:
            raise tk.Invalid(tk._("The period ends before it starts"))


def hue_past(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """What happened is not in the future. A harvested table's date is its source's affair."""
    today = datetime.now(VIETNAM).date().isoformat()
    day = str(data[key])
    if day[: min(len(day), len(today))] > today and not is_harvested(data):
        raise tk.Invalid(tk._("This date is in the future. Write the day on which it happened"))


def hue_unit_code(value: str) -> str:
    """The code of an administrative unit: two digits, three (a former district) or five."""
    if not choices.is_unit_code(value.strip()):
        raise tk.Invalid(
            tk._(
                'There is no unit "{value}". Choose one from the list, or write its code: '
                "2 digits (province), 3 (former district) or 5 (ward, commune), such as 46"
            ).format(value=value.strip()[:100])
        )
    return value.strip()


def hue_unit_text(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A unit that is given by its code alone gets its name, and so does one that still bears another's."""
    code, text = data.get((*key[:-1], "code")), data[key]
    if not isinstance(code, str) or not code:
        return
    is_of_another = isinstance(text, str) and units.is_name(text) and not is_harvested(data)
    if is_blank(text) or is_of_another:
        data[key] = units.name_of(code)


def hue_place(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After hue_bbox: what people write lies in Vietnam; a harvested rectangle may lie anywhere."""
    if errors.get(key):
        return
    west, south, east, north = _bounds(data[key])
    least_west, least_south, most_east, most_north = PLAUSIBLE
    inside = least_west <= west and least_south <= south and east <= most_east and north <= most_north
    if not inside and not is_harvested(data):
        message = tk._(
            "The rectangle is not in Vietnam. Write longitudes (102 to 118) before latitudes (6 to 24): "
            "107.0, 15.9, 108.3, 16.8"
        )
        raise tk.Invalid(message)


def hue_bbox(value: Any) -> str:
    """A rectangle, as a GeoJSON polygon in text; given as "west, south, east, north" or as GeoJSON."""
    try:
        west, south, east, north = _bounds(value)
    except (IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        message = tk._("Write the rectangle as west, south, east, north in degrees: 107.0, 15.9, 108.3, 16.8")
        raise tk.Invalid(message) from error
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _bounds(value: Any) -> tuple[float, float, float, float]:
    if isinstance(value, str):
        value = json.loads(value if value.lstrip().startswith(("{", "[")) else f"[{value}]")
    if isinstance(value, dict):
        points = value["coordinates"][0]
        longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
        value = [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]
    west, south, east, north = (float(number) for number in value)
    # Comparisons are false for NaN, which JSON lets through.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(value)
    return west, south, east, north
