"""What the tests of the engine's promises share: a changed platform, what readers see, time that passes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from ckan import model
from ckan.lib.jobs import get_queue

from ckanext.hue.harvest import jobs

LIMIT_SECONDS = 90


class Platform:
    """A sandbox and its control addresses."""

    def __init__(self, base: str) -> None:
        self.base = base

    def change(self, table_id: str, **change: Any) -> None:
        self._post(f"bang/{table_id}", change)

    def fault(self, path: str, kind: str, times: int | None = None, **options: Any) -> None:
        self._post("loi", {"path": path, "kind": kind, "times": times, **options})

    def heal(self) -> None:
        requests.delete(f"{self.base}/_sandbox/loi", timeout=10).raise_for_status()

    def counts(self) -> dict[str, int]:
        """Requests by kind of address."""
        return requests.get(f"{self.base}/_sandbox/yeucau", timeout=10).json()

    def table_counts(self) -> dict[str, int]:
        """Requests by table, of whatever page."""
        return requests.get(f"{self.base}/_sandbox/yeucau/bang", timeout=10).json()

    def open_ids(self) -> list[str]:
        listed = requests.get(f"{self.base}/danhmuc", params={"sobanghi": 1000}, timeout=10).json()["data"]
        return [entry["id"] for entry in listed if entry["mucdo"] == "mo"]

    def _post(self, path: str, body: dict[str, Any]) -> None:
        requests.post(f"{self.base}/_sandbox/{path}", json=body, timeout=10).raise_for_status()


@pytest.fixture
def platform(sandbox: Callable[..., str]) -> Callable[..., Platform]:
    return lambda **settings: Platform(sandbox(**settings))


class OwnPlatform:
    """A platform of which a test says every value. It ignores the page that it is asked for."""

    def __init__(self) -> None:
        self.base = ""
        self._entries: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, Any] = {}
        self._marks = itertools.count(1)
        self.asked: list[str] = []

    def table(self, remote_id: str, rows: list[dict[str, Any]], **types: str) -> None:
        """Give a table these rows; `types` are declared for columns by their names ("": none)."""
        columns = [
            {"tentruong": name, "kieu": kind} if kind else {"tentruong": name} for name, kind in types.items()
        ]
        self.answer(remote_id, {"code": 0, "data": rows, "hienthi": columns})

    def answer(self, remote_id: str, body: Any, **listed: Any) -> None:
        """Give a table this answer, as JSON or, when it is text, as it is; `listed` changes its entry."""
        entry = {"tenbang": f"Bảng {remote_id}", "mucdo": "mo", "macoquan": "so-du-lich"}
        self._entries[remote_id] = {**entry, "id": remote_id, "mabam": str(next(self._marks)), **listed}
        self._answers[remote_id] = body

    def to(self, path: str) -> bytes:
        """The answer to a request."""
        self.asked.append(unquote(path))
        if path == "danhmuc":
            entries = list(self._entries.values())
            body: Any = {"code": 0, "phien": 1, "tong": len(entries), "data": entries}
        else:
            body = self._answers[unquote(path.removeprefix("bang/"))]
        return (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.fixture
def own(answering: Callable[..., Any]) -> Iterator[OwnPlatform]:
    """A platform of one's own, over HTTP."""
    platform = OwnPlatform()
    with answering(lambda path: platform.to(urlsplit(path).path.removeprefix("/"))) as platform.base:
        yield platform


@pytest.fixture
def served(action: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What the API gives a reader of a harvested table."""

    def look(source: Any, remote_id: str) -> dict[str, Any]:
        found = action("datastore_search", resource_id=source.resource_id(remote_id, "data"), limit=1000)
        columns = {field["id"]: field["type"] for field in found["fields"] if field["id"] != "_id"}
        rows = [{name: row[name] for name in columns} for row in found["records"]]
        return {"total": found["total"], "columns": columns, "rows": rows}

    return look


@pytest.fixture(autouse=True)
def alone(context: None, no_waiting: None, sql: Callable[..., list[Any]]) -> Iterator[None]:
    """No work of other tests, which any worker would take, and none left to them."""
    _leave_no_work(sql)
    yield
    _leave_no_work(sql)


def _leave_no_work(sql: Callable[..., list[Any]]) -> None:
    for job in sql("SELECT id::text FROM hue_harvest_job WHERE state = ANY(:s)", s=list(jobs.ACTIVE)):
        jobs.cancel(job.id)
    sql("UPDATE hue_harvest_source SET next_run = NULL, every_minutes = NULL")
    sql("UPDATE hue_harvest_table SET index_pending = false WHERE index_pending")
    sql("DELETE FROM hue_harvest_host")
    get_queue().connection.flushdb()  # the tests' own: what was queued, and workers that were killed


@pytest.fixture
def sql() -> Callable[..., list[Any]]:
    """Run a statement on CKAN's database, in a transaction of its own."""
    from ckanext.hue.harvest.database import rows

    return rows


@pytest.fixture
def stored(sql: Callable[..., list[Any]]) -> Callable[..., dict[str, Any]]:
    """The datasets of a source as the database has them, by remote id."""

    def look(source: Any) -> dict[str, Any]:
        found = sql(
            "SELECT p.extras ->> 'harvest_id' AS remote_id, p.id, p.name, p.state,"
            " p.extras ->> 'harvest_state' AS harvest_state,"
            " (SELECT array_agg(r.id ORDER BY r.position) FROM resource r"
            "  WHERE r.package_id = p.id AND r.state = 'active') AS resources,"
            " (SELECT count(*) FROM activity a WHERE a.object_id = p.id) AS activities"
            " FROM package p WHERE p.extras ->> 'harvest_source' = :name",
            name=source.name,
        )
        return {row.remote_id: row for row in found}

    return look


@pytest.fixture
def tables() -> Callable[..., dict[str, int]]:
    """The rows of these DataStore tables, as far as they exist."""
    from ckanext.hue.tables.database import datastore_connection

    def look(resource_ids: list[str]) -> dict[str, int]:
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)",
                (resource_ids,),
            )
            counts = {}
            for (name,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 (names that were just found)
                counts[name] = cursor.fetchone()[0]
            return counts

    return look


@pytest.fixture
def age(sql: Callable[..., list[Any]]) -> Callable[..., None]:
    """Let the grace period of a source's withdrawn tables pass."""

    def run(source: Any) -> None:
        sql(
            "UPDATE hue_harvest_table SET gone_since = gone_since - interval '8 days'"
            " WHERE source_id = :source AND gone_since IS NOT NULL",
            source=source.id,
        )

    return run


@pytest.fixture
def leases_run_out(sql: Callable[..., list[Any]]) -> Callable[[Any], None]:
    """Let a source's leases run out, as they do some time after their workers died."""

    def run(source: Any) -> None:
        for table, job in (("hue_harvest_item", "job_id"), ("hue_harvest_job", "id")):
            sql(
                f"UPDATE {table} SET lease_until = now() - interval '1 second' WHERE lease_until > now()"  # noqa: S608
                f" AND {job} IN (SELECT id FROM hue_harvest_job WHERE source_id = :source)",
                source=source.id,
            )

    return run


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not get there in time"
            time.sleep(0.05)

    return wait


@pytest.fixture
def quick_ini(ini: str, tmp_path: Path) -> str:
    """The test configuration with small batches, short leases and a scheduler that looks often."""
    settings = (
        "ckanext.hue.harvest.batch_size = 3\nckanext.hue.harvest.lease = 2\nckanext.hue.scheduler.tick = 1\n"
    )
    path = tmp_path / "ckan.ini"
    whole = Path(ini).read_text(encoding="utf-8")
    path.write_text(whole.replace("[app:main]\n", f"[app:main]\n{settings}"), encoding="utf-8")
    return str(path)


class Process:
    """A command of CKAN in a process of its own, and the child in which a worker does its job."""

    def __init__(self, ini: str, *command: str) -> None:
        program = [sys.executable, str(Path(sys.executable).with_name("ckan")), *command]
        self.popen = subprocess.Popen(program, env={**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1"})

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        return [int(pid) for pid in path.read_text(encoding="ascii").split()]

    def busy(self) -> bool:
        """Whether a worker has a job: its child is in a process group of its own, unlike RQ's scheduler."""
        for pid in self.children():
            with suppress(ProcessLookupError):
                if os.getpgid(pid) == pid:
                    return True
        return False

    def signal(self, number: int) -> None:
        """Send it to the process and its children, which RQ puts in a process group of their own."""
        for pid in (self.popen.pid, *self.children()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGSTOP)  # it starts no other child
            self.signal(signal.SIGKILL)
        self.popen.wait()


@pytest.fixture
def start(quick_ini: str) -> Iterator[Callable[..., Process]]:
    """Start a command of CKAN, such as `jobs worker`; it is ended with the test."""
    with ExitStack() as stack:

        def run(*command: str) -> Process:
            process = Process(quick_ini, *command)
            stack.callback(process.end)
            return process

        yield run


@pytest.fixture
def in_a_fork() -> Callable[[Callable[[], None]], int]:
    """Do some work in a forked process with connections of its own; the signal that ended it, or 0."""

    def run(work: Callable[[], None]) -> int:
        child = os.fork()
        if not child:
            try:
                model.Session.remove()
                model.meta.engine.dispose(close=False)  # pyright: ignore[reportOptionalMemberAccess]
                work()
                os._exit(0)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    return run
