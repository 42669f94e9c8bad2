"""Our arm: a portal of its own that can be emptied, worker processes, and jobs as PostgreSQL knows them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import children, portal_arm
from measuring.children import BenchError

from stack import paths, portal, postgres, redis_server, shell
from stack.parts import CKAN_ENVIRONMENT

from .counts import Counts, counted
from .sandboxes import Platform

SITE = portal_arm.SITE
_DATABASES = ((SITE.database, portal.OWNER), (SITE.datastore, portal.WRITER))
_LOGINS = [
    (portal.OWNER, SITE.database),
    (portal.WRITER, SITE.datastore),
    (portal.READER, SITE.datastore),
]
_READY_SECONDS = 90
_STOP_SECONDS = 30
_QUIET_SECONDS = 600
_JOB_SECONDS = 1800
_POLL_SECONDS = 0.2
ACTIVE = ("queued", "planning", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """One harvest job. `seconds` from its start to its end, by PostgreSQL's clock; counts are tables."""

    id: str
    state: str
    message: str
    seconds: float
    listed: int
    unchanged: int
    items: dict[str, int]  # by state


@contextmanager
def site() -> Iterator[None]:
    """A fresh portal, removed at the end with the copies that it is emptied from."""
    with portal_arm.site():
        try:
            for database, owner in _DATABASES:
                _copy(database, _kept(database), owner)
            yield
        finally:
            for database, _ in _DATABASES:
                _drop(_kept(database))


def empty() -> None:
    """Bring the portal back to its beginning: no source, no dataset, no table, no job, no document."""
    for database, owner in _DATABASES:
        _drop(database)
        _copy(_kept(database), database, owner)
    redis_server.empty(SITE.redis_number)
    empty_core(SITE.core)
    postgres.psql("CHECKPOINT")


def empty_core(core: str) -> None:
    """Take every document out of a Solr core."""
    import urllib.request

    from stack import solr
    from stack.probe import OPENER

    request = urllib.request.Request(
        f"{solr.core_url(core)}/update?commit=true",
        b"<delete><query>*:*</query></delete>",
        {"Content-Type": "text/xml"},
    )
    with OPENER.open(request, timeout=60):
        pass


def _kept(database: str) -> str:
    return f"{database}_empty"


def _copy(origin: str, name: str, owner: str) -> None:
    postgres.psql(
        'CREATE DATABASE :"name" OWNER :"owner" TEMPLATE :"origin"',
        variables={"name": name, "owner": owner, "origin": origin},
    )


def _drop(name: str) -> None:
    postgres.psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', variables={"name": name})


def call(action: str, **arguments: Any) -> Any:
    """Run an action of `portal_child` in a process of its own."""
    here = Path(__file__).resolve().parent
    return children.call(paths.PYTHON, "portal_child", action, portal.ini_of(SITE), folder=here, **arguments)


def ckan(*arguments: str) -> str:
    """Run CKAN's tool on the portal; what it prints."""
    return children.run(portal.command(*arguments), "portal-ckan", portal.ini_of(SITE))


def add_source(name: str, address: str) -> None:
    ckan(
        *("hue", "source", "add", name, "--type", "platform", "--url", address),
        *("--title", "Nền tảng để đo", "--allow-private-host"),
    )


def queue(name: str) -> None:
    """Queue a harvest of a source; a worker that runs takes it at once."""
    ckan("hue", "harvest", "run", name)


def harvest(name: str) -> Job:
    """Queue a harvest of a source, and see it through."""
    queue(name)
    return finished(name)


def finished(name: str) -> Job:
    """Wait for a queued harvest and for all that follows it. Raises BenchError unless it did every table."""
    _until(lambda: last_job(name).state not in ACTIVE, _JOB_SECONDS, f"lần thu thập {name} chưa xong")
    wait_until_quiet()
    job = last_job(name)
    if job.state != "finished" or set(job.items) - {"done", "unchanged"}:
        raise BenchError(f"Lần thu thập {name} không trọn vẹn: {job}.")
    return job


def counted_harvest(name: str, source: Platform) -> Counts:
    """What one worker does for a harvest of a source, from its start to the end of all that follows."""
    queue(name)  # before counting: this command's own statements are not the harvest's
    with counted(_LOGINS, SITE.core, source) as counts, workers():
        finished(name)
    return counts


def without_download_files() -> None:
    """Keep the job that writes download files away, as if it were queued already."""
    _redis(f"SET hue:{SITE.site_id}:files:queued 1")


def last_job(name: str) -> Job:
    """The newest job of a source."""
    variables = {"name": name}
    rows = postgres.psql(
        "SELECT j.id, j.state, coalesce(extract(epoch FROM j.finished - j.started), 0),"
        " coalesce(j.listed, 0), coalesce(j.unchanged, 0), replace(j.message, E'\\n', ' ')"
        " FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id"
        " WHERE s.name = :'name' ORDER BY j.created DESC LIMIT 1",
        SITE.database,
        variables,
    ).splitlines()
    if not rows:
        raise BenchError(f"Nguồn {name} chưa có lần thu thập nào.")
    job_id, state, seconds, listed, unchanged, message = rows[0].split("\t")
    items = postgres.psql(
        "SELECT state, count(*) FROM hue_harvest_item WHERE job_id = :'job' GROUP BY state",
        SITE.database,
        {"job": job_id},
    )
    counts = {name: int(count) for name, count in (line.split("\t") for line in items.splitlines())}
    return Job(job_id, state, message, float(seconds), int(listed), int(unchanged), counts)


@contextmanager
def workers(count: int = 1) -> Iterator[list[int]]:
    """Worker processes that listen to the portal's queue, until the block ends; their process ids."""
    with ExitStack() as stack:
        yield [stack.enter_context(_worker()) for _ in range(count)]


@contextmanager
def _worker() -> Iterator[int]:
    process = start("worker", "jobs", "worker")
    try:
        _until(lambda: _listens(process), _READY_SECONDS, "tiến trình nền không nhận việc")
        yield process.pid
    finally:
        stop(process)


def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start CKAN's tool on the portal in the background; it ends with us."""
    with children.log(f"portal-{name}").open("ab") as output:
        return subprocess.Popen(
            [*children.DIES_WITH_US, *portal.command(*arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=children.environment({**CKAN_ENVIRONMENT, **portal.ini_of(SITE)}),
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours: asked first, then killed with its children."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and its children: a worker's job runs in a process group of its own."""
    for pid in (process.pid, *child_processes(process.pid)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def child_processes(pid: int) -> list[int]:
    """The children of a process; none when it has ended."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _listens(process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise BenchError(f"Tiến trình nền đã dừng:\n{shell.tail(children.log('portal-worker'))}")
    known, *_ = _redis("SMEMBERS rq:workers")
    return bool(known) and str(process.pid) in _redis(*(f"HGET {worker} pid" for worker in known))


def queued() -> int:
    """How many background jobs wait or run; one whose worker was killed, until it is missed."""
    queue = f"ckan:{SITE.site_id}:default"
    return sum(map(int, _redis(f"LLEN rq:queue:{queue}", f"ZCOUNT rq:wip:{queue} {time.time():.0f} +inf")))


def wait_until_quiet() -> None:
    """Wait until the queue is empty and no background job runs."""
    _until(lambda: not queued(), _QUIET_SECONDS, "hàng đợi không cạn")


def _redis(*commands: str) -> list[Any]:
    return redis_server.ask(f"SELECT {SITE.redis_number}", *commands)[1:]


def _until(condition: Any, limit: float, what: str) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(f"Sau {limit:g} giây {what}.")
        time.sleep(_POLL_SECONDS)
