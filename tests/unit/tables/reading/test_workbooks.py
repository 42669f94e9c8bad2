"""Workbooks: types of cells, headers with merged cells, several sheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits

Read = Callable[..., Any]
Xlsx = Callable[..., bytes]
NAME = "bang.xlsx"


def test_cells_come_in_their_types(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_datetime(1, 6, timedelta(hours=30), book.add_format({"num_format": "[h]:mm:ss"}))

    row = ["007", 12, 1.5, True, datetime(2024, 1, 2, 10, 30), time(8, 15), "", "=1+1", ""]
    table = read(xlsx({"A": [list("abcdefghi"), row, ["x", 2**40, -3.0, False]]}, change), NAME)
    expected = ["007", 12, 1.5, True, datetime(2024, 1, 2, 10, 30), time(8, 15), "30:00:00", "=1+1", None]
    assert table.rows[0] == expected
    assert [type(value) for value in table.rows[0]] == [type(value) for value in expected]
    assert table.rows[1][:4] == ["x", 2**40, -3, False]
    assert type(table.rows[1][2]) is int
    assert not table.batches[0].blank_is_null


def test_midnights_alone_are_dates_and_with_other_moments_they_are_moments(read: Read, xlsx: Xlsx) -> None:
    rows = [["ngày", "lúc"], *[[datetime(2024, 1, day), datetime(2024, 1, day, day - 1)] for day in (1, 2)]]
    table = read(xlsx({"A": rows}), NAME)
    assert [row[0] for row in table.rows] == [date(2024, 1, 1), date(2024, 1, 2)]
    assert [row[1] for row in table.rows] == [datetime(2024, 1, 1), datetime(2024, 1, 2, 1)]


def test_all_moments_of_a_long_column_are_of_one_type(read: Read, xlsx: Xlsx) -> None:
    rows = [["lúc"], *[[datetime(2024, 1, 1)] for _ in range(12_000)], [datetime(2024, 1, 1, 7)]]
    table = read(xlsx({"A": rows}), NAME)
    assert {type(row[0]) for row in table.rows} == {datetime}


def test_rows_of_zeros_and_no_are_not_empty(read: Read, xlsx: Xlsx) -> None:
    table = read(xlsx({"A": [["a", "b"], [0, False], [], [0, 0]]}), NAME)
    assert table.rows == [[0, False], [0, 0]]
    assert table.row_numbers == [2, 4]


def test_error_cells_are_empty_and_told(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
        sheet.write_formula(3, 1, "=A99", None, "#REF!")

    table = read(xlsx({"A": [["a", "b"], [1, 2], [3], [4]]}, change), NAME)
    assert [row[1] for row in table.rows] == [2, None, None]
    assert table.told("Ô có lỗi") == [3, 4]


def test_every_sheet_with_rows_is_a_table(read: Read, xlsx: Xlsx) -> None:
    book = xlsx({"Một": [["a"], [1]], "Trống": [], "Hai": [["b"], [2]]})
    assert read(book, NAME).sheets == ["Một", "Hai"]
    assert read(book, NAME, sheet="Hai").records() == [{"b": 2}]


def test_hidden_sheets_are_not_read_and_told(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        if sheet.name == "Nháp":
            sheet.hide()

    table = read(xlsx({"A": [["a"], [1]], "Nháp": [["b"], [2]]}, change), NAME)
    assert table.sheets == ["A"]
    assert table.told("đang ẩn")


def test_tables_need_not_begin_in_the_first_cell(read: Read, xlsx: Xlsx) -> None:
    rows = [[], [], ["", "", "mã", "tên", ""], ["", "", 1, "x", "y"], [], ["", "", 2, "z"]]
    table = read(xlsx({"A": rows}), NAME)
    assert table.records() == [{"mã": 1, "tên": "x", "Cột 5": "y"}, {"mã": 2, "tên": "z"}]
    assert table.row_numbers == [4, 6]


def test_title_rows_are_skipped_also_when_merged_over_the_table(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:B1", "UBND THÀNH PHỐ HUẾ")
        sheet.merge_range("C1:D1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        sheet.merge_range("A3:D3", "DANH SÁCH CƠ SỞ LƯU TRÚ")

    rows = [
        [],
        [],
        [],
        ["STT", "Tên", "Địa chỉ", "Số phòng"],
        [1, "Morin", "Lê Lợi", 180],
        [2, "Azerai", "", 122],
    ]
    table = read(xlsx({"A": rows}, change), NAME)
    assert table.names == ("STT", "Tên", "Địa chỉ", "Số phòng")
    assert table.row_numbers == [5, 6]


def test_merged_headers_are_joined(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.merge_range("A2:A4", "STT")
        sheet.merge_range("B2:B4", "Xã")
        sheet.merge_range("C2:F2", "Dân số")
        sheet.merge_range("C3:D3", "Thành thị")
        sheet.merge_range("E3:F3", "Nông thôn")

    rows = [
        ["DÂN SỐ NĂM 2024"],
        [],
        [],
        ["", "", "Nam", "Nữ", "Nam", "Nữ"],
        [1, "Phú Vang", 1, 2, 3, 4],
        [2, "A Lưới", 5, 6, 7, 8],
    ]
    table = read(xlsx({"A": rows}, change), NAME)
    assert table.names == (
        "STT",
        "Xã",
        "Dân số – Thành thị – Nam",
        "Dân số – Thành thị – Nữ",
        "Dân số – Nông thôn – Nam",
        "Dân số – Nông thôn – Nữ",
    )
    assert table.rows[0] == [1, "Phú Vang", 1, 2, 3, 4]


def test_merged_cells_of_the_body_make_no_header(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.merge_range("A2:A3", "Phú Vang")

    table = read(
        xlsx({"A": [["Huyện", "Xã"], ["", "Phú An"], ["", "Phú Mỹ"], ["A Lưới", "Hồng Hạ"]]}, change), NAME
    )
    assert table.names == ("Huyện", "Xã")
    assert table.rows == [["Phú Vang", "Phú An"], [None, "Phú Mỹ"], ["A Lưới", "Hồng Hạ"]]


def test_totals_rows_are_kept_and_told(read: Read, xlsx: Xlsx) -> None:
    table = read(xlsx({"A": [["STT", "Tên", "Số"], [1, "x", 2], ["", "Tổng cộng", 2]]}), NAME)
    assert len(table.rows) == 2
    assert table.told("dòng tổng") == [3]


def test_text_typed_in_old_fonts_is_converted_column_by_column(read: Read, xlsx: Xlsx) -> None:
    rows = [
        ["Mã", "Tên", "Ghi chú"],
        ["a", "Chî §«ng Ba", "Chợ Đông Ba"],
        ["b", "CÇu Tr\u00adêng TiÒn", "Cầu Trường Tiền"],
        ["c", "Hå Xu©n H\u00ad¬ng", "Hồ Xuân Hương"],
    ] * 30
    table = read(xlsx({"A": rows}), NAME)
    assert all(row[1] == row[2] for row in table.rows[:3])
    assert table.told("TCVN3")


def test_more_cells_than_the_limit_are_refused(read: Read, xlsx: Xlsx) -> None:
    book = xlsx({"A": [["a", "b"], [1, 2], [3, 4]]})
    with pytest.raises(errors.TooLargeToRead, match="6 ô, hơn 5 ô"):
        read(book, NAME, limits=Limits(workbook_cells=5))


def test_one_cell_far_away_is_refused_before_memory_is_taken(read: Read, xlsx: Xlsx) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_number(1_048_575, 16_383, 1)

    with pytest.raises(errors.TooLargeToRead, match="ô"):
        read(xlsx({"A": [["a", "b"], [1, 2]]}, change), NAME)


def test_more_sheets_than_the_limit_are_refused(read: Read, xlsx: Xlsx) -> None:
    with pytest.raises(errors.TooLargeToRead, match="3 trang tính"):
        read(xlsx({name: [["a"], [1]] for name in "ABC"}), NAME, limits=Limits(sheets=2))


def test_a_longer_cell_than_the_limit_is_refused(read: Read, xlsx: Xlsx) -> None:
    with pytest.raises(errors.TooLargeToRead, match="dài hơn 100 ký tự"):
        read(xlsx({"A": [["a"], ["x" * 101]]}), NAME, limits=Limits(cell_characters=100))


def test_more_columns_than_the_limit_are_refused(read: Read, xlsx: Xlsx) -> None:
    names = [f"c{number}" for number in range(5000)]
    with pytest.raises(errors.TooManyColumns, match="5000"):
        read(xlsx({"A": [names, names]}), NAME)


def test_a_workbook_without_rows_is_refused(read: Read, xlsx: Xlsx) -> None:
    with pytest.raises(errors.NoTableInFile):
        read(xlsx({"A": []}), NAME)


def test_header_only_gives_a_table_without_rows(read: Read, xlsx: Xlsx) -> None:
    table = read(xlsx({"A": [["mã", "tên"]]}), NAME)
    assert (table.names, table.rows) == (("mã", "tên"), [])
