"""Harvest jobs and their items in PostgreSQL, and the lock that keeps a source to one job at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ckan import model
from sqlalchemy import text

from ckanext.hue.harvesters.base import TableEntry

from .database import rows, transaction
from .errors import JobGone


@dataclass(frozen=True, slots=True)
class Item:
    """One table that a job has to deal with. `action` is `new`, `changed` or `closed`."""

    remote_id: str
    action: str
    entry: TableEntry


@dataclass(frozen=True, slots=True)
class Status:
    """How a job stands. Counts are tables, but `rows`; `listed` is None until the listing was read."""

    id: str
    source_name: str
    state: str
    message: str
    listed: int | None
    unchanged: int | None
    planned: int
    waiting: int
    done: int
    failed: int
    closed: int
    gone: int
    rows: int
    created: Any
    started: Any
    finished: Any

    @property
    def over(self) -> bool:
        return self.state in ("finished", "failed", "interrupted")

    @property
    def succeeded(self) -> bool:
        return self.state == "finished" and not self.failed


_STATUS = """
    SELECT j.id::text, s.name AS source_name, j.state, j.message, j.listed,
           j.unchanged + count(*) FILTER (WHERE i.state = 'unchanged') AS unchanged,
           count(i.*) FILTER (WHERE i.state <> 'reported') AS planned,
           count(*) FILTER (WHERE i.state = 'waiting') AS waiting,
           count(*) FILTER (WHERE i.state = 'done' AND i.action <> 'closed') AS done,
           count(*) FILTER (WHERE i.state = 'failed') AS failed,
           count(*) FILTER (WHERE i.state = 'done' AND i.action = 'closed') AS closed,
           count(*) FILTER (WHERE i.action = 'gone') AS gone,
           coalesce(sum(i.rows) FILTER (WHERE i.state = 'done'), 0)::bigint AS rows,
           j.created, j.started, j.finished
    FROM hue_harvest_job j
    JOIN hue_harvest_source s ON s.id = j.source_id
    LEFT JOIN hue_harvest_item i ON i.job_id = j.id
"""


def create(source_id: str) -> str:
    """Queue a new job and return its id. Queued jobs that nobody started are replaced by it."""
    with transaction() as connection:
        connection.execute(
            text(
                "UPDATE hue_harvest_job SET state = 'interrupted', finished = now()"
                " WHERE source_id = :source AND state = 'queued'"
            ),
            {"source": source_id},
        )
        return str(
            connection.execute(
                text("INSERT INTO hue_harvest_job (source_id) VALUES (:source) RETURNING id"),
                {"source": source_id},
            ).scalar_one()
        )


@contextmanager
def source_lock(source_id: str) -> Iterator[bool]:
    """Hold the source for one job; yields False when another process has it.

    The lock belongs to a database connection, so it ends with its process, however that dies.
    """
    key = {"key": f"hue harvest {source_id}"}
    engine = model.meta.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # pyright: ignore[reportOptionalMemberAccess]
        held = bool(
            connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key).scalar()
        )
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)


def start(job_id: str) -> str | None:
    """Mark a queued job as running and return its source's id; None when it is not queued any more.

    Call it with the source's lock held: what still says `running` has lost its process.
    """
    with transaction() as connection:
        source_id = connection.execute(
            text(
                "UPDATE hue_harvest_job SET state = 'running', started = now()"
                " WHERE id = :id AND state = 'queued' RETURNING source_id::text"
            ),
            {"id": job_id},
        ).scalar()
        connection.execute(
            text(
                "UPDATE hue_harvest_job SET state = 'interrupted', finished = now()"
                " WHERE source_id = :source AND state = 'running' AND id <> :id"
            ),
            {"source": source_id, "id": job_id},
        )
    return source_id


def source_of(job_id: str) -> str | None:
    """The id of the job's source; None when the job is gone."""
    found = rows("SELECT source_id::text FROM hue_harvest_job WHERE id = :id", id=job_id)
    return found[0][0] if found else None


def end(job_id: str, state: str, message: str = "") -> None:
    """Close a job as `finished` or `failed`, with a Vietnamese reason for the latter."""
    rows(
        "UPDATE hue_harvest_job SET state = :state, message = :message, finished = now() WHERE id = :id",
        id=job_id,
        state=state,
        message=message,
    )


def waiting(job_id: str, limit: int) -> list[Item]:
    """The next tables to deal with: those to close first, the others in the listing's order."""
    return [
        Item(row.remote_id, row.action, TableEntry.from_dict(row.entry))
        for row in rows(
            "SELECT remote_id, action, entry FROM hue_harvest_item"
            " WHERE job_id = :job AND state = 'waiting' ORDER BY action <> 'closed', position LIMIT :limit",
            job=job_id,
            limit=limit,
        )
    ]


def fail_item(job_id: str, remote_id: str, message: str) -> None:
    """Report why a table failed; the others go on."""
    rows(
        "UPDATE hue_harvest_item SET state = 'failed', message = :message"
        " WHERE job_id = :job AND remote_id = :remote",
        job=job_id,
        remote=remote_id,
        message=message,
    )


def own_fault(error: BaseException) -> str:
    """What the report says of a fault of the portal itself; the log has the rest."""
    return f"Lỗi của cổng ({type(error).__name__}); chi tiết nằm trong nhật ký."


def status(job_id: str) -> Status:
    """How the job stands now. Raises JobGone when it was removed with its source."""
    found = rows(f"{_STATUS} WHERE j.id = :id GROUP BY j.id, s.name", id=job_id)
    if not found:
        raise JobGone
    return Status(**found[0]._mapping)


def interrupt_if_dead(job_id: str) -> None:
    """Mark a running job as interrupted when no process holds its source's lock any more."""
    source_id = source_of(job_id)
    if source_id is None:
        raise JobGone
    with source_lock(source_id) as free:
        if free:
            rows(
                "UPDATE hue_harvest_job SET state = 'interrupted', finished = now()"
                " WHERE id = :id AND state = 'running'",
                id=job_id,
            )


def latest(source_name: str | None = None) -> list[Status]:
    """The newest job of each source, or of one."""
    found = rows(
        f"{_STATUS} WHERE (CAST(:name AS text) IS NULL OR s.name = :name) AND j.id IN ("  # noqa: S608
        " SELECT DISTINCT ON (source_id) id FROM hue_harvest_job ORDER BY source_id, created DESC)"
        " GROUP BY j.id, s.name ORDER BY s.name",
        name=source_name,
    )
    return [Status(**row._mapping) for row in found]


def report(job_id: str) -> list[tuple[str, str, str]]:
    """Tables with something to say: (title, state, Vietnamese message), in the listing's order."""
    return [
        (row.title, row.state, row.message)
        for row in rows(
            "SELECT coalesce(entry->>'title', remote_id) AS title, state, message FROM hue_harvest_item"
            " WHERE job_id = :job AND (message <> '' OR state = 'failed') ORDER BY position",
            job=job_id,
        )
    ]
