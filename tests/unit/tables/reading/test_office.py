"""XLS and ODS as LibreOffice writes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits
from ckanext.hue.tables.reading.opening import open_file

Read = Callable[..., Any]
pytestmark = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")


def convert(source: Path, kind: str) -> None:
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{source.parent}/profile",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(source.parent),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workbook as XLSX, XLS and ODS, and one whose cells lie far apart."""
    folder = tmp_path_factory.mktemp("van-phong")
    path = folder / "bang.xlsx"
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet("Dữ liệu")
    sheet.write(0, 0, "DANH SÁCH CƠ SỞ")
    sheet.write_row(2, 0, ["Mã", "Tên", "Số", "Giá", "Ngày", "Lúc", "Lỗi", "Công thức"])
    for number in range(1, 301):
        sheet.write_row(number + 2, 0, [f"{number:05d}", f"Cơ sở lưu trú Huế {number}", number, number / 4])
        sheet.write(number + 2, 4, date(2024, 1, 1) + timedelta(days=number))
        sheet.write(number + 2, 5, datetime(2024, 1, 1, 8, 30), moment)
        sheet.write_formula(
            number + 2, 6, "=1/0" if number == 7 else "=1", None, "#DIV/0!" if number == 7 else 1
        )
        sheet.write_string(number + 2, 7, "=1+1")
    book.add_worksheet("Trống")
    hidden = book.add_worksheet("Ẩn")
    hidden.write(0, 0, "x")
    hidden.hide()
    book.add_worksheet("Hai").write_column(0, 0, ["tên", "Ngọ Môn"])
    book.close()
    far = folder / "xa.xlsx"
    book = xlsxwriter.Workbook(far)
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["a", 1])
    sheet.write(60_000, 250, 1)
    book.close()
    for kind in ("xls", "ods"):
        convert(path, kind)
        convert(far, kind)
    return folder


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_is_read_alike_in_each_format(folder: Path, kind: str) -> None:
    file = open_file(folder / f"bang.{kind}", f"bang.{kind}")
    assert list(file.sheets) == ["Dữ liệu", "Hai"]
    [batch] = file.batches("Dữ liệu")
    assert batch.names == ("Mã", "Tên", "Số", "Giá", "Ngày", "Lúc", "Lỗi", "Công thức")
    assert batch.first_row == 4
    assert len(batch.rows) == 300
    assert list(batch.rows[0]) == [
        "00001",
        "Cơ sở lưu trú Huế 1",
        1,
        0.25,
        date(2024, 1, 2),
        datetime(2024, 1, 1, 8, 30),
        1,
        "=1+1",
    ]
    assert type(batch.rows[0][2]) is int
    assert batch.rows[6][6] is None
    told = [(finding.row, finding.column) for finding in file.findings.items if "Ô có lỗi" in finding.message]
    assert told == [(10, "G")]
    assert [list(row) for row in next(iter(file.batches("Hai"))).rows] == [["Ngọ Môn"]]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_cells_far_apart_are_refused_before_memory_is_taken(folder: Path, kind: str) -> None:
    with pytest.raises(errors.TooLargeToRead, match="vùng dữ liệu"):
        open_file(folder / f"xa.{kind}", "xa", Limits(workbook_cells=10_000_000))


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_truncated_workbook_is_refused(folder: Path, read: Read, kind: str) -> None:
    data = (folder / f"bang.{kind}").read_bytes()
    for share in (0.1, 0.5, 0.8):
        with pytest.raises(errors.BrokenFile):
            read(data[: int(len(data) * share)], f"bang.{kind}")
