"""The province's real exports are read row for row, and the incomplete one is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.opening import open_file

FOLDER = Path(__file__).parents[5] / "shared" / "real-tables"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real exports (../shared/real-tables) are not beside this checkout"
)
ROWS = {
    "Danh-muc-loai-ve_1757394149.json": 88,
    "Danh-sach-cac-diem-du-lich_1731690004.json": 196,
    "Danh-sach-di-san-van-hoa-tinh-Thua-Thien-Hue-1_1726311603.json": 50,
    "Danh-sach-dia-diem-an-uong-tren-dia-ban-tinh_1726311604.json": 6794,
    "Danh-sach-dia-diem-di-tich-tham-quan_1757394149.json": 12,
    "Danh-sach-dia-diem-di-tich-van-hoa-tinh-Thua-Thien-Hue_1726311601.json": 180,
    "Danh-sach-le-hoi-tren-dia-ban-tinh-Thua-Thien-Hue_1726311601.json": 138,
    "Du-lieu-danh-sach-co-so-kinh-doanh-dich-vu-van-chuyen-1_1731690004.json": 154,
    "Gia-ve-dich-vu-di-tich-Hue_1730079840.json": 12,
}
INCOMPLETE = "Du-lieu-cac-doanh-nghiep-kinh-doanh-dich-vu-lu-hanh_1704353395.json"


def test_every_export_is_named_here() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {*ROWS, INCOMPLETE}


@pytest.mark.parametrize("name", ROWS)
def test_an_export_is_read_cell_for_cell(name: str) -> None:
    path = FOLDER / name
    file = open_file(path, name)
    assert list(file.sheets) == [""]
    batches = list(file.batches(""))
    records = [dict(zip(batch.names, row, strict=True)) for batch in batches for row in batch.rows]
    body = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    rows = body if isinstance(body, list) else body.get("data") or body["newsList"]
    assert len(records) == len(rows) == ROWS[name]
    for record, row in zip(records, rows, strict=True):
        row.pop("sttbanghi", None)
        assert {key: value for key, value in record.items() if value is not None or key in row} == row
    if isinstance(body, dict) and "hienthi" in body:
        labels = {entry["tentruong"]: entry["mota"] for entry in body["hienthi"]}
        assert {column.name: column.label for column in batches[0].columns} == labels
    assert file.findings.items == []


def test_the_incomplete_export_is_refused() -> None:
    with pytest.raises(errors.IncompleteFile, match="190 bản ghi nhưng chỉ chứa 10"):
        open_file(FOLDER / INCOMPLETE, INCOMPLETE)
