"""Every envelope of the platform is read; what is none is refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.hue.harvesters import envelope, errors

URL = "http://nguon.example/bang/1"


def test_the_full_envelope_with_its_dictionary() -> None:
    answer = envelope.read(
        {
            "code": 0,
            "message": "Thực hiện thành công",
            "data": [{"sttbanghi": 1, "id": 7, "ten": "Chợ Đông Ba"}],
            "hienthi": [
                {"khoa": True, "tentruong": "id", "mota": "Mã", "kieu": "int"},
                {"khoa": False, "tentruong": "ten", "mota": "Tên", "kieu": "lạ", "donvi": "chợ"},
            ],
            "tongsobanghi": 1,
            "mabam": "sha256:x",
        },
        URL,
    )
    assert answer.lists == {"data": [{"id": 7, "ten": "Chợ Đông Ba"}]}
    assert [(c.name, c.label, c.type, c.unit, c.is_key) for c in answer.columns] == [
        ("id", "Mã", "int", "", True),
        ("ten", "Tên", "", "chợ", False),
    ]
    assert (answer.total, answer.version) == (1, "sha256:x")


def test_a_bare_list_says_no_total() -> None:
    answer = envelope.read([{"id": 1}], URL)
    assert answer.lists == {"data": [{"id": 1}]}
    assert answer.total is None


@pytest.mark.parametrize("body", [{"totalRows": 190, "data": [{}]}, {"totalCount": "190", "newsList": [{}]}])
def test_totals_are_read_as_numbers_or_text(body: dict[str, Any]) -> None:
    assert envelope.read(body, URL).total == 190


def test_two_lists_are_two_tables() -> None:
    assert list(envelope.read({"chung": [{"a": 1}], "chitiet": [{"b": 2}]}, URL).lists) == [
        "chung",
        "chitiet",
    ]


def test_a_code_other_than_zero_is_the_platforms_own_error() -> None:
    with pytest.raises(errors.ReportedError, match=r"mã 5.*Bảng đang khóa"):
        envelope.read({"code": 5, "message": "Bảng đang khóa", "data": []}, URL)


def test_lists_of_plain_values_and_empty_lists_beside_records_are_no_tables() -> None:
    answer = envelope.read({"canhbao": [], "ghichu": ["x"], "data": [{"a": 1}]}, URL)
    assert answer.lists == {"data": [{"a": 1}]}
    assert envelope.read({"canhbao": [], "data": []}, URL).lists == {"data": []}
    assert envelope.read({"code": 0}, URL).lists == {}


def test_a_type_that_is_no_text_is_none() -> None:
    answer = envelope.read({"data": [], "hienthi": [{"tentruong": "a", "kieu": ["int"]}]}, URL)
    assert answer.columns[0].type == ""


@pytest.mark.parametrize(
    "body",
    [
        "chữ",
        3,
        None,
        {"data": ["không phải bản ghi", {}]},
        {"data": [{}], "totalRows": "nhiều"},
        {"data": [{}], "totalRows": -1},
        {"data": [{}], "totalRows": True},
        {"data": [{}], "totalCount": "9" * 5_000},
        {"data": [{}], "hienthi": "sai"},
        {"data": [{f"c{n}": n for n in range(envelope.MAX_COLUMNS + 1)}]},
    ],
)
def test_other_shapes_are_refused(body: Any) -> None:
    with pytest.raises(errors.BadEnvelope):
        envelope.read(body, URL)
