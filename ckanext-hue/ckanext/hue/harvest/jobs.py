"""Harvest jobs and their reports in PostgreSQL, and what people may do with a job."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from . import holds
from .database import rows, transaction
from .errors import JobGone, NothingToDo, SourcePaused
from .sources import HarvestSource

ACTIVE = ("queued", "planning", "running")
# A listing of yesterday no longer says what may be published today.
LISTING_HOURS = 24
FRESH = f"j.listed_at > now() - interval '{LISTING_HOURS} hours'"
_OLD = f"Danh mục của lần thu thập này đã đọc quá {LISTING_HOURS} giờ trước."
_OLD_LISTING = f"{_OLD} Hãy thu thập lại để đọc danh mục mới."
_REPLACED = f"{_OLD} Phần còn lại do lần thu thập kế tiếp làm theo danh mục mới."
# What may be held: tables that vanished, and tables whose columns look like personal data.
ALL, WITHDRAWALS, PERSONAL = "all", "withdrawals", "personal"
HELD = (ALL, WITHDRAWALS, PERSONAL)
LOADING = ("new", "changed")  # the actions that read rows
_NOTHING_HELD = "Không có bảng nào đang chờ duyệt trong lần thu thập này."
_CHOSEN = (
    "(:remote = '' OR i.remote_id = :remote)"
    " AND (:what = 'all' OR (:what = 'personal') = (i.action = ANY(:loading)))"
)
_NEWEST = (
    "NOT EXISTS (SELECT FROM hue_harvest_job newer"
    " WHERE newer.source_id = j.source_id AND newer.created > j.created)"
)


def create(source: HarvestSource, origin: str = "manual") -> str:
    """Queue a job and return its id: that of the present job when the source has one that is not over.

    Raises SourcePaused.
    """
    if source.paused:
        raise SourcePaused(source.name)
    replace_old()
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


def approve(job_id: str, by: str, what: str = ALL, remote_id: str = "") -> int:
    """Let what is held wait: what vanished is withdrawn, what looks like personal data is published.

    `what` is one of HELD; `remote_id` takes one table alone. Returns how many; raises NothingToDo.
    """
    return _reopen(job_id, "held", _NOTHING_HELD, by, what, remote_id)


def reject(job_id: str, by: str, what: str = ALL, remote_id: str = "") -> int:
    """Keep the datasets of what is held as they are, and personal data out; returns how many.

    Parameters as for `approve`. Raises NothingToDo.
    """
    with transaction() as connection:
        rejected = connection.execute(
            text(
                "UPDATE hue_harvest_item i SET state = 'rejected', finished = now(),"  # noqa: S608
                " message = CASE WHEN i.action = ANY(:loading) THEN :personal ELSE :kept END"
                f" WHERE job_id::text = :id AND state = 'held' AND {_CHOSEN} RETURNING remote_id, action"
            ),
            {
                "id": job_id,
                "loading": list(LOADING),
                "personal": holds.REJECTED,
                "kept": "Không duyệt rút; bộ dữ liệu được giữ nguyên.",
                "what": what,
                "remote": remote_id,
            },
        ).fetchall()
        if not rejected:
            raise NothingToDo(_NOTHING_HELD)
        holds.reject(connection, job_id, [row.remote_id for row in rejected if row.action in LOADING], by)
    return len(rejected)


def _reopen(job_id: str, state: str, nothing: str, by: str = "", what: str = ALL, remote_id: str = "") -> int:
    """Only of the newest job, and not for long: an older one knows the source as it was."""
    try:
        with transaction() as connection:
            found = connection.execute(
                text(
                    "UPDATE hue_harvest_item i SET state = 'waiting', attempts = 0, token = NULL,"  # noqa: S608
                    " lease_until = NULL, message = '' FROM hue_harvest_job j"
                    " WHERE j.id = i.job_id AND j.id::text = :id AND i.state = :state"
                    " AND j.state = 'finished'"
                    f" AND {_NEWEST} AND {_CHOSEN} RETURNING i.remote_id, i.action"
                ),
                {
                    "id": job_id,
                    "state": state,
                    "loading": list(LOADING),
                    "what": what,
                    "remote": remote_id,
                },
            ).fetchall()
            if not found:
                raise NothingToDo(nothing)
            if not connection.execute(
                text(f"SELECT 1 FROM hue_harvest_job j WHERE j.id::text = :id AND {FRESH}"),  # noqa: S608
                {"id": job_id},
            ).first():
                raise NothingToDo(_OLD_LISTING)
            connection.execute(
                text(
                    # The time between its end and now is none of its own; what waits, waits from now on.
                    "UPDATE hue_harvest_job SET state = 'running', finished = NULL, notified = false,"
                    " started = now() - (finished - started), lease_until = now() WHERE id::text = :id"
                ),
                {"id": job_id},
            )
            if state == "held":
                approved = [row.remote_id for row in found if row.action in LOADING]
                holds.approve(connection, job_id, approved, by)
    except IntegrityError as error:
        raise NothingToDo("Nguồn đang được thu thập; hãy chờ lần đó kết thúc.") from error
    return len(found)


def replace_old() -> None:
    """End running jobs whose listing is too old, once nobody works on them; each source gets a new one."""
    with transaction() as connection:
        connection.execute(
            text(
                "WITH ended AS (UPDATE hue_harvest_job j SET state = 'cancelled', finished = now(),"  # noqa: S608
                "  message = :message FROM hue_harvest_source s WHERE s.id = j.source_id AND NOT s.paused"
                f"  AND j.state = 'running' AND NOT {FRESH} AND NOT EXISTS ("
                "   SELECT FROM hue_harvest_item i WHERE i.job_id = j.id AND i.state = 'waiting'"
                "    AND i.lease_until > now())"
                "  RETURNING j.source_id, j.origin)"
                " INSERT INTO hue_harvest_job (source_id, origin) SELECT source_id, origin FROM ended"
            ),
            {"message": _REPLACED},
        )


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


def is_newest(job_id: str) -> bool:
    """Whether the source has no newer job: only then it can be taken up again."""
    return bool(
        rows(
            f"SELECT 1 FROM hue_harvest_job j WHERE j.id::text = :id AND {_NEWEST}",  # noqa: S608
            id=job_id,
        )
    )


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
