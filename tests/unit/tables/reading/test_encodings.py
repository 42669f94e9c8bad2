"""A text file's encoding is found from all over the file, and lines that do not fit it are told by row."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading import encodings
from ckanext.hue.tables.reading.base import Limits

Encode = Callable[[str], bytes]
Read = Callable[..., Any]

TEXT = "mã,tên\n1,Chợ Đông Ba\n2,Cầu Trường Tiền\n"
ROWS = [["1", "Chợ Đông Ba"], ["2", "Cầu Trường Tiền"]]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "utf-16-be"],
)
def test_unicode_in_all_its_forms(read: Read, data: bytes) -> None:
    table = read(data)
    assert table.names == ("mã", "tên")
    assert table.rows == ROWS


def test_utf_8_is_told_of_no_one_and_other_encodings_by_name(read: Read) -> None:
    assert read(TEXT).findings == []
    assert read(TEXT.encode("utf-16")).told("UTF-16 LE")


def test_windows_1258_is_composed(read: Read, windows_1258: Encode) -> None:
    table = read(windows_1258(TEXT))
    assert table.rows == ROWS
    assert table.told("Windows-1258")


def test_tcvn3_is_converted_and_named(read: Read) -> None:
    table = read("m·,tªn\n1,Chî §«ng Ba\n2,CÇu Tr\u00adêng TiÒn\n".encode("cp1252"))
    assert table.names == ("mã", "tên")
    assert table.rows == ROWS
    assert table.told("TCVN3")


def test_vni_is_converted_and_named(read: Read) -> None:
    table = read("maõ,teân\n1,Chôï Ñoâng Ba\n2,Caàu Tröôøng Tieàn\n".encode("cp1252"))
    assert table.rows == ROWS
    assert table.told("VNI")


def test_tcvn3_saved_as_unicode_is_converted_and_named(read: Read) -> None:
    table = read("m·,tªn\n1,Chî §«ng Ba\n2,CÇu Tr\u00adêng TiÒn\n")
    assert table.rows == ROWS
    assert table.told("TCVN3 (ABC) trong UTF-8")


def test_a_few_odd_signs_do_not_make_proper_text_legacy_text(read: Read) -> None:
    table = read("mã,tên\n1,A£ A¡0A´0A¢\n2,Chợ\n3,µm ©x ®y\n")
    assert [row[1] for row in table.rows] == ["A£ A¡0A´0A¢", "Chợ", "µm ©x ®y"]


def test_the_encoding_is_found_although_the_file_begins_with_plain_ascii(tmp_path: Path) -> None:
    path = tmp_path / "tep"
    line = "1,Chî §«ng Ba\n".encode("cp1252")
    path.write_bytes(b"id,ten\n" + b"1,ascii\n" * 300_000 + line * 300_000)
    assert encodings.of_file(path).name == "TCVN3 (ABC)"


def test_lines_of_another_encoding_are_read_and_told_by_row(read: Read, windows_1258: Encode) -> None:
    lines = [line.encode() for line in ("mã,tên", "1,Chợ Đông Ba", '2,"hai\ndòng"', "3,Huế", "5,Ngọ Môn")]
    lines[3:3] = ["2b,CÇu Tr\u00adêng TiÒn s«ng H\u00ad¬ng".encode("cp1252")]
    lines[5:5] = [windows_1258("4,Phường Thuận Hóa")]
    table = read(b"\n".join(lines) + b"\n")
    assert [row[1] for row in table.rows] == [
        "Chợ Đông Ba",
        "hai\ndòng",
        "Cầu Trường Tiền sông Hương",
        "Huế",
        "Phường Thuận Hóa",
        "Ngọ Môn",
    ]
    assert table.told("TCVN3") == [4]
    assert table.told("Windows-1258") == [6]


def test_lines_after_the_first_block_are_told_by_row(read: Read) -> None:
    rows = 400_000
    content = (
        b"a,b\n" + b"1,xin chao\n" * rows + "2,Chî §«ng Ba ngµy nay\n".encode("cp1252") + "3,Huế\n".encode()
    )
    table = read(content)
    assert len(table.rows) == rows + 2
    assert table.told("TCVN3") == [rows + 2]


def test_nul_characters_are_dropped_and_told(read: Read) -> None:
    table = read(b"a,b\n1,x\n2,y\0z\n3,w\n")
    assert table.rows == [["1", "x"], ["2", "yz"], ["3", "w"]]
    assert table.told("NUL") == [3]


def test_a_file_that_ends_within_a_character_was_cut_off(read: Read) -> None:
    with pytest.raises(errors.BrokenFile, match="giữa một ký tự"):
        read(TEXT.encode() + "3,Huế".encode()[:-1])
    with pytest.raises(errors.BrokenFile, match="giữa một ký tự"):
        read(TEXT.encode("utf-16")[:-1])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_known(read: Read, end: str) -> None:
    assert read(TEXT.replace("\n", end)).rows == ROWS


def test_utf_16_blocks_end_with_whole_lines(read: Read) -> None:
    # The byte 0A is also half of other characters, here of "Ċ" and "ਊ".
    line = "1,Ċਊ Chợ Đông Ba\n"
    table = read(("a,b\n" + line * 100_000).encode("utf-16"))
    assert len(table.rows) == 100_000
    assert {row[1] for row in table.rows} == {"Ċਊ Chợ Đông Ba"}


def test_a_line_without_end_is_refused_before_memory_is_full(read: Read) -> None:
    limits = Limits(cell_characters=1000)
    with pytest.raises(errors.TooLargeToRead, match="một dòng dài"):
        read("a,b\n" + "x" * 6_000_000, limits=limits)
