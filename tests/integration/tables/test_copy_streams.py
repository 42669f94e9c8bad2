"""Tables that come as PostgreSQL's own COPY text: whole, composed, and never half."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import IO, Any

import pytest

from ckanext.hue.harvesters.base import Column, CopyStream, Page
from ckanext.hue.harvesters.errors import TableChanged
from ckanext.hue.tables.errors import DatabaseRefused, NotUtf8, RowsMissing
from ckanext.hue.tables.loading import LoadedList, load

Read = Callable[..., list[tuple[Any, ...]]]
Load = Callable[..., LoadedList]


@pytest.fixture
def streamed(resource_id: str) -> Load:
    """Load one table from the pieces of a stream."""

    def run(pieces: Iterable[bytes], *columns: Column, rows: int | None = None) -> LoadedList:
        given = list(pieces)
        told = b"".join(given).count(b"\n") if rows is None else rows

        def copy_to(file: IO[bytes]) -> int:
            for piece in given:
                file.write(piece)
            return told

        return load_stream(resource_id, copy_to, *columns)

    return run


def load_stream(resource_id: str, copy_to: Callable[[IO[bytes]], int], *columns: Column) -> LoadedList:
    names = tuple(column.name for column in columns)
    return load([CopyStream("data", names, copy_to, columns)], lambda _name: resource_id)[0]


A, B = Column("a", type="int"), Column("b", type="text")


def rows(read: Read) -> list[tuple[Any, ...]]:
    return [row[2:] for row in sorted(read())]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_letters_are_composed_wherever_the_pieces_end(streamed: Load, read: Read, size: int) -> None:
    whole = "1\tHue\u0302\u0301\n2\t\\n\u0301\\\\n\u0301\n3\t\\N\n4\t\n".encode()
    streamed([whole[at : at + size] for at in range(0, len(whole), size)], A, B)
    assert rows(read) == [(1, "Huế"), (2, "\n\u0301\\ń"), (3, None), (4, "")]


def test_a_row_longer_than_many_pieces_arrives(streamed: Load, read: Read) -> None:
    streamed([b"1\t", *[b"x" * 100_000] * 50, b"\n"], A, B)
    assert rows(read) == [(1, "x" * 5_000_000)]


def test_the_source_error_is_raised_as_it_is_and_the_table_stays(
    streamed: Load, resource_id: str, read: Read
) -> None:
    streamed([b"1\ta\n"], A, B)

    def copy_to(file: IO[bytes]) -> int:
        file.write(b"2\tb\n" * 100_000)
        raise TableChanged

    with pytest.raises(TableChanged):
        load_stream(resource_id, copy_to, A, B)
    assert rows(read) == [(1, "a")]


def test_a_source_learns_that_its_rows_are_refused(resource_id: str) -> None:
    ended = threading.Event()

    def copy_to(file: IO[bytes]) -> int:
        try:
            while True:
                file.write(b"1\ta\tmore columns than there are\n" * 1_000)
        finally:
            ended.set()

    with pytest.raises(DatabaseRefused):
        load_stream(resource_id, copy_to, A, B)
    assert ended.is_set()


def test_a_source_that_waits_sees_its_file_closed(resource_id: str) -> None:
    def copy_to(file: IO[bytes]) -> int:
        file.write(b"\xff\n")
        while not file.closed:
            threading.Event().wait(0.01)
        raise TableChanged

    with pytest.raises(NotUtf8):
        load_stream(resource_id, copy_to, B)


@pytest.mark.parametrize("told", [0, 1, 3])
def test_rows_that_are_not_as_many_as_told_publish_nothing(streamed: Load, read: Read, told: int) -> None:
    streamed([b"9\tz\n"], A, B)
    with pytest.raises(RowsMissing):
        streamed([b"1\ta\n2\tb\n"], A, B, rows=told)
    assert rows(read) == [(9, "z")]


def test_an_end_mark_among_the_rows_does_not_end_the_table_unseen(streamed: Load) -> None:
    with pytest.raises((RowsMissing, DatabaseRefused)):
        streamed([b"1\ta\n\\.\n2\tb\n"], A, B, rows=2)


def test_a_bad_value_is_set_aside_under_its_row(streamed: Load, read: Read, written: Any) -> None:
    lines = [f"{number}\tx\n".encode() for number in range(1, 500)]
    lines[41] = b"bad\tx\n"
    loaded = streamed(lines, A, B)
    assert (loaded.rows, loaded.quarantined) == (498, 1)
    [found] = written(
        "SELECT row_number, value FROM hue.quarantined_row WHERE resource_id = %s", loaded.resource_id
    )
    assert found == (42, "bad")


def test_rows_after_pages_go_on_counting(resource_id: str, read: Read) -> None:
    def copy_to(file: IO[bytes]) -> int:
        return file.write(b"2\tb\n") // 4

    pages = [Page("data", [{"a": 1, "b": "a"}], (A, B)), CopyStream("data", ("a", "b"), copy_to)]
    [loaded] = load(pages, lambda _name: resource_id)
    assert loaded.rows == 2
    assert sorted(row[2:] for row in read()) == [(1, "a"), (2, "b")]


def test_columns_that_nobody_declares_are_text(streamed: Load) -> None:
    loaded = streamed([b"1\t2024-01-01\n2\tx\n"], Column("a"), Column("b"))
    assert [column.type for column in loaded.columns] == ["text", "text"]


def test_an_empty_stream_has_its_columns(streamed: Load, read: Read) -> None:
    loaded = streamed([], A, B)
    assert [column.type for column in loaded.columns] == ["bigint", "text"]
    assert rows(read) == []
