"""What is told of harvest jobs: how each stands, and what it did table by table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .database import rows
from .errors import JobGone
from .jobs import ACTIVE, LOADING


@dataclass(frozen=True, slots=True)
class Status:
    """How a job stands. Counts are tables, but `rows`; `listed` is None until the listing was read.

    `gone` left the listing: withdrawn, archived, held for approval or kept. `held_personal` are those of
    `held` whose columns look like personal data. `rows_per_second` is None until something was loaded.
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
    held_personal: int
    rejected: int
    rows: int
    quarantined: int
    created: Any
    started: Any
    finished: Any
    seconds: float

    @property
    def held_gone(self) -> int:
        """How many withdrawals wait for approval."""
        return self.held - self.held_personal

    @property
    def over(self) -> bool:
        return self.state not in ACTIVE

    @property
    def succeeded(self) -> bool:
        return self.state == "finished" and not self.failed

    @property
    def rows_per_second(self) -> float | None:
        return self.rows / self.seconds if self.rows and self.seconds else None


def waiting_in_words(status: Status) -> str:
    """What waits for approval, in a few Vietnamese words."""
    parts = [
        f"{status.held_gone} bảng chờ duyệt rút" if status.held_gone else "",
        f"{status.held_personal} bảng chờ duyệt vì có dữ liệu giống dữ liệu cá nhân"
        if status.held_personal
        else "",
    ]
    return ", ".join(part for part in parts if part)


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
           count(*) FILTER (WHERE i.state = 'held' AND i.action IN ('new', 'changed')) AS held_personal,
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
    job_id: str,
    *,
    states: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    notable: bool = False,
    limit: int = 1_000,
    offset: int = 0,
) -> list[Line]:
    """The tables that the job dealt with, in the listing's order: of these states and actions (none: all).

    `notable` leaves out those of which there is nothing to say.
    """
    found = rows(
        "SELECT i.remote_id, coalesce(i.entry->>'title', p.title, i.remote_id) AS title, i.action, i.state,"
        " i.message, i.rows, i.quarantined, p.name AS dataset, i.dataset_id::text"
        " FROM hue_harvest_item i LEFT JOIN package p ON p.id = i.dataset_id::text"
        " WHERE i.job_id = CAST(:job AS uuid) AND (:all OR i.state = ANY(:states))"
        " AND (:any OR i.action = ANY(:actions))"
        " AND (NOT :notable OR i.message <> '' OR i.state = 'failed')"
        " ORDER BY i.position, i.remote_id LIMIT :limit OFFSET :offset",
        job=job_id,
        all=not states,
        states=list(states),
        any=not actions,
        actions=list(actions),
        notable=notable,
        limit=limit,
        offset=offset,
    )
    return [Line(**row._mapping) for row in found]


def held_personal(job_id: str, limit: int = 1_000, offset: int = 0) -> list[Line]:
    """The tables that wait because columns look like personal data."""
    return report(job_id, states=("held",), actions=LOADING, limit=limit, offset=offset)


def held_gone(job_id: str, limit: int = 1_000, offset: int = 0) -> list[Line]:
    """The tables whose withdrawal waits for approval."""
    return report(job_id, states=("held",), actions=("withdraw", "archive"), limit=limit, offset=offset)


def counts(job_id: str) -> dict[str, int]:
    """How many tables of the job's report are in which state."""
    found = rows(
        "SELECT state, count(*) AS tables FROM hue_harvest_item WHERE job_id = CAST(:job AS uuid)"
        " GROUP BY state",
        job=job_id,
    )
    return {row.state: row.tables for row in found}


def number_of(source_id: str) -> int:
    """How many jobs of the source are kept."""
    return rows("SELECT count(*) FROM hue_harvest_job WHERE source_id = :source", source=source_id)[0][0]
