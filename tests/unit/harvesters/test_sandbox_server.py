"""The sandbox platform over HTTP: paging, compression, entity tags, tokens, ids, errors."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from ckanext.hue.harvesters.sandbox import BadSettings, Settings, start_sandbox

TIMEOUT = 10


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with start_sandbox(Settings(tables=597)) as address:
        yield address


def get(address: str, **given: Any) -> requests.Response:
    return requests.get(address, timeout=TIMEOUT, **given)


def test_the_listing_is_read_page_by_page_with_one_snapshot(base: str) -> None:
    pages = [get(f"{base}/danhmuc", params={"trang": page, "sobanghi": 250}).json() for page in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [250, 250, 97, 0]
    assert [page["trang"] for page in pages] == [1, 2, 3, 4]
    assert len({page["phien"] for page in pages}) == 1
    assert {page["tong"] for page in pages} == {597}
    assert len({entry["id"] for page in pages for entry in page["data"]}) == 597


def test_a_table_repeats_its_version_on_every_page(base: str) -> None:
    entry = next(e for e in get(f"{base}/danhmuc").json()["data"] if e["id"] == "co-so-luu-tru")
    pages = [get(f"{base}/bang/co-so-luu-tru", params={"trang": p, "sobanghi": 50}).json() for p in (1, 2, 3)]
    assert {page["mabam"] for page in pages} == {entry["mabam"]}
    assert {page["tongsobanghi"] for page in pages} == {entry["tongsobanghi"]}
    rows = [row for page in pages for row in page["data"]]
    assert [row["sttbanghi"] for row in rows] == list(range(1, entry["tongsobanghi"] + 1))


def test_pages_are_capped(base: str) -> None:
    with start_sandbox(Settings(tables=1_200, rows=1)) as address:
        assert len(get(f"{address}/danhmuc?sobanghi=999999999").json()["data"]) == 1_000
    assert len(get(f"{base}/danhmuc").json()["data"]) == 500


@pytest.mark.parametrize("path", ["danhmuc", "bang/co-so-luu-tru"])
@pytest.mark.parametrize(
    "query",
    [
        "trang=0",
        "trang=-1",
        "trang=x",
        "trang=",
        "trang=1.5",
        "trang=١",
        "trang=%00",
        "trang=1%20",
        "trang=1&trang=2",
        "sobanghi=0",
        "sobanghi=1e3",
        "sobanghi=10000000000",
    ],
)
def test_nonsense_parameters_are_an_error_envelope(base: str, path: str, query: str) -> None:
    response = get(f"{base}/{path}?{query}")
    assert response.status_code == 400
    assert response.json()["code"] != 0
    assert "số nguyên dương" in response.json()["message"]


@pytest.mark.parametrize("path", ["danhmuc", "bang/co-so-luu-tru", "csv/co-so-luu-tru"])
def test_an_answer_is_compressed_only_when_asked(base: str, path: str) -> None:
    plain = get(f"{base}/{path}", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    raw = requests.get(f"{base}/{path}", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=TIMEOUT)
    assert raw.headers["Content-Encoding"] == "gzip"
    assert raw.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(raw.raw.read()) == plain.content
    refused = get(f"{base}/{path}", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize("path", ["danhmuc", "bang/co-so-luu-tru", "csv/co-so-luu-tru"])
def test_an_unchanged_answer_is_304(base: str, path: str) -> None:
    tag = get(f"{base}/{path}").headers["ETag"]
    same = get(f"{base}/{path}", headers={"If-None-Match": f'"other", {tag}'})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert get(f"{base}/{path}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_pages_have_tags_of_their_own(base: str) -> None:
    addresses = ("danhmuc", "danhmuc?trang=2", "bang/co-so-luu-tru", "bang/co-so-luu-tru?trang=2", "csv/cho")
    assert len({get(f"{base}/{address}").headers["ETag"] for address in addresses}) == 5


def test_csv_holds_the_same_rows_and_tells_null_from_empty(base: str) -> None:
    rows = get(f"{base}/bang/co-so-luu-tru").json()["data"]
    response = get(f"{base}/csv/co-so-luu-tru")
    assert response.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert response.headers["X-Tong-So-Ban-Ghi"] == str(len(rows))
    assert response.headers["X-Ma-Bam"].startswith("sha256:")
    read = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert list(read[0]) == list(rows[0])
    assert [{key: text(value) for key, value in row.items()} for row in rows] == read
    assert '""' not in response.content.decode()


def text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_table_that_is_not_open_is_refused(base: str) -> None:
    closed = next(e["id"] for e in get(f"{base}/danhmuc").json()["data"] if e["mucdo"] != "mo")
    for kind in ("bang", "csv"):
        response = get(f"{base}/{kind}/{closed}")
        assert (response.status_code, response.json()["code"]) == (403, 403)


@pytest.mark.parametrize("name", ["khong-co", "../danhmuc", "a/b", "%00", "bảng dữ liệu", "x" * 2_000])
def test_an_unknown_id_is_an_error_envelope(base: str, name: str) -> None:
    for kind in ("bang", "csv"):
        response = get(f"{base}/{kind}/{quote(name, safe='')}")
        assert (response.status_code, response.json()["code"]) == (404, 404)


@pytest.mark.parametrize("path", ["bang", "bang/", "danhmuc/", "khac", "_sandbox/yeucau", "_sandbox/loi"])
def test_an_unknown_address_is_an_error_envelope(base: str, path: str) -> None:
    response = get(f"{base}/{path}", allow_redirects=False)
    assert (response.status_code, response.json()["code"]) == (404, 404)


def test_a_wrong_method_is_an_error_envelope(base: str) -> None:
    response = requests.post(f"{base}/danhmuc", timeout=TIMEOUT)
    assert (response.status_code, response.json()["code"]) == (405, 405)
    assert "GET" in response.headers["Allow"]


def test_control_is_closed_by_default(base: str) -> None:
    assert (
        requests.post(f"{base}/_sandbox/bang/cho", json={"removed": True}, timeout=TIMEOUT).status_code == 404
    )
    assert get(f"{base}/bang/cho").status_code == 200


def test_a_token_is_asked_for_where_one_is_set() -> None:
    with start_sandbox(Settings(tables=5, token="bí mật")) as address:
        for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "bí mật".encode()}):
            response = get(f"{address}/danhmuc", headers=headers)
            assert (response.status_code, response.json()["code"]) == (401, 401)
            assert response.headers["WWW-Authenticate"] == "Bearer"
        right = get(f"{address}/danhmuc", headers={"Authorization": "Bearer bí mật".encode()})
        assert right.json()["tong"] == 5
        assert get(f"{address}/").status_code == 200


def test_the_home_page_says_what_this_is(base: str) -> None:
    page = get(f"{base}/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Nền tảng thử nghiệm" in page.content.decode()
    assert "597 bảng" in page.content.decode()
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_taken_port_is_named(base: str) -> None:
    port = int(base.rpartition(":")[2])
    with pytest.raises(BadSettings, match=str(port)), start_sandbox(Settings(tables=1), port=port):
        pytest.fail("two servers on one port")


def test_a_stopped_sandbox_frees_its_port() -> None:
    with start_sandbox(Settings(tables=1)) as address:
        port = int(address.rpartition(":")[2])
    with start_sandbox(Settings(tables=1), port=port) as again:
        assert again == address


@pytest.mark.parametrize("settings", [{"delay_ms": -1}, {"delay_ms": 10**9}, {"token": ""}])
def test_impossible_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(BadSettings), start_sandbox(Settings(tables=1, **settings)):
        pytest.fail("started")


def test_a_delay_holds_every_answer() -> None:
    with start_sandbox(Settings(tables=1, delay_ms=200)) as address:
        assert get(f"{address}/danhmuc").elapsed.total_seconds() >= 0.2
