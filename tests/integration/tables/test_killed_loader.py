"""A loader killed at any point leaves whole tables, and running it again ends in the same state."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import psycopg2.extensions
import pytest

from ckanext.hue.harvesters.base import Batch, Column
from ckanext.hue.tables import building, database, indexing, loading

Run = Callable[..., Any]
POINTS = 20
ROWS, BATCH = 600, 50
ALL_ROWS = "SELECT md5(string_agg(t::text, '|' ORDER BY _id)) FROM {} t"
COLUMNS = ("mã", "tên", "phiên")


class Steps:
    """Counts the steps of a loader, and kills its process before one of them."""

    def __init__(self, deadly: int = 0) -> None:
        self.taken = 0
        self.deadly = deadly

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def stepping_cursor(steps: Steps) -> type[psycopg2.extensions.cursor]:
    class Stepping(psycopg2.extensions.cursor):
        def execute(self, *arguments: Any) -> None:
            steps.step()
            super().execute(*arguments)

        def copy_expert(self, *arguments: Any) -> None:
            steps.step()
            super().copy_expert(*arguments)

    return Stepping


class SteppingConnection(psycopg2.extensions.connection):
    """A connection whose commit is a step as well."""

    steps: Steps

    def __exit__(self, *error: Any) -> None:
        self.steps.step()
        super().__exit__(*error)
        self.steps.step()


def load_state(resource_id: str, state: int, steps: Steps) -> None:
    """Load and index the rows of a state, step by step; also the steps between two batches of rows."""

    def batches() -> Iterator[Batch]:
        for start in range(0, ROWS + state, BATCH):
            steps.step()
            numbers = range(start, min(start + BATCH, ROWS + state))
            rows = [[str(number), f"Tên {number}", str(state)] for number in numbers]
            yield Batch(COLUMNS, rows, start + 2, blank_is_null=True)

    SteppingConnection.steps = steps
    database.close_idle()  # connections that do not count
    with pytest.MonkeyPatch.context() as patch:
        connect = partial(
            psycopg2.connect, connection_factory=SteppingConnection, cursor_factory=stepping_cursor(steps)
        )
        patch.setattr(database.psycopg2, "connect", connect)
        patch.setattr(building, "BIG_ROWS", ROWS // 2)
        patch.setattr(building, "INDEXED_ROWS", ROWS // 2)
        loading.load_batches(resource_id, batches(), dictionary=[Column("mã", is_key=True)])
        indexing.complete()
    database.close_idle()


def in_a_process_of_its_own(work: Callable[[], None]) -> int:
    """Run `work` in a fork, and return the signal that ended it, or 0."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@contextmanager
def reader_loop(resource_id: str) -> Iterator[set[tuple[Any, ...]]]:
    """Read the table without a pause, as the public does; gives what was seen."""
    seen: set[tuple[Any, ...]] = set()
    stop = threading.Event()

    def loop() -> None:
        look = 'SELECT count(*), min("phiên"), max("phiên") FROM {}'
        with closing(psycopg2.connect(tk.config["ckan.datastore.read_url"])) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                while not stop.is_set():
                    cursor.execute(look.format(f'"{resource_id}"'))
                    seen.update(cursor.fetchall())

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def final_state(written: Run, resource_id: str) -> list[Any]:
    """All that CKAN and the portal know of the table, names of indexes and times aside."""
    table = f'"{resource_id}"'
    return [
        written(ALL_ROWS.format(table)),
        written(
            "SELECT attname, atttypid::regtype::text, col_description(attrelid, attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            table,
        ),
        written(
            "SELECT array_agg(attname ORDER BY attname) FROM pg_index JOIN pg_attribute"
            " ON attrelid = indrelid AND attnum = indkey[0] WHERE indrelid = %s::regclass",
            table,
        ),
        written(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1",
            table,
        ),
        written("SELECT relpersistence FROM pg_class WHERE oid = %s::regclass", table),
        written("SELECT stats FROM _table_stats WHERE resource_id = %s", resource_id),
        written(
            "SELECT rows, added, changed, removed, content_hash, indexed, columns_indexed, edited,"
            " table_oid = %s::regclass"
            " FROM hue.table_version WHERE resource_id = %s ORDER BY version DESC LIMIT 1",
            table,
            resource_id,
        ),
        written(
            "SELECT kind, count(*) FROM hue.row_change JOIN (SELECT max(version) AS version"
            " FROM hue.table_version WHERE resource_id = %s) AS latest USING (version)"
            " WHERE resource_id = %s GROUP BY kind",
            resource_id,
            resource_id,
        ),
        written(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'hue'::regnamespace AND relkind IN ('r', 'S')"
        ),
    ]


def test_a_loader_killed_at_twenty_points_ends_in_the_same_state(written: Run, resource_id: str) -> None:
    load_state(resource_id, 0, Steps())
    undisturbed = Steps()
    load_state(resource_id, 1, undisturbed)
    expected = final_state(written, resource_id)
    points = sorted({1 + number * (undisturbed.taken - 1) // (POINTS - 1) for number in range(POINTS)})
    assert len(points) == POINTS
    with reader_loop(resource_id) as seen:
        for point in points:
            load_state(resource_id, 0, Steps())
            killed_at = partial(load_state, resource_id, 1, Steps(point))
            assert in_a_process_of_its_own(killed_at) == signal.SIGKILL
            assert in_a_process_of_its_own(partial(load_state, resource_id, 1, Steps())) == 0
            assert final_state(written, resource_id) == expected, f"killed at step {point}"
    assert seen == {(ROWS, 0, 0), (ROWS + 1, 1, 1)}


def test_a_published_table_is_logged(written: Run, resource_id: str) -> None:
    load_state(resource_id, 0, Steps())
    assert written("SELECT relpersistence FROM pg_class WHERE oid = %s::regclass", f'"{resource_id}"') == [
        ("p",)
    ]
