"""Promise 6: readers see the old table or the new one, whole; never rows of both, never a gap between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest

from ckanext.hue.harvest import reports
from ckanext.hue.tables import loading, publishing, versions

Run = Callable[..., Any]
VERSIONS = 6


def rows_of(version: int) -> int:
    return 100 + 37 * version


def become(own: Any, version: int) -> None:
    """Bring the table into a state: the number of its rows belongs to the value in each of them."""
    own.table("a", [{"so": number, "lan": version} for number in range(rows_of(version))])


@pytest.fixture
def source(own: Any, add_source: Run, harvest: Run) -> Any:
    """A source whose table is published in its first state."""
    become(own, 0)
    source = add_source(own.base)
    assert harvest(source).done == 1
    return source


@contextmanager
def reading(look: Callable[[], Any]) -> Iterator[list[Any]]:
    """Look again and again from another thread; what was seen, errors too, is complete after the block."""
    seen: list[Any] = []
    looked, ended = threading.Event(), threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                seen.append(look())
            except Exception as error:
                seen.append(repr(error))
            looked.set()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert looked.wait(60)
        yield seen
    finally:
        ended.set()
        thread.join()


def test_a_reader_of_the_api_sees_whole_states_only(
    own: Any, source: Any, harvest: Run, application: Any, wait_until: Run
) -> None:
    client = application.test_client()
    address = f"/api/3/action/datastore_search?resource_id={source.resource_id('a', 'data')}&limit=1000"

    def look() -> tuple[int, int, frozenset[int]]:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        result = answer.json["result"]
        return result["total"], len(result["records"]), frozenset(row["lan"] for row in result["records"])

    with reading(look) as seen:
        for version in range(1, VERSIONS):
            become(own, version)
            assert harvest(source).done == 1
        asked = len(seen)
        wait_until(lambda: len(seen) > asked + 1)  # one was under way

    whole = {(rows_of(version), rows_of(version), frozenset([version])) for version in range(VERSIONS)}
    assert set(seen) <= whole
    assert seen[-1][0] == rows_of(VERSIONS - 1)


def test_a_table_is_built_while_readers_have_the_old_one(
    own: Any, source: Any, harvest: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(own, 1)
    table = source.resource_id("a", "data")
    seen: list[Any] = []
    build = loading.build

    def watched(*given: Any) -> Any:
        built = build(*given)
        with closing(psycopg2.connect(tk.config["ckan.datastore.read_url"])) as reader:
            look = reader.cursor()
            look.execute("SET statement_timeout = '20s'")  # a lock would be the loader's own, and stay
            look.execute(f'SELECT count(*), min(lan), max(lan) FROM "{table}"')  # noqa: S608
            seen.append(look.fetchone())
        return built

    monkeypatch.setattr(loading, "build", watched)
    assert harvest(source).done == 1
    assert seen == [(rows_of(0), 0, 0)]


def test_what_was_not_staged_whole_is_not_swapped(own: Any, source: Any, harvest: Run, served: Run) -> None:
    rows = [{"so": number, "lan": 1} for number in range(rows_of(1))]
    own.answer("a", {"code": 0, "data": rows, "totalRows": len(rows) + 1})
    status = harvest(source)
    assert status.failed == 1
    assert "137 trên 138 bản ghi" in reports.report(status.id)[0].message
    assert served(source, "a")["total"] == rows_of(0)


@pytest.mark.parametrize("moment", ["built", "swapped", "dropped"])
def test_a_load_that_breaks_off_leaves_the_old_table_whole(
    own: Any, source: Any, harvest: Run, served: Run, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    table = source.resource_id("a", "data")
    before = served(source, "a"), versions.current(table)
    become(own, 1)
    owner, name = {
        "built": (loading, "build"),
        "swapped": (publishing, "swap"),
        "dropped": (loading.Staging, "drop"),
    }[moment]
    original = getattr(owner, name)

    def broken(*given: Any) -> None:
        original(*given)
        raise psycopg2.OperationalError("the server went away")

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, broken)
        assert harvest(source).failed == 1
    assert (served(source, "a"), versions.current(table)) == before
    assert harvest(source).done == 1
    assert served(source, "a")["total"] == rows_of(1)
