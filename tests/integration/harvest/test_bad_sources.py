"""Whatever a source does, what was published stays exactly as it was, and the report says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from ckanext.hue.harvest import reports, sources

Run = Callable[..., Any]


pytestmark = pytest.mark.usefixtures("no_waiting")


def published(action: Run, source: Any) -> list[dict[str, Any]]:
    found = action("package_search", q="", fq=f"extras_harvest_source:{source.name}", rows=1000)["results"]
    return sorted(found, key=lambda dataset: dataset["id"])


def fault(base: str, path: str, kind: str, **settings: Any) -> None:
    body = {"path": path, "kind": kind, "times": None, **settings}
    requests.post(f"{base}/_sandbox/loi", json=body, timeout=10).raise_for_status()


LISTING_FAULTS = [
    ("status", {"status": 500}, "HTTP 500"),
    ("html", {}, "trang HTML"),
    ("broken-json", {}, "JSON"),
    ("code", {"code": 7, "message": "Hệ thống bảo trì"}, "Hệ thống bảo trì"),
    ("drop", {}, "ngắt giữa chừng"),
    ("truncate", {}, "không đầy đủ"),
]


@pytest.mark.parametrize(("kind", "settings", "reason"), LISTING_FAULTS)
def test_a_bad_listing_fails_the_job_and_changes_nothing(
    sandbox: Run, add_source: Run, harvest: Run, action: Run, kind: str, settings: Any, reason: str
) -> None:
    base = sandbox(tables=12, rows=5, open_tables=3)
    source = add_source(base)
    assert harvest(source).succeeded
    before = published(action, source)
    fault(base, "danhmuc", kind, **settings)

    status = harvest(source)

    assert status.state == "failed"
    assert reason in status.message
    assert published(action, source) == before


@pytest.mark.parametrize(
    ("kind", "settings", "reason"), [*LISTING_FAULTS[:-1], ("truncate", {}, "chưa đầy đủ")]
)
def test_a_bad_table_fails_alone(
    sandbox: Run, add_source: Run, harvest: Run, action: Run, kind: str, settings: Any, reason: str
) -> None:
    base = sandbox(tables=12, rows=5, open_tables=3)
    source = add_source(base)
    assert harvest(source).succeeded
    before = published(action, source)
    victim, *others = before
    for dataset in before:
        control = f"{base}/_sandbox/bang/{dataset['harvest_id']}"
        requests.post(control, json={"revision": 2}, timeout=10).raise_for_status()
    fault(base, f"bang/{victim['harvest_id']}", kind, **settings)

    status = harvest(source)

    assert (status.state, status.done, status.failed) == ("finished", 2, 1)
    assert not status.succeeded
    [line] = reports.report(status.id, notable=True)
    assert line.state == "failed"
    assert reason in line.message
    after = {dataset["id"]: dataset for dataset in published(action, source)}
    assert after[victim["id"]] == victim
    assert all(after[dataset["id"]] != dataset for dataset in others)

    requests.delete(f"{base}/_sandbox/loi", timeout=10).raise_for_status()
    assert harvest(source).done == 1


def test_a_listing_that_changes_under_way_is_not_believed(
    sandbox: Run, add_source: Run, harvest: Run
) -> None:
    base = sandbox(tables=600, rows=2, open_tables=2)
    fault(base, "danhmuc", "listing-changes")
    status = harvest(add_source(base))
    assert status.state == "failed"
    assert "thay đổi trong lúc đang đọc" in status.message


def test_a_table_that_keeps_changing_is_read_three_times_and_then_left(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    base = sandbox(tables=4, rows=20_500, open_tables=1)
    source = add_source(base)
    fault(base, "*", "changes-midway")
    status = harvest(source)
    assert status.failed == 1
    assert "liên tục thay đổi" in reports.report(status.id)[0].message
    assert published(action, source) == []


def test_a_source_that_is_down_says_so(add_source: Run, harvest: Run) -> None:
    status = harvest(add_source("http://127.0.0.1:9"))
    assert status.state == "failed"
    assert "từ chối kết nối" in status.message


def test_a_private_address_is_refused_without_permission(harvest: Run, sandbox: Run) -> None:
    source = sources.add("thu-rieng", kind="platform", url=sandbox(tables=2, rows=1), update=True)
    status = harvest(source)
    assert status.state == "failed"
    assert "mạng nội bộ" in status.message


def test_an_incomplete_first_answer_makes_no_dataset(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    base = sandbox(tables=4, rows=10, open_tables=1)
    source = add_source(base)
    listing = requests.get(f"{base}/danhmuc", timeout=10).json()
    [table] = [entry for entry in listing["data"] if entry["mucdo"] == "mo"]
    fault(base, f"bang/{table['id']}", "truncate")
    status = harvest(source)
    assert status.failed == 1
    assert published(action, source) == []
