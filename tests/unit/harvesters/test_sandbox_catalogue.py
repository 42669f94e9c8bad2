"""The generated catalogue: what is in it, that it follows from its seed, that its values fit."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from ckanext.hue.harvesters.sandbox.catalogue import BadSettings, Catalogue, generated_catalogue
from ckanext.hue.harvesters.sandbox.content import TEMPLATES
from ckanext.hue.harvesters.sandbox.content.draw import Draw
from ckanext.hue.harvesters.sandbox.content.places import Scope, districts, wards
from ckanext.hue.harvesters.sandbox.content.template import Template
from ckanext.hue.harvesters.sandbox.figures import published
from ckanext.hue.harvesters.sandbox.simulated import most_unit_tables, unit_table
from ckanext.hue.harvesters.sandbox.tables import FREQUENCIES, Page, RowTable, Table
from ckanext.hue.harvesters.sandbox.vocabularies import agencies, fields

EVERYTHING = Page(1, 10**6)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return generated_catalogue(597, None, None, 46)


@pytest.fixture(scope="module")
def open_tables(catalogue: Catalogue) -> list[RowTable]:
    return [
        table for table in catalogue.listing.tables if table.access == "mo" and isinstance(table, RowTable)
    ]


def entries(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [table.entry() for table in catalogue.listing.tables]


def data(table: Table) -> list[dict[str, Any]]:
    return table.answer(EVERYTHING)["data"]


def test_it_has_597_tables_of_which_43_are_open(catalogue: Catalogue) -> None:
    levels = Counter(entry["mucdo"] for entry in entries(catalogue))
    assert levels.total() == 597
    assert levels["mo"] == 43
    assert set(levels) == {"mo", "dung-chung", "noi-bo"}


def test_ids_and_titles_are_distinct(catalogue: Catalogue) -> None:
    for name in ("id", "tenbang"):
        assert len({entry[name] for entry in entries(catalogue)}) == 597


def test_every_field_has_tables_and_every_code_is_known(catalogue: Catalogue) -> None:
    assert {entry["linhvuc"] for entry in entries(catalogue)} == set(fields())
    for entry in entries(catalogue):
        assert entry["tencoquan"] == agencies()[entry["macoquan"]].name
        assert entry["tansuat"] in FREQUENCIES


def test_a_description_says_where_its_rows_come_from(catalogue: Catalogue) -> None:
    known = {table.id for table in published()}
    for entry in entries(catalogue):
        assert len(entry["mota"]) >= 50
        assert ("dữ liệu mô phỏng" in entry["mota"]) == (entry["id"] not in known)
        assert ("Nguồn:" in entry["mota"]) == (entry["id"] in known)


def test_the_open_tables_cover_most_fields(open_tables: list[RowTable]) -> None:
    assert len({table.entry()["linhvuc"] for table in open_tables}) >= 15
    assert len({tuple(column.name for column in table.columns) for table in open_tables}) == 43


def test_contacts_are_functional_and_fictional(catalogue: Catalogue) -> None:
    for entry in entries(catalogue):
        assert entry["lienhe"]["ten"] in ("Phòng Công nghệ thông tin", "Văn phòng HĐND và UBND")
        assert entry["lienhe"]["email"].endswith("@example.vn")
        assert re.fullmatch(r"0234 000 \d{4}", entry["lienhe"]["dienthoai"])


def test_times_of_update_have_an_offset_and_are_past(catalogue: Catalogue) -> None:
    for entry in entries(catalogue):
        moment = datetime.fromisoformat(entry["ngaycapnhat"])
        assert moment.utcoffset() is not None
        assert moment.date() < date(2026, 3, 1)


def test_the_same_seed_gives_the_same_catalogue(catalogue: Catalogue) -> None:
    again = generated_catalogue(597, None, None, 46)
    assert again.listing.snapshot == catalogue.listing.snapshot
    for table in catalogue.listing.tables[:40]:
        assert again.table(table.id).answer(Page(1, 50)) == table.answer(Page(1, 50))


def test_another_seed_gives_other_rows_under_the_same_ids(catalogue: Catalogue) -> None:
    other = generated_catalogue(597, None, None, 47)
    assert {table.id for table in other.listing.tables} == {table.id for table in catalogue.listing.tables}
    assert other.table("co-so-luu-tru").version != catalogue.table("co-so-luu-tru").version
    assert data(other.table("co-so-luu-tru")) != data(catalogue.table("co-so-luu-tru"))
    figures = "ho-so-thu-tuc-hanh-chinh-quy-1-2023"
    assert data(other.table(figures)) == data(catalogue.table(figures))


def test_pages_are_slices_of_the_whole(catalogue: Catalogue) -> None:
    for name in ("co-so-luu-tru", "luot-khach-tham-quan-di-tich"):
        table = catalogue.table(name)
        whole = data(table)
        assert len(whole) == table.entry()["tongsobanghi"]
        assert [row for page in range(1, 60) for row in table.answer(Page(page, 7))["data"]] == whole[
            : 59 * 7
        ]
        assert table.answer(Page(1_000, 50))["data"] == []


@pytest.mark.parametrize("number, opened", [(1, 1), (20, 1), (100, 7), (597, 43), (5_970, 430)])
def test_open_tables_scale_with_the_number_of_tables(number: int, opened: int) -> None:
    tables = generated_catalogue(number, 1, None, 46).listing.tables
    assert len(tables) == number
    assert sum(table.access == "mo" for table in tables) == opened


def test_all_may_be_open_and_rows_be_exact() -> None:
    tables = generated_catalogue(200, 100, 200, 46).listing.tables
    known = {table.id for table in published()}
    assert all(table.access == "mo" for table in tables)
    assert {table.entry()["tongsobanghi"] for table in tables if table.id not in known} == {100}


def test_a_single_table_is_a_simulated_one_of_the_size_asked_for() -> None:
    (table,) = generated_catalogue(1, 1_000_000, 1, 46).listing.tables
    assert table.answer(Page(100_000, 10))["data"][-1]["id"] == 1_000_000


@pytest.mark.parametrize(
    "number, rows, opened, complaint",
    [
        (0, None, None, "Số bảng phải"),
        (most_unit_tables() + 1, None, None, "Số bảng phải"),
        (10, 0, None, "Số bản ghi"),
        (10, 10**9, None, "Số bản ghi"),
        (10, None, 11, "Số bảng mở"),
        (10, None, -1, "Số bảng mở"),
    ],
)
def test_impossible_sizes_are_refused(
    number: int, rows: int | None, opened: int | None, complaint: str
) -> None:
    with pytest.raises(BadSettings, match=complaint):
        generated_catalogue(number, rows, opened, 46)


def test_the_most_tables_that_can_be_asked_for_are_distinct() -> None:
    ids = {unit_table(number, 46, 1).id for number in range(most_unit_tables())}
    assert len(ids) == most_unit_tables() > 100_000


def test_values_fit_the_declared_types(open_tables: list[RowTable]) -> None:
    kinds: Counter[str] = Counter()
    nulls = 0
    for table in open_tables:
        for row in table.rows(0, table.count):
            for column, value in zip(table.columns, row, strict=True):
                if value is None:
                    nulls += 1
                else:
                    assert fits(column.kind, value), (table.id, column, value)
                    kinds[column.kind] += 1
    assert set(kinds) == {"text", "int", "numeric", "date", "timestamp", "bool"}
    assert nulls > 100


def fits(kind: str, value: Any) -> bool:
    if kind == "int":
        return type(value) is int
    if kind == "numeric":
        return type(value) in (int, float)
    if kind == "bool":
        return value in (True, False, "Có", "Không")
    if kind == "date":
        form = "%d/%m/%Y" if "/" in value else "%Y-%m-%d"
        return bool(datetime.strptime(value, form))
    if kind == "timestamp":
        return len(value) > 10 and bool(datetime.fromisoformat(value))
    return isinstance(value, str) and value == value.strip() != ""


def test_keys_are_unique_and_columns_have_distinct_names(open_tables: list[RowTable]) -> None:
    for table in open_tables:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        keys = [column.name for column in table.columns if column.key]
        rows = data(table)
        if keys:
            assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows), table.id


def test_no_open_table_repeats_a_row(open_tables: list[RowTable]) -> None:
    for table in open_tables:
        rows = [tuple(row) for row in table.rows(0, table.count)]
        assert len(set(rows)) == len(rows), table.id


def test_points_lie_in_hue_and_phone_numbers_are_fictional(open_tables: list[RowTable]) -> None:
    points = 0
    for table in open_tables:
        for row in data(table):
            if "kinhdo" in row:
                points += 1
                assert 107.0 < row["kinhdo"] < 108.2
                assert 15.99 < row["vido"] < 16.75
            if row.get("dienthoai"):
                assert row["dienthoai"].startswith("0234 000 ")
    assert points > 500


def test_a_column_of_codes_has_leading_zeros(open_tables: list[RowTable]) -> None:
    codes = {table.id: [str(row[0]) for row in table.rows(0, 9)] for table in open_tables}
    assert codes["tuyen-xe-buyt"][0] == "01"
    assert codes["co-so-y-te"][0] == "00001"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_a_template_makes_rows_for_any_place_and_any_index(template: Template) -> None:
    for places in (wards(), wards()[:1], wards()[-1:], districts()[:1]):
        scope = Scope(places, date(2016, 1, 31))
        draw = Draw(template.code)
        for index in (0, 1, 99, 12_345, 9_999_999):
            row = template.row(index, draw, scope)
            assert len(row) == len(template.columns)
            for column, value in zip(template.columns, row, strict=True):
                assert value is None or fits(column.kind, value), (column, value)


def test_published_sums_are_consistent(catalogue: Catalogue) -> None:
    numbers = {
        (row["nhom"], row["chitieu"]): row["sohoso"]
        for row in data(catalogue.table("ho-so-thu-tuc-hanh-chinh-quy-1-2023"))
    }
    assert numbers["Tiếp nhận", "Tổng số"] == 90_439
    assert numbers["Tiếp nhận", "Trực tuyến"] + numbers["Tiếp nhận", "Trực tiếp và qua bưu chính"] == 90_439
    assert numbers["Đã giải quyết", "Tổng số"] + numbers["Đang giải quyết", "Tổng số"] == 90_439
    visitors = data(catalogue.table("luot-khach-tham-quan-di-tich"))
    assert visitors[0]["khachvietnam"] == 2_932_676
    assert all(row["khachvietnam"] + row["khachnuocngoai"] == row["tongso"] for row in visitors)


def test_simulated_dossiers_add_up(catalogue: Catalogue) -> None:
    for row in data(catalogue.table("ho-so-theo-don-vi")):
        assert row["tructuyen"] + row["tructiep"] == row["tiepnhan"]
        assert row["dunghan"] + row["quahan"] == row["dagiaiquyet"]
        assert row["dagiaiquyet"] + row["danggiaiquyet"] == row["tiepnhan"]


def test_schools_agree_between_tables(catalogue: Catalogue) -> None:
    schools = {
        (row["madonvi"], row["caphoc"]): row["sohocsinh"] for row in data(catalogue.table("truong-hoc"))
    }
    years = data(catalogue.table("quy-mo-hoc-sinh"))
    latest = [row for row in years if row["namhoc"] == years[0]["namhoc"]]
    assert {(row["madonvi"], row["caphoc"]): row["sohocsinh"] for row in latest} == schools
