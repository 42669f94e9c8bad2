"""Faults on demand and changes of tables, as a client meets them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

TIMEOUT = 10
TABLE = "bang/co-so-luu-tru"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with start_sandbox(Settings(tables=120, rows=40, open_tables=43, control=True)) as address:
        yield address


@pytest.fixture
def base(server: str) -> Iterator[str]:
    yield server
    for path in ("loi", "yeucau"):
        requests.delete(f"{server}/_sandbox/{path}", timeout=TIMEOUT).raise_for_status()


def fault(base: str, path: str, kind: str, **options: Any) -> None:
    body = {"path": path, "kind": kind, **options}
    requests.post(f"{base}/_sandbox/loi", json=body, timeout=TIMEOUT).raise_for_status()


def change(base: str, name: str, **given: Any) -> dict[str, Any]:
    response = requests.post(f"{base}/_sandbox/bang/{name}", json=given, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()


def get(base: str, path: str, **params: Any) -> requests.Response:
    return requests.get(f"{base}/{path}", params=params, timeout=TIMEOUT)


@pytest.mark.parametrize("path", ["danhmuc", TABLE, "csv/co-so-luu-tru"])
@pytest.mark.parametrize("options", [{}, {"after": 0}, {"after": 10}])
def test_drop_breaks_the_connection(base: str, path: str, options: dict[str, int]) -> None:
    fault(base, path, "drop", times=1, **options)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(base, path)
    assert get(base, path).status_code == 200


def test_status_may_ask_to_come_back_later(base: str) -> None:
    fault(base, TABLE, "status", status=429, retry_after=7, times=2)
    for _ in range(2):
        response = get(base, TABLE)
        assert (response.status_code, response.headers["Retry-After"], response.json()["code"]) == (
            429,
            "7",
            429,
        )
    assert get(base, TABLE).status_code == 200


def test_slow_waits_before_and_between(base: str) -> None:
    fault(base, TABLE, "slow", delay_ms=100, chunk_delay_ms=50, chunk_bytes=4_000)
    begin = time.monotonic()
    body = get(base, TABLE).json()
    assert time.monotonic() - begin > 0.2
    assert len(body["data"]) == 40


@pytest.mark.parametrize("options, left", [({}, 20), ({"rows": 3}, 37), ({"rows": 999}, 0)])
def test_truncate_leaves_the_counts(base: str, options: dict[str, int], left: int) -> None:
    fault(base, TABLE, "truncate", **options)
    body = get(base, TABLE).json()
    assert (len(body["data"]), body["tongsobanghi"], body["code"]) == (left, 40, 0)
    assert body["hienthi"]


def test_truncate_reaches_the_listing_and_csv(base: str) -> None:
    fault(base, "*", "truncate", rows=1)
    body = get(base, "danhmuc").json()
    assert (len(body["data"]), body["tong"]) == (119, 120)
    response = get(base, "csv/co-so-luu-tru")
    assert response.headers["X-Tong-So-Ban-Ghi"] == "40"
    assert response.text.count("\r\n") == 40


def test_code_is_an_error_under_200(base: str) -> None:
    fault(base, "danhmuc", "code", code=17, message="Bảo trì")
    response = get(base, "danhmuc")
    assert (response.status_code, response.json()["code"], response.json()["message"]) == (200, 17, "Bảo trì")


def test_html_is_a_page_under_200(base: str) -> None:
    fault(base, TABLE, "html")
    response = get(base, TABLE)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_broken_json_is_a_complete_answer_that_does_not_parse(base: str) -> None:
    fault(base, TABLE, "broken-json")
    response = get(base, TABLE)
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_a_listing_changes_from_its_second_page_on(base: str) -> None:
    fault(base, "danhmuc", "listing-changes")
    marks = [get(base, "danhmuc", trang=page, sobanghi=50).json()["phien"] for page in (1, 2, 3)]
    assert len(set(marks)) == 3


def test_a_listing_may_promise_more_than_it_has(base: str) -> None:
    fault(base, "danhmuc", "listing-changes", mode="tong")
    pages = [get(base, "danhmuc", trang=page, sobanghi=100).json() for page in (1, 2, 3)]
    assert sum(len(page["data"]) for page in pages) < pages[0]["tong"]
    assert len({(page["phien"], page["tong"]) for page in pages}) == 1


def test_a_table_changes_midway(base: str) -> None:
    fault(base, TABLE, "changes-midway", times=1)
    versions = [get(base, TABLE, trang=page, sobanghi=10).json()["mabam"] for page in (1, 2, 3, 4)]
    assert versions[0] != versions[1]
    assert versions[0] == versions[2] == versions[3]


def test_a_fault_strikes_only_its_path_and_its_page(base: str) -> None:
    fault(base, TABLE, "status", status=503, from_page=2)
    assert get(base, TABLE, trang=1, sobanghi=10).status_code == 200
    assert get(base, TABLE, trang=2, sobanghi=10).status_code == 503
    assert get(base, "bang/khach-du-lich-theo-thang").status_code != 503
    assert get(base, "csv/co-so-luu-tru").status_code == 200


def test_a_fault_of_all_tables_spares_the_listing(base: str) -> None:
    fault(base, "bang/*", "status", status=500)
    assert get(base, TABLE).status_code == 500
    assert get(base, "danhmuc").status_code == 200


def test_faults_strike_in_the_order_in_which_they_were_added(base: str) -> None:
    fault(base, TABLE, "status", status=500, times=1)
    fault(base, TABLE, "html", times=1)
    assert [get(base, TABLE).status_code, get(base, TABLE).headers["Content-Type"][:9]] == [500, "text/html"]
    assert get(base, TABLE).headers["Content-Type"].startswith("application/json")


def test_a_faulty_answer_has_no_tag_and_ignores_one(base: str) -> None:
    tag = get(base, TABLE).headers["ETag"]
    fault(base, TABLE, "truncate", times=1)
    response = requests.get(f"{base}/{TABLE}", headers={"If-None-Match": tag}, timeout=TIMEOUT)
    assert response.status_code == 200
    assert "ETag" not in response.headers


def test_cleared_faults_strike_no_more(base: str) -> None:
    fault(base, "*", "status", status=500)
    requests.delete(f"{base}/_sandbox/loi", timeout=TIMEOUT).raise_for_status()
    assert get(base, "danhmuc").status_code == 200


def test_a_limited_fault_strikes_no_more_often_under_load(base: str) -> None:
    fault(base, "danhmuc", "status", status=503, times=5)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(get(base, "danhmuc").status_code)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * 15 + [503] * 5


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"path": "danhmuc"},
        {"path": "danhmuc", "kind": "fire"},
        {"path": "khac", "kind": "html"},
        {"path": "*", "kind": "html", "times": 0},
        {"path": "*", "kind": "html", "times": "1"},
        {"path": "*", "kind": "html", "from_page": 0},
        {"path": "*", "kind": "html", "status": 500},
        {"path": "*", "kind": "status", "status": 99},
        {"path": "*", "kind": "slow", "delay_ms": -1},
        {"path": "*", "kind": "slow", "delay_ms": 10**9},
        {"path": "*", "kind": "code", "code": 0},
        {"path": "*", "kind": "code", "message": 5},
        {"path": "*", "kind": "status", "retry_after": "1\r\nX: y"},
        {"path": "danhmuc", "kind": "listing-changes", "mode": "x"},
    ],
)
def test_a_wrong_fault_is_refused(base: str, body: Any) -> None:
    response = requests.post(f"{base}/_sandbox/loi", json=body, timeout=TIMEOUT)
    assert (response.status_code, response.json()["code"]) == (400, 400)
    assert get(base, "danhmuc").status_code == 200


def test_requests_are_counted_by_kind(base: str) -> None:
    counts: Callable[[], dict[str, int]] = lambda: get(base, "_sandbox/yeucau").json()  # noqa: E731
    assert counts() == {"danhmuc": 0, "bang": 0, "csv": 0}
    for path in ("danhmuc", "danhmuc", TABLE, "bang/khong-co", "csv/co-so-luu-tru"):
        get(base, path)
    assert counts() == {"danhmuc": 2, "bang": 2, "csv": 1}
    requests.delete(f"{base}/_sandbox/yeucau", timeout=TIMEOUT).raise_for_status()
    assert counts() == {"danhmuc": 0, "bang": 0, "csv": 0}


def test_requests_for_rows_are_counted_by_listed_table_until_they_are_forgotten(base: str) -> None:
    requests.delete(f"{base}/_sandbox/yeucau", timeout=TIMEOUT).raise_for_status()
    for path in ("danhmuc", "bang/co-so-luu-tru", "bang/co-so-luu-tru", "bang/khong-co", "csv/co-so-luu-tru"):
        get(base, path)
    answer = get(base, "_sandbox/yeucau/bang")
    assert (answer.status_code, answer.json()) == (200, {"co-so-luu-tru": 3})
    requests.delete(f"{base}/_sandbox/yeucau", timeout=TIMEOUT).raise_for_status()
    assert get(base, "_sandbox/yeucau/bang").json() == {}


@pytest.mark.parametrize("name", ["co-so-luu-tru", "luot-khach-tham-quan-di-tich"])
def test_a_revision_changes_rows_version_time_and_snapshot(base: str, name: str) -> None:
    listing = get(base, "danhmuc").json()
    before = get(base, f"bang/{name}").json()
    entry = change(base, name, revision=1)
    after = get(base, f"bang/{name}").json()
    assert after["mabam"] == entry["mabam"] != before["mabam"]
    assert after["data"] != before["data"]
    assert len(after["data"]) == len(before["data"])
    again = get(base, "danhmuc").json()
    assert again["phien"] != listing["phien"]
    changed = [e["id"] for e, old in zip(again["data"], listing["data"], strict=True) if e != old]
    assert changed == [name]
    change(base, name, revision=0)
    assert get(base, f"bang/{name}").json()["data"] == before["data"]


def test_a_table_may_be_closed_shrunk_and_removed_and_come_back(base: str) -> None:
    name = "co-so-luu-tru"
    assert change(base, name, mucdo="noi-bo")["mucdo"] == "noi-bo"
    assert get(base, f"bang/{name}").status_code == 403
    change(base, name, mucdo="mo")
    assert change(base, name, rows=10)["tongsobanghi"] == 10
    assert len(get(base, f"bang/{name}").json()["data"]) == 10
    change(base, name, rows=40)
    change(base, name, removed=True)
    assert get(base, f"bang/{name}").status_code == 404
    body = get(base, "danhmuc").json()
    assert body["tong"] == 119 == len(body["data"])
    change(base, name, removed=False)
    body = get(base, "danhmuc").json()
    assert body["tong"] == 120
    assert name in {entry["id"] for entry in body["data"]}


@pytest.mark.parametrize(
    "given",
    [
        {},
        [],
        {"x": 1},
        {"revision": -1},
        {"revision": True},
        {"rows": "1"},
        {"rows": 10**9},
        {"mucdo": "open"},
        {"removed": 1},
        {"revision": 1, "x": 2},
    ],
)
def test_a_wrong_change_is_refused(base: str, given: Any) -> None:
    before = get(base, "danhmuc").json()
    response = requests.post(f"{base}/_sandbox/bang/co-so-luu-tru", json=given, timeout=TIMEOUT)
    assert (response.status_code, response.json()["code"]) == (400, 400)
    assert get(base, "danhmuc").json() == before


def test_published_figures_cannot_grow(base: str) -> None:
    address = f"{base}/_sandbox/bang/luot-khach-tham-quan-di-tich"
    response = requests.post(address, json={"rows": 7}, timeout=TIMEOUT)
    assert response.status_code == 400
    assert "chỉ có 6 bản ghi" in response.json()["message"]


def test_a_change_of_an_unknown_table_is_404(base: str) -> None:
    response = requests.post(f"{base}/_sandbox/bang/khong/co", json={"removed": True}, timeout=TIMEOUT)
    assert (response.status_code, response.json()["code"]) == (404, 404)


def test_a_body_that_is_too_large_is_refused(base: str) -> None:
    response = requests.post(f"{base}/_sandbox/loi", data=b"x" * 100_000, timeout=TIMEOUT)
    assert (response.status_code, response.json()["code"]) == (413, 413)
