"""What a catalogue consists of: tables with columns and rows, and what the listing says of them."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import vocabularies
from .content.columns import Column, Value

SUCCESS = "Thực hiện thành công"
OPEN, SHARED, INTERNAL = "mo", "dung-chung", "noi-bo"
ACCESS_LEVELS = (OPEN, SHARED, INTERNAL)
FREQUENCIES = ("hang-ngay", "hang-tuan", "hang-thang", "hang-quy", "hang-nam", "khong-dinh-ky")
LICENCE = "cc-by-4.0"


class NoSuchRows(ValueError):
    """The table cannot be served in the form that was asked for. The message is for the asking person."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer: `number` counts from 1, `size` is the most items it may hold."""

    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return self.start + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the listing says of a table apart from its content; names and texts are Vietnamese."""

    id: str
    title: str
    description: str
    field: str
    agency: str
    frequency: str
    updated: datetime
    keywords: Sequence[str] = ()
    access: str = INTERNAL

    def entry(self) -> dict[str, Any]:
        """The listing's item, still without `tongsobanghi` and `mabam`."""
        return {
            "id": self.id,
            "tenbang": self.title,
            "mota": self.description,
            "linhvuc": self.field,
            "macoquan": self.agency,
            "tencoquan": vocabularies.agencies()[self.agency].name,
            "mucdo": self.access,
            "tansuat": self.frequency,
            "ngaycapnhat": self.updated.isoformat(),
            "tukhoa": list(self.keywords),
            "giayphep": LICENCE,
            "lienhe": contact(self.agency),
        }


class Table(ABC):
    """A table that the platform offers. Tables never change; a changed one takes the place of the old."""

    @property
    @abstractmethod
    def id(self) -> str:
        """The id in the listing and in addresses; any text."""

    @property
    @abstractmethod
    def access(self) -> str:
        """One of ACCESS_LEVELS; only an open table's rows are served."""

    @property
    @abstractmethod
    def version(self) -> str | None:
        """An opaque version of the content (`mabam`); another one means that the rows changed."""

    @abstractmethod
    def entry(self) -> dict[str, Any]:
        """The item of the listing."""

    @abstractmethod
    def answer(self, page: Page) -> Any:
        """The body of `/bang/{id}`; raises NoSuchRows when the content cannot be read."""

    @abstractmethod
    def csv(self) -> tuple[int, Iterator[str]]:
        """The number of rows and the lines of `/csv/{id}`, header first; raises NoSuchRows."""

    @abstractmethod
    def changed(self, **change: Any) -> Table:
        """The table after a change by name (`access`, `revision`, `rows`); raises NoSuchRows."""


class RowTable(Table):
    """A table whose rows are made here, in the platform's own envelope."""

    @property
    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """The columns, in display order."""

    @property
    @abstractmethod
    def count(self) -> int:
        """The number of rows."""

    @abstractmethod
    def rows(self, start: int, stop: int) -> Iterable[Sequence[Value]]:
        """Rows `start` to `stop` (at most `count`), each with the values of `columns`."""

    @abstractmethod
    def about(self) -> About:
        """What the listing says of it."""

    def entry(self) -> dict[str, Any]:
        entry = self.about().entry()
        return {**entry, "tongsobanghi": self.count, "mabam": self.version}

    def answer(self, page: Page) -> dict[str, Any]:
        names = self._names()
        return {
            "code": 0,
            "message": SUCCESS,
            "data": [dict(zip(names, row, strict=True)) for row in self._numbered(page.start, page.stop)],
            "hienthi": [column.described() for column in self.columns],
            "tongsobanghi": self.count,
            "trang": page.number,
            "mabam": self.version,
        }

    def csv(self) -> tuple[int, Iterator[str]]:
        return self.count, csv_lines(self._names(), self._numbered(0, self.count))

    def _names(self) -> list[str]:
        return ["sttbanghi", "id", *(column.name for column in self.columns)]

    def _numbered(self, start: int, stop: int) -> Iterator[tuple[Value, ...]]:
        stop = min(stop, self.count)
        if start < stop:
            for number, row in enumerate(self.rows(start, stop), start + 1):
                yield (number, number, *row)


def contact(agency: str) -> dict[str, str]:
    """A functional contact; the address and the number are fictional."""
    level = vocabularies.agencies()[agency]["level"]
    digits = int(hashlib.sha256(agency.encode()).hexdigest(), 16) % 10000
    return {
        "ten": "Phòng Công nghệ thông tin" if level == "tinh" else "Văn phòng HĐND và UBND",
        "email": f"{agency}@example.vn",
        "dienthoai": f"0234 000 {digits:04d}",
    }


def csv_lines(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Lines of CSV; an empty unquoted field is null, a quoted one is empty text."""
    yield ",".join(map(_csv_field, names)) + "\r\n"
    for row in rows:
        yield ",".join(map(_csv_field, row)) + "\r\n"


def _csv_field(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text == "" or any(sign in text for sign in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
