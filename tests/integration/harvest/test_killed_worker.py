"""A worker killed in mid-harvest loses nothing: the next run ends as if it had never died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from sqlalchemy import text

from ckanext.hue.harvest import reports
from ckanext.hue.harvest import worker as workers

Run = Callable[..., Any]
LIMIT_SECONDS = 300  # the worker first does what earlier tests left in the queue


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a worker and the child that does its job, which RQ puts in a process group of its own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    for pid in (process.pid, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


@contextmanager
def worker(ini: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process."""
    command = [sys.executable, str(Path(sys.executable).with_name("ckan")), "jobs", "worker"]
    environment = {**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the harvest did not get there in time"
        time.sleep(0.05)


def outcome(action: Run, source: Any) -> list[Any]:
    """What readers see of a source, without what its name decides."""
    found = action("package_search", q="", fq=f"extras_harvest_source:{source.name}", rows=1000)["results"]
    return sorted(
        (
            dataset["harvest_id"],
            dataset["title"],
            [group["name"] for group in dataset["groups"]],
            dataset["organization"]["name"],
            [
                (resource["name"], resource["last_modified"], rows(action, resource["id"]))
                for resource in dataset["resources"]
            ],
        )
        for dataset in found
    )


def rows(action: Run, resource_id: str) -> tuple[int, list[Any]]:
    answer = action("datastore_search", resource_id=resource_id, limit=1000)
    return answer["total"], answer["records"]


def stored(source: Any) -> list[Any]:
    """Datasets of the source in the database, with their activities."""
    statement = text(
        "SELECT p.extras ->> 'harvest_id', p.state,"
        " (SELECT count(*) FROM activity a WHERE a.object_id = p.id)"
        " FROM package p WHERE p.extras ->> 'harvest_source' = :name ORDER BY 1"
    )
    return [tuple(row) for row in model.Session.execute(statement, {"name": source.name})]


def claimed_again(job_id: str) -> bool:
    """Whether the job came to its end; as the scheduler does, workers are woken for what was abandoned."""
    workers.wake()
    return reports.status(job_id).over


@pytest.fixture
def small_batches(ini: str, tmp_path: Path) -> str:
    """The test configuration with batches of three datasets, so that a kill falls between two commits."""
    text = Path(ini).read_text(encoding="utf-8")
    path = tmp_path / "ckan.ini"
    path.write_text(
        text.replace(
            "[app:main]\n",
            "[app:main]\nckanext.hue.harvest.batch_size = 3\nckanext.hue.harvest.lease = 5\n",
        ),
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.parametrize("finished_before_the_kill", [0, 3, 9])
def test_a_killed_harvest_run_again_ends_in_the_same_state(
    small_batches: str,
    sandbox: Run,
    add_source: Run,
    harvest: Run,
    action: Run,
    finished_before_the_kill: int,
) -> None:
    address = sandbox(tables=60, rows=30, open_tables=12, delay_ms=60)
    undisturbed = add_source(address)
    assert harvest(undisturbed).succeeded
    killed = add_source(address)

    with worker(small_batches) as process:
        job_id = workers.start(killed)
        wait_until(
            lambda: (
                (status := reports.status(job_id)).listed is not None
                and status.planned - status.waiting >= finished_before_the_kill
            )
        )
        kill(process)
    assert not reports.status(job_id).over
    finished = reports.status(job_id).planned - reports.status(job_id).waiting
    assert finished_before_the_kill <= finished < 12

    with worker(small_batches):
        wait_until(lambda: claimed_again(job_id))

    assert reports.status(job_id).succeeded
    assert outcome(action, killed) == outcome(action, undisturbed)
    assert stored(killed) == stored(undisturbed)
    assert harvest(killed).planned == 0
