"""What the portal adds to datastore_search, and what it leaves alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.hue.harvesters.base import Page
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.loading import load
from ckanext.hue.tables.publishing import drop_table

Make = Callable[..., str]


@pytest.fixture
def table(dataset: Callable[..., Any]) -> Iterator[Make]:
    """Load a table of three rows into a dataset of its own; gives the resource's id."""
    made: list[str] = []

    def make(**values: Any) -> str:
        made.append(str(uuid.uuid4()))
        dataset(resources=[{"id": made[-1], "url_type": "datastore", "url": ""}], **values)
        load(
            [Page("data", [{"tên": "Cầu Trường Tiền", "số": number} for number in (2, 1, 3)])],
            lambda _: made[-1],
        )
        return made[-1]

    yield make
    with datastore_connection() as connection, connection.cursor() as cursor:
        for resource_id in made:
            cursor.execute(f'DROP VIEW IF EXISTS "ten-khac-{resource_id[:8]}"')
            drop_table(cursor, resource_id)


def being_indexed(resource_id: str) -> None:
    """Make the table look as a big one does between its two swaps."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE hue.table_version SET indexed = false WHERE resource_id = %s", (resource_id,))


@pytest.mark.parametrize(
    "question", [{"q": "truong tien"}, {"q": {"tên": "cau"}}, {"q": '{"tên": "cau"}'}, {"full_text": "cau"}]
)
def test_words_are_refused_while_the_index_is_built(
    table: Make, action: Any, question: dict[str, Any]
) -> None:
    resource_id = table()
    assert action("datastore_search", resource_id=resource_id, **question)["total"] == 3
    being_indexed(resource_id)
    with pytest.raises(tk.ValidationError, match="chỉ mục tìm kiếm đang được lập"):
        action("datastore_search", resource_id=resource_id, **question)


@pytest.mark.parametrize("key", ["resource_id", "id"])
def test_the_refusal_holds_for_every_way_to_name_a_table(table: Make, action: Any, key: str) -> None:
    resource_id = table()
    being_indexed(resource_id)
    alias = f"ten-khac-{resource_id[:8]}"
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW "{alias}" AS SELECT * FROM "{resource_id}"')  # noqa: S608
    for name in (resource_id, alias):
        with pytest.raises(tk.ValidationError, match="chỉ mục tìm kiếm đang được lập"):
            action("datastore_search", **{key: name, "q": "cau"})


def test_sorting_and_filtering_go_on_meanwhile(table: Make, action: Any) -> None:
    resource_id = table()
    being_indexed(resource_id)
    found = action(
        "datastore_search", resource_id=resource_id, sort="số desc", filters={"số": {"lt": 3}}, q=""
    )
    assert [record["số"] for record in found["records"]] == [2, 1]


def test_a_private_table_does_not_tell_that_it_is_indexed(table: Make, action: Any) -> None:
    resource_id = table(private=True)
    being_indexed(resource_id)
    with pytest.raises(tk.NotAuthorized):
        action("datastore_search", resource_id=resource_id, q="cau")


def timeouts_of(call: Callable[[], Any]) -> list[str]:
    """The time limits that a call sets in the database."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if "statement_timeout" in statement:
            sent.append(statement.rpartition(" ")[2])

    engine = get_read_engine()
    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        call()
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)
    return sent


def test_a_search_may_take_fifteen_seconds(table: Make, action: Any) -> None:
    resource_id = table()
    assert timeouts_of(lambda: action("datastore_search", resource_id=resource_id)) == ["15000"]


def test_the_portals_own_pages_may_ask_for_less(table: Make) -> None:
    resource_id = table()
    context = {"user": "", "query_timeout": 10_000}
    search = tk.get_action("datastore_search")
    assert timeouts_of(lambda: search(context, {"resource_id": resource_id})) == ["10000"]


def test_a_search_that_takes_longer_is_ended(
    table: Make, action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource_id = table()
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{resource_id}" ("số") SELECT generate_series(1, 20000)')
    monkeypatch.setattr("ckanext.hue.config.query_timeout", lambda: 1)
    with pytest.raises(tk.ValidationError, match="took too long"):
        action("datastore_search", resource_id=resource_id, distinct=True, sort="số", fields="số,tên")


def test_a_search_still_works_by_get(table: Make, client: Any) -> None:
    resource_id = table()
    answer = client.get(
        "/api/3/action/datastore_search", query_string={"resource_id": resource_id, "q": "tien"}
    )
    assert answer.json["result"]["total"] == 3


def test_the_list_of_tables_is_still_public(table: Make, action: Any) -> None:
    resource_id = table()
    found = action("datastore_search", resource_id="_table_metadata", filters={"name": resource_id})
    assert [record["name"] for record in found["records"]] == [resource_id]
