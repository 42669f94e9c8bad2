"""Another platform of the same shape is configuration: its names are read as the contract's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.base import Access, Column, Page
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.harvesters.mapping import SETTINGS
from ckanext.hue.harvesters.platform import PlatformSource

Serve = Callable[..., Any]

OTHER: dict[str, Any] = {
    "listing_path": "api/v2/catalog",
    "table_path": "api/v2/rows?dataset={id}",
    "page_parameter": "skip",
    "size_parameter": "limit",
    "paging": "offset",
    "listing_page_size": "2",
    "table_page_size": "3",
    "listing_names": {
        "data": "result.items",
        "tong": "result.count",
        "phien": "result.version",
        "code": "status",
        "message": "error.text",
    },
    "entry_names": {
        "id": "key",
        "tenbang": "info.title",
        "mucdo": "public",
        "linhvuc": "topic",
        "tukhoa": "tags",
        "lienhe.ten": "owners.0.name",
        "tongsobanghi": "size",
        "mabam": "etag",
    },
    "table_names": {
        "data": "result.records",
        "tongsobanghi": "result.total",
        "mabam": "result.etag",
        "sttbanghi": "_no",
        "hienthi": "result.fields",
        "hienthi.tentruong": "name",
        "hienthi.mota": "label",
        "hienthi.khoa": "role",
        "hienthi.kieu": "dbtype",
        "code": "status",
        "message": "error.text",
    },
    "success_codes": ["OK"],
    "access_codes": {"true": "mo", "false": "noi-bo"},
    "field_codes": {"TOUR": "du-lich"},
    "type_codes": {"varchar": "text", "int8": "int"},
}
ROWS = [{"_no": number, "ma": number, "ten": f"Tên {number}"} for number in range(1, 8)]
ENTRIES = [
    {
        "key": f"b/{number}",
        "info": {"title": f"Bảng {number}"},
        "public": number != 2,
        "topic": "TOUR",
        "tags": "lăng; chùa",
        "owners": [{"name": "Phòng Du lịch"}],
        "size": len(ROWS),
        "etag": "v1",
    }
    for number in range(1, 4)
]
FIELDS = [
    {"name": "ma", "label": "Mã", "role": "PK", "dbtype": "int8"},
    {"name": "ten", "label": "Tên", "role": "", "dbtype": "varchar"},
]


def other_platform(request: Any) -> None:
    address = urlsplit(request.path)
    asked = parse_qs(address.query)
    start, size = int(asked["skip"][0]), int(asked["limit"][0])
    result: dict[str, Any]
    if address.path == "/api/v2/catalog":
        result = {"items": ENTRIES[start : start + size], "count": len(ENTRIES), "version": 7}
    else:
        assert unquote(asked["dataset"][0]).startswith("b/")
        result = {"records": ROWS[start : start + size], "total": len(ROWS), "etag": "v1", "fields": FIELDS}
    request.give(json.dumps({"status": "OK", "result": result}).encode())


def source(base: str, settings: dict[str, Any] = OTHER) -> PlatformSource:
    source = open_source("platform", base, allow_private_host=True, settings=settings)
    assert isinstance(source, PlatformSource)
    source.client.backoff_seconds = 0
    return source


def settings_error(settings: dict[str, Any]) -> str:
    with pytest.raises(errors.SettingsError) as caught:
        open_source("platform", "https://nguon.example", settings=settings)
    return str(caught.value)


def test_another_platform_is_listed_in_the_contracts_words(serve: Serve) -> None:
    web = serve(other_platform)
    entries = list(source(web.base).listing())
    assert [(entry.remote_id, entry.title, entry.access) for entry in entries] == [
        ("b/1", "Bảng 1", "mo"),
        ("b/2", "Bảng 2", "noi-bo"),
        ("b/3", "Bảng 3", "mo"),
    ]
    first = entries[0]
    assert (first.field_code, first.keywords, first.contact.name) == (
        "du-lich",
        ("lăng", "chùa"),
        "Phòng Du lịch",
    )
    assert (first.rows, first.version) == (7, "v1")
    assert web.paths() == ["/api/v2/catalog?skip=0&limit=2", "/api/v2/catalog?skip=2&limit=2"]


def test_its_tables_are_read_and_proved_complete(serve: Serve) -> None:
    web = serve(other_platform)
    other = source(web.base)
    entry = next(other.listing())
    pages = list(other.pages(entry))
    assert all(isinstance(page, Page) for page in pages)
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert {page.list_name for page in pages} == {"data"}
    assert pages[0].rows[0] == {"ma": 1, "ten": "Tên 1"}
    assert pages[0].columns == (Column("ma", "Mã", "int", "", True), Column("ten", "Tên", "text", "", False))


def test_fewer_rows_than_it_declares_are_no_table_here_either(serve: Serve) -> None:
    def short(request: Any) -> None:
        result = {"records": ROWS[:2] if "skip=0" in request.path else [], "total": 7, "fields": []}
        request.give(json.dumps({"status": "OK", "result": result}).encode())

    other = source(serve(short).base)
    entry = next(source(serve(other_platform).base).listing())
    with pytest.raises(errors.IncompleteTable, match="7"):
        list(other.pages(entry))


def test_its_own_word_for_failure_is_a_failure(serve: Serve) -> None:
    body = json.dumps({"status": "FAIL", "error": {"text": "Đang bảo trì"}}).encode()
    web = serve(lambda request: request.give(body))
    with pytest.raises(errors.ReportedError, match=r"FAIL.*Đang bảo trì"):
        list(source(web.base).listing())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"status": "OK", "result": {}}, r"result\.items.*listing_names"),
        ({"status": "OK", "result": {"items": [{"khac": 1}], "count": 1}}, "key.*entry_names"),
        ({"status": "OK", "result": {"items": []}}, "tong"),
        ([], r"result\.items"),
        (None, r"result\.items"),
        ({"status": "OK", "result": {"items": {"a": 1}, "count": 1}}, "data"),
        ({"status": "OK", "result": {"items": ["x"], "count": 1}}, "id"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_its_setting(serve: Serve, body: Any, told: str) -> None:
    web = serve(lambda request: request.give(json.dumps(body).encode()))
    with pytest.raises(errors.BadEnvelope, match=told):
        list(source(web.base).listing())


def test_pages_may_be_counted_from_zero(serve: Serve) -> None:
    web = serve(lambda request: request.give(b'{"tong": 0, "data": []}'))
    list(source(web.base, {"paging": "page-from-0", "page_parameter": "p"}).listing())
    assert web.paths() == ["/danhmuc?p=0&sobanghi=500"]


def test_lists_with_names_of_their_own_stay_several_tables(serve: Serve) -> None:
    body = {"a": [{"x": 1}], "b": [{"y": 2}], "cols": [{"n": "x", "mota": "X"}], "hienthi": None}
    web = serve(lambda request: request.give(json.dumps(body).encode()))
    named = source(web.base, {"table_names": {"hienthi": "cols", "hienthi.tentruong": "n"}})
    entry = next(source(serve(other_platform).base).listing())
    pages = list(named.pages(type(entry)("b", "B", "mo", version="1")))
    assert [(page.list_name, page.rows) for page in pages] == [("a", [{"x": 1}]), ("b", [{"y": 2}])]
    assert pages[0].columns == (Column("x", "X"),)


def test_what_says_nothing_of_openness_stays_closed_unless_told(serve: Serve) -> None:
    web = serve(lambda request: request.give(b'{"tong": 1, "data": [{"id": 1}]}'))
    assert [entry.access for entry in source(web.base, {}).listing()] == ["noi-bo"]
    assert [entry.access for entry in source(web.base, {"default_access": "mo"}).listing()] == ["mo"]


def test_a_code_that_is_not_mapped_stays_closed(serve: Serve) -> None:
    web = serve(lambda request: request.give(b'{"tong": 1, "data": [{"id": 1, "mucdo": "x"}]}'))
    settings = {"access_codes": {"y": "mo"}, "default_access": "mo"}
    assert [entry.access for entry in source(web.base, settings).listing()] == ["noi-bo"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"khac": "x"}, "khac"),
        ({"listing_path": "http://khac.example/"}, "listing_path"),
        ({"listing_path": "../khac"}, "listing_path"),
        ({"listing_path": "a b"}, "listing_path"),
        ({"listing_path": "danhmuc/{id}"}, "listing_path.*ngoặc nhọn"),
        ({"table_path": "bang"}, r"table_path.*\{id\}"),
        ({"table_path": "bang/{id}/{id}"}, "table_path"),
        ({"table_path": "bang/{id}#x"}, "table_path"),
        ({"page_parameter": "a&b"}, "page_parameter"),
        ({"size_parameter": "a b"}, "size_parameter"),
        ({"paging": "cursor"}, "paging"),
        ({"listing_page_size": "0"}, "listing_page_size"),
        ({"table_page_size": "100001"}, "table_page_size"),
        ({"table_page_size": "nhiều"}, "table_page_size"),
        ({"listing_names": {"tongso": "x"}}, "listing_names.*tongso.*phien"),
        ({"listing_names": {"data": ""}}, "listing_names.*data"),
        ({"entry_names": {"id": "a..b"}}, "entry_names.*id"),
        ({"entry_names": {"id": ".".join("x" * 21)}}, "entry_names"),
        ({"table_names": {"data": 7}}, "table_names"),
        ({"access_codes": {"public": "open"}}, "access_codes.*public.*open.*dung-chung"),
        ({"type_codes": {"varchar": "string"}}, "type_codes.*varchar"),
        ({"default_access": "open"}, "default_access"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], told: str) -> None:
    assert re.search(told, settings_error(settings))


def test_every_setting_has_a_label_and_help() -> None:
    assert all(setting.label and setting.help for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_the_settings_of_the_contract_change_nothing() -> None:
    assert PlatformSource(Access("https://nguon.example")).names == source("https://nguon.example", {}).names
