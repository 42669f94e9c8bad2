"""A folder of exports: each file in its own envelope, and what is wrong with a file said by name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from ckanext.hue.harvesters.sandbox import BadSettings, Settings, start_sandbox
from ckanext.hue.harvesters.sandbox.exports import folder_catalogue
from ckanext.hue.harvesters.sandbox.tables import Page

REAL_TABLES = Path(__file__).parents[4] / "shared" / "real-tables"
ROWS = [{"id": number, "ten": f"Bản ghi {number}"} for number in range(1, 8)]


def write(folder: Path, name: str, body: Any) -> Path:
    path = folder / name
    path.write_text(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    catalogue, _ = folder_catalogue(folder)
    return {table.id: table.entry() for table in catalogue.listing.tables}


def answer(folder: Path, name: str, number: int, size: int) -> Any:
    catalogue, _ = folder_catalogue(folder)
    return catalogue.table(name).answer(Page(number, size))


def test_an_entry_follows_from_the_name_and_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "Danh-sach-cho-Hue_1731690004.json", ROWS)
    entry = listed(tmp_path)["danh-sach-cho-hue"]
    assert entry["tenbang"] == "Danh sach cho Hue"
    assert entry["ngaycapnhat"] == "2024-11-16T00:00:04+07:00"
    assert entry["mabam"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry["mucdo"], entry["tongsobanghi"]) == ("mo", 7)
    assert len(entry["mota"]) >= 50


def test_a_known_name_has_a_vietnamese_title_whatever_its_time(tmp_path: Path) -> None:
    write(tmp_path, "Danh-muc-loai-ve_1999999999.json", ROWS)
    entry = listed(tmp_path)["danh-muc-loai-ve"]
    assert entry["tenbang"] == "Danh mục loại vé tham quan di tích Cố đô Huế"
    assert entry["tencoquan"] == "Trung tâm Bảo tồn Di tích Cố đô Huế"


def test_names_that_give_one_slug_get_different_ids(tmp_path: Path) -> None:
    write(tmp_path, "Bang_1700000000.json", ROWS)
    write(tmp_path, "Bang_1800000000.json", ROWS[:2])
    assert {name: entry["tongsobanghi"] for name, entry in listed(tmp_path).items()} == {
        "bang": 7,
        "bang-2": 2,
    }


def test_a_bare_list_stays_a_bare_list(tmp_path: Path) -> None:
    write(tmp_path, "a.json", ROWS)
    assert answer(tmp_path, "a", 1, 5) == ROWS[:5]
    assert answer(tmp_path, "a", 2, 5) == ROWS[5:]
    assert answer(tmp_path, "a", 3, 5) == []


def test_an_envelope_keeps_its_own_keys(tmp_path: Path) -> None:
    dictionary = [{"khoa": False, "tentruong": "ten", "mota": "Tên"}]
    write(tmp_path, "a.json", {"code": 0, "message": "ok", "data": ROWS, "hienthi": dictionary})
    write(tmp_path, "b.json", {"totalCount": "7", "newsList": ROWS, "tags": ["x"]})
    first = {"code": 0, "message": "ok", "data": ROWS[5:], "hienthi": dictionary}
    assert answer(tmp_path, "a", 2, 5) == first
    assert answer(tmp_path, "b", 2, 5) == {"totalCount": "7", "newsList": ROWS[5:], "tags": ["x"]}
    assert listed(tmp_path)["b"]["tongsobanghi"] == 7


def test_two_lists_are_paged_alike_and_counted_together(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {"truong": ROWS, "lop": ROWS[:3], "data": []})
    assert listed(tmp_path)["a"]["tongsobanghi"] == 10
    assert answer(tmp_path, "a", 1, 2) == {"truong": ROWS[:2], "lop": ROWS[:2], "data": []}
    assert answer(tmp_path, "a", 2, 2) == {"truong": ROWS[2:4], "lop": ROWS[2:3], "data": []}


def test_an_incomplete_export_keeps_its_declared_number(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {"totalRows": 190, "data": ROWS})
    assert listed(tmp_path)["a"]["tongsobanghi"] == 190
    assert answer(tmp_path, "a", 1, 100) == {"totalRows": 190, "data": ROWS}
    assert answer(tmp_path, "a", 2, 100) == {"totalRows": 190, "data": []}


BROKEN = {
    "json.json": ('{"data": [', "không phải JSON hợp lệ (dòng 1, cột 11)"),
    "text.json": ('"chữ"', "phải chứa một đối tượng"),
    "numbers.json": ("[1, 2]", "phải chứa một đối tượng"),
    "deep.json": ("[" * 200_000, "lồng quá nhiều cấp"),
}


def test_a_broken_file_is_named_and_the_others_are_served(tmp_path: Path) -> None:
    for name, (content, _) in BROKEN.items():
        write(tmp_path, name, content)
    (tmp_path / "latin.json").write_bytes('[{"ten": "Huế"}]'.encode("utf-16"))
    write(tmp_path, "good.json", ROWS)
    _, problems = folder_catalogue(tmp_path)
    assert len(problems) == 5
    with start_sandbox(Settings(data=tmp_path)) as base:
        assert requests.get(f"{base}/danhmuc", timeout=10).json()["tong"] == 6
        assert requests.get(f"{base}/bang/good", timeout=10).json() == ROWS
        for name, (_, complaint) in BROKEN.items():
            response = requests.get(f"{base}/bang/{Path(name).stem}", timeout=10)
            assert (response.status_code, response.json()["code"]) == (200, 500)
            assert name in response.json()["message"] and complaint in response.json()["message"]
            assert any(name in problem and complaint in problem for problem in problems)


def test_a_file_that_changes_while_served_is_an_error_envelope(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", ROWS)
    with start_sandbox(Settings(data=tmp_path)) as base:
        path.write_text("[]", encoding="utf-8")
        assert "đã thay đổi" in requests.get(f"{base}/bang/a", timeout=10).json()["message"]


def test_danhmuc_json_overrides_any_field_and_gives_ids_with_any_text(tmp_path: Path) -> None:
    write(tmp_path, "a.json", ROWS)
    write(tmp_path, "b.json", ROWS)
    odd = "điểm du lịch/2023 50%?#"
    overrides = {
        "a.json": {"id": odd, "tenbang": "Điểm du lịch", "macoquan": "so-du-lich", "mabam": None},
        "b.json": {"mucdo": "noi-bo", "tongsobanghi": 99},
    }
    write(tmp_path, "danhmuc.json", overrides)
    with start_sandbox(Settings(data=tmp_path)) as base:
        first, second = requests.get(f"{base}/danhmuc", timeout=10).json()["data"]
        assert (first["id"], first["tenbang"], first["tencoquan"]) == (odd, "Điểm du lịch", "Sở Du lịch")
        assert first["mabam"] is None
        assert (second["mucdo"], second["tongsobanghi"]) == ("noi-bo", 99)
        response = requests.get(f"{base}/bang/{quote(odd, safe='')}", timeout=10)
        assert response.json() == ROWS
        assert "ETag" not in response.headers
        assert requests.get(f"{base}/csv/{quote(odd, safe='')}", timeout=10).text.startswith("id,ten\r\n1,")
        assert requests.get(f"{base}/bang/b", timeout=10).status_code == 403


@pytest.mark.parametrize(
    "overrides, complaint",
    [
        ("{", "Không đọc được"),
        ([], "phải là một đối tượng"),
        ({"khac.json": {}}, "không có trong thư mục"),
        ({"a.json": {"ten": "x"}}, "không có trường “ten”"),
        ({"a.json": {"mucdo": "open"}}, "phải là một trong mo"),
        ({"a.json": {"tukhoa": "x"}}, "sai kiểu"),
        ({"a.json": {"tongsobanghi": True}}, "sai kiểu"),
        ({"a.json": {"id": ""}}, "sai kiểu"),
        ({"a.json": {"id": "b"}, "b.json": {"id": "b"}}, "đã dùng cho a.json"),
    ],
)
def test_wrong_overrides_are_refused(tmp_path: Path, overrides: Any, complaint: str) -> None:
    write(tmp_path, "a.json", ROWS)
    write(tmp_path, "b.json", ROWS)
    write(tmp_path, "danhmuc.json", overrides)
    with pytest.raises(BadSettings, match=complaint):
        folder_catalogue(tmp_path)


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="không có tệp"):
        folder_catalogue(tmp_path)
    with pytest.raises(BadSettings, match="Không có thư mục"):
        folder_catalogue(tmp_path / "khong-co")


def test_csv_of_an_export_has_every_key_of_every_row(tmp_path: Path) -> None:
    write(tmp_path, "a.json", [{"a": 1, "b": ""}, {"a": None, "c": [1, {"d": True}]}])
    write(tmp_path, "b.json", {"x": ROWS, "y": ROWS})
    with start_sandbox(Settings(data=tmp_path)) as base:
        assert (
            requests.get(f"{base}/csv/a", timeout=10).text == 'a,b,c\r\n1,"",\r\n,,"[1, {""d"": true}]"\r\n'
        )
        assert requests.get(f"{base}/csv/b", timeout=10).json()["code"] == 500


@pytest.mark.skipif(not REAL_TABLES.is_dir(), reason="the real exports are not on this machine")
def test_the_real_exports_are_listed_and_served_whole() -> None:
    counts = {
        "danh-muc-loai-ve": 88,
        "danh-sach-cac-diem-du-lich": 196,
        "danh-sach-di-san-van-hoa-tinh-thua-thien-hue-1": 50,
        "danh-sach-dia-diem-an-uong-tren-dia-ban-tinh": 6_794,
        "danh-sach-dia-diem-di-tich-tham-quan": 12,
        "danh-sach-dia-diem-di-tich-van-hoa-tinh-thua-thien-hue": 180,
        "danh-sach-le-hoi-tren-dia-ban-tinh-thua-thien-hue": 138,
        "du-lieu-cac-doanh-nghiep-kinh-doanh-dich-vu-lu-hanh": 190,
        "du-lieu-danh-sach-co-so-kinh-doanh-dich-vu-van-chuyen-1": 154,
        "gia-ve-dich-vu-di-tich-hue": 12,
    }
    catalogue, problems = folder_catalogue(REAL_TABLES)
    assert problems == []
    assert {table.id: table.entry()["tongsobanghi"] for table in catalogue.listing.tables} == counts
    for table in catalogue.listing.tables:
        (source,) = [path for path in REAL_TABLES.glob("*.json") if path.stem.lower().startswith(table.id)]
        assert table.answer(Page(1, 50_000)) == json.loads(source.read_text(encoding="utf-8"))
        entry = table.entry()
        assert entry["tenbang"] != entry["tenbang"].encode("ascii", "ignore").decode()
        assert "data.hue.gov.vn" in entry["mota"]
