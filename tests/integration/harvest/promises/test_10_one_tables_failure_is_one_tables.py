"""Promise 10: one table's failure is one table's failure, told in Vietnamese to the table's owner.

What each odd table does by itself stands in test_odd_tables.py, and what a source in trouble does in
test_bad_sources.py. Here all of them come at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pysolr
import pytest

from ckanext.hue.harvest import breaker, jobs, reports, runner, scheduler, settling, worker
from ckanext.hue.search import document

Run = Callable[..., Any]
ROWS: list[dict[str, Any]] = [{"x": n} for n in range(20)]
# what a table answers, what its entry in the listing says, what the report says of it
FAILING: dict[str, tuple[Any, dict[str, Any], str]] = {
    "an error": ({"code": 7, "message": "Bảng đang bảo trì"}, {}, "Bảng đang bảo trì"),
    "a page": ("<html><body>Đăng nhập</body></html>", {}, "HTML"),
    "broken JSON": ('{"data": [{"x": 1}', {}, "JSON"),
    "not a number": ('{"data": [{"x": NaN}]}', {}, "JSON"),
    "no list": ({"code": 0, "message": "ok"}, {}, "danh sách"),
    "incomplete": ({"data": ROWS, "totalRows": 21}, {}, "20 trên 21 bản ghi"),
    "too many columns": ({"data": [{f"c{n}": n for n in range(401)}]}, {}, "cột"),
    "bad rows": (
        {"data": [{"x": "a"}] * 9 + ROWS, "hienthi": [{"tentruong": "x", "kieu": "int"}]},
        {},
        "kiểu số nguyên",
    ),
    "vanished column": ({"data": [{"y": 1}]}, {}, "mất cột «x»"),
    "odd entry": ({"data": ROWS}, {"tongsobanghi": "nhiều"}, "tongsobanghi"),
}
INTERNALS = ("Error", "Exception", "Traceback", "psycopg2", "SELECT", "staging", "None", "Lỗi của cổng")


def good(remote_id: str) -> bool:
    return remote_id.startswith("tốt")


@pytest.fixture
def many(own: Any, add_source: Run, harvest: Run) -> Any:
    """A source whose tables were all well once; there is a good one after each that will fail."""
    for name in FAILING:
        own.table(name, ROWS, x="int")
        own.table(f"tốt sau {name}", ROWS)
    source = add_source(own.base)
    assert harvest(source).succeeded
    return source


def test_tables_that_fail_in_every_way_leave_the_others_published(
    own: Any, many: Any, harvest: Run, served: Run, stored: Run
) -> None:
    before = stored(many)
    for name, (answer, listed, _) in FAILING.items():
        own.answer(name, answer, **listed)
        own.table(f"tốt sau {name}", [*ROWS, {"x": 100}])

    status = harvest(many)

    assert (status.state, status.failed, status.done) == ("finished", len(FAILING), len(FAILING))
    assert breaker.counting(many.host) is False  # a host that answers is not in trouble
    lines = {line.remote_id: line for line in reports.report(status.id, states=("failed",))}
    assert set(lines) == set(FAILING)
    for name, (_, _, said) in FAILING.items():
        assert said in lines[name].message
        assert not any(word in lines[name].message for word in INTERNALS), lines[name].message
        assert served(many, name)["rows"] == ROWS
    after = stored(many)
    assert {remote for remote in after if after[remote] != before[remote]} == set(filter(good, after))
    assert all(served(many, remote)["total"] == 21 for remote in filter(good, after))


def test_a_fault_of_the_portal_itself_is_one_tables_too(
    own: Any, many: Any, harvest: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody outside can mend it: the report says so, and the log has the rest."""
    for name in ("an error", "tốt sau an error"):
        own.table(name, [{"x": 5}], x="int")
    original = runner.mapping.dataset

    def faulty(source: Any, entry: Any, *given: Any, **more: Any) -> Any:
        if entry.remote_id == "an error":
            raise ZeroDivisionError("bí mật bên trong")
        return original(source, entry, *given, **more)

    monkeypatch.setattr(runner.mapping, "dataset", faulty)
    with caplog.at_level(logging.ERROR):
        status = harvest(many)
    assert (status.done, status.failed) == (1, 1)
    [line] = reports.report(status.id, states=("failed",))
    assert line.message == "Lỗi của cổng (ZeroDivisionError); chi tiết nằm trong nhật ký."
    assert "bí mật bên trong" in caplog.text


def refused_by_solr(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """Give the document of a dataset a value that Solr refuses: a date that is none."""
    original = document.complete

    def poisoned(given: dict[str, Any]) -> dict[str, Any]:
        dated = {"metadata_modified": "hôm qua"} if given["title"] == title else {}
        return {**original(given), **dated}

    monkeypatch.setattr(document, "complete", poisoned)


@pytest.fixture
def found(action: Run) -> Callable[[Any], set[str]]:
    """The tables of a source that a search finds."""

    def search(source: Any) -> set[str]:
        query = action("package_search", fq=f"extras_harvest_source:{source.name}", rows=100)
        return {dataset["harvest_id"] for dataset in query["results"]}

    return search


def pending(sql: Run, source: Any) -> int:
    query = "SELECT count(*) FROM hue_harvest_table WHERE source_id = :source AND index_pending"
    return sql(query, source=source.id)[0][0]


def test_a_dataset_that_solr_refuses_is_reported_and_keeps_nobody_waiting(
    own: Any,
    add_source: Run,
    harvest: Run,
    stored: Run,
    sql: Run,
    found: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for remote_id in "abcdefg":
        own.table(remote_id, ROWS)
    source = add_source(own.base)
    with monkeypatch.context() as patched:
        refused_by_solr(patched, "Bảng c")
        status = harvest(source)
        assert (status.state, status.done, status.failed) == ("finished", 7, 0)
        assert found(source) == set("abdefg")
        assert pending(sql, source) == 0
        [line] = reports.report(status.id, notable=True)
        assert line.remote_id == "c"
        assert "máy tìm kiếm từ chối" in line.message
        assert "c" in stored(source)
        own.answer("a", {"data": ROWS}, mucdo="noi-bo")
        own.table("b", [{"x": 1}])
        assert harvest(source).succeeded
        assert found(source) == set("bdefg")
    own.table("c", [{"x": 1}])
    assert harvest(source).succeeded
    assert found(source) == set("bcdefg")


def test_a_solr_that_is_down_refuses_no_dataset(
    own: Any, add_source: Run, sql: Run, found: Run, monkeypatch: pytest.MonkeyPatch, free_address: Run
) -> None:
    for remote_id in "abc":
        own.table(remote_id, ROWS)
    source = add_source(own.base)
    job_id = jobs.create(source)
    asked: list[Any] = []
    index = settling.index_datasets

    def counted(*given: Any) -> None:
        asked.append(given)
        index(*given)

    with monkeypatch.context() as patched, pytest.raises(pysolr.SolrError):
        patched.setattr(settling, "index_datasets", counted)
        away = pysolr.Solr(f"http://{free_address()}/solr/khong-co", timeout=5)
        patched.setattr("ckanext.hue.search.indexing.make_connection", lambda: away)
        worker.work()
    assert len(asked) == 1  # not once a dataset
    assert pending(sql, source) == 3
    assert not reports.status(job_id).over
    scheduler.tick()
    worker.work()
    assert reports.status(job_id).succeeded
    assert found(source) == set("abc")
    assert [line.message for line in reports.report(job_id)] == [""] * 3
