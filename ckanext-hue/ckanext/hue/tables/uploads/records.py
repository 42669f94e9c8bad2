"""The state of record of uploads: table `hue_upload` of CKAN's database, and the lock on a resource.

An upload is `waiting`, then `reading` while a worker holds the resource's lock, then `done`, `failed` or
`superseded`. What says `reading` without a holder of the lock was interrupted and will be taken up again.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ckan import model
from sqlalchemy import text
from sqlalchemy.engine import Row

from ckanext.hue.harvest.database import held_lock, rows, transaction

KEPT = 20  # uploads of a resource whose reports are kept

# A file is wanted while its resource shows it: deleting either, or linking elsewhere, ends the load.
_WANTED = (
    "EXISTS (SELECT FROM resource JOIN package ON package.id = resource.package_id"
    " WHERE resource.id = hue_upload.resource_id AND resource.state = 'active'"
    " AND resource.url_type = 'upload' AND package.state <> 'deleted')"
)
_KEY = "hashtextextended('hue upload ' || CAST(:resource AS text), 0)"


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file. `size` is in bytes, `sheet` the one asked for ("" for the first)."""

    id: str
    resource_id: str
    name: str
    size: int | None
    sha256: str
    sheet: str
    state: str
    message: str
    attempts: int
    rows: int | None
    report: dict[str, Any]
    created: datetime
    started: datetime | None
    finished: datetime | None

    @property
    def pending(self) -> bool:
        return self.state in ("waiting", "reading")


_COLUMNS = (
    "id::text, resource_id, name, size, sha256, sheet, state, message, attempts, rows,"
    " coalesce(report, '{}') AS report, created, started, finished"
)


def register(resource_id: str, refusal: str = "") -> str:
    """Record the resource's present file in CKAN's session, so that both are committed or neither.

    It takes the place of an upload that is not loaded yet. `refusal` says in Vietnamese why the file is not
    read at all. Returns the upload's id.
    """
    session = model.Session
    values = {"resource": resource_id, "refusal": refusal, "kept": KEPT}
    session.execute(text(f"SELECT pg_advisory_xact_lock({_KEY} + 1)"), values)
    supersede(resource_id)
    session.execute(
        text(
            "DELETE FROM hue_upload WHERE id IN (SELECT id FROM hue_upload WHERE resource_id = :resource"
            " ORDER BY created DESC OFFSET :kept - 1)"
        ),
        values,
    )
    added = session.execute(
        text(
            "INSERT INTO hue_upload (resource_id, name, size, sheet, state, message, finished)"
            " SELECT id, regexp_replace(url, '^.*/', ''), size,"
            " coalesce(CAST(nullif(extras, '') AS jsonb) ->> 'sheet', ''),"
            " CASE WHEN :refusal = '' THEN 'waiting' ELSE 'failed' END, :refusal,"
            " CASE WHEN :refusal = '' THEN NULL ELSE clock_timestamp() END"
            " FROM resource WHERE id = :resource RETURNING id::text"
        ),
        values,
    )
    return added.scalar_one()


def supersede(resource_id: str) -> None:
    """End what is not loaded yet of a resource, in CKAN's session."""
    model.Session.execute(
        text(
            "UPDATE hue_upload SET state = 'superseded', finished = clock_timestamp()"
            " WHERE resource_id = :resource AND state IN ('waiting', 'reading')"
        ),
        {"resource": resource_id},
    )


def known_in_session(resource_id: str) -> bool:
    """Tell, in CKAN's session, whether a file of the resource was ever recorded."""
    found = model.Session.execute(
        text("SELECT EXISTS (SELECT FROM hue_upload WHERE resource_id = :resource)"),
        {"resource": resource_id},
    )
    return bool(found.scalar())


def with_other_sheet(dataset_id: str) -> list[str]:
    """Resources (ids) of a dataset whose field `sheet` is not the one of their newest upload any more."""
    found = model.Session.execute(
        text(
            "SELECT resource.id FROM resource CROSS JOIN LATERAL (SELECT sheet FROM hue_upload"
            " WHERE resource_id = resource.id ORDER BY created DESC LIMIT 1) AS newest"
            " WHERE package_id = :dataset AND state = 'active' AND url_type = 'upload'"
            " AND coalesce(CAST(nullif(extras, '') AS jsonb) ->> 'sheet', '') <> newest.sheet"
        ),
        {"dataset": dataset_id},
    )
    return list(found.scalars())


def load_lock(resource_id: str) -> AbstractContextManager[bool]:
    """Hold a resource for one load; gives False when another process has it (see `held_lock`)."""
    return held_lock(f"hue upload {resource_id}")


def is_held(resource_id: str) -> bool:
    """Tell whether some process holds the resource for a load."""
    found = rows(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"  # noqa: S608
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        f" AND (CAST(classid AS bigint) << 32) | CAST(objid AS bigint) = {_KEY})",
        resource=resource_id,
    )
    return bool(found[0][0])


def claim(upload_id: str) -> Upload | None:
    """Mark an upload as being read; None when it is over or nobody wants its file any more.

    Call it with the resource's lock held: what still says `reading` has lost its worker.
    """
    with transaction() as connection:
        connection.execute(
            text(
                "UPDATE hue_upload SET state = 'superseded', finished = clock_timestamp()"  # noqa: S608
                f" WHERE id = :id AND state IN ('waiting', 'reading') AND NOT {_WANTED}"
            ),
            {"id": upload_id},
        )
        row = connection.execute(
            text(
                "UPDATE hue_upload SET state = 'reading', attempts = attempts + 1, rows = 0, message = '',"  # noqa: S608
                " started = clock_timestamp() WHERE id = :id AND state IN ('waiting', 'reading')"
                f" RETURNING {_COLUMNS}"
            ),
            {"id": upload_id},
        ).first()
    return _upload(row) if row else None


def progress(upload_id: str, read: int) -> bool:
    """Note how many rows were read; False when the upload is not wanted any more."""
    return bool(
        rows(
            f"UPDATE hue_upload SET rows = :rows WHERE id = :id AND state = 'reading' AND {_WANTED}"  # noqa: S608
            " RETURNING id",
            id=upload_id,
            rows=read,
        )
    )


def finish(
    upload_id: str,
    state: str,
    message: str = "",
    *,
    count: int | None = None,
    sha256: str = "",
    report: dict[str, Any] | None = None,
) -> bool:
    """Close an upload that is being read; False when it was superseded meanwhile. count: rows."""
    return bool(
        rows(
            "UPDATE hue_upload SET state = :state, message = :message, rows = :rows, sha256 = :sha256,"
            " report = CAST(:report AS jsonb), finished = clock_timestamp()"
            " WHERE id = :id AND state = 'reading' RETURNING id",
            id=upload_id,
            state=state,
            message=message,
            rows=count,
            sha256=sha256,
            report=json.dumps(report or {}, ensure_ascii=False),
        )
    )


def say(upload_id: str, message: str) -> None:
    """Tell what a waiting upload waits for."""
    rows(
        "UPDATE hue_upload SET message = :message WHERE id = :id AND state = 'waiting'",
        id=upload_id,
        message=message,
    )


def get(upload_id: str) -> Upload | None:
    """One upload; None when there is none of this id."""
    found = rows(f"SELECT {_COLUMNS} FROM hue_upload WHERE id = :id", id=upload_id)  # noqa: S608
    return _upload(found[0]) if found else None


def history(resource_id: str, limit: int = KEPT) -> list[Upload]:
    """The uploads of a resource, newest first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM hue_upload WHERE resource_id = :resource ORDER BY created DESC LIMIT :limit",  # noqa: S608
        resource=resource_id,
        limit=limit,
    )
    return [_upload(row) for row in found]


def latest(resource_id: str) -> Upload | None:
    """The newest upload of a resource; None when nothing was ever uploaded to it."""
    return next(iter(history(resource_id, 1)), None)


def pending() -> list[Upload]:
    """All uploads that are not loaded yet, oldest first."""
    found = rows(f"SELECT {_COLUMNS} FROM hue_upload WHERE state IN ('waiting', 'reading') ORDER BY created")  # noqa: S608
    return [_upload(row) for row in found]


def _upload(row: Row[Any]) -> Upload:
    return Upload(**row._mapping)


def state_seen(upload: Upload) -> str:
    """The upload's state as people see it: `interrupted` is what says `reading` without a worker."""
    if upload.state != "reading" or is_held(upload.resource_id):
        return upload.state
    now = get(upload.id)  # it may have ended since it was read
    return "interrupted" if now and now.state == "reading" else now.state if now else "superseded"
