"""Files on the web become datasets: through the loader alone, and as a harvest of a real source."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
import xlsxwriter

from ckanext.hue.harvest import jobs, reports, sources, worker
from ckanext.hue.harvesters.base import Mark, TableEntry
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.tables import loading
from ckanext.hue.tables.errors import TableError

Run = Callable[..., Any]
CSV = "Tên di tích,Số lượt\nLăng Tự Đức,1200\nChùa Thiên Mụ,3400\n".encode()


class Folder:
    """A web folder whose files and their tags can change, and what was asked of it."""

    def __init__(self, files: dict[str, bytes], *, tells: bool = True) -> None:
        self.files = files
        self.tells = tells
        self.asked: list[tuple[str, str, int]] = []

    def answer(self, path: str, known: str | None) -> tuple[int, dict[str, str], bytes]:
        if path == "/":
            links = "".join(f'<a href="{name}">{name}</a>' for name in self.files)
            return 200, {}, f"<html><body>{links}</body></html>".encode()
        body = self.files.get(path.removeprefix("/"))
        if body is None:
            return 404, {}, b""
        tag = f'"{hash(body)}"'
        return (304, {"ETag": tag}, b"") if known == tag else (200, {"ETag": tag}, body)


@contextmanager
def served(folder: Folder) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            status, headers, body = folder.answer(path, self.headers["If-None-Match"])
            if self.command == "HEAD" and not folder.tells:
                status, headers, body = 405, {}, b""
            folder.asked.append((self.command, path, status))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_arguments: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def workbook(**sheets: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def load(base: str, name: str, ids: dict[str, str]) -> list[loading.LoadedList]:
    source = open_source("files", base, allow_private_host=True)
    chunks = source.pages(TableEntry(name, name, "mo"))
    pages = (chunk for chunk in chunks if not isinstance(chunk, Mark))
    return loading.load(pages, lambda list_name: ids.setdefault(list_name, str(uuid.uuid4())))  # type: ignore[arg-type]


@pytest.fixture
def ids(application: Any) -> Iterator[dict[str, str]]:
    """Resource ids by the name of a list; their tables are dropped afterwards."""
    made: dict[str, str] = {}
    yield made
    loading.drop(made.values())


def test_each_sheet_becomes_a_table(ids: dict[str, str]) -> None:
    body = workbook(**{"Năm 2023": [["ten", "so"], ["Lăng", 5]], "Năm 2024": [["ten"], ["Chùa"], ["Cầu"]]})
    with served(Folder({"so lieu.xlsx": body})) as base:
        loaded = load(base, "so lieu.xlsx", ids)
    assert [(one.name, one.rows) for one in loaded] == [("Năm 2023", 1), ("Năm 2024", 2)]
    assert [column.name for column in loaded[0].columns] == ["ten", "so"]


def test_a_file_that_goes_bad_leaves_the_table_that_was(ids: dict[str, str]) -> None:
    folder = Folder({"a.csv": CSV})
    with served(folder) as base:
        [first] = load(base, "a.csv", ids)
        for bad in (b"", b"<!doctype html><html>x</html>", workbook(a=[["x"], [1]])[:500]):
            folder.files["a.csv"] = bad
            with pytest.raises(TableError):
                load(base, "a.csv", ids)
        folder.files["a.csv"] = CSV
        [again] = load(base, "a.csv", ids)
    assert (first.written, again.written) == (True, False)
    assert again.rows == 2


@pytest.fixture
def add() -> Run:
    """Add a source of files under a name that no other test uses."""

    def made(url: str, **settings: Any) -> Any:
        name = f"tep-{uuid.uuid4().hex[:12]}"
        return sources.add(name, kind="files", url=url, allow_private_host=True, settings=settings)

    return made


def published(action: Run, source: Any) -> dict[str, dict[str, Any]]:
    found = action("package_search", fq=f"extras_harvest_source:{source.name}", rows=100)["results"]
    return {dataset["harvest_id"]: dataset for dataset in found}


def test_a_folder_is_harvested_and_a_bad_file_fails_alone(add: Run, harvest: Run, action: Run) -> None:
    files = {"di-tich.csv": CSV, "hỏng.xlsx": b"PK\x03\x04hong", "ghi-chu.txt": b"khong phai bang"}
    with served(Folder(files)) as base:
        source = add(base, field="du-lich", agency="so-du-lich", agency_name="Sở Du lịch")
        status = harvest(source)
    assert status.state == "finished", status.message
    datasets = published(action, source)
    assert list(datasets) == ["di-tich.csv"]
    [resource] = datasets["di-tich.csv"]["resources"]
    assert datasets["di-tich.csv"]["title"] == "Di tich"
    found = action("datastore_search", resource_id=resource["id"])
    assert [record["Tên di tích"] for record in found["records"]] == ["Lăng Tự Đức", "Chùa Thiên Mụ"]
    [failed] = reports.report(status.id, states=("failed",))
    assert failed.title == "Hỏng"
    assert "hỏng.xlsx" in failed.message


def test_a_file_that_did_not_change_is_not_downloaded_again(add: Run, harvest: Run) -> None:
    folder = Folder({"a.csv": CSV, "b.csv": CSV + b"x,1\n"})
    with served(folder) as base:
        source = add(base)
        assert harvest(source).succeeded
        folder.asked.clear()
        folder.files["b.csv"] = CSV
        assert harvest(source).succeeded
    assert [path for method, path, _status in folder.asked if method == "GET"] == ["/", "/b.csv"]


def test_a_server_that_tells_no_versions_is_asked_on_condition(add: Run, harvest: Run, action: Run) -> None:
    folder = Folder({"a.csv": CSV, "b.csv": CSV}, tells=False)
    with served(folder) as base:
        source = add(base)
        assert harvest(source).succeeded
        folder.asked.clear()
        folder.files["b.csv"] = CSV + b"x,1\n"
        assert harvest(source).succeeded
    gets = {path: status for method, path, status in folder.asked if method == "GET"}
    assert gets == {"/": 200, "/a.csv": 304, "/b.csv": 200}
    [resource] = published(action, source)["b.csv"]["resources"]
    assert action("datastore_search", resource_id=resource["id"])["total"] == 3


def test_a_file_that_is_held_is_asked_for_with_its_mark(add: Run, harvest: Run) -> None:
    people = "\n".join(["ho_ten,so", *(f"An,046090{at:06}" for at in range(12))]).encode()
    folder = Folder({"nguoi.csv": people}, tells=False)
    with served(folder) as base:
        source = add(base + "/")
        first = harvest(source)
        folder.asked.clear()
        again = harvest(source)
        asked = [status for method, path, status in folder.asked if (method, path) == ("GET", "/nguoi.csv")]
        jobs.approve(again.id, "nguoi-duyet")
        worker.work()
    assert (first.held_personal, again.held_personal, again.failed) == (1, 1, 0)
    assert asked == [304]
    assert reports.status(again.id).done == 1
