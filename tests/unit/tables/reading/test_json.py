"""JSON in the platform's envelopes, by the same rules as harvested answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits

Read = Callable[..., Any]
NAME = "bang.json"


def test_the_envelope_gives_rows_and_dictionary(read: Read) -> None:
    table = read(
        '{"code": 0, "message": "ok",'
        ' "data": [{"sttbanghi": 1, "id": 7, "ten": "Chợ"}, {"id": 8, "vido": 16.48}],'
        ' "hienthi": [{"khoa": true, "tentruong": "id", "mota": "Mã", "kieu": "int"},'
        ' {"tentruong": "ten", "mota": "Tên", "donvi": "chợ"}]}',
        NAME,
    )
    assert table.sheets == [""]
    assert table.names == ("id", "ten", "vido")
    assert table.rows == [[7, "Chợ", None], [8, None, Decimal("16.48")]]
    assert table.row_numbers == [1, 2]
    assert [(c.name, c.label, c.type, c.unit, c.is_key) for c in table.batches[0].columns] == [
        ("id", "Mã", "int", "", True),
        ("ten", "Tên", "", "chợ", False),
    ]


@pytest.mark.parametrize("filename", ["bang.json", "bang.txt", "bang.csv"])
def test_json_is_known_under_any_name(read: Read, filename: str) -> None:
    assert read('[\n {"a": 1},\n {"a": 2}]', filename).rows == [[1], [2]]


def test_numbers_are_exact(read: Read) -> None:
    table = read('[{"a": 12345678901234567890123, "b": 0.10, "c": 1e3, "d": 1.7976931348623157e+400}]', NAME)
    assert table.rows == [
        [12345678901234567890123, Decimal("0.10"), Decimal("1e3"), Decimal("1.7976931348623157e+400")]
    ]
    assert str(table.rows[0][1]) == "0.10"


def test_nested_values_stay_lists_and_objects(read: Read) -> None:
    assert read('[{"a": [1, {"b": null}], "c": {"d": []}}]', NAME).rows == [[[1, {"b": None}], {"d": []}]]


def test_names_that_come_later_are_columns_of_all_rows(read: Read) -> None:
    rows = [{"a": number} for number in range(6_000)] + [{"b": 1}]
    table = read(json.dumps(rows), NAME)
    assert {batch.names for batch in table.batches} == {("a", "b")}
    assert len(table.batches) > 1
    assert table.row_numbers == list(range(1, 6_002))


def test_two_lists_are_two_tables(read: Read) -> None:
    body = '{"chung": [{"a": 1}], "ghichu": ["x"], "trong": [], "chitiet": [{"b": 2}, {"b": 3}]}'
    assert read(body, NAME).sheets == ["chung", "chitiet"]
    assert read(body, NAME, sheet="chitiet").rows == [[2], [3]]


@pytest.mark.parametrize("total", ["190", '"190"'])
def test_fewer_rows_than_the_file_says_are_refused(read: Read, total: str) -> None:
    with pytest.raises(errors.IncompleteFile, match="190 bản ghi nhưng chỉ chứa 1"):
        read(f'{{"data": [{{"a": 1}}], "totalRows": {total}}}', NAME)


def test_a_total_may_be_of_one_list_or_of_all(read: Read) -> None:
    assert read('{"totalRows": 2, "a": [{"x": 1}, {"x": 2}], "b": [{"y": 1}]}', NAME).sheets == ["a", "b"]
    assert read('{"totalRows": 3, "a": [{"x": 1}, {"x": 2}], "b": [{"y": 1}]}', NAME).sheets == ["a", "b"]


def test_an_answer_that_says_it_failed_is_refused_with_its_message(read: Read) -> None:
    with pytest.raises(errors.ReportedInFile, match=r"mã 5.*Bảng đang khóa"):
        read('{"code": 5, "message": "Bảng đang khóa", "data": []}', NAME)


def test_a_dictionary_alone_gives_a_table_without_rows(read: Read) -> None:
    table = read('{"data": [], "hienthi": [{"tentruong": "a"}, {"tentruong": "b"}]}', NAME)
    assert (table.names, table.rows) == (("a", "b"), [])


@pytest.mark.parametrize("body", ["[]", "{}", '{"data": []}', '{"code": 0, "tin": ["x", "y"]}', "[1, 2]"])
def test_no_records_are_no_table(read: Read, body: str) -> None:
    with pytest.raises(errors.NoTableInFile):
        read(body, NAME)


@pytest.mark.parametrize(
    "body",
    [
        '[{"a": 1}, 2]',
        '{"data": [{"a": 1}, null]}',
        '{"data": [{}], "totalRows": "nhiều"}',
        '{"data": [{"a": 1}], "hienthi": 3}',
        '{"data": [{"a": 1}], "data": [{"a": 2}]}',
        '[{"a": NaN}]',
        '[{"a": 1}] x',
        '[{"a": 1},]',
        "chữ",
        '"chữ"',
    ],
)
def test_other_shapes_are_refused(read: Read, body: str) -> None:
    with pytest.raises(errors.BadJson, match="không đọc được"):
        read(body, NAME)


@pytest.mark.parametrize("length", [1, 10, 20, 30])
def test_a_truncated_file_is_refused(read: Read, length: int) -> None:
    body = '{"data": [{"a": "Huế"}, {"a": "Đà Nẵng"}]}'
    with pytest.raises(errors.BrokenFile, match="cắt giữa chừng"):
        read(body[:length], NAME)


def test_bytes_that_are_no_utf_8_are_refused(read: Read) -> None:
    body = '[{"a": "Huế"}, {"a": "Huế, Đà Nẵng"},\n{"a": "'.encode() + b"\xff\xfe" + b'"}]'
    with pytest.raises(errors.BadJson):
        read(body, NAME)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_all_unicode_forms_are_read(read: Read, encoding: str) -> None:
    rows = [{"tên": f"Chợ Đông Ba 𝄞 {number}"} for number in range(20_000)]
    table = read(json.dumps(rows, ensure_ascii=False).encode(encoding), NAME)
    assert table.records() == rows


def test_tcvn3_is_converted(read: Read) -> None:
    table = read('[{"ten": "Chî §«ng Ba"}, {"ten": "CÇu Tr\u00adêng TiÒn"}]'.encode("cp1252"), NAME)
    assert table.rows == [["Chợ Đông Ba"], ["Cầu Trường Tiền"]]
    assert table.told("TCVN3")


def test_nul_characters_are_dropped_and_told(read: Read) -> None:
    table = read('[{"a": "x"}, {"a": "y\\u0000z"}]', NAME)
    assert table.rows == [["x"], ["yz"]]
    assert table.told("NUL") == [2]


def test_limits_hold(read: Read) -> None:
    with pytest.raises(errors.TooManyColumns, match="401"):
        read(json.dumps([{f"c{number}": 1} for number in range(401)]), NAME)
    with pytest.raises(errors.TooLargeToRead, match="bản ghi thứ 2 có một ô dài hơn 10 ký tự"):
        read(json.dumps([{"a": "x"}, {"a": "x" * 11}]), NAME, limits=Limits(cell_characters=10))
    with pytest.raises(errors.TooLargeToRead, match="danh sách"):
        read('{"a": [{"x": 1}], "b": [{"x": 1}]}', NAME, limits=Limits(sheets=1))
    with pytest.raises((errors.TooLargeToRead, errors.BadJson)):
        read('[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", NAME)
    with pytest.raises(errors.TooLargeToRead, match="bản ghi thứ 1 quá lớn"):
        read('[{"a": [' + "1," * 1_000_001 + "1]}]", NAME)
    with pytest.raises(errors.TooLargeToRead, match="từ điển"):
        read('{"data": [{"a": 1}], "hienthi": [' + '{"tentruong": "x"},' * 60_000 + "{}]}", NAME)


def test_a_csv_that_begins_with_a_bracket_is_csv(read: Read) -> None:
    assert read("[mã],[tên]\n1,2\n").names == ("[mã]", "[tên]")


class TestRecordLines:
    """NDJSON."""

    def test_each_line_is_a_row(self, read: Read) -> None:
        table = read('{"a": 1, "b": "x"}\n\n{"a": 2.50, "c": [1]}\n', "bang.ndjson")
        assert table.records() == [{"a": 1, "b": "x"}, {"a": Decimal("2.50"), "b": None, "c": [1]}]
        assert table.row_numbers == [1, 3]

    @pytest.mark.parametrize("filename", ["bang.json", "bang.jsonl", "bang.txt"])
    def test_lines_are_known_under_any_name(self, read: Read, filename: str) -> None:
        assert read('{"a": 1}\n{"a": 2}\n', filename).rows == [[1], [2]]

    def test_numbers_are_exact(self, read: Read) -> None:
        table = read('{"a": 12345678901234567890123, "b": 0.10}\n', "bang.ndjson")
        assert str(table.rows[0][1]) == "0.10"
        assert table.rows[0][0] == 12345678901234567890123

    def test_a_line_that_is_no_record_is_told(self, read: Read) -> None:
        with pytest.raises(errors.BadJson, match="dòng 2 không phải JSON"):
            read('{"a": 1}\n{"a": \n', "bang.ndjson")
        with pytest.raises(errors.BadJson, match="dòng 2 không phải một bản ghi"):
            read('{"a": 1}\n[1]\n', "bang.ndjson")

    def test_lines_of_another_encoding_are_read_and_told(self, read: Read) -> None:
        table = read(
            '{"a": "Huế"}\n{"a": "Đà Nẵng"}\n'.encode() + '{"a": "CÇu Tr\u00adêng TiÒn"}\n'.encode("cp1252"),
            "bang.ndjson",
        )
        assert table.rows[2] == ["Cầu Trường Tiền"]
        assert table.told("TCVN3") == [3]

    def test_nul_characters_are_dropped_and_told(self, read: Read) -> None:
        table = read('{"a": "x"}\n{"a": "y\\u0000"}\n', "bang.ndjson")
        assert (table.rows, table.told("NUL")) == ([["x"], ["y"]], [2])

    def test_limits_hold(self, read: Read) -> None:
        with pytest.raises(errors.TooManyColumns, match="401"):
            read("".join(f'{{"c{number}": 1}}\n' for number in range(401)), "bang.ndjson")
        with pytest.raises(errors.TooLargeToRead, match="dòng 2"):
            read('{"a": "x"}\n{"a": "' + "x" * 11 + '"}\n', "bang.ndjson", limits=Limits(cell_characters=10))
        with pytest.raises(errors.BadJson, match="dòng 1"):
            read('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}\n", "bang.ndjson")
