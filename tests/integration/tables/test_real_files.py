"""The province's real exports, loaded as files: every row, and the right types by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.hue.tables import loading
from ckanext.hue.tables.errors import IncompleteFile
from ckanext.hue.tables.reading.opening import open_file

EXPORTS = Path(__file__).parents[4] / "shared" / "real-tables"
pytestmark = pytest.mark.skipif(
    not EXPORTS.is_dir(), reason="../shared/real-tables is not beside the checkout"
)

PLACES = {"kinhdo": "numeric", "vido": "numeric", "id": "bigint"}
POINTS = {"toaDoX": "numeric", "toaDoY": "numeric", "id": "bigint", "totalRows": "bigint"}
# All other columns are text: phone and tax numbers, codes, prices in words, long descriptions.
EXPECTED = {
    "Danh-muc-loai-ve_1757394149": (
        88,
        {"ticketTypeID": "bigint", "customerTypeID": "bigint", "price": "bigint"},
    ),
    "Danh-sach-cac-diem-du-lich_1731690004": (196, POINTS),
    "Danh-sach-di-san-van-hoa-tinh-Thua-Thien-Hue-1_1726311603": (50, PLACES),
    "Danh-sach-dia-diem-an-uong-tren-dia-ban-tinh_1726311604": (6794, PLACES),
    "Danh-sach-dia-diem-di-tich-tham-quan_1757394149": (12, {"id": "bigint"}),
    "Danh-sach-dia-diem-di-tich-van-hoa-tinh-Thua-Thien-Hue_1726311601": (180, PLACES),
    "Danh-sach-le-hoi-tren-dia-ban-tinh-Thua-Thien-Hue_1726311601": (138, PLACES),
    "Du-lieu-danh-sach-co-so-kinh-doanh-dich-vu-van-chuyen-1_1731690004": (154, POINTS),
    "Gia-ve-dich-vu-di-tich-Hue_1730079840": (12, {"publishTime": "timestamp"}),
}
INCOMPLETE = "Du-lieu-cac-doanh-nghiep-kinh-doanh-dich-vu-lu-hanh_1704353395"


def test_every_export_is_expected_here() -> None:
    assert {path.stem for path in EXPORTS.glob("*.json")} == {*EXPECTED, INCOMPLETE}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_export_has_all_rows_and_the_right_types(
    name: str, read: Callable[..., Any], resource_id: str
) -> None:
    rows, types = EXPECTED[name]
    opened = open_file(EXPORTS / f"{name}.json", f"{name}.json")
    loaded = loading.load_batches(resource_id, opened.batches(opened.sheets[0]))
    assert {column.name: column.type for column in loaded.columns if column.type != "text"} == types
    assert read("SELECT count(*) FROM {}") == [(rows,)]
    assert loaded.findings == ()


def test_an_incomplete_export_is_refused() -> None:
    path = EXPORTS / f"{INCOMPLETE}.json"
    with pytest.raises(IncompleteFile, match="190 bản ghi nhưng chỉ chứa 10"):
        opened = open_file(path, path.name)
        list(opened.batches(opened.sheets[0]))
