"""What cannot be a table is refused with a sentence that says what to do, whatever its name promises."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import msoffcrypto.format.ooxml
import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits

Read = Callable[..., Any]
Xlsx = Callable[..., bytes]
NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SMALL = [["a", "b"], [1, 2]]


@pytest.mark.parametrize("data", [b"", b"\n \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0"])
def test_an_empty_file(read: Read, data: bytes) -> None:
    with pytest.raises(errors.EmptyFile, match="Hãy"):
        read(data)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Đăng nhập</body></html>",
        "\ufeff\n<html lang=vi>",
        "<!-- x --><HTML>",
        "<table><tr><td>1</td></tr></table>",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">',
    ],
)
@pytest.mark.parametrize("filename", ["bang.csv", "bang.xls", "bang.json"])
def test_a_web_page_under_another_name(read: Read, page: str, filename: str) -> None:
    with pytest.raises(errors.WebPageInstead, match="trang web"):
        read(page, filename)


def test_a_less_than_sign_makes_no_web_page(read: Read) -> None:
    assert read("<5 tuổi,>5 tuổi\n1,2\n").names == ("<5 tuổi", ">5 tuổi")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n" + b"x" * 100, "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "PNG"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "GZIP"),
        (b"Rar!\x1a\x07" + b"\0" * 100, "RAR"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:x"/>', "XML"),
        (bytes(range(32)) * 100, "nhị phân"),
    ],
)
def test_another_format_is_named(read: Read, data: bytes, what: str) -> None:
    with pytest.raises(errors.NotATable, match=what):
        read(data)


def archive(members: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("member", "what"),
    [("word/document.xml", "Word"), ("ppt/presentation.xml", "PowerPoint"), ("a.csv", "ZIP")],
)
def test_an_archive_without_a_workbook(read: Read, member: str, what: str) -> None:
    with pytest.raises(errors.NotATable, match=what):
        read(archive({member: b"x"}), "bang.xlsx")


def test_a_workbook_is_known_under_any_name(read: Read, xlsx: Xlsx) -> None:
    assert read(xlsx({"A": SMALL}), "bang.csv").rows == [[1, 2]]


def test_a_workbook_with_a_password(read: Read, xlsx: Xlsx) -> None:
    target = BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(BytesIO(xlsx({"A": SMALL}))).encrypt("mật khẩu", target)
    with pytest.raises(errors.PasswordProtected, match="gỡ mật khẩu"):
        read(target.getvalue(), "bang.xlsx")


def test_a_truncated_workbook(read: Read, xlsx: Xlsx) -> None:
    book = xlsx({"A": SMALL * 1000})
    for share in (0.2, 0.5, 0.9, 0.99):
        with pytest.raises(errors.BrokenFile):
            read(book[: int(len(book) * share)], "bang.xlsx")


def test_a_workbook_with_damaged_content(read: Read, xlsx: Xlsx) -> None:
    book = bytearray(xlsx({"A": SMALL * 1000}))
    start = book.index(b"xl/worksheets/sheet1.xml") + 200
    book[start : start + 20] = b"\xff" * 20
    with pytest.raises((errors.BrokenFile, errors.SuspiciousArchive)):
        read(bytes(book), "bang.xlsx")


def replaced(book: bytes, name: str, content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(book)) as file:
        members = {member: file.read(member) for member in file.namelist()}
    return {**members, name: content}


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_by_its_ratio(read: Read, xlsx: Xlsx) -> None:
    bomb = archive(replaced(xlsx({"A": SMALL}), SHEET, b"<worksheet>" + b" " * 100_000_000))
    assert len(bomb) < 200_000
    with pytest.raises(errors.SuspiciousArchive, match="bom nén"):
        read(bomb, "bang.xlsx")


def test_a_zip_bomb_by_its_size(read: Read, xlsx: Xlsx) -> None:
    with pytest.raises(errors.TooLargeToRead, match="sau giải nén"):
        read(xlsx({"A": SMALL}), "bang.xlsx", limits=Limits(decompressed_bytes=1000))


def test_a_zip_bomb_whose_directory_lies(read: Read, xlsx: Xlsx) -> None:
    content = b"<worksheet>" + b" " * 100_000_000
    bomb = archive(replaced(xlsx({"A": SMALL}), SHEET, content))
    lie = bomb.replace(struct.pack("<I", len(content)), struct.pack("<I", 1000))
    assert lie != bomb
    with pytest.raises(errors.SuspiciousArchive, match="khác dung lượng"):
        read(lie, "bang.xlsx")


def test_shared_texts_that_lie_about_their_size_are_found_too(read: Read, xlsx: Xlsx) -> None:
    content = b"<sst>" + b" " * 100_000_000
    bomb = archive(replaced(xlsx({"A": SMALL}), "xl/sharedStrings.xml", content))
    lie = bomb.replace(struct.pack("<I", len(content)), struct.pack("<I", 1000))
    with pytest.raises(errors.SuspiciousArchive):
        read(lie, "bang.xlsx")


@pytest.mark.parametrize(
    "cell",
    [
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c\nr="XFD1048576"><v>1</v></c>',
        b'<c s="0" r="XFD1048576"><v>1</v></c>',
        b'<c note=">" r="XFD1048576"><v>1</v></c>',
        b'<x:c xmlns:x="' + NAMESPACE + b'" r="XFD1048576"><v>1</v></x:c>',
    ],
)
def test_a_far_cell_is_found_in_whatever_form_it_is_written(read: Read, xlsx: Xlsx, cell: bytes) -> None:
    book = xlsx({"A": SMALL})
    with zipfile.ZipFile(BytesIO(book)) as file:
        sheet = file.read(SHEET)
    sheet = sheet.replace(b"</sheetData>", b'<row r="3">' + cell + b"</row></sheetData>")
    with pytest.raises(errors.TooLargeToRead, match="vùng dữ liệu"):
        read(archive(replaced(book, SHEET, sheet)), "bang.xlsx")


def test_cells_without_an_address_are_counted(read: Read, xlsx: Xlsx) -> None:
    book = xlsx({"A": SMALL})
    with zipfile.ZipFile(BytesIO(book)) as file:
        sheet = file.read(SHEET)
    rows = b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>" + b"<row><c><v>1</v></c></row>" * 500
    sheet = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", sheet)
    book = archive(replaced(book, SHEET, sheet))
    with pytest.raises(errors.TooLargeToRead, match=r"150\.300 ô"):
        read(book, "bang.xlsx", limits=Limits(workbook_cells=150_000))
    assert len(read(book, "bang.xlsx").rows) == 500


def test_formatted_but_empty_cells_do_not_count(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.set_row(2, None, None)
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))

    assert read(xlsx({"A": SMALL}, change), "bang.xlsx").rows == [[1, 2]]


def test_an_ods_that_repeats_a_cell_without_end(read: Read) -> None:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="A"><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1">'
        "<text:p>1</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    members = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    with pytest.raises(errors.TooLargeToRead, match="vùng dữ liệu"):
        read(archive(members), "bang.ods")


@pytest.mark.parametrize("length", [8, 400, 2000])
def test_a_truncated_xls(read: Read, length: int) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 22 + b"\x09\x00" + b"\1" * 3000
    with pytest.raises(errors.BrokenFile, match="XLS"):
        read(data[:length], "bang.xls")


def test_a_file_over_the_limit_on_bytes(read: Read) -> None:
    with pytest.raises(errors.TooLargeToRead, match="dung lượng"):
        read("a,b\n1,2\n", limits=Limits(file_bytes=5))


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_every_sentence_stands_without_missing_values(kind: type) -> None:
    if issubclass(kind, errors.TableError):
        fields = re.findall(r"\{(\w+)\}", kind.template)
        assert str(kind(**dict.fromkeys(fields, "x"))).endswith(".")
