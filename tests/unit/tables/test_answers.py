"""Ranges, file names and what an address asks for: no server is needed for these."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.datastructures import MultiDict

from ckanext.hue.tables.files import answers, questions, storage
from ckanext.hue.tables.files.answers import NotSatisfiable, asked_range, disposition, file_name
from ckanext.hue.tables.files.errors import FileError


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-0", (0, 1)),
        ("bytes=90-", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=0-99999999999999999999999", (0, 100)),
        ("bytes=0-1,5-6", None),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2000, 2)), None),
        ("rows=0-5", None),
        ("bytes=5-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("bytes", None),
        ("bytes=--5", None),
    ],
)
def test_only_one_readable_range_is_taken(header: str | None, expected: tuple[int, int] | None) -> None:
    assert asked_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=99999999999999999999-"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_range(header, 100)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Danh sách di tích", "Danh sách di tích"),
        ("../../etc/passwd", "etc passwd"),
        ('a"; filename="evil.html', "a ; filename= evil.html"),
        ("một\r\nSet-Cookie: x=1", "một Set-Cookie x=1"),
        ("\x00\x1b\u202egnp.exe", "gnp.exe"),
        ("C:\\Windows\\<script>|?*", "C Windows script"),
        (" . . ", "du-lieu"),
        ("", "du-lieu"),
        ("😀", "😀"),
        ("Đường Lê Lợi".encode().decode(), "Đường Lê Lợi"),
        ("Huê\u0301", "Huế"),
    ],
)
def test_a_title_becomes_a_name_that_every_file_system_takes(title: str, name: str) -> None:
    assert file_name(title) == name


def test_a_long_title_is_cut_between_letters() -> None:
    name = file_name("Đề án " * 100)
    assert len(name.encode()) <= answers.MAX_NAME_BYTES
    assert "\ufffd" not in name


@pytest.mark.parametrize("title", ['a"; x="', "một\r\nX-Y: 1", "Bảng; số 1", "%41'‘", "😀" * 300, "\ud800"])
def test_no_title_breaks_out_of_its_header(title: str) -> None:
    header = disposition(title, "csv")
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')
    assert header.partition("; filename*=")[0].count(";") == 1


def test_a_vietnamese_name_is_given_whole_and_in_plain_letters() -> None:
    header = disposition("Lượt khách đường Lê Lợi", "xlsx")
    assert 'filename="luot-khach-duong-le-loi.xlsx"' in header
    assert unquote(header.partition("filename*=UTF-8''")[2]) == "Lượt khách đường Lê Lợi.xlsx"


@pytest.mark.parametrize(
    ("extension", "bom", "key"),
    [
        ("csv", None, "csv"),
        ("csv", "1", "csv-bom"),
        ("csv", "true", "csv-bom"),
        ("csv", "0", "csv"),
        ("csv-bom", None, None),
        ("xlsx", "1", None),
        ("exe", None, None),
        ("CSV", None, None),
        ("", None, None),
        ("../csv", None, None),
    ],
)
def test_an_address_names_one_format(extension: str, bom: str | None, key: str | None) -> None:
    found = questions.format_of(extension, MultiDict({"bom": bom} if bom else {}))
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    "arguments",
    [
        {"filters": "{"},
        {"filters": "[]"},
        {"filters": "[" * 5000},
        {"filters": '{"a": NaN}'},
        {"filters": '"text"'},
        {"fields": "[1]"},
        {"fields": "[{"},
        {"limit": "-1"},
        {"limit": "1e3"},
        {"limit": "9" * 30},
        {"limit": "١٢"},
        {"limit": "0x10"},
    ],
)
def test_unreadable_parameters_are_refused_before_the_database_is_asked(arguments: dict[str, str]) -> None:
    with pytest.raises(FileError) as refused:
        questions.selection("khong-co", MultiDict(arguments))
    assert refused.value.status == 400


def test_an_unknown_bom_is_refused() -> None:
    with pytest.raises(FileError):
        questions.format_of("csv", MultiDict({"bom": "có lẽ"}))


class _Once:
    """A stream that cannot be sought, as of a storage elsewhere."""

    def __init__(self, data: bytes, size: int) -> None:
        self._chunks = iter([data[start : start + size] for start in range(0, len(data), size)])
        self.closed = False

    def __iter__(self) -> Any:
        return self._chunks

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("start", "length"), [(0, 10), (0, 1), (3, 4), (9, 1), (2, 3), (5, 5)])
@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_a_part_is_the_same_of_a_file_and_of_a_stream(start: int, length: int, size: int) -> None:
    data = b"0123456789"
    stream = _Once(data, size)
    expected = data[start : start + length]
    assert b"".join(storage.part(stream, start, length)) == expected
    assert stream.closed
    assert b"".join(storage.part(io.BytesIO(data), start, length)) == expected


def test_a_place_is_of_one_resource_and_version() -> None:
    place = storage.place_of("abc-1", 7, "sha256:x", "csv-bom", "csv")
    assert storage.resource_of(place) == "abc-1"
    assert place == storage.place_of("abc-1", 7, "sha256:x", "csv-bom", "csv")
    others = [
        storage.place_of("abc-1", 8, "sha256:x", "csv-bom", "csv"),
        storage.place_of("abc-1", 7, "sha256:y", "csv-bom", "csv"),
        storage.place_of("abc-1", 7, "sha256:x", "csv", "csv"),
    ]
    assert place not in others


@pytest.mark.parametrize(
    "place", ["resources/ab/cd", "tables/x", "tables/ab/a.1-0123456789ab.csv", "tables/../x"]
)
def test_other_peoples_files_are_nobodys_table(place: str) -> None:
    with pytest.raises(ValueError):
        storage.resource_of(place)
