"""Answers of another platform, put into the words of the platform's contract.

This comes before anything else looks at them, so that all proofs of completeness hold for every platform
of this shape. Without settings, answers stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import envelope
from .errors import BadEnvelope
from .mapping import ANSWER_NAMES, COLUMN_NAMES, ENTRY_NAMES, LISTING_NAMES, Names, Path

_YES = frozenset({"true", "1", "y", "yes", "pk", "pri", "co", "có"})


def listing(names: Names, body: Any, url: str) -> Any:
    """A page of the listing in the contract's words. Raises BadEnvelope where a name leads nowhere."""
    if names.listing_names or names.success_codes:
        body = _said(names, body, "listing_names", names.listing_names, LISTING_NAMES, url)
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return body
    coded = any(names.codes.get(name) for name in ("mucdo", "linhvuc", "tansuat"))
    if not (names.entry_names or coded or names.default_access):
        return body
    return {**body, "data": [_entry(names, item, url) for item in body["data"]]}


def table(names: Names, body: Any, url: str) -> Any:
    """A page of a table in the contract's words. Raises BadEnvelope where a name leads nowhere."""
    if not (names.table_names or names.success_codes or names.codes.get("kieu")):
        return body
    said = _said(names, body, "table_names", names.table_names, ANSWER_NAMES, url)
    if "data" not in names.table_names:
        said |= _lists(names, body)
    path = names.table_names.get(envelope.DICTIONARY, (envelope.DICTIONARY,))
    said[envelope.DICTIONARY] = _dictionary(names, find(body, path))
    if number := names.table_names.get(envelope.ROW_NUMBER):
        _drop(said, ".".join(number))
    return said


def find(body: Any, path: Path) -> Any:
    """What a path leads to in parsed JSON: names in objects, places (from 0) in lists. None where it ends."""
    for name in path:
        if isinstance(body, dict):
            body = body.get(name)
        elif isinstance(body, list) and name.isascii() and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
        else:
            return None
    return body


def _said(
    names: Names, body: Any, setting: str, paths: Mapping[str, Path], known: Sequence[str], url: str
) -> dict[str, Any]:
    """The parts of an answer that have a name in the contract."""
    said = {name: find(body, paths.get(name, (name,))) for name in known}
    if said["code"] is not None and _code(said["code"]) in names.success_codes:
        said["code"] = 0
    # An answer that tells of a failure has no data; what it tells is of more use.
    envelope.check_code(said)
    if said["data"] is None and "data" in paths:
        where = ".".join(paths["data"])
        raise BadEnvelope(url=url, reason=f"không có «{where}» (thiết lập «{setting}», tên «data»)")
    return said


def _entry(names: Names, item: Any, url: str) -> Any:
    if not isinstance(item, dict):
        return item
    said: dict[str, Any] = {}
    for name in ENTRY_NAMES:
        value = find(item, names.entry_names.get(name, tuple(name.split("."))))
        outer, _, inner = name.partition(".")
        if inner:
            said.setdefault(outer, {})[inner] = value
        else:
            said[name] = _translated(names, name, value)
    if said["id"] is None and "id" in names.entry_names:
        where = ".".join(names.entry_names["id"])
        raise BadEnvelope(url=url, reason=f"một bảng không có «{where}» (thiết lập «entry_names», tên «id»)")
    if said["mucdo"] in (None, "") and names.default_access:
        said["mucdo"] = names.default_access
    if isinstance(said["tukhoa"], str):
        said["tukhoa"] = re.split(r"[,;]", said["tukhoa"])
    return said


def _lists(names: Names, body: Any) -> dict[str, Any]:
    """The lists of an answer whose lists have names of their own."""
    if isinstance(body, list):
        return {envelope.BARE_LIST: body}
    if not isinstance(body, dict):
        return {}
    taken = {path[0] for path in names.table_names.values()}
    return {name: value for name, value in body.items() if name not in taken and isinstance(value, list)}


def _dictionary(names: Names, entries: Any) -> Any:
    if not isinstance(entries, list):
        return entries
    return [_column(names, entry) if isinstance(entry, dict) else entry for entry in entries]


def _column(names: Names, entry: dict[str, Any]) -> dict[str, Any]:
    paths = names.table_names
    said = {name: find(entry, paths.get(f"hienthi.{name}", (name,))) for name in COLUMN_NAMES}
    said["kieu"] = _translated(names, "kieu", said["kieu"])
    if "hienthi.khoa" in paths:
        said["khoa"] = _code(said["khoa"]).lower() in _YES
    return said


def _translated(names: Names, name: str, value: Any) -> Any:
    return names.codes.get(name, {}).get(_code(value), value)


def _code(value: Any) -> str:
    """A code as settings spell it: JSON's true is «true»."""
    return str(value).lower() if isinstance(value, bool) else envelope.text_of(value)


def _drop(body: Mapping[str, Any], column: str) -> None:
    for rows in body.values():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                row.pop(column, None)
