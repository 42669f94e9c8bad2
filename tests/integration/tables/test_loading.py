"""Rows become a DataStore table with the right types, at once and whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest
from psycopg2.errors import QueryCanceled

from ckanext.hue.harvesters.base import Column, Page
from ckanext.hue.tables import locks, staging
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.errors import DatabaseRefused, NoColumns, TooManyColumns, TooMuchData
from ckanext.hue.tables.loading import LoadedList, load
from ckanext.hue.tables.publishing import drop_table

Table = Callable[..., LoadedList]


@pytest.fixture
def table(resource_id: str) -> Table:
    def make(rows: list[dict[str, Any]], *columns: Column) -> LoadedList:
        return load([Page("data", rows, columns)], lambda _name: resource_id)[0]

    return make


def read(resource_id: str, statement: str = "SELECT * FROM {}") -> list[tuple[Any, ...]]:
    """Read as the DataStore's reader does."""
    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection, connection.cursor() as cursor:
        cursor.execute(statement.format(f'"{resource_id}"'))
        return cursor.fetchall()


def types(loaded: LoadedList) -> dict[str, str]:
    return {column.name: column.type for column in loaded.columns}


def column_of(values: list[Any]) -> list[dict[str, Any]]:
    return [{"c": value} for value in values]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, None], "bigint"),
        ([1, 2.5], "numeric"),
        ([2**70, 1], "numeric"),
        ([10**18 - 1, 1 - 10**18], "bigint"),
        ([True, None], "boolean"),
        ([True, 1], "text"),
        ([1, "1"], "text"),
        (["1", "2"], "text"),
        (["0123", "5"], "text"),
        (["2023-12-31", "2024-02-29"], "date"),
        (["31/12/2023", "1/1/2024"], "date"),
        (["29/02/2023", "01/01/2023"], "text"),
        (["2023-13-01"], "text"),
        (["17-09-2024 10:55"], "timestamp"),
        (["2024-09-17T10:55:00+07:00"], "timestamp"),
        (["2024-09-17 25:00"], "text"),
        ([None, None], "text"),
        (["1.234"], "text"),
        ([["a"], {"b": 1}], "text"),
    ],
)
def test_a_type_comes_from_the_whole_column(table: Table, values: list[Any], expected: str) -> None:
    assert types(table(column_of(values))) == {"c": expected}


@pytest.mark.parametrize(
    ("declared", "values", "expected", "noted"),
    [
        ("int", ["1", "20"], "bigint", False),
        ("int", ["01", "20"], "text", True),
        ("int", ["1.234", "1.234.567", "5", "-20.000"], "bigint", False),
        ("int", ["1,234", "20"], "bigint", False),
        ("int", ["1.234", "1,234"], "text", True),
        ("int", ["0.500", "1.234"], "text", True),
        ("int", [1, 2.5], "text", True),
        ("numeric", ["1", "2.50"], "numeric", False),
        ("numeric", [1, 2], "numeric", False),
        ("numeric", ["1.234.567,8"], "numeric", False),
        ("numeric", ["1.234"], "text", True),
        ("date", ["31/12/2023"], "date", False),
        ("date", ["31/12/2023", "khoảng năm 1802"], "text", True),
        ("timestamp", ["2023-12-31"], "timestamp", False),
        ("bool", [True, False], "boolean", False),
        ("text", [1, 2], "text", False),
        ("int", [None], "bigint", False),
    ],
)
def test_a_declared_type_holds_unless_it_would_lose_something(
    table: Table, declared: str, values: list[Any], expected: str, noted: bool
) -> None:
    loaded = table(column_of(values), Column("c", "Cột", declared))
    assert types(loaded) == {"c": expected}
    assert bool(loaded.notes) is noted


def test_a_declared_integer_reads_the_separator_of_thousands(table: Table, resource_id: str) -> None:
    table(column_of(["1.234", "20", "-1.234.567"]), Column("c", "Dân số", "int"))
    assert read(resource_id, "SELECT c FROM {} ORDER BY _id") == [(1234,), (20,), (-1234567,)]


def test_a_number_that_reads_in_two_ways_says_what_to_declare(table: Table) -> None:
    [note] = table(column_of(["1.234", "5.678"]), Column("c", "Dân số", "numeric")).notes
    assert "khai báo cột là số nguyên" in note


def test_declaring_text_frees_a_column_from_its_numbers(table: Table) -> None:
    table(column_of([1, 2, 3]), Column("c", "Số nhà", "int"))
    loaded = table(column_of([1, 2, 3, "12A"]), Column("c", "Số nhà", "text"))
    assert types(loaded) == {"c": "text"}


def test_values_stand_as_they_came(table: Table, resource_id: str) -> None:
    rows = [
        {"chữ": "=1+1", "số": 107.583, "ngày": "31/12/2023", "trống": ""},
        {"chữ": "một\thai\nba\\", "số": None, "ngày": "1/2/1802", "trống": None},
        {"chữ": "Hue\u0302\u0301", "số": -0.5, "ngày": None, "trống": "x"},
    ]
    table(rows)
    stored = read(resource_id, 'SELECT _id, "chữ", "số"::text, "ngày"::text, "trống" FROM {} ORDER BY _id')
    assert stored == [
        (1, "=1+1", "107.583", "2023-12-31", ""),
        (2, "một\thai\nba\\", None, "1802-02-01", None),
        (3, "Huế", "-0.5", None, "x"),
    ]


def test_the_datastores_api_reads_the_table(
    table: Table, resource_id: str, dataset: Callable[..., Any]
) -> None:
    dataset(resources=[{"id": resource_id, "url_type": "datastore", "url": ""}])
    table(
        [{"id": 1, "ten": "Đường Lê Lợi"}, {"id": 2, "ten": "Chợ Đông Ba"}],
        Column("id", "Mã", "int", is_key=True),
        Column("ten", "Tên", unit="tên gọi"),
    )
    search = tk.get_action("datastore_search")
    for words in ("Le Loi", "lê lợi", "LÊ LỢI", "le\u0302 lo\u031b\u0323i", "duong"):
        found = search({"ignore_auth": True}, {"resource_id": resource_id, "q": words})
        assert [record["ten"] for record in found["records"]] == ["Đường Lê Lợi"], words
    info = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id})
    described = {field["id"]: field["info"] for field in info["fields"]}
    assert described["id"] == {"label": "Mã", "is_key": True}
    assert described["ten"]["unit"] == "tên gọi"
    assert info["meta"]["count"] == 2


def test_rows_added_later_by_the_api_are_searchable_too(
    table: Table, resource_id: str, dataset: Callable[..., Any]
) -> None:
    made = dataset(resources=[{"id": resource_id, "url_type": "datastore", "url": ""}])
    table([{"ten": "Cầu Trường Tiền"}])
    context = {"ignore_auth": True, "user": made["user"]}
    tk.get_action("datastore_upsert")(
        context,
        {"resource_id": resource_id, "records": [{"ten": "Cầu Phú Xuân"}], "method": "insert", "force": True},
    )
    found = tk.get_action("datastore_search")(context, {"resource_id": resource_id, "q": "phu xuan"})
    assert [(record["_id"], record["ten"]) for record in found["records"]] == [(2, "Cầu Phú Xuân")]


def test_equal_rows_are_not_written_again(table: Table, resource_id: str) -> None:
    first = table([{"a": 1}])
    again = table([{"a": 1}])
    assert (first.written, again.written) == (True, False)
    assert table([{"a": 2}]).written


def test_a_lost_table_is_written_again(table: Table, resource_id: str) -> None:
    table([{"a": 1}])
    with datastore_connection() as connection, connection.cursor() as cursor:
        drop_table(cursor, resource_id)
    assert table([{"a": 1}]).written


def test_what_fails_leaves_the_old_table_and_no_litter(table: Table, resource_id: str) -> None:
    table([{"a": 1}])

    def breaks() -> Iterator[Page]:
        yield Page("data", [{"a": 2}])
        raise RuntimeError("the source broke off")

    with pytest.raises(RuntimeError):
        load(breaks(), lambda _name: resource_id)
    assert read(resource_id, "SELECT a FROM {}") == [(1,)]
    litter = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE '%%hue_staging%%'"
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(litter)
        assert cursor.fetchone() == (0,)


def test_a_reader_sees_the_old_table_or_the_new_one(table: Table, resource_id: str) -> None:
    table([{"v": 0}] * 50)
    seen: set[tuple[Any, ...]] = set()
    stop = threading.Event()
    connection = psycopg2.connect(tk.config["ckan.datastore.read_url"])
    connection.autocommit = True

    def watch() -> None:
        with connection.cursor() as cursor:
            while not stop.is_set():
                try:
                    cursor.execute(f'SELECT count(*), min(v), max(v) FROM "{resource_id}"')  # noqa: S608
                    seen.add(cursor.fetchone() or ())
                except psycopg2.Error as error:
                    seen.add((type(error).__name__,))

    reader = threading.Thread(target=watch, daemon=True)
    reader.start()
    try:
        for version in range(1, 15):
            table([{"v": version}] * 50)
    finally:
        stop.set()
        reader.join()
        connection.close()
    assert len(seen) > 1
    assert all(row[0] == 50 and row[1] == row[2] for row in seen), seen


def test_a_reader_that_never_lets_go_makes_the_swap_fail_not_hang(
    table: Table, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "ASK", 0.1)
    monkeypatch.setattr(locks, "PAUSE", 0.1)
    monkeypatch.setattr(locks, "PATIENCE", 0)
    monkeypatch.setattr(locks, "GRACE", 0)
    table([{"a": 1}])
    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection, connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{resource_id}"')  # noqa: S608
        with pytest.raises(DatabaseRefused, match="đang được đọc"):
            table([{"a": 2}])
    assert read(resource_id, "SELECT a FROM {}") == [(1,)]


def test_a_slow_reader_is_ended_after_a_while(
    table: Table, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "ASK", 0.1)
    monkeypatch.setattr(locks, "PAUSE", 0.1)
    monkeypatch.setattr(locks, "PATIENCE", 0.5)
    table([{"a": 1}])
    ended = []

    def dawdle() -> None:
        with pytest.raises(QueryCanceled):
            read(resource_id, "SELECT pg_sleep(12) FROM {}")
        ended.append(True)

    reader = threading.Thread(target=dawdle)
    reader.start()
    reading = f"SELECT count(*) FROM pg_locks WHERE relation = '\"{resource_id}\"'::regclass"  # noqa: S608
    while read(resource_id, reading)[0][0] == 0:  # a busy machine may load before the reader has begun
        time.sleep(0.02)
    table([{"a": 2}])
    reader.join()
    assert ended
    assert read(resource_id, "SELECT a FROM {}") == [(2,)]


def test_the_swap_waits_for_a_reader_and_keeps_no_other_waiting(
    table: Table, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "ASK", 0.1)
    monkeypatch.setattr(locks, "PAUSE", 0.5)
    table([{"a": 1}])
    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection, connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{resource_id}"')  # noqa: S608
        swap = threading.Thread(target=table, args=([{"a": 2}],))
        swap.start()
        for _ in range(10):
            assert read(resource_id, "SELECT a FROM {}") == [(1,)]
            assert swap.is_alive()
    swap.join()
    assert read(resource_id, "SELECT a FROM {}") == [(2,)]


def test_an_empty_table_has_the_columns_of_its_dictionary(table: Table, resource_id: str) -> None:
    loaded = table([], Column("a", "A", "int"), Column("b", "B"))
    assert types(loaded) == {"a": "bigint", "b": "text"}
    assert read(resource_id) == []


def test_a_table_without_any_column_is_refused(table: Table) -> None:
    with pytest.raises(NoColumns):
        table([])
    with pytest.raises(NoColumns):
        table([{}, {}])


def test_too_many_columns_are_refused(table: Table) -> None:
    with pytest.raises(TooManyColumns):
        table([{f"c{number}": 1 for number in range(1_001)}])


def test_a_source_that_goes_on_for_ever_is_stopped_and_the_old_table_stays(
    table: Table, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table([{"a": 1}])
    monkeypatch.setattr(staging, "MAX_BYTES", 1_000)
    pages = (Page("data", [{"a": number} for number in range(100)], ()) for _ in count())
    with pytest.raises(TooMuchData, match="giới hạn của cổng"):
        load(pages, lambda _name: resource_id)
    assert read(resource_id, "SELECT a FROM {}") == [(1,)]


def test_as_many_columns_as_allowed_are_loaded_and_searched(table: Table, resource_id: str) -> None:
    loaded = table([{f"cột {number}": "chữ dài " * 300 + str(number) for number in range(400)}])
    assert len(loaded.columns) == 400
    found = read(
        resource_id, "SELECT count(*) FROM {} WHERE _full_text @@ plainto_tsquery('hue_vi', 'chu 7')"
    )
    assert found == [(1,)]


def test_numbers_keep_every_digit(table: Table, resource_id: str) -> None:
    exact = ["12345678901234567890.12", "1.10", "1E-120"]
    assert types(table(column_of([Decimal(number) for number in exact]))) == {"c": "numeric"}
    stored = read(resource_id, "SELECT c FROM {} ORDER BY _id")
    assert [row[0] for row in stored] == [Decimal(number) for number in exact]


def test_an_offset_is_turned_into_vietnamese_time_in_every_year(table: Table, resource_id: str) -> None:
    table(column_of(["1970-01-01T00:00:00+07:00", "1950-06-01T23:30:00Z"]))
    assert read(resource_id, "SELECT c::text FROM {} ORDER BY _id") == [
        ("1970-01-01 00:00:00",),
        ("1950-06-02 06:30:00",),
    ]
    assert types(table(column_of(["0001-01-01T00:00:00+14:00"]))) == {"c": "text"}


def test_a_row_that_looks_like_a_header_makes_another_hash(resource_id: str) -> None:
    load([Page("data", [{"a": "1"}]), Page("data", [{"a": "2"}])], lambda _name: resource_id)
    rows = [{"a": "1"}, {"a": "a"}, {"a": "2"}]
    again = load([Page("data", rows)], lambda _name: resource_id)
    assert again[0].written


def test_how_pages_are_cut_does_not_matter(resource_id: str) -> None:
    load([Page("data", [{"a": 1}]), Page("data", [{"a": 2}])], lambda _name: resource_id)
    whole = [Page("data", [{"a": 1}, {"a": 2}])]
    assert not load(whole, lambda _name: resource_id)[0].written


def test_columns_that_appear_late_are_added(resource_id: str) -> None:
    pages = [Page("data", [{"a": 1}]), Page("data", [{"a": 2, "b": "x"}])]
    [loaded] = load(pages, lambda _name: resource_id)
    assert types(loaded) == {"a": "bigint", "b": "text"}
    assert read(resource_id, "SELECT a, b FROM {} ORDER BY _id") == [(1, None), (2, "x")]


def test_hostile_names_and_values_are_only_data(table: Table, resource_id: str) -> None:
    evil = 'x"; DROP TABLE package; -- %s :a {}'
    table([{evil: evil, "b\x00": "\ud800"}])
    assert read(resource_id)[0][2:] == (evil, "?")
