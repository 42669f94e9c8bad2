"""The platform source believes only what proves itself, against a sandbox over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.base import Access, Mark, NotModified, Page, TableEntry
from ckanext.hue.harvesters.http import Client
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.harvesters.platform import PlatformSource
from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

Sandbox = Callable[..., str]
REAL_TABLES = Path(__file__).parents[4] / "shared" / "real-tables"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(start_sandbox(Settings(control=True, **settings)))


def source(base: str, **settings: Any) -> PlatformSource:
    source = PlatformSource(Access(base))
    source.client = Client(base, allow_private_host=True, backoff_seconds=0, **settings)
    return source


def fault(base: str, path: str, kind: str, **settings: Any) -> None:
    body = {"path": path, "kind": kind, **settings}
    requests.post(f"{base}/_sandbox/loi", json=body, timeout=10).raise_for_status()


def opened(base: str) -> TableEntry:
    return next(entry for entry in source(base).listing() if entry.access == "mo")


def rows(base: str, entry: TableEntry) -> list[dict[str, Any]]:
    return [row for page in source(base).pages(entry) for row in page.rows]


def test_the_listing_follows_its_pages(sandbox: Sandbox) -> None:
    entries = list(source(sandbox(tables=1_201, rows=1)).listing())
    assert len(entries) == len({entry.remote_id for entry in entries}) == 1_201
    assert {entry.access for entry in entries} == {"mo", "dung-chung", "noi-bo"}


def test_a_table_follows_its_pages(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=20_001, open_tables=1)
    entry = opened(base)
    pages = list(source(base).pages(entry))
    assert [len(page.rows) for page in pages] == [10_000, 10_000, 1]
    assert entry.rows == 20_001
    assert all(page.columns == pages[0].columns for page in pages)


def test_the_token_is_sent(sandbox: Sandbox) -> None:
    base = sandbox(tables=2, rows=1, token="bí-mật-0123".encode().hex())
    with pytest.raises(errors.RefusedByServer, match="401"):
        list(source(base).listing())
    assert len(list(source(base, token="bí-mật-0123".encode().hex()).listing())) == 2


@pytest.mark.parametrize(
    ("kind", "settings", "error"),
    [
        ("status", {"status": 404}, errors.RefusedByServer),
        ("status", {"status": 503}, errors.RefusedByServer),
        ("html", {}, errors.NotJson),
        ("broken-json", {}, errors.NotJson),
        ("code", {"code": 9, "message": "Bảo trì"}, errors.ReportedError),
        ("drop", {}, errors.Unreachable),
    ],
)
@pytest.mark.parametrize("path", ["danhmuc", "bang/*"])
def test_each_fault_has_its_error(
    sandbox: Sandbox, path: str, kind: str, settings: dict[str, Any], error: type[Exception]
) -> None:
    base = sandbox(tables=3, rows=5, open_tables=1)
    entry = opened(base)
    fault(base, path.replace("*", entry.remote_id), kind, times=None, **settings)
    with pytest.raises(error):
        list(source(base).listing()) if path == "danhmuc" else rows(base, entry)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("status", {"status": 500}), ("status", {"status": 429, "retry_after": 0}), ("drop", {})],
)
def test_a_passing_fault_is_retried(sandbox: Sandbox, kind: str, settings: dict[str, Any]) -> None:
    base = sandbox(tables=3, rows=5, open_tables=1)
    fault(base, "danhmuc", kind, times=2, **settings)
    assert len(list(source(base).listing())) == 3


def test_a_listing_that_changes_or_falls_short_is_incomplete(sandbox: Sandbox) -> None:
    base = sandbox(tables=700, rows=1)
    fault(base, "danhmuc", "listing-changes", times=None)
    with pytest.raises(errors.IncompleteListing):
        list(source(base).listing())
    base = sandbox(tables=700, rows=1)
    fault(base, "danhmuc", "truncate", times=None)
    with pytest.raises(errors.IncompleteListing):
        list(source(base).listing())


def test_a_table_with_fewer_rows_than_declared_is_incomplete(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=50, open_tables=1)
    entry = opened(base)
    fault(base, f"bang/{entry.remote_id}", "truncate", times=None)
    with pytest.raises(errors.IncompleteTable, match="50"):
        rows(base, entry)


def test_a_table_that_changes_between_its_pages_is_noticed(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=10_001, open_tables=1)
    entry = opened(base)
    fault(base, f"bang/{entry.remote_id}", "changes-midway", times=None)
    with pytest.raises(errors.TableChanged):
        rows(base, entry)


def test_an_answer_over_the_cap_is_not_read_on(sandbox: Sandbox) -> None:
    base = sandbox(tables=100, rows=1)
    with pytest.raises(errors.TooLarge):
        list(source(base, max_bytes=5_000).listing())


@pytest.mark.skipif(not REAL_TABLES.is_dir(), reason="../shared/real-tables is not beside this checkout")
def test_the_real_exports_are_read_in_their_own_envelopes(sandbox: Sandbox) -> None:
    base = sandbox(data=REAL_TABLES)
    counts: dict[str, int] = {}
    refused: list[str] = []
    for entry in source(base).listing():
        try:
            counts[entry.title] = len(rows(base, entry))
        except errors.IncompleteTable as error:
            refused.append(str(error))
    assert sorted(counts.values()) == [12, 12, 50, 88, 138, 154, 180, 196, 6794]
    assert len(refused) == 1
    assert "190" in refused[0]


def test_a_table_of_which_the_listing_tells_nothing_is_asked_for_on_condition(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=5, open_tables=1, silent=True)
    entry = opened(base)
    assert not entry.tells_changes
    *pages, mark = source(base).pages(entry)
    assert isinstance(mark, Mark)
    assert sum(len(page.rows) for page in pages) == 5
    with pytest.raises(NotModified):
        list(source(base).pages(entry, mark.value))


def test_a_mark_holds_only_until_the_table_changes(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=5, open_tables=1, silent=True)
    entry = opened(base)
    *_pages, mark = source(base).pages(entry)
    path = f"{base}/_sandbox/bang/{entry.remote_id}"
    requests.post(path, json={"revision": 1}, timeout=10).raise_for_status()
    *pages, other = source(base).pages(entry, mark.value)
    assert sum(len(page.rows) for page in pages) == 5
    assert other != mark


def test_a_mark_proves_nothing_when_the_listing_counts_other_rows(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=5, open_tables=1, silent=True)
    entry = opened(base)
    *_pages, mark = source(base).pages(entry)
    with pytest.raises(errors.CountsDisagree):
        list(source(base).pages(replace(entry, rows=6), mark.value))


def test_a_mark_is_void_under_other_settings(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=5, open_tables=1, silent=True)
    entry = opened(base)
    *_pages, mark = source(base).pages(entry)
    other = open_source("platform", base, allow_private_host=True, settings={"type_codes": {"x": "int"}})
    assert len(list(other.pages(entry, mark.value))) == 2


def test_several_pages_have_no_mark(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=10_001, open_tables=1, silent=True)
    assert all(isinstance(page, Page) for page in source(base).pages(opened(base)))


def test_a_table_whose_entry_tells_changes_has_no_mark(sandbox: Sandbox) -> None:
    base = sandbox(tables=1, rows=5, open_tables=1)
    entry = opened(base)
    assert all(isinstance(page, Page) for page in source(base).pages(entry, "etag:x"))
