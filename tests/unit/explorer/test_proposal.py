"""The first chart of a table: what the columns are good for, over all demonstration tables and hard cases."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ckanext.hue.explorer.proposal import propose
from ckanext.hue.explorer.traits import Role, is_total, traits_of
from ckanext.hue.harvesters.sandbox.catalogue import generated_catalogue

Table = Callable[..., SimpleNamespace]

# What is drawn first, by the beginning of a table's title: chart, x, function, measure, series
DRAWN = {
    "Lượt khách du lịch đến Huế theo tháng": ("line", "thang", "sum", "luotkhach", "nhomkhach"),
    "Quan trắc chất lượng không khí": ("line", "thoidiem", "avg", "pm25", "tram"),
    "Phản ánh hiện trường của người dân": ("line", "thang", "sum", "tiepnhan", ""),
    "Cơ sở lưu trú du lịch trên địa bàn thành phố": ("bar", "loaihinh", "count", "", ""),
    "Trường mầm non và phổ thông": ("bar", "caphoc", "count", "", ""),
    "Lượt khách tham quan các điểm di tích": ("bar", "diemditich", "sum", "tongso", ""),
    "Văn bản quy phạm pháp luật": ("bar", "loai", "sum", "soluong", ""),
    "Triển khai địa chỉ Internet": ("bar", "doituong", "sum", "soluong", ""),
    "Giá vé tham quan": ("bar", "diemditich", "avg", "giave", "doituong"),
    "Hộp thư điện tử công vụ": ("bar", "tinhtrang", "sum", "soluong", ""),
}


def demonstration(table: Table) -> dict[str, SimpleNamespace]:
    listed = generated_catalogue(60, None, 60, seed=1).listing.tables
    made = {}
    for each in listed:
        described = [(c.name, c.label, c.kind, c.unit, c.key) for c in each.columns]
        made[each.about().title] = table(described, [list(row) for row in each.rows(0, each.count)])
    return made


def proposed(made: SimpleNamespace) -> tuple[str, ...] | None:
    choice = propose(traits_of(made.columns, made.profile), made.rows)
    return choice and (choice.chart, choice.x, choice.function, choice.measure, choice.series)


def test_every_demonstration_table_gets_a_chart_of_what_can_be_measured(table: Table) -> None:
    tables = demonstration(table)
    assert len(tables) > 40
    for title, made in tables.items():
        choice = propose(traits_of(made.columns, made.profile), made.rows)
        if choice is None:
            continue
        roles = {trait.column.name: trait.role for trait in traits_of(made.columns, made.profile)}
        assert roles[choice.x] is not Role.NONE, title
        assert not choice.measure or roles[choice.measure] is Role.MEASURE, title


@pytest.mark.parametrize("beginning", DRAWN)
def test_demonstration_tables_are_drawn_as_a_reader_would(table: Table, beginning: str) -> None:
    [made] = [made for title, made in demonstration(table).items() if title.startswith(beginning)]
    assert proposed(made) == DRAWN[beginning]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("id", ""),
        ("ma_don_vi", "Mã đơn vị"),
        ("stt", "Số thứ tự"),
        ("dien_thoai", "Số điện thoại"),
        ("thutu", "Thứ tự"),
        ("ticketTypeID", ""),
        ("totalRows", ""),
        ("nam", "Năm"),
    ],
)
def test_codes_ids_phones_and_years_are_no_measures(table: Table, name: str, label: str) -> None:
    made = table([(name, label, "int", "", False)], [[2020], [2021], [2023]])
    [trait] = traits_of(made.columns, made.profile)
    assert trait.role is not Role.MEASURE


def test_a_pair_of_numbers_makes_points(table: Table) -> None:
    described = [("dai", "Chiều dài", "numeric", "km", False), ("rong", "Chiều rộng", "numeric", "km", False)]
    made = table(described, [[1.5, 2.5], [3.5, 1.0], [2.0, 9.0]])
    assert proposed(made) == ("scatter", "dai", "count", "rong", "")


def test_coordinates_are_neither_measured_nor_grouped(table: Table) -> None:
    described = [
        ("ten", "Tên", "text", "", False),
        ("kinhdo", "Kinh độ", "numeric", "độ", False),
        ("vido", "Vĩ độ", "numeric", "độ", False),
    ]
    made = table(described, [["a", 107.5, 16.4], ["b", 107.6, 16.5], ["c", 107.7, 16.6]])
    roles = {trait.column.name: trait.role for trait in traits_of(made.columns, made.profile)}
    assert roles["kinhdo"] is roles["vido"] is Role.NONE


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Tổng số", True),
        ("TỔNG CỘNG:", True),
        ("Toàn tỉnh", True),
        ("Cả nước", True),
        ("Tổng cục Thuế", False),
        ("Phường Phú Xuân", False),
        ("", False),
    ],
)
def test_values_that_stand_for_all_others_are_known(text: str, total: bool) -> None:
    assert is_total(text) is total


@pytest.mark.parametrize("rows", [[], [[None, None]], [["một", 1]]])
def test_nothing_is_proposed_for_nothing(table: Table, rows: list[list[Any]]) -> None:
    made = table([("ten", "Tên", "text", "", False), ("so", "Số lượng", "int", "", False)], rows)
    assert proposed(made) is None


def test_hostile_names_and_values_are_proposed_like_others(table: Table) -> None:
    described = [("__proto__", "<b>,\"'].[", "text", "", False), ("constructor", "a.b,c]", "int", "", False)]
    made = table(described, [["</script>", 1], ["';--", 2], ["x", 3]])
    assert proposed(made) == ("bar", "__proto__", "sum", "constructor", "")


def test_a_thousand_columns_are_proposed_from(table: Table) -> None:
    described = [(f"cot_{number}", f"Cột {number}", "int", "", False) for number in range(1_000)]
    made = table(described, [list(range(1_000)), list(range(1, 1_001)), list(range(2, 1_002))])
    assert proposed(made) == ("scatter", "cot_0", "count", "cot_1", "")
