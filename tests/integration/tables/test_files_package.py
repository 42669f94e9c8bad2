"""All tables of a dataset leave as one ZIP that is a valid data package."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frictionless
import pytest
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.hue.harvesters.base import Column
from ckanext.hue.tables.files import errors
from ckanext.hue.tables.files.package import stream_zip
from ckanext.hue.tables.files.selection import select

Publish = Callable[..., str]

DATASET = {
    "id": "0b2f6f0e-7a3c-4f0e-9d1e-2f6b7c1f0a11",
    "name": "danh-sach-cho",
    "title": "Danh sách chợ",
    "notes": "Các chợ trên địa bàn thành phố Huế.",
    "license_id": "cc-by-4.0",
    "version": "2",
    "tags": [{"name": "chợ"}, {"name": "thương mại"}],
    "organization": {"title": "Sở Công Thương"},
    "creator": [{"name": "Phòng Quản lý thương mại", "url": "https://sct.hue.gov.vn"}],
    "contact": [
        {"name": "Bộ phận dữ liệu", "email": "dulieu@hue.gov.vn"},
        {"email": "thu@hue.gov.vn"},
    ],
    "source_system": "so-hoa",
    "url": "https://hue.gov.vn/cho",
}
ROWS = [
    dict(zip(("ma", "ten", "lap", "luc", "mo", "gia"), values, strict=True))
    for values in (
        (1, "Chợ Đông Ba", "1899-01-01", "2024-01-02T03:04:05", True, 1.5),
        (2, 'Chợ "An Cựu",\nHuế', None, "2024-01-02T03:04:05.25", False, 2),
        (None, "", "2024-02-29", None, None, None),
    )
]
COLUMNS = (Column("ma", "Mã số", "int"), Column("gia", "Giá", "numeric", unit="triệu đồng"))


def zipped(tables: list[tuple[dict[str, Any], str]], dataset: dict[str, Any] | None = None) -> bytes:
    chosen = [(resource, select(resource_id)) for resource, resource_id in tables]
    return b"".join(stream_zip(DATASET if dataset is None else dataset, chosen))


def descriptor(body: bytes) -> dict[str, Any]:
    return json.loads(zipfile.ZipFile(io.BytesIO(body)).read("datapackage.json"))


@pytest.fixture
def table(published: Publish) -> str:
    return published(ROWS, *COLUMNS)


def test_frictionless_finds_the_package_valid(
    published: Publish, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = published([{"Tên đường": "Lê Lợi", "số 1": "x"}, {"Tên đường": None, "số 1": "y"}])
    path = tmp_path / "cho.zip"
    path.write_bytes(zipped([({"name": "Chợ"}, table), ({"name": "Đường phố"}, other)]))
    monkeypatch.chdir(tmp_path)
    report = frictionless.validate(path.name)
    assert report.valid, report.flatten(["type", "note"])
    assert [task.name for task in report.tasks] == ["cho", "duong-pho"]


def test_frictionless_reads_the_values_by_their_types(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = zipped([({"name": "Chợ"}, table)])
    zipfile.ZipFile(io.BytesIO(body)).extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    rows = frictionless.Package("datapackage.json").get_table_resource("cho").read_rows()
    assert [type(rows[0][name]).__name__ for name in ("ma", "ten", "lap", "luc", "mo", "gia")] == [
        "int",
        "str",
        "date",
        "datetime",
        "bool",
        "Decimal",
    ]
    assert rows[1]["ten"] == 'Chợ "An Cựu",\nHuế'


def test_the_descriptor_tells_what_the_portal_knows(table: str) -> None:
    body = zipped([({"name": "Chợ", "description": "Bảng chợ"}, table)])
    found = descriptor(body)
    assert found["name"] == "danh-sach-cho"
    assert found["title"] == "Danh sách chợ"
    assert found["homepage"].endswith("/dataset/danh-sach-cho")
    assert found["keywords"] == ["chợ", "thương mại"]
    assert found["licenses"][0]["name"] == "CC-BY-4.0"
    assert found["sources"] == [{"title": "Nền tảng Số hóa dùng chung", "path": "https://hue.gov.vn/cho"}]
    assert [(person["role"], person["title"]) for person in found["contributors"]] == [
        ("publisher", "Sở Công Thương"),
        ("author", "Phòng Quản lý thương mại"),
        ("contact", "Bộ phận dữ liệu"),
    ]
    (resource,) = found["resources"]
    content = zipfile.ZipFile(io.BytesIO(body)).read(resource["path"])
    assert resource["bytes"] == len(content)
    assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert resource["encoding"] == "utf-8"
    assert resource["title"] == "Chợ"
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert fields["ma"] == {"name": "ma", "type": "integer", "title": "Mã số"}
    assert fields["gia"]["unit"] == "triệu đồng"
    assert resource["schema"]["missingValues"] == [""]


def test_a_dataset_of_which_little_is_known_is_a_valid_package(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = {"id": "x", "name": "x", "title": "", "license_id": "la", "tags": None, "organization": None}
    (tmp_path / "x.zip").write_bytes(zipped([({}, table)], little))
    monkeypatch.chdir(tmp_path)
    assert frictionless.validate("x.zip").valid


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Bảng", "bang", "BẢNG"], ["bang.csv", "bang-2.csv", "bang-3.csv"]),
        (["bang-2", "bang", "bang"], ["bang-2.csv", "bang.csv", "bang-3.csv"]),
        (["../../etc/passwd", "/abs", "C:\\x"], ["etc-passwd.csv", "abs.csv", "c-x.csv"]),
        (["a" * 500], ["a" * 100 + ".csv"]),
        (["datapackage.json"], ["datapackage-json.csv"]),
    ],
)
def test_names_in_the_zip_are_plain_and_unique(table: str, names: list[str], expected: list[str]) -> None:
    body = zipped([({"name": name}, table) for name in names])
    found = zipfile.ZipFile(io.BytesIO(body))
    assert found.testzip() is None
    assert found.namelist() == [*expected, "datapackage.json"]


def test_names_without_any_letter_are_names_too(table: str) -> None:
    first, second, _ = zipfile.ZipFile(
        io.BytesIO(zipped([({"name": "😀"}, table), ({"name": ""}, table)]))
    ).namelist()
    assert first.startswith("du-lieu-")
    assert second == "bang.csv"


def test_a_dataset_without_tables_has_no_zip() -> None:
    with pytest.raises(errors.NoTable):
        next(stream_zip(DATASET, []))


def test_what_is_wrong_with_the_first_table_shows_before_the_first_byte(table: str) -> None:
    with pytest.raises(errors.ValueRefused):
        next(stream_zip(DATASET, [({"name": "x"}, select(table, filters={"ma": "x"}))]))


def test_a_part_of_a_table_is_a_package_as_well(table: str) -> None:
    chosen = select(table, columns=["ten"], filters={"mo": True})
    body = b"".join(stream_zip(DATASET, [({"name": "Chợ"}, chosen)]))
    content = zipfile.ZipFile(io.BytesIO(body)).read("cho.csv").decode()
    assert list(csv.reader(io.StringIO(content))) == [["ten"], ["Chợ Đông Ba"]]


def test_a_reader_who_stops_early_leaves_no_connection_open(raw_table: Callable[..., str]) -> None:
    big = raw_table("a text", "SELECT md5(i::text) || md5((-i)::text) FROM generate_series(1, 60000) AS i")
    before = get_read_engine().pool.checkedout()  # pyright: ignore[reportAttributeAccessIssue]
    stream = stream_zip(DATASET, [({"name": "x"}, select(big)), ({"name": "y"}, select(big))])
    assert next(stream)
    assert next(stream)
    assert get_read_engine().pool.checkedout() == before + 1  # pyright: ignore[reportAttributeAccessIssue]
    stream.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert get_read_engine().pool.checkedout() == before  # pyright: ignore[reportAttributeAccessIssue]
