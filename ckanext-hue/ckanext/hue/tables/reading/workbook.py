"""XLSX, XLS and ODS by calamine, after their archive and the reach of their cells were checked.

Hidden sheets are not read: they hold look-up lists and drafts that nobody meant to publish.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BrokenFile, NoTableInFile, PasswordProtected, TooLargeToRead

from . import body, header, legacy
from .base import Finding, Findings, Limits
from .extent import Extent
from .parquet import duration_text

_MIDNIGHT = time()
_SAMPLE_ROWS = 1_000
_MAX_MERGES = 2_000  # looked at for a header
_SAMPLE_CHARACTERS = 100_000
_MAX_WHOLE = 1e15  # beyond, a spreadsheet's number is not exact any more


class Workbook:
    """An opened workbook, with the extents of all its sheets. Rows are numbered as in the sheet."""

    def __init__(self, path: Path, filename: str, limits: Limits, extents: Sequence[Extent]) -> None:
        self.findings = Findings()
        self._filename = filename
        self._limits = limits
        try:
            # By content: calamine trusts an extension, and stored files have none.
            self._file = path.open("rb")
            self._book = CalamineWorkbook.from_filelike(self._file)
        except PasswordError as error:
            raise PasswordProtected(filename=filename) from error
        except (CalamineError, OSError, ValueError) as error:
            raise BrokenFile(filename=filename, reason="không mở được bảng tính") from error
        names = [sheet.name for sheet in self._book.sheets_metadata]
        self._extents = dict(zip(names, extents, strict=False))
        self._last: tuple[str, CalamineSheet] | None = None
        names = self._visible_names()
        if len(names) > limits.sheets:
            raise TooLargeToRead(filename=filename, reason=f"có {len(names)} trang tính, hơn {limits.sheets}")
        self.sheets: Sequence[str] = [name for name in names if self._is_filled(name)]
        if not self.sheets:
            raise NoTableInFile(filename=filename, reason="không trang tính nào có dữ liệu")

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read one sheet. Raises TableError."""
        cells = self._sheet(sheet)
        # Rows come from the sheet's first one on, columns from the first filled one.
        top, left = cells.start or (0, 0)
        sample = list(islice(cells.iter_rows(), top, top + header.SAMPLE_ROWS))
        merges = [
            (first - top, start - left, end - top, stop - left)
            for (first, start), (end, stop) in cells.merged_cell_ranges or ()
            if top <= first < top + header.SAMPLE_ROWS and start >= left
        ][:_MAX_MERGES]
        found = header.find(sample, merges)
        if found is None:
            raise NoTableInFile(filename=self._filename, reason=f"trang tính «{sheet}» không có dữ liệu")
        body.tell_header(found, top + 1, self.findings, sheet)
        self._tell_errors(sheet)
        start = top + found.bottom + 1
        columns = columns_of(islice(cells.iter_rows(), start, None), step=cells.height // _SAMPLE_ROWS | 1)
        self._tell_legacy(columns, sheet)
        table = body.Body(
            _labels(found.labels),
            self._filename,
            self.findings,
            self._limits,
            sheet=sheet,
            first_column=left + 1,
        )
        for batch in table.batches(_chunks(cells, start), start + 1):
            values = [
                self._values(column, columns[table.place_of(name)], sheet)
                for name, column in zip(batch.names, zip(*batch.rows, strict=True), strict=False)
            ]
            yield replace(batch, rows=list(zip(*values, strict=True)))

    def _visible_names(self) -> list[str]:
        names = []
        for sheet in self._book.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible == SheetVisibleEnum.Visible:
                names.append(sheet.name)
            else:
                self.findings.add(
                    Finding(
                        "Trang tính này đang ẩn nên không được đọc. Hãy bỏ ẩn nếu cần công bố.", sheet.name
                    )
                )
        return names

    def _is_filled(self, name: str) -> bool:
        return self._sheet(name).height > 0

    def _sheet(self, name: str) -> CalamineSheet:
        """The sheet's cells; the last one stays in memory, no other."""
        if self._last is None or self._last[0] != name:
            self._last = None
            try:
                self._last = (name, self._book.get_sheet_by_name(name))
            except (CalamineError, OSError, ValueError) as error:
                raise BrokenFile(
                    filename=self._filename, reason=f"trang tính «{name}» không đọc được"
                ) from error
        return self._last[1]

    def _tell_errors(self, sheet: str) -> None:
        for row, column, value in self._extents.get(sheet, Extent()).errors:
            self.findings.add(
                Finding(
                    "Ô có lỗi công thức nên được để trống. Hãy sửa công thức rồi tải lên lại.",
                    sheet,
                    row,
                    _letters(column),
                    value,
                )
            )

    def _tell_legacy(self, columns: Sequence[ColumnKind], sheet: str) -> None:
        for name in dict.fromkeys(kind.legacy.name for kind in columns if kind.legacy):
            self.findings.add(
                Finding(f"Nội dung dùng phông chữ với bảng mã {name}; đã được chuyển sang Unicode.", sheet)
            )

    def _values(self, column: tuple[Any, ...], kind: ColumnKind, sheet: str) -> Sequence[Any]:
        """A column's cells in the types of batches."""
        kinds = set(map(type, column))
        if str in kinds:
            longest = max(len(value) for value in column if type(value) is str)
            if longest > self._limits.cell_characters:
                raise TooLargeToRead(
                    filename=self._filename,
                    reason=f"trang tính «{sheet}» có một ô dài hơn {self._limits.cell_characters} ký tự",
                )
            if kind.legacy:
                repaired = partial(legacy.repaired, encoding=kind.legacy)
                column = tuple(repaired(value) if type(value) is str else value for value in column)
            if kinds == {str} and all(column):
                return column
        return [_value(value, kind.has_time) for value in column]


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """What is known of a whole column: that some moment in it is not midnight, and its texts' encoding."""

    has_time: bool = False
    legacy: legacy.Legacy | None = None


def columns_of(rows: Iterator[list[Any]], step: int) -> list[ColumnKind]:
    """Look through all rows once; texts are taken from each `step`-th."""
    timed: set[int] = set()
    samples: list[list[str]] = []
    while chunk := list(islice(rows, body.BATCH_ROWS)):
        for place, column in enumerate(zip(*chunk, strict=True)):
            if datetime in set(map(type, column)):
                timed.add(place)
        for row in chunk[::step]:
            samples = samples or [[] for _ in row]
            for texts, value in zip(samples, row, strict=True):
                if type(value) is str and not value.isascii():
                    texts.append(value)
    return [
        ColumnKind(place in timed, legacy.of_text("\n".join(texts)[:_SAMPLE_CHARACTERS]))
        for place, texts in enumerate(samples)
    ]


def _labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    encoding = legacy.of_text("\n".join(labels))
    return tuple(legacy.repaired(label, encoding) for label in labels) if encoding else labels


def _value(value: Any, has_time: bool) -> Any:
    kind = type(value)
    if kind is float:
        if value.is_integer() and abs(value) < _MAX_WHOLE:
            return int(value)
        return value if isfinite(value) else None
    if kind is str and not value:
        return None
    if kind is date and has_time:
        return datetime.combine(value, _MIDNIGHT)
    if kind is timedelta:
        return duration_text(value)
    return value


def _chunks(cells: CalamineSheet, start: int) -> Iterator[body.Chunk]:
    rows = islice(cells.iter_rows(), start, None)
    number = start + 1
    while chunk := list(islice(rows, body.BATCH_ROWS)):
        yield number, chunk
        number += len(chunk)


def _letters(column: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
