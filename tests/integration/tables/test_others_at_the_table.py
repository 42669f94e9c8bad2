"""Those who read a table or describe it while it is replaced or indexed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables import building, indexing, loading, locks, publishing


def load(resource_id: str, *cells: str) -> None:
    loading.load_batches(resource_id, [Batch(("x",), [[cell] for cell in cells], 2, blank_is_null=True)])


@pytest.fixture
def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of three rows are big, and nobody waits long."""
    monkeypatch.setattr(building, "BIG_ROWS", 2)
    monkeypatch.setattr(locks, "ASK", 1)
    monkeypatch.setattr(locks, "PAUSE", 0)
    monkeypatch.setattr(locks, "PATIENCE", 0)


def test_who_reads_an_alias_during_a_swap_sees_a_whole_table(
    resource_id: str, written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alias = f"bi_danh_{uuid.uuid4().hex}"
    load(resource_id, "cũ")
    written(f'CREATE VIEW "{alias}" AS SELECT * FROM "{resource_id}"')  # noqa: S608
    seen: list[Any] = []

    def read() -> None:
        try:
            with (
                psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute(f'SELECT x FROM "{alias}"')  # noqa: S608
                seen.extend(cursor.fetchall())
        except psycopg2.Error as error:
            seen.append(error)

    swap = publishing.swap
    reader = threading.Thread(target=read)

    def swap_while_read(cursor: Any, built: Any, name: str) -> None:
        reader.start()
        reader.join(0.5)  # by then it waits for us
        swap(cursor, built, name)

    monkeypatch.setattr(publishing, "swap", swap_while_read)
    load(resource_id, "mới")
    reader.join()
    assert seen == [("mới",)]


def test_a_table_that_is_held_keeps_no_other_one_from_its_index(
    resource_id: str,
    published: Callable[..., str],
    written: Any,
    big: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(building, "INDEXED_ROWS", 2)
    load(resource_id, "a", "b", "c")
    other = published([{"x": name} for name in "abc"])
    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as reader, reader.cursor() as cursor:
        cursor.execute(f'SELECT FROM "{resource_id}"')
        found = indexing.complete()
    assert other in found
    assert resource_id not in found
    assert resource_id in indexing.complete()
    indexes = written("SELECT count(*) FROM pg_indexes WHERE tablename = %s", resource_id)
    assert indexes == [(3,)], "the key, the full text and the column"


def test_a_data_dictionary_that_is_written_before_the_index_stays(
    resource_id: str, written: Any, read: Any, big: None
) -> None:
    load(resource_id, "a", "b", "c")
    comment = ' {"_info": {"label": "Họ và tên"}}'
    written(f'COMMENT ON COLUMN "{resource_id}"."x" IS %s', comment)
    indexing.complete()
    question = "SELECT col_description('{}'::regclass, 3)"
    assert read(question) == [(comment,)]


def test_a_data_dictionary_that_is_written_while_the_index_is_built_stays(
    resource_id: str, written: Any, read: Any, big: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(resource_id, "a", "b", "c")
    finish = building.finish

    def finish_and_write(*given: Any, **more: Any) -> None:
        finish(*given, **more)
        written(f'COMMENT ON COLUMN "{resource_id}"."x" IS %s', ' {"_info": {"label": "Họ tên"}}')

    monkeypatch.setattr(building, "finish", finish_and_write)
    indexing.complete()
    assert read("SELECT col_description('{}'::regclass, 3)") == [(' {"_info": {"label": "Họ tên"}}',)]


def test_a_column_that_is_added_before_the_index_stays(
    resource_id: str, written: Any, read: Any, big: None
) -> None:
    load(resource_id, "a", "b", "c")
    written(f'ALTER TABLE "{resource_id}" ADD COLUMN them text')
    assert resource_id in indexing.complete()
    assert read("SELECT them FROM {}") == [(None,)] * 3
