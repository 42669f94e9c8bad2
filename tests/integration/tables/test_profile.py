"""What each column of a table holds: right for every type, and counted once for a version."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine

from ckanext.hue.harvesters.base import Column, Page
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.loading import load
from ckanext.hue.tables.profile import SHOWN_CHARACTERS
from ckanext.hue.tables.publishing import drop_table

Profile = Callable[[], dict[str, Any]]


@pytest.fixture
def resource_id(dataset: Callable[..., Any]) -> Iterator[str]:
    made = str(uuid.uuid4())
    dataset(resources=[{"id": made, "url_type": "datastore", "url": ""}])
    yield made
    with datastore_connection() as connection, connection.cursor() as cursor:
        drop_table(cursor, made)


@pytest.fixture
def profile(action: Callable[..., Any], resource_id: str) -> Profile:
    return lambda: action("hue_table_profile", resource_id=resource_id)


def fill(resource_id: str, values: list[Any], type_: str = "") -> None:
    load(
        [Page("data", [{"c": value} for value in values], (Column("c", "C", type_),))], lambda _: resource_id
    )


def statements_of(ask: Profile, engine: sa.Engine) -> list[str]:
    """The statements that a call sends, settings aside."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if "set_config" not in statement:
            sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        ask()
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)
    return sent


def test_whole_numbers_are_described(profile: Profile, resource_id: str) -> None:
    fill(resource_id, [3, 1, 1, None, 40], "int")
    answer = profile()
    assert answer["rows"] == 5
    assert answer["columns"] == [
        {
            "id": "c",
            "type": "int8",
            "nulls": 1,
            "distinct": 3,
            "min": 1,
            "max": 40,
            "mean": Decimal("11.25"),
            "top": [{"value": 1, "count": 2}, {"value": 3, "count": 1}, {"value": 40, "count": 1}],
            "histogram": [
                {"from": low, "to": low + 2, "count": {0: 2, 2: 1, 38: 1}.get(low, 0)}
                for low in range(0, 40, 2)
            ],
        }
    ]


def test_numbers_keep_every_digit(profile: Profile, resource_id: str) -> None:
    exact = ["12345678901234567890.12", "1.10", "1E-120", "-1.10"]
    fill(resource_id, [Decimal(number) for number in exact], "numeric")
    [column] = profile()["columns"]
    assert (column["min"], column["max"]) == (Decimal("-1.10"), Decimal(exact[0]))
    assert {entry["value"] for entry in column["top"]} == {Decimal(number) for number in exact}
    assert sum(part["count"] for part in column["histogram"]) == 4


def test_dates_are_binned_by_calendar(profile: Profile, resource_id: str) -> None:
    fill(resource_id, ["2023-11-15", "2024-02-29", "2024-02-01", None], "date")
    [column] = profile()["columns"]
    assert (column["min"], column["max"]) == ("2023-11-15", "2024-02-29")
    assert column["histogram"][0]["from"] == "2023-11-13"  # a Monday
    assert {part["from"]: part["count"] for part in column["histogram"] if part["count"]} == {
        "2023-11-13": 1,
        "2024-01-29": 1,
        "2024-02-26": 1,
    }


def test_the_calendars_ends_have_a_histogram_too(profile: Profile, resource_id: str) -> None:
    fill(resource_id, ["0001-01-01", "9999-12-31"], "date")
    [column] = profile()["columns"]
    assert sum(part["count"] for part in column["histogram"]) == 2


def test_moments_are_described(profile: Profile, resource_id: str) -> None:
    fill(resource_id, ["2024-01-01T08:15:00", "2024-01-01T09:00:00"], "timestamp")
    [column] = profile()["columns"]
    assert (column["min"], column["max"]) == ("2024-01-01T08:15:00", "2024-01-01T09:00:00")
    assert column["histogram"][0] == {"from": "2024-01-01T08:15:00", "to": "2024-01-01T08:20:00", "count": 1}


def test_yes_and_no_are_counted(profile: Profile, resource_id: str) -> None:
    fill(resource_id, [True, True, None], "bool")
    [column] = profile()["columns"]
    assert column["histogram"] == [{"value": False, "count": 0}, {"value": True, "count": 2}]


def test_texts_have_lengths_and_the_most_frequent_come_first(profile: Profile, resource_id: str) -> None:
    fill(resource_id, ["Huế", "Huế", "Phú Xuân", "", None])
    [column] = profile()["columns"]
    assert (column["nulls"], column["distinct"]) == (1, 3)
    assert (column["shortest"], column["longest"]) == (0, 8)
    assert column["top"][0] == {"value": "Huế", "count": 2}
    assert "histogram" not in column


def test_a_long_text_is_cut_with_a_mark(profile: Profile, resource_id: str) -> None:
    fill(resource_id, ["ế" * 5_000_000, "ế" * SHOWN_CHARACTERS])
    [column] = profile()["columns"]
    assert column["longest"] == 5_000_000
    assert column["top"] == [
        {"value": "ế" * SHOWN_CHARACTERS + "…", "count": 1, "cut": True},
        {"value": "ế" * SHOWN_CHARACTERS, "count": 1},
    ]


@pytest.mark.parametrize("type_", ["text", "int", "numeric", "date", "timestamp", "bool"])
@pytest.mark.parametrize("values", [[], [None, None]])
def test_an_empty_column_is_described(
    profile: Profile, resource_id: str, type_: str, values: list[Any]
) -> None:
    fill(resource_id, values, type_)
    [column] = profile()["columns"]
    assert (column["nulls"], column["distinct"], column["top"]) == (len(values), 0, [])


def test_one_value_makes_one_bin(profile: Profile, resource_id: str) -> None:
    fill(resource_id, [7, 7], "int")
    assert profile()["columns"][0]["histogram"] == [{"from": 7, "to": 7, "count": 2}]


def test_any_column_name_is_described(profile: Profile, resource_id: str) -> None:
    names = ["tỷ lệ %", "a'b", "rows", "key", "%(x)s", "count", "x\\"]
    load([Page("data", [dict.fromkeys(names, 1)])], lambda _name: resource_id)
    assert [column["id"] for column in profile()["columns"]] == names


def test_a_version_is_counted_once(profile: Profile, resource_id: str) -> None:
    fill(resource_id, [1, 2, 2])
    first = profile()
    assert first["version"] == 1
    asked_again = statements_of(profile, get_read_engine())
    assert not any("GROUP BY" in statement for statement in asked_again)
    assert profile() == first


def test_the_numbers_of_statements_grow_with_columns_alone(profile: Profile, resource_id: str) -> None:
    load([Page("data", [{"a": 1, "b": "x", "c": None}] * 500)], lambda _name: resource_id)
    asked = [statement for statement in statements_of(profile, get_read_engine()) if resource_id in statement]
    assert len(asked) == 1 + 3, asked


def test_a_new_version_is_counted_anew(profile: Profile, resource_id: str) -> None:
    fill(resource_id, [1])
    profile()
    fill(resource_id, [1, 2])
    answer = profile()
    assert (answer["version"], answer["rows"]) == (2, 2)


def test_an_edited_table_is_counted_at_once_and_not_stored(
    profile: Profile, resource_id: str, action: Callable[..., Any]
) -> None:
    fill(resource_id, [1])
    profile()
    tk.get_action("datastore_upsert")(
        {"ignore_auth": True},
        {"resource_id": resource_id, "records": [{"c": 5}], "method": "insert", "force": True},
    )
    answer = profile()
    assert (answer["version"], answer["rows"], answer["columns"][0]["max"]) == (None, 2, 5)
    with get_write_engine().connect() as connection:
        stored = connection.execute(
            sa.text("SELECT profile::text FROM hue.table_version WHERE resource_id = :id"),
            {"id": resource_id},
        ).scalars()
        assert [json.loads(text)["rows"] for text in stored] == [1]


def test_a_table_of_another_maker_is_described(profile: Profile, resource_id: str) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    records = [
        {"số": 1.5, "lồng": {"a": 1}, "nhãn": ["x", "y"]},
        {"số": None, "lồng": None, "nhãn": None},
    ]
    fields = [{"id": "số", "type": "float8"}, {"id": "lồng", "type": "json"}, {"id": "nhãn", "type": "_text"}]
    tk.get_action("datastore_create")(
        {"ignore_auth": True, "user": user},
        {"resource_id": resource_id, "fields": fields, "records": records, "force": True},
    )
    number, nested, labels = profile()["columns"]
    assert (number["mean"], number["histogram"]) == (1.5, [{"from": 1.5, "to": 1.5, "count": 1}])
    assert nested == {"id": "lồng", "type": "nested", "nulls": 1}
    assert labels == {"id": "nhãn", "type": "_text", "nulls": 1}


def test_a_get_request_is_answered(client: Any, resource_id: str) -> None:
    fill(resource_id, [Decimal("1.10")], "numeric")
    for _ in range(2):  # computed, then stored
        answer = client.get("/api/3/action/hue_table_profile", query_string={"resource_id": resource_id})
        assert '"min": 1.10' in answer.get_data(as_text=True)
