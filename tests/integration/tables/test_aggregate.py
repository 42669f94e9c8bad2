"""Groups of a table's rows through the API: exact, protected, and nothing from outside in the statement."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.hue.harvesters.base import Column, Page
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.loading import load
from ckanext.hue.tables.publishing import drop_table

Ask = Callable[..., dict[str, Any]]

COLUMNS = (
    Column("phường", "Phường"),
    Column("số lượng", "Số lượng", "int"),
    Column("tỷ lệ", "Tỷ lệ", "numeric"),
    Column("ngày", "Ngày", "date"),
    Column("lúc", "Lúc", "timestamp"),
    Column("mở", "Mở", "bool"),
)
ROWS = [
    ("Vỹ Dạ", 1, "0.1", "2024-01-31", "2024-01-31T10:00:00", True),
    ("Vỹ Dạ", 9_007_199_254_740_993, "0.2", "2024-02-01", "2024-02-01T23:59:59", False),
    ("Phú Xuân", 3, "1.10", "2024-02-29", None, True),
    ("Phú Xuân", None, None, None, None, None),
    (None, 5, "-2", "2023-12-31", "2023-12-31T00:00:00", False),
]


@pytest.fixture
def resource_id(dataset: Callable[..., Any]) -> Iterator[str]:
    made = str(uuid.uuid4())
    dataset(resources=[{"id": made, "url_type": "datastore", "url": ""}])
    fill(made)
    yield made
    with datastore_connection() as connection, connection.cursor() as cursor:
        drop_table(cursor, made)


def fill(resource_id: str) -> None:
    names = [column.name for column in COLUMNS]
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    load([Page("data", rows, COLUMNS)], lambda _name: resource_id)


@pytest.fixture
def ask(action: Ask, resource_id: str) -> Ask:
    return lambda **question: action("hue_table_aggregate", resource_id=resource_id, **question)


def problem(ask: Ask, **question: Any) -> str:
    with pytest.raises(tk.ValidationError) as refused:
        ask(**question)
    return json.dumps(refused.value.error_dict, ensure_ascii=False)


def test_without_groups_all_rows_are_counted(ask: Ask) -> None:
    assert ask()["records"] == [{"count": 5}]


def test_empty_cells_are_a_group_of_their_own(ask: Ask) -> None:
    answer = ask(group_by=["phường"])
    assert answer["records"] == [
        {"phường": "Phú Xuân", "count": 2},
        {"phường": "Vỹ Dạ", "count": 2},
        {"phường": None, "count": 1},
    ]
    assert answer["total"] == 3


def test_sums_and_averages_keep_every_digit(ask: Ask) -> None:
    measures = [
        {"function": "sum", "column": "số lượng", "as": "tổng"},
        {"function": "sum", "column": "tỷ lệ", "as": "tổng tỷ lệ (%)"},
        {"function": "avg", "column": "tỷ lệ", "as": "trung bình"},
        {"function": "max", "column": "tỷ lệ", "as": "lớn nhất"},
    ]
    assert ask(measures=measures)["records"] == [
        {
            "tổng": 9_007_199_254_741_002,
            "tổng tỷ lệ (%)": Decimal("-0.60"),
            "trung bình": Decimal("-0.15"),
            "lớn nhất": Decimal("1.10"),
        }
    ]


def test_counts_leave_empty_cells_out(ask: Ask) -> None:
    measures = [
        {"function": "count", "column": "phường", "as": "có"},
        {"function": "count_distinct", "column": "phường", "as": "khác nhau"},
    ]
    assert ask(measures=measures)["records"] == [{"có": 4, "khác nhau": 2}]


@pytest.mark.parametrize(
    ("granularity", "periods"),
    [
        ("year", ["2023-01-01", "2024-01-01", None]),
        ("quarter", ["2023-10-01", "2024-01-01", None]),
        ("month", ["2023-12-01", "2024-01-01", "2024-02-01", None]),
        ("week", ["2023-12-25", "2024-01-29", "2024-02-26", None]),
        ("day", ["2023-12-31", "2024-01-31", "2024-02-01", "2024-02-29", None]),
    ],
)
def test_dates_are_grouped_by_period(ask: Ask, granularity: str, periods: list[str | None]) -> None:
    answer = ask(group_by=[{"column": "ngày", "granularity": granularity, "as": "kỳ"}])
    assert [record["kỳ"] for record in answer["records"]] == periods
    assert answer["fields"][0] == {"id": "kỳ", "type": "date"}


def test_values_look_as_in_datastore_search(ask: Ask, action: Ask, resource_id: str) -> None:
    names = ["số lượng", "tỷ lệ", "ngày", "lúc", "mở"]
    grouped = ask(group_by=names, sort="số lượng")["records"]
    rows = action("datastore_search", resource_id=resource_id, fields=names, sort="số lượng")["records"]
    assert [
        {name: record[name] for name in names} for record in json.loads(json.dumps(grouped, default=float))
    ] == rows


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"phường": "Vỹ Dạ"}, 2),
        ({"phường": ["Vỹ Dạ", "Phú Xuân"]}, 4),
        ({"phường": None}, 1),
        ({"phường": ["Vỹ Dạ", None]}, 3),
        ({"số lượng": {"gte": 3, "lt": 6}}, 2),
        ({"số lượng": "5"}, 1),
        ({"tỷ lệ": {"gt": 0.1}}, 2),
        ({"ngày": {"gte": "2024-02-01", "lte": "2024-02-29"}}, 2),
        ({"lúc": {"lt": "2024-01-01"}}, 1),
        ({"mở": True}, 2),
        ({"$or": [{"phường": None}, {"mở": True, "số lượng": 1}]}, 2),
        ([{"phường": None}, {"số lượng": 1}], 2),
        ({"_id": {"lte": 2}}, 2),
        ({"phường": "x' OR '1'='1"}, 0),
        ({"phường": "%s %(a)s :b {}"}, 0),
        ({}, 5),
    ],
)
def test_filters_are_those_of_datastore_search(ask: Ask, filters: Any, count: int) -> None:
    assert ask(filters=filters)["records"] == [{"count": count}]


@pytest.mark.parametrize(
    "filters",
    [
        "chữ",
        {"không có": 1},
        {"số lượng": "năm"},
        {"số lượng": True},
        {"số lượng": "NaN"},
        {"số lượng": "1e999999999"},
        {"số lượng": {"like": "1"}},
        {"số lượng": {}},
        {"số lượng": {"gt": None}},
        {"số lượng": {"in": 1}},
        {"ngày": "31/12/2023"},
        {"ngày": "2023-02-29"},
        {"lúc": "2024-01-01T00:00:00+07:00"},
        {"mở": "có"},
        {"phường": "\x00"},
        {"phường": "\ud800"},
        {"phường": [["a"]]},
        {"phường": "x" * 10_001},
        {"phường": ["x"] * 1_001},
        {"_full_text": "x"},
        {"$not": [{"mở": True}]},
    ],
)
def test_a_bad_filter_is_refused_in_vietnamese(ask: Ask, filters: Any) -> None:
    assert "Bộ lọc" in problem(ask, filters=filters)


INJECTIONS = ['x"; DROP TABLE y; --', "count(*)", "_full_text", "xmin", "ngày::text", "*", ""]


@pytest.mark.parametrize("name", INJECTIONS)
def test_only_real_columns_are_named(ask: Ask, name: str) -> None:
    assert "Bảng không có cột" in problem(ask, group_by=[name])
    assert "Bảng không có cột" in problem(ask, measures=[{"function": "max", "column": name}])
    assert "Không sắp xếp được" in problem(ask, group_by=["phường"], sort=[name + " desc"])


@pytest.mark.parametrize(
    "name", ['a"b', "a%sb", "a%(x)s", "a:b :c", "page", "found", "a\\b", "'; --", "ổ" * 21]
)
def test_any_name_may_be_given_to_a_result(ask: Ask, name: str) -> None:
    answer = ask(group_by=[{"column": "mở", "as": name}], sort=[f'"{name}" desc nulls last'])
    assert [record[name] for record in answer["records"]] == [True, False, None]


@pytest.mark.parametrize("name", ["", "  ", "\x00", "\ud800", "ổ" * 22, 5, ["a"]])
def test_a_name_that_postgresql_cannot_hold_is_refused(ask: Ask, name: Any) -> None:
    assert "as" in problem(ask, measures=[{"function": "count", "as": name}])


def test_two_results_of_one_name_are_refused(ask: Ask) -> None:
    assert "cùng tên" in problem(ask, group_by=["phường", "phường"])


@pytest.mark.parametrize("function", ["sum", "avg"])
@pytest.mark.parametrize("column", ["phường", "ngày", "lúc", "mở"])
def test_what_is_no_number_has_no_sum(ask: Ask, function: str, column: str) -> None:
    said = problem(ask, measures=[{"function": function, "column": column}])
    assert f"cột «{column}»" in said
    assert "hãy chọn cột số" in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"group_by": [{"column": "phường", "granularity": "month"}]}, "văn bản"),
        ({"group_by": [{"column": "ngày", "granularity": "'; --"}]}, "độ chi tiết"),
        ({"group_by": [{"column": "ngày", "sql": "1"}]}, "khóa"),
        ({"group_by": [["ngày"]]}, "khóa"),
        ({"group_by": ["phường"] * 9}, "nhiều nhất"),
        ({"measures": [{"function": "pg_sleep", "column": "phường"}]}, "Không có hàm"),
        ({"measures": [{"function": "sum"}]}, "Bảng không có cột"),
        ({"measures": [{"function": "min", "column": "mở"}]}, "đúng/sai"),
        ({"measures": [{"function": "count"}] * 31}, "nhiều nhất"),
        ({"measures": ["count"]}, "khóa"),
        ({"limit": 10_001}, "10000"),
        ({"limit": -1}, "limit"),
        ({"offset": "x"}, "offset"),
        ({"sort": [["phường"]]}, "Thứ tự"),
        ({"group_by": "[" * 100_001}, "ký tự"),
        ({"other": 1}, "other"),
    ],
)
def test_a_bad_question_is_refused(ask: Ask, question: dict[str, Any], said: str) -> None:
    assert said in problem(ask, **question)


def test_pages_of_groups_follow_each_other(ask: Ask) -> None:
    pages = [ask(group_by=["phường"], limit=1, offset=offset) for offset in range(3)]
    assert [page["records"][0]["phường"] for page in pages] == ["Phú Xuân", "Vỹ Dạ", None]
    assert {page["total"] for page in pages} == {3}


def test_results_are_sorted_by_a_measure(ask: Ask) -> None:
    measures = [{"function": "sum", "column": "số lượng", "as": "tổng"}]
    answer = ask(group_by=["phường"], measures=measures, sort="tổng desc nulls last")
    assert [record["phường"] for record in answer["records"]] == ["Vỹ Dạ", None, "Phú Xuân"]


def test_a_get_request_asks_in_json(client: Any, resource_id: str) -> None:
    question = {
        "resource_id": resource_id,
        "group_by": '[{"column": "ngày", "granularity": "year"}]',
        "measures": '[{"function": "sum", "column": "tỷ lệ", "as": "tổng"}]',
        "filters": '{"ngày": {"gte": "2024-01-01"}}',
    }
    answer = client.get("/api/3/action/hue_table_aggregate", query_string=question)
    assert answer.json["result"]["records"] == [{"ngày": "2024-01-01", "tổng": 1.4}]
    assert ": 1.40}" in answer.get_data(as_text=True)
    named = client.get(
        "/api/3/action/hue_table_aggregate", query_string={"resource_id": resource_id, "group_by": "mở"}
    )
    assert len(named.json["result"]["records"]) == 3


def test_a_private_table_is_protected(dataset: Callable[..., Any], action: Ask) -> None:
    hidden = str(uuid.uuid4())
    dataset(private=True, resources=[{"id": hidden, "url_type": "datastore", "url": ""}])
    fill(hidden)
    for name in ("hue_table_aggregate", "hue_table_profile"):
        with pytest.raises(tk.NotAuthorized):
            action(name, resource_id=hidden)


@pytest.mark.parametrize("name", ["_table_metadata", "_table_stats", "pg_class", "hue.table_version", "x"])
def test_what_is_no_resource_is_not_read(action: Ask, name: str) -> None:
    for question in ("hue_table_aggregate", "hue_table_profile"):
        with pytest.raises((tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError)):
            action(question, resource_id=name)


@pytest.mark.parametrize("name", ["", "\x00", "\ud800", 5, None, ["a"]])
def test_what_is_no_id_is_refused(action: Ask, name: Any) -> None:
    for question in ("hue_table_aggregate", "hue_table_profile"):
        with pytest.raises(tk.ValidationError, match="resource_id"):
            action(question, resource_id=name)


def test_an_alias_is_refused_with_what_to_do(action: Ask, resource_id: str) -> None:
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW "ten-khac" AS SELECT * FROM "{resource_id}"')  # noqa: S608
    try:
        with pytest.raises(tk.ValidationError, match="hãy dùng mã của tài nguyên"):
            action("hue_table_aggregate", resource_id="ten-khac")
    finally:
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute('DROP VIEW "ten-khac"')


def test_a_slow_question_ends_with_advice(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckanext.hue.config.query_timeout", lambda: 1)
    slow = [{"function": "count_distinct", "column": name, "as": name} for name in ("phường", "lúc")]
    monkeypatch.setattr(
        "ckanext.hue.tables.querying.table",
        lambda resource_id: sa.text(f'public."{resource_id}", generate_series(1, 1000000)'),
    )
    assert "quá nhiều thời gian" in problem(ask, measures=slow)


def test_a_call_costs_three_statements(ask: Ask) -> None:
    ask()
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    engine = get_read_engine()
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        ask(group_by=["phường"], measures=[{"function": "sum", "column": "tỷ lệ"}], filters={"mở": True})
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    assert len(statements) == 3, statements
