"""An agency's upload becomes a table once, whatever dies or comes late, and the agency reads how it went."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import openpyxl
import psycopg2
import pytest
from ckan import model
from ckan.lib import files
from ckan.lib.helpers import url_for
from ckan.lib.jobs import get_queue
from ckan.lib.uploader import get_resource_uploader
from redis.exceptions import ConnectionError as RedisAway
from rq.timeouts import JobTimeoutException
from werkzeug.datastructures import FileStorage

from ckanext.hue.harvest.database import rows
from ckanext.hue.tables.uploads import jobs, records, report, work

Upload = Callable[..., dict[str, Any]]
TABLE = "ten,khach\nĐại Nội,1200\nLăng Tự Đức,800\n"


def csv_file(text: str = TABLE, name: str = "luot-khach.csv") -> FileStorage:
    return FileStorage(io.BytesIO(text.encode()), filename=name)


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for row in lines:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def xlsx_file(name: str = "bang.xlsx", **sheets: list[list[Any]]) -> FileStorage:
    return FileStorage(io.BytesIO(workbook(**sheets)), filename=name)


@pytest.fixture(autouse=True)
def queue(context: None) -> Iterator[Any]:
    """The queue of the tests, empty before and after each; no upload of another test waits."""
    queue = get_queue()
    queue.empty()
    rows("DELETE FROM hue_upload WHERE state IN ('waiting', 'reading')")
    yield queue
    queue.empty()


@pytest.fixture
def act(dataset: Callable[..., Any]) -> Callable[..., Any]:
    """Call an action as the site's own user."""

    def call(action: str, /, **values: Any) -> Any:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

    return call


@pytest.fixture
def ask(client: Any) -> Callable[..., Any]:
    """Ask for a page as a visitor of its own: in a thread, which has no context of the test's."""

    def call(path: str, headers: dict[str, str] | None = None, *, method: str = "GET", **form: str) -> Any:
        def answer() -> Any:
            response = client.open(path, method=method, headers=headers, data=form or None)
            response.get_data()
            return response

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(answer).result()

    return call


@pytest.fixture
def upload(dataset: Callable[..., Any], act: Callable[..., Any]) -> Upload:
    """Add a resource with a file to a new dataset."""

    def add(file: FileStorage | None = None, **values: Any) -> dict[str, Any]:
        package_id = values.pop("package_id", None) or dataset()["id"]
        return act("resource_create", package_id=package_id, upload=file or csv_file(), **values)

    return add


def newest(resource_id: str) -> records.Upload:
    found = records.latest(resource_id)
    assert found is not None
    return found


def run(resource_id: str) -> records.Upload:
    """Do what a worker does with the newest upload of a resource."""
    jobs.run(newest(resource_id).id)
    model.Session.remove()  # a worker is another process: the session here knows nothing of what it wrote
    return newest(resource_id)


def table(resource_id: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Read as the DataStore's reader does."""
    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection, connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{resource_id}" ORDER BY _id')  # noqa: S608
        return cursor.fetchall()


# From a file to a table


def test_a_search_engine_that_is_away_makes_no_failed_load(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = upload()

    def away(*_: Any) -> None:
        raise ConnectionError("Solr")

    monkeypatch.setattr(work, "index_datasets", away)
    with pytest.raises(ConnectionError):
        run(resource["id"])
    assert newest(resource["id"]).state == "done"
    assert len(table(resource["id"])) == 2


def test_an_uploaded_file_becomes_a_table_with_types(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    done = run(resource["id"])
    assert (done.state, done.rows, done.attempts) == ("done", 2, 1)
    assert table(resource["id"], "ten, khach") == [("Đại Nội", 1200), ("Lăng Tự Đức", 800)]
    shown = act("resource_show", id=resource["id"])
    assert shown["datastore_active"] is True
    assert shown["size"] == len(TABLE.encode())
    assert shown["hash"] == done.sha256 and len(done.sha256) == 64
    assert shown["format"] == "CSV"
    assert act("datastore_search", resource_id=resource["id"], q="dai noi")["total"] == 1


def test_columns_that_look_like_personal_data_are_a_warning_in_the_report(
    upload: Upload,
) -> None:
    lines = ["Họ tên,Số giấy tờ", *(f"An,046090{number:06}" for number in range(12))]
    resource = upload(csv_file("\n".join(lines)))
    done = run(resource["id"])
    assert done.state == "done"
    [warning] = done.report["findings"]
    assert warning["column"] == "Số giấy tờ"
    assert "có 12 giá trị giống số định danh cá nhân" in warning["message"]
    assert "046090" not in str(warning)


def test_the_job_is_queued_once_the_upload_is_committed(upload: Upload, queue: Any) -> None:
    resource = upload()
    [job] = queue.jobs
    assert job.args == [newest(resource["id"]).id]
    assert job.timeout == tk.config["ckanext.hue.upload.job_timeout"]


def test_a_save_that_is_rolled_back_leaves_no_upload(
    upload: Upload, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def fail(*_arguments: Any, **_values: Any) -> None:
        made.extend(model.Session.execute(model.meta.metadata.tables["resource"].select()).scalars())
        raise ConnectionError("Solr is away")

    monkeypatch.setattr("ckan.logic.index_update_package_dicts", fail)
    before = {known.id for known in records.pending()}
    with pytest.raises(ConnectionError):
        upload()
    model.Session.rollback()
    assert made
    assert {known.id for known in records.pending()} == before
    assert queue.jobs == []


def test_an_edit_of_the_description_does_not_load_again(
    upload: Upload, act: Callable[..., Any], queue: Any
) -> None:
    resource = upload()
    done = run(resource["id"])
    queue.empty()
    act("resource_patch", id=resource["id"], description="Số liệu năm 2024")
    act("package_patch", id=resource["package_id"], notes="Mô tả mới của bộ dữ liệu.")
    assert newest(resource["id"]) == done
    assert queue.jobs == []
    assert act("resource_show", id=resource["id"])["datastore_active"] is True
    assert act("resource_show", id=resource["id"])["hash"] == done.sha256


def test_loading_makes_no_activity(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    before = len(act("package_activity_list", id=resource["package_id"], limit=100))
    run(resource["id"])
    assert len(act("package_activity_list", id=resource["package_id"], limit=100)) == before


@pytest.mark.parametrize("name", ["bao-cao.pdf", "anh.png", "khong-duoi"])
def test_a_file_that_is_no_table_is_left_alone(upload: Upload, queue: Any, name: str) -> None:
    resource = upload(csv_file("%PDF-1.4", name))
    assert records.latest(resource["id"]) is None
    assert queue.jobs == []


def test_a_file_that_is_no_table_in_the_place_of_one_keeps_the_table_and_says_so(
    upload: Upload, act: Callable[..., Any]
) -> None:
    resource = upload()
    run(resource["id"])
    act("resource_patch", id=resource["id"], upload=csv_file("%PDF-1.4", "bao-cao.pdf"))
    failed = newest(resource["id"])
    assert failed.state == "failed"
    assert "định dạng PDF" in failed.message
    assert len(table(resource["id"])) == 2


def test_the_names_of_vietnamese_files_are_kept_readable(upload: Upload) -> None:
    resource = upload(csv_file(name="Lượt khách tháng 5.csv"))
    assert newest(resource["id"]).name == "luot-khach-thang-5.csv"


# Once, and in order


def test_a_job_that_comes_twice_loads_once(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    load = work.load
    monkeypatch.setattr(work, "load", lambda claimed: (loads.append(claimed.id), load(claimed)))
    upload_id = newest(upload()["id"]).id
    jobs.run(upload_id)
    jobs.run(upload_id)
    assert loads == [upload_id]


def test_two_workers_with_the_same_job_load_once(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()
    loads: list[str] = []
    load = work.load

    def slow(claimed: records.Upload) -> None:
        loads.append(claimed.id)
        inside.set()
        assert go_on.wait(20)
        load(claimed)

    monkeypatch.setattr(work, "load", slow)
    upload_id = newest(upload()["id"]).id
    first = threading.Thread(target=jobs.run, args=[upload_id])
    first.start()
    assert inside.wait(20)
    jobs.run(upload_id)
    go_on.set()
    first.join(30)
    assert loads == [upload_id]
    found = records.get(upload_id)
    assert found and found.state == "done"


def test_a_newer_upload_takes_the_place_of_one_that_waits(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    older = newest(resource["id"])
    act("resource_patch", id=resource["id"], upload=csv_file("ten\nmới\n", "moi.csv"))
    jobs.run(older.id)
    superseded = records.get(older.id)
    assert superseded and superseded.state == "superseded"
    assert run(resource["id"]).state == "done"
    assert table(resource["id"], "ten") == [("mới",)]


def test_an_upload_that_comes_while_an_older_one_is_read_wins(
    upload: Upload, act: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = upload()
    older = newest(resource["id"])
    watched = work._watched

    def overtaken(claimed: records.Upload, batches: Any) -> Any:
        if claimed.id == older.id:
            for batch in batches:
                act("resource_patch", id=resource["id"], upload=csv_file("ten\nmới\n", "moi.csv"))
                jobs.run(newest(resource["id"]).id)  # another worker: it finds the lock taken
                yield from watched(claimed, [batch])
        else:
            yield from watched(claimed, batches)

    monkeypatch.setattr(work, "_watched", overtaken)
    jobs.run(older.id)
    superseded = records.get(older.id)
    assert superseded and superseded.state == "superseded"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        table(resource["id"])
    [waiting] = jobs.unattended()
    assert waiting.name == "moi.csv"
    assert run(resource["id"]).state == "done"
    assert table(resource["id"], "ten") == [("mới",)]


def test_a_job_that_ends_sees_to_what_nobody_takes_care_of(upload: Upload, queue: Any) -> None:
    left, other = upload(), upload()
    queue.empty()
    run(other["id"])
    assert [job.args for job in queue.jobs] == [[newest(left["id"]).id]]
    run(left["id"])


# When parts are away or die


def test_an_upload_is_saved_and_waits_while_the_queue_is_away(
    upload: Upload, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: Any, **_values: Any) -> None:
        raise RedisAway("Connection refused")

    with monkeypatch.context() as patched:
        patched.setattr("ckan.lib.jobs.enqueue", away)
        patched.setattr(tk, "enqueue_job", away)
        resource = upload()
        waiting = newest(resource["id"])
        assert waiting.state == "waiting"
        assert "Hàng đợi công việc của cổng đang gián đoạn" in waiting.message
        assert jobs.resume() == []
    assert waiting.id in [upload.id for upload in jobs.resume()]
    assert [waiting.id] in [job.args for job in queue.jobs]
    assert run(resource["id"]).state == "done"


def _load_slowly(upload_id: str, started: Any) -> None:
    """A worker's process that reads a file without end."""
    model.meta.engine.dispose(close=False)
    watched = work._watched

    def endless(claimed: records.Upload, batches: Any) -> Any:
        for batch in watched(claimed, batches):
            started.set()
            time.sleep(60)
            yield batch

    work._watched = endless  # type: ignore[assignment]
    jobs.run(upload_id)


def test_a_killed_worker_leaves_an_interrupted_upload_that_goes_on(upload: Upload) -> None:
    resource = upload()
    upload_id = newest(resource["id"]).id
    context = multiprocessing.get_context("fork")
    started = context.Event()
    worker = context.Process(target=_load_slowly, args=[upload_id, started])
    worker.start()
    assert started.wait(30)
    assert records.state_seen(newest(resource["id"])) == "reading"
    assert upload_id not in [waiting.id for waiting in jobs.unattended()]
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    deadline = time.monotonic() + 10
    while records.is_held(resource["id"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert records.state_seen(newest(resource["id"])) == "interrupted"
    assert upload_id in [waiting.id for waiting in jobs.resume()]
    done = run(resource["id"])
    assert (done.state, done.attempts) == ("done", 2)
    assert len(table(resource["id"])) == 2


def test_a_real_worker_whose_process_is_killed_loads_the_file_at_its_next_try(
    upload: Upload, ini: str
) -> None:
    many = "ten,khach\n" + "".join(f"Điểm {number},{number}\n" for number in range(150_000))
    resource = upload(csv_file(many))
    worker = subprocess.Popen(
        [str(Path(sys.executable).with_name("ckan")), "jobs", "worker", "--burst"],
        env={**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1"},
        stderr=subprocess.DEVNULL,
    )
    try:
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
        deadline = time.monotonic() + 60
        while newest(resource["id"]).state != "reading" and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        assert worker.wait(90) == 0
    finally:
        if worker.poll() is None:
            worker.kill()
    done = newest(resource["id"])
    assert (done.state, done.attempts, done.rows) == ("done", 2, 150_000)
    assert len(table(resource["id"], "khach")) == 150_000


def test_somebody_who_looks_wakes_a_worker_when_the_queue_lost_the_job(
    upload: Upload, queue: Any, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = upload()
    queue.empty()
    ask(address("state", resource))
    assert queue.jobs == []
    monkeypatch.setattr(jobs, "PATIENCE", timedelta(seconds=1))
    time.sleep(1.1)
    ask(address("state", resource))
    ask(address("state", resource))
    assert [job.args for job in queue.jobs] == [[newest(resource["id"]).id]]


def test_a_file_that_kills_its_worker_each_time_is_given_up(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(_claimed: records.Upload) -> None:
        raise Killed

    resource = upload()
    monkeypatch.setattr(work, "load", die)
    for _ in range(jobs.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            run(resource["id"])
    failed = run(resource["id"])
    assert failed.state == "failed"
    assert "đã dừng giữa chừng 5 lần" in failed.message


def test_a_fault_of_the_portal_is_reported_and_the_worker_lives(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(*_arguments: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(work, "open_file", odd)
    failed = run(upload()["id"])
    assert failed.state == "failed"
    assert failed.message == "Lỗi của cổng (ZeroDivisionError); chi tiết nằm trong nhật ký."


def test_a_load_that_takes_too_long_is_reported(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_arguments: Any) -> None:
        raise JobTimeoutException

    monkeypatch.setattr(work, "open_file", late)
    failed = run(upload()["id"])
    assert failed.state == "failed"
    assert "quá 120 phút" in failed.message


def test_files_in_a_configured_storage_are_loaded_too(
    upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "type": "file_keeper:fs",
        "path": str(tmp_path),
        "initialize": True,
        "override_existing": True,
    }
    name = tk.config["ckan.files.default_storages.resource"]
    files.storages.register(name, files.make_storage(name, settings))
    try:
        resource = upload()
        done = run(resource["id"])
    finally:
        files.storages.pop(name)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == [TABLE]
    assert (done.state, done.rows) == ("done", 2)


def test_a_file_that_vanished_from_the_storage_is_reported(upload: Upload) -> None:
    resource = upload()
    Path(get_resource_uploader(resource).get_path(resource["id"])).unlink()
    failed = run(resource["id"])
    assert failed.state == "failed"
    assert "Không tìm thấy tệp «luot-khach.csv»" in failed.message


def test_a_failed_load_keeps_the_old_table(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    run(resource["id"])
    act("resource_patch", id=resource["id"], upload=csv_file("", "rong.csv"))
    assert run(resource["id"]).state == "failed"
    assert len(table(resource["id"])) == 2
    assert act("resource_show", id=resource["id"])["datastore_active"] is True


# When resources and datasets go


def test_an_upload_of_a_deleted_resource_ends_without_a_table(
    upload: Upload, act: Callable[..., Any]
) -> None:
    resource = upload()
    upload_id = newest(resource["id"]).id
    act("resource_delete", id=resource["id"])
    jobs.run(upload_id)
    ended = records.get(upload_id)
    assert ended and ended.state == "superseded"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        table(resource["id"])


def test_deleting_a_resource_while_its_file_is_read_leaves_no_table(
    upload: Upload, act: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = upload()
    load_batches = work.load_batches

    def overtaken(*arguments: Any, **values: Any) -> Any:
        loaded = load_batches(*arguments, **values)
        act("resource_delete", id=resource["id"])
        return loaded

    monkeypatch.setattr(work, "load_batches", overtaken)
    upload_id = newest(resource["id"]).id
    jobs.run(upload_id)
    ended = records.get(upload_id)
    assert ended and ended.state == "superseded"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        table(resource["id"])


def test_deleting_a_resource_takes_its_table_away(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    run(resource["id"])
    act("resource_delete", id=resource["id"])
    with pytest.raises(psycopg2.errors.UndefinedTable):
        table(resource["id"])


def test_an_upload_of_a_deleted_dataset_ends(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    act("package_delete", id=resource["package_id"])
    assert run(resource["id"]).state == "superseded"


def test_linking_elsewhere_ends_what_waits(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    act(
        "resource_patch",
        id=resource["id"],
        url="https://so.example.vn/bang.csv",
        url_type="",
        clear_upload="true",
    )
    assert newest(resource["id"]).state == "superseded"


def test_a_save_that_began_before_the_load_ended_keeps_the_table(
    upload: Upload, act: Callable[..., Any]
) -> None:
    resource = upload()
    before = act("package_show", id=resource["package_id"])
    run(resource["id"])
    before["resources"][0]["description"] = "Ghi từ một trang mở sẵn"
    before.pop("metadata_modified")
    act("package_update", **before)
    assert act("resource_show", id=resource["id"])["datastore_active"] is True


# Sheets


def test_the_first_sheet_is_loaded_and_the_others_are_named(upload: Upload) -> None:
    resource = upload(xlsx_file(**{"Quý 1": [["a"], ["x"]], "Quý 2": [["b"], ["y"], ["z"]]}))
    done = run(resource["id"])
    assert done.report["sheet"] == "Quý 1"
    assert done.report["sheets"] == ["Quý 1", "Quý 2"]
    assert table(resource["id"], "a") == [("x",)]


def test_asking_for_another_sheet_loads_the_file_again(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload(xlsx_file(**{"Quý 1": [["a"], ["x"]], "Quý 2": [["b"], ["y"], ["z"]]}))
    run(resource["id"])
    act("resource_patch", id=resource["id"], sheet="Quý 2")
    done = run(resource["id"])
    assert (done.state, done.sheet) == ("done", "Quý 2")
    assert table(resource["id"], "b") == [("y",), ("z",)]


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(upload: Upload) -> None:
    resource = upload(xlsx_file(**{"Quý 1": [["a"], ["x"]]}), sheet="Quý 3")
    failed = run(resource["id"])
    assert failed.state == "failed"
    assert failed.message == (
        "Tệp không có trang tính «Quý 3». Các trang tính có dữ liệu: «Quý 1»."
        " Hãy sửa trường «Trang tính» của tài nguyên."
    )


# What is wrong, and where


BAD = "ten,khach\nĐại Nội,1200\nLăng Tự Đức,=1+1\nChợ Đông Ba,700\nCầu Ngói,650\n"


@pytest.fixture
def declared(upload: Upload, act: Callable[..., Any]) -> dict[str, Any]:
    """A loaded resource whose column `khach` is declared as whole numbers and has one bad value."""
    resource = upload(csv_file(BAD))
    run(resource["id"])
    fields = [
        {"id": "ten", "type": "text"},
        {"id": "khach", "type": "text", "info": {"type_override": "int"}},
    ]
    act("datastore_create", resource_id=resource["id"], force=True, fields=fields)
    act("hue_upload_reload", resource_id=resource["id"])
    return resource


def test_a_declared_type_holds_after_loading_again_and_bad_rows_are_set_aside(
    declared: dict[str, Any],
) -> None:
    done = run(declared["id"])
    assert done.report["quarantined"] == 1
    assert table(declared["id"], "khach") == [(1200,), (700,), (650,)]
    [bad] = report.bad_rows(declared["id"], done.report["version"], 10)
    assert (bad.row, bad.column, bad.value) == (3, "khach", "=1+1")
    assert bad.record == {"ten": "Lăng Tự Đức", "khach": "=1+1"}


def test_the_rows_left_out_are_downloaded_for_spreadsheets_as_they_are(
    declared: dict[str, Any], ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    run(declared["id"])
    answer = ask(address("rejected", declared), editor)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
        ["Dòng", "Cột", "Giá trị", "Lý do", "ten", "khach"],
        ["3", "khach", "=1+1", "không phải số nguyên hợp lệ", "Lăng Tự Đức", "=1+1"],
    ]


def test_too_many_bad_rows_keep_the_old_table_and_are_all_listed(
    declared: dict[str, Any], act: Callable[..., Any]
) -> None:
    run(declared["id"])
    lines = "".join(f"nơi {number},{'sai' if number % 2 else number}\n" for number in range(20))
    act("resource_patch", id=declared["id"], upload=csv_file("ten,khach\n" + lines))
    failed = run(declared["id"])
    assert failed.state == "failed"
    assert "bảng cũ được giữ nguyên" in failed.message
    assert failed.report["findings"]
    assert table(declared["id"], "khach") == [(1200,), (700,), (650,)]


@pytest.fixture
def editor() -> dict[str, str]:
    """Headers of a person who may edit the tests' agency's datasets."""
    name = f"bien-tap-{uuid.uuid4().hex[:8]}"
    return person(name, "editor")


def person(name: str, role: str | None) -> dict[str, str]:
    admin = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    tk.get_action("user_create")(
        dict(admin), {"name": name, "email": f"{name}@example.vn", "password": "mat-khau-thu-1"}
    )
    if role:
        tk.get_action("organization_member_create")(
            dict(admin), {"id": "co-quan-thu", "username": name, "role": role}
        )
    token = tk.get_action("api_token_create")(
        dict(admin), {"user": name, "name": "thu", "expires_in": 1, "unit": 86400}
    )
    return {"Authorization": token["token"]}


def address(page: str, resource: dict[str, Any], **arguments: Any) -> str:
    return url_for(f"hue_uploads.{page}", id=resource["package_id"], resource_id=resource["id"], **arguments)


def test_the_report_shows_errors_by_row_and_column(
    declared: dict[str, Any], ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    run(declared["id"])
    page = ask(address("show", declared), editor)
    assert page.status_code == 200
    text = " ".join(page.text.split())
    assert "Không phải số nguyên hợp lệ" in text
    assert '<td data-label="Cột">khach</td><td data-label="Giá trị">=1+1</td>' in text
    assert "Không có lưu ý nào" not in text


def test_the_report_of_a_file_that_failed_does_not_say_that_nothing_is_wrong(
    upload: Upload, ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    resource = upload(csv_file("<!DOCTYPE html><html><body>Hết phiên</body></html>"))
    run(resource["id"])
    text = ask(address("show", resource), editor).text
    assert "là một trang web (HTML)" in text
    assert "Không có dòng nào bị loại" not in text
    assert "Không có lưu ý nào" not in text


def test_the_uploaded_file_itself_can_be_downloaded_beside_the_table(
    upload: Upload, ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    resource = upload(csv_file("so\n1\n2\n"))
    path = f"/dataset/{resource['package_id']}/resource/{resource['id']}"
    original = "Tệp gốc do cơ quan tải lên"
    assert original not in ask(path, editor).text
    run(resource["id"])
    assert original in ask(path, editor).text


def test_what_a_file_says_is_text_in_the_report(
    upload: Upload, ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    script = "<script>alert(1)</script>"
    resource = upload(csv_file(f"so\n1\n2\n3\n{script}\n"), name=script, sheet="")
    run(resource["id"])
    text = ask(address("show", resource), editor).text
    assert script not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("page", ["show", "rejected"])
def test_reports_are_for_those_who_may_edit(
    declared: dict[str, Any], ask: Callable[..., Any], page: str
) -> None:
    run(declared["id"])
    assert ask(address(page, declared)).status_code == 403
    stranger = person(f"la-{uuid.uuid4().hex[:8]}", None)
    assert ask(address(page, declared), stranger).status_code == 403
    member = person(f"tv-{uuid.uuid4().hex[:8]}", "member")
    assert ask(address(page, declared), member).status_code == 403


def test_others_cannot_see_or_start_a_load_by_the_api(upload: Upload, action: Callable[..., Any]) -> None:
    resource = upload()
    for name in ("hue_upload_show", "hue_upload_reload"):
        with pytest.raises(tk.NotAuthorized):
            action(name, resource_id=resource["id"])


def test_private_datasets_keep_their_tables_to_themselves(
    upload: Upload,
    act: Callable[..., Any],
    action: Callable[..., Any],
    ask: Callable[..., Any],
    dataset: Callable[..., Any],
) -> None:
    resource = upload(package_id=dataset(private=True)["id"])
    run(resource["id"])
    with pytest.raises(tk.NotAuthorized):
        action("datastore_search", resource_id=resource["id"])
    assert ask(address("state", resource)).status_code == 404
    assert ask(address("show", resource)).status_code == 404


def test_the_public_learns_only_that_data_is_being_updated(
    upload: Upload, ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    resource = upload()
    seen = ask(address("state", resource)).text
    assert "Đang cập nhật dữ liệu" in seen
    assert "luot-khach" not in seen
    assert "luot-khach.csv" in ask(address("state", resource), editor).text
    run(resource["id"])
    assert ask(address("state", resource)).text.strip() == ""


@pytest.mark.parametrize("asked", ["page=99999", "page=-1", "page=x", "bad_page=99999999", "upload=x"])
def test_odd_addresses_do_not_fail_the_report(
    declared: dict[str, Any], ask: Callable[..., Any], editor: dict[str, str], asked: str
) -> None:
    run(declared["id"])
    answer = ask(f"{address('show', declared)}?{asked}", editor)
    assert answer.status_code == (404 if asked == "upload=x" else 200)


def test_loading_again_needs_a_post_and_the_right(
    upload: Upload, ask: Callable[..., Any], signed_in: Callable[[str], Any]
) -> None:
    resource = upload()
    run(resource["id"])
    name = f"bien-tap-{uuid.uuid4().hex[:8]}"
    person(name, "editor")
    editor, path = signed_in(name), address("reload", resource)
    assert editor.get(path).status_code in (404, 405)
    assert ask(path, method="POST").status_code in (400, 403)
    assert editor.post_bare(path).status_code == 400  # as another site would send it in the editor's name
    assert newest(resource["id"]).state == "done"
    assert editor.post(path).status_code == 302
    assert newest(resource["id"]).state == "waiting"


# Limits


def test_a_file_over_the_limit_is_refused_in_words(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckan.max_resource_size", 1)
    big = "ten\n" + "x" * (2 << 20) + "\n"
    with pytest.raises(tk.ValidationError) as refused:
        upload(csv_file(big, "lon.csv"))
    [message] = refused.value.error_dict["upload"]
    assert "có dung lượng 2,0 MB, vượt quá giới hạn 1 MB" in message


def test_old_reports_are_pruned(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    for _ in range(records.KEPT + 3):
        records.register(resource["id"])
    model.Session.commit()
    assert len(records.history(resource["id"], 100)) == records.KEPT
    assert len([known for known in records.history(resource["id"], 100) if known.pending]) == 1


# The data dictionary


def test_the_dictionary_survives_the_next_upload(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    run(resource["id"])
    entry = {
        "label": "Lượt khách",
        "notes": "Không tính trẻ em",
        "unit": "lượt",
        "type_override": "numeric",
        "is_key": "",
    }
    fields = [
        {"id": "ten", "type": "text", "info": {"label": "Điểm di tích", "is_key": "true"}},
        {"id": "khach", "type": "int8", "info": entry},
    ]
    act("datastore_create", resource_id=resource["id"], force=True, fields=fields)
    act("hue_upload_reload", resource_id=resource["id"])
    run(resource["id"])
    newer = "ten,khach,them\nĐại Nội,1300.5,a\n"
    act("resource_patch", id=resource["id"], upload=csv_file(newer))
    done = run(resource["id"])
    assert done.state == "done"
    described = {
        field["id"]: field
        for field in act("datastore_info", id=resource["id"])["fields"]
        if field["id"] != "_id"
    }
    assert described["khach"]["type"] == "numeric"
    assert described["khach"]["info"] == {
        "label": "Lượt khách",
        "notes": "Không tính trẻ em",
        "unit": "lượt",
        "type_override": "numeric",
    }
    assert described["ten"]["info"] == {"label": "Điểm di tích", "is_key": True}
    assert done.report["removed"] == 1 and done.report["changed"] == 1


def test_ckans_form_keeps_unit_and_type(
    upload: Upload, act: Callable[..., Any], ask: Callable[..., Any], editor: dict[str, str]
) -> None:
    resource = upload()
    run(resource["id"])
    dictionary = url_for("datastore.dictionary", id=resource["package_id"], resource_id=resource["id"])
    entered = {
        "info__1__label": "Điểm di tích",
        "info__2__label": "Khách",
        "info__2__unit": "lượt",
        "info__2__type_override": "numeric",
    }
    assert ask(dictionary, editor, method="POST", **entered).status_code == 302
    assert act("datastore_info", id=resource["id"])["fields"][-1]["info"]["unit"] == "lượt"
    form = ask(dictionary, editor).text
    assert 'value="lượt"' in form
    assert "Nạp lại" in form


def test_a_client_that_does_not_know_units_keeps_them(upload: Upload, act: Callable[..., Any]) -> None:
    resource = upload()
    run(resource["id"])
    fields = [{"id": "ten"}, {"id": "khach", "info": {"unit": "lượt", "is_key": True}}]
    act("datastore_create", resource_id=resource["id"], force=True, fields=fields)
    fields[1] = {"id": "khach", "info": {"label": "Khách"}}
    act("datastore_create", resource_id=resource["id"], force=True, fields=fields)
    info = act("datastore_info", id=resource["id"])["fields"][-1]["info"]
    assert info == {"label": "Khách", "unit": "lượt", "is_key": True}


@pytest.mark.parametrize(
    "entry", [{"type_override": "blob"}, {"unit": "x" * 101}, {"label": "x" * 501}, "văn bản", ["a"]]
)
def test_nonsense_in_the_dictionary_is_refused(upload: Upload, act: Callable[..., Any], entry: Any) -> None:
    resource = upload()
    run(resource["id"])
    fields = [{"id": "ten", "info": entry}]
    with pytest.raises(tk.ValidationError):
        act("datastore_create", resource_id=resource["id"], force=True, fields=fields)
