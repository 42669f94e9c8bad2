"""XLSX that Excel shows as the table is: texts stay texts, dates are dates, no digit is lost.

XlsxWriter keeps one row in memory and the workbook in temporary files, so the first bytes come when the
last row is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import ckan.plugins.toolkit as tk
from psycopg2 import sql
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from . import xlsx_values
from .errors import Misfit
from .rows import Row, parts
from .selection import Column, Selection, label_of
from .snapshot import snapshot

MAX_ROWS = 1_048_576  # with the header
MAX_COLUMNS = 16_384
MAX_NOTES = 1_000
CHUNK = 256 * 1024

_WIDTHS = (10, 45)  # of columns, in characters
_NUMBER_FORMATS = {
    # Without a format Excel shows 1,23E+11.
    "smallint": "0",
    "integer": "0",
    "bigint": "0",
    "date": "dd/mm/yyyy",
    "timestamp": "dd/mm/yyyy hh:mm:ss",
}
_KINDS = {
    "smallint": "số nguyên",
    "integer": "số nguyên",
    "bigint": "số nguyên",
    "numeric": "số",
    "real": "số",
    "double precision": "số",
    "boolean": "đúng/sai",
    "date": "ngày",
    "timestamp": "ngày giờ",
    "timestamptz": "ngày giờ",
    "text": "văn bản",
}

# Writes the text of a value, which is not null, into a cell of the row of this number.
_Put = Callable[[int, str], object]


def misfit(columns: Sequence[Column], rows: int | None) -> str:
    if rows is not None and rows >= MAX_ROWS:
        reason = tk._("Một trang tính Excel chỉ chứa được {most} dòng dữ liệu. Hãy chọn định dạng khác.")
        return reason.format(most=MAX_ROWS - 1)
    if len(columns) > MAX_COLUMNS:
        reason = tk._("Một trang tính Excel chỉ chứa được {most} cột. Hãy chọn định dạng khác.")
        return reason.format(most=MAX_COLUMNS)
    return ""


def xlsx(selection: Selection) -> Iterator[bytes]:
    """The workbook's bytes. Raises Misfit when there are more rows than a sheet holds."""
    reason = misfit(selection.columns, None)
    if reason:
        raise Misfit(reason=reason)
    query = selection.query(
        [sql.SQL("{}::text").format(sql.Identifier(column["id"])) for column in selection.columns]
    )
    with TemporaryDirectory(prefix="hue-xlsx-") as folder:
        path = Path(folder, "bang.xlsx")
        with snapshot(selection) as connection:
            _write(path, selection.columns, parts(connection, query))
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


@dataclass(slots=True)
class _Notes:
    """What the workbook could not hold as the table does."""

    cuts: list[tuple[int, str, int]] = field(default_factory=list)  # row, column, characters
    uncounted: int = 0
    as_text: dict[str, int] = field(default_factory=dict)  # by column, how many values

    def cut(self, row: int, column: Column, characters: int) -> None:
        if len(self.cuts) < MAX_NOTES:
            self.cuts.append((row + 1, label_of(column), characters))
        else:
            self.uncounted += 1

    def kept_as_text(self, column: Column) -> None:
        self.as_text[column["id"]] = self.as_text.get(column["id"], 0) + 1


def _write(path: Path, columns: Sequence[Column], rows: Iterator[list[Row]]) -> None:
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    workbook.use_zip64()
    bold = workbook.add_format({"bold": True})
    sheet = workbook.add_worksheet("Dữ liệu")
    notes = _Notes()
    formats = {kind: workbook.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
    labels = [label_of(column) for column in columns]
    _write_line(sheet, 0, labels, bold)
    for number, label in enumerate(labels):
        sheet.set_column(number, number, min(max(len(label) + 2, _WIDTHS[0]), _WIDTHS[1]))
    last = _write_rows(
        rows,
        [
            _writer(sheet, number, column, formats.get(column["type"]), notes)
            for number, column in enumerate(columns)
        ],
    )
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    _write_dictionary(workbook, columns, bold)
    _write_notes(workbook, notes, columns, bold)
    workbook.close()


def _write_rows(rows: Iterator[list[Row]], writers: Sequence[_Put]) -> int:
    number = 0
    for part in rows:
        for row in part:
            number += 1
            if number >= MAX_ROWS:
                raise Misfit(reason=misfit((), number))
            for put, value in zip(writers, row, strict=True):
                if value is not None:
                    put(number, str(value))
    return number


def _writer(sheet: Worksheet, number: int, column: Column, shown: Format | None, notes: _Notes) -> _Put:
    """How values of a column are written, by its type."""
    convert = xlsx_values.NUMERIC.get(column["type"])

    def put_text(row: int, text: str) -> None:
        fitting = xlsx_values.cut(xlsx_values.legal(text))
        if fitting.endswith(xlsx_values.CUT):
            notes.cut(row, column, len(text))
        _put_string(sheet, row, number, fitting)

    def put_number(row: int, text: str) -> None:
        value = convert(text) if convert else None
        if value is None:
            notes.kept_as_text(column)
            put_text(row, xlsx_values.day_first(text))
        else:
            sheet.write_number(row, number, value, shown)

    def put_boolean(row: int, text: str) -> None:
        sheet.write_boolean(row, number, text == "true")

    if column["type"] == "boolean":
        return put_boolean
    return put_number if convert else put_text


def _put_string(sheet: Worksheet, row: int, column: int, text: str, shown: Format | None = None) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such text for markup of its own; in pieces it is text again.
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:])
    else:
        sheet.write_string(row, column, text, shown)


def _write_line(sheet: Worksheet, row: int, texts: Sequence[str], shown: Format | None = None) -> None:
    for column, text in enumerate(texts):
        _put_string(sheet, row, column, xlsx_values.cut(xlsx_values.legal(text)), shown)


def _write_dictionary(workbook: Workbook, columns: Sequence[Column], bold: Format) -> None:
    sheet = workbook.add_worksheet("Từ điển dữ liệu")
    _write_line(sheet, 0, ("Tên cột", "Nhãn", "Kiểu", "Đơn vị", "Mô tả"), bold)
    for row, column in enumerate(columns, 1):
        info = column["info"]
        texts = (label_of(column), _KINDS.get(column["type"], column["type"]))
        described = (str(info.get("unit") or ""), str(info.get("notes") or ""))
        _write_line(sheet, row, (column["id"], *texts, *described))
    sheet.set_column(0, 1, 30)
    sheet.set_column(2, 3, 14)
    sheet.set_column(4, 4, 60)
    sheet.freeze_panes(1, 0)


def _write_notes(workbook: Workbook, notes: _Notes, columns: Sequence[Column], bold: Format) -> None:
    """A sheet of its own for what differs from the table; none when nothing does."""
    lines = [
        f"Cột «{label_of(column)}»: {notes.as_text[column['id']]} giá trị được ghi dạng văn bản vì Excel"
        " không giữ được đúng (số trên 15 chữ số, ngày trước 01/03/1900, giờ lẻ dưới một phần nghìn giây)."
        for column in columns
        if column["id"] in notes.as_text
    ]
    lines += [
        f"Dòng {row}, cột «{label}»: văn bản dài {characters} ký tự, một ô Excel chỉ chứa được"
        f" {xlsx_values.MAX_CELL} ký tự nên phần sau bị cắt. Tệp CSV có đủ văn bản."
        for row, label, characters in notes.cuts
    ]
    if notes.uncounted:
        lines.append(f"Còn {notes.uncounted} ô khác bị cắt như vậy.")
    if lines:
        sheet = workbook.add_worksheet("Ghi chú")
        _write_line(sheet, 0, ["Những chỗ tệp này khác với bảng dữ liệu"], bold)
        for row, line in enumerate(lines, 1):
            _write_line(sheet, row, [line])
        sheet.set_column(0, 0, 120)
