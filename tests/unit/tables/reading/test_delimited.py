"""CSV and its kin are read by what they contain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits

Read = Callable[..., Any]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(read: Read, separator: str) -> None:
    rows = [["mã", "tên", "giá"], ["1", "Chợ, Đông Ba", "1"], ["2", "x", "3"]]
    lines = [separator.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    table = read("\n".join(lines))
    assert table.names == ("mã", "tên", "giá")
    assert table.rows == rows[1:]


def test_decimal_commas_do_not_make_a_semicolon_file_a_comma_file(read: Read) -> None:
    assert read("a;b\n1,5;2,5\n3,5;4,5\n").rows == [["1,5", "2,5"], ["3,5", "4,5"]]


def test_excels_hint_of_the_separator_is_honoured_and_no_row(read: Read) -> None:
    table = read("sep=;\r\na;b\r\n1;2\r\n")
    assert (table.names, table.rows, table.row_numbers) == (("a", "b"), [["1", "2"]], [3])


def test_one_column_has_no_separator(read: Read) -> None:
    assert read("tên\nHuế\nĐà Nẵng\n").rows == [["Huế"], ["Đà Nẵng"]]


def test_quotes_hold_line_ends_separators_and_quotes(read: Read) -> None:
    table = read('a,b\n1,"dòng 1\r\ndòng 2, ""trích"""\n2,x\n')
    assert table.rows == [["1", 'dòng 1\r\ndòng 2, "trích"'], ["2", "x"]]
    assert table.row_numbers == [2, 3]


def test_blank_cells_mean_no_value(read: Read) -> None:
    [batch] = read("a,b\n1,\n").batches
    assert batch.blank_is_null
    assert batch.rows == [["1", ""]]


def test_cells_are_not_changed(read: Read) -> None:
    cells = ["=1+1", "+84 234", "-5", "@x", " 007 ", "1.234.567,89", "#N/A", "e\u0302", "NULL"]
    assert read(";".join("abcdefghi") + "\n" + ";".join(cells)).rows == [cells]


def test_header_only_gives_a_table_without_rows(read: Read) -> None:
    table = read("mã,tên\n")
    [batch] = table.batches
    assert (batch.names, list(batch.rows)) == (("mã", "tên"), [])


def test_empty_rows_are_dropped_and_the_others_keep_their_numbers(read: Read) -> None:
    table = read("a,b\n1,2\n\n,\n3,4\n5,6\n")
    assert table.rows == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert table.row_numbers == [2, 5, 6]


def test_title_rows_are_skipped_and_told(read: Read) -> None:
    table = read(
        "DANH SÁCH CƠ SỞ LƯU TRÚ,,\nNăm 2024,,\n\nSTT,Tên,Số phòng\n1,Hương Giang,100\n2,Saigon Morin,180\n"
    )
    assert table.names == ("STT", "Tên", "Số phòng")
    assert table.row_numbers == [5, 6]
    assert table.told("Dòng tiêu đề cột được nhận ở dòng 4") == [4]


def test_a_header_of_two_lines_is_joined(read: Read) -> None:
    table = read("STT,Xã,Dân số,,Diện tích\n,,Nam,Nữ,\n1,Phú Vang,10,20,3\n2,A Lưới,11,21,4\n")
    assert table.names == ("STT", "Xã", "Dân số – Nam", "Dân số – Nữ", "Diện tích")
    assert table.row_numbers == [3, 4]


def test_years_may_be_headers(read: Read) -> None:
    assert read("Chỉ tiêu,2022,2023\nDân số,1,2\nDiện tích,3,4\n").names == ("Chỉ tiêu", "2022", "2023")


def test_a_table_of_numbers_takes_its_first_row_and_says_so(read: Read) -> None:
    table = read("1,2\n3,4\n5,6\n")
    assert table.names == ("1", "2")
    assert table.told("Không thấy dòng tiêu đề") == [1]


def test_duplicate_and_empty_headers_get_names_and_findings(read: Read) -> None:
    table = read("tên,tên,,tên (2)\na,b,c,d\ne,f,g,h\n")
    assert table.names == ("tên", "tên (3)", "Cột 3", "tên (2)")
    assert table.told("trùng") and table.told("Cột thứ 3")


def test_columns_without_header_and_values_are_dropped(read: Read) -> None:
    table = read("a,,b,\n1,,2,\n3,,4,\n")
    assert (table.names, table.rows) == (("a", "b"), [["1", "2"], ["3", "4"]])
    assert table.findings == []


def test_columns_with_a_header_alone_are_kept(read: Read) -> None:
    assert read("a,ghi chú\n1,\n2,\n").names == ("a", "ghi chú")


def test_headers_are_composed_and_on_one_line(read: Read) -> None:
    assert read('"Te\u0302n\n  cơ  sở",b\nx,y\n').names == ("Tên cơ sở", "b")


def test_a_long_header_is_left_whole(read: Read) -> None:
    label = "Số lượng cơ sở lưu trú du lịch được công nhận hạng sao " * 3
    assert read(f"{label},b\n1,2\n").names[0] == label.strip()


def test_short_rows_are_filled_and_told(read: Read) -> None:
    table = read("a,b,c\n1,2,3\n4,5\n6,7,8\n")
    assert table.rows[1] == ["4", "5", ""]
    assert table.told("ít hơn 3 cột") == [3]


def test_long_rows_keep_their_values_in_named_columns_and_are_told(read: Read) -> None:
    table = read("a,b\n1,2\n3,4,thừa\n5,6\n")
    assert [record.get("Cột 3") for record in table.records()] == ["", "thừa", ""]
    assert table.told("nhiều hơn 2 cột") == [3]


def test_separators_at_row_ends_are_nothing(read: Read) -> None:
    table = read("a,b\n1,2,,\n3,4,\n")
    assert (table.rows, table.findings) == ([["1", "2"], ["3", "4"]], [])


def test_many_long_rows_are_refused(read: Read) -> None:
    with pytest.raises(errors.RaggedRows, match="30 dòng nhiều ô hơn"):
        read("a,b\n" + "1,2\n" * 100 + "1,2,3\n" * 30)


def test_a_row_with_very_many_more_cells_is_refused(read: Read) -> None:
    with pytest.raises(errors.RaggedRows):
        read("a,b\n1,2\n1,2\n" + "x," * 50 + "x\n")


def test_5000_columns_are_refused(read: Read) -> None:
    row = ",".join(f"c{number}" for number in range(5000))
    with pytest.raises(errors.TooManyColumns, match="5000"):
        read(f"{row}\n{row}\n")


def test_totals_rows_are_kept_and_told(read: Read) -> None:
    table = read("STT,Xã,Dân số\n1,Phú Vang,10\n2,A Lưới,11\n,Tổng cộng,21\nCỘNG:,,21\n")
    assert len(table.rows) == 4
    assert table.told("dòng tổng") == [4, 5]


def test_a_quote_left_open_is_a_broken_file(read: Read) -> None:
    with pytest.raises(errors.BrokenFile, match="mở ở dòng 3"):
        read('a,b\n1,2\n3,"4\n5,6\n')


def test_a_cell_over_the_limit_is_refused(read: Read) -> None:
    with pytest.raises(errors.TooLargeToRead, match="dòng 3 có một ô dài hơn 1000 ký tự"):
        read('a,b\n1,2\n3,"' + "x\n" * 5_000 + '"\n', limits=Limits(cell_characters=1000))


def test_a_cell_of_100_mb_is_refused(read: Read) -> None:
    with pytest.raises(errors.TooLargeToRead):
        read(b'a,b\n1,"' + (b"x" * 999 + b"\n") * 100_000 + b'"\n')


def test_rows_of_many_blocks_are_complete_and_in_order(read: Read) -> None:
    lines = [f'{number},"một\nhai {"x" * (number % 97)}"' for number in range(60_000)]
    table = read("mã,nội dung\n" + "\n".join(lines))
    assert [row[0] for row in table.rows] == [str(number) for number in range(60_000)]
    assert table.row_numbers == list(range(2, 60_002))
    assert max(len(batch.rows) for batch in table.batches) <= 10_000


def test_blank_lines_alone_are_no_table(read: Read) -> None:
    with pytest.raises(errors.NoTableInFile):
        read(",,\n,,\n")
