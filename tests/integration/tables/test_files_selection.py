"""What is asked of a table is checked against the table: names, filters, order, words."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ckanext.hue.harvesters.base import Column
from ckanext.hue.tables.database import datastore_connection, reader_role
from ckanext.hue.tables.files import errors
from ckanext.hue.tables.files.json_rows import json as as_json
from ckanext.hue.tables.files.selection import MAX_SEARCH, MAX_VALUES, describe, select

Publish = Callable[..., str]

ROWS = [
    {"ten": "Chợ Đông Ba", "so": 3, "mo": True, "phường, xã": "Phú Xuân"},
    {"ten": "Đường Lê Lợi", "so": None, "mo": False, "phường, xã": "Thuận Hóa"},
    {"ten": "Cầu Trường Tiền", "so": 12, "mo": None, "phường, xã": "Phú Xuân"},
]


@pytest.fixture
def table(published: Publish) -> str:
    return published(ROWS, Column("so", "Số", "int", unit="người"), Column("ten", "Tên"))


def rows(resource_id: str, **question: Any) -> list[dict[str, Any]]:
    return json.loads(b"".join(as_json(select(resource_id, **question))))


def names(resource_id: str, **question: Any) -> list[str]:
    return [row["ten"].split()[0] for row in rows(resource_id, **question)]


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"columns": ["tên"]}, errors.UnknownColumn),
        ({"columns": ["_full_text"]}, errors.UnknownColumn),
        ({"columns": ['ten" FROM pg_user --']}, errors.UnknownColumn),
        ({"filters": {"khong_co": "1"}}, errors.UnknownColumn),
        ({"filters": {"_full_text": "1"}}, errors.UnknownColumn),
        ({"filters": {"ten": {"$gt": 1}}}, errors.BadFilter),
        ({"filters": {"ten": [["lồng nhau"]]}}, errors.BadFilter),
        ({"filters": {"ten": None}}, errors.BadFilter),
        ({"filters": {"ten": "a\x00b"}}, errors.BadFilter),
        ({"filters": {"ten": "\ud800"}}, errors.BadFilter),
        ({"filters": {"ten": "a" * 10_001}}, errors.BadFilter),
        ({"filters": {"so": list(range(MAX_VALUES + 1))}}, errors.BadFilter),
        ({"sort": "khong_co"}, errors.BadSort),
        ({"sort": "ten; DROP TABLE x"}, errors.BadSort),
        ({"sort": "ten desc, (SELECT 1)"}, errors.BadSort),
        ({"sort": ["ten"] * 21}, errors.BadSort),
        ({"q": "a\x00"}, errors.BadSearch),
        ({"q": "a" * (MAX_SEARCH + 1)}, errors.BadSearch),
        ({"limit": -1}, errors.BadLimit),
        ({"limit": 2**63}, errors.BadLimit),
        ({"limit": True}, errors.BadLimit),
    ],
)
def test_a_question_that_the_table_cannot_answer_is_refused_in_words(
    table: str, question: dict[str, Any], error: type[errors.FileError]
) -> None:
    with pytest.raises(error) as refused:
        select(table, **question)
    assert str(refused.value)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "resource_id",
    ["", "khong-co", "_table_stats", "_table_metadata", "pg_class", "a\x00b", 'x" --', "a" * 500],
)
def test_what_is_no_table_of_a_resource_is_not_read(resource_id: str) -> None:
    with pytest.raises(errors.NoTable):
        describe(resource_id)


def test_columns_are_described_with_the_data_dictionary(table: str) -> None:
    found = describe(table)
    assert [(column["id"], column["type"]) for column in found] == [
        ("so", "bigint"),
        ("ten", "text"),
        ("mo", "boolean"),
        ("phường, xã", "text"),
    ]
    assert found[0]["info"]["label"] == "Số"
    assert found[0]["info"]["unit"] == "người"
    assert found[2]["info"] == {}


def test_a_comment_that_is_no_data_dictionary_says_nothing(raw_table: Callable[..., str]) -> None:
    made = raw_table("a int, b int, c int", "SELECT 1, 2, 3")
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON COLUMN \"{made}\".a IS 'ghi chú'")
        cursor.execute(f'COMMENT ON COLUMN "{made}".b IS \'["_info"]\'')
        cursor.execute(f'COMMENT ON COLUMN "{made}".c IS \' {{"_info": "chữ"}}\'')
    assert [column["info"] for column in describe(made)] == [{}, {}, {}]


def test_columns_stand_in_the_order_asked_for_and_once(table: str) -> None:
    assert list(rows(table, columns=["mo", "so", "mo"])[0]) == ["mo", "so"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"ten": "Chợ Đông Ba"}, ["Chợ"]),
        ({"ten": "Cho\u031b\u0323 Đông Ba"}, ["Chợ"]),
        ({"ten": "' OR true --"}, []),
        ({"ten": "\\'; --"}, []),
        ({"ten": 5}, []),
        ({"so": 3}, ["Chợ"]),
        ({"so": "12"}, ["Cầu"]),
        ({"so": Decimal("3.0")}, ["Chợ"]),
        ({"so": 10**40}, []),
        ({"so": [3, "12"]}, ["Chợ", "Cầu"]),
        ({"so": []}, []),
        ({"mo": True}, ["Chợ"]),
        ({"mo": ["false"]}, ["Đường"]),
        ({"_id": [1, 3]}, ["Chợ", "Cầu"]),
        ({"phường, xã": "Phú Xuân", "so": 12}, ["Cầu"]),
    ],
)
def test_filters_keep_the_rows_whose_values_are_among_those_given(
    table: str, filters: dict[str, Any], expected: list[str]
) -> None:
    assert names(table, filters=filters) == expected
    assert len(rows(table, columns=["mo"], filters=filters)) == len(expected)


@pytest.mark.parametrize("filters", [{"so": "ba"}, {"so": "1.5"}, {"mo": "có lẽ"}, {"so": "9" * 30}])
def test_a_value_that_its_column_cannot_hold_is_refused_before_the_first_byte(
    table: str, filters: dict[str, Any]
) -> None:
    with pytest.raises(errors.ValueRefused):
        next(as_json(select(table, filters=filters)))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Chợ", "Đường", "Cầu"]),
        ("so", ["Chợ", "Cầu", "Đường"]),
        ("so desc", ["Cầu", "Chợ", "Đường"]),
        ('"so" DESC NULLS LAST', ["Cầu", "Chợ", "Đường"]),
        ("_id desc", ["Cầu", "Đường", "Chợ"]),
        ("mo", ["Đường", "Chợ", "Cầu"]),
        ("phường, xã", ["Chợ", "Cầu", "Đường"]),
        (["phường, xã desc", "_id desc"], ["Đường", "Cầu", "Chợ"]),
        ("mo desc, so desc,", ["Chợ", "Đường", "Cầu"]),
    ],
)
def test_rows_come_in_the_order_asked_for(table: str, sort: Any, expected: list[str]) -> None:
    assert names(table, sort=sort) == expected


def test_words_are_found_without_their_accents(table: str) -> None:
    for words in ("le loi", "Lê Lợi", "le\u0302 lo\u031b\u0323i"):
        assert names(table, q=words) == ["Đường"], words


def test_signs_of_a_search_language_are_words_only(table: str) -> None:
    assert names(table, q="lợi & ! | ( ' :*") == ["Đường"]


def test_words_wait_for_the_index_of_a_table_published_a_moment_ago(table: str) -> None:
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE hue.table_version SET indexed = false WHERE resource_id = %s", (table,))
    with pytest.raises(errors.StillIndexing):
        select(table, q="lợi")
    assert len(rows(table)) == 3


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (2, 2), (100, 3), (None, 3)])
def test_a_limit_counts_rows(table: str, limit: int | None, expected: int) -> None:
    assert len(rows(table, limit=limit)) == expected


def test_a_selection_knows_whether_it_is_the_whole_table(table: str) -> None:
    assert select(table).whole
    for question in ({"filters": {"so": 3}}, {"q": "lợi"}, {"sort": "so"}, {"limit": 1}):
        assert not select(table, **question).whole  # pyright: ignore[reportArgumentType]


def test_names_that_sql_would_trip_over_are_only_names(raw_table: Callable[..., str]) -> None:
    made = raw_table(
        '"100%%" int, "a""b" text, "r" text, "t" text, "longitude" numeric, "{}" int',
        "SELECT 1, 'x', 'y', 'z', 2, 3",
    )
    expected = [{"100%%": 1, 'a"b': "x", "r": "y", "t": "z", "longitude": 2, "{}": 3}]
    assert rows(made, sort='a"b, {} desc', filters={"100%%": 1, 'a"b': "x"}) == expected


def test_an_alias_is_read_as_its_table(raw_table: Callable[..., str]) -> None:
    made = raw_table("a int", "SELECT 1")
    alias = f"bi-danh-{made}"
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW "{alias}" AS TABLE "{made}"')
        cursor.execute(f'GRANT SELECT ON "{alias}" TO "{reader_role()}"')
    try:
        assert rows(alias) == [{"a": 1}]
    finally:
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP VIEW "{alias}"')
