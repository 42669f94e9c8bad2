"""Files as they should not be: loaded with a report, or refused, and then the old table stays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import pytest
import xlsxwriter

from ckanext.hue.tables import errors, loading, names
from ckanext.hue.tables.loading import LoadedList
from ckanext.hue.tables.reading.base import Finding
from ckanext.hue.tables.reading.opening import open_file

Run = Callable[..., Any]


@pytest.fixture
def load(tmp_path: Path, resource_id: str) -> Callable[..., tuple[LoadedList, list[Finding]]]:
    """Load a file over the table that stands; what was loaded, and all that was found."""

    def run(content: bytes | str, filename: str = "bảng.csv") -> tuple[LoadedList, list[Finding]]:
        path = tmp_path / "tep"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        opened = open_file(path, filename)
        loaded = loading.load_batches(resource_id, opened.batches(opened.sheets[0]))
        return loaded, [*opened.findings.items, *loaded.findings]

    run("cũ\n1\n")
    return run


def workbook(rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Bảng")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def with_password() -> bytes:
    target = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook([["a"], [1]]))).encrypt("mật khẩu", target)
    return target.getvalue()


def bomb() -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(workbook([["a"], [1]]))), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in source.namelist():
            content = source.read(name)
            file.writestr(name, b" " * 200_000_000 if name.endswith("sheet1.xml") else content)
    return target.getvalue()


REFUSED = {
    "empty file": (b"", "bảng.csv", errors.EmptyFile),
    "web page": ("<!DOCTYPE html><html><body>Đăng nhập</body></html>", "bảng.csv", errors.WebPageInstead),
    "5,000 columns": (
        ",".join(f"c{n}" for n in range(5_000)) + "\n" + "1," * 4_999 + "1\n",
        "bảng.csv",
        errors.TableError,
    ),
    "a cell of 100 MB": (b"a,b\n1," + b"x" * 100_000_000 + b"\n", "bảng.csv", errors.TableError),
    "password": (with_password, "bảng.xlsx", errors.PasswordProtected),
    "zip bomb": (bomb, "bảng.xlsx", errors.SuspiciousArchive),
    "truncated workbook": (
        lambda: workbook([["a"], *([n] for n in range(1_000))])[:3_000],
        "bảng.xlsx",
        errors.BrokenFile,
    ),
    "truncated JSON": ('{"code": 0, "data": [{"a": 1}, {"a"', "bảng.json", errors.TableError),
    "quote without an end": ('a,b\n1,"x\n2,y\n' * 3, "bảng.csv", errors.TableError),
}


@pytest.mark.parametrize(("content", "filename", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_is_refused_and_the_old_one_stays(
    load: Run, read: Run, content: Any, filename: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        load(content() if callable(content) else content, filename)
    assert str(caught.value)[0].isupper() and str(caught.value).endswith(".")
    assert read() == [(1, read("SELECT _full_text FROM {}")[0][0], 1)]


def test_a_header_alone_is_an_empty_table(load: Run, read: Run) -> None:
    loaded, _ = load("mã,tên\n")
    assert (loaded.rows, [column.name for column in loaded.columns]) == (0, ["mã", "tên"])
    assert read("SELECT count(*) FROM {}") == [(0,)]


def test_duplicate_and_empty_headers_get_names_and_are_reported(load: Run) -> None:
    loaded, found = load("tên,tên,,số\na,b,c,1\n")
    assert [column.name for column in loaded.columns] == ["tên", "tên (2)", "Cột 3", "số"]
    assert len(found) >= 2


def test_ragged_rows_are_filled_and_reported(load: Run, read: Run) -> None:
    loaded, found = load("a,b,c\n" + "1,2,3\n" * 30 + "4,5\n")
    assert loaded.rows == 31 and [finding.row for finding in found] == [32]
    assert read("SELECT a, b, c FROM {} WHERE a = 4") == [(4, 5, None)]


def test_a_header_longer_than_postgresql_takes_keeps_its_label(load: Run) -> None:
    label = "Tỷ lệ hộ gia đình được sử dụng nước sạch đạt quy chuẩn năm 2024"
    assert len(label.encode()) > names.MAX_BYTES
    loaded, _ = load(f"{label},b\n1,2\n")
    column = loaded.columns[0]
    assert len(column.name.encode()) <= names.MAX_BYTES
    assert column.info["label"] == label


def test_nul_bytes_are_left_out_and_reported(load: Run, read: Run) -> None:
    _, found = load("a,b\nx\0y,1\n")
    assert read("SELECT a FROM {}") == [("xy",)]
    assert found


def test_numbers_over_bigint_keep_every_digit(load: Run, read: Run) -> None:
    load("số,b\n99999999999999999999999,x\n1,y\n")
    assert read('SELECT "số"::text FROM {} ORDER BY _id') == [("99999999999999999999999",), ("1",)]


def test_old_dates_are_dates_and_impossible_ones_are_not(load: Run, read: Run) -> None:
    loaded, found = load(
        "xưa,sai\n" + "".join(f"0{n}/01/1802,0{n}/02/2023\n" for n in range(1, 9)) + "01/02/0999,29/02/2023\n"
    )
    assert [column.type for column in loaded.columns] == ["date", "text"]
    assert read('SELECT max("xưa")::text, min("xưa")::text FROM {}') == [("1802-01-08", "0999-02-01")]
    assert [(finding.column, finding.row, finding.value) for finding in found] == [("sai", 10, "29/02/2023")]


def test_mixed_encodings_are_read_line_by_line_and_reported(load: Run, read: Run) -> None:
    lines = [
        b"ten,so",
        *("Cầu Trường Tiền,1".encode() for _ in range(50)),
        "Đi\u0300nh la\u0300ng,2".encode("cp1258"),
    ]
    _, found = load(b"\n".join(lines) + b"\n")
    assert read("SELECT ten FROM {} WHERE so = 2") == [("Đình làng",)]
    assert 52 in [finding.row for finding in found]


@pytest.mark.parametrize("filename", ["bảng.csv", "bảng.xlsx"])
def test_what_looks_like_a_formula_is_data(load: Run, read: Run, filename: str) -> None:
    cells = ["=1+1", "+84 234", "-", "@SUM(A1)"]
    content = workbook([["a", "b"], *([cell, "x"] for cell in cells)]) if filename.endswith("x") else None
    load(content or "a,b\n" + "".join(f"{cell},x\n" for cell in cells), filename)
    assert [value for (value,) in read("SELECT a FROM {} ORDER BY _id")] == cells
