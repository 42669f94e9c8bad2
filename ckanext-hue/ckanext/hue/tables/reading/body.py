"""The rows under a header as batches: gaps, ragged rows, unnamed columns and totals rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import RaggedRows, TooManyColumns

from . import header
from .base import Finding, Findings, Limits

BATCH_ROWS = 10_000
# Rows with more cells than the header come from a separator within a text. A few are kept and told.
MAX_EXTRA_COLUMNS = 20
MAX_LONG_ROWS = 20
MAX_LONG_SHARE = 0.01

# A row number and the rows that follow it without a gap; "" is an empty cell.
Chunk = tuple[int, list[list[Any]]]


def _totals() -> frozenset[str]:
    """All ways to write the label of a totals row; a look-up costs less than making texts alike."""
    words = ("tổng", "tổng cộng", "cộng", "tổng số", "cộng dồn", "tổng cộng chung")
    cases = {form for word in words for form in (word, word.capitalize(), word.title(), word.upper())}
    return frozenset(
        unicodedata.normalize(form, text + end)
        for text in cases
        for end in ("", ":", " :", " ")
        for form in ("NFC", "NFD")
    )


_TOTALS = _totals()


class Body:
    """Turns chunks of rows into batches with names. `first_column` is the number of the first one, from 1."""

    def __init__(
        self,
        labels: Sequence[str],
        filename: str,
        findings: Findings,
        limits: Limits,
        *,
        sheet: str = "",
        first_column: int = 1,
        blank_is_null: bool = False,
    ) -> None:
        self._filename = filename
        self._findings = findings
        self._limits = limits
        self._sheet = sheet
        self._first_column = first_column
        self._blank_is_null = blank_is_null
        self._width = len(labels)
        self._check_columns(sum(map(bool, labels)))
        self._names = header.column_names(labels, first_column, findings, sheet)
        self._places = {name: place for place, name in enumerate(self._names) if name}
        self._unnamed = [place for place, name in enumerate(self._names) if not name]
        self._positional: dict[int, str] = {}
        self._rows = 0
        self._long_rows: list[int] = []

    def batches(self, chunks: Iterable[Chunk], first_row: int) -> Iterator[Batch]:
        """Batches of the chunks; one without rows when there are none. Raises RaggedRows, TooManyColumns."""
        for start, rows in chunks:
            self._tell_totals(start, rows)
            for number, run in self._runs(start, rows):
                self._rows += len(run)
                yield self._batch(number, run)
        if len(self._long_rows) > max(MAX_LONG_ROWS, self._rows * MAX_LONG_SHARE):
            raise RaggedRows(filename=self._filename, count=len(self._long_rows), row=self._long_rows[0])
        if not self._rows:
            yield Batch(tuple(filter(None, self._names)), (), first_row, self._blank_is_null)

    def place_of(self, name: str) -> int:
        """Where a column of a batch stands in the sheet, from 0 for the first one."""
        return self._places[name]

    def _runs(self, start: int, rows: list[list[Any]]) -> Iterator[Chunk]:
        """Rows without empty ones between, all of one width."""
        if not rows:
            return
        # All in C where nothing is amiss, as in nearly every chunk.
        if set(map(len, rows)) == {self._width} and all(map(any, rows)):
            yield start, rows
            return
        run: list[list[Any]] = []
        first = start
        for number, row in enumerate(rows, start):
            if row.count("") == len(row):
                if run:
                    yield first, _even(run)
                run = []
                continue
            if not run:
                first = number
            run.append(self._fitted(row, number))
        if run:
            yield first, _even(run)

    def _fitted(self, row: list[Any], number: int) -> list[Any]:
        """The row at least as wide as the header, without empty cells beyond it."""
        width = self._width
        if len(row) == width:
            return row
        if len(row) < width:
            self._tell(f"Dòng có {len(row)} ô, ít hơn {width} cột của bảng; các ô thiếu để trống.", number)
            return [*row, *repeat("", width - len(row))]
        end = len(row)
        while end > width and row[end - 1] == "":
            end -= 1
        if end > width:
            self._long_rows.append(number)
            if end - width > MAX_EXTRA_COLUMNS:
                raise RaggedRows(filename=self._filename, count=len(self._long_rows), row=number)
            name = self._positional_name(width)
            self._tell(
                f"Dòng có {end} ô, nhiều hơn {width} cột của bảng; giá trị thừa được giữ từ cột «{name}».",
                number,
                column=name,
                value=str(row[width])[:200],
            )
        return row[:end]

    def _batch(self, number: int, rows: list[list[Any]]) -> Batch:
        names = self._names
        width = len(rows[0])
        if self._unnamed or width > len(names):
            unnamed = [*self._unnamed, *range(len(names), width)]
            used = {place for place in unnamed if any(row[place] != "" for row in rows)}
            empty = set(unnamed) - used
            names = [
                name or self._positional_name(place)
                for place, name in enumerate([*names, *repeat("", width - len(names))])
                if place not in empty
            ]
            self._check_columns(len(names))
            if empty:
                kept = [place for place in range(width) if place not in empty]
                rows = [[row[place] for place in kept] for row in rows]
        return Batch(tuple(names), rows, number, self._blank_is_null)

    def _positional_name(self, place: int) -> str:
        if place not in self._positional:
            number = place + self._first_column
            name = header.positional_name(number, {*self._names, *self._positional.values()})
            self._positional[place] = name
            self._places[name] = place
            self._findings.add(
                Finding(
                    f"Cột thứ {number} có dữ liệu nhưng không có tiêu đề; được đặt tên «{name}».",
                    sheet=self._sheet,
                    column=name,
                )
            )
        return self._positional[place]

    def _tell_totals(self, start: int, rows: list[list[Any]]) -> None:
        firsts = map(next, map(filter, repeat(None), rows), repeat(""))
        if _TOTALS.isdisjoint(firsts):
            return
        for number, row in enumerate(rows, start):
            label = next(filter(None, row), "")
            if label in _TOTALS:
                self._tell(
                    "Dòng này có vẻ là dòng tổng; vẫn được giữ trong bảng, nên loại ra khi tính toán.",
                    number,
                    value=str(label),
                )

    def _tell(self, message: str, row: int, column: str = "", value: str = "") -> None:
        self._findings.add(Finding(message, self._sheet, row, column, value))

    def _check_columns(self, count: int) -> None:
        if count > self._limits.columns:
            raise TooManyColumns(count=count, limit=self._limits.columns)


def _even(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows made as wide as the widest."""
    width = max(map(len, rows))
    return [row if len(row) == width else [*row, *repeat("", width - len(row))] for row in rows]


def tell_header(found: header.Header, first_row: int, findings: Findings, sheet: str = "") -> None:
    """Report rows above the header, and a header that was not certain. `first_row` is row 0's number."""
    number = first_row + found.top
    if found.top:
        findings.add(
            Finding(
                f"Dòng tiêu đề cột được nhận ở dòng {number}; các dòng phía trên được bỏ qua.",
                sheet=sheet,
                row=number,
            )
        )
    if not found.certain:
        findings.add(
            Finding(
                f"Không thấy dòng tiêu đề rõ ràng; dòng {number} được lấy làm tiêu đề cột. "
                "Hãy kiểm tra tên các cột.",
                sheet=sheet,
                row=number,
            )
        )
