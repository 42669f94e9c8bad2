"""Files on the web as tables: listed, told apart by version, downloaded, read, and cleared away."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ckanext.hue.harvesters import errors, files
from ckanext.hue.harvesters.base import Mark, NotModified, Sheet, TableEntry
from ckanext.hue.harvesters.files import FilesSource, title_of
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.tables.errors import TableError, WebPageInstead

Serve = Callable[..., Any]
Site = dict[str, Any]
CSV = "ten,so\nLăng,1\nChùa,2\n".encode()


def index(*links: str) -> bytes:
    return f"<html><body>{''.join(f'<a href={link!r}>x</a>' for link in links)}</body></html>".encode()


def site(pages: Site) -> Callable[[Any], None]:
    """Answers each path with its bytes, headers before them if any; a number is a status."""

    def answer(request: Any) -> None:
        found = pages.get(request.path, 404)
        headers, body = found if isinstance(found, tuple) else ({}, found)
        if isinstance(body, int):
            request.give(status=body, **headers)
        elif "ETag" in headers and request.headers["If-None-Match"] == headers["ETag"]:
            request.give(status=304)
        else:
            request.give(body, **headers)

    return answer


def source(base: str, **settings: Any) -> FilesSource:
    source = open_source("files", base, allow_private_host=True, settings=settings)
    assert isinstance(source, FilesSource)
    source.client.backoff_seconds = 0
    return source


def listed(base: str, **settings: Any) -> list[TableEntry]:
    return list(source(base, **settings).listing())


def rows(base: str, remote_id: str, **settings: Any) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for sheet in source(base, **settings).pages(TableEntry(remote_id, "T", "mo")):
        if isinstance(sheet, Sheet):
            found.setdefault(sheet.list_name, []).extend(tuple(row) for row in sheet.batch.rows)
    return found


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_listed_with_the_files_that_can_be_read(serve: Serve) -> None:
    links = ("../", "sub/", "so_lieu-2024.csv", "B%E1%BA%A3ng.XLSX", "readme.html", "anh.png")
    web = serve(site({"/d/": index(*links), "/d/so_lieu-2024.csv": CSV, "/d/B%E1%BA%A3ng.XLSX": CSV}))
    entries = listed(
        web.base + "/d", field="du-lich", agency="so-du-lich", frequency="hang-thang", license="x"
    )
    assert [(entry.remote_id, entry.title) for entry in entries] == [
        ("so_lieu-2024.csv", "So lieu 2024"),
        ("Bảng.XLSX", "Bảng"),
    ]
    first = entries[0]
    assert (first.access, first.field_code, first.agency_code) == ("mo", "du-lich", "so-du-lich")
    assert (first.frequency, first.license) == ("hang-thang", "x")


def test_only_the_names_asked_for_are_listed(serve: Serve) -> None:
    web = serve(site({"/": index("a.csv", "b.CSV", "ghi-chu.csv", "c.xlsx")}))
    entries = listed(web.base, include=["?.csv"], access="noi-bo")
    assert [(entry.remote_id, entry.access) for entry in entries] == [
        ("a.csv", "noi-bo"),
        ("b.CSV", "noi-bo"),
    ]


def test_folders_below_are_read_when_asked_for(serve: Serve) -> None:
    pages = {
        "/d/": index("../", "2024/", "a.csv"),
        "/d/2024/": index("../", "/d/", "quy%201/", "b.csv"),
        "/d/2024/quy%201/": index("../", "/d/2024/", "c.csv"),
    }
    web = serve(site(pages))
    assert [entry.remote_id for entry in listed(web.base + "/d/")] == ["a.csv"]
    entries = listed(web.base + "/d/", subfolders=True)
    assert [entry.remote_id for entry in entries] == ["a.csv", "2024/b.csv", "2024/quy 1/c.csv"]
    assert entries[2].title == "C (2024 / quy 1)"
    only = listed(web.base + "/d/", subfolders=True, include=["2024/*/*.csv"])
    assert [entry.remote_id for entry in only] == ["2024/quy 1/c.csv"]


def test_addresses_are_listed_with_their_titles(serve: Serve) -> None:
    web = serve(site({"/a.csv": CSV, "/tai?id=7": CSV}))
    addresses = [f"{web.base}/a.csv", f"Di tích | {web.base}/tai?id=7#x"]
    entries = listed(web.base, addresses=addresses)
    assert [(entry.remote_id, entry.title) for entry in entries] == [
        (f"{web.base}/a.csv", "A"),
        (f"{web.base}/tai?id=7", "Di tích"),
    ]
    assert rows(web.base, entries[1].remote_id, addresses=addresses) == {
        "data": [("Lăng", "1"), ("Chùa", "2")]
    }


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        (["ftp://nguon.example/a.csv"], "addresses"),
        (["a.csv"], r"a\.csv"),
        (["Tên | "], "Tên"),
        (["https://a:b@nguon.example/a.csv"], "addresses"),
        (["https://nguon.example/" + "a" * 500], "500"),
        (["https://nguon.example/a.csv", "X | https://nguon.example/a.csv#y"], "hai lần"),
    ],
)
def test_a_wrong_address_is_told(addresses: list[str], told: str) -> None:
    with pytest.raises(errors.SettingsError, match=told):
        open_source("files", "https://nguon.example", settings={"addresses": addresses})


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body><form>dang nhap</form></body></html>",
        index("../", "/khac/a.csv"),
        b"",
        b"<html><a href='a.csv'>",
    ],
)
def test_a_page_without_files_is_no_empty_listing(serve: Serve, page: bytes) -> None:
    with pytest.raises(errors.IncompleteListing):
        listed(serve(site({"/d/": page})).base + "/d")


def test_a_folder_below_that_fails_leaves_the_listing_incomplete(serve: Serve) -> None:
    web = serve(site({"/": index("a.csv", "b/"), "/b/": 403}))
    with pytest.raises(errors.RefusedByServer, match="403"):
        listed(web.base, subfolders=True)


def test_a_folder_that_moved_is_not_followed(serve: Serve) -> None:
    web = serve(site({"/d/": ({"Location": "/moi/"}, 302), "/moi/": index("a.csv")}))
    with pytest.raises(errors.IncompleteListing, match="/moi/"):
        listed(web.base + "/d")


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 2), ("MAX_FOLDERS", 2), ("MAX_ADDRESS", 3)])
def test_a_folder_without_end_is_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(files, limit, value)
    links = index("1.csv", "2.csv", "3.csv", "a/", "b/", "c/")
    web = serve(lambda request: request.give(links))
    with pytest.raises(errors.IncompleteListing):
        listed(web.base, subfolders=True)
    assert len(web.seen) <= 3


def test_the_version_is_what_the_server_says(serve: Serve) -> None:
    time = {"Last_Modified": "Wed, 01 Jan 2020 00:00:00 GMT"}
    pages = {
        "/": index("a.csv", "b.csv", "c.csv"),
        "/a.csv": ({"ETag": '"1"'}, CSV),
        "/b.csv": (time, CSV),
        "/c.csv": CSV,
    }
    tagged, timed, silent = listed(serve(site(pages)).base)
    assert tagged.version == f'etag:"1" {len(CSV)}'
    assert timed.version == f"time:{time['Last_Modified']} {len(CSV)}"
    assert timed.updated == "2020-01-01T00:00:00+00:00"
    assert not silent.tells_changes


def test_a_server_that_refuses_to_say_is_asked_once(serve: Serve) -> None:
    def answer(request: Any) -> None:
        if request.command == "HEAD":
            request.give(status=405)
        else:
            request.give(index("a.csv", "b.csv", "c.csv"))

    web = serve(answer)
    assert [entry.version for entry in listed(web.base)] == [None, None, None]
    assert len(web.paths("HEAD")) == 1


def test_a_file_that_is_gone_does_not_keep_the_others_from_telling(serve: Serve) -> None:
    web = serve(site({"/": index("a.csv", "b.csv"), "/b.csv": ({"ETag": '"1"'}, CSV)}))
    assert [entry.tells_changes for entry in listed(web.base)] == [False, True]


def test_a_file_of_unknown_version_is_asked_for_on_condition(serve: Serve) -> None:
    web = serve(site({"/a.csv": ({"ETag": '"1"'}, CSV)}))
    entry = TableEntry("a.csv", "A", "mo")
    *sheets, mark = source(web.base).pages(entry)
    assert sheets
    assert isinstance(mark, Mark)
    with pytest.raises(NotModified):
        list(source(web.base).pages(entry, mark.value))
    assert all(
        isinstance(sheet, Sheet) for sheet in source(web.base).pages(entry, 'etag:"0"') if sheet != mark
    )


def workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name in ("Năm 2023", "Năm 2024"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["ten", "so"])
            sheet.write_row(1, 0, [name, 5])
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"ten": ["Lăng"], "so": [1]}), file)
    return file.getvalue()


POINT = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"ten": "Lăng"},
            "geometry": {"type": "Point", "coordinates": [107.5, 16.4]},
        }
    ],
}


@pytest.mark.parametrize(
    ("name", "body", "lists"),
    [
        ("a.csv", CSV, {"data": 2}),
        ("a.tsv", CSV.replace(b",", b"\t"), {"data": 2}),
        ("a.xlsx", workbook(), {"Năm 2023": 1, "Năm 2024": 1}),
        ("a.json", json.dumps([{"ten": "Lăng"}]).encode(), {"data": 1}),
        ("a.json", json.dumps({"code": 0, "data": [{"ten": "Lăng"}]}).encode(), {"data": 1}),
        ("a.ndjson", b'{"a": 1}\n{"a": 2}\n', {"data": 2}),
        ("a.geojson", json.dumps(POINT).encode(), {"data": 1}),
        ("a.parquet", parquet(), {"data": 1}),
    ],
)
def test_each_format_is_read_sheet_by_sheet(
    serve: Serve, scratch: Path, name: str, body: bytes, lists: dict[str, int]
) -> None:
    found = rows(serve(site({f"/{name}": body})).base, name)
    assert {sheet: len(some) for sheet, some in found.items()} == lists
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<!doctype html><html><body>Dang nhap</body></html>", WebPageInstead),
        (b"", TableError),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, TableError),
        (workbook()[:2_000], TableError),
        (404, errors.RefusedByServer),
        (500, errors.RefusedByServer),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_left(
    serve: Serve, scratch: Path, body: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rows(serve(site({"/a.csv": body})).base, "a.csv")
    assert list(scratch.iterdir()) == []


def test_a_reader_that_stops_early_leaves_no_file(serve: Serve, scratch: Path) -> None:
    web = serve(site({"/a.csv": CSV}))
    pages = source(web.base).pages(TableEntry("a.csv", "A", "mo"))
    next(pages)
    assert len(list(scratch.iterdir())) == 1
    pages.close()  # type: ignore[attr-defined]
    assert list(scratch.iterdir()) == []


def test_a_file_that_breaks_off_is_no_table(serve: Serve, scratch: Path) -> None:
    def cut(request: Any) -> None:
        request.give(CSV[:10], Content_Length=str(len(CSV)))
        request.close_connection = True

    with pytest.raises(errors.Unreachable):
        rows(serve(cut).base, "a.csv")
    assert list(scratch.iterdir()) == []


def test_other_hosts_get_neither_the_token_nor_leave_to_be_private(serve: Serve) -> None:
    own, other = serve(site({"/a.csv": CSV})), serve(site({"/a.csv": CSV}))
    given = {"addresses": [f"{own.base}/a.csv", f"{other.base}/a.csv"]}
    opened = open_source("files", own.base, token="abc", allow_private_host=True, settings=given)
    first, second = opened.listing()
    assert list(opened.pages(first))
    with pytest.raises(errors.AddressRefused):
        list(opened.pages(second))
    assert other.seen == []
    assert {headers.get("Authorization") for _method, _path, headers in own.seen} == {"Bearer abc"}


def test_trouble_of_another_host_is_no_trouble_of_the_source(serve: Serve) -> None:
    own = serve(site({"/a.csv": 503}))
    addresses = [f"{own.base}/a.csv", "http://khong-co.invalid/a.csv"]
    first, second = listed(own.base, addresses=addresses)
    with pytest.raises(errors.HostTrouble):
        list(source(own.base, addresses=addresses).pages(first))
    with pytest.raises(errors.OtherHost, match="khong-co"):
        list(source(own.base, addresses=addresses).pages(second))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("bao_cao__du-lich.csv", "Bao cao du lich"),
        ("so-lieu-2024-01.csv", "So lieu 2024-01"),
        ("2024/Quý 1/điểm.xlsx", "Điểm (2024 / Quý 1)"),
        ("B%E1%BA%A3ng%25.csv", "Bảng%"),
        (".csv", ".csv"),
        ("___.csv", "___"),
        ("hue\u0302\u0301.csv", "Huế"),
    ],
)
def test_titles_are_readable(path: str, title: str) -> None:
    assert title_of(path) == title
