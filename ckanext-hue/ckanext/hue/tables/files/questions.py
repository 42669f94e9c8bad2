"""What the address of a download asks for, read and checked as far as that goes without the table."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from .errors import BadLimit, FileError
from .formats import FORMATS, Format
from .selection import Selection, select

NARROWING = ("filters", "fields", "sort", "q", "limit")
MAX_LIMIT_DIGITS = 18
_YES = frozenset({"1", "true", "yes"})
_NO = frozenset({"", "0", "false", "no"})


class UnreadableParameter(FileError):
    """A parameter that is not of its form."""

    template = "Tham số «{name}» phải là {form}."


def format_of(extension: str, arguments: MultiDict[str, str]) -> Format | None:
    """The format that the address names; None when there is none. Raises FileError."""
    bom = arguments.get("bom", "").lower()
    if bom not in _YES | _NO:
        raise UnreadableParameter(name="bom", form=tk._("1 (có) hoặc 0 (không)"))
    found = FORMATS.get(f"{extension}-bom" if bom in _YES else extension)
    return found if found and found.extension == extension else None


def narrows(arguments: MultiDict[str, str]) -> bool:
    """Whether less than the whole table is asked for, or in another order."""
    return any(arguments.get(name) for name in NARROWING)


def selection(resource_id: str, arguments: MultiDict[str, str]) -> Selection:
    """The rows and columns asked for. Raises FileError."""
    return select(
        resource_id,
        columns=_names(arguments.getlist("fields")),
        filters=_filters(arguments.get("filters", "")),
        q=arguments.get("q", ""),
        sort=[clause for clause in arguments.getlist("sort") if clause],
        limit=_limit(arguments.get("limit", "")),
    )


def _names(given: list[str]) -> list[str]:
    """Column names: `a,b`, or several `fields`, or a JSON list for names with commas."""
    names: list[str] = []
    for text in given:
        if text.startswith("["):
            form = tk._('danh sách JSON các tên cột, ví dụ ["ten","nam"]')
            listed = _json(text, "fields", form)
            if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
                raise UnreadableParameter(name="fields", form=form)
            names += listed
        else:
            names += [name.strip() for name in text.split(",") if name.strip()]
    return names


def _filters(text: str) -> dict[str, Any]:
    form = tk._('đối tượng JSON, ví dụ {"nam": 2024}')
    filters = _json(text, "filters", form) if text else {}
    if not isinstance(filters, dict):
        raise UnreadableParameter(name="filters", form=form)
    return filters


def _limit(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > MAX_LIMIT_DIGITS:
        raise BadLimit()
    return int(text)


def _json(text: str, name: str, form: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableParameter(name=name, form=form) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
