"""The envelopes in which the platform publishes tables, as pure functions on parsed JSON.

Known shapes: `{"code", "message", "data", "hienthi"}`, `{"totalRows", "data"}`,
`{"totalCount": "12", "newsList"}`, several lists in one answer, and a bare list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import errors
from .base import MAX_COLUMNS, Column, Row

DICTIONARY = "hienthi"
TOTALS = ("tongsobanghi", "totalRows", "totalCount")
ROW_NUMBER = "sttbanghi"
BARE_LIST = "data"
TYPES = frozenset({"text", "int", "numeric", "date", "timestamp", "bool"})
MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of a table: its lists by name, the dictionary, the declared total and the version."""

    lists: dict[str, list[Row]]
    columns: tuple[Column, ...]
    total: int | None
    version: str | None


def check_code(body: Any) -> None:
    """Raise ReportedError when the platform says that it failed."""
    if isinstance(body, dict) and body.get("code", 0) not in (0, "0", None):
        message = str(body.get("message") or "không có lời giải thích")[:500]
        raise errors.ReportedError(code=str(body["code"])[:50], message=message)


def read(body: Any, url: str) -> Answer:
    """Read one answer of `GET bang/{id}`. Raises ReportedError or BadEnvelope."""
    check_code(body)
    if isinstance(body, list):
        body = {BARE_LIST: body}
    if not isinstance(body, dict):
        raise errors.BadEnvelope(url=url, reason="không phải một đối tượng hay một danh sách")
    return Answer(
        lists=_lists(body, url),
        columns=_dictionary(body.get(DICTIONARY), url),
        total=_total(body, url),
        version=text_of(body.get("mabam")) or None,
    )


def _lists(body: dict[str, Any], url: str) -> dict[str, list[Row]]:
    """The lists of records. Lists of plain values are none; empty ones only count where all are empty."""
    found = {
        name: value
        for name, value in body.items()
        if name != DICTIONARY and isinstance(value, list) and (not value or _has_records(value))
    }
    filled = {name: _rows(name, value, url) for name, value in found.items() if value}
    return filled or ({BARE_LIST: []} if BARE_LIST in found else found)


def _has_records(values: list[Any]) -> bool:
    return any(isinstance(value, dict) for value in values)


def _rows(name: str, rows: list[Any], url: str) -> list[Row]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise errors.BadEnvelope(
                url=url, reason=f"phần tử thứ {number} của «{name}» không phải một bản ghi"
            )
        row.pop(ROW_NUMBER, None)
        if len(row) > MAX_COLUMNS:
            raise errors.BadEnvelope(url=url, reason=f"bản ghi thứ {number} có hơn {MAX_COLUMNS} cột")
    return rows


def _dictionary(entries: Any, url: str) -> tuple[Column, ...]:
    if entries is None:
        return ()
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise errors.BadEnvelope(url=url, reason=f"«{DICTIONARY}» không phải một danh sách trường")
    return tuple(
        Column(
            name=text_of(entry["tentruong"]),
            label=text_of(entry.get("mota")),
            type=text_of(entry.get("kieu")) if text_of(entry.get("kieu")) in TYPES else "",
            unit=text_of(entry.get("donvi")),
            is_key=entry.get("khoa") is True,
        )
        for entry in entries
        if text_of(entry.get("tentruong")) and entry["tentruong"] != ROW_NUMBER
    )


def _total(body: dict[str, Any], url: str) -> int | None:
    for name in TOTALS:
        if body.get(name) is not None:
            return whole_number(body[name], name, url)
    return None


def whole_number(value: Any, name: str, url: str) -> int:
    """Read a count, which some envelopes write as text. Raises BadEnvelope."""
    text = "" if isinstance(value, (bool, list, dict)) else str(value)
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return int(text)
    raise errors.BadEnvelope(url=url, reason=f"«{name}» không phải một số nguyên không âm")


def text_of(value: Any) -> str:
    """A JSON value as one piece of text; empty for null. No database stores NUL characters."""
    return "" if value is None else str(value).replace("\x00", "").strip()
