"""Files made from bytes, read as people's files are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.reading.base import Limits
from ckanext.hue.tables.reading.opening import open_file

Read = Callable[..., "Table"]


@dataclass(frozen=True)
class Table:
    """One table as it was read; `row_numbers` are those that a person sees."""

    names: tuple[str, ...]
    rows: list[list[Any]]
    row_numbers: list[int]
    batches: list[Batch]
    sheets: list[str]
    findings: list[tuple[int | None, str]]

    def records(self) -> list[dict[str, Any]]:
        return [dict(zip(batch.names, row, strict=True)) for batch in self.batches for row in batch.rows]

    def told(self, words: str) -> list[int | None]:
        """The rows of the findings that say this."""
        return [row for row, message in self.findings if words in message]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write bytes or text as a file without an extension, and read one of its tables."""

    def read(
        content: bytes | str,
        filename: str = "bang.csv",
        sheet: str | None = None,
        limits: Limits | None = None,
    ) -> Table:
        path = tmp_path / "tep"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        file = open_file(path, filename, limits or Limits())
        batches = list(file.batches(file.sheets[0] if sheet is None else sheet))
        names = max((batch.names for batch in batches), key=len)
        return Table(
            names=names,
            rows=[list(row) for batch in batches for row in batch.rows],
            row_numbers=[batch.first_row + n for batch in batches for n in range(len(batch.rows))],
            batches=batches,
            sheets=list(file.sheets),
            findings=[(finding.row, finding.message) for finding in file.findings.items],
        )

    return read


@pytest.fixture
def xlsx() -> Callable[..., bytes]:
    """Make an XLSX of sheets, each a list of rows; `change` may do more to a sheet before it is closed."""

    def make(
        sheets: dict[str, Sequence[Sequence[Any]]],
        change: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
    ) -> bytes:
        target = BytesIO()
        book = xlsxwriter.Workbook(
            target, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
        )
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if change:
                change(book, sheet)
        book.close()
        return target.getvalue()

    return make


@pytest.fixture
def windows_1258() -> Callable[[str], bytes]:
    """Encode as Windows-1258 does: letters with circumflex, breve or horn, and tones alone after them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"

    def encode(text: str) -> bytes:
        data = b""
        for letter in text:
            marks = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones))
            data += (base + "".join(mark for mark in marks if mark in tones)).encode("cp1258")
        return data

    return encode
