"""What a JSON file holds, found in one pass over its events without keeping its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ijson

from ckanext.hue.harvesters import envelope
from ckanext.hue.harvesters import errors as source_errors
from ckanext.hue.tables.errors import BadJson, BrokenFile, ReportedInFile, TooLargeToRead, TooManyColumns

from .base import Limits
from .encodings import Encoding, Utf8Stream

BARE_LIST = ""  # the name under which a survey keeps the items of a file that is one list
_MAX_DICTIONARY_EVENTS = 100_000
_MAX_LISTS = 1_000
_DEEPEST = 64
_MAX_NESTED = 1_000_000  # values within one record's lists and objects, which is held whole
_KEPT_CHARACTERS = 1_000  # of a text beside the lists


@dataclass(slots=True)
class List:
    """One list of the file: how many items, what kinds of them, and the records' names in order."""

    items: int = 0
    records: int = 0
    first_other: int = 0
    names: dict[str, None] = field(default_factory=dict)
    property_names: dict[str, None] = field(default_factory=dict)
    has_nul: bool = False


@dataclass(slots=True)
class Survey:
    """A file's top level: its lists by name, and the values beside them (`hienthi` among these)."""

    is_object: bool
    lists: dict[str, List] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


@contextmanager
def parsing(filename: str) -> Iterator[None]:
    """Turn what the parser refuses into a TableError."""
    try:
        yield
    except ijson.IncompleteJSONError as error:
        if "premature EOF" in str(error) or "Incomplete" in str(error):
            raise BrokenFile(filename=filename, reason="JSON bị cắt giữa chừng") from error
        raise BadJson(filename=filename, reason="nội dung không phải JSON hợp lệ") from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise BadJson(filename=filename, reason="nội dung không phải JSON hợp lệ") from error


def survey(path: Path, filename: str, encoding: Encoding, limits: Limits) -> Survey:
    """Read the file once, within limits. Raises TableError."""
    with parsing(filename), Utf8Stream(path, encoding) as file:
        return _Surveyor(filename, limits).read(iter(ijson.basic_parse(file)))


class _Surveyor:
    def __init__(self, filename: str, limits: Limits) -> None:
        self._filename = filename
        self._limits = limits

    def read(self, events: Iterator[tuple[str, Any]]) -> Survey:
        event, _ = next(events)
        found = Survey(is_object=event == "start_map")
        if event == "start_array":
            found.lists[BARE_LIST] = self._list(events)
        elif event != "start_map":
            raise BadJson(
                filename=self._filename, reason="nội dung không phải một danh sách hay một đối tượng JSON"
            )
        else:
            self._members(events, found)
        for _ in events:  # only an error can follow
            break
        return found

    def _members(self, events: Iterator[tuple[str, Any]], found: Survey) -> None:
        for event, key in events:
            if event == "end_map":
                return
            if key in found.lists or key in found.values:
                raise BadJson(filename=self._filename, reason=f"khóa «{key[:100]}» xuất hiện hai lần")
            if len(found.lists) + len(found.values) >= _MAX_LISTS:
                raise TooLargeToRead(
                    filename=self._filename, reason=f"có hơn {_MAX_LISTS} khóa ở cấp ngoài cùng"
                )
            event, value = next(events)
            if key == envelope.DICTIONARY or event == "start_map":
                found.values[key] = self._value(event, value, events, keep=key == envelope.DICTIONARY)
            elif event == "start_array":
                found.lists[key] = self._list(events)
            else:
                found.values[key] = value[:_KEPT_CHARACTERS] if isinstance(value, str) else value

    def _value(self, event: str, value: Any, events: Iterator[tuple[str, Any]], *, keep: bool) -> Any:
        """One value; None for a nested one that is not to be kept."""
        builder = ijson.ObjectBuilder()
        depth = count = 0
        while True:
            if keep:
                builder.event(event, value)
            depth += event in ("start_map", "start_array")
            depth -= event in ("end_map", "end_array")
            count += 1
            if depth == 0:
                return builder.value if keep else None
            if (keep and count > _MAX_DICTIONARY_EVENTS) or depth > _DEEPEST:
                raise TooLargeToRead(
                    filename=self._filename, reason="từ điển trường quá lớn hoặc JSON lồng nhau quá sâu"
                )
            event, value = next(events)

    def _list(self, events: Iterator[tuple[str, Any]]) -> List:
        found = List()
        names, longest = found.names, self._limits.cell_characters
        depth = nested = 0
        in_properties = False
        for event, value in events:
            if event == "map_key":
                if depth == 1:
                    if value not in names:
                        self._add(names, value)
                    in_properties = value == "properties"
                elif depth == 2 and in_properties and value not in found.property_names:
                    self._add(found.property_names, value)
            elif event == "string":
                if len(value) > longest:
                    raise TooLargeToRead(
                        filename=self._filename,
                        reason=f"bản ghi thứ {max(found.items, 1)} có một ô dài hơn {longest} ký tự",
                    )
                if "\0" in value:
                    found.has_nul = True
            elif event in ("start_map", "start_array"):
                if depth == 0 and event == "start_map":
                    found.records += 1
                    found.items += 1
                    depth = 1
                    nested = 0
                    continue
                depth += 1
                if depth == 1:
                    found.items += 1
                    found.first_other = found.first_other or found.items
                if depth > _DEEPEST:
                    raise TooLargeToRead(filename=self._filename, reason="JSON lồng nhau quá sâu")
                continue
            elif event in ("end_map", "end_array"):
                depth -= 1
                if depth < 0:
                    return found
                continue
            if depth == 0:
                found.items += 1
                found.first_other = found.first_other or found.items
            elif depth > 1:
                nested += 1
                if nested > _MAX_NESTED:
                    raise TooLargeToRead(
                        filename=self._filename, reason=f"bản ghi thứ {max(found.items, 1)} quá lớn"
                    )
        return found

    def _add(self, names: dict[str, None], name: str) -> None:
        names[name] = None
        count = len(names) - (envelope.ROW_NUMBER in names)
        if count > self._limits.columns:
            raise TooManyColumns(count=count, limit=self._limits.columns)


def answer_of(found: Survey, filename: str) -> envelope.Answer:
    """What the platform's rules say of the file; its lists stand in it without their rows.

    Raises ReportedInFile and BadJson.
    """
    body: Any = dict(found.values)
    for name, rows in found.lists.items():
        # One record or plain value stands for all of its kind.
        body[name or envelope.BARE_LIST] = [{}] if rows.records else [""] if rows.items else []
    try:
        answer = envelope.read(body, filename)
    except source_errors.ReportedError as error:
        raise ReportedInFile(filename=filename, **error.values) from error
    except source_errors.BadEnvelope as error:
        raise BadJson(filename=filename, reason=error.values["reason"]) from error
    for name in answer.lists:
        rows = found.lists.get(name) or found.lists[BARE_LIST]
        if rows.records != rows.items:
            raise BadJson(
                filename=filename,
                reason=f"phần tử thứ {rows.first_other} của «{name}» không phải một bản ghi",
            )
    return answer
