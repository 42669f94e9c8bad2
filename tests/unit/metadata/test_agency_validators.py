"""Codes, phones, legal documents, rectangles: what people must write well, and harvested tables need not."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue import validators

SOURCE = ("harvest_source",)


def checked(validator: Any, value: Any, *, harvested: bool = False) -> Any:
    """What is stored; None where the value is left out."""
    key = ("field",)
    data = {key: value, SOURCE: "so-hoa" if harvested else ""}
    try:
        validator(key, data, {}, {})
    except tk.StopOnError:
        assert key not in data
        return None
    return data[key]


@pytest.mark.parametrize(
    "phone",
    [
        "0234 3123 456",
        "(0234) 3.123.456",
        "+84 234 3123456",
        "19001075",
        "115",
        "0234 3123 456 máy lẻ 12",
        "0234 3123456 (máy lẻ 12)",
        "0234 3123 456, 0905 123 456",
        "0234 3123 456; 0234-3123-457 ext. 5",
    ],
)
def test_phones_are_taken_as_people_write_them(phone: str) -> None:
    assert checked(validators.hue_phone, phone) == phone


@pytest.mark.parametrize(
    "phone",
    ["gọi cho anh Ba", "12", "-----", "0234 3123 456 <script>", "a@example.vn", "1" * 60, "٠٢٣٤٣١٢٣٤٥٦"],
)
def test_what_is_no_phone_is_refused_with_an_example(phone: str) -> None:
    with pytest.raises(tk.Invalid, match="0234 3123 456"):
        checked(validators.hue_phone, phone)


def test_a_wrong_phone_of_a_harvested_table_is_left_out() -> None:
    assert checked(validators.hue_phone, "gọi cho anh Ba", harvested=True) is None


def test_long_texts_do_not_keep_the_phone_check_busy() -> None:
    with pytest.raises(tk.Invalid):
        checked(validators.hue_phone, "0 ." * 30 + "x")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("H57.12-0001", "H57.12-0001"),
        ("h57-1", "H57-1"),
        ("000.00.14.H57-12", "000.00.14.H57-12"),
        (" H57.12 - 0001 ", "H57.12-0001"),
        ("https://doi.org/10.1000/182", "https://doi.org/10.1000/182"),
    ],
)
def test_codes_of_datasets_begin_with_the_agencys(given: str, stored: str) -> None:
    assert checked(validators.hue_identifier, given) == stored


@pytest.mark.parametrize("given", ["0001", "H57", "H57.12-", "H57-123456789", "X-1", "javascript:alert(1)-1"])
def test_other_codes_are_refused(given: str) -> None:
    with pytest.raises(tk.Invalid, match=r"H57\.12-0001"):
        checked(validators.hue_identifier, given)


def test_a_harvested_table_keeps_the_code_of_its_source() -> None:
    assert checked(validators.hue_identifier, "bất kỳ/1", harvested=True) == "bất kỳ/1"
    assert checked(validators.hue_creator_code, "ORG:7", harvested=True) == "ORG:7"


def test_the_creators_code_is_an_agencys() -> None:
    assert checked(validators.hue_creator_code, "h57.12") == "H57.12"
    with pytest.raises(tk.Invalid):
        checked(validators.hue_creator_code, "Sở Du lịch")


@pytest.mark.parametrize(
    "document",
    [
        "47/2020/NĐ-CP",
        "Nghị định số 47/2020/NĐ-CP ngày 09/4/2020",
        "Luật Dữ liệu số 60/2024/QH15",
        "Quyết định 1234/QĐ-UBND",
        "kế hoạch 15/kh-ubnd",
        "https://vanban.chinhphu.vn/?docid=199622",
    ],
)
def test_legal_documents_have_a_number_or_an_address(document: str) -> None:
    stored = checked(validators.hue_items("legislation"), json.dumps([document]))
    assert json.loads(stored) == [document]


@pytest.mark.parametrize("document", ["theo quy định", "31/12/2024", "47/2020", "javascript:alert(1)"])
def test_texts_without_a_number_are_no_documents(document: str) -> None:
    with pytest.raises(tk.Invalid, match="47/2020/NĐ-CP"):
        checked(validators.hue_items("legislation"), json.dumps(["47/2020/NĐ-CP", document]))


def test_a_harvested_table_names_its_basis_as_its_source_does() -> None:
    given = json.dumps(["theo quy định"], ensure_ascii=False)
    assert checked(validators.hue_items("legislation"), given, harvested=True) == given


@pytest.mark.parametrize("bounds", ["107.0, 15.9, 108.3, 16.8", "102,6,118,24", "112.3, 16.5, 112.4, 16.6"])
def test_rectangles_in_vietnam_are_taken(bounds: str) -> None:
    stored = validators.hue_bbox(bounds)
    assert checked(validators.hue_place, stored) == stored


@pytest.mark.parametrize("bounds", ["16, 16.5, 17, 16.6", "0, 0, 1, 1", "-180, -90, 180, 90"])
def test_rectangles_elsewhere_are_refused_and_harvested_ones_stay(bounds: str) -> None:
    stored = validators.hue_bbox(bounds)
    with pytest.raises(tk.Invalid, match="102"):
        checked(validators.hue_place, stored)
    assert checked(validators.hue_place, stored, harvested=True) == stored
