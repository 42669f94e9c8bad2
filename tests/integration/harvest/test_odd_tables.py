"""Odd tables, agencies and hand-made changes: each is dealt with alone, and nothing stays stuck."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote, urlsplit

import ckan.plugins.toolkit as tk
import pysolr
import pytest
from ckan import model

from ckanext.hue.harvest import reports, settling
from ckanext.hue.search import indexing
from ckanext.hue.tables.database import datastore_connection

Run = Callable[..., Any]
Bodies = dict[str, Any]


@pytest.fixture
def platform(answering: Run) -> Callable[[list[dict[str, Any]], Bodies], AbstractContextManager[str]]:
    """A platform that answers these bodies as they are (text or JSON) and ignores the page asked for."""

    def with_(entries: list[dict[str, Any]], bodies: Bodies) -> AbstractContextManager[str]:
        def body_of(asked: str) -> bytes:
            path = urlsplit(asked).path.removeprefix("/")
            listing = {"code": 0, "phien": 1, "tong": len(entries), "data": entries}
            body = listing if path == "danhmuc" else bodies[unquote(path.removeprefix("bang/"))]
            return (body if isinstance(body, str) else json.dumps(body)).encode()

        return answering(body_of)

    return with_


def entry(remote_id: str, **more: Any) -> dict[str, Any]:
    given = {"id": remote_id, "tenbang": f"Bảng lạ {remote_id}", "mucdo": "mo", "macoquan": "so-du-lich"}
    return {**given, "linhvuc": "du-lich", "mabam": "1", **more}


def published(action: Run, source: Any) -> dict[str, dict[str, Any]]:
    found = action("package_search", fq=f"extras_harvest_source:{source.name}", rows=1000)["results"]
    return {dataset["harvest_id"]: dataset for dataset in found}


GOOD: Bodies = {"data": [{"a": 1}]}
ODD: list[tuple[str, dict[str, Any], Any]] = [
    ("lồng nhau quá sâu", {}, '{"data": [{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]}"),
    ("NaN", {}, '{"data": [{"a": NaN}]}'),
    ("số đếm quá dài", {}, {"totalCount": "9" * 5_000, "data": [{"a": 1}]}),
    ("không có danh sách", {}, {"code": 0, "message": "ok"}),
    ("cùng một trang", {"tongsobanghi": 4}, {"data": [{"a": 1}, {"a": 2}]}),
    ("quá nhiều cột", {}, {"data": [{f"c{n}": n for n in range(401)}]}),
    ("tên cơ quan trống và dài", {"macoquan": "", "tencoquan": "x" * 10_000}, GOOD),
    ("kiểu lạ", {}, {**GOOD, "hienthi": [{"tentruong": "a", "kieu": ["int"]}]}),
    ("nửa ký tự", {"mota": "\ud800"}, '{"data": [{"t\\ud800": "\\ud800"}]}'),
    ("ngày rỗng của .NET", {"ngaycapnhat": "0001-01-01T00:00:00"}, GOOD),
    ("ngày cuối cùng", {"ngaycapnhat": "9999-12-31T23:59:59-07:00"}, GOOD),
    ("cột của PostgreSQL", {}, {"data": [{"ctid": 1, "xmin": 2, "tableoid": 3}]}),
    ("liên hệ quá dài", {"lienhe": {"ten": "x" * 9_000, "dienthoai": "0" * 9_000, "email": "không"}}, GOOD),
    ("nhiều cột", {}, {"data": [{f"cột {n}": f"giá trị {n}" for n in range(400)}]}),
]


@pytest.mark.parametrize(("what", "more", "body"), ODD, ids=[what for what, _more, _body in ODD])
def test_an_odd_table_leaves_the_others_done(
    platform: Run, add_source: Run, harvest: Run, action: Run, what: str, more: dict[str, Any], body: Any
) -> None:
    entries = [entry("lạ", **more), entry("đóng", mucdo="noi-bo"), entry("tốt")]
    with platform(entries, {"lạ": body, "tốt": GOOD}) as base:
        source = add_source(base)
        status = harvest(source)
    assert status.state == "finished", status.message
    assert status.waiting == 0
    assert "tốt" in published(action, source)
    for message in (line.message for line in reports.report(status.id, notable=True)):
        assert message and "Lỗi của cổng" not in message


def test_ids_are_asked_for_as_they_were_given(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    decomposed = "hue\u0302\u0301 ../%2F?#"
    with platform([entry(decomposed)], {decomposed: GOOD}) as base:
        source = add_source(base)
        assert harvest(source).succeeded
        assert harvest(source).planned == 0
    # The schema shows text composed; what was asked for and is remembered is as the source has it.
    assert list(published(action, source)) == [unicodedata.normalize("NFC", decomposed)]


def test_a_dataset_purged_by_hand_can_be_closed_and_comes_back(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    entries = [entry("a")]
    with platform(entries, {"a": GOOD}) as base:
        source = add_source(base)
        harvest(source)
        tk.get_action("dataset_purge")(context(), {"id": source.dataset_id("a")})
        entries[0]["mucdo"] = "noi-bo"
        assert harvest(source).succeeded
        entries[0]["mucdo"] = "mo"
        assert harvest(source).succeeded
    assert list(published(action, source)) == ["a"]


def test_a_dataset_without_marks_of_change_is_found_again_after_a_purge(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    with platform([entry("a", mabam=None)], {"a": GOOD}) as base:
        source = add_source(base)
        harvest(source)
        tk.get_action("dataset_purge")(context(), {"id": source.dataset_id("a")})
        harvest(source)
    assert list(published(action, source)) == ["a"]


def test_what_people_did_by_hand_stays(platform: Run, add_source: Run, harvest: Run, action: Run) -> None:
    entries = [entry("a"), entry("b")]
    with platform(entries, {"a": GOOD, "b": GOOD}) as base:
        source = add_source(base)
        harvest(source)
        patch = {"id": source.dataset_id("a"), "notes": "Mô tả do cơ quan viết.", "private": True}
        tk.get_action("package_patch")(context(), patch)
        tk.get_action("package_delete")(context(), {"id": source.dataset_id("b")})
        for listed in entries:
            listed["tenbang"] += " (mới)"
        assert harvest(source).succeeded
    show = tk.get_action("package_show")
    kept = show(context(), {"id": source.dataset_id("a")})
    assert (kept["notes"], kept["private"], kept["title"]) == (patch["notes"], True, "Bảng lạ a (mới)")
    assert show(context(), {"id": source.dataset_id("b")})["state"] == "deleted"
    assert published(action, source) == {}


def test_what_solr_missed_is_indexed_by_the_next_run(
    platform: Run, add_source: Run, harvest: Run, action: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_arguments: Any) -> None:
        raise pysolr.SolrError("Solr is down")

    with platform([entry("a"), entry("b"), entry("c")], {"a": GOOD, "b": GOOD, "c": GOOD}) as base:
        source = add_source(base)
        with monkeypatch.context() as patched, pytest.raises(pysolr.SolrError):
            patched.setattr(settling, "index_datasets", down)
            harvest(source)
        assert published(action, source) == {}
        tk.get_action("dataset_purge")(context(), {"id": source.dataset_id("a")})
        tk.get_action("package_delete")(context(), {"id": source.dataset_id("b")})
        assert harvest(source).succeeded
    assert list(published(action, source)) == ["c"]
    assert settling.index_datasets is indexing.index_datasets


def test_agencies_renamed_by_hand_or_of_like_codes_stay_apart(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    mark = "x" + uuid.uuid4().hex[:8]
    codes = [f"{mark}.1", f"{mark}-1", f"{mark}-2"]
    entries = [entry(code, macoquan=code, tencoquan=f"Sở {code}", linhvuc="") for code in codes]
    with platform(entries, dict.fromkeys(codes, GOOD)) as base:
        source = add_source(base)
        assert harvest(source).succeeded
        found = published(action, source)
        titles = [found[code]["organization"]["title"] for code in codes]
        assert titles == [f"Sở {code}" for code in codes]
        renamed = found[codes[2]]["organization"]["id"]
        tk.get_action("organization_patch")(context(), {"id": renamed, "name": f"{mark}-khac"})
        entries[2]["tenbang"] = "Tên mới"
        assert harvest(source).succeeded
    assert published(action, source)[codes[2]]["organization"]["id"] == renamed


def test_a_field_with_the_code_of_an_agency_is_a_field(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    code = "ma-" + uuid.uuid4().hex[:8]
    with platform([entry("a", macoquan=code, tencoquan="Cơ quan", linhvuc=code)], {"a": GOOD}) as base:
        source = add_source(base)
        assert harvest(source).succeeded
    [dataset] = published(action, source).values()
    assert dataset["organization"]["name"] == code
    [group] = dataset["groups"]
    assert group["id"] != dataset["organization"]["id"]


def test_a_deleted_agency_is_reported_not_used(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    code = "cu-" + uuid.uuid4().hex[:8]
    entries = [entry("a", macoquan=code, tencoquan="Cơ quan cũ")]
    with platform(entries, {"a": GOOD}) as base:
        source = add_source(base)
        harvest(source)
        model.Group.get(code).state = "deleted"
        model.Session.commit()
        entries[0]["tenbang"] = "Tên mới"
        status = harvest(source)
    assert status.failed == 1
    assert "đã bị xóa" in reports.report(status.id)[0].message


def test_a_list_that_vanished_takes_its_table_along(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    entries = [entry("a")]
    bodies: Bodies = {"a": {"chung": [{"x": 1}], "chitiet": [{"y": 1}]}}
    with platform(entries, bodies) as base:
        source = add_source(base)
        harvest(source)
        assert tables(source, "chung", "chitiet") == 2
        bodies["a"] = {"chung": [{"x": 1}]}
        entries[0]["mabam"] = "2"
        assert harvest(source).succeeded
    assert tables(source, "chung", "chitiet") == 1


def test_a_list_that_vanished_while_it_is_read_takes_its_table_along_later(
    platform: Run, add_source: Run, harvest: Run, action: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg2

    monkeypatch.setattr("ckanext.hue.tables.database.LOCK_TIMEOUT", "100ms")
    entries = [entry("a")]
    bodies: Bodies = {"a": {"chung": [{"x": 1}], "chitiet": [{"y": 1}]}}
    with platform(entries, bodies) as base:
        source = add_source(base)
        harvest(source)
        bodies["a"] = {"chung": [{"x": 1}]}
        entries[0]["mabam"] = "2"
        with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as reader, reader.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{source.resource_id("a", "chitiet")}"')  # noqa: S608
            assert harvest(source).succeeded
        assert tables(source, "chung", "chitiet") == 2
        assert harvest(source).planned == 0
    assert tables(source, "chung", "chitiet") == 1


def test_rows_in_use_do_not_keep_a_closed_dataset_public(
    platform: Run, add_source: Run, harvest: Run, action: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg2

    monkeypatch.setattr("ckanext.hue.tables.database.LOCK_TIMEOUT", "100ms")
    entries = [entry("a")]
    with platform(entries, {"a": GOOD}) as base:
        source = add_source(base)
        harvest(source)
        entries[0]["mucdo"] = "noi-bo"
        with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as reader, reader.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{source.resource_id("a", "data")}"')  # noqa: S608
            assert harvest(source).closed == 1
            assert published(action, source) == {}
        assert tables(source, "data") == 1
        harvest(source)
        assert tables(source, "data") == 0


def tables(source: Any, *lists: str) -> int:
    names = [source.resource_id("a", name) for name in lists]
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename = ANY(%s)", (names,))
        return (cursor.fetchone() or (0,))[0]


def context() -> dict[str, Any]:
    return {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def test_a_title_that_is_a_page_of_ckans_own_gets_another_name(
    platform: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    with platform([entry("a", tenbang="New"), entry("b", tenbang="Search")], {"a": GOOD, "b": GOOD}) as base:
        source = add_source(base)
        assert harvest(source).succeeded
    names = sorted(dataset["name"] for dataset in published(action, source).values())
    assert [name.partition("-")[0] for name in names] == ["new", "search"]
