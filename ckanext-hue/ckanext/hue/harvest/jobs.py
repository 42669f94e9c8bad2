"""Harvest jobs and their reports in PostgreSQL, and what people may do with a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from .database import rows, transaction
from .errors import JobGone, NothingToDo, SourcePaused
from .sources import HarvestSource

ACTIVE = ("queued", "planning", "running")


@dataclass(frozen=True, slots=True)
class Status:
    """How a job stands. Counts are tables, but `rows`; `listed` is None until the listing was read.

    `gone` left the listing: withdrawn, archived, held for approval or kept. `rows_per_second` is None until
    something was loaded.
    """

    id: str
    source_name: str
    source_title: str
    state: str
    origin: str
    message: str
    listed: int | None
    unchanged: int | None
    planned: int
    waiting: int
    done: int
    failed: int
    closed: int
    gone: int
    held: int
    rejected: int
    rows: int
    quarantined: int
    created: Any
    started: Any
    finished: Any
    seconds: float

    @property
    def over(self) -> bool:
        return self.state not in ACTIVE

    @property
    def succeeded(self) -> bool:
        return self.state == "finished" and not self.failed

    @property
    def rows_per_second(self) -> float | None:
        return self.rows / self.seconds if self.rows and self.seconds else None


_NEWEST = (
    "NOT EXISTS (SELECT FROM hue_harvest_job newer"
    " WHERE newer.source_id = j.source_id AND newer.created > j.created)"
)
_STATUS = """
    SELECT j.id::text, s.name AS source_name, s.title AS source_title, j.state, j.origin, j.message, j.listed,
           j.unchanged + count(*) FILTER (WHERE i.state = 'unchanged') AS unchanged,
           count(i.*) AS planned,
           count(*) FILTER (WHERE i.state = 'waiting') AS waiting,
           count(*) FILTER (WHERE i.state = 'done' AND i.action IN ('new', 'changed')) AS done,
           count(*) FILTER (WHERE i.state = 'failed') AS failed,
           count(*) FILTER (WHERE i.state = 'done' AND i.action = 'closed') AS closed,
           count(*) FILTER (WHERE i.action IN ('withdraw', 'archive')) AS gone,
           count(*) FILTER (WHERE i.state = 'held') AS held,
           count(*) FILTER (WHERE i.state = 'rejected') AS rejected,
           coalesce(sum(i.rows) FILTER (WHERE i.state = 'done'), 0)::bigint AS rows,
           coalesce(sum(i.quarantined), 0)::bigint AS quarantined,
           j.created, j.started, j.finished,
           coalesce(extract(epoch FROM coalesce(j.finished, now()) - j.started), 0)::float AS seconds
    FROM hue_harvest_job j
    JOIN hue_harvest_source s ON s.id = j.source_id
    LEFT JOIN hue_harvest_item i ON i.job_id = j.id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What a job's report says of one table. `message` is Vietnamese; `dataset` is its name on the portal."""

    remote_id: str
    title: str
    action: str
    state: str
    message: str
    rows: int | None
    quarantined: int
    dataset: str | None
    dataset_id: str | None


def create(source: HarvestSource, origin: str = "manual") -> str:
    """Queue a job and return its id: that of the present job when the source has one that is not over.

    Raises SourcePaused.
    """
    if source.paused:
        raise SourcePaused(source.name)
    try:
        with transaction() as connection:
            created = connection.execute(
                text(
                    "INSERT INTO hue_harvest_job (source_id, origin) VALUES (:source, :origin)"
                    " ON CONFLICT (source_id) WHERE state IN ('queued', 'planning', 'running') DO NOTHING"
                    " RETURNING id::text"
                ),
                {"source": source.id, "origin": origin},
            ).scalar()
    except IntegrityError as error:  # the source was removed meanwhile
        raise JobGone from error
    return created or active_job(source.id) or create(source, origin)


def active_job(source_id: str) -> str | None:
    """The id of the source's job that is not over."""
    found = rows(
        "SELECT id::text FROM hue_harvest_job WHERE source_id = :source AND state = ANY(:active)",
        source=source_id,
        active=list(ACTIVE),
    )
    return found[0][0] if found else None


def source_of(job_id: str) -> str | None:
    """The id of the job's source; None when the job is gone."""
    found = rows("SELECT source_id::text FROM hue_harvest_job WHERE id::text = :id", id=job_id)
    return found[0][0] if found else None


def cancel(job_id: str) -> None:
    """End a job that is not over: nothing that is under way may be written any more. Raises NothingToDo."""
    with transaction() as connection:
        ended = connection.execute(
            text(
                "UPDATE hue_harvest_job SET state = 'cancelled', finished = now(), token = NULL"
                " WHERE id::text = :id AND state = ANY(:active)"
            ),
            {"id": job_id, "active": list(ACTIVE)},
        )
        if not ended.rowcount:
            raise NothingToDo("Lần thu thập này đã kết thúc, không còn gì để hủy.")
        connection.execute(
            text("UPDATE hue_harvest_item SET token = NULL WHERE job_id::text = :id AND state = 'waiting'"),
            {"id": job_id},
        )


def retry(job_id: str) -> int:
    """Let the failed tables of a source's newest job wait again; returns how many. Raises NothingToDo."""
    return _reopen(job_id, "failed", "Không có bảng nào bị lỗi để chạy lại.")


def approve(job_id: str) -> int:
    """Let what is held wait: the tables that vanished are withdrawn; returns how many. Raises NothingToDo."""
    return _reopen(job_id, "held", "Không có việc rút bảng nào đang chờ duyệt.")


def reject(job_id: str) -> int:
    """Keep what is held: the datasets stay as they are; returns how many. Raises NothingToDo."""
    rejected = rows(
        "UPDATE hue_harvest_item SET state = 'rejected', finished = now(), message = :message"
        " WHERE job_id::text = :id AND state = 'held' RETURNING 1",
        id=job_id,
        message="Không duyệt rút; bộ dữ liệu được giữ nguyên.",
    )
    if not rejected:
        raise NothingToDo("Không có việc rút bảng nào đang chờ duyệt.")
    return len(rejected)


def _reopen(job_id: str, state: str, nothing: str) -> int:
    """Only of the newest job: an older one knows the source as it was."""
    try:
        with transaction() as connection:
            found = connection.execute(
                text(
                    "UPDATE hue_harvest_item i SET state = 'waiting', attempts = 0, token = NULL,"  # noqa: S608
                    " lease_until = NULL, message = '' FROM hue_harvest_job j"
                    " WHERE j.id = i.job_id AND j.id::text = :id AND i.state = :state"
                    " AND j.state = 'finished'"
                    f" AND {_NEWEST}"
                ),
                {"id": job_id, "state": state},
            ).rowcount
            if not found:
                raise NothingToDo(nothing)
            connection.execute(
                text(
                    # The time between its end and now is none of its own; what waits, waits from now on.
                    "UPDATE hue_harvest_job SET state = 'running', finished = NULL, notified = false,"
                    " started = now() - (finished - started), lease_until = now() WHERE id::text = :id"
                ),
                {"id": job_id},
            )
    except IntegrityError as error:
        raise NothingToDo("Nguồn đang được thu thập; hãy chờ lần đó kết thúc.") from error
    return found


def fail(job_id: str, token: int, message: str) -> None:
    """Close a job that could not be planned, with a Vietnamese reason, unless another worker has it now."""
    rows(
        "UPDATE hue_harvest_job SET state = 'failed', message = :message, finished = now()"
        " WHERE id = :id AND token = :token AND state = 'planning'",
        id=job_id,
        token=token,
        message=message,
    )


def fail_item(job_id: str, remote_id: str, token: int, message: str) -> None:
    """Report why a table failed; the others go on."""
    rows(
        "UPDATE hue_harvest_item SET state = 'failed', message = :message, finished = now()"
        " WHERE job_id = :job AND remote_id = :remote AND token = :token AND state = 'waiting'",
        job=job_id,
        remote=remote_id,
        token=token,
        message=message,
    )


def own_fault(error: BaseException) -> str:
    """What the report says of a fault of the portal itself; the log has the rest."""
    return f"Lỗi của cổng ({type(error).__name__}); chi tiết nằm trong nhật ký."


def status(job_id: str) -> Status:
    """How the job stands now. Raises JobGone when it was removed with its source."""
    found = rows(f"{_STATUS} WHERE j.id::text = :id GROUP BY j.id, s.id", id=job_id)
    if not found:
        raise JobGone
    return Status(**found[0]._mapping)


def latest(source_name: str | None = None) -> list[Status]:
    """The newest job of each source, or of one."""
    found = rows(
        f"{_STATUS} WHERE (CAST(:name AS text) IS NULL OR s.name = :name) AND j.id IN ("  # noqa: S608
        " SELECT DISTINCT ON (source_id) id FROM hue_harvest_job ORDER BY source_id, created DESC)"
        " GROUP BY j.id, s.id ORDER BY s.name",
        name=source_name,
    )
    return [Status(**row._mapping) for row in found]


def history(source_id: str, limit: int, offset: int = 0) -> list[Status]:
    """The jobs of a source, newest first."""
    found = rows(
        f"{_STATUS} WHERE j.id IN (SELECT id FROM hue_harvest_job WHERE source_id = :source"  # noqa: S608
        " ORDER BY created DESC LIMIT :limit OFFSET :offset) GROUP BY j.id, s.id ORDER BY j.created DESC",
        source=source_id,
        limit=limit,
        offset=offset,
    )
    return [Status(**row._mapping) for row in found]


def report(
    job_id: str, *, states: tuple[str, ...] = (), notable: bool = False, limit: int = 1_000, offset: int = 0
) -> list[Line]:
    """The tables that the job dealt with, in the listing's order: of these states (none: all of them).

    `notable` leaves out those of which there is nothing to say.
    """
    found = rows(
        "SELECT i.remote_id, coalesce(i.entry->>'title', p.title, i.remote_id) AS title, i.action, i.state,"
        " i.message, i.rows, i.quarantined, p.name AS dataset, i.dataset_id::text"
        " FROM hue_harvest_item i LEFT JOIN package p ON p.id = i.dataset_id::text"
        " WHERE i.job_id = CAST(:job AS uuid) AND (:all OR i.state = ANY(:states))"
        " AND (NOT :notable OR i.message <> '' OR i.state = 'failed')"
        " ORDER BY i.position, i.remote_id LIMIT :limit OFFSET :offset",
        job=job_id,
        all=not states,
        states=list(states),
        notable=notable,
        limit=limit,
        offset=offset,
    )
    return [Line(**row._mapping) for row in found]


def counts(job_id: str) -> dict[str, int]:
    """How many tables of the job's report are in which state."""
    found = rows(
        "SELECT state, count(*) AS tables FROM hue_harvest_item WHERE job_id = CAST(:job AS uuid)"
        " GROUP BY state",
        job=job_id,
    )
    return {row.state: row.tables for row in found}


def is_newest(job_id: str) -> bool:
    """Whether the source has no newer job: only then it can be taken up again."""
    return bool(
        rows(
            f"SELECT 1 FROM hue_harvest_job j WHERE j.id::text = :id AND {_NEWEST}",  # noqa: S608
            id=job_id,
        )
    )


def number_of(source_id: str) -> int:
    """How many jobs of the source are kept."""
    return rows("SELECT count(*) FROM hue_harvest_job WHERE source_id = :source", source=source_id)[0][0]


def prune(keep_jobs: int, keep_days: int) -> int:
    """Remove old reports: beyond the newest `keep_jobs` of a source, those over for `keep_days`."""
    return len(
        rows(
            "DELETE FROM hue_harvest_job WHERE id IN ("
            " SELECT id FROM (SELECT id, finished, state, row_number() OVER ("
            "   PARTITION BY source_id ORDER BY created DESC) AS age FROM hue_harvest_job) j"
            " WHERE age > 1 AND state <> ALL(:active)"
            "   AND (age > :jobs OR finished < now() - :days * interval '1 day')) RETURNING id",
            active=list(ACTIVE),
            jobs=keep_jobs,
            days=keep_days,
        )
    )
