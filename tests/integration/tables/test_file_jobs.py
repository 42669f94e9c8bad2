"""The job that writes files: killed, run twice, run by two at once, it always ends in the same state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ckan.lib import files as ckan_files
from ckan.lib.redis import connect_to_redis

from ckanext.hue.harvesters.base import Page
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.files import formats, jobs, records, storage
from ckanext.hue.tables.files.errors import Misfit
from ckanext.hue.tables.files.formats import FORMATS, Format
from ckanext.hue.tables.files.jobs import remove_files_of, write_files
from ckanext.hue.tables.files.selection import Selection
from ckanext.hue.tables.loading import drop, load

EVERYWHERE = {"csv", "csv-bom", "tsv", "xlsx", "json", "ndjson", "parquet"}

KILLED = """
import os, signal, sys
from ckan.cli import load_config
from ckan.config.middleware import make_app
app = make_app(load_config(os.environ["CKAN_INI"]))
from ckanext.hue.tables.files import jobs, records, storage
module, name, after = sys.argv[1], sys.argv[2], int(sys.argv[3])
target = {"storage": storage, "records": records}[module]
kept = getattr(target, name)
calls = 0
def deadly(*args, **kwargs):
    global calls
    calls += 1
    if calls > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return kept(*args, **kwargs)
setattr(target, name, deadly)
with app.test_request_context():
    jobs.write_files(sweep=True)
"""


@pytest.fixture
def resource_id() -> Iterator[str]:
    made = str(uuid.uuid4())
    yield made
    drop([made])
    write_files(sweep=True)


def fill(resource_id: str, rows: int = 3, text: str = "Huế") -> None:
    load([Page("data", [{"ten": f"{text} {n}"} for n in range(rows)], ())], lambda _name: resource_id)


def recorded(resource_id: str) -> dict[str, str]:
    """SHA-256 by format, of the table's present files."""
    return {key: file.sha256 for key, file in records.of_tables([resource_id])[resource_id].items()}


def lying(folder: Path, resource_id: str) -> list[Path]:
    return sorted(folder.rglob(f"{resource_id}.*"))


def execute(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def sound(resource_id: str, folder: Path) -> None:
    """What is recorded lies in the storage, whole, and nothing else does."""
    files = records.of_tables([resource_id])[resource_id]
    assert set(files) == EVERYWHERE
    assert len(lying(folder, resource_id)) == len(files)
    for file in files.values():
        stream = storage.open_file(file.location, file.size)
        assert stream is not None
        storage.close(stream)
    assert not [
        name
        for (name,) in execute(
            "SELECT format FROM hue.table_file WHERE resource_id = %s AND NOT location = ANY(%s)",
            resource_id,
            [file.location for file in files.values()],
        )
    ]


def test_a_loaded_table_gets_each_fitting_format_once(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    sound(resource_id, storage_folder)
    first = {path: path.stat().st_mtime_ns for path in lying(storage_folder, resource_id)}
    write_files(sweep=True)
    assert {path: path.stat().st_mtime_ns for path in lying(storage_folder, resource_id)} == first


def test_coordinates_bring_geojson(resource_id: str) -> None:
    rows = [{"ten": "Đại Nội", "lat": 16.469, "lon": 107.577}]
    load([Page("data", rows, ())], lambda _name: resource_id)
    write_files(sweep=False)
    assert set(recorded(resource_id)) == {*EVERYWHERE, "geojson"}


def test_files_of_an_older_version_go_when_the_table_changed(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    before = recorded(resource_id)
    fill(resource_id, 4)
    assert recorded(resource_id) == {}
    write_files(sweep=False)
    assert recorded(resource_id)["csv"] != before["csv"]
    sound(resource_id, storage_folder)


def test_files_of_a_dropped_table_go(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    execute(f'DROP TABLE "{resource_id}"')
    write_files(sweep=False)
    assert lying(storage_folder, resource_id) == []
    assert execute("SELECT 1 FROM hue.table_file WHERE resource_id = %s", resource_id) == []


def test_files_go_before_their_table_is_dropped(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    fill(resource_id, 4)
    remove_files_of([resource_id, "khong-co"])
    drop([resource_id])
    assert lying(storage_folder, resource_id) == []


def test_a_storage_that_is_away_keeps_no_table_from_being_dropped(
    resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_place: str) -> None:
        raise OSError("no route to the storage")

    fill(resource_id)
    write_files(sweep=False)
    with monkeypatch.context() as patched:
        patched.setattr(storage, "remove", away)
        remove_files_of([resource_id])
    assert set(recorded(resource_id)) == EVERYWHERE


def test_files_of_a_table_whose_record_is_gone_go(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    execute("DELETE FROM hue.table_version WHERE resource_id = %s", resource_id)
    write_files(sweep=True)
    assert lying(storage_folder, resource_id) == []


def test_files_of_an_edited_table_go_and_none_are_written(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    execute(f"INSERT INTO \"{resource_id}\" (ten) VALUES ('thêm tay')")  # noqa: S608
    write_files(sweep=False)
    assert lying(storage_folder, resource_id) == []
    assert recorded(resource_id) == {}


def test_what_changes_while_its_files_are_written_is_not_recorded(
    resource_id: str, storage_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(resource_id)
    plain = FORMATS["csv"]

    def edited_under_way(selection: Selection) -> Iterator[bytes]:
        yield from plain.stream(selection)
        if selection.resource_id == resource_id:
            execute(f"INSERT INTO \"{resource_id}\" (ten) VALUES ('thêm tay')")  # noqa: S608

    monkeypatch.setitem(formats.FORMATS, "csv", _like(plain, edited_under_way))
    write_files(sweep=False)
    assert recorded(resource_id) == {}
    assert lying(storage_folder, resource_id) == []


def test_what_is_replaced_while_its_files_are_written_is_not_recorded(
    resource_id: str, storage_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(resource_id)
    plain, done = FORMATS["csv"], []

    def replaced_under_way(selection: Selection) -> Iterator[bytes]:
        yield from plain.stream(selection)
        if selection.resource_id == resource_id and not done:
            done.append(1)
            fill(resource_id, 9)

    monkeypatch.setitem(formats.FORMATS, "csv", _like(plain, replaced_under_way))
    write_files(sweep=False)
    assert recorded(resource_id) == {}
    assert lying(storage_folder, resource_id) == []
    write_files(sweep=False)
    sound(resource_id, storage_folder)


def test_one_odd_table_does_not_keep_the_others_waiting(
    resource_id: str, storage_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(uuid.uuid4())
    fill(resource_id)
    fill(other)
    plain = FORMATS["json"]

    def broken(selection: Selection) -> Iterator[bytes]:
        yield b"["
        if selection.resource_id == resource_id:
            raise OSError("the disk is full")

    monkeypatch.setitem(formats.FORMATS, "json", _like(plain, broken))
    assert write_files(sweep=False).failed == 1
    assert set(recorded(other)) == EVERYWHERE
    assert recorded(resource_id) == {}
    assert lying(storage_folder, resource_id) == []
    monkeypatch.undo()
    write_files(sweep=False)
    sound(resource_id, storage_folder)
    drop([other])


def test_a_format_that_turns_out_not_to_fit_is_left_out(
    resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misfit(_selection: Selection) -> Iterator[bytes]:
        yield b"half"
        raise Misfit(reason="Ô quá dài.")

    fill(resource_id)
    monkeypatch.setitem(formats.FORMATS, "xlsx", _like(FORMATS["xlsx"], misfit))
    assert write_files(sweep=False).failed == 0
    assert set(recorded(resource_id)) == EVERYWHERE - {"xlsx"}


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        ("records", "claim", 0),
        ("records", "is_due", 0),
        ("storage", "write", 0),
        ("storage", "write", 3),
        ("storage", "write", 6),
        ("records", "add", 0),
        ("records", "out_of_date", 0),
        ("storage", "remove", 0),
        ("storage", "remove", 2),
        ("records", "forget", 0),
        ("records", "unrecorded", 0),
    ],
)
def test_killed_anywhere_the_next_run_ends_in_the_same_state(
    resource_id: str, storage_folder: Path, ini: str, module: str, name: str, after: int
) -> None:
    # An old version's files, a stray file and a new version that waits: every step has something to do.
    fill(resource_id)
    write_files(sweep=True)
    fill(resource_id, 5)
    stray = storage.place_of(resource_id, 99, "stray", "csv", "csv")
    storage.write(stray, [b"stray"], "text/csv")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, module, name, str(after)],
        env={**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    write_files(sweep=True)
    sound(resource_id, storage_folder)


def test_two_jobs_at_once_share_the_tables(storage_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = [str(uuid.uuid4()) for _ in range(4)]
    for table in tables:
        fill(table)
    written: list[str] = []
    kept = storage.write

    def noted(place: str, chunks: Any, media_type: str) -> Any:
        written.append(place)
        time.sleep(0.01)
        return kept(place, chunks, media_type)

    monkeypatch.setattr(storage, "write", noted)
    faults: list[BaseException] = []

    def run() -> None:
        try:
            write_files(sweep=True)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    ours = [place for place in written if storage.resource_of(place) in tables]
    assert len(ours) == len(set(ours)) == len(tables) * len(EVERYWHERE)
    for table in tables:
        sound(table, storage_folder)
    drop(tables)
    write_files(sweep=True)


def test_a_sweep_leaves_alone_what_another_process_is_writing(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    place = storage.place_of(resource_id, 1, "x", "csv", "csv")
    storage.write(place, [b"under way"], "text/csv")
    with datastore_connection() as connection, connection.cursor() as cursor:
        assert records.claim(cursor, resource_id)
        write_files(sweep=True)
        assert len(lying(storage_folder, resource_id)) == 1
    write_files(sweep=True)
    sound(resource_id, storage_folder)


def test_a_sweep_leaves_other_files_of_the_storage_alone(storage_folder: Path) -> None:
    for place in ("anh.png", "tables/README", "tables/ab/anh.png", "resources/1a/2b"):
        (storage_folder / place).parent.mkdir(parents=True, exist_ok=True)
        (storage_folder / place).write_text("của người khác")
    write_files(sweep=True)
    for place in ("anh.png", "tables/README", "tables/ab/anh.png", "resources/1a/2b"):
        assert (storage_folder / place).read_text() == "của người khác"
        (storage_folder / place).unlink()


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"cut")])
def test_lost_and_cut_files_are_written_again(
    resource_id: str, storage_folder: Path, spoil: Callable[[Path], object]
) -> None:
    fill(resource_id)
    write_files(sweep=False)
    before = recorded(resource_id)
    spoil(next(path for path in lying(storage_folder, resource_id) if path.name.endswith(".json.json")))
    write_files(sweep=True)
    sound(resource_id, storage_folder)
    assert recorded(resource_id)["csv"] == before["csv"]


def test_all_files_can_be_written_again(resource_id: str, storage_folder: Path) -> None:
    fill(resource_id)
    write_files(sweep=False)
    before = {path: path.stat().st_mtime_ns for path in lying(storage_folder, resource_id)}
    write_files(again=True)
    after = {path: path.stat().st_mtime_ns for path in lying(storage_folder, resource_id)}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    sound(resource_id, storage_folder)


def test_what_waits_is_found_by_one_statement(resource_id: str) -> None:
    for rows in (3, 4):
        fill(resource_id, rows)
    with datastore_connection() as connection, connection.cursor() as cursor:
        waiting = [table for table in records.due(cursor) if table.resource_id == resource_id]
    assert [table.version for table in waiting] == [2]


def test_a_job_that_is_killed_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs.tk, "enqueue_job", lambda _function, **values: queued.append(values))
    connect_to_redis().delete(jobs.CALL.key)
    jobs.enqueue()
    connect_to_redis().delete(jobs.CALL.key)
    assert queued[0]["rq_kwargs"]["retry"].max == jobs.MAX_ATTEMPTS


def test_changes_queue_one_job_until_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[dict[str, Any]] = []
    monkeypatch.setattr(
        jobs.tk, "enqueue_job", lambda function, **values: queued.append({"function": function, **values})
    )
    connect_to_redis().delete(jobs.CALL.key)
    for _ in range(3):
        jobs.enqueue()
    assert [each["function"] for each in queued] == [write_files]
    assert queued[0]["rq_kwargs"]["timeout"] == 21600
    write_files(sweep=False)
    jobs.enqueue()
    assert len(queued) == 2


def test_another_storage_serves_the_same_files(resource_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        """A storage that gives what it holds in chunks and in one direction only, as S3 does."""

        def __init__(self) -> None:
            self.kept: dict[str, bytes] = {}

        def upload(self, place: str, upload: Any) -> None:
            self.kept[place] = upload.stream.read()
            assert upload.size == len(self.kept[place])

        def stream(self, data: Any) -> Iterator[bytes]:
            if data.location not in self.kept:
                raise ckan_files.exc.MissingFileError(self, data.location)
            return iter([self.kept[data.location][:7], self.kept[data.location][7:]])

        def remove(self, data: Any) -> None:
            self.kept.pop(data.location, None)

        def scan(self) -> Iterator[str]:
            return iter(list(self.kept))

    elsewhere = Elsewhere()
    monkeypatch.setattr(storage, "get", lambda: elsewhere)
    fill(resource_id)
    write_files(sweep=True)
    file = records.of_tables([resource_id])[resource_id]["csv"]
    whole = elsewhere.kept[file.location]
    stream = storage.open_file(file.location, file.size)
    assert b"".join(storage.part(stream, 0, file.size)) == whole
    assert b"".join(storage.part(storage.open_file(file.location, file.size), 5, 9)) == whole[5:14]
    elsewhere.kept.clear()
    assert storage.open_file(file.location, file.size) is None
    write_files(sweep=True)
    assert file.location in elsewhere.kept


def _like(format: Format, stream: Callable[[Selection], Iterator[bytes]]) -> Format:
    return Format(format.key, format.extension, format.media_type, format.label, stream, format.misfit)
