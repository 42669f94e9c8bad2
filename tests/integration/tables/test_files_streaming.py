"""A file is one state of its table, and a reader who stops early leaves nothing running."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.hue import config
from ckanext.hue.harvesters.base import Page
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.files import copying, errors
from ckanext.hue.tables.files.formats import FORMATS
from ckanext.hue.tables.files.selection import Selection, select
from ckanext.hue.tables.files.snapshot import snapshot
from ckanext.hue.tables.loading import load


@pytest.fixture
def big(raw_table: Callable[..., str]) -> str:
    """A table of 60,000 rows, 12 MB: more than all buffers between PostgreSQL and a reader hold."""
    return raw_table(
        "ma int, ten text, kinh_do numeric, vi_do numeric",
        "SELECT i, repeat('Huế ', 40) || i, 107.5, 16.4 FROM generate_series(1, 60000) AS i",
    )


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    before = open_connections()
    yield
    assert open_connections() == before
    assert not under_way()


def open_connections() -> int:
    return get_read_engine().pool.checkedout()  # pyright: ignore[reportAttributeAccessIssue]


def under_way() -> list[Any]:
    """What readers' connections do, now or, when something ends just now, a moment later."""
    found: list[Any] = []
    for _ in range(10):
        # As the readers' role: others are not told what its connections do.
        with closing(psycopg2.connect(config.datastore_read_url())) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT state, query FROM pg_stat_activity WHERE usename = current_user"
                " AND datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            found = cursor.fetchall()
        if not found:
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("key", FORMATS)
def test_a_reader_who_stops_after_the_first_bytes_ends_the_statement(big: str, key: str) -> None:
    stream = FORMATS[key].stream(select(big))
    assert next(stream)
    started = time.monotonic()
    stream.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert time.monotonic() - started < 2
    assert not under_way()


def test_a_reader_who_forgets_the_file_ends_the_statement_too(big: str) -> None:
    stream = FORMATS["csv"].stream(select(big))
    next(stream)
    assert under_way()
    del stream
    assert not under_way()


def test_a_file_that_nobody_reads_asks_nothing(big: str) -> None:
    asked, before = select(big), open_connections()
    stream = FORMATS["csv"].stream(asked)
    assert open_connections() == before
    del stream


def test_the_connection_is_as_before_for_the_next_reader(big: str) -> None:
    def settings() -> list[Any]:
        with get_read_engine().connect() as connection:
            return [
                connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("statement_timeout", "transaction_isolation", "datestyle", "timezone")
            ]

    before = settings()
    assert before[0] == "15s"
    with snapshot(select(big)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10min",)
    assert settings() == before


def test_chunks_are_of_bounded_size_and_the_first_comes_early(big: str) -> None:
    sizes = [len(chunk) for chunk in FORMATS["csv"].stream(select(big))]
    assert sizes[0] < 2 * copying.FIRST_CHUNK
    assert max(sizes) < 2 * copying.CHUNK
    assert sum(sizes) > 40 * copying.CHUNK


def test_few_chunks_wait_for_a_slow_reader(big: str) -> None:
    stream = FORMATS["csv"].stream(select(big))
    next(stream)
    channel = next(
        value
        for thread in threading.enumerate()
        for value in getattr(thread, "_args", ())
        if isinstance(value, copying._Channel)
    )
    time.sleep(0.5)
    assert len(channel._chunks) == copying.WAITING_CHUNKS
    stream.close()  # pyright: ignore[reportAttributeAccessIssue]


def test_a_reader_who_takes_nothing_for_long_frees_the_table(
    big: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "IDLE_SECONDS", 0.3)
    stream = FORMATS["csv"].stream(select(big))
    next(stream)
    time.sleep(1)
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{big}" ADD COLUMN moi int')
    with pytest.raises(errors.TooSlow):
        list(stream)


def test_a_statement_that_takes_too_long_says_so(big: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ckanext.hue.tables.files import snapshot as module

    monkeypatch.setattr(module, "_SETTINGS", module.sql.SQL("SET LOCAL statement_timeout = '50ms'"))
    with pytest.raises(errors.TooSlow), snapshot(select(big)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.parametrize("key", FORMATS)
def test_a_table_replaced_while_it_is_read_is_read_to_its_end(
    published: Callable[..., str], key: str
) -> None:
    rows = [{"lan": 1, "ten": "cũ " * 100, "kinh_do": 107.5, "vi_do": 16.5}] * 20_000
    made = published(rows)
    stream = FORMATS[key].stream(select(made))
    chunks = [next(stream)]
    new = [{"lan": 2, "ten": "mới", "kinh_do": 107.5, "vi_do": 16.5}]
    swap = threading.Thread(target=load, args=([Page("data", new, ())], lambda _list: made))
    swap.start()
    time.sleep(0.3)
    chunks += stream
    swap.join()
    body = b"".join(chunks)
    if key == "ndjson":
        assert [json.loads(line)["lan"] for line in body.splitlines()] == [1] * len(rows)
    assert "mới".encode() not in body
    after = b"".join(FORMATS["csv"].stream(select(made)))
    assert after.splitlines()[1].startswith(b"2,")


def test_columns_that_changed_since_the_question_are_told_before_the_first_byte(
    published: Callable[..., str],
) -> None:
    made = published([{"a": 1, "b": 2}])
    asked = select(made)
    published([{"a": "chữ", "c": 3}], resource_id=made)
    for format in FORMATS.values():
        if format.fits(asked.columns, 1):
            with pytest.raises(errors.TableChanged):
                next(format.stream(asked))


def test_a_table_that_is_gone_is_told_before_the_first_byte() -> None:
    column = {"id": "a", "type": "text", "info": {}}
    with pytest.raises(errors.NoTable):
        next(FORMATS["csv"].stream(Selection("khong-co", [column])))  # pyright: ignore[reportArgumentType]
