"""How far a sheet's cells reach, measured before it is read: readers of workbooks keep the whole rectangle.

One cell in the last row and column would take them terabytes. The same pass finds cells with errors, which
they give as empty ones.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_ERRORS = 1_000  # of one sheet, that are told one by one
_DIGITS = b"0123456789"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*\bt="e"[^>]*>(?:<f[^<]*</f>|<f[^>]*/>)?<v>([^<]{1,20})<'
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class Extent:
    """`rows` and `columns` up to the last cell; `errors` are row and column, from 1, and their text."""

    rows: int = 0
    columns: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    def reach(self, row: int, column: int) -> None:
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)

    def add_error(self, row: int, column: int, value: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append((row, column, value))


def column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def of_xlsx(chunks: Iterable[bytes]) -> Extent | None:
    """The extent of a worksheet as all common programs write it, with empty cells; None for another form."""
    found = Extent()
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(b"<row")
        cut = cut if cut > 0 else data.rfind(b"<")
        data, rest = data[:cut], data[cut:]
        if not _add_plain(found, data):
            return None
    return found if _add_plain(found, rest) else None


def _add_plain(found: Extent, data: bytes) -> bool:
    references = _PLAIN_CELL.findall(data)
    # Counting costs a third of the pattern, and will do where nothing else begins as a cell does.
    is_plain = data.count(b"<c") == len(references) and b":c" not in data
    if not is_plain and len(_CELL.findall(data)) != len(references):
        return False
    if references:
        joined = b" ".join(references)
        columns = set(joined.translate(None, _DIGITS).split())
        row = max(map(int, set(joined.translate(None, _LETTERS).split())))
        found.reach(row, max(column_number(letters.decode()) for letters in columns))
    if b't="e"' in data:
        for letters, row, value in _ERROR_CELL.findall(data):
            found.add_error(int(row), column_number(letters.decode()), value.decode(errors="replace"))
    return True


def of_xlsx_exactly(chunks: Iterable[bytes]) -> Extent:
    """The extent of a worksheet's cells that hold something. Raises ExpatError."""
    return _Worksheet().read(chunks)


class _Worksheet:
    def __init__(self) -> None:
        self.extent = Extent()
        self._row = self._column = 0
        self._is_error = self._in_value = False

    def read(self, chunks: Iterable[bytes]) -> Extent:
        _parse(chunks, self._start, self._end, self._text)
        return self.extent

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isascii() and given.isdigit() else self._row + 1
            self._column = 0
        elif name == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_number(reference[1]) if reference else self._column + 1
            self._place = (int(reference[2]) if reference else self._row, self._column)
            self._is_error = attributes.get("t") == "e"
        elif name in ("v", "is", "f") and self._column:
            self.extent.reach(*self._place)
            self._in_value = name == "v"

    def _end(self, name: str) -> None:
        self._in_value = False

    def _text(self, text: str) -> None:
        if self._in_value and self._is_error:
            self.extent.add_error(*self._place, text[:20])


def of_ods(chunks: Iterable[bytes]) -> list[Extent]:
    """The extents of a spreadsheet's tables, in their order. Raises ExpatError."""
    return _Spreadsheet().read(chunks)


class _Spreadsheet:
    def __init__(self) -> None:
        self._extents: list[Extent] = []
        self._row = self._column = self._repeated_rows = self._repeated = 0
        self._is_error = self._in_cell = self._is_filled = False

    def read(self, chunks: Iterable[bytes]) -> list[Extent]:
        _parse(chunks, self._start, self._end, self._text)
        return self._extents

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._extents.append(Extent())
            self._row = 0
        elif name == "table:table-row":
            self._row += 1
            self._repeated_rows = _repeats(attributes, "table:number-rows-repeated")
            self._column = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._repeated = _repeats(attributes, "table:number-columns-repeated")
            self._column += 1
            self._in_cell = True
            self._is_error = attributes.get("calcext:value-type") == "error"
            if "office:value-type" in attributes or "table:formula" in attributes:
                self._fill()

    def _end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._column += self._repeated - 1
            self._in_cell = False
        elif name == "table:table-row":
            self._row += self._repeated_rows - 1

    def _text(self, text: str) -> None:
        if not self._in_cell:
            return
        self._fill()
        if self._is_error:
            self._is_error = False
            self._extents[-1].add_error(self._row, self._column, text[:20])

    def _fill(self) -> None:
        if self._extents:
            self._extents[-1].reach(self._row + self._repeated_rows - 1, self._column + self._repeated - 1)


def _repeats(attributes: dict[str, str], name: str) -> int:
    given = attributes.get(name, "1")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 10 else 1


def _parse(
    chunks: Iterable[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
